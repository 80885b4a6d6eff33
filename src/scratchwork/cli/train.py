"""train: fit a network to a data set or a file of one's own, and say what to do next."""

from __future__ import annotations

import shlex
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import click

from ..datasets import Dataset
from ..errors import DescriptionError, FileError
from ..files import program_path, refuse_foreign
from ..model import Sequential
from .options import description_options, given
from .picture import check_picture, draw
from .screen import say
from .settings import Settings

FILE_PY: dict[str, Any] = {"type": click.Path(path_type=Path), "metavar": "FILE.py"}


@click.command()
@description_options
@click.option(
    "--write",
    **FILE_PY,
    help="Write the whole training as a program that needs NumPy alone, its data beside it.",
)
@click.option(
    "--network",
    **FILE_PY,
    help="Write the trained network as a program that answers rows: scratchwork predict.",
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE.png",
    help="Draw learning curves, and what fits the data: the decision boundary, the worst mistakes "
    "or a confusion matrix. FILE.png or FILE.svg; needs matplotlib.",
)
@click.option("--quiet", is_flag=True, help="No line for each epoch.")
@click.pass_context
def train(
    context: click.Context,
    /,
    write: Path | None,
    network: Path | None,
    plot: Path | None,
    quiet: bool,
    **options: Any,
) -> None:
    """Train on a data set, or on a table of your own, and test on rows held out.

    DATA is digits, moons, circles, spirals, iris or mnist, or a file: FILE.csv with a column to
    predict (--target, else the last), or FILE.npz with arrays X and y.

    \b
    Examples:
      scratchwork train digits
      scratchwork train digits --layers 256 --optimizer SGD --learning-rate 0.5
      scratchwork train table.csv --target price
      scratchwork train table.csv --target species --network species.py
      scratchwork train moons --activation tanh --write moons.py --plot moons.png
      scratchwork train mnist --data mnist.npz --epochs 5 --schedule cosine
    """
    for file in filter(None, (write, network)):
        check_writable(file)
    if write and network and write.resolve() == network.resolve():
        todo = "give each a name of its own"
        raise DescriptionError("--network", "another file than --write", str(network), todo)
    if plot is not None:
        check_picture(plot)
        check_place(plot)
    settings = Settings.of(**options)
    model = settings.model()
    dataset = settings.data()
    say(settings.headline(dataset))
    fit(model, settings, dataset, quiet)
    say(tested(model, dataset), "bold green")
    say(ran(model))
    if plot is not None:
        draw(model, dataset, plot)
        say(f"its picture: {plot}")
    if write is not None:
        program, *arrays = model.write(write, data=dataset)
        say(f"its program: {program}, with its data in {arrays[0]}")
        say(f"run it: python {shlex.quote(str(program))}")
    if network is not None:
        program, *arrays = model.write(network, program="predict", data=dataset)
        beside = f", with its numbers in {arrays[0]}" if arrays else ""
        say(f"the trained network: {program}{beside}")
        say(f"use it: scratchwork predict {shlex.quote(str(program))} ROWS.csv")
    if write is None and network is None:
        say_what_next(context, settings)


def say_what_next(context: click.Context, settings: Settings) -> None:
    """The commands that show and keep the program."""
    described = {field.name for field in fields(Settings)} | {"data"}
    words, file = given(context, described), f"{settings.task.name}.py"
    say(f"read its program: scratchwork source {words}")
    say(f"or keep it as a file: scratchwork train {words} --write {file}")
    if settings.task.of_file:
        say(f"to use the network: scratchwork train {words} --network {file}")


def ran(model: Sequential) -> str:
    """``engine: numpy (auto: some 2.1 s in NumPy, too short to compile)``."""
    return f"engine: {model.history.engine} ({model.history.reason})"


def tested(model: Sequential, data: Dataset) -> str:
    """``test accuracy: 97.4 %``, or each metric as a number."""
    found = model.evaluate(data.X_test, data.y_test).as_dict()
    if "accuracy" in found:
        return f"test accuracy: {100 * found['accuracy']:.1f} %"
    return "test " + ", ".join(f"{name}: {value:.4g}" for name, value in found.items())


def check_writable(path: Path) -> None:
    """Refuse, before anything is trained, a file that could not be written afterwards."""
    program_path(path, "write", plain=True)
    for file in (path, path.with_suffix(".npz")):
        refuse_foreign(file)
        check_place(file)


def check_place(path: Path) -> None:
    """Refuse a place where no file could be written."""
    try:
        try_to_create(path)
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


def fit(model: Sequential, settings: Settings, data: Dataset, quiet: bool) -> None:
    """Train with a line an epoch, and a bar in a terminal; Ctrl-C says how far it came."""
    try:
        model.fit(
            data.X_train,
            data.y_train,
            batch_size=settings.batch_size,
            epochs=settings.epochs,
            validation_data=(data.X_val, data.y_val),
            verbose=0 if quiet else 2,
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(reached(model, settings.epochs)) from None


def reached(model: Sequential, epochs: int) -> str:
    """How far a fit came that was interrupted."""
    done = len(model.history.epoch)
    text = f"interrupted after {done} of {epochs} epochs"
    if not done:
        return text
    if "val_accuracy" in model.history:
        accuracy = 100 * model.history["val_accuracy"][-1]
        return f"{text}; validation accuracy so far: {accuracy:.1f} %"
    return f"{text}; validation loss so far: {model.history['val_loss'][-1]:.4g}"
