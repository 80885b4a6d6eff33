"""Layers of a user that do what none of ours does.

Each has something that a compiled text must be careful with: a sum over another axis, an array that
is read turned, a number that all rows make together, a draw of another shape.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

import scratchwork as sw
from scratchwork import Scope, Value

Build = Callable[[Value, Scope], Value]


@dataclass(frozen=True)
class Own:
    """A layer made of a function."""

    function: Build

    def build(self, x: Value, scope: Scope) -> Value:
        return self.function(x, scope)


def square(x: Value, scope: Scope, name: str = "W") -> Value:
    """A parameter of as many rows as columns."""
    return scope.parameter(name, (x.shape[-1], x.shape[-1]), sw.Normal(0.5), kernel=True)


# ---- matrices: turned, normalised, used twice ----
def turned(x: Value, scope: Scope) -> Value:
    """W.T in a product, in arithmetic, and of something that is computed."""
    W = square(x, scope)
    return np.tanh(x @ W.T + x @ (W * W.T) + x @ (W * 0.3 + 1).T)


def symmetric(x: Value, scope: Scope) -> Value:
    """A matrix and its transpose in one sum: an entry is read where it is not made."""
    S = np.tanh(square(x, scope)) * 2
    return x @ (S + S.T) / 4


def turned_and_reshaped(x: Value, scope: Scope) -> Value:
    """W.T does not lie in memory as it is read."""
    W = scope.parameter("W", (x.shape[1], 2), sw.Normal(0.5))
    V = np.tanh(W)
    return x + V.T.reshape(x.shape[1], 2).sum(axis=1) * W.T.reshape(x.shape[1], 2).mean(axis=1)


def unit_weights(x: Value, scope: Scope) -> Value:
    """All of W by its length."""
    W, g = square(x, scope), scope.parameter("g", (1,), sw.Constant(1.5))
    return x @ (W * (g / np.sqrt((W**2).sum() + 1e-3)))


def unit_columns(x: Value, scope: Scope) -> Value:
    """Each column of W by its length, as Salimans & Kingma 2016 do it."""
    W = scope.parameter("W", (x.shape[1], 4), sw.Normal(0.5), kernel=True)
    g = scope.parameter("g", (4,), sw.Constant(1.0))
    return np.tanh(x @ (W / np.sqrt((W**2).sum(axis=0)) * g))


def unit_rows(x: Value, scope: Scope) -> Value:
    W = square(x, scope)
    return x @ (W / (1 + abs(W).max(axis=1, keepdims=True)) - W.mean(axis=1, keepdims=True))


def used_twice(x: Value, scope: Scope) -> Value:
    """One parameter in two products of different rows: its gradient has parts."""
    W = square(x, scope)
    return np.tanh(np.tanh(x @ W) @ W) + np.maximum(x @ W, 0)


def product_of_parameters(x: Value, scope: Scope) -> Value:
    """What has no rows is made before them, its gradient behind."""
    U = scope.parameter("U", (x.shape[1], 2), sw.Normal(0.5))
    V = scope.parameter("V", (2, x.shape[1]), sw.Normal(0.5))
    return x @ (U @ V) + np.tanh(U @ V).sum(axis=0)


def softmax_of_a_parameter(x: Value, scope: Scope) -> Value:
    """Weights that sum to 1, over either axis of a parameter."""
    W = square(x, scope)
    E, G = np.exp(W), np.exp(W - W.max(axis=0))
    return x @ (E / E.sum(axis=1, keepdims=True)) + x @ (G / G.sum(axis=0))


def number_of_parameters(x: Value, scope: Scope) -> Value:
    """Numbers made of parameters alone, and a parameter that is a number."""
    W, c = square(x, scope), scope.parameter("c", (), sw.Constant(0.7))
    return c * x * W.sum() + np.tanh(c * W.max()) + W.min() / (1 + W.mean() ** 2)


# ---- more axes ----
def outer_product(x: Value, scope: Scope) -> Value:
    """Each row's outer product with itself, (n, h, h), summed over either axis."""
    h, b = x.shape[1], scope.parameter("b", x.shape[1:], sw.Normal(0.3))
    C = x.reshape(x.shape[0], h, 1) * (x + b).reshape(x.shape[0], 1, h)
    return np.tanh(C).sum(axis=1) + (C * C).mean(axis=2)


def softmax_of_another_axis(x: Value, scope: Scope) -> Value:
    """(n, h, c): over axis 1, and over both axes together."""
    Z = x * scope.parameter("g", x.shape[1:], sw.Normal(1.0))
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    G = np.exp(Z)
    return E / E.sum(axis=1, keepdims=True) + G / G.sum(axis=(1, 2), keepdims=True)


def mean_of_another_axis(x: Value, scope: Scope) -> Value:
    """(n, h, c) without its mean over axis 1, then (n, c)."""
    C = x * scope.parameter("g", x.shape[-1:], sw.Normal(1.0))
    C = C - C.mean(axis=1, keepdims=True)
    return (C**2).mean(axis=1) + np.tanh(C).sum(axis=1)


def extremes(x: Value, scope: Scope) -> Value:
    """(n, h, c): largest and smallest entries along each axis, and of a whole row."""
    Z = x * scope.parameter("g", x.shape[1:], sw.Normal(1.0))
    tops = Z.max(axis=1, keepdims=True) - Z.min(axis=2, keepdims=True)
    whole = Z.max(axis=(1, 2), keepdims=True) + Z.min(axis=(1, 2), keepdims=True)
    return tops * Z + whole


def broadcasts(x: Value, scope: Scope) -> Value:
    """(n, h) with (h,), (1, h), (n, 1), (1,) and numbers."""
    a = scope.parameter("a", (1, x.shape[1]), sw.Normal(0.5))
    b = scope.parameter("b", (1,), sw.Normal(0.5))
    m = x.mean(axis=1, keepdims=True)
    return np.where(x > m, a * x, m * b) + np.maximum(a, b) * np.minimum(x, 0.5) - (x <= b) * m


def arithmetic(x: Value, scope: Scope) -> Value:
    """Each function of numbers that a layer may use."""
    Z = x * scope.parameter("g", x.shape[1:], sw.Normal(1.0))
    A = np.sin(Z) + np.cos(2 * Z) + np.log1p(abs(Z)) + np.expm1(-abs(Z)) + np.sqrt(1 + Z**2)
    B = np.log(2 + np.tanh(Z)) + (1.5 + np.tanh(Z)) ** np.tanh(Z) + (1 + Z**2) ** 1.5 + Z**3
    return A + B / 3 + np.sign(Z) * Z - np.floor(Z) + 2 ** np.tanh(Z) + np.remainder(Z, 0.7)


def masks(x: Value, scope: Scope) -> Value:
    """Truth values as numbers: cast, added, multiplied, averaged."""
    g = scope.parameter("g", x.shape[1:], sw.Constant(1.1))
    above = x > 0
    share = above.mean(axis=1, keepdims=True) + (x < g).sum(axis=1, keepdims=True)
    return g * x * above + (x <= 0.3) * 0.5 + share * (1 - above)


# ---- rows that meet ----
def sum_over_rows(x: Value, scope: Scope) -> Value:
    """Each row reads what all rows make together."""
    g = scope.parameter("g", x.shape[1:], sw.Normal(0.5))
    return np.tanh(x * g + (x * g).sum(axis=0) / (1 + x.sum(axis=0) ** 2)) + (x * g).mean()


def standardized(x: Value, scope: Scope) -> Value:
    """As BatchNorm without its state."""
    Z = x * scope.parameter("g", x.shape[1:], sw.Normal(0.5)) + 1
    C = Z - Z.mean(axis=0)
    return C / np.sqrt((C**2).mean(axis=0) + 0.1)


def largest_of_rows(x: Value, scope: Scope) -> Value:
    """The extremes of all rows, through which no gradient goes."""
    g = scope.parameter("g", x.shape[1:], sw.Normal(0.5))
    return x * g / (1 + abs(x).max(axis=0)) + x.min(axis=0) + x.max() * x.min()


def gram(x: Value, scope: Scope) -> Value:
    """A product over the rows that a later product with rows reads."""
    return np.tanh(x @ square(x, scope)) @ (x.T @ x) / scope.rows


# ---- draws and states ----
def drawn(x: Value, scope: Scope) -> Value:
    """Draws for the rows, for the features, for all entries, of both kinds; the states keep them.

    Largest and smallest draws are the same numbers in any order of adding up.
    """
    shape, states = (x.shape[0], *x.shape[1:]), [scope.state(f"s{c}", x.shape[1:]) for c in "abcd"]
    last = scope.state("last", ())
    if not scope.training:
        return x
    each, normal = scope.random(shape), scope.normal(shape)
    features, rows = scope.random(x.shape[1:]), scope.normal((x.shape[0],))
    scope.update(states[0], each.max(axis=0) + 0 * states[0])
    scope.update(states[1], normal.min(axis=0) + 0 * states[1])
    scope.update(states[2], features + 0 * states[2])
    scope.update(states[3], 0.5 * states[3] + (scope.random(x.shape[1:]) > 0.5))
    scope.update(last, rows.max() + 0 * last)
    ones = (1,) * (x.ndim - 1)
    return x * (each < 0.8) + 0.1 * normal + features * rows.reshape(x.shape[0], *ones)


def counters(x: Value, scope: Scope) -> Value:
    """States that are numbers: rows seen, steps made, the largest entry so far."""
    seen, steps, top = (scope.state(name, ()) for name in ("seen", "steps", "top"))
    scope.update(seen, seen + scope.rows)
    scope.update(steps, steps + 1)
    scope.update(top, np.maximum(top, abs(x).max()))
    return x / (1 + top) + 0.01 * np.sqrt(seen)


def exchanged(x: Value, scope: Scope) -> Value:
    """States that change places, one of them turned; one is an old parameter, one a view."""
    W, shape = square(x, scope), (x.shape[1], x.shape[1])
    a, b, c = (scope.state(name, shape, i) for i, name in enumerate("abc"))
    flat = scope.state("flat", (x.shape[1] * x.shape[1],))
    scope.update(a, b)
    scope.update(b, a.T + 0.5)
    scope.update(c, W)
    scope.update(flat, c.reshape(x.shape[1] * x.shape[1]))
    return x @ (W + 0.1 * a + 0.1 * b.T - 0.05 * c) + flat.sum() * 0.01


def exchanged_reshaped(x: Value, scope: Scope) -> Value:
    """Views of states become other states: each must be read before any is written."""
    h = x.shape[1]
    a, b = scope.state("a", (h, 2), 1.0), scope.state("b", (2, h), 0.5)
    scope.update(a, b.T)
    scope.update(b, a.reshape(2, h))
    return x * a.sum(axis=1) + b.mean(axis=0)


def settings(x: Value, scope: Scope) -> Value:
    """A setting of its own, a frozen parameter and a number of rows."""
    rate = scope.hyperparameter("rate", 0.3)
    k = scope.parameter("k", x.shape[1:], sw.Normal(1.0), trainable=False)
    g = scope.parameter("g", x.shape[1:], sw.Constant(1.0))
    return x * k * rate + g / scope.rows + scope.rows * 0.01 + g * 4


FLAT = (
    *(turned, symmetric, turned_and_reshaped, unit_weights, unit_columns, unit_rows, used_twice),
    *(product_of_parameters, softmax_of_a_parameter, number_of_parameters, outer_product),
    *(broadcasts, arithmetic, masks, sum_over_rows, standardized, largest_of_rows, gram),
    *(drawn, counters, exchanged, exchanged_reshaped, settings),
)
"""For rows of numbers."""

IMAGES = (softmax_of_another_axis, mean_of_another_axis, extremes, masks, sum_over_rows, drawn)
"""For rows (n, h, c)."""
