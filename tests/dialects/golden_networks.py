"""The networks whose printed programs are kept in tests/golden, to be read and reviewed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import scratchwork as sw

FOLDER = Path(__file__).parents[1] / "golden"


@dataclass(frozen=True)
class TiedAutoencoder:
    """V = tanh(X @ W + b) @ W.T + c: a user's layer, whose one matrix codes and decodes."""

    units: int

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        inputs = x.shape[1]
        kernel = sw.VarianceScaling(1.0, "fan_avg", "uniform")
        W = scope.parameter("W", (inputs, self.units), kernel, kernel=True)
        b = scope.parameter("b", (self.units,), sw.Constant(0.0))
        c = scope.parameter("c", (inputs,), sw.Constant(0.0))
        A = np.tanh((x @ W + b).named("Z")).named("A")  # type: ignore[call-overload] # recorded
        return (A @ W.T + c).named("V")


def two_layers() -> sw.Sequential:
    model = sw.Sequential([sw.Dense(16, activation="relu"), sw.Dense(3)], input_shape=2)
    model.compile(loss="cross_entropy", optimizer=sw.SGD(learning_rate=0.1), seed=0)
    return model


def deep() -> sw.Sequential:
    hidden = [sw.Dense(128, activation="relu"), sw.Dropout(0.1)]
    hidden += [sw.Dense(64, activation="tanh"), sw.Dropout(0.2)]
    model = sw.Sequential([sw.Rescale(1 / 16), *hidden, sw.Dense(10)], input_shape=64)
    model.compile(
        loss="cross_entropy",
        optimizer=sw.Adam(learning_rate=1e-3),
        regularizer=sw.L2(1e-4),
        metrics=["accuracy"],
        seed=0,
    )
    return model


def logistic_regression() -> sw.Sequential:
    model = sw.Sequential([sw.Standardize(), sw.Dense(1)], input_shape=30)
    model.compile(
        loss="binary_cross_entropy",
        optimizer=sw.SGD(learning_rate=0.1, momentum=0.9),
        metrics=["accuracy"],
        seed=0,
    )
    return model


def lenet() -> sw.Sequential:
    layers = [
        *(sw.Conv2D(6, 5, padding="same"), sw.BatchNorm(), sw.Activation("relu"), sw.MaxPool2D(2)),
        *(sw.Conv2D(16, 5), sw.BatchNorm(), sw.Activation("relu"), sw.MaxPool2D(2)),
        *(sw.Flatten(), sw.Dense(120, activation="relu"), sw.Dense(84, activation="relu")),
        sw.Dense(10),
    ]
    model = sw.Sequential(layers, input_shape=(28, 28, 1))
    rate = sw.ExponentialDecay(0.1, decay_rate=0.5, decay_steps=1000)
    model.compile(loss="cross_entropy", optimizer=sw.SGD(rate), metrics=["accuracy"], seed=0)
    return model


def averages() -> sw.Sequential:
    """Reshaped, padded, averaged and normalised; noise, and a kernel with its own penalty."""
    layers = [
        *(sw.GaussianNoise(0.05), sw.Reshape((8, 8, -1)), sw.ZeroPad2D()),
        *(sw.Conv2D(8, 3, "relu", kernel_regularizer=sw.L1(0.1)), sw.AveragePool2D(2)),
        *(sw.LayerNorm(), sw.Conv2D(16, 3, "relu"), sw.GlobalAveragePool2D(), sw.Dense(10)),
    ]
    model = sw.Sequential(layers, input_shape=64)
    model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), regularizer=sw.L2(1e-3), seed=0)
    return model


def tied_autoencoder() -> sw.Sequential:
    model = sw.Sequential([TiedAutoencoder(16)], input_shape=64)
    model.compile(loss="mean_squared_error", optimizer=sw.Adam(learning_rate=1e-3), seed=0)
    return model


def digits_784() -> sw.Sequential:
    model = sw.mlp([784, 128, 64, 10], activation="relu")
    model.compile(loss="cross_entropy", optimizer=sw.Adam(learning_rate=1e-3), seed=0)
    return model


GOLDEN: dict[str, Callable[[], sw.Sequential]] = {
    network.__name__: network
    for network in (
        two_layers,
        deep,
        logistic_regression,
        lenet,
        averages,
        tied_autoencoder,
        digits_784,
    )
}


def golden_files() -> dict[Path, str]:
    """Each golden file with the text that it should hold."""
    return {
        FOLDER / f"{name}.numpy.py": network().source("program") for name, network in GOLDEN.items()
    }
