"""Targets: y as the program takes it, with errors that say where to look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import DataError, ShapeError
from ..losses import Loss, TargetKind
from ..storage import Array
from .arrays import place_text
from .inputs import finite

PROBABILITY_TOLERANCE = 1e-4


def target_kind(y: Array, loss: Loss, width: int) -> TargetKind:
    """Whether y holds class numbers, one number a row, or one row a row."""
    if y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1):
        return default_kind(loss, width)
    return "matrix"


def default_kind(loss: Loss, width: int) -> TargetKind:
    """What y (n,) is under a loss, and expected to be before any was seen."""
    if loss.classes and width > 1:
        return "labels"
    return "column" if width == 1 or loss.one_target else "matrix"


def check_y(
    y: Array, kind: TargetKind, loss: Loss, rows: int, width: int, dtype: str, where: str,
    metrics: Sequence[str] = (),
) -> Array:  # fmt: skip
    """y as the program takes it: (n,) class numbers or numbers, or (n, width)."""
    if kind == "labels":
        return check_labels(y.reshape(rows), width, where)
    width = 1 if loss.one_target else width
    wanted = (rows,) if width == 1 else (rows, width)
    if y.shape != wanted and y.shape != (rows, width):
        expected = "(n,) or (n, 1)" if width == 1 else f"(n, {width})"
        raise ShapeError(
            where, f"y of shape {expected}", str(y.shape), width_advice(y, loss, width)
        )
    y = finite(y.reshape(wanted), dtype, where)
    if loss.answers and loss.whole and np.isin(y, (-1, 1)).all():
        y = (y + 1) / 2  # -1 and 1, as hinges are written, are 0 and 1 here
    check_range(y, loss, where)
    if loss.classes and y.ndim == 2:
        check_sums(y, where)
    if {"accuracy", "binary_accuracy"} & {*metrics} and not (loss.classes or loss.answers):
        check_classes(y, where)
    return y


def width_advice(y: Array, loss: Loss, width: int) -> str:
    """What to do about targets of another width than the network's output."""
    if y.ndim > 2:
        return f"reshape it: y.reshape({len(y)}, -1)"
    given = y.shape[1] if y.ndim == 2 else 1
    if not given:
        return "check how the targets were selected"
    if given == 1 and loss.answers:
        return f'give {width} answers a row; for one class of {width} use loss="cross_entropy"'
    end = f"or end the network with Dense({given})"
    return f"give {'one number' if width == 1 else f'{width} numbers'} a row, {end}"


def check_labels(y: Array, width: int, where: str) -> Array:
    """Class numbers 0 .. width - 1 as integers."""
    wrong = ~(np.isfinite(y) & (y == np.floor(y)) & (y >= 0) & (y < width))
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            where,
            f"class numbers from 0 to {width - 1}",
            f"{y[row]} at row {row} ({int(wrong.sum())} in all)",
            label_advice(y, float(y[row]), width),
        )
    return y.astype(np.int64)


def label_advice(y: Array, label: float, width: int) -> str:
    """What to do about a label that is no class number."""
    if not np.isfinite(label):
        return "drop such rows"
    if label != np.floor(label):
        return 'give whole numbers; for regression use loss="mean_squared_error"'
    known = y[np.isfinite(y)]
    if known.min() == 1 and known.max() <= width:
        return "count the classes from 0: y - 1"
    if len(np.unique(known)) <= width:
        return "number them: classes, y = np.unique(y, return_inverse=True)"
    return f"give the last layer {int(known.max()) + 1} units, if these are the classes"


def check_classes(y: Array, where: str) -> None:
    """Refuse accuracy of targets that are no classes: under a loss of numbers only 0 and 1 are."""
    other = ~np.isin(y, (0, 1))
    if other.any():
        raise DataError(
            where,
            'targets 0 and 1 for metrics=["accuracy"]',
            found(y, other),
            "leave accuracy out: it counts right classes, and these targets are not classes",
        )


def check_range(y: Array, loss: Loss, where: str) -> None:
    """Refuse targets outside the loss's range, or between where it takes 0 and 1 only."""
    wrong = (y < loss.least) | (y > loss.most)
    if loss.whole:
        wrong |= ~np.isin(y, (0, 1))
    if not wrong.any():
        return
    if loss.most == 1:
        expected = f"targets {'0 and 1' if loss.whole else 'from 0 to 1'}, as loss {loss.name}"
        todo = "give 0 and 1"
        if loss.answers and y.ndim == 1 and len(np.unique(y)) == 2:
            todo = f"give yes and no: y == {y.max():g}"
        elif loss.answers and y.ndim == 1 and not (y - np.floor(y)).any():
            todo = 'for more than two classes use loss="cross_entropy" and an output for each'
    else:
        expected = f"targets of at least {loss.least:g}, as loss {loss.name}"
        todo = 'use another loss, such as "mean_squared_error"'
    raise DataError(where, f"{expected} takes them", found(y, wrong), todo)


def found(y: Array, wrong: Array) -> str:
    """The first wrong target and its place, and how many there are."""
    place = tuple(np.argwhere(wrong)[0])
    return f"{y[place]:.6g} at {place_text(place)} ({int(wrong.sum())} in all)"


def check_sums(y: Array, where: str) -> None:
    """Refuse rows of probabilities that do not sum to 1."""
    sums = y.sum(axis=1)
    wrong = np.abs(sums - 1) > PROBABILITY_TOLERANCE
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            where,
            "probabilities that sum to 1 in each row",
            f"{sums[row]:.6g} in row {row} ({int(wrong.sum())} in all)",
            "divide each row by its sum: y / y.sum(axis=1, keepdims=True)"
            if sums[row] > 0
            else "give each row its class",
        )
