"""The article's method in NumPy: softmax and labels row by row, a dict of parameters."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scratchwork.articles import tae

Array = NDArray[Any]
Numbers = dict[str, Array]


def init_network(n_hidden: int, seed: int = 0) -> Numbers:
    """Everything N(0, 1)."""
    rng = np.random.default_rng(seed)
    shapes = {"W1": (2, n_hidden), "b1": (n_hidden,), "W2": (n_hidden, 2), "b2": (2,)}
    return {name: rng.standard_normal(shape) for name, shape in shapes.items()}


def softmax(A: Array) -> Array:
    """Each row by itself, its largest number taken off first."""
    exponentials = [np.exp(row - row.max()) for row in A]
    return np.array([e / e.sum() for e in exponentials])


def one_hot(labels: Array) -> Array:
    """(1, 0) for class 0 and (0, 1) for class 1."""
    return np.array([[0, 1] if label else [1, 0] for label in labels])


def step(p: Numbers, X: Array, y: Array, alpha: float) -> None:
    """Forward, backward, and an update by the sum of the rows' gradients."""
    Z1 = np.maximum(X @ p["W1"] + p["b1"], 0)
    upward = one_hot(y) - softmax(Z1 @ p["W2"] + p["b2"])  # minus the gradient: it is added
    hidden = upward @ p["W2"].T
    hidden[Z1 <= 0] = 0
    p["W1"] += alpha * (X.T @ hidden)
    p["b1"] += alpha * hidden.sum(axis=0)
    p["W2"] += alpha * (Z1.T @ upward)
    p["b2"] += alpha * upward.sum(axis=0)


def fit(p: Numbers, X: Array, y: Array, batch_size: int = 10, alpha: float = 1e-4) -> Numbers:
    """One epoch, rows in their order."""
    for i in range(0, len(y), batch_size):
        step(p, X[i : i + batch_size], y[i : i + batch_size], alpha)
    return p


def seconds_an_epoch(n_hidden: int, batch_size: int) -> float:
    """The faster of two epochs."""
    times = []
    for seed in range(2):
        p, begin = init_network(n_hidden, seed), time.perf_counter()
        fit(p, tae.X_train, tae.y_train, batch_size)
        times.append(time.perf_counter() - begin)
    return min(times)


def largest_difference(seed: int = 0) -> float:
    """Between our parameters and these after an epoch from the same numbers, over all entries."""
    model = tae.network(seed=seed)
    ours = {name: array.copy() for name, array in model.parameters.items()}
    model.fit(tae.X_train, tae.y_train, batch_size=10, epochs=1, shuffle=False, verbose=0)
    theirs = fit(ours, tae.X_train, tae.y_train)
    return max(float(abs(theirs[name] - model[name]).max()) for name in theirs)
