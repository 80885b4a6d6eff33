"""Schedules: a learning rate that changes with the step ``t`` (from 1) or the ``epoch`` (from 0).

A schedule is recorded as one scalar line of the program; its fields are hyperparameters. A user's
own is a frozen dataclass with ``rate(self, t, epoch)``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .program.ir import Value
from .settings import as_floats, positive


class Schedule(Protocol):
    """``rate(t, epoch)`` gives the learning rate of step t."""

    def rate(self, t: Value, epoch: Value) -> Value: ...


@dataclass(frozen=True)
class ExponentialDecay:
    """rate = learning_rate * decay_rate ** ((t - 1) / decay_steps), t the step's number from 1.

    Keras' ExponentialDecay with staircase=False, whose count of steps begins at 0.

    Parameters
    ----------
    learning_rate : float > 0
        The rate of the first step.
    decay_rate : float > 0
        The factor by which it has changed after ``decay_steps`` steps.
    decay_steps : float > 0
        Steps, not epochs.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.ExponentialDecay(0.1, decay_rate=0.5, decay_steps=1000)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> print([line.strip() for line in model.source().splitlines() if "rate = " in line][0])
    rate = learning_rate * decay_rate ** ((t - 1) / decay_steps)
    """

    learning_rate: float
    decay_rate: float = 0.96
    decay_steps: float = 1000.0

    def __post_init__(self) -> None:
        for name in ("learning_rate", "decay_rate", "decay_steps"):
            positive("ExponentialDecay", name, getattr(self, name))
        as_floats(self, "learning_rate", "decay_rate", "decay_steps")

    def rate(self, t: Value, epoch: Value) -> Value:
        decay: Value = self.decay_rate ** ((t - 1) / self.decay_steps)
        return self.learning_rate * decay
