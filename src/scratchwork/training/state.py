"""The state of a run, and the plan of one fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import nan
from typing import Any, TypeAlias

import numpy as np

from ..dialects.numpy_functions import variance_of
from ..storage import Array, Storage
from .arrays import all_finite
from .labels import Seen

Snapshot: TypeAlias = tuple[tuple[Array, ...], int, int]
"""The numbers of a state, its steps and its epochs."""


@dataclass
class State:
    """All that changes in training: numbers, steps and epochs made. A checkpoint is this record."""

    parameters: Storage
    layers: Storage  # what layers keep: running means, fitted numbers
    optimizer: Storage
    t: int = 0
    epoch: int = 0
    began: int = 0  # the epoch at which the optimizer began: schedules count from it
    known_finite: int = -1  # after how many steps the parameters were found to be finite

    @property
    def storages(self) -> tuple[Storage, Storage, Storage]:
        return self.parameters, self.layers, self.optimizer

    def arrays(self) -> dict[str, Array]:
        """Every array by name."""
        return {name: view for storage in self.storages for name, view in storage.items()}

    def check_finite(self) -> None:
        """Refuse numbers that are not finite: a loss may be so while its update is not."""
        if not all(all_finite(storage.flat) for storage in self.storages if storage.flat.size):
            raise FloatingPointError("the last update made numbers that are not finite")

    def parameters_are_finite(self) -> bool:
        """Whether they are: looked at once, until a step is made or they are set."""
        if self.known_finite != self.t and all_finite(self.parameters.flat):
            self.known_finite = self.t
        return self.known_finite == self.t

    def set(self, values: Mapping[str, Any]) -> None:
        """Write numbers into the arrays, by name."""
        arrays = self.arrays()
        for name, value in values.items():
            arrays[name][...] = value
        self.known_finite = -1

    def copy(self) -> State:
        parameters, layers, optimizer = (storage.copy() for storage in self.storages)
        return State(parameters, layers, optimizer, self.t, self.epoch, self.began)

    def snapshot(self) -> Snapshot:
        """What ``go_back`` takes to make all as it is now: cheaper than a copy."""
        return tuple(storage.flat.copy() for storage in self.storages), self.t, self.epoch

    def go_back(self, before: Snapshot) -> None:
        flats, self.t, self.epoch = before
        self.known_finite = -1
        for storage, flat in zip(self.storages, flats, strict=True):
            storage.flat[...] = flat

    def restore(self, other: State) -> None:
        """Take over another state's numbers in place; arrays that were handed out see them."""
        for own, new in zip(self.storages, other.storages, strict=True):
            own.flat[...] = new.flat
        self.known_finite = -1
        self.t, self.epoch, self.began = other.t, other.epoch, other.began


@dataclass(frozen=True)
class Plan:
    """What one fit does, and with what."""

    X: Array
    y: Array
    targets: str  # "y" or "Y", as the program calls them
    batch_size: int
    epochs: int
    shuffle: bool
    seed: int
    rate: Callable[[], float] = lambda: nan  # that of the coming step
    validate: Callable[[], dict[str, float]] | None = None
    held_out: int = 0  # rows behind X that validate looks at
    callbacks: Sequence[Callable[[], object]] = ()
    seen: Seen = field(default_factory=Seen)  # what is known of columns and labels from this fit on

    @cached_property
    def y_variance(self) -> Any:
        """That of the targets over all rows, which a program with metric r2 asks for."""
        return variance(self.y)


def variance(y: Array) -> Any:
    """That of each output's targets; None of class numbers, which no program asks for."""
    given: Any = variance_of  # its text is printed, and has no types
    return given(y) if y.dtype.kind == "f" else None


def step_values(state: State, plan: Plan, rng: np.random.Generator | None) -> dict[str, Any]:
    """What a training program may ask for, by name; t is the number of the coming step, from 1."""
    return {
        **state.arrays(),
        "X": plan.X,
        plan.targets: plan.y,
        "t": state.t + 1,
        "epoch": state.epoch - 1 - state.began,
        "rng": rng,
        "y_variance": plan.y_variance,
    }
