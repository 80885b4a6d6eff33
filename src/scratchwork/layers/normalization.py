"""BatchNorm, over the rows of a batch, and LayerNorm, over the features of a row."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from numbers import Integral

from ..errors import DescriptionError
from ..initializers import Constant
from ..program.ir import Axis, Value
from ..program.primitives import count, sqrt
from ..program.record import composite
from ..program.scope import Scope
from ..settings import as_floats, fraction, positive
from .layer import Layer


def batch_axes(x: Value) -> Axis:
    """All axes but the last: each feature is normalised over the rows, and over pixels."""
    return tuple(range(x.ndim - 1)) if x.ndim > 2 else 0


def mean_over(x: Value, axis: Axis) -> Value:
    """The mean; over the last axis that axis is kept, so that the mean fits x."""
    return x.mean(axis=axis, keepdims=axis == -1)


def moments(x: Value, axis: Axis) -> tuple[Value, Value]:
    mean = mean_over(x, axis).named("mean")
    return mean, mean_over((x - mean).named("centred") ** 2, axis).named("var")


def normalized(x: Value, epsilon: Value, axis: Axis) -> Value:
    mean, var = moments(x, axis)
    return (x - mean) / sqrt(var + epsilon).named("std")


def normalized_gradient(
    dN: Value, N: Value, x: Value, epsilon: Value, axis: Axis
) -> tuple[Value, None]:
    _, var = moments(x, axis)
    centred = dN - mean_over(dN, axis) - N * mean_over(dN * N, axis)
    return centred / sqrt(var + epsilon).named("std"), None


@composite(vjp=lambda dN, N, x, epsilon: normalized_gradient(dN, N, x, epsilon, batch_axes(x)))
def normalize(x: Value, epsilon: Value) -> Value:
    """N = (x - mean) / sqrt(var + epsilon), over all axes but the last."""
    return normalized(x, epsilon, batch_axes(x))


@composite(vjp=lambda dN, N, x, epsilon: normalized_gradient(dN, N, x, epsilon, -1))
def normalize_features(x: Value, epsilon: Value) -> Value:
    """N = (x - mean) / sqrt(var + epsilon), over the last axis."""
    return normalized(x, epsilon, -1)


def refuse_size(layer: str, given: object) -> None:
    """Refuse a number of features, which PyTorch asks for, before it becomes another setting."""
    if isinstance(given, Integral) and not isinstance(given, bool) and int(given) > 1:
        todo = "leave it out: the number of features follows from the layer before"
        raise DescriptionError(layer, "no size", repr(given), todo)


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
        refuse_size("BatchNorm", self.momentum)
        fraction("BatchNorm", "momentum", self.momentum)
        positive("BatchNorm", "epsilon", self.epsilon)
        as_floats(self, "momentum", "epsilon")

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim < 2:
            raise scope.shape_error("input (n, ..., features)", x, "give each row its features")
        scale, shift = scale_and_shift(x, scope)
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
        axis = batch_axes(x)
        mean, var = moments(x, axis)
        m = count(x, axis)
        unbiased = (var * (m / (m - 1))).named("unbiased")
        momentum = scope.hyperparameter("momentum", self.momentum)
        scope.update(running_mean, (1 - momentum) * running_mean + momentum * mean)
        scope.update(running_var, (1 - momentum) * running_var + momentum * unbiased)


@dataclass(frozen=True)
class LayerNorm(Layer):
    """Z = scale * N + shift, N the input normalised over the features of each row.

    Ba, Kiros & Hinton 2016, "Layer normalization", section 3, equation 3, with the biased variance.
    It does the same in training and in inference, keeps no state and takes batches of one row.

    Over images the features are the channels of one pixel, as in Keras with its axis=-1; PyTorch's
    LayerNorm((c, h, w)) takes all pixels of an image together. PyTorch's epsilon is ours, Keras'
    is 1e-3.

    Parameters
    ----------
    epsilon : float > 0

    Raises
    ------
    ShapeError
        If there is a single feature, which minus its mean is always 0.

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.LayerNorm()], input_shape=2).source("predict"), end="")
    def predict(X, scale1, shift1, *, epsilon1=1e-05):
        # ---- forward ----
        # layer 1: LayerNorm()
        mean1 = X.mean(axis=1, keepdims=True)         # (n, 1)
        centred1 = X - mean1                          # (n, 2)
        var1 = (centred1**2).mean(axis=1, keepdims=True)  # (n, 1)
        std1 = np.sqrt(var1 + epsilon1)               # (n, 1)
        N1 = centred1 / std1                          # (n, 2)
        Z1 = scale1 * N1 + shift1                     # (n, 2)
        return Z1
    """

    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        refuse_size("LayerNorm", self.epsilon)
        positive("LayerNorm", "epsilon", self.epsilon)
        as_floats(self, "epsilon")

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim < 2 or x.shape[-1].number < 2:
            expected = "input (n, ..., features) of at least 2 features"
            raise scope.shape_error(expected, x, "leave it out, or use BatchNorm()")
        scale, shift = scale_and_shift(x, scope)
        N = normalize_features(x, scope.hyperparameter("epsilon", self.epsilon)).named("N")
        return (scale * N + shift).named("Z")


def scale_and_shift(x: Value, scope: Scope) -> tuple[Value, Value]:
    """The two parameters of a norm, one number a feature."""
    return (
        scope.parameter("scale", x.shape[-1:], Constant(1.0)),
        scope.parameter("shift", x.shape[-1:], Constant(0.0)),
    )
