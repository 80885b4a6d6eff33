"""Layers that act in training only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..program.ir import Value
from ..program.record import composite
from ..program.scope import Scope
from ..settings import as_floats, fraction, not_negative
from .layer import Layer


@composite(vjp=lambda dD, D, x, mask, rate: (dD * mask / (1 - rate), None, None))
def dropped(x: Value, mask: Value, rate: Value) -> Value:
    """What is kept, larger by what is dropped."""
    return x * mask / (1 - rate)


@dataclass(frozen=True)
class Dropout(Layer):
    """In training each entry is kept with probability 1 - rate and divided by it; otherwise A = X.

    Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting", in
    the inverted form that Keras and PyTorch use, so that nothing is left to do in inference.

    Parameters
    ----------
    rate : float in [0, 1)
        The share that is dropped.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dropout(0.1), sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> for line in model.source().splitlines():
    ...     if line.strip().startswith(("M0 =", "D0 =")):
    ...         print(line.split("#")[0].strip())
    M0 = rng.random((n, 2)) >= rate0
    D0 = X * M0 / (1 - rate0)
    """

    rate: float
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        fraction("Dropout", "rate", self.rate)
        as_floats(self, "rate")

    def build(self, x: Value, scope: Scope) -> Value:
        if not self.rate:
            return x
        rate = scope.hyperparameter("rate", self.rate)  # in every mode: the same names everywhere
        if not scope.training:
            return x
        mask = (scope.random(x.shape) >= rate).named("M")
        return dropped(x, mask, rate).named("D")


@dataclass(frozen=True)
class GaussianNoise(Layer):
    """In training A = X + noise, each entry of the noise drawn from N(0, stddev**2); else A = X.

    Bishop 1995, "Training with noise is equivalent to Tikhonov regularization", section 1, where
    it is added to the inputs of a network. As Keras' GaussianNoise.

    Parameters
    ----------
    stddev : float >= 0
        In the unit of what it is added to.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.GaussianNoise(0.1), sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> for line in model.source().splitlines():
    ...     if line.strip().startswith(("noise0 =", "G0 =")):
    ...         print(line.split("#")[0].strip())
    noise0 = stddev0 * rng.standard_normal((n, 2)).astype(X.dtype)
    G0 = X + noise0
    """

    stddev: float
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        not_negative("GaussianNoise", "stddev", self.stddev)
        as_floats(self, "stddev")

    def build(self, x: Value, scope: Scope) -> Value:
        if not self.stddev:
            return x
        stddev = scope.hyperparameter("stddev", self.stddev)  # in every mode, as Dropout's
        if not scope.training:
            return x
        return (x + (stddev * scope.normal(x.shape)).named("noise")).named("G")
