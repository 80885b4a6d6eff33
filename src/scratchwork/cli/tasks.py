"""What is trained on each data set, and on a file of the user's, unless options say otherwise."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets import Dataset, circles, csv, digits, iris, mnist, moons, npz, spirals
from ..datasets.layout import read_layout
from ..errors import DataError, DescriptionError, FileError
from ..layers import Flatten, Rescale, Standardize
from ..layers.layer import Buildable

TABLES = (".csv", ".tsv", ".txt")
FILES = (*TABLES, ".npz")
FILE_DEFAULTS = {"layers": (64, 32), "dropout": 0.1, "batch_size": 32, "epochs": "5 to 100"}
ROWS_IN_ALL = 200_000
"""A network for a file of the user's sees about so many rows, in 5 to 100 epochs."""


@dataclass(frozen=True)
class Task:
    """A data set and the network for it.

    Parameters
    ----------
    load : function of (path or None, seed) -> Dataset
    input_shape : tuple of int
        Of one row.
    classes : int
        How many; 0 where the targets are numbers to be met.
    rows : int
        Of training.
    before : tuple of layers
        From raw values to what the first Dense layer takes.
    layers, dropout, batch_size, epochs
        The options of the same names, chosen on the validation rows of seeds 0 to 9.
    after : tuple of layers
        From the last Dense layer to numbers of the targets' size.
    outputs : int
        Numbers to be met in each row.
    of_file : bool
        Whether it was made for a file of the user's.
    """

    name: str
    load: Callable[[Path | None, int], Dataset]
    input_shape: tuple[int, ...]
    classes: int
    rows: int
    before: tuple[Buildable, ...]
    layers: tuple[int, ...]
    dropout: float
    batch_size: int
    epochs: int
    after: tuple[Buildable, ...] = ()
    outputs: int = 1
    of_file: bool = False

    @property
    def loss(self) -> str:
        return "cross_entropy" if self.classes else "mean_squared_error"


def plane(
    name: str, make: Callable[..., Dataset], classes: int, layers: tuple[int, ...], epochs: int
) -> Task:
    """The task of telling apart points of a plane."""
    return Task(
        name, lambda path, seed: make(seed=seed), (2,), classes, 700, (Standardize(),), layers,
        0.0, 8, epochs,
    )  # fmt: skip


TASKS = {
    "digits": Task(
        name="digits",
        load=lambda path, seed: digits(seed=seed),
        input_shape=(64,),
        classes=10,
        rows=1258,
        before=(Rescale(1 / 16),),
        layers=(128, 64),
        dropout=0.2,
        batch_size=16,
        epochs=30,
    ),
    "moons": plane("moons", moons, 2, (32, 16), 20),
    "circles": plane("circles", circles, 2, (32, 16), 20),
    "spirals": plane("spirals", spirals, 2, (64, 64), 60),
    "iris": Task(
        name="iris",
        load=lambda path, seed: iris(seed=seed),
        input_shape=(4,),
        classes=3,
        rows=105,
        before=(Standardize(),),
        layers=(16, 16),
        dropout=0.0,
        batch_size=8,
        epochs=100,
    ),
    "mnist": Task(
        name="mnist",
        load=lambda path, seed: mnist(path, seed=seed),
        input_shape=(28, 28),
        classes=10,
        rows=50_000,
        before=(Rescale(1 / 255), Flatten()),
        layers=(128, 64),
        dropout=0.1,
        batch_size=64,
        epochs=10,
    ),
}


@dataclass(frozen=True)
class Columns:
    """What is asked of the columns of a file: which to predict, to leave out, with gaps or not."""

    target: str | None
    drop: tuple[str, ...]
    missing: str

    def given(self) -> list[str]:
        """The options that were given, --target first."""
        said = {
            "--target": self.target is not None,
            "--drop": self.drop,
            "--missing": self.missing != "error",
        }
        return [option for option, typed in said.items() if typed]


def task_of_file(path: Path, columns: Columns, seed: int) -> Task:
    """The task for a table or arrays of the user's: the file is read here, once."""
    if not path.exists():
        todo = f"give a file, or one of {', '.join(TASKS)}"
        raise FileError(str(path), "a file that exists", "no such file", todo)
    data = read(path, columns, seed)
    rows, shape = len(data.X_train), data.X_train.shape[1:]
    return Task(
        name=path.stem,
        load=lambda path, seed: data,
        input_shape=shape,
        classes=len(data.class_names),
        rows=rows,
        before=before_dense(data),
        layers=(64, 32),
        dropout=0.1,
        batch_size=32,
        epochs=max(5, min(100, ROWS_IN_ALL // rows)),
        after=() if data.class_names else after_dense(data),
        outputs=data.y_train.shape[1] if data.y_train.ndim == 2 else 1,
        of_file=True,
    )


def read(path: Path, columns: Columns, seed: int) -> Dataset:
    """The file's rows; an error names options, not arguments of functions."""
    try:
        if path.suffix.lower() != ".npz":
            drop, target = dropped(path, columns.drop), column(columns.target)
            return csv(path, target=target, drop=drop, missing=columns.missing, seed=seed)
        for option in columns.given()[columns.target is not None :]:
            raise DescriptionError(option, "a table FILE.csv", str(path), "leave it out")
        return npz(path, target=columns.target, seed=seed)
    except (DataError, FileError) as error:
        raise type(error)(*map(as_options, error.args)) from error


def dropped(path: Path, typed: Sequence[str]) -> list[Any]:
    """Columns to leave out: ``id,name`` is two, unless one column has that very name."""
    parts = [part.strip() for text in typed for part in text.split(",")]
    if len(parts) > len(typed):
        names = read_layout(path, named=[*typed, *parts]).names
        typed = [part for text in typed for part in ([text] if text in names else text.split(","))]
    return [column(text.strip()) for text in typed if text.strip()]


ADVICE = {
    r"drop=\[\.\.\.\]": "--drop NAME,NAME,...",
    "drop=": "--drop",
    'missing="drop"': "--missing drop",
    'target=(?=")': "--target ",
    "target=": "--target",
}
"""Arguments of csv() and npz() in advice, and the options that say the same."""


def as_options(text: str) -> str:
    """Advice to give arguments to a function as advice to give options."""

    def several(found: re.Match[str]) -> str:
        return " ".join(
            f"--drop {shlex.quote(name or place)}"
            for name, place in re.findall(r'"(.*?)"|(\d+)', found[1])
        )

    text = re.sub(r'drop=\[("[^"]*"(?:, "[^"]*")*|[0-9, ]+)\]', several, text)
    for function, option in ADVICE.items():
        text = re.sub(function, option, text)
    return text


def column(typed: str | None) -> Any:
    """A column by its name, or by its position where that is what was typed: -1 is the last."""
    return int(typed) if typed and re.fullmatch(r"-?\d+", typed) else typed


def before_dense(data: Dataset) -> tuple[Buildable, ...]:
    """Pixels from 0 to 255 are divided, other numbers standardized; images become rows."""
    X = data.X_train
    first: Buildable = Rescale(1 / 255) if X.dtype == np.uint8 else Standardize()
    return (first, Flatten()) if X.ndim > 2 else (first,)


def after_dense(data: Dataset) -> tuple[Buildable, ...]:
    """Targets such as prices are met sooner by a network whose output is spread as they are."""
    spread, mean = (float(f"{x:.6g}") for x in (data.y_train.std(), data.y_train.mean()))
    return (Rescale(spread, mean),) if spread else ()
