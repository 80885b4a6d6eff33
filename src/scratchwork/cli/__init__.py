"""The command line: ``scratchwork train digits``, ``scratchwork train table.csv`` and so on.

Exit codes: 0 success; 1 failure (a file that is missing or cannot be written, a loss that is not
finite, a gradient that is wrong); 2 misuse (an unknown option, a value that cannot be); 130 Ctrl-C.
"""

from __future__ import annotations

try:
    import click
    import rich  # noqa: F401 # screen.py uses it
except ModuleNotFoundError as error:  # the library itself works with NumPy alone
    raise SystemExit(
        f"the command scratchwork needs {error.name}, not installed here: pip install click rich"
    ) from None

from ..version import __version__
from .articles import articles
from .endings import Commands
from .help import completion, doctor
from .look import source, summary, verify
from .predict import predict
from .train import train


@click.group(
    cls=Commands,
    epilog="\b\nBegin with: scratchwork train digits\nOr your own:  "
    "scratchwork train table.csv --target price",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="scratchwork")
def main() -> None:
    """Train a neural network, and read the NumPy program that does it."""


for command in (train, predict, source, summary, verify, articles, doctor, completion):
    main.add_command(command)
