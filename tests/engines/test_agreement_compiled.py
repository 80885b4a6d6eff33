"""Networks that are really compiled: chosen such that every branch of the printers is met."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import NonFiniteError
from scratchwork.storage import Array
from tests.engines import unusual
from tests.engines.agreement import CLOSE, EXACT, Case, check, distance, of_network, rows
from tests.engines.unusual_rules import Lamb, OfRows
from tests.networks import NETWORKS

pytest.importorskip("numba")


@pytest.fixture(autouse=True)
def no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHWORK_CACHE", "off")


def own(*functions: unusual.Build, shape: tuple[int, ...] = (4,), **settings: Any) -> Case:
    layers = (*(unusual.Own(f) for f in functions), sw.Flatten(), sw.Dense(3))
    return Case(layers, *rows(*shape), settings)


MIXED = (sw.Dense(5, "elu"), sw.Dense(4, "gelu"), sw.Dense(3, "softsign"), sw.Dense(4, "softplus"))
TRAINED: dict[str, Case] = {
    "deep": of_network(NETWORKS["deep"]),
    "deep, float32": of_network(NETWORKS["deep"], dtype="float32"),
    "convnet, float32": of_network(NETWORKS["convnet"], dtype="float32"),
    "averages": of_network(NETWORKS["averages"]),
    "batchnorm": of_network(NETWORKS["batchnorm"]),
    "activations": Case((*MIXED, sw.LayerNorm(), sw.Dropout(0.2), sw.Dense(3)), *rows(4)),
    "matrices": own(unusual.symmetric, unusual.turned, unusual.unit_columns),
    "arithmetic": own(unusual.arithmetic, unusual.masks, unusual.outer_product),
    "axes": own(unusual.extremes, unusual.softmax_of_another_axis, shape=(3, 2)),
    "rules": own(unusual.broadcasts, optimizer=Lamb(), regularizer=OfRows()),
}


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
    """With draws bit for bit the same, and metrics, of which one reads the spread of targets."""
    X, _ = rows(4)
    settings = {"loss": "mean_squared_error", "metrics": ["r2", "mean_absolute_error"]}
    layers = (unusual.Own(unusual.drawn), sw.Dense(4, "relu"), sw.Dense(2))
    one, other = check(Case(layers, X, X[:, :2] ** 2, settings))
    for name in ("sa1", "sb1", "sc1", "sd1", "last1"):
        np.testing.assert_array_equal(one[name], other[name])


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
        assert not np.isfinite(one[6]).all() or np.isfinite(value)
        assert np.isfinite(np.delete(one, 6, axis=0)).all()
