"""predict: answers for the rows of a file, from a network that train has written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click

from ..errors import DescriptionError, FileError
from ..files import what_to_keep

ANSWERS_ROWS = "\ndef read_rows(path):\n"
"""What only the program of a trained network has."""
FILE = click.Path(path_type=Path)


@click.command()
@click.argument("program", type=FILE, metavar="NETWORK.py")
@click.argument("rows", type=FILE, metavar="ROWS.csv")
@click.option(
    "--probabilities",
    is_flag=True,
    help="A table with a column for each class, or for each output.",
)
@click.option("--output", type=FILE, metavar="FILE.csv", help="Write the answers to this file.")
def predict(program: Path, rows: Path, probabilities: bool, output: Path | None) -> None:
    """Answer each row of ROWS.csv with NETWORK.py, which `train --network` has written.

    The columns are found by their names where the file has them, and else by their order.
    NETWORK.py is a program that needs NumPy alone: `python NETWORK.py ROWS.csv` does the same.

    \b
    Examples:
      scratchwork train table.csv --target price --network price.py
      scratchwork predict price.py new.csv
      scratchwork predict species.py new.csv --probabilities --output answers.csv
    """
    refuse_what_is_no_network(program, rows)
    if output and output.resolve() in (rows.resolve(), program.resolve()):
        todo = "choose another name"
        raise DescriptionError("--output", "a file of its own", str(output), todo)
    words = [sys.executable, str(program), str(rows), *["--probabilities"] * probabilities]
    if output is None:
        ended = subprocess.run(words)
    else:
        utf8 = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        ended = subprocess.run(words, stdout=subprocess.PIPE, env=utf8)
    if ended.returncode:
        raise click.exceptions.Exit(1)  # the program has said why
    if output is not None:
        output.write_bytes(ended.stdout)


def refuse_what_is_no_network(program: Path, rows: Path) -> None:
    """Only a program that train --network wrote is run; its text tells, before anything runs."""
    got, todo = "", f"make it: scratchwork train table.csv --network {program}"
    if not program.exists():
        got = "no such file"
    elif got := what_to_keep(program):
        todo = f"to run it all the same: python {program} {rows}"
    elif ANSWERS_ROWS not in program.read_text(encoding="utf-8"):
        got = "one that trains, of train --write"
        todo = "make a network: scratchwork train DATA --network NETWORK.py"
    if got:
        raise FileError(f"predict {program}", "a program that train --network wrote", got, todo)
