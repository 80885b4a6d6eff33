"""Initializers: shapes, dtype, variances and limits, what they take for inputs and outputs."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import initializers
from scratchwork.errors import DescriptionError
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


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if c.uniform], ids=str)
def test_uniform_draws_fill_the_interval_of_their_variance(case: InitializerCase):
    W, limit = drawn(case.initializer, "float64"), np.sqrt(3 * case.variance(INPUTS, UNITS))
    assert 0.999 * limit < W.max() < limit
    assert -limit <= W.min() < -0.999 * limit
    quarters = np.histogram(W, 4, (-limit, limit))[0] / W.size
    np.testing.assert_allclose(quarters, 0.25, atol=0.0125)


@pytest.mark.parametrize("case", [c for c in INITIALIZERS if not c.uniform], ids=str)
def test_normal_draws_are_not_truncated(case: InitializerCase):
    sigma = np.sqrt(case.variance(INPUTS, UNITS))
    if sigma == 0:
        assert np.unique(drawn(case.initializer)).size == 1
        return
    scaled = drawn(case.initializer, "float64") / sigma
    assert (abs(scaled) > 1).mean() == pytest.approx(0.3173, abs=0.0135)
    assert (abs(scaled) > 2).mean() == pytest.approx(0.0455, abs=0.006)


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
        ("glorot", "did you mean 'glorot_"),
        ("qqq", "one of glorot_uniform, .*choose one of them"),
        (None, "got None"),
        (0.1, "got 0.1"),
    ],
)
def test_unknown_initializers_get_the_nearest(given: Any, message: str):
    for name in ("kernel_initializer", "bias_initializer"):
        for make in (lambda **k: sw.Dense(3, **k), lambda **k: sw.Conv2D(3, 2, **k)):
            with pytest.raises(DescriptionError, match=f"initializer expects .*{message}"):
                make(**{name: given})


@pytest.mark.parametrize(
    ("make", "message"),
    [
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
