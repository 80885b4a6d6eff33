"""Layers: shapes, names, errors, what they do in training and in inference, and a user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import layers
from scratchwork.errors import DataError, DescriptionError, ProgramError, ShapeError
from scratchwork.program.ir import Value
from scratchwork.program.scope import Scope
from tests.cases import LAYERS, Array, Input, LayerCase, N, foreign_dtypes, values
from tests.networks import MaxScale

FLOATS = ("float32", "float64")
RNG = np.random.default_rng(0)


def model_of(
    given: Any, input_shape: Any, dtype: Any = "float64", units: int | None = 2, **more: Any
) -> sw.Sequential:
    """The layers, and behind them what a loss can work with."""
    head = [] if units is None else [sw.Flatten(), sw.Dense(units)]
    model = sw.Sequential([*given, *head], input_shape=input_shape)
    model.compile(
        "mean_squared_error", more.pop("optimizer", sw.SGD(0.1)), dtype=dtype, seed=0, **more
    )
    return model


def data_for(input_shape: tuple[int, ...], rows: int = 6, units: int = 2) -> tuple[Array, Array]:
    rng = np.random.default_rng(1)
    return rng.normal(1.0, 2.0, (rows, *input_shape)), rng.normal(size=(rows, units))


def statements(model: sw.Sequential, *starts: str) -> list[str]:
    """The lines of a step that begin so, without comments."""
    rows = [row.strip().split("  #")[0].rstrip() for row in model.source().splitlines()]
    return [row for row in rows if row.startswith(starts)]


# ---- the table ----
def test_every_layer_has_a_row():
    known = {name for name in layers.__all__ if name not in ("Layer", "describe")}
    assert {type(layer).__name__ for case in LAYERS for layer in case.layers} == known


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_output_shape(case: LayerCase):
    model, X = (
        sw.Sequential(case.layers, input_shape=case.input_shape),
        data_for(case.input_shape)[0],
    )
    assert model.predict(X).shape == (6, *case.output_shape)


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_parameters_and_state_have_names_and_shapes(case: LayerCase):
    run = model_of(case.layers, case.input_shape).run
    parameters = {k: v.shape for k, v in run.state.parameters.items()}
    last = [name for name in parameters if name not in case.parameters]
    assert {k: v for k, v in parameters.items() if k not in last} == dict(case.parameters)
    assert [name[0] for name in last] == ["W", "b"]  # those of the head
    assert {k: v.shape for k, v in {**run.state.layers, **run.state.optimizer}.items()} == dict(
        case.state
    )


@pytest.mark.parametrize("case", LAYERS, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_every_array_of_a_step_has_the_dtype(case: LayerCase, dtype: str):
    model = model_of(case.layers, case.input_shape, dtype, optimizer=sw.Adam())
    trace = model.trace(*data_for(case.input_shape))
    assert foreign_dtypes(trace, dtype) == {}
    assert foreign_dtypes(trace.updated, dtype) == {}
    assert model.predict(data_for(case.input_shape)[0]).dtype == dtype


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_it_trains_and_gradients_verify(case: LayerCase):
    model, (X, Y) = (
        model_of(case.layers, case.input_shape, optimizer=sw.SGD(0.01)),
        data_for(case.input_shape),
    )
    model.fit(X, Y, epochs=2, batch_size=4, verbose=0)
    assert model.verify(X, Y).passed


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_a_row_does_not_depend_on_the_others_in_inference(case: LayerCase):
    model, (X, Y) = model_of(case.layers, case.input_shape), data_for(case.input_shape)
    model.fit(X, Y, epochs=1, batch_size=3, verbose=0)
    together = model.predict(X)
    alone = np.concatenate([model.predict(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_batches_of_one_row(case: LayerCase):
    """Each row a step; BatchNorm of features has nothing to normalise over and says so."""
    model = model_of(case.layers, case.input_shape, optimizer=sw.SGD(0.01))
    X, Y = data_for(case.input_shape)
    if isinstance(case.layers[0], sw.BatchNorm) and case.input_shape == (5,):
        with pytest.raises(DataError, match="at least 2 rows"):
            model.fit(X, Y, epochs=1, batch_size=1, verbose=0)
        return
    model.fit(X, Y, epochs=1, batch_size=1, verbose=0)
    assert model.verify(X[:1], Y[:1]).passed


def test_layers_are_frozen_and_print_as_the_call_that_makes_them():
    layer = sw.Conv2D(3, (3, 2), "relu", stride=2)
    with pytest.raises(AttributeError):
        layer.filters = 4  # type: ignore[misc]
    assert layers.describe(layer) == 'Conv2D(3, (3, 2), "relu", stride=2)'
    assert layer == sw.Conv2D(3, (3, 2), "relu", stride=2)


# ---- Dense, Flatten, Rescale, convolutions: values ----
def test_dense_is_a_product_and_a_bias():
    model, X = model_of([sw.Dense(4)], 5, units=None), data_for((5,))[0]
    np.testing.assert_allclose(model.predict(X), X @ model["W1"] + model["b1"], rtol=1e-14)


def test_flatten_keeps_the_order_of_c():
    model, X = sw.Sequential([sw.Flatten()], input_shape=(3, 4, 2)), data_for((3, 4, 2))[0]
    np.testing.assert_array_equal(model.predict(X), X.reshape(6, 24).astype(np.float32))


def test_rescale():
    model, X = model_of([sw.Rescale(0.25, offset=-1)], 5, units=None), data_for((5,))[0]
    np.testing.assert_array_equal(model.predict(X), X * 0.25 - 1)
    assert "offset" not in model_of([sw.Rescale(0.25)], 5).source()


def padded(X: Array, window: tuple[int, int], stride: tuple[int, int]) -> Array:
    """With zeros, so that ceil(size / stride) windows fit, an odd one behind; TensorFlow's rule."""
    widths = [(0, 0)]
    for size, w, s in zip(X.shape[1:3], window, stride, strict=True):
        total = max((int(np.ceil(size / s)) - 1) * s + w - size, 0)
        widths.append((total // 2, total - total // 2))
    return np.pad(X, [*widths, (0, 0)])


def convolution(X: Array, W: Array, b: Array, window: Any, stride: Any) -> Array:
    """Each output on its own: sum over rows, columns and channels of the window."""
    (h, w), (down, right) = window, stride
    rows, columns = (X.shape[1] - h) // down + 1, (X.shape[2] - w) // right + 1
    kernel = W.reshape(h, w, X.shape[3], -1)
    Z = np.zeros((len(X), rows, columns, W.shape[1]))
    for i, r, c in np.ndindex(*Z.shape[:3]):
        patch = X[i, r * down : r * down + h, c * right : c * right + w]
        Z[i, r, c] = (patch[..., None] * kernel).sum(axis=(0, 1, 2)) + b
    return Z


CONVOLUTIONS = [
    (sw.Conv2D(3, 2), (2, 2), (1, 1)),
    (sw.Conv2D(3, 3, stride=2), (3, 3), (2, 2)),
    (sw.Conv2D(3, (3, 2), stride=(1, 2)), (3, 2), (1, 2)),
    (sw.Conv2D(3, 3, padding="same"), (3, 3), (1, 1)),
    (sw.Conv2D(3, (2, 3), stride=2, padding="same"), (2, 3), (2, 2)),
    (sw.Conv2D(3, 1, stride=3, padding="same"), (1, 1), (3, 3)),
]


@pytest.mark.parametrize(("layer", "window", "stride"), CONVOLUTIONS)
def test_a_convolution_output_by_output(layer: sw.Conv2D, window: Any, stride: Any):
    model, X = model_of([layer], (5, 6, 2)), data_for((5, 6, 2))[0]
    model["b1"] = [1.0, -2.0, 3.0]
    given = padded(X, window, stride) if layer.padding == "same" else X
    expected = convolution(given, model["W1"], model["b1"], window, stride)
    np.testing.assert_allclose(
        model.trace(X, np.zeros((6, 2)))["Z1"], expected, rtol=1e-12, atol=1e-14
    )


@pytest.mark.parametrize(
    ("size", "stride"), [(2, None), (2, 1), (3, 2), ((2, 3), (1, 2)), (1, 2), ((5, 6), None)]
)
@pytest.mark.parametrize(
    ("pool", "of_window"), [(sw.MaxPool2D, np.max), (sw.AveragePool2D, np.mean)]
)
def test_a_pool_window_by_window(pool: Any, of_window: Any, size: Any, stride: Any):
    layer = pool(size, stride)
    h, w = size if isinstance(size, tuple) else (size, size)
    down, right = (
        (h, w) if stride is None else stride if isinstance(stride, tuple) else (stride,) * 2
    )
    X = data_for((5, 6, 2))[0]
    expected = np.array([
        [[of_window(x[r : r + h, c : c + w], axis=(0, 1)) for c in range(0, 6 - w + 1, right)]
         for r in range(0, 5 - h + 1, down)]
        for x in X
    ])  # fmt: skip
    A = model_of([layer], (5, 6, 2)).trace(X, np.zeros((6, 2)))["A1"]
    np.testing.assert_allclose(A, expected, rtol=1e-14)


def test_an_average_over_an_image_is_a_mean_for_each_channel():
    model, X = model_of([sw.GlobalAveragePool2D()], (5, 7, 3), units=None), data_for((5, 7, 3))[0]
    np.testing.assert_allclose(model.predict(X), X.reshape(6, 35, 3).mean(axis=1), rtol=1e-14)


def test_its_gradient_is_a_line_as_one_would_write_it():
    model = model_of([sw.Conv2D(2, 2), sw.GlobalAveragePool2D()], (5, 4, 2))
    assert statements(model, "A2 =", "dZ1 =") == [
        "A2 = Z1.mean(axis=(1, 2))",
        "dZ1 = np.broadcast_to((dA2 / 12)[:, None, None], Z1.shape)",
    ]


@pytest.mark.parametrize(
    ("padding", "rows", "columns"),
    [
        (0, (0, 0), (0, 0)),
        (2, (2, 2), (2, 2)),
        ((0, 3), (0, 0), (3, 3)),
        (((1, 0), (0, 2)), (1, 0), (0, 2)),
        ((1, (2, 0)), (1, 1), (2, 0)),
    ],
)
def test_zeros_around_an_image(padding: Any, rows: Any, columns: Any):
    X = data_for((5, 4, 2))[0].astype(np.float32)
    model = sw.Sequential([sw.ZeroPad2D(padding)], input_shape=(5, 4, 2))
    np.testing.assert_array_equal(model.predict(X), np.pad(X, ((0, 0), rows, columns, (0, 0))))


def test_zeros_and_a_valid_convolution_are_a_convolution_with_same():
    same, X = model_of([sw.Conv2D(3, 3, padding="same")], (5, 4, 2)), data_for((5, 4, 2))[0]
    own = model_of([sw.ZeroPad2D(), sw.Conv2D(3, 3)], (5, 4, 2))
    np.testing.assert_array_equal(own.predict(X), same.predict(X))


@pytest.mark.parametrize("shape", [(2, 20), (-1, 20), 40, -1, (40,), (2, -1, 4), (5, 4, 2)])
def test_reshape_keeps_the_order(shape: Any):
    X = data_for((5, 4, 2))[0].astype(np.float32)
    model = sw.Sequential([sw.Reshape(shape)], input_shape=(5, 4, 2))
    expected = X.reshape(6, *(shape if isinstance(shape, tuple) else (shape,)))
    np.testing.assert_array_equal(model.predict(X), expected)


def test_numbers_of_numpy_print_as_python_s():
    two = np.int64(2)
    given = [sw.Reshape((two, -1)), sw.ZeroPad2D(((two, 1), two)), sw.AveragePool2D((two, 1), two)]
    assert list(map(layers.describe, given)) == [
        "Reshape((2, -1))",
        "ZeroPad2D(((2, 1), 2))",
        "AveragePool2D((2, 1), stride=2)",
    ]


def test_a_pool_of_equal_pixels_sends_its_gradient_to_the_first():
    model = model_of([sw.Conv2D(1, 1), sw.MaxPool2D(2)], (2, 2, 1))
    trace = model.trace(np.ones((1, 2, 2, 1)), np.zeros((1, 2)))
    dZ1 = trace["dZ1"].ravel()
    assert dZ1[0] == trace["dA2"].item() != 0
    np.testing.assert_array_equal(dZ1[1:], 0)


# ---- names and numbers ----
def test_one_layer_at_three_places_is_three_layers():
    model = sw.Sequential([sw.Dense(4, "tanh")] * 3, input_shape=4)
    model.compile("mean_squared_error", sw.SGD(0.1), dtype="float64", seed=0)
    assert list(model.parameters) == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert (model["W1"] != model["W2"]).all()
    trace = model.trace(*data_for((4,), units=4))
    assert (trace["dW1"] != trace["dW3"]).all()


def test_layers_without_a_number_carry_the_one_before():
    given = [sw.Rescale(0.5), sw.Dense(3), sw.Activation("relu"), sw.Dropout(0.1), sw.BatchNorm()]
    model = model_of(given, 4)
    notes = [
        row.strip() for row in model.source().splitlines() if row.strip().startswith("# layer")
    ]
    numbers = {row.split(":")[1].split("(")[0].strip(): row[8] for row in notes}
    assert numbers == {
        "Rescale": "0",
        "Dense": "3",
        "Activation": "1",
        "Dropout": "1",
        "BatchNorm": "2",
    }


@pytest.mark.parametrize(
    "given",
    [
        [sw.Dropout(0.1), sw.Dropout(0.4)],
        [sw.Rescale(0.5), sw.Rescale(4.0, offset=1.0)],
        [sw.Standardize(), sw.Rescale(3.0), sw.Standardize()],
        [sw.BatchNorm(), sw.Rescale(0.5)],
        [sw.Dense(3), sw.Dropout(0.1), sw.Activation("relu"), sw.Dropout(0.2)],
    ],
    ids=lambda given: "-".join(type(layer).__name__ for layer in given),
)
def test_layers_of_one_number_keep_their_own_settings_and_state(given: Any):
    model, (X, Y) = model_of(given, 4), data_for((4,))
    model.fit(X, Y, epochs=1, batch_size=3, verbose=0)
    assert model.verify(X, Y).passed
    settings = [
        value
        for layer in given
        for value in vars(layer).values()
        if isinstance(value, float) and value
    ]
    programs = model.run.engine().source.programs.values()
    claimed = {value for program in programs for value in program.hyperparameters.values()}
    assert set(settings) <= claimed


class Shifted:
    """Claims a parameter that another layer of the same number has as state."""

    numbered = False

    def build(self, x: Value, scope: sw.Scope) -> Value:
        return (x - scope.parameter("mean", x.shape[1:], sw.Constant(5.0))).named("S")


def test_a_parameter_and_a_state_of_one_name_are_not_mixed_up():
    model, (X, Y) = model_of([sw.Standardize(), Shifted()], 4), data_for((4,))
    assert (model["mean0"] == 0).all()
    assert (model["mean0_2"] == 5).all()
    trace = model.trace(X, Y)
    np.testing.assert_array_equal(trace["A0"], X)  # not yet fitted
    np.testing.assert_array_equal(trace["S0"], X - 5)


def test_settings_of_numpy_are_python_numbers():
    class Scaled:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x * scope.hyperparameter("k", np.float64(0.5))

    model = model_of([Scaled()], 4, "float32")
    assert foreign_dtypes(model.trace(*data_for((4,))), "float32") == {}
    assert "k1=0.5" in model.source()


def test_two_standardize_are_fitted_one_behind_the_other():
    model, (X, Y) = (
        model_of([sw.Standardize(), sw.Rescale(3.0), sw.Standardize()], 4),
        data_for((4,)),
    )
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_allclose(model["mean0"], X.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(model["mean0_2"], 0, atol=1e-14)
    np.testing.assert_allclose(model["std0_2"], 3, rtol=1e-12)


# ---- errors ----
ERRORS: dict[str, tuple[list[Any], tuple[int, ...], str]] = {
    "dense on images": (
        [sw.Dense(3), sw.Activation("relu"), sw.Dense(2)],
        (5, 4, 2),
        r"layer 1: Dense\(3\) expects input \(n, features\), got \(n, 5, 4, 2\); add Flatten\(\)",
    ),
    "the second layer": (
        [sw.Conv2D(3, 2), sw.Dense(2)],
        (5, 4, 2),
        r"layer 2: Dense\(2\) expects input \(n, features\), got \(n, 4, 3, 3\)",
    ),
    "conv on features": (
        [sw.Conv2D(3, 2)],
        (5,),
        r"layer 1: Conv2D\(3, 2\) expects images \(n, h, w, c\), got \(n, 5\); .*X\[\.\.\., None\]",
    ),
    "conv on grey images": ([sw.Conv2D(3, 2)], (5, 4), r"got \(n, 5, 4\); .*X\[\.\.\., None\]"),
    "pool behind flatten": (
        [sw.Flatten(), sw.MaxPool2D(2)],
        (5, 4, 2),
        r"layer 1: MaxPool2D\(\) expects images .* got \(n, 40\); put it before Flatten\(\)",
    ),
    "window too large": (
        [sw.Conv2D(3, 3), sw.Conv2D(2, (4, 1))],
        (5, 4, 2),
        r"layer 2: Conv2D\(2, \(4, 1\)\): .* at least 4 x 1 pixels, got \(n, 3, 2, 3\)",
    ),
    "average behind flatten": (
        [sw.Flatten(), sw.AveragePool2D(2)],
        (5, 4, 2),
        r"layer 1: AveragePool2D\(\) expects images .* got \(n, 40\); put it before Flatten\(\)",
    ),
    "average of features": (
        [sw.Dense(3), sw.GlobalAveragePool2D()],
        (5,),
        r"layer 2: GlobalAveragePool2D\(\) expects images \(n, h, w, c\), got \(n, 3\)",
    ),
    "average too large": (
        [sw.AveragePool2D(6)],
        (5, 4, 2),
        r"layer 1: AveragePool2D\(6\): .* 6 x 6",
    ),
    "zeros around features": (
        [sw.Dense(3), sw.ZeroPad2D()],
        (5,),
        r"layer 1: ZeroPad2D\(\) expects images \(n, h, w, c\), got \(n, 3\); put it before",
    ),
    "another number": (
        [sw.Dense(6), sw.Reshape((2, 4))],
        (5,),
        r"layer 1: Reshape\(\(2, 4\)\) expects rows of 8 numbers, got \(n, 6\); .* multiply to 6",
    ),
    "nothing left": (
        [sw.Reshape((4, -1))],
        (6,),
        r"layer 0: Reshape\(\(4, -1\)\) expects rows of a multiple of 4 numbers, got \(n, 6\)",
    ),
    "a norm of one feature": (
        [sw.Dense(1), sw.LayerNorm()],
        (5,),
        r"layer 2: LayerNorm\(\) expects .* of at least 2 features, got \(n, 1\)",
    ),
    "pool too large": ([sw.MaxPool2D(6)], (5, 4, 2), r"layer 1: MaxPool2D\(6\): .* at least 6 x 6"),
}


@pytest.mark.parametrize(("given", "input_shape", "message"), ERRORS.values(), ids=ERRORS)
def test_shapes_that_do_not_fit_name_the_layer(given: Any, input_shape: Any, message: str):
    with pytest.raises(ShapeError, match=message):
        model_of(given, input_shape)


SETTINGS: list[tuple[Any, str]] = [
    (lambda: sw.Dense(0), "Dense expects a whole number units >= 1, got 0"),
    (lambda: sw.Dense(2.0), "got 2.0"),
    (lambda: sw.Dense("3"), "got '3'"),
    (lambda: sw.Conv2D(0, 3), "filters >= 1"),
    (lambda: sw.Conv2D(3, 0), "kernel_size >= 1"),
    (lambda: sw.Conv2D(3, (3, 0)), "kernel_size >= 1"),
    (lambda: sw.Conv2D(3, (3, 3, 3)), "kernel_size"),
    (lambda: sw.Conv2D(3, 3, stride=0), "stride >= 1"),
    (lambda: sw.Conv2D(3, 3, padding="full"), "padding one of valid, same, got 'full'"),
    (lambda: sw.MaxPool2D(0), "pool_size >= 1"),
    (lambda: sw.MaxPool2D(2, stride=0), "stride >= 1"),
    (lambda: sw.MaxPool2D(2, stride=(1, -1)), "stride >= 1"),
    (
        lambda: sw.MaxPool2D((2, 2, 2)),
        r"whole number pool_size >= 1, or two \(rows, columns\), got",
    ),
    (lambda: sw.MaxPool2D([2, 2]), r"got \[2, 2\]; give pool_size as an int or a tuple"),
    (lambda: sw.AveragePool2D(0), "AveragePool2D expects a whole number pool_size >= 1"),
    (lambda: sw.AveragePool2D((2, 0)), "pool_size >= 1"),
    (lambda: sw.AveragePool2D((2, 2, 2)), r"got \(2, 2, 2\)"),
    (lambda: sw.AveragePool2D(2.0), "got 2.0"),
    (lambda: sw.AveragePool2D(True), "got True"),
    (lambda: sw.AveragePool2D(2, stride=0), "stride >= 1"),
    (lambda: sw.AveragePool2D(2, strides=1), "stride, input_shape, got strides="),
    (lambda: sw.ZeroPad2D(-1), "ZeroPad2D expects padding >= 0"),
    (lambda: sw.ZeroPad2D(1.0), "got 1.0"),
    (lambda: sw.ZeroPad2D("same"), "got 'same'"),
    (lambda: sw.ZeroPad2D((1, 2, 3)), r"got \(1, 2, 3\)"),
    (lambda: sw.ZeroPad2D(((1, 2, 3), 1)), r"got \(\(1, 2, 3\), 1\)"),
    (lambda: sw.ZeroPad2D((1, (0, -1))), r"got \(1, \(0, -1\)\)"),
    (
        lambda: sw.Reshape(()),
        r"Reshape expects whole sizes >= 1 .*, got shape=\(\); give the shape of",
    ),
    (lambda: sw.Reshape((-1, -1)), r"of which one may be -1, got shape=\(-1, -1\)"),
    (lambda: sw.Reshape((2, 0)), r"got shape=\(2, 0\)"),
    (lambda: sw.Reshape((2, -2)), r"got shape=\(2, -2\)"),
    (lambda: sw.Reshape((2, 2.0)), r"got shape=\(2, 2.0\)"),
    (lambda: sw.Reshape((None, 4)), r"got shape=\(None, 4\)"),
    (lambda: sw.Reshape("2, 2"), "got shape='2, 2'"),
    (lambda: sw.GaussianNoise(-0.1), "GaussianNoise expects a finite number stddev >= 0"),
    (lambda: sw.GaussianNoise("0.1"), "got stddev='0.1'"),
    (lambda: sw.GaussianNoise(float("inf")), "got stddev=inf"),
    (lambda: sw.LayerNorm(0), "LayerNorm expects a finite number epsilon > 0"),
    (lambda: sw.LayerNorm("1e-5"), "got epsilon='1e-5'"),
    (lambda: sw.LayerNorm(True), "got epsilon=True"),
    (lambda: sw.Dropout(1), "Dropout expects 0 <= rate < 1"),
    (lambda: sw.Dropout(-0.1), "got rate=-0.1"),
    (lambda: sw.Dropout("0.1"), "got rate='0.1'"),
    (lambda: sw.BatchNorm(1.0), "0 <= momentum < 1"),
    (lambda: sw.BatchNorm(epsilon=0), "epsilon > 0"),
    (lambda: sw.Rescale("2"), "a finite number scale"),
    (lambda: sw.Rescale(float("nan")), "a finite number scale"),
    (lambda: sw.Rescale(1, float("inf")), "a finite number offset"),
]


@pytest.mark.parametrize(("make", "message"), SETTINGS)
def test_settings_out_of_range(make: Any, message: str):
    with pytest.raises(DescriptionError, match=message):
        make()


# ---- Dropout ----
def test_dropout_keeps_its_share_and_the_mean():
    model, X = model_of([sw.Dropout(0.3)], 100), np.ones((400, 100))
    D = model.trace(X, np.zeros((400, 2)))["D0"]
    assert set(np.unique(D)) == {0, 1 / (1 - 0.3)}
    assert (D == 0).mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.3 * 0.7 / D.size))
    assert D.mean() == pytest.approx(1, abs=0.02)


def test_dropout_does_nothing_in_inference_nor_at_rate_0():
    model = sw.Sequential([sw.Dropout(0.5)], input_shape=5)
    X = data_for((5,))[0].astype(np.float32)
    np.testing.assert_array_equal(model.predict(X), X)
    assert "rng" not in model_of([sw.Dropout(0)], 5).source()
    assert "rng" not in model_of([sw.Dropout(0.5)], 5).source("evaluate")


def test_dropout_sends_gradients_where_it_let_numbers_through():
    model, (X, Y) = model_of([sw.Dense(30), sw.Dropout(0.5)], 4), data_for((4,))
    trace = model.trace(X, Y)
    mask = trace["M1"]
    assert 0 < mask.mean() < 1
    np.testing.assert_array_equal(trace["dZ1"] != 0, mask)
    np.testing.assert_allclose(trace["dZ1"][mask], 2 * trace["dD1"][mask], rtol=1e-14)


def test_two_dropouts_never_share_a_mask():
    model, (X, Y) = model_of([sw.Dropout(0.5), sw.Dropout(0.5)], 50), data_for((50,))
    trace = model.trace(X, Y)
    assert model.source().count("rng.random(") == 2
    assert 0.3 < (trace["M0"] != trace["M0_2"]).mean() < 0.7


def test_every_step_draws_another_mask_and_the_seed_decides():
    X, Y = np.ones((4, 20)), np.zeros((4, 2))
    seen = []
    for seed in (0, 0, 1):
        model = sw.Sequential([sw.Dropout(0.5), sw.Dense(2)], input_shape=20)
        model.compile("mean_squared_error", sw.SGD(0.1), seed=seed)
        first = model.trace(X, Y)["M0"]
        model.fit(X, Y, epochs=1, verbose=0)
        seen.append((first, model.trace(X, Y)["M0"]))
    assert (seen[0][0] != seen[0][1]).any()
    np.testing.assert_array_equal(seen[0], seen[1])
    assert (seen[0][0] != seen[2][0]).any()


# ---- GaussianNoise ----
def test_noise_has_its_spread_and_no_mean():
    model, X = model_of([sw.GaussianNoise(0.3)], 100), np.full((400, 100), 2.0)
    noise = model.trace(X, np.zeros((400, 2)))["G0"] - 2
    assert noise.mean() == pytest.approx(0, abs=5 * 0.3 / 200)
    assert noise.std() == pytest.approx(0.3, rel=0.02)
    within = [(abs(noise) < k * 0.3).mean() for k in (1, 2, 3)]
    np.testing.assert_allclose(within, [0.6827, 0.9545, 0.9973], atol=0.01)  # of a normal draw


def test_noise_does_nothing_in_inference_nor_at_0():
    model, X = model_of([sw.GaussianNoise(5.0)], 5, units=None), data_for((5,))[0]
    np.testing.assert_array_equal(model.predict(X), X)
    assert "rng" not in model.source("evaluate") + model_of([sw.GaussianNoise(0)], 5).source()


def test_two_noises_are_drawn_one_by_one_and_in_every_step():
    model, (X, Y) = model_of([sw.GaussianNoise(0.5), sw.GaussianNoise(0.5)], 5), data_for((5,))
    first = model.trace(X, Y)
    assert (first["noise0"] != first["noise0_2"]).all()
    model.fit(X, Y, epochs=1, verbose=0)
    assert (model.trace(X, Y)["noise0"] != first["noise0"]).all()


def test_noise_lets_gradients_through_as_they_are():
    trace = model_of([sw.Dense(4), sw.GaussianNoise(0.5)], 5).trace(*data_for((5,)))
    np.testing.assert_allclose(trace["dW1"], trace["X"].T @ trace["dG1"], rtol=1e-14)


# ---- LayerNorm ----
@pytest.mark.parametrize("input_shape", [(5,), (3, 2, 4), (4, 3)])
def test_layer_norm_against_plain_numpy(input_shape: tuple[int, ...]):
    model, (X, Y) = model_of([sw.LayerNorm(1e-3)], input_shape), data_for(input_shape)
    scale, shift = RNG.normal(size=(2, input_shape[-1]))
    model.set_parameters({"scale1": scale, "shift1": shift})
    flat = X.reshape(-1, input_shape[-1])
    rows = [(x - x.mean()) / np.sqrt(((x - x.mean()) ** 2).mean() + 1e-3) for x in flat]
    expected = (scale * np.array(rows) + shift).reshape(X.shape)
    np.testing.assert_allclose(model.trace(X, Y)["Z1"], expected, rtol=1e-11, atol=1e-13)
    output = expected.reshape(6, -1) @ model["W2"] + model["b2"]
    np.testing.assert_allclose(model.predict(X), output, rtol=1e-10)


def test_layer_norm_of_equal_features_stays_finite():
    model, (X, Y) = model_of([sw.LayerNorm()], 3), data_for((3,))
    X[1] = 0.1
    model.fit(X, Y, epochs=3, verbose=0)
    trace = model.trace(X, Y)
    np.testing.assert_allclose(trace["N1"][1], 0, atol=1e-12)
    assert np.isfinite(trace["dscale1"]).all()


# ---- BatchNorm ----
@pytest.mark.parametrize("input_shape", [(5,), (5, 4, 2)])
def test_batch_norm_against_plain_numpy(input_shape: tuple[int, ...]):
    """Three steps, and inference after them; the last batch is smaller."""
    model = model_of([sw.BatchNorm(0.2, epsilon=1e-3)], input_shape, optimizer=sw.SGD(1e-12))
    X, Y = data_for(input_shape, rows=8)
    scale, shift = RNG.normal(size=(2, input_shape[-1]))
    model.set_parameters({"scale1": scale, "shift1": shift})
    axes, mean, var = tuple(range(X.ndim - 1)), np.zeros(input_shape[-1]), np.ones(input_shape[-1])
    trace = model.trace(X[:3], Y[:3])
    batch = X[:3]
    normal = (batch - batch.mean(axes)) / np.sqrt(batch.var(axes) + 1e-3)
    np.testing.assert_allclose(trace["Z1"], scale * normal + shift, rtol=1e-11)
    model.fit(X, Y, epochs=1, batch_size=3, shuffle=False, verbose=0)
    for batch in (X[:3], X[3:6], X[6:]):
        mean = 0.8 * mean + 0.2 * batch.mean(axes)
        var = 0.8 * var + 0.2 * batch.var(axes, ddof=1)
    np.testing.assert_allclose(model["running_mean1"], mean, rtol=1e-12)
    np.testing.assert_allclose(model["running_var1"], var, rtol=1e-12)
    Z = scale * (X - mean) / np.sqrt(var + 1e-3) + shift
    expected = Z.reshape(8, -1) @ model["W2"] + model["b2"]
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-9)


def test_batch_norm_of_one_row_is_refused_before_any_step():
    model, (X, Y) = model_of([sw.Dense(3), sw.BatchNorm()], 4), data_for((4,), rows=7)
    before = model.parameters
    with pytest.raises(DataError, match=r"batches of at least 2 rows, for BatchNorm.*batch of 1"):
        model.fit(X, Y, batch_size=3, verbose=0)
    for name, value in model.parameters.items():
        np.testing.assert_array_equal(value, before[name])
    assert model.predict(X[:1]).shape == (1, 2)


def test_batch_norm_of_single_pixels_needs_two_rows_too():
    model, (X, Y) = model_of([sw.BatchNorm()], (1, 1, 3)), data_for((1, 1, 3), rows=1)
    with pytest.raises(DataError, match="at least 2 rows"):
        model.fit(X, Y, verbose=0)
    wide, (X, Y) = model_of([sw.BatchNorm()], (2, 1, 3)), data_for((2, 1, 3), rows=1)
    wide.fit(X, Y, epochs=1, verbose=0)


def test_batch_norm_of_a_constant_feature_stays_finite():
    model, (X, Y) = model_of([sw.BatchNorm()], 3), data_for((3,))
    X[:, 1] = 0.1
    model.fit(X, Y, epochs=3, verbose=0)
    assert np.isfinite(model.predict(X)).all()
    np.testing.assert_allclose(model.trace(X, Y)["N1"][:, 1], 0, atol=1e-12)


# ---- Standardize ----
def test_standardize_is_fitted_to_the_rows_of_the_first_fit_only():
    model, (X, Y) = model_of([sw.Standardize()], 4, "float32"), data_for((4,), rows=9)
    assert (model["mean0"] == 0).all()
    assert (model["std0"] == 1).all()
    model.fit(X, Y, epochs=1, batch_size=2, verbose=0)
    rows = X.astype(np.float32).astype(np.float64)
    np.testing.assert_array_equal(model["mean0"], rows.mean(axis=0).astype(np.float32))
    np.testing.assert_array_equal(model["std0"], rows.std(axis=0).astype(np.float32))
    before = model["mean0"]
    model.fit(X + 100, Y, epochs=1, verbose=0)
    np.testing.assert_array_equal(model["mean0"], before)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("constant", [0.0, 0.1, 1 / 3, 1e8, -7.3])
def test_a_constant_feature_is_divided_by_1(dtype: str, constant: float):
    """Also where the mean of equal numbers is not that number, by a rounding."""
    model, (X, Y) = model_of([sw.Standardize()], 3, dtype), data_for((3,), rows=10)
    X[:, 1] = constant
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_array_equal(model["std0"][1], 1)
    A = model.trace(X, Y)["A0"]
    np.testing.assert_allclose(A[:, 1], 0, atol=1e-7 * abs(constant))
    np.testing.assert_allclose(A[:, [0, 2]].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(A[:, [0, 2]].std(axis=0), 1, rtol=1e-5)


def test_features_that_hardly_vary_are_standardized():
    model, (X, Y) = model_of([sw.Standardize()], 3), data_for((3,), rows=10)
    X[:, 1] = 1e-9 * np.arange(10)
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_allclose(model.trace(X, Y)["A0"][:, 1].std(), 1, rtol=1e-9)


def test_each_pixel_is_standardized_on_its_own():
    model, (X, Y) = model_of([sw.Standardize()], (5, 4, 2)), data_for((5, 4, 2))
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_allclose(model["mean0"], X.mean(axis=0), rtol=1e-12)
    assert model["std0"].shape == (5, 4, 2)


def test_standardize_behind_a_layer_sees_what_comes_out_of_it():
    model, (X, Y) = model_of([sw.Rescale(10.0), sw.Standardize()], 4), data_for((4,))
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_allclose(model["std0"], 10 * X.std(axis=0), rtol=1e-12)


# ---- kernel_regularizer ----
def regularized(kernel_regularizer: Any, **settings: Any) -> sw.Sequential:
    """A layer with a regularizer of its own, and one that has what the model has."""
    return model_of([sw.Dense(3, "tanh", kernel_regularizer=kernel_regularizer)], 4, **settings)


def test_a_layers_regularizer_replaces_that_of_the_model():
    model, (X, Y) = regularized(sw.L1(0.5), regularizer=sw.L2(0.25)), data_for((4,))
    assert statements(model, "penalty =", "dW", "# regularizer", "# layer 1, r") == [
        "# regularizer: L2(0.25), l2 / (2 n) * sum(W**2)",
        "# layer 1, regularizer: L1(0.5), l1 / n * sum(abs(W))",
        "penalty = l2 / (2 * n) * (W2**2).sum() + l1_1 / n * np.abs(W1).sum()",
        "dW2 = A1.T @ dZ2 + l2 / n * W2",
        "dW1 = X.T @ dZ1 + l1_1 / n * np.sign(W1)",
    ]
    trace = model.trace(X, Y)
    expected = 0.25 / 12 * (trace["W2"] ** 2).sum() + 0.5 / 6 * abs(trace["W1"]).sum()
    assert trace["penalty"] == pytest.approx(expected, rel=1e-13)
    assert model.verify(X, Y).passed


@pytest.mark.parametrize("own", [sw.L1(0.3), sw.L2(0.3)], ids=layers.describe)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_a_layers_regularizer_without_one_of_the_model(own: Any, reduction: Any):
    model, (X, Y) = regularized(own, reduction=reduction), data_for((4,))
    only = model_of([sw.Dense(3, "tanh")], 4, reduction=reduction).trace(X, Y)
    trace, n = model.trace(X, Y), 6 if reduction == "mean" else 1
    W = trace["W1"]
    slope = 0.3 / n * (np.sign(W) if isinstance(own, sw.L1) else W)
    np.testing.assert_allclose(trace["dW1"], only["dW1"] + slope, rtol=1e-12)
    np.testing.assert_array_equal(trace["dW2"], only["dW2"])
    np.testing.assert_array_equal(trace["db1"], only["db1"])
    assert model.verify(X, Y).passed
    assert model.evaluate(X, Y) == model_of([sw.Dense(3, "tanh")], 4, reduction=reduction).evaluate(
        X, Y
    )


def test_a_strength_of_0_exempts_a_layer():
    model, (X, Y) = regularized(sw.L2(0), regularizer=sw.L2(0.5)), data_for((4,))
    assert statements(model, "penalty =", "dW1 =") == [
        "penalty = l2 / (2 * n) * (W2**2).sum()",
        "dW1 = X.T @ dZ1",
    ]
    assert "penalty" not in regularized(sw.L1(0)).trace(X, Y)
    assert "penalty" not in regularized(sw.L1(0)).fit(X, Y, epochs=1, verbose=0).history


def test_one_object_of_two_layers_is_two_strengths():
    own = sw.L2(0.5)
    given = [sw.Dense(3, kernel_regularizer=own), sw.Dense(4, kernel_regularizer=own)]
    model = model_of(given, 4)
    assert "l2_1=0.5, l2_2=0.5" in model.source().replace("\n    ", " ")
    assert statements(model, "penalty =") == [
        "penalty = l2_1 / (2 * n) * (W1**2).sum() + l2_2 / (2 * n) * (W2**2).sum()"
    ]
    assert model.verify(*data_for((4,))).passed


def test_filters_with_a_regularizer_of_their_own():
    layer = sw.Conv2D(2, 2, "tanh", kernel_regularizer=sw.L2(0.4))
    model, (X, Y) = model_of([layer], (3, 3, 2), regularizer=sw.L1(0.1)), data_for((3, 3, 2))
    trace = model.trace(X, Y)
    expected = 0.1 / 6 * abs(trace["W2"]).sum() + 0.4 / 12 * (trace["W1"] ** 2).sum()
    assert trace["penalty"] == pytest.approx(expected, rel=1e-13)
    assert model.verify(X, Y).passed


def test_a_frozen_layer_has_no_penalty_of_its_own():
    frozen = sw.Dense(3, kernel_regularizer=sw.L2(0.4), trainable=False)
    assert "penalty" not in model_of([frozen], 4).source()
    model = model_of([frozen], 4, regularizer=sw.L2(0.1))
    assert statements(model, "penalty =") == ["penalty = l2 / (2 * n) * (W2**2).sum()"]


def test_history_has_the_penalty_of_layers():
    model, (X, Y) = regularized(sw.L2(0.5), optimizer=sw.SGD(1e-12)), data_for((4,))
    history = model.fit(X, Y, epochs=2, batch_size=4, verbose=0)
    W2 = (model["W1"] ** 2).sum()
    mean = (4 * 0.5 / 8 + 2 * 0.5 / 4) / 6 * W2  # over the rows of a batch of 4 and one of 2
    np.testing.assert_allclose(history["penalty"], mean, rtol=1e-9)
    data = model.evaluate(X, Y)["loss"]
    np.testing.assert_allclose(history["loss"], data + mean, rtol=1e-9)


def test_another_strength_of_a_layer_is_the_same_program():
    first, second = (regularized(sw.L2(strength)).source() for strength in (0.1, 0.2))
    assert first.replace("L2(0.1)", "L2(0.2)").replace("l2_1=0.1", "l2_1=0.2") == second


@dataclass(frozen=True)
class Quartic:
    """A user's regularizer, its gradient derived."""

    strength: float

    def penalty(self, n: Value, kernels: Any) -> Value:
        return self.strength / n * (kernels[0] ** 4).sum()


def test_a_users_regularizer_of_a_layer():
    model, (X, Y) = regularized(Quartic(0.3)), data_for((4,))
    trace = model.trace(X, Y)
    assert trace["penalty"] == pytest.approx(0.3 / 6 * (trace["W1"] ** 4).sum(), rel=1e-13)
    assert "strength1=0.3" in model.source()
    assert model.verify(X, Y).passed


@pytest.mark.parametrize("given", ["l2", sw.L2, 0.1])
@pytest.mark.parametrize("layer", [sw.Dense, lambda n, **more: sw.Conv2D(n, 2, **more)])
def test_what_is_no_regularizer_of_a_layer(layer: Any, given: Any):
    with pytest.raises(DescriptionError, match=r"regularizer.* expects .*sw\.L2"):
        layer(3, kernel_regularizer=given)


# ---- trainable, reached, used twice ----
def test_a_frozen_layer_keeps_its_numbers_and_has_no_gradient_line():
    frozen = sw.Dense(4, "relu", trainable=False)
    model, (X, Y) = model_of([sw.Dense(5, "tanh"), frozen], 4, optimizer=sw.Adam()), data_for((4,))
    before = model.parameters
    model.fit(X, Y, epochs=3, verbose=0)
    for name in ("W2", "b2"):
        np.testing.assert_array_equal(model[name], before[name])
        assert f"d{name}" not in model.source()
        assert f"m_{name}" not in model.source("program")
    for name in ("W1", "b1", "W3", "b3"):
        assert (model[name] != before[name]).any()
    assert "dA1" in model.source()  # the way to the layer before it


def test_a_frozen_first_layer_ends_the_backward_pass():
    text = model_of([sw.Dense(5, trainable=False), sw.Dense(3)], 4).source()
    assert "dZ1" not in text
    assert "dA1" not in text


def test_everything_frozen_leaves_no_backward_part():
    layer = sw.Dense(2, trainable=False)
    model, (X, Y) = model_of([layer], 4, units=None), data_for((4,))
    before = model.parameters
    model.fit(X, Y, epochs=1, verbose=0)
    assert "backward" not in model.source()
    np.testing.assert_array_equal(model["W1"], before["W1"])


class Unused:
    """Claims a parameter that the output does not depend on."""

    def build(self, x: Value, scope: sw.Scope) -> Value:
        scope.parameter("unused", (3,), sw.Constant(1.0))
        return x * scope.parameter("gain", (1,), sw.Constant(2.0))


def test_a_parameter_that_the_loss_does_not_reach_is_named_and_not_changed():
    with pytest.warns(UserWarning, match="the loss does not depend on unused1 of layer 1: Unused"):
        model = model_of([Unused()], 4, optimizer=sw.Adam())
    X, Y = data_for((4,))
    model.fit(X, Y, epochs=3, verbose=0)
    np.testing.assert_array_equal(model["unused1"], 1)
    assert model["gain1"] != 2
    assert "unused1" not in model.source()


@dataclass(frozen=True)
class Tied:
    """One matrix, there and back."""

    units: int

    def build(self, x: Value, scope: sw.Scope) -> Value:
        W = scope.parameter("W", (x.shape[1], self.units), sw.Normal(0.5), kernel=True)
        H = np.tanh(x @ W).named("H")
        return (H @ W.T).named("R")


def test_a_parameter_used_twice_has_one_update_with_both_gradients():
    model, X = model_of([Tied(3)], 4, units=None, regularizer=sw.L2(0.2)), data_for((4,))[0]
    trace, W = model.trace(X, X), model["W1"]
    H = np.tanh(X @ W)
    dR = 2 * (H @ W.T - X) / X.size
    expected = X.T @ (dR @ W * (1 - H**2)) + dR.T @ H + 0.2 / 6 * W
    np.testing.assert_allclose(trace["dW1"], expected, rtol=1e-12)
    np.testing.assert_allclose(trace.updated["W1"], W - 0.1 * expected, rtol=1e-12)
    assert model.source().count("W1 -= ") == 1


class Residual:
    """A value used twice, and three times."""

    def build(self, x: Value, scope: sw.Scope) -> Value:
        W = scope.parameter("W", (x.shape[1], x.shape[1]), sw.Normal(0.5))
        H = np.tanh(x @ W).named("H")
        return (x + H * H + H).named("A")


def test_a_value_used_several_times():
    model, (X, Y) = model_of([sw.Dense(5), Residual(), Residual()], 4), data_for((4,))
    assert model.verify(X, Y).passed


# ---- a user's own ----
@dataclass(frozen=True)
class Centred:
    """State with an update, a setting, and draws: everything that a scope offers."""

    rate: float = 0.25
    noise: float = 0.1

    def build(self, x: Value, scope: sw.Scope) -> Value:
        centre = scope.state("centre", x.shape[1:], 1.0)
        count = scope.state("count", (1,))
        rate = scope.hyperparameter("rate", self.rate)
        scope.update(centre, (1 - rate) * centre + rate * x.mean(axis=0))
        scope.update(count, count + 1)
        y = (x - centre).named("C")
        if not scope.training:
            return y
        noise = scope.random(x.shape) - 0.5
        return (y + self.noise * noise).named("N")


def test_a_users_layer_with_state_and_update():
    model, (X, Y) = model_of([Centred()], 4), data_for((4,), rows=8)
    centre = np.ones(4)
    model.fit(X, Y, epochs=2, batch_size=3, shuffle=False, verbose=0)
    for _ in range(2):
        for batch in (X[:3], X[3:6], X[6:]):
            centre = 0.75 * centre + 0.25 * batch.mean(axis=0)
    np.testing.assert_allclose(model["centre1"], centre, rtol=1e-12)
    np.testing.assert_array_equal(model["count1"], [6])
    assert "rate1=0.25" in model.source()


@pytest.mark.parametrize("input_shape", [(4,), (5, 3, 2)])
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_running_maximum(input_shape: tuple[int, ...], dtype: Any):
    """Traced, trained in two fits, and used in inference; see also the network own_state."""
    X, Y = data_for(input_shape, rows=8)
    top, axes = np.ones(input_shape[-1], dtype), tuple(range(X.ndim - 1))
    model = model_of([MaxScale()], input_shape, dtype, optimizer=sw.SGD(1e-3))
    trace = model.trace(X, Y)
    np.testing.assert_array_equal(trace["A1"], X.astype(dtype))
    np.testing.assert_array_equal(
        trace.updated["running_max1"], np.maximum(top, abs(X.astype(dtype)).max(axes))
    )
    assert foreign_dtypes(trace.updated, dtype) == {}
    assert model.verify(X, Y).passed
    for rows in (X[:3], 5 * X[3:]):
        model.fit(rows, Y[: len(rows)], epochs=1, batch_size=2, verbose=0)
        top = np.maximum(top, abs(rows.astype(dtype)).max(axes))
        np.testing.assert_array_equal(model["running_max1"], top)
    hidden = (X.astype(dtype) / top).reshape(8, -1)
    np.testing.assert_allclose(model.predict(X), hidden @ model["W2"] + model["b2"], rtol=1e-4)


def test_two_fits_are_one_fit_to_a_state():
    once, twice = (model_of([Centred()], 4) for _ in range(2))
    X, Y = data_for((4,), rows=8)
    once.fit(X, Y, epochs=2, batch_size=3, verbose=0)
    for _ in range(2):
        twice.fit(X, Y, epochs=1, batch_size=3, verbose=0)
    for name in ("centre1", "count1", "W2"):
        np.testing.assert_array_equal(once[name], twice[name])


def test_a_state_of_one_number_counts_rows():
    class Seen:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            seen = scope.state("seen", ())
            scope.update(seen, seen + scope.rows)
            return x + 0 * seen

    model, (X, Y) = model_of([Seen()], 4, "float32"), data_for((4,), rows=7)
    model.fit(X, Y, epochs=2, batch_size=3, verbose=0)
    assert model["seen1"] == 14
    assert foreign_dtypes(model.trace(X, Y), "float32") == {}


WRONG_STATES: dict[str, tuple[Any, type, str]] = {
    "another shape": (
        lambda x, scope: scope.update(scope.state("s", (4,)), x.mean()),
        ShapeError,
        r"expects an update of shape \(4,\) for s1, got <.* \(\)>; compute it from x and states",
    ),
    "an axis too many": (
        lambda x, scope: scope.update(scope.state("s", (4,)), x.max(axis=0, keepdims=True)),
        ShapeError,
        r"expects an update of shape \(4,\) for s1, got <.* \(1, 4\)>",
    ),
    "a number": (
        lambda x, scope: scope.update(scope.state("s", (4,)), 3.0),
        ShapeError,
        ".*got 3.0",
    ),
    "an array": (
        lambda x, scope: scope.update(scope.state("s", (4,)), np.ones(4)),
        ShapeError,
        r".*got array\(\[1., 1., 1., 1.\]\)",
    ),
    "of a parameter": (
        lambda x, scope: scope.update(scope.parameter("p", (4,), sw.Constant(1.0)), x.mean(axis=0)),
        ProgramError,
        r"expects an update of a state, got <parameter p1 \(4,\)>; update what",
    ),
    "of the input": (
        lambda x, scope: scope.update(x, x + 1),
        ProgramError,
        r"expects an update of a state, got <input X \(n, 4\)>",
    ),
    "a row for each row": (
        lambda x, scope: scope.state("s", x.shape),
        ShapeError,
        r"expects a fixed shape, got \(n, 4\); use x.shape\[1:\]",
    ),
    "a parameter for each row": (
        lambda x, scope: scope.parameter("p", x.shape, sw.Constant(1.0)),
        ShapeError,
        r"expects a fixed shape, got \(n, 4\); use x.shape\[1:\]",
    ),
    "begins as an array": (
        lambda x, scope: scope.state("s", (4,), np.zeros(4)),
        ProgramError,
        r"expects a number s begins as, got array.*; give a number, and set the array in the model",
    ),
}


@pytest.mark.parametrize(("wrong", "error", "message"), WRONG_STATES.values(), ids=WRONG_STATES)
def test_what_a_state_cannot_be(wrong: Any, error: type[Exception], message: str):
    class Wrong:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            wrong(x, scope)
            return x

    with pytest.raises(error, match=r"layer 1: Wrong\(\) " + message):
        model_of([Wrong()], 4)


def test_a_shape_of_one_axis_may_be_an_int():
    class Shifts:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x + scope.parameter("p", 4, sw.Constant(1.0)) - scope.state("s", x.shape[1])

    model = model_of([Shifts()], 4)
    assert model["p1"].shape == model["s1"].shape == (4,)


def test_state_is_read_before_it_changes():
    model, (X, Y) = model_of([Centred(noise=0.0)], 4), data_for((4,))
    np.testing.assert_array_equal(model.trace(X, Y)["C1"], X - 1)


def test_inference_changes_no_state():
    model, (X, Y) = model_of([Centred()], 4), data_for((4,))
    model.fit(X, Y, epochs=1, verbose=0)
    before = model["centre1"], model["count1"]
    model.predict(X)
    model.evaluate(X, Y)
    model.trace(X, Y)
    np.testing.assert_array_equal(model["centre1"], before[0])
    np.testing.assert_array_equal(model["count1"], before[1])
    assert "[...]" not in model.source("predict") + model.source("evaluate")


@pytest.mark.parametrize("dtype", FLOATS)
def test_draws_are_float64_and_leave_a_float32_model_float32(dtype: str):
    model = model_of([Centred(), sw.Dropout(0.2)], 4, dtype)
    assert foreign_dtypes(model.trace(*data_for((4,))), dtype) == {}


def test_draws_of_two_layers_differ():
    model, (X, Y) = model_of([Centred(), Centred()], 4), data_for((4,))
    trace = model.trace(X, Y)
    first = trace["N1"] - trace["C1"]
    second = trace["N2"] - trace["C2"]
    assert np.abs(first).max() <= 0.05
    assert (first != second).all()


def test_noise_lets_gradients_through():
    model, (X, Y) = model_of([sw.Dense(4), Centred()], 4), data_for((4,))
    assert model.verify(X, Y).passed
    assert np.abs(model.trace(X, Y)["dW1"]).max() > 0


def test_a_draw_outside_of_training_is_refused():
    class Noise:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x + scope.random(x.shape)

    with pytest.raises(ProgramError, match=r"layer 1: Noise\(\) expects draws in training only"):
        model_of([Noise()], 4)


def test_a_name_asked_for_twice_is_refused():
    class Twice:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            a = scope.parameter("W", (4, 4), sw.Normal())
            return x @ a @ scope.parameter("W", (4, 4), sw.Normal())

    with pytest.raises(ProgramError, match=r"layer 1: Twice\(\) expects a name .* got W1 twice"):
        model_of([Twice()], 4)


def test_a_state_updated_twice_is_refused():
    class Twice:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            s = scope.state("s", (1,))
            scope.update(s, s + 1)
            scope.update(s, s + 2)
            return x + s

    with pytest.raises(
        ProgramError, match=r"layer 1: Twice\(\) expects one update of s1, got a second"
    ):
        model_of([Twice()], 4)


@pytest.mark.parametrize(
    "result",
    [lambda x: None, lambda x: 3.0, lambda x: x.sum(), lambda x: x.T, lambda x: x.sum(axis=0)],
)
def test_a_layer_that_does_not_return_rows(result: Any):
    class Wrong:
        def build(self, x: Value, scope: sw.Scope) -> Any:
            return result(x)

    with pytest.raises(
        ShapeError, match=r"layer 1: Wrong\(\) expects build\(\) to return a Value with"
    ):
        model_of([Wrong()], 4, units=None)


def test_a_constant_array_of_a_user_is_a_frozen_parameter():
    @dataclass(frozen=True)
    class Fixed:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x * scope.parameter("k", (4,), sw.Constant(0.5), trainable=False)

    model, (X, Y) = model_of([Fixed()], 4), data_for((4,))
    model["k1"] = [1.0, 2.0, 3.0, 4.0]
    model.fit(X, Y, epochs=1, verbose=0)
    np.testing.assert_array_equal(model["k1"], [1, 2, 3, 4])
    assert "dk1" not in model.source()


def test_rows_of_a_batch_do_not_meet_but_in_sums():
    class Mixed:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x @ (x.T @ x) + scope.rows * 0.1

    model, (X, Y) = model_of([Mixed()], 4), data_for((4,))
    np.testing.assert_allclose(
        model.trace(X, Y)["loss"],
        (((X @ (X.T @ X) + 0.6) @ model["W2"] + model["b2"] - Y) ** 2).mean(),
        rtol=1e-12,
    )


def test_what_is_no_layer():
    for given in (sw.Dense, 3, "Dense", None):
        with pytest.raises(DescriptionError, match=r"layers\[1\] expects a layer with build"):
            sw.Sequential([sw.Dense(3), given], input_shape=4)
    with pytest.raises(DescriptionError, match="at least one layer, got none"):
        sw.Sequential([], input_shape=4)


def test_the_tables_numbers_are_apart():
    """What keeps kinks away: no two entries of a row's inputs are close, and none is near 0."""
    X, Y = values((Input((N, 5, 4)), Input((N, 5))))
    both = np.sort(np.concatenate([X.ravel(), Y.ravel()]))
    assert np.diff(both).min() > 0.01
    assert np.abs(both).min() > 0.005


@dataclass(frozen=True)
class Scaled:
    """A setting of the same name as Dropout's, which Dropout uses in training only."""

    rate: float
    numbered: ClassVar[bool] = False

    def build(self, x: Value, scope: Scope) -> Value:
        return x * scope.hyperparameter("rate", self.rate)


def test_settings_of_one_name_stay_apart_in_every_program() -> None:
    model = sw.Sequential([sw.Dropout(0.5), Scaled(3.0)], input_shape=2)
    model.compile(loss="mean_squared_error", seed=0)
    X = np.ones((4, 2))
    assert (model.predict(X) == 3.0).all()
    assert set(model.trace(X, X)["A0"].ravel().tolist()) <= {0.0, 6.0}


def test_standardize_says_what_it_does_with_features_that_never_vary() -> None:
    model = sw.Sequential([sw.Standardize(), sw.Dense(1)], input_shape=2)
    model.compile(loss="mean_squared_error", seed=0)
    lines = [line.split("  # (")[0].strip() for line in model.source("prepare").splitlines()]
    assert lines[3:-1] == [
        "mean0 = X.mean(axis=0)",
        "# a feature that never varies is divided by 1",
        "varies0 = X.max(axis=0) > X.min(axis=0)",
        "spread0 = np.sqrt(((X - mean0) ** 2).mean(axis=0)) * varies0",
        "std0 = np.where(spread0 == 0, 1, spread0)",
    ]


def test_settings_have_the_same_names_in_every_program() -> None:
    model = sw.Sequential([sw.Dropout(0.5), Scaled(3.0)], input_shape=2)
    model.compile(loss="mean_squared_error", seed=0)
    assert "A0 = D0 * rate0_2" in model.source()
    for name in ("predict", "raw", "evaluate"):
        assert "rate0_2=3.0" in model.source(name)
        assert "rate0=" not in model.source(name)
