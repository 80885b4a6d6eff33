"""The article's method, written anew: a column an image, W (n_out, n_in), float64.

The published gradient of the last bias is one number, the sum over all classes and images; the
softmax is without a shift. ``repaired=True`` has a bias gradient of its own for each class.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....model import Sequential

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]
"""(W, b) of each layer, b (n_out, 1)."""


def layers_of(model: Sequential) -> Layers:
    """The numbers of a network of ours, in the article's layout and float64."""
    count = len(model.parameters) // 2
    found = [(model[f"W{k}"].T, model[f"b{k}"][:, None]) for k in range(1, count + 1)]
    return [(W.astype(np.float64), b.astype(np.float64)) for W, b in found]


def softmax(Z: Array) -> Array:
    """As published: exp overflows above 709."""
    return np.asarray(np.exp(Z) / sum(np.exp(Z)))


def forward(layers: Layers, X: Array) -> list[Array]:
    """A0, the images as columns, to AL, the probabilities."""
    A = [X]
    for k, (W, b) in enumerate(layers, 1):
        Z = W @ A[-1] + b
        A.append(np.maximum(Z, 0) if k < len(layers) else softmax(Z))
    return A


def backward(layers: Layers, A: list[Array], Y: Array, repaired: bool) -> Layers:
    """(dW, db) of each layer; db of the last one is a number unless it is repaired."""
    m, dZ = Y.shape[1], A[-1] - Y
    gradients: Layers = []
    for k in reversed(range(len(layers))):
        last = k == len(layers) - 1
        db = dZ.sum(axis=1, keepdims=True) if repaired or not last else np.sum(dZ)
        gradients.insert(0, (dZ @ A[k].T / m, db / m))
        dZ = (layers[k][0].T @ dZ) * (A[k] > 0)
    return gradients


def train(
    layers: Layers, X: Array, y: Array, iterations: int, *, alpha: float = 0.1,
    repaired: bool = False,
) -> Iterator[tuple[float, float]]:  # fmt: skip
    """(loss, accuracy) before each update; ``layers`` are changed in place. X (n, pixels)."""
    columns, Y = X.T.astype(np.float64), np.eye(10)[y].T
    for _ in range(iterations):
        A = forward(layers, columns)
        P = np.clip(A[-1], 1e-12, 1 - 1e-12)
        loss = -np.mean(np.sum(Y * np.log(P), axis=0))
        for (W, b), (dW, db) in zip(layers, backward(layers, A, Y, repaired), strict=True):
            W -= alpha * dW
            b -= alpha * db
        yield float(loss), float(np.mean(A[-1].argmax(axis=0) == y))
