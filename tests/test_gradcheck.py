"""The checker is checked: it rejects what is wrong, even by a little, and accepts what is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scratchwork.program.ir import N, Value, apply
from scratchwork.program.primitives import exp, stop_gradient
from scratchwork.program.record import composite
from tests.cases import Input, values
from tests.gradcheck import KinkError, check_gradients, check_rule, of_function, relative_error

SQUARE = (Input((4, 4)), Input((4, 4)))
ROWS = (Input((N, 5)),)


def with_rule(function: Callable[..., Value], vjp: Callable[..., Any]) -> Callable[..., Value]:
    """The function with a gradient rule by hand, right or wrong."""
    return composite(vjp=vjp)(function)


def product(x: Value, w: Value) -> Value:
    return x @ w


def square(x: Value) -> Value:
    return x**2


def column_sums(x: Value) -> Value:
    return x.sum(axis=0)


def add_bias(x: Value, b: Value) -> Value:
    return x + b


RIGHT = {
    "product": (product, lambda dy, y, x, w: (dy @ w.T, x.T @ dy), SQUARE),
    "square": (square, lambda dy, y, x: (dy * (2 * x),), ROWS),
    "square, another way": (square, lambda dy, y, x: (x * dy + dy * x,), ROWS),
    "column sums": (column_sums, lambda dy, y, x: (apply("broadcast_to", dy, x),), SQUARE[:1]),
    "bias": (add_bias, lambda dy, y, x, b: (dy, dy.sum(axis=0)), (SQUARE[0], Input((4,)))),
}
WRONG = {
    "wrong by 0.1 %": (square, lambda dy, y, x: (dy * (2.002 * x),), ROWS),
    "wrong by 0.1 % in one input": (
        product,
        lambda dy, y, x, w: (dy @ w.T, 0.999 * (x.T @ dy)),
        SQUARE,
    ),
    "transposed": (product, lambda dy, y, x, w: (dy @ w.T, dy.T @ x), SQUARE),
    "not transposed": (product, lambda dy, y, x, w: (dy @ w, x.T @ dy), SQUARE),
    "missing factor": (square, lambda dy, y, x: (dy * x,), ROWS),
    "missing cotangent": (square, lambda dy, y, x: (2 * x,), ROWS),
    "wrong sign": (square, lambda dy, y, x: (dy * (-2 * x),), ROWS),
    "stretched along the wrong axis": (
        column_sums,
        lambda dy, y, x: (apply("broadcast_to", dy.reshape(4, 1), x),),
        SQUARE[:1],
    ),
    "summed over the wrong axis": (
        add_bias,
        lambda dy, y, x, b: (dy, dy.sum(axis=1)),
        (SQUARE[0], Input((4,))),
    ),
    "mean instead of sum": (
        add_bias,
        lambda dy, y, x, b: (dy, dy.mean(axis=0)),
        (SQUARE[0], Input((4,))),
    ),
    "NaN": (square, lambda dy, y, x: (dy * (2 * x) * float("nan"),), ROWS),
    "NaN in one entry": (
        square,
        lambda dy, y, x: (np.where(x < x.max(), dy * (2 * x), float("nan")),),
        SQUARE[:1],
    ),
    "infinity": (square, lambda dy, y, x: (dy * float("inf"),), ROWS),
}


@pytest.mark.parametrize(("function", "vjp", "inputs"), RIGHT.values(), ids=RIGHT)
def test_it_accepts_a_right_rule(function, vjp, inputs):
    check_rule(of_function(with_rule(function, vjp), inputs, values(inputs)))


@pytest.mark.parametrize(("function", "vjp", "inputs"), WRONG.values(), ids=WRONG)
def test_it_rejects_a_wrong_rule(function, vjp, inputs):
    record = of_function(with_rule(function, vjp), inputs, values(inputs))
    with pytest.raises(AssertionError, match="is wrong by"):
        check_gradients(record)
    check_gradients(record, rules=False)  # it is the rule that is wrong, not the function


def test_it_rejects_a_gradient_that_is_not_there():
    record = of_function(lambda x: stop_gradient(x) * 2, ROWS, values(ROWS))
    with pytest.raises(AssertionError, match="no gradient of x1"):
        check_gradients(record)


def test_it_rejects_a_gradient_of_which_a_part_is_stopped():
    record = of_function(lambda x: x * stop_gradient(x), ROWS, values(ROWS))
    with pytest.raises(AssertionError, match=r"dx1 is wrong by 5\.0e-01"):
        check_gradients(record)


def test_it_rejects_a_rule_that_is_right_but_not_what_the_body_gives():
    nearly = with_rule(exp, lambda dy, y, x: (dy * y * (1 + 1e-10),))
    with pytest.raises(AssertionError, match=r"rule and body differ by 1\.0e-10"):
        check_rule(of_function(nearly, ROWS, values(ROWS)))


def test_it_refuses_to_judge_at_a_kink():
    record = of_function(abs, ROWS, [np.full((3, 5), 0.7e-3)])
    with pytest.raises(KinkError, match="x1: choose numbers further from the kink"):
        check_gradients(record)


@pytest.mark.parametrize("found", [np.nan, np.inf, -np.inf])
def test_an_entry_that_is_not_finite_is_an_infinite_error(found):
    true = np.array([1.0, 2.0])
    assert relative_error(np.array([1.0, found]), true) == np.inf
    assert relative_error(true, np.array([1.0, found])) == np.inf


def test_the_error_is_relative_to_the_entry_down_to_a_thousandth_of_the_largest():
    true = np.array([1000.0, 10.0, 1e-6])
    assert relative_error(true + np.array([0, 1e-4, 0]), true) == pytest.approx(1e-5, rel=1e-3)
    assert relative_error(true + np.array([0, 0, 1e-6]), true) == pytest.approx(1e-6, rel=1e-3)


def test_a_gradient_that_is_zero_everywhere_may_be_off_by_rounding_only():
    assert relative_error(np.full(3, 1e-17), np.full(3, 1e-14)) < 1e-6
    assert relative_error(np.full(3, 1e-9), np.zeros(3)) > 1e-6
