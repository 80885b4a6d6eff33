"""One-hot rows: a column for each class, 1 in that of the row's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array
from scratchwork.errors import DataError
from scratchwork.settings import whole

MOST_CLASSES = 100_000


@checked
def one_hot(y: Any, classes: int | Sequence[Any] | None = None) -> Array:
    """Turn labels into rows with a column for each class, Y[i, k] = 1 where y[i] is class k.

    No loss here needs it: cross_entropy takes the labels. This is ``to_categorical`` of Keras, and
    rows are float32 as in its version 2.

    Parameters
    ----------
    y : array (n,) or (n, 1)
        Whole numbers from 0 on, or texts.
    classes : int > 0 or sequence of labels, optional
        The number of classes, or their labels in the order of the columns. None: for whole
        numbers, as many as the largest and one more; for texts, those in `y`, sorted.

    Returns
    -------
    array (n, classes), float32

    Raises
    ------
    DataError
        When `y` is empty, no array of labels, or has a label that is no class.
    DescriptionError
        When `classes` is no number of classes.

    Examples
    --------
    >>> one_hot([0, 2, 1])
    array([[1., 0., 0.],
           [0., 0., 1.],
           [0., 1., 0.]], dtype=float32)
    >>> one_hot(["dog", "cat"], classes=["cat", "dog"])
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    labels = _labels(y)
    known = _classes(labels, classes)
    k = np.minimum(np.searchsorted(np.sort(known), labels), len(known) - 1)
    columns = np.argsort(known)[k]
    strange = known[columns] != labels
    if strange.any():
        row = int(strange.argmax())
        listed = ", ".join(map(str, known[:10])) + ", ..." * (len(known) > 10)
        got = f"{labels[row].item()!r} in row {row}"
        raise DataError("one_hot(y)", f"classes {listed}", got, "mend it, or give all classes=")
    Y = np.zeros((len(labels), len(known)), np.float32)
    Y[np.arange(len(labels)), columns] = 1
    return Y


def _labels(y: Any) -> Array:
    labels = np.asarray(y)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.dtype.kind == "f" and labels.size and _whole(labels):
        labels = labels.astype(np.int64)
    if labels.ndim != 1 or labels.size == 0 or labels.dtype.kind not in "biuUS":
        got = f"{labels.shape} {labels.dtype}"
        todo = "give one label a row; rows that are one-hot already can go to fit"
        raise DataError("one_hot(y)", "labels (n,), whole numbers or texts", got, todo)
    return labels.astype(np.int64) if labels.dtype.kind in "bu" else labels


def _whole(numbers: Array) -> bool:
    return bool(np.isfinite(numbers).all() and (numbers % 1 == 0).all())


def _classes(labels: Array, classes: int | Sequence[Any] | None) -> Array:
    if classes is not None and np.ndim(classes) == 1 and len(np.unique(classes)):
        return np.asarray(classes)
    if classes is None and labels.dtype.kind != "i":
        return np.unique(labels)
    if classes is not None:
        whole("one_hot(classes)", "classes", classes)
    count = int(labels.max()) + 1 if classes is None else int(cast(int, classes))
    if count > MOST_CLASSES:
        todo = "give classes= the labels that there are"
        raise DataError("one_hot(y)", f"at most {MOST_CLASSES:,} classes", f"{count:,}", todo)
    return np.arange(count)
