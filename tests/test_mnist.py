"""MNIST, where the file is: the promise of the README."""

from __future__ import annotations

import os

import pytest

import scratchwork as sw


@pytest.mark.compiled
@pytest.mark.skipif("SCRATCHWORK_MNIST" not in os.environ, reason="SCRATCHWORK_MNIST is not set")
def test_a_perceptron_reaches_97_5_percent_within_ten_epochs() -> None:
    data = sw.datasets.mnist(seed=0)
    layers = [sw.Rescale(1 / 255), sw.Flatten(), sw.Dense(128, activation="relu")]
    model = sw.Sequential([*layers, sw.Dense(64, activation="relu"), sw.Dense(10)])
    model.compile(loss="cross_entropy", optimizer=sw.Adam(1e-3), metrics=["accuracy"], seed=0)
    model.fit(data.X_train, data.y_train, batch_size=64, epochs=10)
    assert model.evaluate(data.X_test, data.y_test)["accuracy"] >= 0.975


@pytest.mark.compiled
@pytest.mark.skipif("SCRATCHWORK_MNIST" not in os.environ, reason="SCRATCHWORK_MNIST is not set")
def test_a_lenet_with_batch_normalisation_learns_in_two_epochs() -> None:
    data = sw.datasets.mnist(seed=0)
    layers = [sw.Rescale(1 / 255), sw.Conv2D(6, 5, padding="same", use_bias=False), sw.BatchNorm()]
    layers += [sw.Activation("relu"), sw.MaxPool2D(2), sw.Conv2D(16, 5, "relu"), sw.MaxPool2D(2)]
    layers += [sw.Flatten(), sw.Dense(120, "relu"), sw.Dense(84, "relu"), sw.Dense(10)]
    model = sw.Sequential(layers)
    model.compile(loss="cross_entropy", optimizer=sw.Adam(1e-3), metrics=["accuracy"], seed=0)
    X, y = data.X_train[:6000, ..., None], data.y_train[:6000]
    model.fit(X, y, batch_size=64, epochs=2)
    assert model.evaluate(data.X_test[:2000, ..., None], data.y_test[:2000])["accuracy"] > 0.93
    assert model.verify(X[:6], y[:6])
