"""Losses for classes and for yes or no: cross-entropies and hinges, with their short rules."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from ..activations import sigmoid, softmax
from ..program.ir import Value, apply
from ..program.primitives import (
    count,
    exp,
    expand_dims,
    first_maximum,
    log,
    maximum,
    squeeze,
    where,
)
from ..program.record import composite
from ..settings import Described, as_floats, fraction


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (softmax(Z).named("P") - Y), None))
def cross_entropy(Z: Value, Y: Value) -> Value:
    """L = -sum(Y * log(softmax(Z))), finite for logits of any size: log-sum-exp of S = Z - max(Z).

    Y holds probabilities that sum to 1 in each row; class numbers become one-hot rows.
    """
    S = (Z - Z.max(axis=-1, keepdims=True)).named("S")
    E_sum = exp(S).named("E").sum(axis=-1, keepdims=True).named("E_sum")
    return log(squeeze(E_sum, 1)) - (S * Y).sum(axis=1)


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (sigmoid(Z).named("P") - Y), None))
def binary_cross_entropy(Z: Value, Y: Value) -> Value:
    """L = -sum(Y log(P) + (1 - Y) log(1 - P)) with P = sigmoid(Z), in a form without overflow.

    Several outputs are several yes-or-no questions, whose losses are added up; Keras and PyTorch
    take their mean.
    """
    E = exp(-abs(Z)).named("E")
    return (maximum(Z, 0) - Z * Y + np.log1p(E)).sum(axis=1)  # type: ignore[no-any-return] # recorded


@dataclass(frozen=True)
class CrossEntropy(Described):
    """cross_entropy with targets that are less sure: label smoothing.

    Q = (1 - label_smoothing) * Y + label_smoothing / k takes the place of Y, k the number of
    classes. Szegedy et al. 2016, "Rethinking the Inception architecture for computer vision",
    section 7; as in PyTorch and Keras. Metrics compare with Y itself.

    Parameters
    ----------
    label_smoothing : float in [0, 1)
        The share of each target that is spread evenly over all classes.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3)], input_shape=2)
    >>> model.compile(loss=sw.CrossEntropy(label_smoothing=0.1), seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("Q =", "dZ1 ="))), sep="\\n")
    Q = (1 - label_smoothing) * Y.astype(X.dtype) + label_smoothing / 3
    dZ1 = (P - Q) / n
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        fraction("CrossEntropy", "label_smoothing", self.label_smoothing)
        as_floats(self, "label_smoothing")

    @property
    def formula(self) -> str:
        """The definition, for the program's comment."""
        Y = "Q" if self.label_smoothing else "Y"
        return f"L = -sum({Y} * log(P)), P = softmax(Z) = E / E_sum"

    def __call__(self, Z: Value, Y: Value) -> Value:
        return cross_entropy(Z, smoothed(Y, self.label_smoothing, Z.shape[1].number))


@dataclass(frozen=True)
class BinaryCrossEntropy(Described):
    """binary_cross_entropy with targets that are less sure: label smoothing.

    Q = (1 - label_smoothing) * Y + label_smoothing / 2 takes the place of Y, as in Keras; PyTorch's
    has no smoothing. Metrics compare with Y itself.

    Parameters
    ----------
    label_smoothing : float in [0, 1)
        0.1 makes the targets 0.05 and 0.95.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=2)
    >>> model.compile(loss=sw.BinaryCrossEntropy(label_smoothing=0.1), seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("Q =", "dZ1 ="))), sep="\\n")
    Q = (1 - label_smoothing) * Y + label_smoothing / 2
    dZ1 = (P - Q) / n
    """

    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        fraction("BinaryCrossEntropy", "label_smoothing", self.label_smoothing)
        as_floats(self, "label_smoothing")

    @property
    def formula(self) -> str:
        """The definition, for the program's comment."""
        Y = "Q" if self.label_smoothing else "Y"
        return f"L = -sum({Y} * log(P) + (1 - {Y}) * log(1 - P)), P = sigmoid(Z)"

    def __call__(self, Z: Value, Y: Value) -> Value:
        return binary_cross_entropy(Z, smoothed(Y, self.label_smoothing, 2))


def smoothed(Y: Value, share: float, classes: int) -> Value:
    """Q, or Y itself where the share is 0: a zero is structure."""
    return Y if share == 0 else ((1 - share) * Y + share / classes).named("Q")


# ---- hinges ----
def margins(Z: Value, Y: Value) -> tuple[Value, Value]:
    """The targets as T = 1 or -1, and by how much each answer misses its margin."""
    T = (2 * Y - 1).named("T")
    return T, (1 - T * Z).named("M")


def hinge_gradient(dL: Value, L: Value, Z: Value, Y: Value) -> tuple[Value, None]:
    T, M = margins(Z, Y)
    return expand_dims(dL, 1) * (-T * (M > 0) / count(Z, 1)), None


@composite(vjp=hinge_gradient)
def hinge(Z: Value, Y: Value) -> Value:
    """L = mean(max(1 - T Z, 0)) over the outputs, T = 2 Y - 1 the targets as 1 and -1.

    Targets are 0 and 1, or -1 and 1 (taken as 0 and 1), as in Keras. Each output answers yes or no,
    yes above 0: with one output it is a support vector machine's loss (Cortes & Vapnik 1995,
    "Support-vector networks"); for one of several classes there is ``categorical_hinge``. The slope
    at the kink, T Z = 1, is 0.
    """
    _, M = margins(Z, Y)
    return maximum(M, 0).mean(axis=1)


def rivals(Z: Value, Y: Value) -> tuple[Value, Value]:
    """The outputs of the wrong classes, and by how much the best of them is too near."""
    V = where(Y if Y.dtype == "bool" else Y > 0.5, -inf, Z).named("V")
    return V, (1 + V.max(axis=1) - (Z * Y).sum(axis=1)).named("M")


def categorical_hinge_gradient(dL: Value, L: Value, Z: Value, Y: Value) -> tuple[Value, None]:
    V, M = rivals(Z, Y)
    best = apply("cast", first_maximum(V, 1))
    return expand_dims(dL, 1) * (expand_dims(M > 0, 1) * (best - Y)), None


@composite(vjp=categorical_hinge_gradient)
def categorical_hinge(Z: Value, Y: Value) -> Value:
    """L = max(1 + max(V) - z, 0), z the output of the right class and V those of the others.

    Crammer & Singer 2001, "On the algorithmic implementation of multiclass kernel-based vector
    machines", equation 3. Keras' also counts a 0 among the others, so that it never rewards
    outputs that are all below -1; PyTorch's MultiMarginLoss adds up all others that are too near
    and divides by the number of classes. At a tie the first of the others has the slope; at the
    kink it is 0.
    """
    _, M = rivals(Z, Y)
    return maximum(M, 0)
