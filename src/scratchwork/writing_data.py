"""What ``write`` takes: the rows of a data set, a pair or a dict, and the names of classes."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .dialects.reader import Answer
from .errors import DataError, DescriptionError
from .losses import Loss, TargetKind
from .run import Run
from .settings import whole
from .storage import Array
from .training.arrays import as_numbers
from .training.labels import Seen, as_labels

PARTS = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")
PARTNER = {name: {"X": "y", "y": "X"}[name[0]] + name[1:] for name in PARTS}


def data_arrays(data: Any) -> dict[str, Array]:
    """X_train, y_train, ... of a Dataset, a pair, or a dict; a part without rows is left out."""
    if data is None:
        return {}
    if isinstance(data, tuple | list) and len(data) == 2:
        data = {"X_train": data[0], "y_train": data[1]}
    arrays = {name: entries(a, name) for name, a in members(data, *PARTS)}
    found = {name: array for name, array in arrays.items() if array.size}
    alone = [name for name in found if PARTNER[name] not in found]
    if alone or "X_train" not in found:
        raise DataError(
            "write(data)",
            "X_train and y_train, perhaps X_val and y_val, X_test and y_test",
            f"{type(data).__name__} with {', '.join(found) or 'none of them'}",
            "give data=(X, y), a dict of arrays, or a data set",
        )
    return found


def entries(given: Any, name: str) -> Array:
    """One part as an array: of numbers, or y of labels in words."""
    return (as_labels if name.startswith("y") else as_numbers)(given, f"write(data) {name}")


def members(data: Any, *names: str) -> list[tuple[str, Any]]:
    """What a data set or a dict has of these names."""
    given = data if isinstance(data, Mapping) else {n: getattr(data, n, None) for n in names}
    return [(name, given[name]) for name in names if given.get(name) is not None]


def seen_with(run: Run, arrays: Mapping[str, Array], loss: Loss) -> Seen:
    """The labels of the first fit, or those of the rows that are to be trained on."""
    if "y_train" not in arrays:
        return run.seen
    rows = len(arrays["X_train"])
    return run.learned(None, arrays["y_train"], rows, loss, "write(data) y_train")


def checked_rows(run: Run, arrays: dict[str, Array], loss: Loss, seen: Seen) -> TargetKind | None:
    """Refuse rows that do not fit the network; leave each y as the program takes it."""
    kinds: set[TargetKind] = set()
    for name in [name for name in arrays if name.startswith("X_")]:
        X = run.check_X(arrays[name], f"write(data) {name}")
        y, where = PARTNER[name], f"write(data) {PARTNER[name]}"
        kind, arrays[y] = run.check_y(arrays[y], len(X), where, loss, seen)
        kinds.add(kind)
    if len(kinds) > 1:
        todo = "give class numbers everywhere, or rows everywhere"
        raise DataError("write(data)", "the same kind of y in each part", "two kinds", todo)
    return kinds.pop() if kinds else None


def held_apart(arrays: dict[str, Array], rows: int, held_out: int) -> dict[str, Array]:
    """The rows of a fit with validation_split, given as one, in its two parts."""
    whole = len(arrays.get("X_train", ())) == rows + held_out
    if not held_out or not whole or "X_val" in arrays:
        return arrays
    parts = {"train": slice(0, rows), "val": slice(rows, None)}
    split = {f"{x}_{name}": arrays[f"{x}_train"][at] for name, at in parts.items() for x in "Xy"}
    return {**arrays, **split}


def class_names(
    names: Sequence[str] | None, found: Sequence[str], width: int, answer: Answer
) -> tuple[str, ...]:
    """The names of the classes: those given, those of the data set if they fit, or counted."""
    number = {"numbers": 0, "array": 0, "one of two": 2, "better of two": 2}.get(answer, width)
    if names is None:
        return tuple(found) if len(found) == number else tuple(map(str, range(number)))
    several = isinstance(names, Sequence | np.ndarray) and not isinstance(names, str)
    if not several or not all(isinstance(name, str) for name in names) or len(names) != number:
        raise DescriptionError(
            "write(names)",
            f"{number} names, texts, one for each class" if number else "none: there is no class",
            f"{len(names)}: {reprlib.repr(names)}" if several else repr(names),
            "name the outputs in their order" if number else "leave them out",
        )
    return tuple(map(str, names))


def feature_names(found: Sequence[str], input_shape: tuple[int, ...]) -> tuple[str, ...]:
    """The names of the columns, where there is one for each and all differ."""
    fits = (len(found),) == input_shape and len(set(found)) == len(found)
    return tuple(name.strip() for name in found) if fits else ()


def chosen(name: str, given: int | None, otherwise: int) -> int:
    """A setting of write, or that of the fit."""
    value = otherwise if given is None else given
    whole("write", name, value)
    return int(value)
