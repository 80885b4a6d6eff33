"""Losses: the network's raw output Z and the targets Y -> L, one number a row.

A loss knows its link, the function that turns raw output into predictions: softmax for
cross_entropy, the sigmoid for binary_cross_entropy, none for mean_squared_error. The library
reduces L over the rows (mean or sum) and adds the regularizer's penalty.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from .activations import linear, sigmoid, softmax
from .errors import DescriptionError, ShapeError
from .program.ir import N, Value, shape_text
from .program.primitives import count, exp, expand_dims, log, maximum, squeeze
from .program.record import call, composite
from .program.scope import Scope
from .settings import advice

TargetKind = Literal["labels", "column", "matrix"]
"""What y is: class numbers (n,), one number a row (n,), or one row a row (n, k)."""


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


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (2 * (Z - Y) / count(Z, 1)), None))
def mean_squared_error(Z: Value, Y: Value) -> Value:
    """L = mean(R**2) over the outputs of a row, R = Z - Y the residuals."""
    return ((Z - Y).named("R") ** 2).mean(axis=1)


@dataclass(frozen=True)
class Loss:
    """What the library knows of a loss: its function, its link, and which targets it takes."""

    function: Callable[[Value, Value], Value]
    link: Callable[[Value], Value] = linear
    classes: bool = False  # whether integer class numbers are taken
    formula: str = ""  # the definition, where the text computes it in another form

    @property
    def name(self) -> str:
        return ascii(getattr(self.function, "__name__", "loss"))[1:-1]  # programs are ASCII


LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(
        cross_entropy,
        softmax,
        classes=True,
        formula="L = -sum(Y * log(P)), P = softmax(Z) = E / E_sum",
    ),
    "binary_cross_entropy": Loss(
        binary_cross_entropy,
        sigmoid,
        formula="L = -sum(Y * log(P) + (1 - Y) * log(1 - P)), P = sigmoid(Z)",
    ),
    "mean_squared_error": Loss(mean_squared_error),
}
GivenLoss: TypeAlias = str | Callable[[Value, Value], Value] | Loss

TARGETS = {"y", "y_true", "ytrue", "true", "target", "targets", "label", "labels", "actual"}
"""What a loss's argument is called when it is the targets, in lower case."""


def loss(given: GivenLoss) -> Loss:
    """What a user's ``loss=`` means: a name, a function of Values (Z, Y) -> L, or a Loss."""
    if isinstance(given, Loss):
        check_arguments(given)
        return given
    for known in LOSSES.values():
        if given is known.function:
            return known
    if callable(given) and not isinstance(given, type):
        return loss(Loss(given))
    if isinstance(given, str) and given in LOSSES:
        return LOSSES[given]
    raise DescriptionError(
        "loss", f"one of {', '.join(LOSSES)}, or a function of Values (Z, Y)", repr(given),
        advice(given, LOSSES),
    )  # fmt: skip


def check_arguments(loss: Loss) -> None:
    """Refuse a function of (targets, output), the order of Keras, which would train wrongly."""
    try:
        names = list(inspect.signature(loss.function).parameters)
    except (TypeError, ValueError):  # a function made in C may have no signature
        return
    are_targets = [name.lower() in TARGETS for name in names[:2]]
    if are_targets == [True, False]:
        raise DescriptionError(
            f"loss {loss.name}",
            "the arguments (Z, Y): output first",
            f"({', '.join(names)})",
            "swap them",
        )


def record_loss(loss: Loss, Z: Value, Y: Value, scope: Scope) -> Value:
    """Record L, one number a row. Numbers of a loss that is a dataclass are hyperparameters."""
    if Z.ndim != 2 or Z.shape != Y.shape:
        raise ShapeError(
            f"loss {loss.name}",
            f"output {shape_text(Y.shape)} as its targets",
            shape_text(Z.shape),
            "change the last layer, or add Flatten()",
        )
    if loss.classes and Z.shape[1].number == 1:
        raise ShapeError(
            f"loss {loss.name}",
            "an output for each class, two or more",
            shape_text(Z.shape),
            'use Dense(2), or loss="binary_cross_entropy" with targets 0 and 1',
        )
    scope.own_names.clear()
    L = call(scope.symbolic(loss.function), Z, Y)
    if L.shape != (N,):
        raise ShapeError(
            f"loss {loss.name}",
            "one number a row, (n,)",
            shape_text(L.shape),
            "sum or average over the outputs with .sum(axis=1)",
        )
    return L.named("L")
