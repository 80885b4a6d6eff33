"""Activations with two ends: from 0 or -1 to 1. softmax, over the last axis, is of all of a row."""

from __future__ import annotations

import numpy as np

from ..program.ir import Value
from ..program.primitives import clip, exp, where
from ..program.record import composite


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


def clipped(Z: Value, bound: float) -> Value:
    """Z up to a bound beyond which it changes nothing: inf * 0 and overflow would be NaN."""
    return clip(Z, -bound, bound).named("Z_clip")


def softsign_parts(Z: Value) -> tuple[Value, Value]:
    C = clipped(Z, 1e18)
    return C, (1 + abs(C)).named("D")


@composite(vjp=lambda dA, A, Z: (dA / softsign_parts(Z)[1] ** 2,))
def softsign(Z: Value) -> Value:
    """A = Z / (1 + abs(Z)).

    Turian, Bergstra & Bengio 2009, "Quadratic features and deep architectures for chunking".
    Z_clip, Z between -1e18 and 1e18, where A is -1 and 1 to the last digit, gives A its limits at
    infinity, where PyTorch has NaN, and keeps D**2 from overflowing.
    """
    C, D = softsign_parts(Z)
    return C / D


@composite(vjp=lambda dA, A, Z: (dA * (abs(Z) < 3) / 6,))
def hard_sigmoid(Z: Value) -> Value:
    """A = min(max(Z + 3, 0), 6) / 6. Its slope at -3 and 3 is taken as 0, as in PyTorch.

    Howard et al. 2019, "Searching for MobileNetV3", section 5.2. PyTorch and Keras 3 have the same;
    in Keras 2 the ramp was 0.2 * Z + 0.5.
    """
    return clip(Z + 3, 0, 6) / 6
