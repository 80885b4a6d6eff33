"""The data of all workloads, as files that every worker reads without using more memory."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .workloads import Workload

Array = npt.NDArray[Any]


def write_data(folder: Path, names: set[str]) -> None:
    """Write X and y of each of these data sets."""
    for name in sorted(names):
        X, y = MAKERS[name]()
        np.save(folder / f"{name}_X.npy", np.ascontiguousarray(X, np.float32))
        np.save(folder / f"{name}_y.npy", y)


def read_data(folder: Path, name: str) -> tuple[Array, Array]:
    """X (n, ...) float32 and y; classes (n,) or targets (n, 1)."""
    return np.load(folder / f"{name}_X.npy"), np.load(folder / f"{name}_y.npy")


def mnist() -> tuple[Array, Array]:
    """All 60,000 training images as rows in [0, 1]."""
    data: Any = import_module("scratchwork").datasets.mnist()
    X = np.concatenate([data.X_train, data.X_val])
    y = np.concatenate([data.y_train, data.y_val]).astype(np.int64)
    return X.reshape(len(X), -1).astype(np.float32) / np.float32(255), y


def mnist_images() -> tuple[Array, Array]:
    X, y = mnist()
    return X.reshape(-1, 28, 28, 1), y


def mnist_shifted() -> tuple[Array, Array]:
    """The same in [-0.5, 0.5]: not one pixel is zero."""
    X, y = mnist()
    return X - np.float32(0.5), y


def moons() -> tuple[Array, Array]:
    """3,750 points of scikit-learn's two moons."""
    sets: Any = import_module("sklearn.datasets")
    selection: Any = import_module("sklearn.model_selection")
    X, y = sets.make_moons(n_samples=5000, random_state=42, noise=0.1)
    X, _, y, _ = selection.train_test_split(X, y, random_state=42)
    return X, y.astype(np.int64)


def digits() -> tuple[Array, Array]:
    """The training rows of the small digits in [0, 1]."""
    data: Any = import_module("scratchwork").datasets.digits(seed=0)
    return data.X_train / 16, data.y_train.astype(np.int64)


def table() -> tuple[Array, Array]:
    """100,000 rows of 30 columns, and a target that is no linear function of them."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((100_000, 30))
    y = np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.1 * rng.standard_normal(len(X))
    return X, y[:, None].astype(np.float32)


ALL = (mnist, mnist_images, mnist_shifted, moons, digits, table)
MAKERS = {each.__name__: each for each in ALL}


def starting_weights(workload: Workload) -> list[Array]:
    """W1, b1, W2, ... that every peer begins with; a kernel is (inputs, outputs)."""
    rng = np.random.default_rng(1)
    weights = []
    for _, inputs, outputs in workload.kernels():
        limit = np.sqrt(6 / (inputs + outputs))
        weights.append(rng.uniform(-limit, limit, (inputs, outputs)).astype(np.float32))
        weights.append(np.zeros(outputs, np.float32))
    return weights


def loss_of(workload: Workload, Z: Array, y: Array) -> float:
    """The mean loss of raw outputs Z, by one formula for all peers."""
    Z = Z.astype(np.float64)
    if workload.loss == "mean_squared_error":
        return float(((Z - y) ** 2).mean())
    S = Z - Z.max(axis=1, keepdims=True)
    return float((np.log(np.exp(S).sum(axis=1)) - S[np.arange(len(y)), y]).mean())
