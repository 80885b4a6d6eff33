"""Frames of pandas, polars and others, read by narwhals; columns count by position."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from ..errors import DataError
from ..storage import Array

SHOWN = 5
"""Columns or labels that a message lists before it says how many there are."""

WORDS = {
    "String": "text",
    "Categorical": "categories",
    "Enum": "categories",
    "Datetime": "dates",
    "Date": "dates",
    "Time": "times",
    "Duration": "time spans",
    "Object": "objects",
    "List": "lists",
}
"""What a message calls narwhals' types."""

INSTEAD = {
    "text": "turn each word into a column of 0 and 1",
    "categories": "turn each category into a column of 0 and 1",
    "dates": "count days or hours from a first moment",
    "time spans": "divide them by a unit of time",
    "objects": "make numbers of them with X.astype(float)",
}
TO_DUMMIES = {"pandas": " with pd.get_dummies(X)", "polars": " with X.to_dummies(...)"}


def is_frame(given: Any) -> bool:
    """Whether this looks like a frame or a column of one: its type is asked, nothing computed."""
    kind = type(given)
    return kind is not np.ndarray and (hasattr(kind, "columns") or hasattr(kind, "to_numpy"))


def table_of(given: Any) -> Any:
    """narwhals' frame or series; None for what is none, and where narwhals is missing."""
    if not is_frame(given):
        return None
    try:
        import narwhals as nw  # only here: without frames it is never loaded
    except ImportError:
        return None
    try:
        return nw.from_native(given, allow_series=True)
    except (TypeError, nw.exceptions.NarwhalsError):  # also for two columns of one name
        return None


def column_names(given: Any) -> tuple[str, ...]:
    """The names of a frame's columns; none if one of them is no text, as in scikit-learn."""
    table = table_of(given)
    names = tuple(table.columns) if hasattr(table, "iter_columns") else ()
    return names if all(isinstance(name, str) for name in names) else ()


def frame_array(given: Any, where: str) -> Array | None:
    """A frame or a column as an array of numbers; None for what is neither."""
    table = table_of(given)
    if hasattr(table, "collect"):
        raise DataError(where, "a frame in memory", f"a {type(given).__name__}", "call .collect()")
    if table is None or not hasattr(table, "iter_columns"):
        return None if table is None else column_array(table)
    refuse_columns(table, where)
    whole = np.asarray(table.to_numpy())
    if whole.dtype.kind in "biuf" or not table.shape[1]:
        return whole
    return np.column_stack([column_array(column) for column in table.iter_columns()])


def single_column(given: Any) -> Array | None:
    """The only column of a frame as an array (n, 1), of any type; None for what is no such."""
    table = table_of(given)
    if not hasattr(table, "iter_columns") or table.shape[1] != 1:
        return None
    return column_array(next(table.iter_columns()))[:, None]


def column_array(column: Any) -> Array:
    """A column as an array; a missing number or truth value is NaN."""
    numeric = is_numeric(column.dtype)
    if numeric and (column.dtype.is_decimal() or column.is_null().any()):
        import narwhals as nw

        column = column.cast(nw.Float64)
    return np.asarray(column.to_numpy())


def is_numeric(dtype: Any) -> bool:
    return bool(dtype.is_numeric()) or str(dtype) == "Boolean"


def refuse_columns(table: Any, where: str) -> None:
    """Refuse columns that hold no numbers, by their names."""
    wrong: dict[str, list[str]] = {}
    for name, dtype in table.schema.items():
        if not is_numeric(dtype):
            word = WORDS.get(str(dtype).split("(")[0]) or own_type(table, name)
            word = object_word(table, name) if word == "objects" else word
            wrong.setdefault(word, []).append(repr(name))
    if not wrong:
        return
    got = ", ".join(
        f"{word} in column{'s' * (len(names) > 1)} {listed(names)}" for word, names in wrong.items()
    )
    word = next(iter(wrong))
    make = INSTEAD.get(word, "make numbers of them")
    if word in ("text", "categories"):
        make += TO_DUMMIES.get(str(table.implementation.value), "")
    todo = f"{make}, or leave such columns out"
    raise DataError(where, "numbers in every column", got, todo)


def object_word(table: Any, name: str) -> str:
    """What to call a column of objects: by one that is no number, if there is one."""
    entries = table.get_column(name).to_numpy()
    other = next((x for x in entries if not isinstance(x, Real)), None)
    return "objects" if other is None else f"objects such as {other!r}"


def own_type(table: Any, name: str) -> str:
    """The frame's own word for the type of a column."""
    return f"type {table.get_column(name).to_native().dtype}"


def listed(names: list[str]) -> str:
    """'a', 'b', 'c': all of them, or the first and how many there are."""
    more = f" ... ({len(names)} in all)" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
