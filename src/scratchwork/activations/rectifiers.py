"""Activations with one end: relu and its relatives, close to 0 or a line below, to Z above."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..program.ir import Operand, Value, apply
from ..program.primitives import exp, maximum, minimum, sqrt, where
from ..program.record import composite
from ..settings import Described, as_floats, not_negative
from .sigmoids import clipped, sigmoid, tanh


@composite(vjp=lambda dA, A, Z: (dA * (Z > 0),))
def relu(Z: Value) -> Value:
    """A = max(Z, 0). Its slope at 0 is taken as 0, as in PyTorch.

    Nair & Hinton 2010, "Rectified linear units improve restricted Boltzmann machines".
    """
    return maximum(Z, 0)


@composite(vjp=lambda dA, A, Z, slope: (where(Z > 0, dA, slope * dA), None))
def leaky(Z: Value, negative_slope: Operand) -> Value:
    """A = max(Z, 0) + negative_slope * min(Z, 0)."""
    return maximum(Z, 0) + negative_slope * minimum(Z, 0)


@dataclass(frozen=True)
class LeakyReLU(Described):
    """A = max(Z, 0) + negative_slope * min(Z, 0); its slope at 0 is negative_slope.

    Maas, Hannun & Ng 2013, "Rectifier nonlinearities improve neural network acoustic models",
    section 2. ``"leaky_relu"`` means ``LeakyReLU()``. The default is that of the paper and of
    PyTorch; in Keras the layer has 0.3, the function 0.2.

    Parameters
    ----------
    negative_slope : float >= 0
        A hyperparameter of the program. 0 is relu.

    Raises
    ------
    DescriptionError
        If negative_slope is no finite number of at least 0.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, sw.LeakyReLU(0.1)), sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("A1 =", "dZ1 ="))), sep="\\n")
    A1 = np.maximum(Z1, 0) + negative_slope1 * np.minimum(Z1, 0)
    dZ1 = np.where(Z1 > 0, dA1, negative_slope1 * dA1)
    """

    negative_slope: float = 0.01

    def __post_init__(self) -> None:
        not_negative("LeakyReLU", "negative_slope", self.negative_slope)
        as_floats(self, "negative_slope")

    def __call__(self, Z: Value) -> Value:
        return relu(Z) if self.negative_slope == 0 else leaky(Z, self.negative_slope)


def exponential(Z: Value, alpha: Operand) -> Value:
    """E = alpha * (exp(Z) - 1) where Z < 0, else 0; expm1 keeps the digits near 0."""
    return (alpha * np.expm1(minimum(Z, 0))).named("E")  # type: ignore[no-any-return] # recorded


def elu_gradient(dA: Value, A: Value, Z: Value, alpha: Operand) -> tuple[Value, None]:
    return dA * where(Z > 0, 1, exponential(Z, alpha) + alpha), None


@composite(vjp=elu_gradient)
def exponential_linear(Z: Value, alpha: Operand) -> Value:
    """A = max(Z, 0) + alpha * (exp(min(Z, 0)) - 1)."""
    return maximum(Z, 0) + exponential(Z, alpha)


@dataclass(frozen=True)
class ELU(Described):
    """A = max(Z, 0) + alpha * (exp(min(Z, 0)) - 1); its slope at 0 is alpha.

    Clevert, Unterthiner & Hochreiter 2016, "Fast and accurate deep network learning by exponential
    linear units (ELUs)", equation 15. ``"elu"`` means ``ELU()``.

    Parameters
    ----------
    alpha : float >= 0
        What -A tends to for large -Z, a hyperparameter of the program. 0 is relu.

    Raises
    ------
    DescriptionError
        If alpha is no finite number of at least 0.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, sw.ELU(0.5)), sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("E1 =", "A1 =", "dZ1 ="))), sep="\\n")
    E1 = alpha1 * np.expm1(np.minimum(Z1, 0))
    A1 = np.maximum(Z1, 0) + E1
    dZ1 = dA1 * np.where(Z1 > 0, 1, E1 + alpha1)
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        not_negative("ELU", "alpha", self.alpha)
        as_floats(self, "alpha")

    def __call__(self, Z: Value) -> Value:
        return relu(Z) if self.alpha == 0 else exponential_linear(Z, self.alpha)


leaky_relu, elu = LeakyReLU(), ELU()


def selu_numbers() -> tuple[Value, Value]:
    """lambda and alpha, with which mean 0 and variance 1 are a fixed point."""
    scale = apply("number", value=1.0507009873554805).named("lambda_")
    return scale, apply("number", value=1.6732632423543772).named("alpha")


def selu_gradient(dA: Value, A: Value, Z: Value) -> tuple[Value]:
    scale, alpha = selu_numbers()
    return (scale * dA * where(Z > 0, 1, exponential(Z, alpha) + alpha),)


@composite(vjp=selu_gradient)
def selu(Z: Value) -> Value:
    """A = lambda * (max(Z, 0) + alpha * (exp(min(Z, 0)) - 1)), lambda = 1.0507, alpha = 1.6733.

    Klambauer et al. 2017, "Self-normalizing neural networks", equation 2, where weights have the
    variance 1 / fan_in: without another initializer a layer's kernel is drawn by lecun_normal.
    """
    scale, alpha = selu_numbers()
    return scale * (maximum(Z, 0) + exponential(Z, alpha))


def gelu_parts(Z: Value) -> tuple[Value, Value, Value, Value]:
    """Z_clip, its square, k = sqrt(2 / pi), and H, the normal distribution's approximation."""
    C = clipped(Z, 10)
    Q = (C**2).named("Q")
    k = sqrt(apply("number", value=2) / math.pi).named("k")
    H = (0.5 * (1 + np.tanh(k * C * (1 + 0.044715 * Q)))).named("H")
    return C, Q, k, H


def gelu_gradient(dA: Value, A: Value, Z: Value) -> tuple[Value]:
    C, Q, k, H = gelu_parts(Z)
    return (dA * H * (1 + 2 * k * C * (1 - H) * (1 + 0.134145 * Q)),)


@composite(vjp=gelu_gradient)
def gelu(Z: Value) -> Value:
    """A = Z * H with H = (1 + tanh(sqrt(2 / pi) * (Z + 0.044715 * Z**3))) / 2.

    Hendrycks & Gimpel 2016, "Gaussian error linear units (GELUs)", section 2. It is their
    approximation of Z times the normal distribution function, PyTorch's ``approximate="tanh"`` and
    Keras' ``approximate=True``. Both default to erf, which NumPy does not have; the two forms
    differ by at most 4.8e-4 (at abs(Z) = 2.7), their slopes by at most 8.7e-4. H is computed of
    Z_clip, Z between -10 and 10, where it is 0 and 1 to the last digit: Z**2 cannot overflow, and
    A has its limits at infinity, where PyTorch gives NaN.
    """
    C, _, _, H = gelu_parts(Z)
    return maximum(Z, C) * H


def silu_gradient(dA: Value, A: Value, Z: Value) -> tuple[Value]:
    S = sigmoid(Z)
    return (dA * (S + minimum(A, 1000) * (1 - S)),)


@composite(vjp=silu_gradient)
def silu(Z: Value) -> Value:
    """A = Z * S with S = sigmoid(Z), called swish too.

    Hendrycks & Gimpel 2016, section 2; Elfwing, Uchibe & Doya 2018, "Sigmoid-weighted linear units
    for neural network function approximation". Below -1000, where S is 0, Z counts as -1000, so
    that A is 0 for -inf too, where PyTorch gives NaN.
    """
    return maximum(Z, -1000) * sigmoid(Z).named("S")


def softplus_gradient(dA: Value, A: Value, Z: Value) -> tuple[Value]:
    E = exp(-abs(Z))
    return (dA * where(Z >= 0, 1, E) / (1 + E),)


@composite(vjp=softplus_gradient)
def softplus(Z: Value) -> Value:
    """A = log(1 + exp(Z)), written with E = exp(-abs(Z)) so that it never overflows.

    Dugas et al. 2001, "Incorporating second-order functional knowledge for better option pricing".
    PyTorch gives Z itself above 20, which is less by 2e-9.
    """
    return maximum(Z, 0) + np.log1p(exp(-abs(Z)).named("E"))  # type: ignore[no-any-return] # recorded


def mish_parts(Z: Value) -> tuple[Value, Value, Value]:
    """Z_clip, T = tanh(softplus(Z)), and S = sigmoid(Z), the slope of softplus."""
    S = sigmoid(Z).named("S")
    return clipped(Z, 1000), tanh(softplus(Z)).named("T"), S


def mish_gradient(dA: Value, A: Value, Z: Value) -> tuple[Value]:
    C, T, S = mish_parts(Z)
    return (dA * (T + C * S * (1 - T**2)),)


@composite(vjp=mish_gradient)
def mish(Z: Value) -> Value:
    """A = Z * T with T = tanh(softplus(Z)).

    Misra 2020, "Mish: a self regularized non-monotonic activation function". Z_clip, Z between
    -1000 and 1000, where T is 0 and 1, gives A and its slope their limits at infinity, where
    PyTorch has NaN.
    """
    C, T, _ = mish_parts(Z)
    return maximum(Z, C) * T
