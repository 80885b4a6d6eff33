"""What is lost when numbers become float32: a column with a large offset loses its spread."""

from __future__ import annotations

import numpy as np

from .storage import Array

SMALL = 2.0**12
"""Below it float32 rounds by less than 0.00025."""
MOST_LOST = 0.01
"""Of a column's standard deviation."""
NOISE = 1e-13
"""A column that varies less, for its size, is a constant that was computed."""


def blurred(given: Array, narrow: Array) -> int | None:
    """The first column whose rounding to float32 is more than 1 % of its spread, or None.

    Parameters
    ----------
    given : array (n, ...)
        Rows; what stands at one place of them is a column.
    narrow : array (n, ...)
        The same as float32; NaN stands for gaps.
    """
    if narrow.dtype != np.float32 or given.dtype.kind not in "iuf" or given.dtype.itemsize < 4:
        return None
    if (
        given.dtype == np.float32
        or not narrow.size
        or not np.fmax.reduce(np.abs(narrow), axis=None) >= SMALL
    ):
        return None
    given, narrow = given.reshape(len(given), -1), narrow.reshape(len(given), -1)
    large = np.fmax.reduce(np.abs(narrow), axis=0) >= SMALL
    return next(
        (int(k) for k in np.flatnonzero(large) if is_blurred(given[:, k], narrow[:, k])), None
    )


def is_blurred(given: Array, narrow: Array) -> bool:
    """Whether a column that varies loses more than 1 % of its spread; gaps do not count."""
    exact, rounded = given.astype(np.float64), narrow.astype(np.float64)
    known = ~np.isnan(exact)
    exact, rounded = exact[known], rounded[known]
    spread, lost = exact.std(), np.sqrt(np.mean((exact - rounded) ** 2))
    return bool(spread > NOISE * np.abs(exact).max() and lost > MOST_LOST * spread)


def as_small(X: Array) -> Array:
    """Rows as float32, or as they are where that would blur a column."""
    narrow = X.astype(np.float32)
    return narrow if blurred(X, narrow) is None else X
