"""Schedules that hold a rate for a while, counted in epochs or steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.primitives import floor, where
from ..settings import Described, one_of, positive
from .schedule import check

Unit: TypeAlias = Literal["epochs", "steps"]


def check_unit(where: str, name: str, unit: object) -> None:
    """Refuse what is neither "epochs" nor "steps"."""
    one_of(where, name, unit, ("epochs", "steps"))


def passed(unit: Unit, t: Value, epoch: Value) -> Value:
    """How many epochs or steps came before this one."""
    return epoch if unit == "epochs" else t - 1


@dataclass(frozen=True)
class StepDecay(Described):
    """rate = learning_rate * factor ** floor(epoch / every), epochs from 0: by stairs.

    PyTorch's StepLR(step_size=every, gamma=factor), whose step() is called once an epoch. Keras has
    it as ExponentialDecay(staircase=True), which counts steps: give ``unit="steps"`` for that.

    Parameters
    ----------
    learning_rate : float > 0
        The rate of the first ``every`` epochs.
    factor : float > 0
        What the rate is multiplied by.
    every : float > 0
        After how many epochs, or steps.
    unit : "epochs" or "steps"

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.StepDecay(0.1, factor=0.5, every=10)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> print([line.strip() for line in model.source().splitlines() if "rate = " in line][0])
    rate = learning_rate * factor ** math.floor(epoch / every)
    """

    learning_rate: float
    factor: float = 0.1
    every: float = 30.0
    unit: Unit = "epochs"

    def __post_init__(self) -> None:
        check(self, learning_rate=positive, factor=positive, every=positive, unit=check_unit)

    def rate(self, t: Value, epoch: Value) -> Value:
        stair: Value = self.factor ** floor(passed(self.unit, t, epoch) / self.every)
        return self.learning_rate * stair


@dataclass(frozen=True)
class PiecewiseConstant(Described):
    """values[0] until epoch boundaries[0] (counted from 0), then values[1], and so on.

    PyTorch's MultiStepLR(milestones=boundaries), with rates for factors. Keras'
    PiecewiseConstantDecay counts steps (``unit="steps"`` here) and holds each rate for one more:
    its boundaries are ours less 1.

    Parameters
    ----------
    boundaries : tuple of float > 0, increasing
        In epochs, or steps: how many have the rates before.
    values : tuple of float > 0
        The rates, one more than boundaries.
    unit : "epochs" or "steps"

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.PiecewiseConstant(boundaries=(30,), values=(0.1, 0.01))
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> print([line.strip() for line in model.source().splitlines() if "rate = " in line][0])
    rate = values_1 if epoch < boundaries_1 else values_2
    """

    boundaries: tuple[float, ...]
    values: tuple[float, ...]
    unit: Unit = "epochs"

    def __post_init__(self) -> None:
        for name in ("boundaries", "values"):
            object.__setattr__(self, name, positive_numbers(name, getattr(self, name)))
        check(self, unit=check_unit)
        if list(self.boundaries) != sorted(set(self.boundaries)):
            raise DescriptionError(
                "PiecewiseConstant", "boundaries that increase", f"boundaries={self.boundaries}",
                "sort them, each once",
            )  # fmt: skip
        if len(self.values) != len(self.boundaries) + 1:
            raise DescriptionError(
                "PiecewiseConstant",
                f"{len(self.boundaries) + 1} values for {len(self.boundaries)} boundaries",
                f"values={self.values}",
                "give a rate for before the first boundary, and one for behind each",
            )

    def rate(self, t: Value, epoch: Value) -> Value:
        now = passed(self.unit, t, epoch)
        chosen: Any = self.values[-1]
        for end, value in zip(reversed(self.boundaries), reversed(self.values[:-1]), strict=True):
            chosen = where(now < end, value, chosen)
        return cast(Value, chosen)


def positive_numbers(name: str, given: Any) -> tuple[float, ...]:
    """Numbers > 0 as Python floats."""
    if isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
        expected, todo = f"a tuple of numbers {name}", f"give {name}=(0.1, 0.01), for example"
        raise DescriptionError("PiecewiseConstant", expected, f"{name}={given!r}", todo)
    for i, number in enumerate(given):
        positive("PiecewiseConstant", f"{name}[{i}]", number)
    return tuple(float(number) for number in given)
