"""The state of a run, and the plan of one fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..storage import Array, Storage


@dataclass
class State:
    """All that changes in training: numbers, steps and epochs made. A checkpoint is this record."""

    parameters: Storage
    state: Storage
    t: int = 0
    epoch: int = 0

    def arrays(self) -> dict[str, Array]:
        return {**self.parameters.views, **self.state.views}

    def check_finite(self) -> None:
        """Refuse numbers that are not finite: a loss may be so while its update is not."""
        if not (np.isfinite(self.parameters.flat).all() and np.isfinite(self.state.flat).all()):
            raise FloatingPointError("the last update made numbers that are not finite")

    def copy(self) -> State:
        return State(self.parameters.copy(), self.state.copy(), self.t, self.epoch)

    def restore(self, other: State) -> None:
        """Take over another state's numbers in place; arrays that were handed out see them."""
        self.parameters.flat[...] = other.parameters.flat
        self.state.flat[...] = other.state.flat
        self.t, self.epoch = other.t, other.epoch


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
    validate: Callable[[], dict[str, float]] | None = None
    callbacks: Sequence[Callable[[], object]] = ()


def step_values(state: State, plan: Plan, rng: np.random.Generator) -> dict[str, Any]:
    """What a training program may ask for, by name; t is the number of the coming step, from 1."""
    return {
        **state.arrays(),
        "X": plan.X,
        plan.targets: plan.y,
        "t": state.t + 1,
        "epoch": state.epoch - 1,
        "rng": rng,
    }
