"""Every primitive: its value, its gradient, its dtype, and what its shape rule refuses."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

from scratchwork.errors import GradientError, ShapeError
from scratchwork.program.gradient import differentiate
from scratchwork.program.ir import OPS as REGISTERED
from scratchwork.program.ir import N, Size, Value, apply
from scratchwork.program.record import recording
from tests.cases import BINARY, OPS, Array, Input, OpCase, values
from tests.gradcheck import Record, check_gradients, gradients, of_function, result

WITH_GRADIENT = [case for case in OPS if case.gradient]
WITHOUT = [case for case in OPS if not case.gradient]


def record_of(case: OpCase, numbers: list[Any] | None = None) -> Record:
    def once(*x: Any) -> Value:
        return apply(case.op, *x, **case.attrs)

    return of_function(once, case.inputs, numbers or values(case.inputs))


def test_every_primitive_has_a_row():
    assert {case.op for case in OPS} == set(REGISTERED)


def test_every_primitive_with_a_gradient_rule_is_checked_against_differences():
    no_slope = {"sign", "floor", "stop_gradient"}  # their rules say that there is none
    ruled = {name for name, op in REGISTERED.items() if op.vjp} - no_slope
    assert {case.op for case in WITH_GRADIENT} == ruled


@pytest.mark.parametrize("case", OPS, ids=str)
def test_its_value_is_that_of_numpy(case):
    numbers = values(case.inputs)
    expected = case.expected(*copy.deepcopy(numbers), **case.attrs)
    found = result(record_of(case, numbers))
    assert np.shape(found) == np.shape(expected)
    assert np.asarray(found).dtype.kind == np.asarray(expected).dtype.kind
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("case", WITH_GRADIENT, ids=str)
def test_its_gradient_agrees_with_differences(case):
    check_gradients(record_of(case))


@pytest.mark.parametrize("case", WITH_GRADIENT, ids=str)
def test_its_gradients_are_added_where_it_is_used_twice(case):
    def twice(*x: Any) -> Value:
        return 3 * apply(case.op, *x, **case.attrs) - apply(case.op, *x, **case.attrs) ** 2

    check_gradients(of_function(twice, case.inputs, values(case.inputs)))


@pytest.mark.parametrize("op", BINARY)
def test_one_input_in_both_places(op):
    inputs = (Input((N, 5), BINARY[op][1]),)
    check_gradients(of_function(lambda x: apply(op, x, x), inputs, values(inputs)))


def test_one_matrix_in_both_places():
    inputs = (Input((4, 4)),)
    check_gradients(of_function(lambda x: x @ x, inputs, values(inputs)))
    check_gradients(of_function(lambda x: x.T @ x @ x.T, inputs, values(inputs)))


@pytest.mark.parametrize("case", WITHOUT, ids=str)
def test_operations_without_gradient_give_none(case):
    with recording() as recorder:
        problem = record_of(case)(recorder)
        result = problem.y * 2.0  # so that a path from the result back to the input would be walked
        if case.op in ("copy", "norm"):
            with pytest.raises(GradientError, match=f"{case.op} expects operations with a gradi"):
                differentiate(result, problem.wrt)
        else:
            assert differentiate(result, problem.wrt) == {}


def float32(number: Any) -> Any:
    is_float = isinstance(number, np.ndarray) and number.dtype.kind == "f"
    return number.astype(np.float32) if is_float else number


@pytest.mark.parametrize("case", [c for c in OPS if not REGISTERED[c.op].draws], ids=str)
def test_a_float32_model_stays_float32(case):
    numbers = [float32(x) for x in values(case.inputs)]

    def with_x(*x: Any) -> Value:  # the text takes the model's dtype from X
        first = next((v for v in x if isinstance(v, Value) and v.dtype == "model"), None)
        if first is not None:
            first.name = "X"
        return apply(case.op, *x, **case.attrs)

    found = result(of_function(with_x, case.inputs, numbers), "float32")
    assert type(found) is float or np.asarray(found).dtype in (np.float32, np.bool_, np.int64)


# ---- what a choice decides ----
def value_of(function: Any, *arrays: Array) -> Any:
    inputs = [Input((N, *a.shape[1:])) for a in arrays]
    return result(of_function(function, inputs, list(arrays)))


def gradient_of(function: Any, array: Array) -> Array:
    record = of_function(function, [Input((N, *array.shape[1:]))], [array])
    return gradients(record, np.ones(np.shape(result(record))))["x1"]


def test_max_sends_its_gradient_to_the_first_maximum():
    X = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [5.0, 0.0, 5.0]])
    expected = [[0, 1, 0], [1, 0, 0], [1, 0, 0]]
    np.testing.assert_array_equal(gradient_of(lambda x: x.max(axis=1), X), expected)
    np.testing.assert_array_equal(gradient_of(lambda x: x.max(axis=1, keepdims=True), X), expected)


@pytest.mark.parametrize("axis", [None, (1, 2), (0, 2), (-1, 0), (0, 1, 2), -1])
@pytest.mark.parametrize("keepdims", [False, True])
def test_max_over_several_axes(axis, keepdims):
    inputs = (Input((N, 5, 4)),)
    numbers = values(inputs)
    record = of_function(lambda x: x.max(axis, keepdims) * 2, inputs, numbers)
    np.testing.assert_array_equal(result(record), 2 * numbers[0].max(axis=axis, keepdims=keepdims))
    check_gradients(record)


def test_max_over_several_axes_takes_the_first_in_reading_order():
    X = np.zeros((2, 2, 2))
    X[:, 0, 1] = X[:, 1, 0] = 1.0
    expected = np.zeros((2, 2, 2))
    expected[:, 0, 1] = 1.0
    np.testing.assert_array_equal(gradient_of(lambda x: x.max(axis=(1, 2)), X), expected)


def test_maximum_sends_its_gradient_to_the_second_where_both_are_equal():
    X = np.array([[-1.0, 0.0, 1.0]])
    np.testing.assert_array_equal(gradient_of(lambda x: np.maximum(x, 0.0), X), [[0, 0, 1]])
    np.testing.assert_array_equal(gradient_of(lambda x: np.minimum(x, 0.0), X), [[1, 0, 0]])


def test_absolute_has_slope_0_at_0():
    np.testing.assert_array_equal(gradient_of(abs, np.array([[-2.0, 0.0, 3.0]])), [[-1, 0, 1]])


@pytest.mark.parametrize("power", [1, 2, 3, 2.5, 0.5, -1])
def test_powers_with_a_number(power):
    inputs = (Input((N, 5), "positive"),)
    check_gradients(of_function(lambda x: x**power, inputs, values(inputs)))


def test_whole_powers_of_negative_numbers():
    inputs = (Input((N, 5)),)
    for power in (1, 2, 3):
        check_gradients(of_function(lambda x, k=power: x**k, inputs, values(inputs)))


def test_the_slope_of_a_square_at_0_is_0_and_of_x_is_1():
    zero = np.zeros((2, 3))
    np.testing.assert_array_equal(gradient_of(lambda x: x**2, zero), zero)
    np.testing.assert_array_equal(gradient_of(lambda x: x**1, zero), zero + 1)


@pytest.mark.parametrize("op", ["maximum", "minimum"])
def test_nan_passes(op):
    X = np.array([[np.nan, 1.0, -1.0]])
    found = value_of(lambda x: apply(op, x, 0.0), X)
    assert np.isnan(found[0, 0])
    assert np.isfinite(found[0, 1:]).all()


# ---- shape rules ----
REFUSED = {
    "(n, 1) with (n,)": ("add", [(N, 1), (N,)], {}, r"shapes that fit from the right"),
    "(n,) with (n, 5)": ("multiply", [(N,), (N, 5)], {}, r"got \(n,\) with \(n, 5\)"),
    "sizes that differ": ("add", [(N, 5), (4,)], {}, r"got \(n, 5\) with \(4,\)"),
    "rows with as many features": ("add", [(N, 3), (N,)], {}, r"got \(n, 3\) with \(n,\)"),
    "product": ("matmul", [(N, 5), (4, 5)], {}, r"@ expects \(m, k\) @ \(k, l\)"),
    "product of images": ("matmul", [(N, 5, 4), (4, 2)], {}, r"got \(n, 5, 4\) @ \(4, 2\)"),
    "transpose": ("transpose", [(N, 5, 4)], {}, r"\.T expects a matrix, got \(n, 5, 4\)"),
    "axis": ("sum", [(N, 5)], {"axis": 2, "keepdims": False}, r"an axis of \(n, 5\), got 2"),
    "one axis of two": ("mean", [(N, 5)], {"axis": (0, 3), "keepdims": True}, r"got \(0, 3\)"),
    "reshape": ("reshape", [(N, 5)], {"shape": (N, Size(4))}, r"as many elements as \(n, 5\)"),
    "reshape without rows": ("reshape", [(N, 5)], {"shape": (Size(5),)}, r"got \(5,\)"),
    "squeeze": ("squeeze", [(N, 5)], {"axis": 1}, r"size 1 at axis 1, got \(n, 5\)"),
    "window": ("windows", [(N, 2, 5, 1)], {"window": (3, 1), "stride": (1, 1)}, "at least 3 x 1"),
    "no images": ("windows", [(N, 5)], {"window": (1, 1), "stride": (1, 1)}, r"got \(n, 5\)"),
}


@pytest.mark.parametrize(("op", "shapes", "attrs", "message"), REFUSED.values(), ids=REFUSED)
def test_shapes_that_do_not_fit(op, shapes, attrs, message):
    inputs = [Input(shape) for shape in shapes]
    with recording() as recorder, pytest.raises(ShapeError, match=message) as caught:
        of_function(lambda *x: apply(op, *x, **attrs), inputs, values(tuple(inputs)))(recorder)
    assert caught.value.todo


def test_the_layer_stands_before_the_operation_in_the_error():
    with recording() as recorder, recorder.at(note="layer 2: Mine()"):
        X = Value((N, Size(1)), "model", "input", "X")
        with pytest.raises(ShapeError, match=r"layer 2: Mine\(\): elementwise arithmetic expects"):
            X + X.sum(axis=1)


def test_an_axis_that_is_not_there_is_not_counted_round():
    with recording():
        X = Value((N, Size(5)), "model", "input", "X")
        for axis in (5, -3, (5,), (0, -4)):
            with pytest.raises(ShapeError, match="an axis of"):
                X.sum(axis=axis)
