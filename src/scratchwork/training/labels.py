"""Labels: words, truth values or class numbers, and the outputs that they stand for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import DataError, ShapeError
from ..losses import Loss
from ..storage import Array
from .arrays import as_array, as_numbers, is_missing, place_text, readable, shortened
from .frames import column_names, listed, single_column


@dataclass(frozen=True)
class Seen:
    """What the first fit saw, by which later data are read.

    ``columns`` are the names of a frame's columns; ``classes`` the labels in the order of the
    network's outputs, or None where the targets are no classes.
    """

    columns: tuple[str, ...] = ()
    classes: Array | None = None

    def check_columns(self, given: Any, where: str) -> None:
        """Refuse a frame with a column that stood elsewhere: columns count by position."""
        names = column_names(given) if self.columns else ()
        if not names:
            return
        if len(names) != len(self.columns):
            raise self.other_columns(names, where)
        moved = [x for x, y in zip(names, self.columns, strict=False) if x != y]
        known = [name for name in moved if name in self.columns]
        if known:
            i = names.index(known[0])
            raise DataError(
                where,
                "columns in the order of the first fit: they count by position",
                f"{known[0]!r} as column {i}, which was {self.columns[i]!r}",
                "put them in order: X[list(model.feature_names_in_)]",
            )

    def other_columns(self, names: Sequence[str], where: str) -> DataError:
        """The error for a frame with a column too many, or too few."""
        missing = [repr(name) for name in self.columns if name not in names]
        surplus = [repr(name) for name in names if name not in self.columns]
        got = [f"no {listed(missing)}"] if missing else []
        got += [f"{listed(surplus)}, too"] if surplus else []
        return DataError(
            where,
            f"the {len(self.columns)} columns of the first fit",
            " and ".join(got) or f"{len(names)} columns",
            "add what is missing" if missing else "give X[list(model.feature_names_in_)]",
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The labels as text, none where they are numbers."""
        if self.classes is None or self.classes.dtype.kind not in "Ub":
            return ()
        return tuple(map(str, self.classes))

    @property
    def numerals(self) -> tuple[str, ...]:
        """The labels as text where they are numbers other than 0, 1, 2, ...: -1 and 1."""
        if self.classes is None or np.array_equal(self.classes, np.arange(len(self.classes))):
            return ()
        return tuple(map(str, self.classes))

    def under(self, loss: Loss | None, before: Loss | None, width: int) -> Seen:
        """What is still known when the model is trained for another loss.

        Words and truth values stay where it tells as many apart; else the next fit decides anew.
        """
        if self.classes is None or loss is None or loss == before:
            return self
        stay = self.words and len(self.classes) == outputs_of(loss, width)
        return self if stay else Seen(self.columns)

    def labels(self, numbers: Array) -> Array:
        """The labels of class numbers."""
        return numbers if self.classes is None else np.asarray(self.classes[numbers])


def as_labels(given: Any, where: str) -> Array:
    """y as numbers, truth values or text; an error for what is none of them."""
    if given is None:
        raise DataError(where, "targets, one for each row of X", "None", "give y, too")
    array = single_column(given)
    if array is None:
        array = as_array(given, where)
    if array.dtype.kind == "O" and any(isinstance(x, str) for x in array.flat):
        refuse_mixed(array, where)
    elif array.dtype.kind not in "UT":
        return as_numbers(array, where)
    return array.astype(object).astype(str)


def refuse_mixed(array: Array, where: str) -> None:
    """Refuse labels of which only some are text: the others are missing, or of another kind."""
    wrong = np.array([not isinstance(x, str) for x in array.flat]).reshape(array.shape)
    if wrong.any():
        place = tuple(np.argwhere(wrong)[0])
        got = f"{shortened(array[place])} at {place_text(place)} ({int(wrong.sum())} in all)"
        todo = "make them text: [str(x) for x in y]"
        if is_missing(array[place]):
            todo = "drop rows without a label"
        raise DataError(where, "labels that are all text", got, todo)


def check_length(y: Array, rows: int, where: str) -> None:
    """Refuse y of another length than X."""
    if y.ndim == 0 or len(y) != rows:
        got = f"{len(y) if y.ndim else 'one entry'} for {rows} rows of X"
        raise DataError(where, "as many targets as rows", got, "give X and y of the same length")


def outputs_of(loss: Loss, width: int) -> int:
    """The number of classes that a network tells apart, 0 if its targets are no classes."""
    if width > 1:
        return width if loss.classes else 0
    return 2 if loss.answers else 0


def first_classes(given: Any, rows: int, loss: Loss, width: int, where: str) -> Array | None:
    """The classes that a first fit decides: every output has its label."""
    outputs, y = outputs_of(loss, width), as_labels(given, where)
    check_length(y, rows, where)
    if not outputs:
        return None
    if y.dtype.kind not in "Ub" or (y.ndim == 2 and y.shape[1] > 1):
        signed = width == 1 and np.array_equal(np.unique(y), (-1, 1))
        return np.array([-1, 1]) if signed else np.arange(outputs)
    classes = classes_in(y, width, outputs, where)
    if len(classes) < outputs:
        raise wrong_number(classes, width, outputs, where)
    return classes


def classes_in(y: Array, width: int, outputs: int, where: str) -> Array:
    """The different labels in order; truth values are always two."""
    classes = np.array([False, True]) if y.dtype.kind == "b" else np.unique(y)
    if len(classes) > outputs:
        raise wrong_number(classes, width, outputs, where)
    return classes


def wrong_number(classes: Array, width: int, outputs: int, where: str) -> DataError:
    """The error for more or fewer different labels than the network tells apart."""
    names, number = shown(classes), len(classes)
    todo = f"give the last layer {number} units"
    if number < 2:
        todo = "look at how the rows were chosen: there is nothing to tell apart"
    elif width == 1:
        todo = f'use Dense({number}) with loss="cross_entropy"'
    each = "one for each output" if width > 1 else "which one output tells apart"
    return DataError(where, f"{outputs} different labels, {each}", f"{number}: {names}", todo)


def shown(classes: Array) -> str:
    return listed([shortened(label) for label in classes.tolist()])


def numbered(y: Array, classes: Array | None, loss: Loss, width: int, where: str) -> Array:
    """y in numbers: text becomes the number of its output. What is in numbers stays as it is."""
    outputs = outputs_of(loss, width)
    text = y.dtype.kind == "U"
    if text and not outputs:
        raise no_classes(y, loss, width, where)
    if text and y.ndim == 2 and y.shape[1] > 1:
        todo = "give one label a row, y (n,), or rows of 0 and 1"
        raise ShapeError(where, "labels y of shape (n,)", str(y.shape), todo)
    if not outputs or y.ndim == 0 or (y.ndim == 2 and y.shape[1] > 1):
        return y
    if classes is None:
        classes = classes_in(y, width, outputs, where) if text else np.arange(outputs)
    if text == (classes.dtype.kind == "U"):
        return position(y, classes, where) if text else y
    given, first = (shortened(str(y.flat[0])) if text else str(y.flat[0])), shown(classes)
    todo = "give the labels in the same form, or train a new model"
    if text and readable(y):
        todo = "it can be read: give np.asarray(y, int)"
    raise DataError(where, f"labels as in the first fit: {first}", f"{given} at row 0", todo)


def position(y: Array, classes: Array, where: str) -> Array:
    """The place of each label among the classes, or an error that names one that is new."""
    new = ~np.isin(y, classes)
    if new.any():
        place = tuple(np.argwhere(new)[0])
        raise DataError(
            where,
            f"labels of the first fit: {shown(classes)}",
            f"{shortened(str(y[place]))} at row {place[0]} ({int(new.sum())} in all)",
            "leave such rows out, or train a new model on all labels",
        )
    return np.searchsorted(classes, y)


def no_classes(y: Array, loss: Loss, width: int, where: str) -> DataError:
    """The error for text where the loss takes numbers."""
    text = f"text such as {shortened(str(y.flat[0]))}" if y.size else "text"
    if width > 1 and loss.answers:
        todo = f"give rows of {width} answers, 0 or 1"
    elif readable(y):
        todo = "it can be read: give np.asarray(y, float)"
    else:
        todo = 'for classes use loss="cross_entropy" and an output for each'
    return DataError(where, f"numbers, as loss {loss.name} takes them", text, todo)
