"""Networks that are really compiled: chosen such that every branch of the printers is met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines.cache import compiled
from scratchwork.errors import NonFiniteError
from scratchwork.storage import Array
from tests.engines import unusual
from tests.engines.agreement import CLOSE, EXACT, Case, check, distance, rows
from tests.engines.unusual_rules import Lamb, OfRows

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHWORK_CACHE", "off")


def own(*functions: unusual.Build, shape: tuple[int, ...] = (4,), **settings: Any) -> Case:
    layers = (*(unusual.Own(f) for f in functions), sw.Flatten(), sw.Dense(3))
    return Case(layers, *rows(*shape), settings)


HIDDEN = (sw.Dense(5, "sigmoid"), sw.Dense(3))
IMAGES = (sw.Conv2D(2, 2, "relu", padding="same"), sw.MaxPool2D(2), sw.Flatten(), sw.Dense(3))
MEANS = (sw.AveragePool2D(2), sw.LayerNorm(0.1), sw.Flatten(), sw.Dense(3, "elu"), sw.Dense(3))
CLIPPED = {"optimizer": sw.Adam(0.01, clip_norm=0.1), "regularizer": sw.L2(0.1)}
MOMENTUM = {"optimizer": sw.SGD(0.05, momentum=0.9), "dtype": "float32"}
TRAINED: dict[str, Case] = {
    "adam": Case(HIDDEN, *rows(4), CLIPPED),
    "images, float32": Case(IMAGES, *rows(4, 5, 2), MOMENTUM),
    "means of images": Case(MEANS, *rows(4, 5, 2)),
    "batchnorm": Case((sw.BatchNorm(), sw.Dense(3)), *rows(4)),
    "a rule with sums": own(unusual.symmetric, optimizer=Lamb(), regularizer=OfRows()),
    "outer product": own(unusual.outer_product, optimizer=sw.SGD(0.01)),
    "extremes": own(unusual.extremes, shape=(3, 2)),
}
"""Small ones: to compile a network takes longer than all else here."""


@pytest.mark.parametrize("name", TRAINED)
def test_training(name: str) -> None:
    """Losses and all numbers after some steps; evaluate and predict are compiled further down."""
    case = TRAINED[name]
    one, other = case.trained("numpy"), case.trained("numba")
    assert other.history.engine == "numba"
    tolerance = CLOSE if "float32" in name else EXACT
    assert distance(one.history["loss"], other.history["loss"]) <= tolerance
    arrays = {k for k in one.run.state.arrays() if k not in case.loose}  # type: ignore[union-attr]
    assert not {k for k in arrays if not distance(one[k], other[k]) <= tolerance}


def test_all_programs_of_a_network() -> None:
    """With draws bit for bit the same, and a metric that reads the spread of the targets."""
    X, _ = rows(4)
    settings = {"loss": "mean_squared_error", "metrics": ["r2"]}
    one, other = check(Case((unusual.Own(unusual.drawn), sw.Dense(2)), X, X[:, :2] ** 2, settings))
    for name in ("sa1", "sb1", "sc1", "sd1", "last1"):
        np.testing.assert_array_equal(one[name], other[name])


@pytest.mark.compiled
def test_a_text_that_ran_as_python_is_compiled_later(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """
import numba

CACHE = True


@numba.njit("float64(float64)", cache=CACHE)
def twice(x):
    return 2 * x
"""
    with monkeypatch.context() as patch:
        patch.setattr("numba.config.DISABLE_JIT", 1)
        assert not hasattr(compiled(text).twice, "signatures")
    assert compiled(text).twice.signatures
    assert compiled(text) is compiled(text)


# ---- what is not finite ----
NETWORK = Case((sw.Dense(4, "relu"), sw.Dense(3)), *rows(4))


def with_entry(X: Array, value: float) -> Array:
    changed = X.copy()
    changed[6, 2] = value
    return changed


def messages(change: Any) -> list[str]:
    """What both engines say when a fit ends in the middle; nothing is changed by then."""
    found = []
    for engine in ("numpy", "numba"):
        model = NETWORK.model(engine)  # type: ignore[arg-type] # of the two
        model.fit(NETWORK.X, NETWORK.y, batch_size=4, epochs=1, verbose=0)
        change(model)
        before = {k: model[k].copy() for k in ("W1", "b1", "W2", "b2")}
        with pytest.raises(NonFiniteError) as caught:
            model.fit(NETWORK.X, NETWORK.y, batch_size=4, epochs=20, verbose=0, shuffle=False)
        found.append(str(caught.value))
        if change is not huge_rate:
            for name, value in before.items():
                np.testing.assert_array_equal(model[name], value)
    return found


def nan_weight(model: sw.Sequential) -> None:
    W = model["W1"].copy()
    W[1, 2] = np.nan
    model.run.state.parameters["W1"][...] = W  # type: ignore[union-attr] # the door refuses NaN


def infinite_bias(model: sw.Sequential) -> None:
    model.run.state.parameters["b2"][1] = np.inf  # type: ignore[union-attr]


def huge_weights(model: sw.Sequential) -> None:
    model["W2"] = np.full((4, 3), 1e200)
    model["W1"] = np.full((4, 4), 1e200)


def huge_rate(model: sw.Sequential) -> None:
    model.learning_rate = 1e150


@pytest.mark.parametrize("change", [nan_weight, infinite_bias, huge_weights, huge_rate])
def test_the_same_line_is_named(change: Any) -> None:
    one, other = messages(change)
    assert one == other


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_predictions_that_are_not_finite_are_so_in_both(value: float) -> None:
    """relu of NaN is NaN; logits that are infinite have the limits of softmax, or NaN."""
    found = []
    for engine in ("numpy", "numba"):
        model = NETWORK.trained(engine)  # type: ignore[arg-type]
        state = model.run.state  # type: ignore[union-attr]
        X = with_entry(NETWORK.X, value)  # the door refuses it
        with np.errstate(invalid="ignore", over="ignore"):
            loaded = model.run.engine()  # type: ignore[union-attr]
            found.append([loaded.predict(state, X, name) for name in ("raw", "predict")])
    for one, other in zip(*found, strict=True):
        assert distance(one, other) <= EXACT
        assert not np.isfinite(one[6]).all()
        assert np.isfinite(np.delete(one, 6, axis=0)).all()
