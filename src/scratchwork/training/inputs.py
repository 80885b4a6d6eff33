"""What may come in: X and y are checked once, at the door, with errors that say where to look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..activations import sigmoid, softmax
from ..errors import DataError, ShapeError
from ..losses import Loss, TargetKind
from ..storage import Array

PROBABILITY_TOLERANCE = 1e-4


def as_numbers(given: Any, where: str) -> Array:
    """An array of numbers, or an error for objects, text and what is no array."""
    if np.ma.is_masked(given):
        masked = f"{int(np.ma.getmaskarray(given).sum())} masked"
        raise DataError(where, "no masked entries", masked, "fill or drop the masked entries")
    try:
        array = np.asarray(given)
    except ValueError as error:
        raise DataError(where, "an array", str(error), "give rows of equal length") from error
    if array.dtype.kind not in "biuf":
        raise DataError(
            where, "numbers", f"dtype {array.dtype}", "encode text and objects as numbers"
        )
    return array


def check_X(given: Any, input_shape: tuple[int, ...], dtype: str, where: str) -> Array:
    """X as (n, *input_shape) in the model's dtype, finite and not empty."""
    X = as_numbers(given, where)
    expected = f"({', '.join(map(str, ('n', *input_shape)))}{',' if not input_shape else ''})"
    if X.shape[1:] != input_shape or X.ndim != len(input_shape) + 1:
        raise ShapeError(
            where, f"X of shape {expected}", str(X.shape), reshape_advice(X, input_shape)
        )
    if not len(X):
        raise DataError(where, "at least one row", "none", "check how the data were selected")
    return finite(X, dtype, where)


def finite(given: Array, dtype: str, where: str) -> Array:
    """The array in the model's dtype, or an error that says where it is not finite."""
    with np.errstate(over="ignore"):
        array = np.ascontiguousarray(given, dtype)
    if not np.isfinite(array).all():
        raise not_finite(given, array, where)
    return array


def reshape_advice(X: Array, input_shape: tuple[int, ...]) -> str:
    if (*X.shape[1:], 1) == input_shape:
        return "add the channel: X[..., None]"
    if X.shape == input_shape:
        return "one row alone is X[None]"
    if int(np.prod(X.shape[1:])) == int(np.prod(input_shape)):
        return f"reshape it: X.reshape(-1, {', '.join(map(str, input_shape))})"
    return "give rows of the width the network was built for"


def in_range(given: Array, dtype: str, where: str) -> Array:
    """The array in the model's dtype; NaN and infinity may stand in it, but none may be made."""
    with np.errstate(over="ignore"):
        array = np.asarray(given, dtype)
    lost = given[np.isfinite(given) & ~np.isfinite(array)]
    if lost.size:
        raise DataError(where, f"numbers that {dtype} holds", str(lost[0]), "rescale them")
    return array


def not_finite(given: Array, X: Array, where: str) -> DataError:
    row, *rest = (int(i) for i in np.argwhere(~np.isfinite(X))[0])
    column = f", column {rest[0] if len(rest) == 1 else tuple(rest)}" if rest else ""
    number = int((~np.isfinite(X)).sum())
    first = given[(row, *rest)]
    lost = bool(np.isfinite(first))  # 1e39 is infinite in float32
    return DataError(
        where,
        f"finite numbers{f', also as {X.dtype}' if lost else ''}",
        f"{first} at row {row}{column} ({number} in all)",
        "rescale them" if lost else "drop or fill such entries",
    )


def as_targets(given: Any, where: str) -> Array:
    """y as an array of numbers, or an error that says how to get there."""
    if given is None:
        raise DataError(where, "targets, one for each row of X", "None", "give y, too")
    try:
        return as_numbers(given, where)
    except DataError:
        entries = np.asarray(given, object).ravel()
        if not all(isinstance(entry, str) for entry in entries):
            raise
    todo = "number them: classes, y = np.unique(y, return_inverse=True)"
    raise DataError(where, "numbers", f"text such as {str(entries[0])!r}", todo)


def target_kind(given: Any, loss: Loss, width: int, where: str) -> TargetKind:
    """Whether y holds class numbers, one number a row, or one row a row."""
    y = as_targets(given, where)
    flat = y.ndim == 1 or (y.ndim == 2 and y.shape[1] == 1)
    if loss.classes and flat and width > 1:
        return "labels"
    return "column" if flat and width == 1 else "matrix"


def default_kind(loss: Loss, width: int) -> TargetKind:
    """What y is expected to be before any was seen."""
    if loss.classes and width > 1:
        return "labels"
    return "column" if width == 1 else "matrix"


def check_y(
    given: Any, kind: TargetKind, loss: Loss, rows: int, width: int, dtype: str, where: str,
    metrics: Sequence[str] = (),
) -> Array:  # fmt: skip
    """y as the program takes it: (n,) class numbers or numbers, or (n, width)."""
    y = as_targets(given, where)
    if len(y.shape) == 0 or len(y) != rows:
        got = f"{len(y) if y.shape else 'one number'} for {rows} rows of X"
        raise DataError(where, "as many targets as rows", got, "give X and y of the same length")
    if kind == "labels":
        return check_labels(y.reshape(rows), width, where)
    wanted = (rows,) if kind == "column" else (rows, width)
    if y.shape != wanted and not (kind == "column" and y.shape == (rows, 1)):
        raise ShapeError(
            where,
            f"y of shape {('n', *wanted[1:])}".replace("'", ""),
            str(y.shape),
            f"the network has {width} output{'s' * (width > 1)}",
        )
    y = finite(y.reshape(wanted), dtype, where)
    check_probabilities(y, loss, where)
    if "accuracy" in metrics:
        check_classes(y, loss, where)
    return y


def check_labels(y: Array, width: int, where: str) -> Array:
    """Class numbers 0 .. width - 1 as integers."""
    wrong = ~(np.isfinite(y) & (y == np.floor(y)) & (y >= 0) & (y < width))
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            where,
            f"class numbers from 0 to {width - 1}",
            f"{y[row]} at row {row} ({int(wrong.sum())} in all)",
            label_advice(float(y[row]), width),
        )
    return y.astype(np.int64)


def label_advice(label: float, width: int) -> str:
    """What to do about a label that is no class number."""
    if not np.isfinite(label):
        return "drop such rows"
    if label != np.floor(label):
        return 'number the classes from 0; for regression use loss="mean_squared_error"'
    return f"number the classes from 0, or give the last layer more than {width} units"


def check_classes(y: Array, loss: Loss, where: str) -> None:
    """Refuse accuracy of targets that are no classes: under such a loss only 0 and 1 can be."""
    if loss.classes or loss.link is sigmoid or loss.link is softmax:
        return
    other = ~np.isin(y, (0, 1))
    if other.any():
        raise DataError(
            where,
            'targets 0 and 1 for metrics=["accuracy"]',
            f"{y[other][0]:.6g} at row {int(np.argwhere(other)[0][0])}",
            "leave accuracy out: it counts right classes, and these targets are not classes",
        )


def check_probabilities(y: Array, loss: Loss, where: str) -> None:
    """Refuse targets outside [0, 1], and under cross_entropy rows that do not sum to 1."""
    if loss.name not in ("cross_entropy", "binary_cross_entropy"):
        return
    if y.min() < 0 or y.max() > 1:
        wrong = y.min() if y.min() < 0 else y.max()
        raise DataError(where, "targets from 0 to 1", str(wrong), "give classes as 0 and 1")
    if loss.classes and y.ndim == 2:
        sums = y.sum(axis=1)
        row = int(np.abs(sums - 1).argmax())
        if abs(sums[row] - 1) > PROBABILITY_TOLERANCE:
            raise DataError(
                where,
                "probabilities that sum to 1 in each row",
                f"{sums[row]:.6g} in row {row}",
                "divide each row by its sum",
            )
