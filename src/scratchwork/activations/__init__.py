"""Activation functions: Z -> A, elementwise but for softmax, each with its short gradient rule.

Each is finite and free of warnings for Z of any size, and takes its limits at infinity.
"""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TypeAlias

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.record import call
from ..program.scope import Scope
from ..settings import advice
from ..synonyms import named
from .rectifiers import ELU, LeakyReLU, elu, gelu, leaky_relu, mish, relu, selu, silu, softplus
from .sigmoids import hard_sigmoid, sigmoid, softmax, softsign, tanh

__all__ = [
    "ACTIVATIONS", "ELU", "Activation", "LeakyReLU", "activate", "activation", "check_activation",
    "elu", "gelu", "hard_sigmoid", "leaky_relu", "linear", "mish", "relu", "selu", "sigmoid",
    "silu", "softmax", "softplus", "softsign", "tanh",
]  # fmt: skip

Activation: TypeAlias = str | Callable[[Value], Value] | None


def linear(Z: Value) -> Value:
    """A = Z."""
    return Z


ACTIVATIONS: dict[str, Callable[[Value], Value]] = {
    "linear": linear,
    "relu": relu,
    "sigmoid": sigmoid,
    "tanh": tanh,
    "softmax": softmax,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "selu": selu,
    "gelu": gelu,
    "silu": silu,
    "softplus": softplus,
    "softsign": softsign,
    "hard_sigmoid": hard_sigmoid,
    "mish": mish,
}


def activation(given: Activation) -> Callable[[Value], Value]:
    """The function that a user's ``activation=`` means: a name, a function of Values, or None."""
    if given is None:
        return linear
    name = named("activation", given, ACTIVATIONS)
    if name is not None:
        return ACTIVATIONS[name]
    if callable(given) and not isinstance(given, type):
        return given
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
