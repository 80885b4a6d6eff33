"""One-hot rows: a column for each class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scratchwork.datasets import one_hot
from scratchwork.errors import DataError, DescriptionError

LABELS = "one_hot(y) expects labels (n,), whole numbers or texts, got"
ROWS = "give one label a row; rows that are one-hot already can go to fit"
MEND = "mend it, or give all classes="


@pytest.mark.parametrize(
    ("y", "classes", "columns", "width"),
    [
        ([0, 2, 1], None, [0, 2, 1], 3),
        ([0, 2], 5, [0, 2], 5),
        ([[1], [0]], None, [1, 0], 2),
        ([1.0, 3.0], None, [1, 3], 4),
        (np.array([2, 0], np.uint8), None, [2, 0], 3),
        ([True, False], None, [1, 0], 2),
        ([3, 1, 3], [3, 1], [0, 1, 0], 2),
        (["b", "a", "b"], None, [1, 0, 1], 2),
        (["a", "bb"], ["bb", "c", "a"], [2, 0], 3),
    ],
)
def test_each_row_has_one_in_its_column(
    y: Any, classes: Any, columns: list[int], width: int
) -> None:
    Y = one_hot(y, classes)
    assert Y.dtype == np.float32
    assert np.array_equal(Y, np.eye(width)[columns])


@pytest.mark.parametrize(
    ("y", "classes", "message"),
    [
        ([], None, f"{LABELS} (0,) float64; {ROWS}"),
        ([0.5], None, f"{LABELS} (1,) float64; {ROWS}"),
        ([np.nan, np.inf], None, f"{LABELS} (2,) float64; {ROWS}"),
        ([[1, 0], [0, 1]], None, f"{LABELS} (2, 2) int64; {ROWS}"),
        ([None], None, f"{LABELS} (1,) object; {ROWS}"),
        ([0, -1], None, f"one_hot(y) expects classes 0, got -1 in row 1; {MEND}"),
        ([0, 3], 3, f"one_hot(y) expects classes 0, 1, 2, got 3 in row 1; {MEND}"),
        (["a", "c"], ["a", "b"], f"one_hot(y) expects classes a, b, got 'c' in row 1; {MEND}"),
        ([10**9], None, "one_hot(y) expects at most 100,000 classes, got 1,000,000,001; give "),
    ],
)
def test_what_is_no_label(y: Any, classes: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        one_hot(y, classes)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("classes", [0, -1, 2.5, True, "ab", []])
def test_what_is_no_number_of_classes(classes: Any) -> None:
    with pytest.raises(DescriptionError, match=r"one_hot\(classes\) expects a whole number"):
        one_hot([0, 1], classes)
