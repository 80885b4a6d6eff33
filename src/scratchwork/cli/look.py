"""source, summary and verify: the network that train would make, without training it."""

from __future__ import annotations

from typing import Any

import click

from ..built import DIALECTS
from ..engines.blas import one_thread
from ..errors import DescriptionError
from .endings import Failure
from .options import description_options
from .screen import say, show_program
from .settings import Settings

PROGRAMS = ("step", "epoch", "predict", "evaluate", "initialize", "program")
VERIFIED_ROWS = 16


@click.command(epilog="\b\nThe whole program: scratchwork source digits --program program")
@description_options
@click.option(
    "--program",
    type=click.Choice(PROGRAMS),
    default="step",
    show_default=True,
    help="Which part of it; program is the whole.",
)
@click.option(
    "--dialect",
    type=click.Choice(("numpy", *DIALECTS)),
    default="numpy",
    show_default=True,
    help="The same network for another library, or as it is compiled.",
)
def source(program: str, dialect: str, **options: Any) -> None:
    """Print the NumPy program that `train` runs with the same options.

    \b
    Examples:
      scratchwork source digits
      scratchwork source digits --layers 16 --optimizer SGD
      scratchwork source moons --program predict
      scratchwork source table.csv --target price --batch-norm
      scratchwork source mnist --program program > mnist.py
      scratchwork source digits --dialect pytorch
    """
    if dialect != "numpy" and program != "step":
        todo = "leave out one of the two"
        raise DescriptionError("--program", "--dialect numpy", f"--dialect {dialect}", todo)
    model = Settings.of(**options).model()
    show_program(model.source(program if dialect == "numpy" else dialect))


@click.command()
@description_options
def summary(**options: Any) -> None:
    """Print layers, shapes, parameters and memory of the network that `train` makes.

    \b
    Examples:
      scratchwork summary digits
      scratchwork summary table.csv --target price --layers 256,256 --batch-norm
    """
    Settings.of(**options).model().summary()


@click.command()
@description_options
def verify(**options: Any) -> None:
    """Check every gradient of the network against differences of its loss, on a few rows.

    \b
    Examples:
      scratchwork verify digits
      scratchwork verify table.csv --target price --loss huber --activation gelu
    """
    settings = Settings.of(**options)
    data = settings.data()
    rows = slice(VERIFIED_ROWS)
    with one_thread():
        found = settings.model().verify(data.X_train[rows], data.y_train[rows])
    say(str(found))
    if not found.passed:
        raise Failure("a gradient is wrong, or could not be judged; see the table above")
