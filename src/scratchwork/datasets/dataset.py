"""What every dataset returns, and the stratified split that makes its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scratchwork.errors import DataError, DescriptionError
from scratchwork.streams import Stream, generator

Array = NDArray[Any]
PARTS = ("training", "validation", "test")
SHOWN = 20
"""The names of so many classes are printed."""


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """Rows and targets in three parts; every row of the source is in exactly one of them.

    Parameters
    ----------
    X_train, X_val, X_test : array (n, ...)
        Raw values, one row a sample, in random order (a test set with an order of its own keeps
        that order).
    y_train, y_val, y_test : array (n,)
        The target of each row, as the source has it: a class (a whole number or a text) or a
        number to be met, then also (n, outputs).
    class_names : tuple of str
        The names of the classes in the order of their sorted labels; () where the targets are
        numbers to be met.
    description : str
        What the data are, where they come from, and their licence.
    feature_names : tuple of str
        The names of the columns of X; () where they have none.
    target_name : str
        What the target is called; "" where it has no name.
    images : array (n, height, width), optional
        The pictures in the order of the source, for looking at; None where rows are no pictures
        or are pictures already.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> datasets.moons(100)
    Dataset with classes upper, lower
      X_train  (70, 2)  float32
      y_train  (70,)    int64
      X_val    (15, 2)  float32
      y_val    (15,)    int64
      X_test   (15, 2)  float32
      y_test   (15,)    int64
    """

    X_train: Array
    y_train: Array
    X_val: Array
    y_val: Array
    X_test: Array
    y_test: Array
    class_names: tuple[str, ...]
    description: str
    feature_names: tuple[str, ...] = ()
    target_name: str = ""
    images: Array | None = None

    @property
    def target_kind(self) -> Literal["classes", "numbers"]:
        """What the targets are: ``"classes"``, or ``"numbers"`` to be met."""
        return "classes" if self.class_names else "numbers"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The rows for training, validation and test."""
        return len(self.X_train), len(self.X_val), len(self.X_test)

    def __repr__(self) -> str:
        arrays = {name: a for name, a in vars(self).items() if isinstance(a, np.ndarray)}
        name_width = max(map(len, arrays))
        shape_width = max(len(str(a.shape)) for a in arrays.values())
        lines = [
            f"  {name:{name_width}}  {a.shape!s:{shape_width}}  {a.dtype}"
            for name, a in arrays.items()
        ]
        return "\n".join([f"Dataset with {self._target()}", *lines])

    def _target(self) -> str:
        if not self.class_names:
            return f"numbers {self.target_name}".strip()
        first = self.class_names[:SHOWN]
        more = len(self.class_names) - len(first)
        return f"classes {', '.join(first)}{f' and {more} more' * (more > 0)}"


def split(
    X: Array,
    y: Array,
    *,
    seed: int,
    validation: int | float,
    test: int | float,
    classes: bool = True,
    complete: Sequence[str] = PARTS,
) -> tuple[Array, Array, Array, Array, Array, Array]:
    """Split rows and targets into training, validation and test parts, stratified by class.

    Parameters
    ----------
    X : array (n, ...)
    y : array (n,)
        Each distinct label is a class.
    seed : int >= 0
    validation, test : float in [0, 1) or int >= 0
        A fraction of the rows, or (an int) a number of rows.
    classes : bool
        Whether `y` holds classes; if not, rows are drawn whatever their targets.
    complete : sequence of "training", "validation", "test"
        The parts in which no class may be missing.

    Returns
    -------
    X_train, y_train, X_val, y_val, X_test, y_test : arrays

    Raises
    ------
    DataError
        When `X` and `y` differ in length, or a part of `complete` would lack a class.
    DescriptionError
        When `validation` or `test` is out of range, or they leave nothing for training.

    Examples
    --------
    >>> X, y = np.arange(20).reshape(10, 2), np.array([0] * 6 + [1] * 4)
    >>> X_train, y_train, X_val, y_val, X_test, y_test = split(
    ...     X, y, seed=0, validation=0.5, test=0)
    >>> np.bincount(y_train).tolist(), np.bincount(y_val).tolist(), len(X_test)
    ([3, 2], [3, 2], 0)
    """
    if len(X) != len(y):
        got = f"{len(X)} rows and {len(y)} labels"
        raise DataError("split(X, y)", "one label a row", got, "give X and y of one length")
    strata = y if classes else np.zeros(len(y), np.int8)
    sizes = {"validation": validation, "test": test}
    train, val, held = partition(strata, seed=seed, complete=complete, **sizes)
    return X[train], y[train], X[val], y[val], X[held], y[held]


def partition(
    y: Array,
    *,
    seed: int,
    validation: int | float,
    test: int | float,
    complete: Sequence[str] = PARTS,
) -> tuple[Array, Array, Array]:
    """Return the row numbers of the three parts that `split` makes, each in random order."""
    rng = generator(seed, Stream.SPLIT)
    _, classes, counts = np.unique(y, return_inverse=True, return_counts=True)
    part = np.zeros(len(y), np.int8)
    members = np.split(np.argsort(classes, kind="stable"), np.cumsum(counts[:-1]))
    sizes = _class_sizes(counts, validation, test, complete)
    for ordered, (_, n_val, n_test) in zip(members, sizes, strict=True):
        rows = rng.permutation(ordered)
        part[rows[:n_val]] = 1
        part[rows[n_val : n_val + n_test]] = 2
    train, val, held = (rng.permutation(np.flatnonzero(part == k)) for k in range(3))
    return train, val, held


def _class_sizes(
    counts: Array, validation: int | float, test: int | float, complete: Sequence[str]
) -> Array:
    """Return the rows of each class (one line a class) in the three parts (columns)."""
    _, n_val, n_test = _part_sizes(int(counts.sum()), validation, test)
    val = _in_proportion(n_val, counts)
    held = _in_proportion(n_test, counts - val)
    sizes = np.stack([counts - val - held, val, held], axis=1)
    for name, wanted, column in zip(PARTS, (True, validation, test), sizes.T, strict=True):
        if wanted and name not in complete and not column.any():
            raise DataError(
                f"the split of {counts.sum()} rows",
                f"a row in the {name} part",
                "too few rows to split",
                f"use more rows or another {name}= (0 for no such part)",
            )
        if wanted and name in complete and column.min() == 0:
            raise DataError(
                f"the split of {counts.sum()} rows",
                f"every one of the {len(counts)} classes in the {name} part",
                f"{np.count_nonzero(column)} of them in its {column.sum()} rows",
                "use more rows or another validation=, test= (0 for no such part)",
            )
    return sizes


def _part_sizes(n: int, validation: int | float, test: int | float) -> Array:
    n_val, n_test = _quota("validation", validation, n), _quota("test", test, n)
    n_train = n - n_val - n_test
    if n_train < 1:
        if n == 1 and n_train > 0:  # the fractions are possible, only not of one row
            todo = "use more rows, or validation=0 and test=0"
            raise DataError(f"split of {n} rows", "rows for each part", "too few to split", todo)
        expected = f"at least one of the {n} rows left for training"
        got = f"validation={validation} and test={test}"
        raise DescriptionError("split", expected, got, "make them smaller")
    return _largest_remainder(np.array([n_train, n_val, n_test]), n)


def _quota(name: str, size: int | float, n: int) -> float:
    """Return the ideal number of rows, not rounded, of a part given as fraction or as rows."""
    whole = isinstance(size, (int, np.integer))
    number = whole or isinstance(size, (float, np.floating))
    if not number or isinstance(size, bool) or not 0 <= size < (np.inf if whole else 1):
        expected = "a fraction in [0, 1) or a whole number of rows"
        raise DescriptionError(name, expected, repr(size), f"try {name}=0.15")
    return float(min(size, n)) if whole else float(size) * n


def _in_proportion(rows: int, counts: Array) -> Array:
    return _largest_remainder(rows * counts / counts.sum(), rows)


def _largest_remainder(quotas: Array, total: int) -> Array:
    """Round down, then give what is missing to the largest remainders: the sum is `total`."""
    sizes = np.floor(quotas).astype(np.int64)
    largest_first = np.argsort(sizes - quotas, kind="stable")
    sizes[largest_first[: total - sizes.sum()]] += 1
    return sizes
