"""Losses for numbers: residuals in several measures, rates, quantiles, with their short rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from numbers import Real

import numpy as np

from ..errors import DescriptionError, ShapeError
from ..program.ir import Operand, Value, apply, shape_text
from ..program.primitives import count, exp, expand_dims, maximum, sign, vector
from ..program.record import composite
from ..settings import Described, as_floats, positive


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (2 * (Z - Y) / count(Z, 1)), None))
def mean_squared_error(Z: Value, Y: Value) -> Value:
    """L = mean(R**2) over the outputs of a row, R = Z - Y the residuals."""
    return ((Z - Y).named("R") ** 2).mean(axis=1)


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (sign(Z - Y) / count(Z, 1)), None))
def mean_absolute_error(Z: Value, Y: Value) -> Value:
    """L = mean(abs(R)) over the outputs of a row, R = Z - Y the residuals. Its slope at 0 is 0."""
    return abs((Z - Y).named("R")).mean(axis=1)


def clipped(R: Value, delta: Operand) -> Value:
    """R, but no further from 0 than delta."""
    return maximum(apply("minimum", R, delta), -delta).named("C")


@composite(
    vjp=lambda dL, L, Z, Y, delta: (
        expand_dims(dL, 1) * (clipped(Z - Y, delta) / count(Z, 1)), None, None
    )
)  # fmt: skip
def clipped_error(Z: Value, Y: Value, delta: Operand) -> Value:
    """L = mean(C * (R - C / 2)), C the residuals R clipped to [-delta, delta]."""
    R = (Z - Y).named("R")
    C = clipped(R, delta)
    return (C * (R - C / 2)).mean(axis=1)


@dataclass(frozen=True)
class Huber(Described):
    """Squares for small residuals R = Z - Y, absolute values for large ones; mean over the outputs.

    L = mean(R**2 / 2) where abs(R) <= delta, delta * (abs(R) - delta / 2) elsewhere. With C, the
    residuals clipped to [-delta, delta], both are C * (R - C / 2), which is what the program
    computes: it does not overflow, and its slope is C. Huber 1964, "Robust estimation of a location
    parameter", section 1. As in PyTorch (HuberLoss) and Keras.

    Parameters
    ----------
    delta : float > 0
        In units of y: from where on a residual counts as an outlier.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=2)
    >>> model.compile(loss=sw.Huber(delta=2.0), seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("R =", "C =", "L =", "dZ1 ="))), sep="\\n")
    R = Z1 - Y
    C = np.maximum(np.minimum(R, delta), -delta)
    L = (C * (R - C / 2)).mean(axis=1)
    dZ1 = C / n
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        positive("Huber", "delta", self.delta)
        as_floats(self, "delta")

    def __call__(self, Z: Value, Y: Value) -> Value:
        return clipped_error(Z, Y, self.delta)


@composite(vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * (np.tanh(Z - Y) / count(Z, 1)), None))
def log_cosh(Z: Value, Y: Value) -> Value:
    """L = mean(log(cosh(R))) over the outputs of a row, R = Z - Y the residuals.

    About R**2 / 2 near 0 and abs(R) - log(2) far away; computed from the distances D = abs(R) as
    D + log1p(expm1(-2 D) / 2), which does not overflow and loses far fewer digits of a small loss
    than D + softplus(-2 D) - log(2) (Keras).
    """
    D = abs((Z - Y).named("R")).named("D")
    return (D + np.log1p(np.expm1(-2 * D) / 2)).mean(axis=1)  # type: ignore[no-any-return] # recorded


@composite(
    vjp=lambda dL, L, Z, Y: (expand_dims(dL, 1) * ((exp(Z).named("P") - Y) / count(Z, 1)), None)
)
def poisson(Z: Value, Y: Value) -> Value:
    """L = mean(P - Y Z) over the outputs of a row, P = exp(Z) the rates: Z is their logarithm.

    The negative log-likelihood of counts Y >= 0 without log(Y!), which does not depend on Z; as
    PyTorch's PoissonNLLLoss with log_input=True. Keras' poisson takes rates, from a last layer with
    exp or softplus, and not their logarithm: leave that activation out. ``predict`` gives rates. P
    overflows where Z is beyond 88 in float32: scale the counts down.
    """
    P = exp(Z).named("P")
    return (P - Y * Z).mean(axis=1)


@composite(
    vjp=lambda dL, L, Z, Y, q: (
        expand_dims(dL, 1) * (((Z >= Y) - q) / count(Z, 1)), None, None
    )
)  # fmt: skip
def pinball(Z: Value, Y: Value, q: Operand) -> Value:
    """L = mean(max(q D, (q - 1) D)) over the outputs of a row, D = Y - Z."""
    D = (Y - Z).named("D")
    return maximum(q * D, (q - 1) * D).mean(axis=1)


@dataclass(frozen=True)
class Quantile(Described):
    """Quantiles of y: as many outputs as there are in q, and y one number a row.

    L = mean(max(q D, (q - 1) D)) over the outputs, D = Y - Z: too low costs q, too high 1 - q for
    each unit, so that a share q of the targets comes to lie below the output. Koenker & Bassett
    1978, "Regression quantiles", equation 3.1; the pinball loss of scikit-learn. Nothing keeps one
    quantile from crossing another. At D = 0 the slope is that of an output which is too high.

    Parameters
    ----------
    q : float in (0, 1), or a list of them
        By default the median, whose loss is half of mean_absolute_error.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(2)], input_shape=2)
    >>> model.compile(loss=sw.Quantile([0.1, 0.9]), seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("q =", "D =", "L =", "dZ1 ="))), sep="\\n")
    q = np.array([q_1, q_2], X.dtype)
    D = Y - Z1
    L = np.maximum(q * D, (q - 1) * D).mean(axis=1)
    dZ1 = ((Z1 >= Y) - q) / 2 / n
    """

    q: float | tuple[float, ...] = 0.5

    def __post_init__(self) -> None:
        if isinstance(self.q, Iterable) and not isinstance(self.q, str):
            object.__setattr__(self, "q", tuple(map(as_quantile, self.q)))
        else:
            object.__setattr__(self, "q", as_quantile(self.q))
        if self.q == ():
            raise DescriptionError("Quantile", "one q or more", "none", "give Quantile([0.1, 0.9])")

    def __call__(self, Z: Value, Y: Value) -> Value:
        quantiles = self.q if isinstance(self.q, tuple) else (self.q,)
        if Z.shape[1].number != len(quantiles):
            raise ShapeError(
                "loss quantile",
                f"an output for each of the {len(quantiles)} quantiles",
                shape_text(Z.shape),
                f"let the last layer be Dense({len(quantiles)})",
            )
        q = vector(*quantiles).named("q") if len(quantiles) > 1 else quantiles[0]
        return pinball(Z, Y, q)


def as_quantile(q: object) -> float:
    """q as a Python float, or an error for what is not between 0 and 1."""
    if not isinstance(q, Real) or isinstance(q, bool) or not 0 < float(q) < 1:
        raise DescriptionError("Quantile", "0 < q < 1", f"q={q!r}", "give the median as 0.5")
    return float(q)
