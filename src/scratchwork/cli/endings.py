"""How a command ends: one line for an error, and an exit code."""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from ..errors import DescriptionError, ScratchworkError

INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
ENGINE = "what runs the program: --engine numpy, or numba, which uses the cores"

HINTS = {
    "--sep": "what stands between the columns is recognized: comma, semicolon or tab",
    "--save": "--network FILE.py keeps the trained network, --write FILE.py the training",
    "--hidden": "the sizes of the hidden layers: --layers 128,64",
    "--alpha": "the penalty of large weights: --l2 LAMBDA",
    "--max-iter": "passes over the training rows: --epochs N",
    **dict.fromkeys(("--backend", "--device", "--jit", "--compile"), ENGINE),
    **dict.fromkeys(("--jobs", "--n-jobs", "--threads", "--workers"), ENGINE),
    "--verbose": "--quiet leaves out the lines of the epochs",
}
"""What to write instead of options that others have."""


class Failure(click.ClickException):
    """An error that ends the command with one line, ``error: ...``, and exit code 1."""

    def show(self, file: Any = None) -> None:
        click.echo(f"error: {self.message}", err=True)


class Misuse(Failure):
    """What was asked for cannot be: exit code 2, as click's own."""

    exit_code = 2


@contextmanager
def one_line_each() -> Iterator[None]:
    """Errors become one line and an exit code."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        click.echo(f"\n{interrupt or 'interrupted'}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    except click.NoSuchOption as error:
        if error.option_name not in HINTS:
            raise
        told = f"No such option: {error.option_name}; {HINTS[error.option_name]}"
        raise click.NoSuchOption(error.option_name, told, ctx=error.ctx) from None
    except DescriptionError as error:
        raise Misuse(str(error)) from error
    except ScratchworkError as error:
        raise Failure(str(error)) from error
    except MemoryError as error:
        raise Failure(f"not enough memory: {error}; choose smaller --layers") from error
    except OSError as error:
        if error.errno == errno.EPIPE:  # | head: click ends in silence
            raise
        if error.errno in NO_ROOM:
            todo = "make room, or send the output elsewhere"
            raise Failure(f"{error.strerror}; {todo}") from error
        raise Failure(str(error)) from error


class Commands(click.Group):
    """Commands that end with one line where something is wrong."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        if isinstance(sys.stdout, io.TextIOWrapper):  # for names that it cannot write
            sys.stdout.reconfigure(errors="backslashreplace")
        with one_line_each():  # --help and --version print here
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with one_line_each():
            return super().invoke(ctx)
