"""Schedules that fall along a curve, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Value
from ..program.primitives import floor, minimum
from ..settings import Described, flag, not_negative, positive
from .schedule import above, check, height


@dataclass(frozen=True)
class ExponentialDecay(Described):
    """rate = learning_rate * decay_rate ** ((t - 1) / decay_steps), t the step's number from 1.

    Keras' ExponentialDecay, whose count of steps begins at 0. PyTorch's ExponentialLR, called once
    a step, has gamma = decay_rate ** (1 / decay_steps).

    Parameters
    ----------
    learning_rate : float > 0
        The rate of the first step.
    decay_rate : float > 0
        The factor by which it has changed after ``decay_steps`` steps.
    decay_steps : float > 0
        Steps, not epochs.
    staircase : bool
        Whether the exponent is rounded down: all at once after every ``decay_steps`` steps.

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
    staircase: bool = False

    def __post_init__(self) -> None:
        check(self, learning_rate=positive, decay_rate=positive, decay_steps=positive)
        flag("ExponentialDecay", "staircase", self.staircase)

    def rate(self, t: Value, epoch: Value) -> Value:
        exponent = (t - 1) / self.decay_steps
        decay: Value = self.decay_rate ** (floor(exponent) if self.staircase else exponent)
        return self.learning_rate * decay


@dataclass(frozen=True)
class InverseTimeDecay(Described):
    """rate = learning_rate / (1 + decay_rate * (t - 1) / decay_steps), t the step from 1.

    Such rates have an infinite sum and a finite sum of squares, as Robbins & Monro 1951, "A
    stochastic approximation method", ask for. Keras' InverseTimeDecay with staircase=False;
    PyTorch's Adagrad has it as lr_decay.

    Parameters
    ----------
    learning_rate : float > 0
        The rate of the first step.
    decay_rate : float > 0
        With 1 the rate is halved after ``decay_steps`` steps.
    decay_steps : float > 0
        Steps, not epochs.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.InverseTimeDecay(0.1, decay_steps=500)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> print([line.strip() for line in model.source().splitlines() if "rate = " in line][0])
    rate = learning_rate / (1 + decay_rate * (t - 1) / decay_steps)
    """

    learning_rate: float
    decay_rate: float = 1.0
    decay_steps: float = 1000.0

    def __post_init__(self) -> None:
        check(self, learning_rate=positive, decay_rate=positive, decay_steps=positive)

    def rate(self, t: Value, epoch: Value) -> Value:
        return self.learning_rate / (1 + self.decay_rate * (t - 1) / self.decay_steps)


@dataclass(frozen=True)
class PolynomialDecay(Described):
    """rate = end + (learning_rate - end) * (1 - progress) ** power, end = end_learning_rate.

    progress = min((t - 1) / decay_steps, 1) goes from 0 to 1; then the rate stays. With power 1 a
    straight line. Keras' PolynomialDecay with cycle=False, whose end is 1e-4 by default; PyTorch's
    PolynomialLR(total_iters=decay_steps), called once a step, ends at 0, as ours.

    Parameters
    ----------
    learning_rate : float > 0
        The rate of the first step.
    decay_steps : float > 0
        Steps, not epochs.
    end_learning_rate : float >= 0
    power : float > 0

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.PolynomialDecay(0.1, decay_steps=1000, power=2)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> lines = [line.strip() for line in model.source().splitlines()]
    >>> print(*(x for x in lines if x.startswith(("progress =", "rate ="))), sep="\\n")
    progress = min((t - 1) / decay_steps, 1)
    rate = learning_rate * (1 - progress) ** power
    """

    learning_rate: float
    decay_steps: float = 1000.0
    end_learning_rate: float = 0.0
    power: float = 1.0

    def __post_init__(self) -> None:
        check(
            self,
            learning_rate=positive,
            decay_steps=positive,
            power=positive,
            end_learning_rate=not_negative,
        )

    def rate(self, t: Value, epoch: Value) -> Value:
        progress = minimum((t - 1) / self.decay_steps, 1).named("progress")
        left: Value = (1 - progress) ** self.power
        return above(
            self.end_learning_rate, height(self.learning_rate, self.end_learning_rate) * left
        )
