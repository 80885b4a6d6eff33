"""Schedules as Keras has them, and a function of the others' rate."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ... import schedules
from ...program.ir import Program
from .. import numpy_spellings
from ..layout import fold
from ..spelling import Spelling
from ..spelling import call as spelled
from .keras_layers import KERAS, call, where_not
from .rate import by_epoch, rate_function
from .text import enclosed

PLACE = "keras.optimizers.schedules"
ELEMENTWISE = (
    *("absolute", "clip", "cos", "exp", "expm1", "floor", "log", "log1p", "maximum", "minimum"),
    *("sign", "sin", "sqrt", "tanh", "where"),
)
PYTHON = numpy_spellings.spellings("")
"""How a rate of the epoch is written, a number."""
OPS: Mapping[str, Spelling] = {**PYTHON, **{name: spelled(f"ops.{name}") for name in ELEMENTWISE}}
"""How one of the step is written, which a backend may compile."""


@dataclass(frozen=True)
class Rate:
    """What the optimizer takes as its rate, what defines that, and a callback of ``fit``."""

    code: str
    text: str = ""
    callback: str = ""


def print_rate(given: Any, program: Program | None) -> Rate:
    """A learning rate: a number, a schedule of Keras, or a function of the recorded lines."""
    if program is None:
        return Rate(repr(given))
    theirs = SCHEDULES[type(given)](given) if type(given) in SCHEDULES else None
    if theirs is not None:
        return theirs
    each = by_epoch(program)
    function = rate_function(given, program, KERAS, PYTHON if each else OPS)
    if each:
        return Rate("rate(0)", function, "keras.callbacks.LearningRateScheduler(rate)")
    return Rate("Schedule()", f"{function}\n\n\n{SCHEDULE}")


SCHEDULE = f'''class Schedule({PLACE}.LearningRateSchedule):
    """The rate above, for Keras, which counts steps from 0."""

    def __call__(self, step):
        return rate(ops.cast(step, keras.config.floatx()) + 1)

    def get_config(self):
        return {{}}  # model.save() asks for it'''


def count(number: float) -> str:
    """A number of steps as one would type it: 30, not 30.0."""
    return repr(int(number) if number == int(number) else number)


def by_steps(kind: str, rate: float, **settings: str) -> Rate:
    """One that Keras has; it counts steps from 0."""
    line = f"rate = {call(f'{PLACE}.{kind}', repr(rate), **settings)}"
    return Rate("rate", "\n".join(fold(line)))


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


def stairs(s: schedules.StepDecay) -> Rate | None:
    if s.unit == "epochs":
        return None
    return exponential(schedules.ExponentialDecay(s.learning_rate, s.factor, s.every, True))


def pieces(s: schedules.PiecewiseConstant) -> Rate | None:
    if s.unit == "epochs":
        return None
    values = enclosed("values = [", list(map(repr, s.values)), "]")
    # ours is left at the boundary, Keras' behind it; steps are whole
    ends = enclosed("boundaries = [", [str(math.ceil(end) - 1) for end in s.boundaries], "]")
    rate = f"rate = {PLACE}.PiecewiseConstantDecay(boundaries, values)"
    return Rate("rate", f"{ends}\n{values}\n{rate}")


def cosine(s: schedules.CosineDecay) -> Rate | None:
    """Not with a warm-up, which begins at 0 in Keras; where periods grow, rounding delays some."""
    if s.warmup_steps or s.period_factor > 1:
        return None
    steps, end = count(s.decay_steps), s.end_learning_rate
    alpha = f"{end!r} / {s.learning_rate!r}" if end else ""
    if s.period_factor == 0:
        return by_steps("CosineDecay", s.learning_rate, decay_steps=steps, alpha=alpha)
    return by_steps(
        "CosineDecayRestarts", s.learning_rate, first_decay_steps=steps, t_mul="1.0", alpha=alpha
    )


SCHEDULES: dict[type, Callable[[Any], Rate | None]] = {
    schedules.CosineDecay: cosine,
    schedules.ExponentialDecay: exponential,
    schedules.InverseTimeDecay: inverse,
    schedules.PiecewiseConstant: pieces,
    schedules.PolynomialDecay: polynomial,
    schedules.StepDecay: stairs,
}
"""Ours that Keras has, with some settings; of any other, the function is printed."""
