"""What a user may bring and nothing of ours does: layers, losses, metrics, optimizers.

Each has something that a compiled text must be careful with: a sum over another axis, an array that
is read turned, a number that all rows make together, a draw of another shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork import Value

Build = Callable[[Value, sw.Scope], Value]


@dataclass(frozen=True)
class Own:
    """A layer made of a function, shown by its name."""

    function: Build

    def build(self, x: Value, scope: sw.Scope) -> Value:
        return self.function(x, scope)


def square(x: Value, scope: sw.Scope, name: str = "W") -> Value:
    """A parameter of as many rows as columns."""
    return scope.parameter(name, (x.shape[-1], x.shape[-1]), sw.Normal(0.5), kernel=True)


# ---- matrices turned, and used twice ----
def turned(x: Value, scope: sw.Scope) -> Value:
    """W.T in a product, in arithmetic, and of something that is computed."""
    W = square(x, scope)
    return np.tanh(x @ W.T + x @ (W * W.T) + x @ (W * 0.3 + 1).T)


def symmetric(x: Value, scope: sw.Scope) -> Value:
    """The sum of a matrix and its transpose, entry by entry: no entry is read where it is made."""
    W = square(x, scope)
    S = np.tanh(W) * 2
    return x @ (S + S.T) / 4


def turned_and_reshaped(x: Value, scope: sw.Scope) -> Value:
    W = scope.parameter("W", (x.shape[1], 2), sw.Normal(0.5))
    return x + W.T.reshape(x.shape[1] * 2).sum() * W.reshape(2, x.shape[1]).sum(axis=0)


def unit_weights(x: Value, scope: sw.Scope) -> Value:
    """Weight normalisation: all of W by its length."""
    W, g = square(x, scope), scope.parameter("g", (1,), sw.Constant(1.5))
    return x @ (W * (g / np.sqrt((W**2).sum() + 1e-3)))


def unit_columns(x: Value, scope: sw.Scope) -> Value:
    """Each column of W by its length, as Salimans & Kingma 2016 do it."""
    W = scope.parameter("W", (x.shape[1], 4), sw.Normal(0.5), kernel=True)
    g = scope.parameter("g", (4,), sw.Constant(1.0))
    return np.tanh(x @ (W / np.sqrt((W**2).sum(axis=0)) * g))


def unit_rows(x: Value, scope: sw.Scope) -> Value:
    W = square(x, scope)
    return x @ (W / (1 + abs(W).max(axis=1, keepdims=True)) - W.mean(axis=1, keepdims=True))


def used_twice(x: Value, scope: sw.Scope) -> Value:
    """One parameter in two products of different rows, so that its gradient has two parts."""
    W = square(x, scope)
    return np.tanh(np.tanh(x @ W) @ W) + np.maximum(x @ W, 0)


def product_of_parameters(x: Value, scope: sw.Scope) -> Value:
    """Nothing of the product has rows: it is made before them, its gradients behind."""
    U = scope.parameter("U", (x.shape[1], 2), sw.Normal(0.5))
    V = scope.parameter("V", (2, x.shape[1]), sw.Normal(0.5))
    return x @ (U @ V) + np.tanh(U @ V).sum(axis=0)


def softmax_of_a_parameter(x: Value, scope: sw.Scope) -> Value:
    """Weights that sum to 1, over both axes of a parameter."""
    W = square(x, scope)
    E, F = np.exp(W), np.exp(W - W.max(axis=0))
    return x @ (E / E.sum(axis=1, keepdims=True)) + x @ (F / F.sum(axis=0))


# ---- more axes ----
def outer(x: Value, scope: sw.Scope) -> Value:
    """Each row's outer product with itself, (n, h, h), summed over either axis."""
    b = scope.parameter("b", (x.shape[1],), sw.Normal(0.3))
    C = x.reshape(-1, x.shape[1], 1) * (x + b).reshape(-1, 1, x.shape[1]) if False else outer_of(x, x + b)
    return np.tanh(C).sum(axis=1) + (C * C).mean(axis=2)


def outer_of(a: Value, b: Value) -> Value:
    """(n, h), (n, h) -> (n, h, h)."""
    from scratchwork.program.primitives import expand_dims

    return expand_dims(a, 2) * expand_dims(b, 1)
