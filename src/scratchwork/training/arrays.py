"""Arrays of numbers from what is given: lists, arrays, tensors and frames; errors for the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import isfinite
from numbers import Real
from typing import Any, NoReturn

import numpy as np

from ..errors import DataError
from ..storage import Array
from .frames import frame_array


def as_numbers(given: Any, where: str) -> Array:
    """An array of numbers, or an error that says what is none and what to do about it."""
    array = as_array(given, where)
    if array.dtype.kind not in "biuf":
        refuse(array, where)
    return array


def as_array(given: Any, where: str) -> Array:
    """The array that is meant, of any dtype; frames are checked column by column."""
    if isinstance(given, np.ndarray) and not np.ma.isMaskedArray(given):
        return given
    refuse_containers(given, where)
    array = frame_array(given, where)
    if array is not None:
        return array
    try:
        array = np.asarray(given)
        # among words in a list NumPy makes words of numbers, and 'nan' of what is missing
        return np.asarray(given, object) if array.dtype.kind == "U" and array.ndim else array
    except (ValueError, TypeError, RuntimeError) as error:
        got, todo = uneven(given) or (f"{type(given).__name__}: {error}", "give an array")
        raise DataError(where, "an array", got, todo) from error


def all_finite(array: Array) -> bool:
    """Whether all of an array of floats is finite, in half the time and without an array of bools.

    A sum of squares is finite only where every entry is; that of large entries may not be.
    """
    squares = np.vdot(array, array)  # warns of nothing, where dot does
    return isfinite(squares) or bool(np.isfinite(array).all())


def name_of(where: str) -> str:
    """What the argument is called in a piece of advice: X for ``fit(validation_data X)``."""
    return str(re.findall(r"\w+", where)[-1])


def refuse_containers(given: Any, where: str) -> None:
    """Refuse what NumPy would wrap up or fill in silently: masked entries, sparse arrays, dicts."""
    name, kind = name_of(where), type(given).__name__
    if np.ma.is_masked(given):
        masked = f"{int(np.ma.getmaskarray(given).sum())} masked"
        raise DataError(where, "no masked entries", masked, "fill or drop the masked entries")
    if hasattr(given, "toarray") and hasattr(given, "nnz"):
        raise DataError(where, "a dense array", f"a sparse {kind}", f"give {name}.toarray()")
    if hasattr(given, "X_train"):
        todo = f"give one part of it, such as data.{name[:1]}_train"
        raise DataError(where, "an array", f"a whole data set ({kind})", todo)
    if isinstance(given, dict | set | frozenset) or hasattr(given, "__next__"):
        todo = f"put its rows into a list or an array: {name} (n, ...)"
        raise DataError(where, "an array", article(kind), todo)


def article(kind: str) -> str:
    return f"{'an' if kind[0].lower() in 'aeio' else 'a'} {kind}"


def uneven(given: Any) -> tuple[str, str] | None:
    """What to say of rows that are not equally long: the first that differs."""
    if not isinstance(given, Sequence):
        return None
    lengths = [len(row) if hasattr(row, "__len__") else 0 for row in given]
    other = next((i for i, length in enumerate(lengths) if length != lengths[0]), None)
    if other is None:
        return None
    return f"{lengths[0]} entries in row 0 and {lengths[other]} in row {other}", (
        "give rows of equal length"
    )


def place_text(place: Sequence[int]) -> str:
    """``row 3, column 1``; in images the place in the row is a tuple."""
    row, *rest = (int(i) for i in place)
    return f"row {row}" + (f", column {rest[0] if len(rest) == 1 else tuple(rest)}" if rest else "")


def refuse(array: Array, where: str) -> NoReturn:
    """The error for an array that holds no numbers."""
    name = name_of(where)
    todo = {
        "c": f"give {name}.real, or np.abs({name})",
        "M": "count days or hours from a first moment",
        "m": f'divide by a unit: {name} / np.timedelta64(1, "h")',
        "S": f"decode it: {name}.astype(str)",
        "V": "make a plain array: numpy.lib.recfunctions.structured_to_unstructured",
    }
    if array.dtype.kind in "OUT":
        raise DataError(where, "numbers", *not_numbers(array, name))
    what = "real numbers" if array.dtype.kind == "c" else "numbers"
    raise DataError(
        where, what, f"dtype {array.dtype}", todo.get(array.dtype.kind, "give a numeric array")
    )


def not_numbers(array: Array, name: str) -> tuple[str, str]:
    """(got, todo) for text and objects: the first entry that is no number, and where."""
    entry = array.item() if array.ndim == 0 else None
    if isinstance(entry, str):
        return shortened(entry), "give the numbers themselves, not a name"
    if array.ndim == 0:
        return "None" if entry is None else article(type(entry).__name__), "give an array"
    entries = array.astype(object)
    wrong = np.array([not isinstance(x, Real) for x in entries.flat], bool).reshape(array.shape)
    if not wrong.any():
        return "dtype object", f"the entries are numbers, so give np.asarray({name}, float)"
    place = tuple(np.argwhere(wrong)[0])
    got = f"{shortened(entries[place])} at {place_text(place)} ({int(wrong.sum())} in all)"
    if is_missing(entries[place]):
        return got, "drop or fill such entries"
    if isinstance(entries[place], str):
        if readable(array):
            return f"text such as {got}", f"it can be read: give np.asarray({name}, float)"
        return f"text such as {got}", "turn each word into a column of 0 and 1, or leave it out"
    return got, "turn it into numbers, or leave it out"


def is_missing(entry: object) -> bool:
    """Whether an entry stands for none: None, NaN, pandas' NA or NaT."""
    is_nan = isinstance(entry, Real) and entry != entry
    return entry is None or is_nan or type(entry).__name__ in ("NAType", "NaTType")


def shortened(entry: object) -> str:
    """The repr of an entry, of a long one its beginning."""
    text = repr(str(entry)) if isinstance(entry, str) else repr(entry)
    return text if len(text) <= 40 else f"{text[:36]} ..."


def readable(array: Array) -> bool:
    """Whether all of the text is numbers."""
    try:
        array.astype(float)
    except (ValueError, TypeError):
        return False
    return True
