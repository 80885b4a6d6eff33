"""The command line: ``scratchwork train digits`` and ``scratchwork source digits``.

Exit codes: 0 success; 1 failure (no MNIST, a file that cannot be written, a loss that is not
finite); 2 misuse (an unknown option, a value that cannot be); 130 Ctrl-C.
"""

from __future__ import annotations

import errno
import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Any

try:
    import click
    import rich  # noqa: F401 # screen.py uses it
except ModuleNotFoundError as error:  # the library itself works with NumPy alone
    raise SystemExit(
        f"the command scratchwork needs {error.name}, not installed here: pip install click rich"
    ) from None

from ..datasets import Dataset
from ..errors import DataError, DescriptionError, FileError, ScratchworkError
from ..files import program_path, refuse_foreign
from ..model import Sequential
from ..version import __version__
from .options import description_options, given
from .screen import say, show_program
from .tasks import TASKS, Settings

PROGRAMS = ("step", "epoch", "predict", "evaluate", "initialize", "program")
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


@click.group(
    cls=Commands,
    epilog="\b\nBegin with: scratchwork train digits",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="scratchwork")
def main() -> None:
    """Train a neural network, and read the NumPy program that does it."""


@main.command()
@description_options
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="MNIST: an .npz file or a folder with the IDX files; else SCRATCHWORK_MNIST, the cache, "
    "or a download.",
)
@click.option(
    "--write",
    type=click.Path(path_type=Path),
    metavar="FILE.py",
    help="Write the whole training as a program that needs NumPy alone, its data beside it.",
)
@click.pass_context
def train(
    context: click.Context, /, task: str, data: Path | None, write: Path | None, **options: Any
) -> None:
    """Train on a data set and test on rows held out.

    \b
    Examples:
      scratchwork train digits
      scratchwork train digits --layers 256 --optimizer SGD --learning-rate 0.5
      scratchwork train moons --activation tanh --write moons.py
      scratchwork train mnist --data mnist.npz --epochs 5
    """
    if data is not None and task != "mnist":
        raise click.UsageError(f"--data is for mnist; {task} need no file", context)
    settings = Settings.of(task, **options)
    model = settings.model()
    if write is not None:
        check_writable(write)
    dataset = load(task, data, settings.seed)
    say(settings.headline(dataset))
    fit(model, settings, dataset)
    accuracy = model.evaluate(dataset.X_test, dataset.y_test)["accuracy"]
    say(f"test accuracy: {100 * accuracy:.1f} %", "bold green")
    if write is not None:
        program, arrays = model.write(write, data=dataset)
        say(f"its program: {program}, with its data in {arrays}")
        say(f"run it: python {shlex.quote(str(program))}")
    else:
        described = {field.name for field in fields(Settings)}
        say(f"read its program: scratchwork source {given(context, described)}")
        words = given(context, described | {"data"})
        say(f"or keep it as a file: scratchwork train {words} --write {task}.py")


@main.command(epilog="\b\nThe whole program: scratchwork source digits --program program")
@description_options
@click.option(
    "--program",
    type=click.Choice(PROGRAMS),
    default="step",
    show_default=True,
    help="Which part of it; program is the whole.",
)
def source(task: str, program: str, **options: Any) -> None:
    """Print the NumPy program that `train` runs with the same options.

    \b
    Examples:
      scratchwork source digits
      scratchwork source digits --layers 16 --optimizer SGD
      scratchwork source moons --program predict
      scratchwork source mnist --program program > mnist.py
    """
    show_program(Settings.of(task, **options).model().source(program))


def load(task: str, data: Path | None, seed: int) -> Dataset:
    """The data set; an error names the option, not the argument of the function."""
    try:
        return TASKS[task].load(data, seed)
    except (DataError, FileError) as error:
        raise type(error)(
            *(part.replace("mnist(path)", "--data") for part in error.args)
        ) from error


def check_writable(path: Path) -> None:
    """Refuse, before anything is trained, a file that could not be written afterwards."""
    program_path(path, "write", plain=True)
    try:
        for file in (path, path.with_suffix(".npz")):
            refuse_foreign(file)
            try_to_create(file)
    except FileError:
        raise
    except OSError as error:
        got = error.strerror or str(error)
        todo = "choose another place, in a folder that exists"
        raise FileError(f"write {path}", "a file that can be written", got, todo) from error


def try_to_create(file: Path) -> None:
    with tempfile.TemporaryFile(dir=file.absolute().parent):
        pass  # a file that is there is replaced by a new one
    if not file.exists():
        file.touch()
        file.unlink()


def fit(model: Sequential, settings: Settings, data: Dataset) -> None:
    """Train with a line an epoch, and a bar in a terminal; Ctrl-C says how far it came."""
    try:
        model.fit(
            data.X_train,
            data.y_train,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            validation_data=(data.X_val, data.y_val),
            verbose=2,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(reached(model, settings.epochs)) from None


def reached(model: Sequential, epochs: int) -> str:
    """How far a fit came that was interrupted."""
    done = len(model.history.epoch)
    text = f"interrupted after {done} of {epochs} epochs"
    if not done:
        return text
    accuracy = 100 * model.history["val_accuracy"][-1]
    return f"{text}; validation accuracy so far: {accuracy:.1f} %"
