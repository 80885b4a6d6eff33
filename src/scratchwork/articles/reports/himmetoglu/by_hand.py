"""The article's method, written anew: a column a digit, W (n_in, n_out), each layer a sigmoid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ....model import Sequential

Array = NDArray[Any]
Layers = list[tuple[Array, Array]]
"""(W, b) of each layer, b (n_out, 1)."""


def layers_of(network: Sequential) -> Layers:
    """The numbers that a network of ours begins with, in the article's layout."""
    return [(network[f"W{k}"], network[f"b{k}"][:, None]) for k in (1, 2, 3)]


def sigmoid(X: Array) -> Array:
    """As in the article: it overflows below -709."""
    return np.asarray(1 / (1 + np.exp(-X)))


def softmax(X: Array) -> Array:
    """Over each column."""
    E = np.exp(X - X.max(axis=0))
    return np.asarray(E / E.sum(axis=0))


def forward(layers: Layers, X: Array) -> tuple[list[Array], Array]:
    """A1 (the digits as columns), A2, A3, A4, and the probabilities P."""
    A = [X.T]
    for W, b in layers:
        A.append(sigmoid(W.T @ A[-1] + b))
    return A, softmax(A[-1])


def backward(layers: Layers, A: list[Array], P: Array, T: Array, lam: float) -> Layers:
    """(gW, gb) of each layer, summed over the digits: the article divides by N in the update."""
    gradients: Layers = []
    gY = P - np.eye(len(P))[:, T]
    for (W, _), inputs, Y in zip(layers[::-1], A[-2::-1], A[:0:-1], strict=True):
        gZ = Y * (1 - Y) * gY
        gradients.insert(0, (inputs @ gZ.T + lam * W, gZ.sum(axis=1, keepdims=True)))
        gY = W @ gZ
    return gradients


def loss(layers: Layers, P: Array, T: Array, lam: float) -> float:
    """Cross-entropy and penalty, each divided by the number of digits at hand."""
    penalty = 0.5 * lam * sum((W**2).sum() for W, _ in layers)
    return float((penalty - np.log(P[T, np.arange(len(T))] + 1e-30).sum()) / len(T))


def train(layers: Layers, X: Array, T: Array, lam: float, epochs: int) -> Iterator[float]:
    """Momentum 0.9, rate 0.2; a loss an epoch. ``layers`` are changed in place.

    As there, the cross-entropy is that before the update, the penalty that of the new weights.
    """
    velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in layers]
    for _ in range(epochs):
        A, P = forward(layers, X)
        gradients = backward(layers, A, P, T, lam)
        for layer, v, g in zip(layers, velocity, gradients, strict=True):
            for k in (0, 1):
                v[k][...] = 0.9 * v[k] - 0.2 * g[k] / len(T)
                layer[k][...] += v[k]
        yield loss(layers, P, T, lam)
