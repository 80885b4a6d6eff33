"""Whether targets are classes or numbers to be met, and the split of their rows."""

from __future__ import annotations

import numpy as np

from scratchwork.datasets.dataset import Array, split
from scratchwork.errors import DataError, DescriptionError

MOST_CLASSES = 100
LARGEST_WHOLE = 2.0**53
"""From here on, float64 does not tell whole numbers apart."""


def check_classes(where: str, classes: object) -> None:
    """Refuse what is neither True, False nor None."""
    if classes is not None and not isinstance(classes, bool):
        expected, todo = "True, False or None", "give None to let the targets decide"
        raise DescriptionError(f"{where}(classes)", expected, repr(classes), todo)


def classified(y: Array, classes: bool | None, where: str) -> tuple[Array, tuple[str, ...]]:
    """Return the targets, whole numbers as int64, and the names of their classes (or none).

    Classes that are whole numbers come as their positions in the names.

    Texts and booleans are classes. Whole numbers are if there are two of them, or they are 0, 1,
    ..., k - 1 or 1, 2, ..., k with k at most 100; and rows are at least twice as many.

    Parameters
    ----------
    y : array (n,) or (n, outputs)
        Rows of several numbers stay as they are.
    classes : bool, optional
        True or False where the caller knows.
    where : str
        The file and the target, for messages.

    Raises
    ------
    DataError
        When `classes` is True and numbers are not whole, or False and they are no numbers; or
        when nearly each row has a text of its own.
    """
    if y.ndim != 1:
        return y, ()
    if y.dtype.kind in "iuf" and _whole(y):
        y = y.astype(np.int64)
    numbers = y.dtype.kind in "iuf"
    if classes is False and not numbers:
        todo = "leave classes=False out: these are classes"
        raise DataError(where, "numbers, with classes=False", f"{y[0]!s:.40}", todo)
    if classes and y.dtype.kind == "f":
        got = str(y[(y % 1 != 0).argmax()])
        raise DataError(where, "whole numbers or texts", got, "leave classes=True out")
    labels = np.unique(y)
    if y.dtype.kind in "US" and len(y) > 20 and len(labels) > len(y) / 2 and not classes:
        got = f"{len(labels):,} different texts in {len(y):,} rows"
        todo = "choose another target=, or give classes=True if these are classes"
        raise DataError(where, "classes of several rows", got, todo)
    found = not numbers or (y.dtype.kind != "f" and _look_like_classes(labels, len(y)))
    if not (found if classes is None else classes):
        return y, ()
    if y.dtype.kind in "iu":  # the numbers that losses take; the names keep the file's
        y = np.searchsorted(labels, y)
    return y, tuple(map(str, labels))


def split_own(
    X: Array,
    y: Array,
    classes: bool,
    *,
    seed: int,
    validation: int | float,
    test: int | float,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Split rows and targets of a user's into six arrays, as `split` does.

    A class of few rows may be missing from the validation and test rows, not from those for
    training.
    """
    sizes = {"validation": validation, "test": test}
    return split(X, y, seed=seed, classes=classes, complete=("training",), **sizes)


def _whole(y: Array) -> bool:
    small = np.abs(y.astype(np.float64)) < LARGEST_WHOLE
    return bool(small.all() and (y % 1 == 0).all())


def _look_like_classes(labels: Array, rows: int) -> bool:
    k = len(labels)
    in_a_row = int(labels[0]) in (0, 1) and int(labels[-1]) - int(labels[0]) == k - 1
    return rows >= 2 * k and (k == 2 or (in_a_row and 2 < k <= MOST_CLASSES))
