"""Read the columns of a table: fast where all are numbers, a row at a time where some are not."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from scratchwork.datasets.dataset import Array
from scratchwork.datasets.layout import Layout, Row, is_gap, number, shown, truth
from scratchwork.datasets.text_lines import text_lines
from scratchwork.errors import DataError
from scratchwork.narrowing import as_small

LARGEST = float(np.finfo(np.float32).max)
BLOCK_OF_TEXT = 2**23
"""Characters that are turned into numbers at once."""
BLOCK_OF_FIELDS = 2**17
LONGEST_LABEL = 200


def read_columns(
    layout: Layout,
    features: Sequence[int],
    target: int | None = None,
    *,
    classes: bool | None = None,
    drop_gaps: bool = False,
) -> tuple[Array, Array, int]:
    """Read the feature columns and the target.

    Parameters
    ----------
    layout : Layout
    features : positions of columns
    target : position of a column, optional
    classes : bool, optional
        True lets a target mix texts and numbers, False refuses texts.
    drop_gaps : bool
        Leave out rows where a number or the target is missing, instead of refusing them.

    Returns
    -------
    X : array (n, features), float32, or float64 where float32 would blur a column
    y : array (n,), float64 or text
        Empty without a target.
    dropped : int
        How many rows with gaps were left out.

    Raises
    ------
    DataError
        When a feature is no finite number, one is missing, or the target is neither text nor
        numbers; with the line and the name of the column.
    """
    if all(number(field) is not None for field in layout.sample):
        values = _read_numbers(layout, features, [] if target is None else [target])
        if values is not None:
            return *values, 0
    lines, X, fields = _read_fields(layout, features, target)
    y, missing = _target(layout, fields, lines, target, classes)
    gaps = np.isnan(X)
    if not drop_gaps:
        _refuse_gaps(layout, features, lines, gaps, target, missing)
        return X, y, 0
    kept = ~gaps.any(axis=1) & (~missing if target is not None else True)
    if not kept.any():
        todo = "leave columns with many gaps out with drop="
        raise DataError(str(layout.path), "a row without gaps", "none", todo)
    return X[kept], y[kept] if target is not None else y, int(np.count_nonzero(~kept))


# ---- all columns are numbers ----
def _read_numbers(
    layout: Layout, features: Sequence[int], target: list[int]
) -> tuple[Array, Array] | None:
    """Return features and target; None if a field is no number, or a row is too long or short."""
    X, y = [], []
    try:
        for block in _blocks(layout):
            values = np.loadtxt(
                block, delimiter=layout.separator, comments=None, quotechar='"', ndmin=2
            )
            if values.shape[1] != len(layout.names) or not (np.abs(values) <= LARGEST).all():
                return None
            X.append(as_small(values[:, features]))
            y.append(values[:, target].ravel())
    except DataError:
        raise
    except ValueError:  # the other way of reading finds out which field, or reads it
        return None
    return as_small(np.concatenate(X)), np.concatenate(y)


def _blocks(layout: Layout) -> Iterator[list[str]]:
    """The lines of data in lists of some million characters."""
    block: list[str] = []
    size = 0
    lines = text_lines(layout.path)
    rows = (line for line in lines if layout.separator in line or not line.isspace())
    for line in islice(rows, int(layout.header), None):
        block.append(line)
        size += len(line)
        if size > BLOCK_OF_TEXT:
            yield block
            block, size = [], 0
    if block:
        yield block


# ---- some are not ----
def _read_fields(
    layout: Layout, features: Sequence[int], target: int | None
) -> tuple[list[int], Array, list[str]]:
    """Return the number of each row's line, the features with NaN in gaps, and the targets."""
    rows = layout.rows()
    count = max(1, BLOCK_OF_FIELDS // len(layout.names))
    lines: list[int] = []
    X: list[Array] = []
    fields: list[str] = []
    while block := list(islice(rows, count)):
        columns = list(zip(*(row for _, row in block), strict=True))
        values = np.empty((len(block), len(features)))
        for k, place in enumerate(features):
            values[:, k] = _numbers(columns[place], truths=True)
        if (np.abs(values) > LARGEST).any():
            _refuse_texts(layout, features, block, np.abs(values) > LARGEST)
        X.append(as_small(values))
        lines += [line for line, _ in block]
        fields += columns[target] if target is not None else ()
    return lines, as_small(np.concatenate(X)), fields


def _numbers(fields: Sequence[str], *, truths: bool = False) -> list[float]:
    """The numbers, NaN for gaps and infinity for texts; with ``truths`` True is 1, False 0."""
    try:
        if not any("_" in field for field in fields):
            return list(map(float, fields))
    except ValueError:
        pass
    return [_number(field, truths) for field in fields]


def _number(field: str, truths: bool) -> float:
    value = math.nan if is_gap(field) else number(field)
    value = truth(field) if value is None and truths else value
    return math.inf if value is None else value


def _target(
    layout: Layout, fields: list[str], lines: list[int], target: int | None, classes: bool | None
) -> tuple[Array, Array]:
    """Return the targets, and where they are missing."""
    values = np.array(_numbers(fields))
    texts = np.isinf(values)
    if not texts.any():
        return values, np.isnan(values)
    name = layout.names[target or 0]
    where = f"{layout.path}: the target {name!r}"
    first = f"{fields[int(texts.argmax())]!r} on line {lines[int(texts.argmax())]:,}"
    if classes is False:
        todo = "mend it, or leave classes=False out if these are classes"
        raise DataError(where, "finite numbers, with classes=False", first, todo)
    numbers = np.isfinite(values)
    if classes is None and numbers.any():
        got = f"{fields[int(numbers.argmax())]!r} on line {lines[int(numbers.argmax())]:,}"
        todo = "mend the texts, or give classes=True if each is the name of a class"
        raise DataError(where, "either numbers or texts", f"{got} and {first}", todo)
    longest = max(range(len(fields)), key=lambda row: len(fields[row]))
    if len(fields[longest]) > LONGEST_LABEL:
        got = f"{len(fields[longest]):,} on line {lines[longest]:,}"
        todo = "choose another column with target="
        raise DataError(where, f"names of at most {LONGEST_LABEL} characters", got, todo)
    return np.array(fields), np.array([field in ("", "?") for field in fields])


# ---- what is refused ----
def _refuse_texts(
    layout: Layout, features: Sequence[int], block: Sequence[Row], wrong: Array
) -> None:
    row, k = (int(place[0]) for place in np.nonzero(wrong))
    line, fields = block[row]
    field = fields[features[k]]
    columns = [
        layout.names[features[place]] for place in map(int, np.flatnonzero(wrong.any(axis=0)))
    ]
    got = f"{_short(field)} in column {layout.names[features[k]]!r} on line {line:,}"
    got += f" ({len(columns)} such columns: {shown(columns)})" * (len(columns) > 1)
    mend = "turn texts into columns of 0 and 1" if wrong[:, k].all() else "mend that field"
    todo = f"{mend}, or leave {_them(columns)} out with drop={_listed(columns)}"
    if number(field) is not None:
        todo = f"write finite numbers of at most {LARGEST:.2g}"
    elif re.fullmatch(r"[-+]?\d+,\d+", field):
        todo = "write decimal points: 0.5 and not 0,5"
    raise DataError(str(layout.path), "a number in each feature column", got, todo)


def _refuse_gaps(
    layout: Layout,
    features: Sequence[int],
    lines: Sequence[int],
    gaps: Array,
    target: int | None,
    missing: Array,
) -> None:
    places = list(features)
    if target is not None:
        gaps, places = np.column_stack([gaps, missing]), [*features, target]
    if not gaps.any():
        return
    row, k = (int(place[0]) for place in np.nonzero(gaps))
    rows, fields = int(gaps.any(axis=1).sum()), int(gaps.sum())
    got = f"{_counted(fields, 'gap')} in {_counted(rows, 'row')}, the first in column "
    got += f"{layout.names[places[k]]!r} on line {lines[row]:,}"
    columns = [layout.names[places[place]] for place in map(int, np.flatnonzero(gaps.any(axis=0)))]
    got += f" (columns with gaps: {shown(columns)})" * (len(columns) > 1)
    todo = 'fill them in, or leave these rows out with missing="drop"'
    todo = todo if target is not None else "fill them in"
    raise DataError(str(layout.path), "no empty fields", got, todo)


def _short(field: str) -> str:
    return repr(field if len(field) <= 40 else f"{field[:40]}...")


def _listed(names: Sequence[str]) -> str:
    return "[...]" if len(names) > 10 else "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _them(columns: Sequence[str]) -> str:
    return "these columns" if len(columns) > 1 else "the column"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
