"""Optimizers, losses, metrics and regularizers of a user that do what none of ours does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork import Value


# ---- optimizers ----
@dataclass(frozen=True)
class Lars:
    """You et al. 2017, "Large batch training of convolutional networks": a rate for each array."""

    learning_rate: float | sw.CosineDecay = 0.1
    trust: float = 0.02
    weight_decay: float = 0.01
    momentum: float = 0.9

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        lengths = np.sqrt((W**2).sum()), np.sqrt((dW**2).sum())
        local = self.trust * lengths[0] / (lengths[1] + self.weight_decay * lengths[0] + 1e-6)
        v = scope.state("v")
        step = self.learning_rate * local * (dW + self.weight_decay * W)
        return W - scope.update(v, self.momentum * v + step)


@dataclass(frozen=True)
class Lamb:
    """You et al. 2020, "Large batch optimization for deep learning", Algorithm 2."""

    learning_rate: float = 0.01
    beta_1: float = 0.9
    beta_2: float = 0.99

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        m, v = scope.state("m"), scope.state("v")
        m = scope.update(m, self.beta_1 * m + (1 - self.beta_1) * dW)
        v = scope.update(v, self.beta_2 * v + (1 - self.beta_2) * dW**2)
        r = m / (1 - self.beta_1**scope.t) / (np.sqrt(v / (1 - self.beta_2**scope.t)) + 1e-2)
        r = r + 0.01 * W
        length, change = np.sqrt((W**2).sum()), np.sqrt((r**2).sum())
        ratio = np.where(length > 0, np.where(change > 0, length / (change + 1e-12), 1), 1)
        return W - self.learning_rate * ratio * r


@dataclass(frozen=True)
class Centred:
    """Yong et al. 2020, "Gradient centralization", and divided by what is left."""

    learning_rate: float = 0.1

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        G = dW - dW.mean()
        return W - self.learning_rate * G / (1 + abs(G).sum()) + 1e-3 * (G * W).mean()


@dataclass(frozen=True)
class SlowingDown:
    """Its rate falls with a count that all parameters share."""

    learning_rate: float = 0.5
    early: bool = False

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        count = scope.state("count", 2.0, shape=())
        new = scope.update(count, count * 1.5)
        rate = self.learning_rate / (new + count) if self.early else self.learning_rate / new
        return W - rate * dW


@dataclass(frozen=True)
class TwoNumbers:
    """Two shared numbers, one of which is made of the other, and a state for each entry."""

    learning_rate: float = 0.2

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        a, b = scope.state("a", 1.0, shape=()), scope.state("b", shape=())
        m = scope.state("m", 0.5)
        a = scope.update(a, 0.9 * a + 0.05 * b)
        b = scope.update(b, b + a * scope.t)
        return W - self.learning_rate * dW * a + 1e-3 * scope.update(m, m * 0.9 + dW) * b


@dataclass(frozen=True)
class Exchanging:
    """Two states that change places; the parameter reads both as they were."""

    learning_rate: float = 0.1

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        a, b = scope.state("a"), scope.state("b", initial=1.0)
        scope.update(a, b)
        scope.update(b, a + dW)
        return W - self.learning_rate * (a + 2 * b) * dW


@dataclass(frozen=True)
class Remembering:
    """A state keeps the parameter as it was before the step."""

    learning_rate: float = 0.1

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        old = scope.state("old")
        new = W - self.learning_rate * dW + 0.1 * (W - old)
        scope.update(old, W)
        return new


@dataclass(frozen=True)
class Falling:
    """A schedule by steps and epochs."""

    top: float = 0.9
    share: float = 0.3

    def rate(self, t: Value, epoch: Value) -> Value:
        return self.top / (1 + self.share * (t - 1) + epoch)


@dataclass(frozen=True)
class SeveralRates:
    """Schedules in two settings, and a sign."""

    learning_rate: Any
    momentum: Any
    clip_value: float = 3.0  # a setting of this name that is not ours

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        v = scope.state("v")
        v = scope.update(v, self.momentum * v + (1 - self.momentum) * dW)
        return W - self.learning_rate * np.where(abs(v) > 0.01, v, np.sign(v) * 0.02)


class Plain:
    """No dataclass: its numbers stand in the text."""

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        return W - 0.1 * dW / np.maximum(1, abs(dW))


class Resting:
    """A rule that reads no gradient."""

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        return W * 0.99


OPTIMIZERS = (
    *(Lars(), Lars(sw.CosineDecay(0.1, 3)), Lamb(), Centred(), SlowingDown()),
    *(SlowingDown(0.3, True), TwoNumbers(), Exchanging(), Remembering(), Plain(), Resting()),
    SeveralRates(sw.ExponentialDecay(0.1, 0.9, 2), Falling()),
)


# ---- losses: (Z, Y) -> one number a row ----
def cauchy(Z: Value, Y: Value) -> Value:
    return np.log1p((Z - Y) ** 2).sum(axis=1)


def largest_error(Z: Value, Y: Value) -> Value:
    return abs(Z - Y).max(axis=1)


def cosine_distance(Z: Value, Y: Value) -> Value:
    lengths = np.sqrt((Z * Z).sum(axis=1) + 1e-3) * np.sqrt((Y * Y).sum(axis=1) + 1e-3)
    return 1 - (Z * Y).sum(axis=1) / lengths


def squared_relative(Z: Value, Y: Value) -> Value:
    """Errors relative to the spread of the batch: rows meet in the loss."""
    spread = ((Y - Y.mean(axis=0)) ** 2).mean(axis=0) + 0.1
    return ((Z - Y) ** 2 / spread).mean(axis=1)


def asymmetric(Z: Value, Y: Value) -> Value:
    D = (Z - Y).sum(axis=1)
    return np.where(D > 0, 2 * D**2, np.minimum(D**2, abs(D)))


LOSSES = (cauchy, largest_error, cosine_distance, squared_relative, asymmetric)


# ---- metrics: (P, Y) -> one number a row, or their mean ----
def miss(P: Value, Y: Value) -> Value:
    return abs(P - Y).max(axis=1)


def close(P: Value, Y: Value) -> Value:
    """The share of entries within a half: a mean of truth values."""
    return (abs(P - Y) < 0.5).mean()


def same_sign(P: Value, Y: Value) -> Value:
    return ((P > 0).sum(axis=1) - (Y > 0).sum(axis=1)) ** 2


def smallest(P: Value, Y: Value) -> Value:
    return (P.min(axis=1) - Y.max(axis=1)).mean()


METRICS = (miss, close, same_sign, smallest)


# ---- regularizers ----
@dataclass(frozen=True)
class OfRows:
    """Not by entries: the squares of what each row of a kernel adds up to."""

    strength: float = 0.05

    def penalty(self, n: Value, kernels: Sequence[Value]) -> Value:
        total = (kernels[0].sum(axis=1) ** 2).sum()
        for W in kernels[1:]:
            total = total + np.sqrt((W**2).sum(axis=0) + 0.01).sum()
        return self.strength / n * total


REGULARIZERS = (OfRows(),)
