"""Schedules: the rate of each step, the line it is printed as, and a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import schedules
from scratchwork.errors import DescriptionError, ProgramError
from scratchwork.program.ir import Value
from tests.cases import SCHEDULES, Array, ScheduleCase, foreign_dtypes

X, Y = np.ones((4, 1)), np.zeros((4, 1))


@dataclass(frozen=True)
class Step:
    """W - rate: what is left of W tells the rates."""

    learning_rate: Any

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        return W - self.learning_rate + 0 * dW


def model_of(schedule: Any, dtype: Any = "float64") -> sw.Sequential:
    model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=1)
    model.compile("mean_squared_error", Step(schedule), dtype=dtype, seed=0)
    return model


def rates(schedule: Any, epochs: int, batch_size: int = 4) -> Array:
    """The sum of the rates of each epoch."""
    model, found = model_of(schedule), []
    for _ in range(epochs):
        before = model["W1"].item()
        model.fit(X, Y, epochs=1, batch_size=batch_size, verbose=0)
        found.append(before - model["W1"].item())
    return np.array(found)


def test_every_schedule_has_a_row():
    classes = {c for c in vars(schedules).values() if isinstance(c, type) and hasattr(c, "rate")}
    assert {type(case.schedule) for case in SCHEDULES} == classes - {schedules.Schedule}


@pytest.mark.parametrize("case", SCHEDULES, ids=str)
def test_the_rate_of_each_step(case: ScheduleCase):
    steps = max(case.rates)
    found = rates(case.schedule, steps)
    for t, rate in case.rates.items():
        assert found[t - 1] == pytest.approx(rate, rel=1e-12)


@pytest.mark.parametrize("case", SCHEDULES, ids=str)
def test_steps_are_counted_and_not_epochs(case: ScheduleCase):
    single = rates(case.schedule, 8)
    pairs = rates(case.schedule, 4, batch_size=2)
    np.testing.assert_allclose(pairs, single.reshape(4, 2).sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize("case", SCHEDULES, ids=str)
@pytest.mark.parametrize("optimizer", [sw.SGD, sw.Adam])
def test_the_rate_is_a_python_number_of_the_program(case: ScheduleCase, optimizer: Any):
    model = sw.Sequential([sw.Dense(3)], input_shape=1)
    model.compile("mean_squared_error", optimizer(case.schedule), dtype="float32", seed=0)
    assert sum(line.strip().startswith("rate = ") for line in model.source().splitlines()) == 1
    assert foreign_dtypes(model.trace(X, np.zeros((4, 3))), "float32") == {}


@dataclass(frozen=True)
class Warmup:
    """A user's own: a condition on a number, printed as Python's."""

    peak: float = 0.1
    steps: float = 4

    def rate(self, t: Value, epoch: Value) -> Value:
        return np.where(t < self.steps, self.peak * t / self.steps, self.peak)


@dataclass(frozen=True)
class ByEpoch:
    peak: float = 0.1

    def rate(self, t: Value, epoch: Value) -> Value:
        return self.peak / (1 + epoch)


@dataclass(frozen=True)
class Mixed:
    """Each function that takes a number: they must give Python numbers."""

    peak: float = 0.1

    def rate(self, t: Value, epoch: Value) -> Value:
        parts = np.exp(-t / 10) + np.log(t + 1) + np.sqrt(t) + np.tanh(t) + np.abs(t - 3)
        parts = parts + np.maximum(t, 3) + np.minimum(t, 2) + np.sign(t - 2) + np.log1p(t)
        return self.peak * (parts + np.expm1(-t) + (t > 2) * 0.5 + 2**-t)


@dataclass(frozen=True)
class Flat:
    """Returns the number that it was given."""

    peak: float = 0.1

    def rate(self, t: Value, epoch: Value) -> Value:
        return self.peak


@dataclass(frozen=True)
class Fixed:
    """Returns a Python number."""

    def rate(self, t: Value, epoch: Value) -> float:
        return 0.25


def mixed_by_hand(t: int) -> float:
    parts = np.exp(-t / 10) + np.log(t + 1) + np.sqrt(t) + np.tanh(t) + abs(t - 3) + max(t, 3)
    parts += min(t, 2) + np.sign(t - 2) + np.log1p(t) + np.expm1(-t) + 0.5 * (t > 2) + 2.0**-t
    return float(0.1 * parts)


USERS: dict[str, tuple[Any, list[float]]] = {
    "warmup": (Warmup(), [0.025, 0.05, 0.075, 0.1, 0.1]),
    "by epoch": (ByEpoch(), [0.1, 0.05, 0.1 / 3, 0.025]),
    "mixed": (Mixed(), [mixed_by_hand(t) for t in (1, 2, 3, 4)]),
    "flat": (Flat(), [0.1, 0.1]),
    "fixed": (Fixed(), [0.25, 0.25]),
}


@pytest.mark.parametrize("name", USERS)
def test_a_users_schedule(name: str):
    schedule, expected = USERS[name]
    np.testing.assert_allclose(rates(schedule, len(expected)), expected, rtol=1e-12)


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("optimizer", [sw.SGD, sw.Adam])
def test_it_keeps_a_float32_model_in_float32(name: str, optimizer: Any):
    model = sw.Sequential([sw.Dense(3)], input_shape=1)
    model.compile("mean_squared_error", optimizer(USERS[name][0]), dtype="float32", seed=0)
    trace = model.trace(X, np.zeros((4, 3)))
    assert foreign_dtypes(trace, "float32") == {}


def test_the_epoch_is_counted_over_the_models_life():
    np.testing.assert_allclose(rates(ByEpoch(), 2, batch_size=2), [2 * 0.1, 2 * 0.05], rtol=1e-12)


def test_another_number_is_the_same_text():
    first, second = (model_of(sw.ExponentialDecay(rate, 0.5)).source() for rate in (0.1, 0.2))
    assert first.replace("learning_rate=0.1", "learning_rate=0.2") == second


def test_a_condition_with_if_is_refused():
    @dataclass(frozen=True)
    class Wrong:
        def rate(self, t: Value, epoch: Value) -> Any:
            return 0.1 if t < 10 else 0.2

    with pytest.raises(ProgramError, match=r"use np\.where\(condition, a, b\)"):
        model_of(Wrong())


def test_stairs_count_epochs_unless_told_otherwise():
    two_steps_an_epoch = {"epochs": 4, "batch_size": 2}
    stairs, pieces = sw.StepDecay(0.4, 0.5, 2), sw.PiecewiseConstant((1, 3), (0.4, 0.2, 0.1))
    np.testing.assert_allclose(rates(stairs, **two_steps_an_epoch), [0.8, 0.8, 0.4, 0.4])
    np.testing.assert_allclose(rates(pieces, **two_steps_an_epoch), [0.8, 0.4, 0.4, 0.2])


def test_a_rate_that_is_none_is_refused():
    class Silent:
        def rate(self, t: Value, epoch: Value) -> Any:
            self.now = 0.1 / t

    with pytest.raises(ProgramError, match=r"Silent expects rate\(t, epoch\) to return .* None"):
        model_of(Silent())


def test_the_counts_are_explained():
    by_step, by_epoch = (model_of(sw.StepDecay(0.1, unit=u)).source() for u in ("steps", "epochs"))
    assert "# t is the number of this step, from 1" in by_step
    assert "# epoch is counted from 0" not in by_step
    assert "# epoch is counted from 0" in by_epoch


@pytest.mark.parametrize("name", ["restarts", "T_mult", "t_mul"])
def test_the_period_factor_has_other_names(name: str):
    with pytest.raises(DescriptionError, match="it is called period_factor here"):
        sw.CosineDecay(0.1, **{name: 2})


def test_restarts_come_in_time_for_any_number_of_periods():
    """Where floor(log(x) / log(k)) would be one too small by rounding."""
    rate = sw.CosineDecay(0.4, 1, end_learning_rate=0.1, period_factor=3)
    begins = [1 + (3**i - 1) // 2 for i in range(6)]
    found = rates(rate, max(begins))
    assert np.flatnonzero(found > 0.4 - 1e-12).tolist() == [t - 1 for t in begins]


def test_tuples_of_any_kind_and_numbers_of_numpy():
    expected = sw.PiecewiseConstant((2, 4), (0.3, 0.2, 0.1))
    assert sw.PiecewiseConstant([2, 4], np.array([0.3, 0.2, 0.1])) == expected
    assert type(sw.StepDecay(0.1, every=np.int64(3)).every) is float
    assert type(sw.CosineDecay(0.1, period_factor=np.int64(2)).period_factor) is int


EXAMPLES: dict[str, Any] = {
    "StepDecay": {"learning_rate": 0.1},
    "PiecewiseConstant": {"boundaries": (3,), "values": (0.1, 0.01)},
    "ExponentialDecay": {"learning_rate": 0.1},
    "InverseTimeDecay": {"learning_rate": 0.1},
    "PolynomialDecay": {"learning_rate": 0.1},
    "CosineDecay": {"learning_rate": 0.1},
    "OneCycle": {"learning_rate": 0.1, "total_steps": 100},
}


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("ExponentialDecay", {"learning_rate": 0}, "a finite number learning_rate > 0, got"),
        ("ExponentialDecay", {"decay_rate": -0.5}, "decay_rate=-0.5"),
        ("ExponentialDecay", {"decay_steps": 0}, "decay_steps=0"),
        ("ExponentialDecay", {"learning_rate": "fast"}, "learning_rate='fast'"),
        ("ExponentialDecay", {"staircase": 1}, "staircase True or False, got staircase=1"),
        ("StepDecay", {"factor": 0}, "a finite number factor > 0, got factor=0"),
        ("StepDecay", {"every": -1}, "every=-1"),
        ("StepDecay", {"unit": "step"}, "unit one of epochs, steps, got 'step'.*'steps'"),
        ("PiecewiseConstant", {"values": (0.1,)}, r"2 values for 1 boundaries, got values=\(0.1,"),
        ("PiecewiseConstant", {"boundaries": 3}, "a tuple of numbers boundaries, got boundaries=3"),
        ("PiecewiseConstant", {"boundaries": "ab"}, "a tuple of numbers boundaries"),
        ("PiecewiseConstant", {"boundaries": (-3,)}, r"boundaries\[0\] > 0, got"),
        ("PiecewiseConstant", {"values": (0.1, None)}, r"values\[1\] > 0, got values\[1\]=None"),
        ("PiecewiseConstant", {"boundaries": (5, 2)}, "boundaries that increase, got"),
        ("PiecewiseConstant", {"unit": 3}, "unit one of epochs, steps, got 3"),
        ("InverseTimeDecay", {"decay_rate": float("nan")}, "decay_rate=nan"),
        ("PolynomialDecay", {"power": 0}, "power=0"),
        ("PolynomialDecay", {"end_learning_rate": -0.1}, "end_learning_rate >= 0, got"),
        ("CosineDecay", {"warmup_steps": -1}, "warmup_steps=-1"),
        ("CosineDecay", {"period_factor": 1.5}, "a whole number period_factor >= 0, got 1.5"),
        ("CosineDecay", {"period_factor": -1}, "a whole number period_factor >= 0, got -1"),
        ("OneCycle", {"warmup_fraction": 1}, "0 <= warmup_fraction < 1, got warmup_fraction=1"),
        ("OneCycle", {"warmup_fraction": 0}, "warmup_fraction > 0, got warmup_fraction=0"),
        ("OneCycle", {"total_steps": 0}, "total_steps=0"),
        ("OneCycle", {"div_factor": True}, "div_factor=True"),
    ],
)
def test_settings_out_of_range(name: str, settings: Any, message: str):
    with pytest.raises(DescriptionError, match=f"{name} expects .*{message}"):
        getattr(sw, name)(**{**EXAMPLES[name], **settings})
