"""BatchNorm."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ..initializers import Constant
from ..program.ir import Axis, Value
from ..program.primitives import count, sqrt
from ..program.record import composite
from ..program.scope import Scope
from ..settings import as_floats, fraction, positive
from .layer import Layer


def moments(x: Value, axis: Axis) -> tuple[Value, Value]:
    mean = x.mean(axis=axis).named("mean")
    return mean, ((x - mean).named("centred") ** 2).mean(axis=axis).named("var")


def normalize_gradient(dN: Value, N: Value, x: Value, epsilon: Value) -> tuple[Value, None]:
    axis = tuple(range(x.ndim - 1)) if x.ndim > 2 else 0
    _, var = moments(x, axis)
    centred = dN - dN.mean(axis=axis) - N * (dN * N).mean(axis=axis)
    return centred / sqrt(var + epsilon).named("std"), None


@composite(vjp=normalize_gradient)
def normalize(x: Value, epsilon: Value) -> Value:
    """N = (x - mean) / sqrt(var + epsilon), over all axes but the last."""
    mean, var = moments(x, tuple(range(x.ndim - 1)) if x.ndim > 2 else 0)
    return (x - mean) / sqrt(var + epsilon).named("std")


@dataclass(frozen=True)
class BatchNorm(Layer):
    """Z = scale * N + shift, N the input normalised over the batch.

    Ioffe & Szegedy 2015, "Batch normalization", Algorithm 1. In training the mean and the biased
    variance of the batch normalise, and the running ones move towards the batch's: running = (1 -
    momentum) * running + momentum * batch, with the unbiased variance. Otherwise the running ones
    normalise. As PyTorch; Keras' momentum is one minus ours, its running variance is biased. Over
    images, pixels count as rows.

    Parameters
    ----------
    momentum : float in [0, 1)
    epsilon : float > 0

    Raises
    ------
    DataError
        By ``fit``, before any step, if a batch would have a single row: its variance is 0.

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.BatchNorm()], input_shape=2).source("predict"), end="")
    def predict(X, scale1, shift1, running_mean1, running_var1, *, epsilon1=1e-05):
        # ---- forward ----
        # layer 1: BatchNorm()
        N1 = (X - running_mean1) / np.sqrt(running_var1 + epsilon1)  # (n, 2)
        Z1 = scale1 * N1 + shift1                     # (n, 2)
        return Z1
    """

    momentum: float = 0.1
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        fraction("BatchNorm", "momentum", self.momentum)
        positive("BatchNorm", "epsilon", self.epsilon)
        as_floats(self, "momentum", "epsilon")

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim < 2:
            raise scope.shape_error("input (n, ..., features)", x, "give each row its features")
        scale = scope.parameter("scale", x.shape[-1:], Constant(1.0))
        shift = scope.parameter("shift", x.shape[-1:], Constant(0.0))
        running_mean = scope.state("running_mean", x.shape[-1:], 0.0)
        running_var = scope.state("running_var", x.shape[-1:], 1.0)
        epsilon = scope.hyperparameter("epsilon", self.epsilon)
        if not scope.training:
            N = (x - running_mean) / sqrt(running_var + epsilon)
        else:
            N = normalize(x, epsilon)
            self.update_running(x, running_mean, running_var, scope)
        return (scale * N.named("N") + shift).named("Z")

    def update_running(
        self, x: Value, running_mean: Value, running_var: Value, scope: Scope
    ) -> None:
        pixels = prod(size.number for size in x.shape[1:-1])
        scope.require_rows(2 if pixels == 1 else 1)
        axis = tuple(range(x.ndim - 1)) if x.ndim > 2 else 0
        mean, var = moments(x, axis)
        m = count(x, axis)
        unbiased = (var * (m / (m - 1))).named("unbiased")
        momentum = scope.hyperparameter("momentum", self.momentum)
        scope.update(running_mean, (1 - momentum) * running_mean + momentum * mean)
        scope.update(running_var, (1 - momentum) * running_var + momentum * unbiased)
