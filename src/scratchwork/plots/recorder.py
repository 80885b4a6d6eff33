"""A callback that keeps activations and gradients of every layer, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..description import Description
from ..errors import DataError
from ..layers.dense import Activation
from ..model import Sequential
from ..network import recorded_layers
from ..settings import whole
from ..storage import Array


@dataclass(frozen=True, eq=False)
class LayerNumbers:
    """What a layer gave for the rows, and the gradient of its parameters, at one moment.

    Attributes
    ----------
    note : str
        ``layer 1: Dense(64, "relu")``
    activations : array (n, ..., units)
        Its output, behind its activation, also where that is a layer of its own.
    gradient : array
        That of its first parameter, which is the kernel W if it has one; empty if it is not
        trained.
    """

    note: str
    activations: Array
    gradient: Array

    @property
    def dead(self) -> int:
        """How many units are exactly 0 for every row: a relu that no longer learns from them."""
        units = self.activations.reshape(-1, self.activations.shape[-1])
        return int((units == 0).all(axis=0).sum())


class LayerRecorder:
    """A callback of ``fit`` that keeps each layer's activations and gradients for a few rows.

    It looks at the step that training would make on these rows (``model.trace``) and changes
    nothing: the fit gives the same numbers, to the last bit, with it and without.

    Parameters
    ----------
    X, y : array
        The rows, always the same. Some hundred are enough: for each epoch recorded, an output and a
        gradient of every layer with parameters is kept.
    every : int >= 1
        Record every so many epochs.

    Attributes
    ----------
    records : dict of int to list of LayerNumbers
        By the number of epochs trained: 0 is the network before the first, if the recorder was
        called with the model before ``fit``.

    Raises
    ------
    DescriptionError
        If every is no such number.
    DataError
        When it is called with another network than before; each has its own recorder.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.mlp([2, 16, 2])
    >>> model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    >>> recorder = sw.plots.LayerRecorder(data.X_val, data.y_val, every=5)
    >>> recorder(model)
    >>> history = model.fit(data.X_train, data.y_train, epochs=10, callbacks=[recorder])
    >>> list(recorder.records)
    [0, 5, 10]
    >>> recorder.records[10][0].note, recorder.records[10][0].gradient.shape
    ('layer 1: Dense(16, "relu")', (2, 16))
    """

    def __init__(self, X: Any, y: Any, *, every: int = 1) -> None:
        whole("LayerRecorder", "every", every)
        self.X, self.y, self.every = X, y, int(every)
        self.records: dict[int, list[LayerNumbers]] = {}

    def __call__(self, model: Sequential) -> None:
        epoch = len(model.history)
        if epoch % self.every:
            return
        found = list(layer_numbers(model, self.X, self.y))
        for known in self.records.values():
            check_same(known, found)
        self.records[epoch] = found


def check_same(known: list[LayerNumbers], found: list[LayerNumbers]) -> None:
    """Refuse records of two networks in one recorder."""
    before, now = ([x.note for x in numbers] for numbers in (known, found))
    if before != now:
        todo = "make a recorder for each network"
        raise DataError("LayerRecorder", ", ".join(before), ", ".join(now), todo)


def layer_numbers(model: Sequential, X: Any, y: Any) -> Iterator[LayerNumbers]:
    """Look at one step on these rows, layer by layer."""
    trace = model.trace(X, y)
    for note, output, parameter in layer_names(model.description):
        yield LayerNumbers(note, trace[output], trace.get(f"d{parameter}", np.zeros(0)))


def layer_names(description: Description) -> list[tuple[str, str, str]]:
    """Note, output and first parameter, by their names in the program, of layers that have one.

    An Activation of its own counts as part of the layer before it.
    """
    found: list[tuple[str, str, str]] = []
    for each in recorded_layers(description, "train"):
        output = str(each.output.name)
        if each.parameters:
            found.append((each.note, output, str(each.parameters[0].name)))
        elif isinstance(each.layer, Activation) and found:
            note, _, parameter = found[-1]
            found[-1] = (note, output, parameter)
    return found
