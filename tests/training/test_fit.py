"""fit: what it counts, what it continues, and what must never change a bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.training import loop
from tests.training import Array, classifier, everything, refused, rows, snapshot

NO_STEP = sw.SGD(1e-12)
"""So small a rate that all batches meet the same parameters."""


def by_hand(model: sw.Sequential, X: Array, y: Array, sizes: Sequence[int]) -> list[float]:
    """The losses of batches in the order of the rows."""
    ends = np.cumsum(sizes)
    return [model.evaluate(X[b - a : b], y[b - a : b])["loss"] for a, b in zip(sizes, ends)]  # noqa: B905


# ---- what the numbers of an epoch mean ----
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("batch_size", [1, 4, 10])
def test_the_loss_of_an_epoch_is_the_mean_over_rows(reduction: str, batch_size: int) -> None:
    X, y = rows()
    model = classifier(optimizer=NO_STEP, reduction=reduction, dtype="float64")
    expected = model.evaluate(X, y)["loss"]
    history = model.fit(X, y, batch_size=batch_size, epochs=2)
    assert history["loss"] == pytest.approx([expected, expected], rel=1e-6)


def test_a_mean_of_the_batches_would_be_another_number() -> None:
    """The data of the test above can tell a wrong weighting of the last, smaller batch."""
    X, y = rows()
    model = classifier(dtype="float64")
    losses = by_hand(model, X, y, [4, 4, 2])
    whole = model.evaluate(X, y)["loss"]
    assert np.average(losses, weights=[4, 4, 2]) == pytest.approx(whole, rel=1e-12)
    assert abs(np.mean(losses) - whole) > 1e-3


def test_the_accuracy_of_an_epoch_is_the_mean_over_rows() -> None:
    X, y = rows(n=11)
    model = classifier(optimizer=NO_STEP, metrics=["accuracy"])
    expected = model.evaluate(X, y)["accuracy"]
    assert expected == np.mean(model.predict_classes(X) == y)
    assert model.fit(X, y, batch_size=4, epochs=1)["accuracy"][0] == pytest.approx(expected)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_the_penalty_is_part_of_the_loss(reduction: str) -> None:
    X, y = rows()
    model = classifier(
        optimizer=NO_STEP, regularizer=sw.L2(0.3), reduction=reduction, dtype="float64"
    )
    squares = sum((model[name] ** 2).sum() for name in ("W1", "W2"))
    history = model.fit(X, y, batch_size=4, epochs=1)
    # three batches: each adds n_b * l2 / (2 n_b) * squares, or as a sum l2 / 2 * squares
    assert history["penalty"][0] == pytest.approx(3 * 0.3 / 2 * squares / 10, rel=1e-9)
    data_loss = history["loss"][0] - history["penalty"][0]
    assert data_loss == pytest.approx(model.evaluate(X, y)["loss"], rel=1e-6)


def test_validation_is_evaluate_after_each_epoch() -> None:
    X, y = rows(20)
    model = classifier(sw.Dropout(0.5), regularizer=sw.L2(1.0), metrics=["accuracy"])
    seen = []
    history = model.fit(
        X, y, epochs=3, validation_data=(X[:7], y[:7]),
        callbacks=[lambda m: seen.append(m.evaluate(X[:7], y[:7]))],
    )  # fmt: skip
    assert history["val_loss"] == [result["loss"] for result in seen]
    assert history["val_accuracy"] == [result["accuracy"] for result in seen]
    assert set(history) == {"loss", "penalty", "accuracy", "val_loss", "val_accuracy"}


def test_validation_changes_nothing() -> None:
    X, y = rows(20)
    plain, watched = classifier(sw.Dropout(0.5)), classifier(sw.Dropout(0.5))
    plain.fit(X, y, epochs=2, batch_size=6)
    watched.fit(X, y, epochs=2, batch_size=6, validation_data=(X * 2, np.eye(4)[y]))
    assert snapshot(plain) == snapshot(watched)


# ---- validation_split ----
@pytest.mark.parametrize(
    ("n", "split", "kept"), [(20, 0.2, 4), (20, 0.25, 5), (10, 0.9, 9), (10, 0.01, 1), (11, 0.3, 4)]
)
def test_validation_split_takes_the_last_rows(n: int, split: float, kept: int) -> None:
    X, y = rows(n)
    models = [classifier(sw.Standardize(), sw.Dense(5), metrics=["accuracy"]) for _ in range(2)]
    models[0].fit(X, y, epochs=2, batch_size=3, validation_split=split)
    apart = X[-kept:], y[-kept:]
    models[1].fit(X[:-kept], y[:-kept], epochs=2, batch_size=3, validation_data=apart)
    assert snapshot(models[0]) == snapshot(models[1])
    assert models[0].history.history == models[1].history.history


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"validation_split": 1.0}, ("validation_split < 1", "1.0")),
        ({"validation_split": -0.1}, ("validation_split < 1",)),
        ({"validation_split": "0.2"}, ("validation_split",)),
        ({"validation_split": None}, ("validation_split",)),
        ({"validation_split": 0.999}, ("0.999 of 10", "another share")),
        ({"validation_split": 0.2, "validation_data": ()}, ("both", "leave one")),
    ],
    ids=str,
)
def test_a_split_that_cannot_be(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    X, y = rows()
    model = classifier()
    before = everything(model)
    refused(lambda: model.fit(X, y, **settings), ValueError, *words)
    assert everything(model) == before


def test_a_written_program_splits_the_rows_as_the_fit_did(tmp_path: Path) -> None:
    X, y = rows(20)
    model = classifier()
    model.fit(X, y, epochs=1, validation_split=0.2)
    model.write(tmp_path / "again.py", data=(X, y))
    arrays = np.load(tmp_path / "again.npz")
    assert (len(arrays["X_train"]), len(arrays["X_val"])) == (16, 4)
    assert np.array_equal(arrays["X_val"], X[16:])
    assert np.array_equal(arrays["y_val"], y[16:])


# ---- batches and order ----
@pytest.mark.parametrize("batch_size", [None, 10, 11, 10**12, np.int64(10)])
def test_all_rows_at_once(batch_size: Any) -> None:
    """One step an epoch, and its gradient is that of all rows."""
    X, y = rows()
    model = classifier(dtype="float64")
    trace = model.trace(X, y)
    model.fit(X, y, batch_size=batch_size, epochs=1, shuffle=False)
    assert snapshot(model)["t"] == 1
    np.testing.assert_allclose(model["W1"], trace["W1"] - 0.1 * trace["dW1"], rtol=1e-12)


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 10), (3, 4), (4, 3), (5, 2), (9, 2)])
def test_steps_of_an_epoch(batch_size: int, steps: int) -> None:
    X, y = rows()
    model = classifier(optimizer="Adam")
    model.fit(X, y, batch_size=batch_size, epochs=2)
    assert snapshot(model)["t"] == 2 * steps


def test_without_shuffle_the_rows_come_as_they_stand() -> None:
    X, y = rows(7)
    whole, parts = classifier(), classifier()
    whole.fit(X, y, batch_size=3, epochs=1, shuffle=False)
    for start in (0, 3, 6):
        parts.fit(X[start : start + 3], y[start : start + 3], epochs=1, shuffle=False)
    assert {**snapshot(whole), "epoch": 3} == snapshot(parts)


def test_with_shuffle_each_epoch_has_its_own_order() -> None:
    """Every row once an epoch, in another order than that of the rows and of the other epoch."""
    X, y = rows(12)
    orders = [documented_order(0, epoch, 12) for epoch in (0, 1)]
    assert all(sorted(order) == list(range(12)) for order in orders)
    assert len({tuple(range(12)), *(tuple(order) for order in orders)}) == 3
    shuffled, arranged = classifier(), classifier()
    shuffled.fit(X, y, batch_size=5, epochs=2)
    for order in orders:
        arranged.fit(X[order], y[order], batch_size=5, epochs=1, shuffle=False)
    assert snapshot(shuffled) == snapshot(arranged)


def documented_order(seed: int, epoch: int, n: int) -> Array:
    """As the design says it: NumPy's generator of the seed, stream 1 (ORDER) and the epoch."""
    sequence = np.random.SeedSequence(seed, spawn_key=(1, epoch))
    return np.random.default_rng(sequence).permutation(n)


# ---- going on ----
NETWORKS = {
    "plain": (sw.Dense(5, activation="relu"),),
    "dropout": (sw.Dropout(0.3), sw.Dense(5, activation="tanh"), sw.Dropout(0.5)),
    "batchnorm": (sw.Standardize(), sw.Dense(5), sw.BatchNorm(), sw.Activation("relu")),
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_five_times_one_epoch_is_five_epochs(layers: tuple[Any, ...]) -> None:
    X, y = rows(23)
    once, often = (
        classifier(*layers, optimizer="Adam", regularizer=sw.L2(0.1), metrics=["accuracy"])
        for _ in range(2)
    )
    once.fit(X, y, batch_size=4, epochs=5)
    for _ in range(5):
        often.fit(X, y, batch_size=4, epochs=1)
    assert snapshot(once) == snapshot(often)
    assert once.history.history == often.history.history
    assert once.history.epoch == often.history.epoch == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seconds", [0.0, 1e9])
@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_chunks_never_change_a_bit(
    layers: tuple[Any, ...], seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = rows(200)
    usual, other = (
        classifier(*layers, optimizer="Adam", regularizer=sw.L1(0.1), metrics=["accuracy"])
        for _ in range(2)
    )
    usual.fit(X, y, batch_size=3, epochs=3)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
    other.fit(X, y, batch_size=3, epochs=3)
    assert snapshot(usual) == snapshot(other)
    assert usual.history.history == other.history.history


def test_chunks_are_cut_as_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise the test above would compare one thing with itself."""
    order = np.arange(200)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 0.0)
    engine = classifier(sw.Dense(4)).ready("fit").engine()
    small = [len(chunk) for chunk in loop.chunks(engine, order, 3)]
    monkeypatch.setattr(loop, "CHUNK_SECONDS", 1e9)
    large = [len(chunk) for chunk in loop.chunks(engine, order, 3)]
    assert small == [3] * 66 + [2]
    assert large == [3, 24, 173]


def test_learning_happens() -> None:
    data = sw.datasets.moons(seed=0)
    model = sw.Sequential([sw.Dense(16, activation="tanh"), sw.Dense(2)])
    model.compile("cross_entropy", sw.Adam(0.02), metrics=["accuracy"], seed=0)
    history = model.fit(data.X_train, data.y_train, epochs=30, batch_size=16)
    assert history["loss"][-1] < 0.1 * history["loss"][0]
    assert model.evaluate(data.X_test, data.y_test)["accuracy"] > 0.98


# ---- what is trained ----
def test_a_frozen_layer_stays_as_it_is() -> None:
    X, y = rows()
    model = classifier(sw.Dense(5, activation="relu", trainable=False), regularizer=sw.L2(0.1))
    before = model.parameters
    model.fit(X, y, epochs=2)
    for name, array in model.parameters.items():
        assert (array.tobytes() == before[name].tobytes()) == (name in ("W1", "b1")), name
    assert "dW1" not in model.source()


def test_a_network_without_anything_to_train() -> None:
    X, y = rows(d=3, classes=3)
    model = sw.Sequential([sw.Rescale(0.5)], input_shape=3)
    model.compile("cross_entropy", seed=0)
    history = model.fit(X, y, epochs=2)
    assert history["loss"][0] == pytest.approx(history["loss"][1]) == model.evaluate(X, y)[0]


def test_the_shape_comes_from_the_first_data() -> None:
    X, y = rows()
    unknown = sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)])
    unknown.compile("cross_entropy", sw.SGD(0.1), seed=0)
    unknown.fit(X, y, epochs=2)
    known = classifier()
    known.fit(X, y, epochs=2)
    assert unknown.description.input_shape == (3,)
    assert snapshot(unknown) == snapshot(known)


# ---- a batch of one row ----
@pytest.mark.parametrize(("n", "batch_size"), [(10, 1), (10, 3), (9, 8), (1, None), (1, 32)])
def test_batchnorm_refuses_a_batch_of_one_before_any_step(n: int, batch_size: Any) -> None:
    X, y = rows(n)
    model = classifier(sw.Standardize(), sw.Dense(5), sw.BatchNorm())
    before = everything(model)
    refused(
        lambda: model.fit(X, y, batch_size=batch_size), ValueError,
        "at least 2 rows", "BatchNorm", f"{n} rows by", "batch_size",
    )  # fmt: skip
    assert everything(model) == before


def test_batchnorm_of_images_takes_one_image() -> None:
    rng = np.random.default_rng(0)
    model = sw.Sequential([sw.BatchNorm(), sw.Flatten(), sw.Dense(2)], input_shape=(4, 4, 1))
    model.compile("cross_entropy", sw.SGD(0.01), seed=0)
    history = model.fit(rng.normal(size=(3, 4, 4, 1)), [0, 1, 0], batch_size=1, epochs=1)
    assert np.isfinite(history["loss"]).all()


# ---- display ----
def test_verbose_2_prints_a_line_an_epoch(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = rows()
    history = classifier().fit(X, y, epochs=2, verbose=2)
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"epoch {i + 1}: loss {loss:.4f}" for i, loss in enumerate(history["loss"])]


@pytest.mark.parametrize("verbose", [0, "auto"])
def test_elsewhere_nothing_is_printed(verbose: Any, capsys: pytest.CaptureFixture[str]) -> None:
    X, y = rows()
    classifier().fit(X, y, epochs=2, verbose=verbose)
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
