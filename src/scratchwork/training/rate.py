"""The learning rate between epochs: read, set, and printed into the programs."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from functools import lru_cache
from math import nan
from numbers import Real
from typing import Any

from .. import programs, schedules
from ..description import Description
from ..dialects import numpy_module
from ..errors import DescriptionError, NotReadyError
from ..losses import TargetKind
from ..program.ir import Program, Value
from ..program.update import Optimizer
from ..programs import Source, source, with_step
from ..settings import advice, positive

WHERE = "model.learning_rate"


def optimizer_of(description: Description) -> Optimizer:
    """The optimizer, or an error before there is one."""
    if description.optimizer is None:
        todo = 'call compile(loss="cross_entropy", optimizer="Adam") first'
        raise NotReadyError(WHERE, "a compiled model", "one without an optimizer", todo)
    return description.optimizer


def rate_of(optimizer: Optimizer) -> Any:
    """The learning rate of an optimizer: a number, or a schedule."""
    if not hasattr(optimizer, "learning_rate"):
        name = type(optimizer).__name__
        todo = f"give {name} a field learning_rate, or compile again"
        raise DescriptionError(WHERE, "an optimizer with learning_rate", name, todo)
    return optimizer.learning_rate


def with_rate(optimizer: Optimizer, rate: Any) -> Optimizer:
    """The same optimizer at another rate, a positive number or a schedule."""
    rate_of(optimizer)
    if isinstance(rate, type):
        raise DescriptionError(WHERE, "a number or a schedule", repr(rate), advice(rate, ()))
    if not hasattr(rate, "rate"):
        positive(WHERE, "learning_rate", rate)
    if isinstance(rate, Real):
        rate = float(rate)
    if is_dataclass(optimizer):
        return replace(optimizer, learning_rate=rate)
    changed: Any = copy.copy(optimizer)
    changed.learning_rate = rate
    return changed  # type: ignore[no-any-return] # a copy of what came


def at_rate(made: Source, before: Description, after: Description, kind: TargetKind) -> Source:
    """The programs of a description that differs in the learning rate alone.

    From one number to another the recorded programs stay, and only a default is printed anew;
    between a number and a schedule they are recorded.
    """
    after = replace(after, targets=kind)
    setting = rate_setting(made, before)
    if setting is None or not is_number(after):
        return source(after)
    step = with_default(made.programs["train_step"], setting, after)
    return with_step(made, step, after)


def is_number(description: Description) -> bool:
    """Whether the rate is a number that a program has as a setting."""
    return is_dataclass(description.optimizer) and isinstance(
        getattr(description.optimizer, "learning_rate", None), float
    )


def rate_setting(made: Source, description: Description) -> str | None:
    """The name of the setting that is the optimizer's rate; None where that is not certain."""
    step = made.programs.get("train_step")
    if step is None or not step.gradients or not is_number(description):
        return None
    names = [str(value.name) for value in step.hyperparameters]
    found = [name for name in names if re.fullmatch(r"learning_rate(_\d+)?", name)]
    return found[0] if len(found) == 1 else None


def with_default(program: Program, name: str, description: Description) -> Program:
    """The program with another default for one of its settings."""
    rate: float = rate_of(description.optimizer)  # type: ignore[arg-type] # is_number was asked

    def default(value: Value, given: float) -> float:
        return rate if value.name == name else given

    settings = {value: default(value, given) for value, given in program.hyperparameters.items()}
    return program.having(hyperparameters=settings)


# ---- as a number ----
class Rates:
    """The learning rate of coming steps as a number, for the history: NaN where there is none.

    So it is where a schedule fails: the step that computes it says which line, and why.
    """

    def __init__(self) -> None:
        self.schedule: object = None
        self.function: Callable[[int, int], float]

    def at(self, optimizer: Optimizer | None, t: int, epoch: int) -> float:
        """That of step t, from 1; a schedule is recorded and loaded when it is first met."""
        rate = getattr(optimizer, "learning_rate", None)
        if not hasattr(rate, "rate"):
            return float(rate) if isinstance(rate, Real) else nan
        if rate is not self.schedule:
            self.schedule, self.function = rate, function_of(rate)
        return self.function(t, epoch)


def function_of(schedule: Any) -> Callable[[int, int], float]:
    """A schedule as a function of t and epoch, which equal ones of ours share.

    Recording one takes longer than an epoch of a small network, and a sweep has many with it. A
    user's own may change and stay equal.
    """
    ours = type(schedule) in vars(schedules).values()
    return (shared_function if ours else schedule_function)(schedule)


def schedule_function(schedule: Any) -> Callable[[int, int], float]:
    """A schedule as a function of t and epoch: the lines by which a step computes its rate."""
    rate = numpy_module.loaded(programs.rate(schedule))

    def at(t: int, epoch: int) -> float:
        try:
            return float(rate(t=t, epoch=epoch))
        except (ArithmeticError, TypeError, ValueError):  # a root of -1, a complex number
            return nan

    return at


shared_function = lru_cache(maxsize=64)(schedule_function)
