"""Run: engines for each kind of targets, blocks of rows, and what is fitted before training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import numpy as engine
from tests.networks import NETWORKS, Network
from tests.training import classifier, rows, snapshot


# ---- blocks ----
@pytest.mark.parametrize("block", [1, 5, 36, 37])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_blocks_of_rows_change_nothing(
    network: Network, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = network.moved_model()
    X, y = network.data()
    whole = model.predict(X), model.evaluate(X, y)
    monkeypatch.setattr(engine, "EVALUATION_ROWS", block)
    np.testing.assert_allclose(model.predict(X), whole[0], rtol=1e-12, atol=1e-13)
    assert list(model.evaluate(X, y)) == pytest.approx(list(whole[1]), rel=1e-12)


def test_blocks_cover_each_row_once() -> None:
    blocks = classifier().run.engine().blocks
    for n in (1, 1023, 1024, 1025, 3000):
        covered = np.concatenate([np.arange(n)[rows] for rows in blocks("predict", n)])
        assert np.array_equal(covered, np.arange(n))


class Centred:
    """Every row depends on all others."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return (x - x.mean(axis=0)).named("Z")


def test_a_network_that_mixes_rows_takes_them_all_at_once() -> None:
    model = sw.Sequential([Centred()], input_shape=2)
    model.compile(loss="mean_squared_error", dtype="float64", seed=0)
    X = np.arange(6000.0).reshape(3000, 2)
    np.testing.assert_array_equal(model.predict(X), X - X.mean(axis=0))
    assert model.evaluate(X, X - X.mean(axis=0))["loss"] == 0


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_evaluate_of_many_rows_is_the_mean_over_rows(reduction: str) -> None:
    """3,000 rows are two blocks and a smaller one; a mean of the three means is another number."""
    X, y = rows(3000)
    X[2048:] *= 10
    model = classifier(reduction=reduction, metrics=["accuracy"], dtype="float64")
    P = model.predict(X)
    loss, accuracy = model.evaluate(X, y)
    assert loss == pytest.approx(-np.log(P[np.arange(3000), y]).mean(), rel=1e-12)
    assert accuracy == pytest.approx((P.argmax(axis=1) == y).mean(), rel=1e-12)
    parts = [
        model.evaluate(X[part], y[part])["loss"]
        for part in (slice(0, 1024), slice(1024, 2048), slice(2048, 3000))
    ]
    assert abs(np.mean(parts) - loss) > 1e-2


def test_one_row() -> None:
    X, y = rows(1)
    model = classifier(sw.Dense(5), sw.BatchNorm())
    assert model.predict(X).shape == (1, 4)
    assert np.isfinite(model.evaluate(X, y)["loss"])


# ---- kinds of targets ----
def test_both_kinds_of_targets_in_one_fit() -> None:
    """Labels to train on, one-hot rows to validate on: each has its own program."""
    X, y = rows(20)
    mixed, plain = classifier(optimizer="Adam"), classifier(optimizer="Adam")
    for model, target in ((mixed, np.eye(4)[y]), (plain, y)):
        model.fit(X, y, epochs=3, validation_data=(X, target))
        model.fit(X, y, epochs=1)
    assert snapshot(mixed) == snapshot(plain)
    assert mixed.history["val_loss"][:3] == pytest.approx(plain.history["val_loss"][:3], rel=1e-6)


def test_the_kind_may_change_between_fits() -> None:
    X, y = rows(20)
    model, twin = (classifier(optimizer="Adam", dtype="float64") for _ in range(2))
    for targets in (y, np.eye(4)[y], y):
        model.fit(X, targets, epochs=2)
    twin.fit(X, y, epochs=6)
    for name, array in twin.parameters.items():
        np.testing.assert_allclose(model[name], array, rtol=1e-9)
    assert snapshot(model)["t"] == snapshot(twin)["t"]


# ---- what is fitted before training ----
def test_standardize_takes_mean_and_spread_of_the_first_training_rows() -> None:
    X, y = rows(40)
    X = X * [1, 10, 0] + [5, -3, 7]  # the last feature never varies
    model = classifier(sw.Standardize(), sw.Dense(5), dtype="float64")
    model.fit(X[:20], y[:20], epochs=1, validation_data=(X[20:], y[20:]))
    np.testing.assert_allclose(model["mean0"], X[:20].mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(model["std0"][:2], X[:20].std(axis=0)[:2], rtol=1e-12)
    assert model["std0"][2] == 1
    before = model["mean0"]
    model.fit(X[20:], y[20:], epochs=1)
    assert np.array_equal(model["mean0"], before)


def test_a_refused_fit_fits_nothing() -> None:
    X, y = rows(40)
    model = classifier(sw.Standardize(), sw.Dense(5))
    with pytest.raises(sw.ScratchworkError):
        model.fit(X, y, batch_size=0)
    assert not model["mean0"].any()
    model.fit(X, y, epochs=1)
    np.testing.assert_allclose(model["mean0"], X.mean(axis=0), rtol=1e-6)


def test_batchnorms_running_numbers_move_in_fit_alone() -> None:
    X, y = rows(20)
    model = classifier(sw.BatchNorm(), sw.Dense(5), dtype="float64")
    model.predict(X)
    model.evaluate(X, y)
    assert not model["running_mean1"].any()
    model.fit(X, y, batch_size=None, epochs=1)
    model.fit(2 * X, y, batch_size=None, epochs=1)
    mean = 0.9 * (0.1 * X.mean(axis=0)) + 0.1 * (2 * X).mean(axis=0)
    np.testing.assert_allclose(model["running_mean1"], mean, rtol=1e-12)
    var = 0.9 * (0.9 + 0.1 * X.var(axis=0, ddof=1)) + 0.1 * (2 * X).var(axis=0, ddof=1)
    np.testing.assert_allclose(model["running_var1"], var, rtol=1e-12)


# ---- the same layer twice ----
def test_one_layer_object_in_several_places_has_several_parameters() -> None:
    dense = sw.Dense(3, activation="tanh")
    X, y = rows(classes=3)
    model = sw.Sequential([dense] * 3, input_shape=3)
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    model.fit(X, y, epochs=1)
    kernels = [model[f"W{k}"] for k in (1, 2, 3)]
    assert not np.array_equal(kernels[0], kernels[1])
    assert not np.array_equal(kernels[1], kernels[2])


def test_models_share_nothing() -> None:
    """Two models of the same description load the same text, not the same numbers."""
    X, y = rows()
    first, second = classifier(), classifier()
    before = snapshot(second)
    first.fit(X, y, epochs=2)
    assert snapshot(second) == before


def test_the_arrays_stay_in_place_while_training() -> None:
    """Parameters are views of one flat vector, before and after."""
    X, y = rows()
    model: Any = classifier(optimizer="Adam")
    model.fit(X, y, epochs=2)
    for storage in model.run.state.storages:
        assert all(np.shares_memory(view, storage.flat) for view in storage.views.values())
        assert sum(view.size for view in storage.views.values()) == storage.flat.size


class Counter:
    """State that only training reads."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        steps = scope.state("steps", (1,))
        scope.update(steps, steps + 1)
        return x


def test_compiling_again_keeps_state_that_only_training_reads() -> None:
    model = sw.Sequential([Counter(), sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", seed=0)
    model.fit(np.ones((8, 2)), np.ones(8), epochs=3, batch_size=4)
    model.compile("mean_squared_error", seed=0)
    assert model["steps1"] == 6


def test_predictions_that_are_not_finite_are_said() -> None:
    """By their values: the flag of NumPy's matmul gives false alarms, and is ignored."""
    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", seed=0)
    model["W1"] = [[np.inf], [-np.inf]]
    with pytest.warns(RuntimeWarning, match="predict gives numbers that are not finite"):
        model.predict(np.ones((1, 2)))
