"""How a command ends: one line for an error, and an exit code."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from ..errors import DescriptionError, ScratchworkError

INTERRUPTED = 130
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


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
        with one_line_each():  # --help and --version print here
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with one_line_each():
            return super().invoke(ctx)
