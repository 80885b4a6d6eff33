"""Initializers: shapes, dtype, variances and limits, what they take for inputs and outputs."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import initializers
from scratchwork.dialects.numpy_functions import orthogonal
from scratchwork.errors import DescriptionError, ShapeError
from tests.cases import INITIALIZERS, Array, InitializerCase

INPUTS, UNITS = 150, 200  # 30,000 draws: a sample's variance is within 4 % of the true one


@cache
def drawn(initializer: Any, dtype: Any = "float32", seed: int = 0) -> Array:
    layer = sw.Dense(UNITS, kernel_initializer=initializer)
    model = sw.Sequential([layer], input_shape=INPUTS)
    model.compile("mean_squared_error", sw.SGD(0.1), dtype=dtype, seed=seed)
    return model["W1"]


def test_every_initializer_has_a_row():
    names = {case.initializer for case in INITIALIZERS if isinstance(case.initializer, str)}
    assert names == set(initializers.INITIALIZERS)


def test_every_class_of_initializers_has_a_row():
    classes = {c for c in vars(initializers).values() if isinstance(c, type) and hasattr(c, "draw")}
    classes -= {initializers.Rule}  # the protocol
    objects = [c.initializer for c in INITIALIZERS if not isinstance(c.initializer, str)]
    assert {type(each) for each in objects} == classes


@pytest.mark.parametrize("case", INITIALIZERS, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shape_and_dtype(case: InitializerCase, dtype: str):
    W = drawn(case.initializer, dtype)
    assert (W.shape, W.dtype) == ((INPUTS, UNITS), dtype)


@pytest.mark.parametrize("case", INITIALIZERS, ids=str)
def test_mean_and_variance(case: InitializerCase):
    W, variance = drawn(case.initializer, "float64"), case.variance(INPUTS, UNITS)
    assert W.var() == pytest.approx(variance, rel=0.04)
    assert W.mean() == pytest.approx(case.mean, abs=5 * np.sqrt(variance / W.size))


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if c.form == "uniform"], ids=str)
def test_uniform_draws_fill_the_interval_of_their_variance(case: InitializerCase):
    W, limit = drawn(case.initializer, "float64"), np.sqrt(3 * case.variance(INPUTS, UNITS))
    assert 0.999 * limit < W.max() < limit
    assert -limit <= W.min() < -0.999 * limit
    quarters = np.histogram(W, 4, (-limit, limit))[0] / W.size
    np.testing.assert_allclose(quarters, 0.25, atol=0.0125)


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if c.form == "normal"], ids=str)
def test_normal_draws_are_not_truncated(case: InitializerCase):
    sigma = np.sqrt(case.variance(INPUTS, UNITS))
    if sigma == 0:
        assert np.unique(drawn(case.initializer)).size == 1
        return
    scaled = drawn(case.initializer, "float64") / sigma
    assert (abs(scaled) > 1).mean() == pytest.approx(0.3173, abs=0.0135)
    assert (abs(scaled) > 2).mean() == pytest.approx(0.0455, abs=0.006)


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if c.form == "truncated"], ids=str)
def test_truncated_draws_end_at_two_deviations(case: InitializerCase):
    W = drawn(case.initializer, "float64")
    stddev = initializers.initializer(case.initializer).stddev
    assert 1.99 * stddev < abs(W).max() <= 2 * stddev
    assert (abs(W) > stddev).mean() == pytest.approx(0.2847, abs=0.013)  # of N(0, 1) within 2


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if c.variance(2, 3)], ids=str)
def test_the_seed_decides(case: InitializerCase):
    np.testing.assert_array_equal(drawn(case.initializer), drawn(case.initializer))
    assert (drawn(case.initializer) != drawn(case.initializer, seed=1)).mean() > 0.99


@pytest.mark.parametrize("case", INITIALIZERS, ids=str)
def test_float32_and_float64_models_begin_alike(case: InitializerCase):
    """One stream of float64 draws, rounded where the model is float32."""
    single, double = (drawn(case.initializer, dtype) for dtype in ("float32", "float64"))
    np.testing.assert_array_equal(single, double.astype(np.float32))


def test_two_layers_draw_different_numbers():
    model = sw.Sequential([sw.Dense(5), sw.Dense(5)], input_shape=5)
    model.compile("mean_squared_error", seed=0)
    assert (model["W1"] != model["W2"]).all()


def convolution(mode: Any) -> Array:
    scaled = sw.VarianceScaling(1.0, mode, "uniform")
    layer = sw.Conv2D(16, (5, 2), kernel_initializer=scaled)
    model = sw.Sequential([layer, sw.Flatten(), sw.Dense(1)], input_shape=(6, 6, 7))
    model.compile("mean_squared_error", seed=0)
    return model["W1"]


@pytest.mark.parametrize(
    ("mode", "fan"), [("fan_in", 5 * 2 * 7), ("fan_out", 5 * 2 * 16), ("fan_avg", 5 * 2 * 23 / 2)]
)
def test_filters_see_a_window_and_write_to_as_many_places(mode: str, fan: float):
    W, limit = convolution(mode), np.sqrt(3 / fan)
    assert W.shape == (70, 16)
    assert 0.99 * limit < abs(W).max() <= limit


@pytest.mark.parametrize(("rows", "columns"), [(7, 7), (9, 4), (4, 9), (1, 5), (5, 1)])
def test_orthogonal_columns_or_rows(rows: int, columns: int):
    layer = sw.Dense(columns, kernel_initializer=sw.Orthogonal(2.0))
    model = sw.Sequential([layer], input_shape=rows)
    model.compile("mean_squared_error", dtype="float64", seed=0)
    W = model["W1"] if rows >= columns else model["W1"].T
    np.testing.assert_allclose(W.T @ W, 4 * np.eye(min(rows, columns)), atol=1e-13)


def test_orthogonal_matrices_have_no_direction_of_their_own():
    """QR alone gives a diagonal that is mostly negative and, of 3 x 3, one determinant."""
    rng = np.random.default_rng(0)
    drawn = np.array([orthogonal(rng, 1.0, (3, 3)) for _ in range(500)])
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=4 / np.sqrt(3 * 500))
    assert (np.linalg.det(drawn) > 0).mean() == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(500))


def test_filters_are_orthogonal_as_rows_of_a_window():
    layer = sw.Conv2D(4, (3, 2), kernel_initializer="orthogonal")
    model = sw.Sequential([layer, sw.Flatten(), sw.Dense(1)], input_shape=(5, 5, 2))
    model.compile("mean_squared_error", dtype="float64", seed=0)
    np.testing.assert_allclose(model["W1"].T @ model["W1"], np.eye(4), atol=1e-13)


def test_an_orthogonal_bias_cannot_be():
    model = sw.Sequential([sw.Dense(3, bias_initializer="orthogonal")], input_shape=2)
    message = r"layer 1: .*: orthogonal expects a matrix \(d_in, d_out\), got \(3,\); choose"
    with pytest.raises(ShapeError, match=message):
        model.compile("mean_squared_error", seed=0)


# ---- the one that suits the activation ----
SUITED: dict[str, tuple[Any, ...]] = {
    "he_uniform": (
        *("relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "mish", "ReLU"),
        *(sw.LeakyReLU(0.3), sw.ELU(0.5), sw.activations.relu, sw.activations.gelu),
    ),
    "lecun_normal": ("selu", sw.activations.selu),
    "glorot_uniform": (
        *(None, "linear", "sigmoid", "tanh", "softmax", "softsign", "hard_sigmoid"),
        *(sw.activations.tanh, lambda Z: np.maximum(Z, 0)),
    ),
}


def test_every_activation_has_a_suited_initializer():
    named = {name for names in SUITED.values() for name in names if isinstance(name, str)}
    assert named - {"ReLU"} == set(sw.activations.ACTIVATIONS)


@pytest.mark.parametrize("name", SUITED)
def test_the_default_suits_the_activation(name: str):
    for function in SUITED[name]:
        assert initializers.suited(None, function) is initializers.INITIALIZERS[name]
        assert initializers.suited("zeros", function) is initializers.INITIALIZERS["zeros"]


def test_each_name_is_an_object():
    for name, rule in initializers.INITIALIZERS.items():
        assert getattr(initializers, name) is rule


def test_layers_use_the_default():
    layers = [sw.Conv2D(5, 3, "relu"), sw.Conv2D(4, 1, "selu"), sw.Flatten(), sw.Dense(6, "relu")]
    model = sw.Sequential([*layers, sw.Dense(3, "selu"), sw.Dense(2)], input_shape=(5, 5, 2))
    lines = model.source("initialize")
    assert "limit1 = math.sqrt(6 / (18 + 45))" in lines  # filters: not he_uniform
    assert "stddev2 = math.sqrt(1 / 5)" in lines
    assert "limit3 = math.sqrt(6 / 36)" in lines
    assert "stddev4 = math.sqrt(1 / 6)" in lines
    assert "limit5 = math.sqrt(6 / (3 + 2))" in lines


def test_a_bias_has_an_initializer_of_its_own():
    layer = sw.Dense(4, kernel_initializer="ones", bias_initializer=sw.Constant(0.5))
    model = sw.Sequential([layer], input_shape=3)
    model.compile("mean_squared_error", seed=0)
    assert (model["W1"] == 1).all()
    assert (model["b1"] == 0.5).all()


def test_first_numbers_are_arrays_of_their_own():
    model = sw.Sequential([sw.Dense(4), sw.Dense(4), sw.BatchNorm()], input_shape=4)
    model.compile("mean_squared_error", sw.Adam(), seed=0)
    arrays = list(model.run.state.arrays().values())
    assert len(arrays) == 20
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


class Identity:
    """A user's initializer: anything with draw()."""

    def draw(self, scope: Any, shape: Any, fan_in: int, fan_out: int) -> Any:
        diagonal = sw.program.ir.apply("arange", size=shape[0])
        columns = sw.program.ir.apply("arange", size=shape[1])
        equal = np.equal(sw.program.primitives.expand_dims(diagonal, 1), columns)
        return equal * 1.0


def test_a_users_initializer():
    model = sw.Sequential([sw.Dense(3, kernel_initializer=Identity())], input_shape=4)
    model.compile("mean_squared_error", seed=0)
    np.testing.assert_array_equal(model["W1"], np.eye(4, 3))
    assert model["W1"].dtype == np.float32


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("he_norml", "did you mean 'he_normal'?"),
        ("lecun_norml", "did you mean 'lecun_normal'?"),
        ("qqq", "one of glorot_uniform, .*choose one of them"),
        (0.1, "got 0.1"),
    ],
)
def test_unknown_initializers_get_the_nearest(given: Any, message: str):
    for name in ("kernel_initializer", "bias_initializer"):
        for make in (lambda **k: sw.Dense(3, **k), lambda **k: sw.Conv2D(3, 2, **k)):
            with pytest.raises(DescriptionError, match=f"initializer expects .*{message}"):
                make(**{name: given})


def test_a_bias_needs_one():
    with pytest.raises(DescriptionError, match=r"initializer expects .*, got None"):
        sw.Dense(3, bias_initializer=None)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sw.Uniform(0), "Uniform expects a finite number limit > 0"),
        (lambda: sw.Orthogonal(-1), "Orthogonal expects a finite number gain > 0, got gain=-1"),
        (lambda: sw.TruncatedNormal("a"), "TruncatedNormal expects a finite number stddev > 0"),
        (lambda: sw.Uniform(minval=-1), "Uniform expects settings limit, got minval="),
        (lambda: sw.Normal(mean=0), "Normal expects settings stddev, got mean="),
        (lambda: sw.Normal(0), "Normal expects a finite number stddev > 0"),
        (lambda: sw.Normal(-1.0), "got stddev=-1.0"),
        (lambda: sw.Constant("a"), "Constant expects a finite number value"),
        (lambda: sw.Constant(float("nan")), "Constant expects a finite number value"),
        (lambda: sw.VarianceScaling(0), "scale > 0"),
        (lambda: sw.VarianceScaling(mode="fan"), "mode one of fan_in, fan_out, fan_avg, got 'fan'"),
        (lambda: sw.VarianceScaling(distribution="flat"), "one of uniform, normal, got 'flat'"),
    ],
)
def test_settings_out_of_range(make: Any, message: str):
    with pytest.raises(DescriptionError, match=message):
        make()
