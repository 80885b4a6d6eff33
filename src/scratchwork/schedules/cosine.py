"""Schedules along a cosine, step by step: with warm-up and restarts, or in one cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..program.ir import Value, apply
from ..program.primitives import cos, floor, log, maximum, minimum, remainder, where
from ..settings import Described, as_ints, fraction, not_negative, positive, whole
from .schedule import above, check, height


@dataclass(frozen=True)
class CosineDecay(Described):
    """rate = end + (learning_rate - end) * (1 + cos(pi * progress)) / 2, end = end_learning_rate.

    Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", equation 5.
    progress goes from 0 to 1 within ``decay_steps`` steps; then the rate stays, or begins anew.
    In the ``warmup_steps`` steps before (Goyal et al. 2017, "Accurate, large minibatch SGD",
    section 2.2) it is learning_rate * t / warmup_steps.

    PyTorch's CosineAnnealingLR(T_max=decay_steps, eta_min=end_learning_rate), called once a step,
    does the same up to decay_steps and then rises again; with restarts it is
    CosineAnnealingWarmRestarts. Keras gives the end as alpha = end / learning_rate, begins its
    warm-up with a rate of 0 where ours is learning_rate / warmup_steps, and with restarts makes
    each period twice as long as the one before, by default.

    Parameters
    ----------
    learning_rate : float > 0
        The largest rate.
    decay_steps : float > 0
        Steps, not epochs, from the largest rate to the smallest; the warm-up is not counted.
    end_learning_rate : float >= 0
    warmup_steps : float >= 0
    period_factor : int >= 0
        0: no restart. Otherwise the rate begins anew after ``decay_steps`` steps, again and again,
        and each period is so many times as long as the one before: 1 for equal ones, or 2 (T_mult
        in PyTorch, t_mul in Keras). Where it is 2 or more the program adds 1e-6 so that rounding,
        in Keras that of float32, does not make a restart late by one step.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.CosineDecay(0.1, decay_steps=1000)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> lines = [line.strip() for line in model.source().splitlines()]
    >>> print(*(x for x in lines if x.startswith(("progress =", "rate ="))), sep="\\n")
    progress = min((t - 1) / decay_steps, 1)
    rate = learning_rate * (1 + math.cos(math.pi * progress)) / 2
    """

    learning_rate: float
    decay_steps: float = 1000.0
    end_learning_rate: float = 0.0
    warmup_steps: float = 0.0
    period_factor: int = 0

    def __post_init__(self) -> None:
        check(self, learning_rate=positive, decay_steps=positive)
        check(self, end_learning_rate=not_negative, warmup_steps=not_negative)
        whole("CosineDecay", "period_factor", self.period_factor, least=0)
        as_ints(self, "period_factor")

    def rate(self, t: Value, epoch: Value) -> Value:
        since = t - 1 if self.warmup_steps == 0 else t - 1 - self.warmup_steps
        progress = self.progress(since).named("progress")
        rate = cosine(self.learning_rate, self.end_learning_rate, progress)
        if self.warmup_steps == 0:
            return rate
        warmup = self.learning_rate * t / self.warmup_steps
        return where(t <= self.warmup_steps, warmup, rate.named("decayed"))

    def progress(self, since: Value) -> Value:
        """How much of a period has passed, so many steps since the first began."""
        if self.period_factor == 0:
            return minimum(since / self.decay_steps, 1)
        if self.period_factor == 1:
            return remainder(since, self.decay_steps) / self.decay_steps
        if self.warmup_steps != 0:
            since = maximum(since, 0)
        k, periods = self.period_factor, (since / self.decay_steps).named("periods")
        number = floor(log(1 + (k - 1) * periods) / log(k) + 1e-6)
        length = apply("power", k, number).named("period_length")
        return (periods - (length - 1) / (k - 1)) / length


def cosine(start: float, end: float, progress: Value) -> Value:
    """From start to end as progress goes from 0 to 1."""
    return above(end, height(start, end) * (1 + cos(math.pi * progress)) / 2)


@dataclass(frozen=True)
class OneCycle(Described):
    """Up to ``learning_rate`` and down to next to nothing, both along a cosine, in total_steps.

    The "1cycle" policy of Smith & Topin 2018, "Super-convergence: very fast training of neural
    networks using large learning rates", whose rate rises and falls in straight lines, in the form
    of PyTorch's OneCycleLR with its default anneal_strategy="cos" and three_phase=False:
    rate = end_rate + (start_rate - end_rate) * (1 + cos(pi * progress)) / 2, first from
    learning_rate / div_factor to learning_rate, then from there to learning_rate / div_factor /
    final_div_factor, both within total_steps. Two things differ from PyTorch: momentum stays as it
    is (cycle_momentum=False), and after total_steps the rate stays where PyTorch raises an error.
    Keras has no such schedule.

    Parameters
    ----------
    learning_rate : float > 0
        The largest rate; PyTorch's max_lr.
    total_steps : float > 0
        Of the whole training: epochs * ceil(n / batch_size).
    warmup_fraction : float in (0, 1)
        Which part of the steps the rate rises; PyTorch's pct_start.
    div_factor, final_div_factor : float > 0

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> rate = sw.OneCycle(0.1, total_steps=1000)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(rate), seed=0)
    >>> update = model.source().split("# ---- update: SGD ----")[1].splitlines()
    >>> print(*(line.strip() for line in update[7:10]), sep="\\n")
    start_rate = low if t <= peak else learning_rate
    end_rate = learning_rate if t <= peak else low / final_div_factor
    rate = end_rate + (start_rate - end_rate) * (1 + math.cos(math.pi * progress)) / 2
    """

    learning_rate: float
    total_steps: float
    warmup_fraction: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        check(self, learning_rate=positive, total_steps=positive, warmup_fraction=fraction)
        check(self, warmup_fraction=positive, div_factor=positive, final_div_factor=positive)

    def rate(self, t: Value, epoch: Value) -> Value:
        peak = apply("multiply", self.warmup_fraction, self.total_steps).named("peak")
        rises = t <= peak
        rising, falling = (t - 1) / maximum(peak - 1, 1), (t - peak) / (self.total_steps - peak)
        progress = where(rises, rising, minimum(falling, 1)).named("progress")
        low = apply("divide", self.learning_rate, self.div_factor).named("low")
        start = where(rises, low, self.learning_rate).named("start_rate")
        end = where(rises, self.learning_rate, low / self.final_div_factor).named("end_rate")
        return end + (start - end) * (1 + cos(math.pi * progress)) / 2
