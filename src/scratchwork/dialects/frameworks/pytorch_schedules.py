"""Our schedules in PyTorch's words: its scheduler where all its rates are ours, else a function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from ... import schedules
from ..numpy_spellings import spellings
from .plan import Plan
from .pytorch_layers import NAME
from .rate import by_epoch, rate_function
from .text import call


@dataclass(frozen=True)
class Scheduler:
    """What makes ``scheduler``, and when it is moved.

    ``lr`` is what the optimizer begins with. ``by_epoch`` says that it is moved once an epoch, not
    once a step; ``last`` is the last step that it takes; ``function`` the rate that it calls.
    """

    lr: float
    text: str
    by_epoch: bool = False
    last: int | None = None
    function: str = ""


def scheduler(plan: Plan) -> Scheduler | None:
    """What a learning rate is: nothing for a number."""
    if plan.rate is None:
        return None
    rate: Any = plan.optimizer.learning_rate  # type: ignore[attr-defined] # it has a schedule
    theirs = SCHEDULES[type(rate)](rate) if type(rate) in SCHEDULES else None
    if theirs is not None:
        return theirs
    function = rate_function(rate, plan.rate, NAME, spellings(""))
    each = by_epoch(plan.rate)
    made = of_class("LambdaLR", 1.0, "rate" if each else "lambda step: rate(step + 1)")
    return replace(made, by_epoch=each, function=function)


def of_class(kind: str, lr: float, *settings: str, unit: str = "steps") -> Scheduler:
    text = call(f"scheduler = torch.optim.lr_scheduler.{kind}", ["optimizer", *settings])
    return Scheduler(lr, text, unit == "epochs")


def whole(*numbers: float) -> bool:
    return all(float(number).is_integer() for number in numbers)


def exponential(s: schedules.ExponentialDecay) -> Scheduler | None:
    if s.staircase:
        return stairs(schedules.StepDecay(s.learning_rate, s.decay_rate, s.decay_steps, "steps"))
    gamma = f"gamma={s.decay_rate} ** (1 / {s.decay_steps:g})"
    return of_class("ExponentialLR", s.learning_rate, gamma)


def stairs(s: schedules.StepDecay) -> Scheduler | None:
    if not whole(s.every):
        return None
    settings = f"step_size={s.every:.0f}", f"gamma={s.factor}"
    return of_class("StepLR", s.learning_rate, *settings, unit=s.unit)


def piecewise(s: schedules.PiecewiseConstant) -> Scheduler | None:
    """MultiStepLR where each rate is the same share of the one before."""
    shares = {float(f"{b / a:.12g}") for a, b in pairwise(s.values)}
    if len(shares) != 1 or not whole(*s.boundaries):
        return None
    settings = f"milestones={[int(end) for end in s.boundaries]}", f"gamma={shares.pop()}"
    return of_class("MultiStepLR", s.values[0], *settings, unit=s.unit)


def polynomial(s: schedules.PolynomialDecay) -> Scheduler | None:
    if s.end_learning_rate or not whole(s.decay_steps):
        return None
    settings = f"total_iters={s.decay_steps:.0f}", f"power={s.power}"
    return of_class("PolynomialLR", s.learning_rate, *settings)


def cosine(s: schedules.CosineDecay) -> Scheduler | None:
    """Only with restarts, as CosineAnnealingLR rises again."""
    if s.warmup_steps or not s.period_factor or not whole(s.decay_steps):
        return None
    settings = [f"T_0={s.decay_steps:.0f}"]
    settings += [f"T_mult={s.period_factor}"] * (s.period_factor != 1)
    settings += [f"eta_min={s.end_learning_rate}"] * bool(s.end_learning_rate)
    return of_class("CosineAnnealingWarmRestarts", s.learning_rate, *settings)


def one_cycle(s: schedules.OneCycle) -> Scheduler | None:
    """Not with a rise of one step, in which OneCycleLR divides by 0."""
    if not whole(s.total_steps) or s.warmup_fraction * s.total_steps == 1:
        return None
    settings = [f"max_lr={s.learning_rate}", f"total_steps={s.total_steps:.0f}"]
    settings += [f"pct_start={s.warmup_fraction}"] * (s.warmup_fraction != 0.3)
    settings += [f"div_factor={s.div_factor}"] * (s.div_factor != 25)
    settings += [f"final_div_factor={s.final_div_factor}"] * (s.final_div_factor != 1e4)
    made = of_class("OneCycleLR", s.learning_rate, *settings, "cycle_momentum=False")
    return replace(made, last=int(s.total_steps) - 1)


SCHEDULES: dict[type, Callable[[Any], Scheduler | None]] = {
    schedules.ExponentialDecay: exponential,
    schedules.StepDecay: stairs,
    schedules.PiecewiseConstant: piecewise,
    schedules.PolynomialDecay: polynomial,
    schedules.CosineDecay: cosine,
    schedules.OneCycle: one_cycle,
}
"""Ours that PyTorch has, with some settings; of any other, the function is printed."""
