"""Activation functions: Z -> A, elementwise but for softmax, each with its short gradient rule."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TypeAlias

import numpy as np

from .errors import DescriptionError
from .program.ir import Value
from .program.primitives import exp, maximum, where
from .program.record import call, composite
from .program.scope import Scope
from .settings import advice

Activation: TypeAlias = str | Callable[[Value], Value] | None


def linear(Z: Value) -> Value:
    """A = Z."""
    return Z


@composite(vjp=lambda dA, A, Z: (dA * (Z > 0),))
def relu(Z: Value) -> Value:
    """A = max(Z, 0). Its slope at 0 is taken as 0, as in PyTorch.

    Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
    """
    return maximum(Z, 0)


@composite(vjp=lambda dA, A, Z: (dA * A * (1 - A),))
def sigmoid(Z: Value) -> Value:
    """A = 1 / (1 + exp(-Z)), written with E = exp(-abs(Z)) so that it never overflows."""
    E = exp(-abs(Z)).named("E")
    return where(Z >= 0, 1, E) / (1 + E)


@composite(vjp=lambda dA, A, Z: (dA * (1 - A**2),))
def tanh(Z: Value) -> Value:
    """A = (exp(Z) - exp(-Z)) / (exp(Z) + exp(-Z))."""
    return np.tanh(Z)  # type: ignore[no-any-return] # recorded, see Value.__array_ufunc__


@composite(vjp=lambda dA, A, Z: (A * (dA - (dA * A).sum(axis=-1, keepdims=True)),))
def softmax(Z: Value) -> Value:
    """A = exp(Z) / sum(exp(Z)) over the last axis: each row becomes probabilities.

    The row's maximum is subtracted first, which changes nothing but keeps exp from overflowing.
    """
    E = exp(Z - Z.max(axis=-1, keepdims=True)).named("E")
    return E / E.sum(axis=-1, keepdims=True).named("E_sum")


ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    f.__name__: f for f in (linear, relu, sigmoid, tanh, softmax)
}


def activation(given: Activation) -> Callable[[Value], Value]:
    """The function that a user's ``activation=`` means: a name, a function of Values, or None."""
    if given is None:
        return linear
    if callable(given) and not isinstance(given, type):
        return given
    if isinstance(given, str) and given in ACTIVATIONS:
        return ACTIVATIONS[given]
    raise DescriptionError(
        "activation", f"one of {', '.join(ACTIVATIONS)}, or a function of Values", repr(given),
        advice(given, ACTIVATIONS),
    )  # fmt: skip


def check_activation(layer: str, counted: str, given: object) -> None:
    """Refuse what is no activation; a number is PyTorch's order, (inputs, outputs)."""
    if isinstance(given, Integral) and not isinstance(given, bool):
        raise DescriptionError(
            layer,
            f"an activation, one of {', '.join(ACTIVATIONS)}, or a function of Values",
            repr(given),
            f"{layer} takes the number of {counted}; inputs follow from the layer before",
        )
    activation(given)  # type: ignore[arg-type] # which it checks


def activate(Z: Value, given: Activation, scope: Scope, name: str = "A") -> Value:
    """Apply an activation; its result is called A, unless it is Z itself."""
    A = call(scope.symbolic(activation(given)), Z)
    return A if A is Z else A.named(name)
