"""predict: answers for the rows of a file, from a network that train has written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from ..errors import FileError
from ..files import what_to_keep

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("program", type=FILE, metavar="NETWORK.py")
@click.argument("rows", type=FILE, metavar="ROWS.csv")
def predict(program: Path, rows: Path) -> None:
    """Answer each row of ROWS.csv with NETWORK.py, which `train --network` has written.

    The columns are found by their names where the file has them, and else by their order.
    NETWORK.py is a program that needs NumPy alone: `python NETWORK.py ROWS.csv` does the same.

    \b
    Examples:
      scratchwork train table.csv --target price --network price.py
      scratchwork predict price.py new.csv
      scratchwork predict price.py new.csv > answers.csv
    """
    got = todo = ""
    if not program.exists():
        got, todo = "no such file", f"make it: scratchwork train table.csv --network {program}"
    elif got := what_to_keep(program):
        todo = f"to run it all the same: python {program} {rows}"
    if got:
        raise FileError(f"predict {program}", "a program that train --network wrote", got, todo)
    ended = subprocess.run([sys.executable, str(program), str(rows)])
    if ended.returncode:
        raise click.exceptions.Exit(1)  # the program has said why
