"""Two numbers of a network that move while all its others are held: a plane over which it has a
loss, and in which an optimizer makes a path."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import suppress
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError, DescriptionError, NonFiniteError
from ..guard import unknown_name
from ..model import Sequential
from ..optimizers import Rule
from ..storage import Array
from ..training import fit as training

Entry: TypeAlias = tuple[str, int | tuple[int, ...]]
"""A parameter and the place of one of its numbers: ``("W1", (0, 0))``."""

WHERE = "OptimizerPathDisplay"


class Plane:
    """A copy of a model, of which two numbers move.

    Parameters
    ----------
    model : Sequential
        Compiled; it is not changed. What layers fit to rows (Standardize) is fitted to X.
    X, y : array
    entries : pair of Entry, optional
        By default the network's only two.

    Raises
    ------
    DescriptionError, NotReadyError
        If there is no compiled model, or its two numbers are not said.
    DataError
        If a parameter has no such number, or X and y do not fit.
    """

    def __init__(self, model: Sequential, X: Any, y: Any, entries: Sequence[Entry] | None) -> None:
        if not isinstance(model, Sequential):
            todo = "give a compiled sw.Sequential"
            raise DescriptionError(WHERE, "a model of scratchwork", type(model).__name__, todo)
        training.needs_loss(model.description, WHERE)
        self.model, self.X, self.y = copy.deepcopy(model), X, y
        run = self.model.ready(WHERE, X)
        run.prepare(run.check_X(X, f"{WHERE}(X)"))
        self.held = {name: array.copy() for name, array in run.state.parameters.items()}
        self.places = self.chosen(entries)

    def chosen(self, entries: Sequence[Entry] | None) -> list[tuple[str, tuple[int, ...]]]:
        """Name and place of both numbers."""
        if entries is None:
            sizes = {name: array.size for name, array in self.held.items()}
            if sum(sizes.values()) != 2:
                got = f"a network with {sum(sizes.values())}"
                todo = 'choose two: parameters=[("W1", (0, 0)), ("b1", 0)]'
                raise DescriptionError(WHERE, "parameters, or a network of two numbers", got, todo)
            entries = [(x, at) for x, array in self.held.items() for at in np.ndindex(array.shape)]
        places = [self.place(entry) for entry in entries]
        if len(places) != 2 or places[0] == places[1]:
            got = ", ".join(map(label, places))
            raise DescriptionError(WHERE, "two different parameters", got, "choose two of them")
        return places

    def place(self, entry: Entry) -> tuple[str, tuple[int, ...]]:
        if not isinstance(entry, tuple) or len(entry) != 2:
            todo = 'give its name and place: ("W1", (0, 0))'
            raise DescriptionError(WHERE, "parameters as (name, index)", repr(entry), todo)
        name, index = entry
        if name not in self.held:
            raise unknown_name(f"{WHERE}(parameters)", name, self.held)
        at, shape = index if isinstance(index, tuple) else (index,), self.held[name].shape
        whole = all(isinstance(i, Integral) for i in at) and len(at) == len(shape)
        if not whole or not all(0 <= i < size for i, size in zip(at, shape, strict=True)):
            todo = "indices count from 0, one for each axis"
            raise DataError(WHERE, f"a place in {name} {shape}", repr(index), todo)
        return name, tuple(map(int, at))

    # ---- where it is ----
    def go(self, point: Sequence[float]) -> None:
        """Set the two numbers, and all others to what they were."""
        arrays = {name: array.copy() for name, array in self.held.items()}
        for (name, at), number in zip(self.places, point, strict=True):
            arrays[name][at] = number
        self.model.ready(WHERE).state.set(arrays)

    def here(self) -> tuple[float, ...]:
        parameters = self.model.ready(WHERE).state.parameters
        return tuple(float(parameters[name][at]) for name, at in self.places)

    # ---- what it costs ----
    def loss(self, point: Sequence[float]) -> float:
        """What training minimises, with penalties, for all rows; NaN where it is not finite."""
        self.go(point)
        run = self.model.ready(WHERE)
        values = training.one_step(run, self.X, self.y, WHERE)
        own = {key: x.copy() if isinstance(x, np.ndarray) else x for key, x in values.items()}
        try:
            with np.errstate(all="ignore"):
                return float(run.engine().named("train_step", own)["loss"])
        except ArithmeticError:  # the step refuses such a loss
            return float("nan")

    def surface(self, a: Array, b: Array) -> Array:
        """The losses (len(b), len(a)) over a grid, as contours are drawn."""
        return np.array([[self.loss((x, y)) for x in a] for y in b])

    # ---- the way down ----
    def path(
        self, optimizer: Rule, start: Sequence[float], epochs: int, batch_size: int | None
    ) -> Array:
        """The points (epochs + 1, 2) of a training, fewer where the loss became infinite."""
        other = copy.copy(self)
        other.model, d = copy.deepcopy(self.model), self.model.description
        loss = training.needs_loss(d, WHERE)
        other.model.compile(
            loss, optimizer, regularizer=d.regularizer, reduction=d.reduction, dtype=d.dtype,
            engine="numpy", seed=self.model.seed,
        )  # fmt: skip
        other.go(start)
        points = [other.here()]

        def hold(model: Sequential) -> None:
            points.append(other.here())
            other.go(points[-1])

        fit: dict[str, Any] = {"batch_size": batch_size, "epochs": epochs, "verbose": 0}
        with suppress(NonFiniteError):
            other.model.fit(self.X, self.y, callbacks=[hold], **fit)
        return np.array(points)


def label(place: tuple[str, tuple[int, ...]]) -> str:
    """``W1[0, 0]``"""
    name, at = place
    return f"{name}[{', '.join(map(str, at))}]"
