"""What a network answers for rows, as numbers of classes, and what the classes are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..activations import sigmoid, softmax
from ..errors import DataError, DescriptionError, ShapeError
from ..predicting import Predictor
from ..storage import Array
from ..training.labels import as_labels, check_length, shown
from ..training.scorers import LINKS
from .style import built


@dataclass(frozen=True, eq=False)
class Answers:
    """The classes that a network names for rows.

    Parameters
    ----------
    outputs : array (n, classes)
        In float64: probabilities, unless the loss has others.
    predicted : array (n,)
        Numbers of classes.
    are_probabilities : bool
    """

    outputs: Array
    predicted: Array
    are_probabilities: bool


def answers(where: str, model: Predictor, X: object) -> Answers:
    """Ask a network for classes; one that tells none apart is refused."""
    run, loss = built(where, model).run, model.description.loss
    assert run is not None  # built() has looked
    several = loss is not None and loss.answers
    if (run.width == 1) != several:
        got = f"{run.width} outputs, each an answer" if several else "one output, a number"
        todo = "look at its history, or draw its outputs"
        raise DescriptionError(where, "a network for classes, one a row", got, todo)
    Z = model.predict(X, raw=True).astype(np.float64)
    link = None if loss is None else loss.link
    outputs = LINKS[link](Z) if link in LINKS else model.predict(X).astype(np.float64)
    if run.width > 1:
        return Answers(outputs, Z.argmax(axis=1), link is softmax)
    threshold = 0.0 if loss is None else loss.raw_threshold
    sides = np.column_stack([1 - outputs, outputs] if link is sigmoid else [-outputs, outputs])
    return Answers(sides, (Z[:, 0] > threshold).astype(np.int64), link is sigmoid)


def class_numbers(where: str, model: Predictor, y: object, rows: int) -> Array:
    """The number of the class of each row: from labels as the model was trained on, or one-hot."""
    labels, classes = as_labels(y, where), model.classes_
    check_length(labels, rows, where)
    if labels.ndim == 2 and labels.shape[1] > 1:
        return np.asarray(labels.argmax(axis=1))
    if labels.size != rows:
        todo = "give a class for each row, or a row of 0 and 1 with one 1"
        raise ShapeError(where, "labels (n,) or one-hot (n, classes)", str(labels.shape), todo)
    labels = labels.reshape(rows)
    if classes is None:
        assert model.run is not None
        classes = np.arange(max(model.run.width, 2))
    if (labels.dtype.kind == "U") != (classes.dtype.kind == "U"):
        todo = "give the labels in the same form"
        raise DataError(where, f"labels such as {classes[0]}", f"{labels[0]}", todo)
    new = np.flatnonzero(~np.isin(labels, classes))
    if new.size:
        got = f"{labels[new[0]]} at row {new[0]} ({new.size} in all)"
        todo = "leave such rows out, or give labels as in fit"
        raise DataError(where, f"labels of the network: {shown(classes)}", got, todo)
    return np.searchsorted(classes, labels)


def names_of(
    where: str, model: Predictor, number: int, given: Sequence[str] | None
) -> tuple[str, ...]:
    """What the classes are called: as given, else their labels."""
    if given is None:
        classes = model.classes_
        return tuple(map(str, range(number) if classes is None else classes.tolist()))
    names = tuple(map(str, given))
    if len(names) != number:
        todo = "give a name for each class, in the order of the outputs"
        raise DescriptionError(f"{where}(class_names)", f"{number} names", f"{len(names)}", todo)
    return names
