"""Our schedules in PyTorch's words: its scheduler where all its rates are ours, else a formula."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ... import schedules
from ...layers.layer import describe
from .plan import counterpart, lacking
from .pytorch_layers import NAME
from .text import call, function


@dataclass(frozen=True)
class Scheduler:
    """What makes ``scheduler``, and when it is moved.

    ``by_epoch`` says that it is moved once an epoch, not once a step; ``last`` is the last step
    that it takes; ``factor`` a function that it needs.
    """

    text: str
    by_epoch: bool = False
    last: int | None = None
    factor: str = ""


def scheduler(rate: Any) -> Scheduler | None:
    """What a learning rate is: nothing for a number."""
    if isinstance(rate, float):
        return None
    where = f"learning_rate {describe(rate)}"
    return counterpart(SCHEDULES, rate, where, NAME, "a schedule")(rate)


def of_class(kind: str, *settings: str) -> str:
    return call(f"scheduler = torch.optim.lr_scheduler.{kind}", ["optimizer", *settings])


def by_formula(formula: str, count: str = "step") -> str:
    """A factor of the rate from the number of steps, or epochs, that were made."""
    return of_class("LambdaLR", f"lambda {count}: {formula}")


def whole(*numbers: float) -> bool:
    return all(float(number).is_integer() for number in numbers)


def exponential(s: schedules.ExponentialDecay) -> Scheduler:
    if not s.staircase:
        return Scheduler(
            of_class("ExponentialLR", f"gamma={s.decay_rate} ** (1 / {s.decay_steps:g})")
        )
    return stairs(s.decay_rate, s.decay_steps, "step")


def stairs(factor: float, every: float, count: str) -> Scheduler:
    if whole(every):
        text = of_class("StepLR", f"step_size={every:.0f}", f"gamma={factor}")
    else:
        text = by_formula(f"{factor} ** ({count} // {every})", count)
    return Scheduler(text, count == "epoch")


def step_decay(s: schedules.StepDecay) -> Scheduler:
    return stairs(s.factor, s.every, s.unit.removesuffix("s"))


def piecewise(s: schedules.PiecewiseConstant) -> Scheduler:
    """MultiStepLR where each rate is the same share of the one before."""
    count, by_epoch = s.unit.removesuffix("s"), s.unit == "epochs"
    shares = [float(f"{b / a:.12g}") for a, b in pairwise(s.values)]
    if whole(*s.boundaries) and len(set(shares)) == 1:
        milestones = [int(end) for end in s.boundaries]
        settings = f"milestones={milestones}", f"gamma={shares[0]}"
        return Scheduler(of_class("MultiStepLR", *settings), by_epoch)
    ends = "".join(
        f"{value / s.values[0]:.12g} if {count} < {end:g} else "
        for end, value in zip(s.boundaries, s.values[:-1], strict=True)
    )
    return Scheduler(by_formula(f"{ends}{s.values[-1] / s.values[0]:.12g}", count), by_epoch)


def inverse_time(s: schedules.InverseTimeDecay) -> Scheduler:
    factor = "" if s.decay_rate == 1 else f"{s.decay_rate:g} * "
    return Scheduler(by_formula(f"1 / (1 + {factor}step / {s.decay_steps:g})"))


def polynomial(s: schedules.PolynomialDecay) -> Scheduler:
    if not s.end_learning_rate and whole(s.decay_steps):
        power = f"power={s.power}"
        return Scheduler(of_class("PolynomialLR", f"total_iters={s.decay_steps:.0f}", power))
    end = s.end_learning_rate / s.learning_rate
    left = f"(1 - min(step / {s.decay_steps:g}, 1)) ** {s.power:g}"
    return Scheduler(by_formula(f"{end} + {1 - end} * {left}"))


def cosine(s: schedules.CosineDecay) -> Scheduler:
    plain = not s.warmup_steps and whole(s.decay_steps)
    if s.period_factor and plain:
        settings = [f"T_0={s.decay_steps:.0f}"]
        settings += [f"T_mult={s.period_factor}"] * (s.period_factor != 1)
        settings += [f"eta_min={s.end_learning_rate}"] * bool(s.end_learning_rate)
        return Scheduler(of_class("CosineAnnealingWarmRestarts", *settings))
    return Scheduler(of_class("LambdaLR", "rate_factor"), factor=cosine_factor(s))


def cosine_factor(s: schedules.CosineDecay) -> str:
    """A function of the step: the warm-up, then the cosine, which may begin anew."""
    end, k = s.end_learning_rate / s.learning_rate, s.period_factor
    since = f"(step - {s.warmup_steps:g})" if s.warmup_steps else "step"
    lines = []
    if s.warmup_steps:
        lines += [
            f"if step + 1 <= {s.warmup_steps:g}:",
            f"    return (step + 1) / {s.warmup_steps:g}",
        ]
    if k == 0:
        lines.append(f"progress = min({since} / {s.decay_steps:g}, 1)")
    elif k == 1:
        lines.append(f"progress = {since} % {s.decay_steps:g} / {s.decay_steps:g}")
    else:
        lines += [
            f"periods = {since} / {s.decay_steps:g}",
            f"length = {k} ** math.floor(math.log(1 + {k - 1} * periods, {k}) + 1e-9)",
            f"progress = (periods - (length - 1) / {k - 1}) / length",
        ]
    wave = "(1 + math.cos(math.pi * progress)) / 2"
    lines.append(f"return {f'{end} + {1 - end} * ' if end else ''}{wave}")
    differs = "" if k else " CosineAnnealingLR would rise again."
    return function("rate_factor(step)", f"The share of the learning rate.{differs}", lines)


def one_cycle(s: schedules.OneCycle) -> Scheduler:
    if not whole(s.total_steps):
        got = f"total_steps={s.total_steps}: OneCycleLR counts whole steps"
        raise lacking(f"learning_rate {describe(s)}", NAME, got, "round it")
    if s.warmup_fraction * s.total_steps == 1:
        got = "a rise of one step, in which OneCycleLR divides by 0"
        raise lacking(f"learning_rate {describe(s)}", NAME, got, "change warmup_fraction a little")
    settings = [f"max_lr={s.learning_rate}", f"total_steps={s.total_steps:.0f}"]
    settings += [f"pct_start={s.warmup_fraction}"] * (s.warmup_fraction != 0.3)
    settings += [f"div_factor={s.div_factor}"] * (s.div_factor != 25)
    settings += [f"final_div_factor={s.final_div_factor}"] * (s.final_div_factor != 1e4)
    text = of_class("OneCycleLR", *settings, "cycle_momentum=False")
    return Scheduler(text, last=int(s.total_steps) - 1)


SCHEDULES: dict[type, Callable[[Any], Scheduler]] = {
    schedules.ExponentialDecay: exponential,
    schedules.StepDecay: step_decay,
    schedules.PiecewiseConstant: piecewise,
    schedules.InverseTimeDecay: inverse_time,
    schedules.PolynomialDecay: polynomial,
    schedules.CosineDecay: cosine,
    schedules.OneCycle: one_cycle,
}
"""Every schedule that we have; a user's own is refused by name."""
