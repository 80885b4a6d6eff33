"""Activations: formulas, extremes, slopes at the bends, and functions of the user's own."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import activations
from scratchwork.errors import DescriptionError, ProgramError, ShapeError
from scratchwork.program.ir import N
from tests.cases import ACTIVATIONS, ActivationCase, Array, Input, foreign_dtypes, values
from tests.gradcheck import check_gradients, gradients, of_function, result

DTYPES = ("float32", "float64")


def value_of(function: Callable[..., Any], Z: Array) -> Array:
    """What a recorded function gives, in the dtype of Z."""
    return np.asarray(result(of_function(function, [Input((N, *Z.shape[1:]))], [Z]), str(Z.dtype)))


def slope_of(function: Callable[..., Any], Z: Array) -> Array:
    """The gradient of the sum of a function, in the dtype of Z."""
    record = of_function(function, [Input((N, *Z.shape[1:]))], [Z])
    return gradients(record, np.ones_like(value_of(function, Z)), dtype=str(Z.dtype))["x1"]


def one_layer(function: Any, dtype: str = "float64") -> sw.Sequential:
    model = sw.Sequential([sw.Dense(4, function), sw.Dense(2)], input_shape=5)
    model.compile("mean_squared_error", sw.SGD(0.1), dtype=dtype, seed=0)
    return model


def test_every_activation_has_a_row():
    assert {case.name for case in ACTIVATIONS if not case.given} == set(activations.ACTIVATIONS)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=str)
def test_it_is_its_formula(case: ActivationCase):
    Z = values((Input((N, 5)),))[0] * 3
    np.testing.assert_allclose(value_of(case.function, Z), case.formula(Z), rtol=2e-14)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_it_is_what_a_layer_applies(case: ActivationCase, dtype: str):
    model, X = one_layer(case.given or case.name, dtype), values((Input((N, 5)),))[0]
    trace = model.trace(X, np.zeros((3, 2)))
    A = trace["A1"] if case.name != "linear" else trace["Z1"]
    np.testing.assert_allclose(
        A, case.formula(trace["Z1"]), rtol=1e-14 if dtype == "float64" else 1e-6
    )
    assert foreign_dtypes(trace, dtype) == {}


EXTREMES = np.array(
    [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e30, -1e30, 1e-30], [88.8, -88.8, 710.0]]
)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_extremes_stay_finite_without_a_warning(case: ActivationCase, dtype: str):
    function = case.function
    Z = EXTREMES.astype(dtype)
    A, slope = value_of(function, Z), slope_of(function, Z)
    assert A.dtype == slope.dtype == dtype
    assert np.isfinite(A).all()
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("case", [case for case in ACTIVATIONS if case.ends], ids=str)
@pytest.mark.parametrize("dtype", DTYPES)
def test_limits_at_infinity_without_a_warning(case: ActivationCase, dtype: str):
    """Of a step with the cotangent 0, too: 0 * inf would be NaN."""
    Z = np.array([[-np.inf, np.inf]], dtype)
    record = of_function(case.function, [Input((N, 2))], [Z])
    np.testing.assert_allclose(value_of(case.function, Z), [case.ends], rtol=1e-6)
    np.testing.assert_allclose(slope_of(case.function, Z), [case.slopes], rtol=1e-6, atol=1e-35)
    np.testing.assert_array_equal(gradients(record, np.zeros_like(Z), dtype=dtype)["x1"], [[0, 0]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_ends_of_sigmoid_tanh_and_softmax(dtype: str):
    Z = np.array([[1e4, -1e4, 0.0]], dtype)
    np.testing.assert_array_equal(value_of(activations.sigmoid, Z), [[1, 0, 0.5]])
    np.testing.assert_array_equal(value_of(activations.tanh, Z), [[1, -1, 0]])
    np.testing.assert_array_equal(value_of(activations.softmax, Z), [[1, 0, 0]])
    np.testing.assert_array_equal(slope_of(activations.sigmoid, Z), [[0, 0, 0.25]])
    np.testing.assert_array_equal(slope_of(activations.tanh, Z), [[0, 0, 1]])


def test_sigmoid_keeps_its_digits_far_out():
    Z = np.array([[-30.0, -300.0, -700.0]])
    np.testing.assert_allclose(value_of(activations.sigmoid, Z), np.exp(Z), rtol=1e-12)


@pytest.mark.parametrize("case", ACTIVATIONS, ids=str)
def test_nan_passes(case: ActivationCase):
    Z = np.array([[np.nan, 1.0, -1.0], [0.0, 1.0, 2.0]])
    A = value_of(case.function, Z)
    assert np.isnan(A[0, 0])
    assert np.isfinite(A[1]).all()
    assert case.name == "softmax" or np.isfinite(A[0, 1:]).all()


@pytest.mark.parametrize(
    "function",
    [activations.elu, activations.selu, activations.silu, activations.gelu, activations.mish,
     activations.softsign, activations.leaky_relu],
)  # fmt: skip
def test_near_0_no_digit_is_lost(function: Callable[..., Any]):
    """A = slope * Z to the last digits, which exp(Z) - 1 would not give."""
    Z = np.array([[-1e-12, -1e-30, 1e-30, 1e-12]])
    np.testing.assert_allclose(value_of(function, Z), slope_of(function, Z) * Z, rtol=1e-11)


def test_slopes_at_bends_are_those_of_pytorch():
    Z = np.array([[0.0, -0.0, -3.0, 3.0]])
    expected = {"leaky_relu": 0.01, "elu": 1.0, "selu": 1.0507009873554805 * 1.6732632423543772}
    for name, slope in expected.items():
        found = slope_of(activations.ACTIVATIONS[name], Z[:, :2])
        np.testing.assert_allclose(found, [[slope, slope]], rtol=1e-15)
    np.testing.assert_array_equal(slope_of(activations.hard_sigmoid, Z[:, 2:]), [[0, 0]])


def test_gelu_is_within_48e_5_of_the_form_with_erf():
    Z = np.linspace(-6, 6, 2401)[None]
    exact = np.array([[z / 2 * (1 + math.erf(z / 2**0.5)) for z in Z[0]]])
    assert 4.7e-4 < np.abs(value_of(activations.gelu, Z) - exact).max() < 4.8e-4


PRINTED = {
    "relu": ("A1 = np.maximum(Z1, 0)", "dZ1 = dA1 * (Z1 > 0)"),
    "sigmoid": (
        "E1 = np.exp(-np.abs(Z1))",
        "A1 = np.where(Z1 >= 0, 1, E1) / (1 + E1)",
        "dZ1 = dA1 * A1 * (1 - A1)",
    ),
    "leaky_relu": (
        "A1 = np.maximum(Z1, 0) + negative_slope1 * np.minimum(Z1, 0)",
        "dZ1 = np.where(Z1 > 0, dA1, negative_slope1 * dA1)",
    ),
    "elu": (
        "E1 = alpha1 * np.expm1(np.minimum(Z1, 0))",
        "A1 = np.maximum(Z1, 0) + E1",
        "dZ1 = dA1 * np.where(Z1 > 0, 1, E1 + alpha1)",
    ),
    "selu": (
        "lambda_1 = 1.0507009873554805",
        "alpha1 = 1.6732632423543772",
        "E1 = alpha1 * np.expm1(np.minimum(Z1, 0))",
        "A1 = lambda_1 * (np.maximum(Z1, 0) + E1)",
        "dZ1 = lambda_1 * dA1 * np.where(Z1 > 0, 1, E1 + alpha1)",
    ),
    "gelu": (
        "Z_clip1 = np.clip(Z1, -10, 10)",
        "Q1 = Z_clip1**2",
        "k1 = math.sqrt(2 / math.pi)",
        "H1 = 0.5 * (1 + np.tanh(k1 * Z_clip1 * (1 + 0.044715 * Q1)))",
        "A1 = np.maximum(Z1, Z_clip1) * H1",
        "dZ1 = dA1 * H1 * (1 + 2 * k1 * Z_clip1 * (1 - H1) * (1 + 0.134145 * Q1))",
    ),
    "silu": (
        "E1 = np.exp(-np.abs(Z1))",
        "S1 = np.where(Z1 >= 0, 1, E1) / (1 + E1)",
        "A1 = np.maximum(Z1, -1000) * S1",
        "dZ1 = dA1 * (S1 + np.minimum(A1, 1000) * (1 - S1))",
    ),
    "softplus": (
        "E1 = np.exp(-np.abs(Z1))",
        "A1 = np.maximum(Z1, 0) + np.log1p(E1)",
        "dZ1 = dA1 * np.where(Z1 >= 0, 1, E1) / (1 + E1)",
    ),
    "softsign": (
        "Z_clip1 = np.clip(Z1, -1e+18, 1e+18)",
        "D1 = 1 + np.abs(Z_clip1)",
        "A1 = Z_clip1 / D1",
        "dZ1 = dA1 / D1**2",
    ),
    "hard_sigmoid": (
        "A1 = np.clip(Z1 + 3, 0, 6) / 6",
        "dZ1 = dA1 * (np.abs(Z1) < 3) / 6",
    ),
    "mish": (
        "E1 = np.exp(-np.abs(Z1))",
        "S1 = np.where(Z1 >= 0, 1, E1) / (1 + E1)",
        "Z_clip1 = np.clip(Z1, -1000, 1000)",
        "T1 = np.tanh(np.maximum(Z1, 0) + np.log1p(E1))",
        "A1 = np.maximum(Z1, Z_clip1) * T1",
        "dZ1 = dA1 * (T1 + Z_clip1 * S1 * (1 - T1**2))",
    ),
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_step_prints(name: str):
    """Between Z1 = ... and the next layer, and the line of dZ1: nothing is computed twice."""
    rows = [row.split("#")[0].strip() for row in one_layer(name).source("train_step").splitlines()]
    begin, end = rows.index("Z1 = X @ W1 + b1"), rows.index("Z2 = A1 @ W2 + b2")
    backward = [row for row in rows if row.startswith("dZ1 =")]
    assert tuple([row for row in rows[begin + 1 : end] if row] + backward) == PRINTED[name]


def test_numbers_of_an_activation_are_hyperparameters():
    model = one_layer(sw.LeakyReLU(negative_slope=0.2))
    assert "negative_slope1=0.2" in model.source("predict")
    assert "# layer 1: Dense(4, LeakyReLU(0.2))" in model.source("predict")
    assert "negative_slope" not in one_layer(sw.LeakyReLU(0)).source()
    assert "alpha" not in one_layer(sw.ELU(0)).source()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sw.LeakyReLU(-0.1), "LeakyReLU expects a finite number negative_slope >= 0, got"),
        (lambda: sw.LeakyReLU("a"), "negative_slope='a'"),
        (lambda: sw.ELU(float("inf")), "ELU expects a finite number alpha >= 0, got alpha=inf"),
        (lambda: sw.ELU(True), "got alpha=True"),
        (lambda: sw.Dense(3, sw.ELU), r"give an instance: sw.ELU\(\)"),
    ],
)
def test_numbers_out_of_range(make: Any, message: str):
    with pytest.raises(DescriptionError, match=message):
        make()


def test_the_slope_of_relu_at_0_is_0():
    Z = np.array([[0.0, -0.0, 1e-30, -1e-30, 5.0]])
    np.testing.assert_array_equal(slope_of(activations.relu, Z), [[0, 0, 1, 0, 1]])
    np.testing.assert_array_equal(value_of(activations.relu, Z), [[0, 0, 1e-30, 0, 5]])


def test_rows_of_softmax_are_probabilities_and_do_not_depend_on_a_shift():
    Z = values((Input((N, 5)),))[0]
    P = value_of(activations.softmax, Z)
    np.testing.assert_allclose(P.sum(axis=1), 1, rtol=1e-15)
    np.testing.assert_allclose(value_of(activations.softmax, Z + 1000), P, rtol=1e-12)


def test_softmax_of_images_is_over_the_channels():
    Z = values((Input((N, 5, 4, 2)),))[0]
    P = value_of(activations.softmax, Z)
    np.testing.assert_allclose(P.sum(axis=-1), 1, rtol=1e-15)


# ---- the user's own ----
def softplus(Z: Any) -> Any:
    return np.log1p(np.exp(-abs(Z))) + np.maximum(Z, 0)


def normalized(Z: Any) -> Any:
    return Z / np.sqrt((Z**2).sum(axis=1, keepdims=True) + 1e-3)


USERS: dict[str, Callable[[Any], Any]] = {
    "square": lambda Z: Z * Z,
    "swish": lambda Z: Z / (1 + np.exp(-Z)),
    "gelu": lambda Z: 0.5 * Z * (1 + np.tanh(np.sqrt(2 / np.pi) * (Z + 0.044715 * Z**3))),
    "leaky relu": lambda Z: np.where(Z > 0, Z, 0.1 * Z),
    "leaky relu by slopes": lambda Z: Z * np.where(Z > 0, 1.0, 0.1),
    "leaky relu by maximum": lambda Z: np.maximum(Z, 0.1 * Z),
    "masked": lambda Z: (Z > 0) * Z,
    "step and line": lambda Z: (Z > 0) * 0.5 + 0.1 * Z,
    "mask of a mask": lambda Z: np.where(Z > 0, Z > 1, Z < -1) * Z,
    "elu": lambda Z: np.where(Z > 0, Z, np.expm1(np.minimum(Z, 0))),
    "softplus": softplus,
    "softsign": lambda Z: Z / (1 + abs(Z)),
    "hard tanh": lambda Z: np.minimum(np.maximum(Z, -1), 1),
    "signed root": lambda Z: np.sign(Z) * np.sqrt(np.abs(Z)),
    "unit rows": normalized,
    "less the largest": lambda Z: Z - Z.max(axis=1, keepdims=True),
    "less the largest of all": lambda Z: Z - Z.max(),
    "less the mean": lambda Z: Z - np.mean(Z, axis=1, keepdims=True),
    "by the number of positive ones": lambda Z: Z / (1 + (Z > 0).sum(axis=1, keepdims=True)),
    "by the number of all positive ones": lambda Z: Z / (1 + (Z > 0).sum()),
    "by the share of positive ones": lambda Z: Z * (Z > 0).mean(axis=1, keepdims=True),
    "by the share of all positive ones": lambda Z: Z * (Z > 0).mean(),
    "if the sum is positive": lambda Z: Z * ((Z.sum() > 0) * 0.5),
    "constant of NumPy": lambda Z: Z * np.float64(0.7) + np.int64(2),
    "power of a number": lambda Z: 2**Z,
    "cube": lambda Z: Z**3,
}


@pytest.mark.parametrize("name", USERS)
def test_functions_of_the_user_do_to_values_what_they_do_to_arrays(name: str):
    inputs = (Input((N, 5)),)
    numbers = values(inputs)
    record = of_function(USERS[name], inputs, numbers)
    np.testing.assert_allclose(result(record), USERS[name](numbers[0]), rtol=1e-14)


@pytest.mark.parametrize("name", USERS)
def test_their_gradients_are_derived(name: str):
    inputs = (Input((N, 5)),)
    check_gradients(of_function(USERS[name], inputs, values(inputs)))


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_in_a_network_they_keep_its_dtype(name: str, dtype: str):
    model = one_layer(USERS[name], dtype)
    trace = model.trace(values((Input((N, 5)),))[0], np.zeros((3, 2)))
    assert foreign_dtypes(trace, dtype) == {}
    assert trace["dW1"].dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_step_has_the_dtype_of_the_model(dtype: str):
    """NumPy chooses float64 between two Python numbers."""
    step = sw.Activation(lambda Z: np.where(Z > 0, 1.0, -1.0))
    layers = [sw.Dense(4, trainable=False), step, sw.Dense(2)]
    model = sw.Sequential(layers, input_shape=5)
    model.compile("mean_squared_error", sw.SGD(0.1), dtype=dtype, seed=0)
    trace = model.trace(values((Input((N, 5)),))[0], np.zeros((3, 2)))
    np.testing.assert_array_equal(trace["A1"], np.sign(trace["Z1"]))
    assert foreign_dtypes(trace, dtype) == {}


def test_an_activation_made_of_ours_uses_their_rules():
    model = one_layer(lambda Z: Z * activations.sigmoid(Z))
    model["W1"] = np.zeros((5, 4))
    trace = model.trace(np.ones((3, 5)), np.ones((3, 2)))
    np.testing.assert_allclose(trace["dZ1"], 0.5 * trace["dA1"], rtol=1e-15)
    assert np.abs(trace["dZ1"]).min() > 0


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "if": (lambda Z: Z if Z > 0 else 0 * Z, r"a condition on .* use np.where\(condition, a, b\)"),
    "and": (lambda Z: (Z > 0) and Z, "a condition on"),
    "built-in max": (lambda Z: max(Z, 0), "a condition on"),
    "loop": (lambda Z: sum(Z), "a loop over .* got an iteration; use sums, products and reshapes"),
    "equal sign": (lambda Z: np.where(Z == 0, 1, Z), r"got False; compare with np.equal\(a, b\)"),
    "unknown function": (np.arctan, "an operation that can be recorded, got np.arctan; use"),
    "unknown array function": (lambda Z: np.clip(Z, 0, 1), "got np.clip; use"),
    "an array": (lambda Z: Z * np.array([1.0, 2, 3, 4]), r"Values and numbers, got .* \(4,\)"),
    "a list": (lambda Z: Z * [1, 2, 3, 4], "Values and numbers"),
    "text": (lambda Z: Z + "1", "Values and numbers"),
    "settings of a ufunc": (lambda Z: np.exp(Z, where=True), "got np.exp"),
    "no Value": (lambda Z: 3, "a Value from .*, got 3; return what was computed"),
    "nothing": (lambda Z: None, "a Value from .*, got None"),
}


@pytest.mark.parametrize(("function", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_recorded_is_refused_with_a_sentence(function: Any, message: str):
    with pytest.raises(ProgramError, match=message) as caught:
        one_layer(function)
    assert caught.value.todo


def test_a_shape_that_cannot_be_names_the_layer():
    with pytest.raises(ShapeError, match=r"layer 1: Dense\(4, <lambda>\): elementwise arithmetic"):
        one_layer(lambda Z: Z - Z.sum(axis=1))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("rleu", "got 'rleu'; did you mean 'relu'?"),
        ("sigmod", "did you mean 'sigmoid'?"),
        ("leaky relo", "did you mean 'leaky_relu'?"),
        ("qqq", "one of linear, relu, sigmoid, .*, mish, or a function .*; choose one of them"),
        ("celu", "got 'celu'; "),
        (dict, "give an instance: dict"),
    ],
)
def test_unknown_names_get_the_nearest(given: Any, message: str):
    for make in (lambda: sw.Dense(3, activation=given), lambda: sw.Activation(given)):
        with pytest.raises(DescriptionError, match=f"activation expects .*{message}"):
            make()


def test_none_is_linear():
    assert activations.activation(None) is activations.linear
    assert "A1" not in one_layer(None).source("predict")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sw.Dense(64, 128), "Dense takes the number of outputs; inputs follow from"),
        (lambda: sw.Conv2D(3, 64, 3), "Conv2D takes the number of filters; inputs follow from"),
    ],
)
def test_sizes_in_the_order_of_pytorch(make: Any, message: str):
    with pytest.raises(DescriptionError, match=f"expects an activation, .*{message}"):
        make()
