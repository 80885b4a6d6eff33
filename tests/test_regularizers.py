"""Regularizers: the penalty, its gradient as printed, what it acts on, and a user's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import regularizers
from scratchwork.errors import DescriptionError, ShapeError
from scratchwork.program.ir import Value
from tests.cases import REGULARIZERS, RegularizerCase, foreign_dtypes

ROWS = 6
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(ROWS, 4)), RNG.normal(size=(ROWS, 2))


def model_of(
    regularizer: Any, dtype: Any = "float64", reduction: Literal["mean", "sum"] = "mean"
) -> sw.Sequential:
    model = sw.Sequential([sw.Dense(3, "tanh"), sw.Dense(2)], input_shape=4)
    model.compile(
        "mean_squared_error", sw.SGD(0.1), seed=0,
        regularizer=regularizer, dtype=dtype, reduction=reduction,
    )  # fmt: skip
    model.set_parameters({"b1": np.arange(1.0, 4), "b2": [-1.0, 2]})
    return model


def test_every_regularizer_has_a_row():
    classes = {
        c for c in vars(regularizers).values() if isinstance(c, type) and hasattr(c, "penalty")
    }
    assert {type(case.regularizer) for case in REGULARIZERS} == classes - {regularizers.Regularizer}


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_penalty_is_its_formula_over_kernels_and_not_biases(
    case: RegularizerCase, reduction: Literal["mean", "sum"]
):
    trace = model_of(case.regularizer, reduction=reduction).trace(X, Y)
    n = ROWS if reduction == "mean" else 1
    penalty = case.penalty(n, [trace["W1"], trace["W2"]])
    data = trace["L"].sum() / n
    np.testing.assert_allclose(trace["penalty"], penalty, rtol=1e-13)
    np.testing.assert_allclose(trace["loss"], data + penalty, rtol=1e-13)


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
def test_it_moves_kernels_and_leaves_biases(case: RegularizerCase):
    with_it, without = model_of(case.regularizer).trace(X, Y), model_of(None).trace(X, Y)
    for name in ("b1", "b2"):
        np.testing.assert_array_equal(with_it[f"d{name}"], without[f"d{name}"])
    for name in ("W1", "W2"):
        W, step = with_it[name], 1e-6
        slope = (case.penalty(ROWS, [W + step * np.sign(W)]) - case.penalty(ROWS, [W])) / step
        moved = ((with_it[f"d{name}"] - without[f"d{name}"]) * np.sign(W)).sum()
        assert moved == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
def test_verify_agrees(case: RegularizerCase):
    assert model_of(case.regularizer).verify(X, Y).passed


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_array_of_a_step_has_the_dtype(case: RegularizerCase, dtype: str):
    trace = model_of(case.regularizer, dtype).trace(X, Y)
    assert foreign_dtypes(trace, dtype) == {}
    assert trace["penalty"].dtype == trace["dW1"].dtype == dtype


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
def test_evaluation_is_without_penalty(case: RegularizerCase):
    with_it, without = model_of(case.regularizer), model_of(None)
    assert with_it.evaluate(X, Y)["loss"] == without.evaluate(X, Y)["loss"]
    assert "penalty" not in with_it.source("evaluate")


def test_the_slope_of_l1_at_0_is_0():
    model = model_of(sw.L1(0.6))
    model["W1"] = np.zeros((4, 3))
    with_it = model.trace(X, Y)["dW1"]
    plain = model_of(None)
    plain["W1"] = np.zeros((4, 3))
    np.testing.assert_array_equal(with_it, plain.trace(X, Y)["dW1"])


def test_another_strength_is_the_same_text():
    first, second = (model_of(sw.L2(strength)).source() for strength in (0.1, 0.2))
    changed = first.replace("L2(0.1)", "L2(0.2)").replace("l2=0.1", "l2=0.2")
    assert changed == second


def test_a_frozen_layer_is_not_penalised():
    model = sw.Sequential([sw.Dense(3, trainable=False), sw.Dense(2)], input_shape=4)
    model.compile("mean_squared_error", regularizer=sw.L2(0.5), dtype="float64", seed=0)
    trace = model.trace(X, Y)
    expected = 0.5 / (2 * ROWS) * (trace["W2"] ** 2).sum()
    np.testing.assert_allclose(trace["penalty"], expected, rtol=1e-13)


def test_a_network_without_kernels_has_no_penalty():
    model = sw.Sequential([sw.BatchNorm()], input_shape=4)
    model.compile("mean_squared_error", sw.SGD(0.1), regularizer=sw.L2(0.5), seed=0)
    assert "penalty" not in model.trace(X, X)


def test_filters_are_kernels():
    model = sw.Sequential([sw.Conv2D(2, 2), sw.Flatten()], input_shape=(3, 3, 1))
    model.compile("mean_squared_error", regularizer=sw.L2(0.5), dtype="float64", seed=0)
    trace = model.trace(RNG.normal(size=(2, 3, 3, 1)), np.zeros((2, 8)))
    np.testing.assert_allclose(trace["penalty"], 0.5 / 4 * (trace["W1"] ** 2).sum(), rtol=1e-13)


@dataclass(frozen=True)
class ElasticNet:
    """A user's own: a sum of both, its gradient derived."""

    strength: float
    share: float = 0.25
    formula: ClassVar[str] = "strength / n * (share * sum(abs(W)) + sum(W**2))"

    def penalty(self, n: Value, kernels: Sequence[Value]) -> Value:
        parts = [self.share * abs(W).sum() + (W**2).sum() for W in kernels]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return self.strength / n * total


def test_a_users_regularizer():
    model = model_of(ElasticNet(0.4))
    trace = model.trace(X, Y)
    W1, W2 = trace["W1"], trace["W2"]
    expected = 0.4 / ROWS * sum(0.25 * abs(W).sum() + (W**2).sum() for W in (W1, W2))
    np.testing.assert_allclose(trace["penalty"], expected, rtol=1e-13)
    assert model.verify(X, Y).passed
    assert "strength=0.4" in model.source()


@pytest.mark.parametrize("make", [sw.L1, sw.L2])
@pytest.mark.parametrize("strength", [-0.1, float("nan"), float("inf"), "0.1", None, True])
def test_strengths_out_of_range(make: Any, strength: Any):
    with pytest.raises(DescriptionError, match=r"expects a finite number l[12] >= 0"):
        make(strength)


@pytest.mark.parametrize("given", ["l2", sw.L2, 0.1])
def test_what_is_no_regularizer(given: Any):
    with pytest.raises(DescriptionError, match=r"regularizer.* expects .*sw\.L2"):
        model_of(given)


@pytest.mark.parametrize(
    ("given", "reduction", "note"),
    [
        (sw.L2(0.5), "mean", "# regularizer: L2(0.5), l2 / (2 n) * sum(W**2)"),
        (sw.L2(0.5), "sum", "# regularizer: L2(0.5), l2 / 2 * sum(W**2)"),
        (sw.L1(0.5), "mean", "# regularizer: L1(0.5), l1 / n * sum(abs(W))"),
        (sw.L1(0.5), "sum", "# regularizer: L1(0.5), l1 * sum(abs(W))"),
        (ElasticNet(0.5), "sum", "# regularizer: ElasticNet(0.5)"),
    ],
)
def test_the_comment_is_true(given: Any, reduction: Literal["mean", "sum"], note: str):
    lines = model_of(given, reduction=reduction).source().splitlines()
    assert note in [line.strip() for line in lines]


class Plain:
    """A user's own with nothing but what is needed."""

    def penalty(self, n: Value, kernels: Sequence[Value]) -> Value:
        return 0.25 / n * (kernels[0] ** 2).sum()


def test_a_regularizer_needs_only_a_penalty():
    model = model_of(Plain())
    trace = model.trace(X, Y)
    np.testing.assert_allclose(trace["penalty"], 0.25 / ROWS * (trace["W1"] ** 2).sum())
    assert "# regularizer: Plain()" in [line.strip() for line in model.source().splitlines()]


def test_a_class_is_no_regularizer():
    with pytest.raises(DescriptionError, match=r"give an instance: sw\.L2\(\.\.\.\)"):
        model_of(sw.L2)


@pytest.mark.parametrize("wrong", [lambda W: 0.5, lambda W: W**2, lambda W: None])
def test_a_penalty_that_is_not_one_number(wrong: Any):
    class Wrong:
        def penalty(self, n: Value, kernels: Sequence[Value]) -> Any:
            return wrong(kernels[0])

    with pytest.raises(ShapeError, match=r"Wrong\(\) expects penalty\(\) to return one number"):
        model_of(Wrong())
