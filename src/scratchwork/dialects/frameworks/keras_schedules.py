"""Schedules as Keras has them, and those that are written out."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ... import schedules
from ...layers.layer import describe
from ..layout import fold
from .keras_layers import KERAS, call, where_not
from .plan import counterpart
from .text import enclosed, function

PLACE = "keras.optimizers.schedules"


@dataclass(frozen=True)
class Rate:
    """What the optimizer takes as its rate, what defines that, and a callback of ``fit``."""

    code: str
    text: str = ""
    callback: str = ""


def print_rate(given: Any) -> Rate:
    """A learning rate: a number, a schedule of Keras, or one that is written out."""
    if isinstance(given, float):
        return Rate(repr(given))
    where = f"learning_rate {describe(given)}"
    return counterpart(SCHEDULES, given, where, KERAS, "a schedule")(given)


def count(number: float) -> str:
    """A number of steps as one would type it: 30, not 30.0."""
    return repr(int(number) if number == int(number) else number)


def by_steps(kind: str, rate: float, **settings: str) -> Rate:
    """One that Keras has; it counts steps from 0."""
    line = f"rate = {call(f'{PLACE}.{kind}', repr(rate), **settings)}"
    return Rate("rate", "\n".join(fold(line)))


def by_epochs(first: float, *lines: str) -> Rate:
    """A function of the epoch, called by a callback; ``first`` is the rate until then."""
    text = function("rate(epoch)", "The rate of an epoch, from 0.", lines)
    return Rate(repr(first), text, "keras.callbacks.LearningRateScheduler(rate)")


def written_out(name: str, says: str, *lines: str) -> Rate:
    """A class with the schedule's lines; t counts steps from 1."""
    head = [
        f"class {name}({PLACE}.LearningRateSchedule):",
        f'    """{says}"""',
        "",
        "    def __call__(self, step):",
        "        t = ops.cast(step, keras.config.floatx()) + 1",
    ]
    config = ["", "    def get_config(self):", "        return {}  # model.save() asks for it"]
    return Rate(f"{name}()", "\n".join([*head, *(f"        {x}" for x in lines), *config]))


# ---- the table ----
def exponential(s: schedules.ExponentialDecay) -> Rate:
    return by_steps(
        "ExponentialDecay", s.learning_rate, decay_steps=count(s.decay_steps),
        decay_rate=repr(s.decay_rate), staircase=where_not(False, s.staircase),
    )  # fmt: skip


def inverse(s: schedules.InverseTimeDecay) -> Rate:
    return by_steps(
        "InverseTimeDecay", s.learning_rate, decay_steps=count(s.decay_steps),
        decay_rate=repr(s.decay_rate),
    )  # fmt: skip


def polynomial(s: schedules.PolynomialDecay) -> Rate:
    return by_steps(
        "PolynomialDecay", s.learning_rate, decay_steps=count(s.decay_steps),
        end_learning_rate=where_not(1e-4, s.end_learning_rate), power=where_not(1.0, s.power),
    )  # fmt: skip


def stairs(s: schedules.StepDecay) -> Rate:
    rate, factor, every = repr(s.learning_rate), repr(s.factor), count(s.every)
    if s.unit == "epochs":
        return by_epochs(s.learning_rate, f"return {rate} * {factor} ** (epoch // {every})")
    return by_steps(
        "ExponentialDecay", s.learning_rate, decay_steps=every, decay_rate=factor, staircase="True"
    )


def pieces(s: schedules.PiecewiseConstant) -> Rate:
    values = enclosed("values = [", list(map(repr, s.values)), "]", room=4)
    if s.unit == "epochs":
        ends = enclosed("boundaries = [", list(map(count, s.boundaries)), "]", room=4)
        return by_epochs(s.values[0], ends, values, "return values[bisect(boundaries, epoch)]")
    # ours is left at the boundary, Keras' behind it; steps are whole
    ends = enclosed("boundaries = [", [str(math.ceil(end) - 1) for end in s.boundaries], "]")
    rate = f"rate = {PLACE}.PiecewiseConstantDecay(boundaries, values)"
    return Rate("rate", f"{ends}\n{values}\n{rate}")


def cosine(s: schedules.CosineDecay) -> Rate:
    if s.warmup_steps or s.period_factor > 1:
        return cosine_written_out(s)
    steps, end = count(s.decay_steps), s.end_learning_rate
    alpha = f"{end!r} / {s.learning_rate!r}" if end else ""
    if s.period_factor == 0:
        return by_steps("CosineDecay", s.learning_rate, decay_steps=steps, alpha=alpha)
    return by_steps(
        "CosineDecayRestarts", s.learning_rate, first_decay_steps=steps, t_mul="1.0", alpha=alpha
    )


def cosine_written_out(s: schedules.CosineDecay) -> Rate:
    """With a warm-up, which begins at 0 in Keras, or with periods that grow longer."""
    rate, end, warmup = repr(s.learning_rate), repr(s.end_learning_rate), count(s.warmup_steps)
    between = f"{end} + ({rate} - {end})" if s.end_learning_rate else rate
    decayed = f"{between} * (1 + ops.cos(np.pi * progress)) / 2"
    if not s.warmup_steps:
        says = "As CosineDecayRestarts, whose restarts may come a step late by rounding."
        lines = ["since = t - 1", *progress(s), f"return {decayed}"]
    else:
        says = "Keras' warm-up begins with a rate of 0, and its restarts have none."
        lines = [f"since = t - 1 - {warmup}", *progress(s), f"decayed = {decayed}"]
        lines.append(f"return ops.where(t <= {warmup}, {rate} * t / {warmup}, decayed)")
    return written_out("CosineDecay", says, *lines)


def progress(s: schedules.CosineDecay) -> list[str]:
    """How much of a period has passed."""
    steps, k = count(s.decay_steps), s.period_factor
    if k == 0:
        return [f"progress = ops.minimum(since / {steps}, 1)"]
    if k == 1:
        return [f"progress = since % {steps} / {steps}"]
    times, share = (f"{k - 1} * ", f" / {k - 1}") if k > 2 else ("", "")
    return [
        f"periods = ops.maximum(since, 0) / {steps}",
        f"number = ops.floor(ops.log(1 + {times}periods) / np.log({k}) + 1e-6)",
        f"length = {k}**number",
        f"progress = (periods - (length - 1){share}) / length",
    ]


def one_cycle(s: schedules.OneCycle) -> Rate:
    rate, total = repr(s.learning_rate), count(s.total_steps)
    return written_out(
        "OneCycle",
        "Up and down again, both along a cosine; Keras has no such schedule.",
        f"peak, low = {s.warmup_fraction!r} * {total}, {rate} / {count(s.div_factor)}",
        "rising = (t - 1) / max(peak - 1, 1)",
        f"falling = ops.minimum((t - peak) / ({total} - peak), 1)",
        "progress = ops.where(t <= peak, rising, falling)",
        f"start = ops.where(t <= peak, low, {rate})",
        f"end = ops.where(t <= peak, {rate}, low / {count(s.final_div_factor)})",
        "return end + (start - end) * (1 + ops.cos(np.pi * progress)) / 2",
    )


SCHEDULES: dict[type, Callable[[Any], Rate]] = {
    schedules.CosineDecay: cosine,
    schedules.ExponentialDecay: exponential,
    schedules.InverseTimeDecay: inverse,
    schedules.OneCycle: one_cycle,
    schedules.PiecewiseConstant: pieces,
    schedules.PolynomialDecay: polynomial,
    schedules.StepDecay: stairs,
}
"""Every schedule that we have; a user's own is refused by name."""
