"""The article's method, written anew from its description: gradient and accuracy as published.

A network is ``[None, W1, W2, W3]`` with W1 (128, 784), W2 (64, 128), W3 (10, 64), as there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scratchwork.datasets import one_hot
from scratchwork.model import Sequential

Weights = list[Any]
BLOCK = 500
"""Images whose products with W1 are made at a time."""


def sigmoid(Z: Any, derivative: bool = False) -> Any:
    """As published; the derivative is inf / inf below -710, where e**-Z is too large."""
    if derivative:
        return np.exp(-Z) / (np.exp(-Z) + 1) ** 2
    return 1 / (1 + np.exp(-Z))


def softmax(Z: Any) -> Any:
    """Over the last axis; the maximum is taken off before."""
    E = np.exp(Z - Z.max(axis=-1, keepdims=True))
    return E / E.sum(axis=-1, keepdims=True)


def weights_of(dnn: Sequential) -> Weights:
    """The numbers that a network of ours begins with, in the article's layout."""
    return [None, *(dnn[f"W{k}"].T.astype(np.float64) for k in (1, 2, 3))]


# ---- one network, one image ----
def forward(W: Weights, x: Any) -> tuple[Weights, Weights]:
    """Z and A of every layer for one image x (784,); A[0] is x."""
    Z, A = [None], [x]
    for k in (1, 2, 3):
        Z.append(np.dot(W[k], A[-1]))
        A.append(softmax(Z[k]) if k == 3 else sigmoid(Z[k]))
    return Z, A


def gradients(W: Weights, x: Any, y: Any, repaired: bool = False) -> Weights:
    """A number for each matrix, as published; repaired a matrix for each.

    np.dot of two vectors is a number, and each ``error`` is as long as the activations of its own
    layer. The gradient is np.outer of the error and the activations of the layer before.
    """
    Z, A = forward(W, x)
    changes: Weights = [None] * 4
    error = A[3] - y
    for k in (3, 2, 1):
        changes[k] = np.outer(error, A[k - 1]) if repaired else np.dot(error, A[k])
        if k > 1:
            error = np.dot(W[k].T, error) * sigmoid(Z[k - 1], derivative=True)
    return changes


def update(W: Weights, changes: Weights, l_rate: float) -> None:
    """Row by row, as published, which a matrix does not fit; then all rows at once."""
    for matrix, change in zip(W[1:], changes[1:], strict=True):
        if np.ndim(change):
            matrix -= l_rate * change
        else:
            for row in matrix:
                row -= l_rate * change


# ---- many networks at a time ----
@dataclass(frozen=True)
class ThreeNumbers:
    """As published, all that a network learns is a number for each matrix, the same in every entry.

    So W @ a is W0 @ a - c * a.sum(), with W0 the first weights, and many networks go through
    the images side by side. ``W`` has their first weights, ``c`` (networks, 3) what they learned.
    """

    W: Weights
    c: Any

    @classmethod
    def of(cls, networks: Sequence[Weights]) -> ThreeNumbers:
        """Networks at their beginning."""
        stacked = [np.stack([W[k] for W in networks]) for k in (1, 2, 3)]
        return cls([None, *stacked], np.zeros((len(networks), 3)))

    def train(self, x: Any, y: Any, l_rate: float = 0.001) -> None:
        """One epoch: every image once, in its order."""
        W, c, targets = self.W, self.c, one_hot(y, 10)
        W2_T, W3_T = (np.ascontiguousarray(W[k].transpose(0, 2, 1)) for k in (2, 3))
        for total, first, Y in zip(sums(x), self.first_products(x), targets, strict=True):
            Z1 = first - c[:, :1] * total
            A1 = sigmoid(Z1)
            Z2 = product(W[2], A1) - c[:, 1:2] * sums(A1)
            A2 = sigmoid(Z2)
            A3 = softmax(product(W[3], A2) - c[:, 2:] * sums(A2))
            error3 = A3 - Y
            error2 = product(W3_T, error3) - c[:, 2:] * sums(error3)
            error2 *= sigmoid(Z2, derivative=True)
            error1 = product(W2_T, error2) - c[:, 1:2] * sums(error2)
            error1 *= sigmoid(Z1, derivative=True)
            changes = [sums(error1 * A1), sums(error2 * A2), sums(error3 * A3)]
            c += l_rate * np.concatenate(changes, axis=1)

    def first_products(self, x: Any) -> Iterator[Any]:
        """W1 @ x of each image in turn, for all networks: (networks, 128)."""
        networks, units, pixels = self.W[1].shape
        W1 = self.W[1].reshape(-1, pixels).T
        for i in range(0, len(x), BLOCK):
            yield from (x[i : i + BLOCK] @ W1).reshape(-1, networks, units)

    def predict(self, x: Any) -> Any:
        """The class that each network answers for each image (networks, n)."""
        answers = []
        for i, c in enumerate(self.c):
            A = x
            for k in (1, 2, 3):
                Z = A @ self.W[k][i].T - c[k - 1] * sums(A)
                A = sigmoid(Z)  # of the last layer the largest output counts alone
            answers.append(Z.argmax(axis=1))
        return np.stack(answers)


def product(W: Any, A: Any) -> Any:
    """W @ a for each network."""
    return (W @ A[..., None])[..., 0]


def sums(A: Any) -> Any:
    """Of each row, as a column."""
    return A.sum(axis=1, keepdims=True, dtype=np.float64)


# ---- the accuracy ----
def published_accuracy(predicted: Any, y: Any, classes: int = 10) -> float:
    """Class number == one-hot row; summed over the images, divided by 100, mean of ten columns."""
    hits = np.asarray(predicted)[:, None] == one_hot(y, classes)
    return float(np.average(hits.sum(axis=0) / 100.0))


def share_right(predicted: Any, y: Any) -> float:
    """The accuracy, in percent."""
    return 100 * float(np.mean(np.asarray(predicted) == np.asarray(y)))
