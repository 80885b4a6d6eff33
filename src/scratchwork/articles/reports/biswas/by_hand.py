"""The article's method in NumPy: examples as columns, one-hot labels, all of them at once."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from scratchwork.articles import biswas
from scratchwork.engines.team import cores

from .runs import EPSILON, Data

Array = NDArray[Any]
Numbers = dict[str, Array]


def turned(model: Any) -> Numbers:
    """The numbers of our network in the article's shapes: W (outputs, inputs), b (outputs, 1)."""
    return {
        name: array.T.copy() if array.ndim == 2 else array[:, None].copy()
        for name, array in model.parameters.items()
    }


def iteration(p: Numbers, X: Array, E: Array, epsilon: float = EPSILON) -> float:
    """Forward, backward and update at rate 0.1; the loss before it."""
    m = X.shape[1]
    A1 = p["W1"] @ X + p["b1"]
    H1 = np.maximum(0, A1)
    A2 = p["W2"] @ H1 + p["b2"]
    H2 = np.maximum(0, A2)
    A3 = p["W3"] @ H2 + p["b3"]
    exponentials = np.exp(A3 - A3.max(axis=0, keepdims=True))
    Y_hat = exponentials / exponentials.sum(axis=0, keepdims=True)
    d_A3 = (Y_hat - E) / m
    d_A2 = (p["W3"].T @ d_A3) * (A2 > 0)
    d_A1 = (p["W2"].T @ d_A2) * (A1 > 0)
    for k, (d_A, H) in enumerate(((d_A1, X), (d_A2, H1), (d_A3, H2)), start=1):
        p[f"W{k}"] -= 0.1 * (d_A @ H.T)
        p[f"b{k}"] -= 0.1 * d_A.sum(axis=1, keepdims=True)
    return float(-np.mean(np.sum(E * np.log(Y_hat + epsilon), axis=0)))


def one_hot(y: Array) -> Array:
    """Image by image, as there."""
    E = np.empty((10, len(y)))
    for i in range(len(y)):
        E[:, i] = np.arange(10) == y[i]
    return E


def largest_difference(data: Data, rows: int = 1000, iterations: int = 20) -> float:
    """Between the losses of the two ways, from the same numbers in float64, without the 1e-8."""
    X, y = data.X[:rows], data.y[:rows]
    model = biswas.network(X.shape[1])
    p, E = turned(model), one_hot(y)
    theirs = [iteration(p, X.T, E, 0.0) for _ in range(iterations)]
    ours = model.fit(X, y, batch_size=None, epochs=iterations, shuffle=False, verbose=0)["loss"]
    return float(np.abs(np.array(ours) - theirs).max())


def seconds_an_iteration(
    data: Data, dtype: Any, rounds: int, iterations: int
) -> tuple[float, float]:
    """Of the article's way, BLAS on one or all processors, and of ours: the fastest of some."""
    X, E = data.X.astype(dtype), one_hot(data.y).astype(dtype)
    model = biswas.network(X.shape[1], dtype=dtype)
    p, turned_X = turned(model), np.ascontiguousarray(X.T)
    times = []
    for threads in [1, cores()] * rounds:
        with threadpool_limits(threads, "blas"):
            begin = time.perf_counter()
            iteration(p, turned_X, E)
            times.append(time.perf_counter() - begin)
    return min(times), ours(model, X, data.y, 2 * rounds, iterations)


def ours(model: Any, X: Array, y: Array, rounds: int, iterations: int) -> float:
    """Of a fit that is stopped after some iterations, so that its engine is that of the whole."""
    ends: list[float] = []

    def enough(model: Any) -> bool:
        ends.append(time.perf_counter())
        return len(ends) > rounds

    model.fit(
        X, y, batch_size=None, epochs=iterations, shuffle=False, callbacks=[enough], verbose=0
    )
    return float(np.diff(ends).min())
