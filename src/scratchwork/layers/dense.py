"""Dense and Activation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .. import activations
from ..initializers import INITIALIZERS, Initializer, initializer, suited
from ..program.ir import Size, Value
from ..program.scope import Scope
from ..regularizers import Regularizer, regularizer
from ..settings import as_ints, as_names, flag, whole
from .layer import Layer


@dataclass(frozen=True)
class Dense(Layer):
    """A = activation(X @ W + b).

    Parameters
    ----------
    units : int >= 1
        The number of outputs. The number of inputs follows from the layer before.
    activation : str or function of Values, optional
    use_bias : bool
    kernel_initializer : str or initializer, optional
        By default the one that suits the activation: he_uniform for relu and its relatives,
        lecun_normal for selu, glorot_uniform for all others (``initializers.SUITED``). Keras has
        glorot_uniform for all, PyTorch ``Uniform(1 / sqrt(d))``. The activation of a layer behind
        this one is not looked at.
    bias_initializer : str or initializer
    kernel_regularizer : L1, L2 or your own, optional
        For this layer's W, instead of the one given to ``compile``; ``L2(0)`` leaves W without.
    trainable : bool
        False keeps W and b as they are; no gradient of theirs is computed.

    Notes
    -----
    x (n, d) gives (n, units); W (d, units), b (units,).

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, activation="relu")], input_shape=2)
    >>> print(model.source("predict"), end="")
    def predict(X, W1, b1):
        # ---- forward ----
        # layer 1: Dense(3, "relu")
        Z1 = X @ W1 + b1                              # (n, 3)
        A1 = np.maximum(Z1, 0)                        # (n, 3)
        return A1

    The penalty of a layer has its strength under a name of its own:

    >>> model = sw.Sequential([sw.Dense(1, kernel_regularizer=sw.L2(0.5))], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> rows = [row.split("  #")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("penalty =", "dW1 ="))), sep="\\n")
    penalty = l2_1 / (2 * n) * (W1**2).sum()
    dW1 = X.T @ dZ1 + l2_1 / n * W1
    """

    units: int
    activation: activations.Activation = None
    use_bias: bool = True
    kernel_initializer: Initializer | None = None
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer | None = None
    trainable: bool = True

    def __post_init__(self) -> None:
        whole("Dense", "units", self.units)
        activations.check_activation("Dense", "outputs", self.activation)
        as_names(self, activations.ACTIVATIONS, "activation")
        as_names(self, INITIALIZERS, "kernel_initializer", "bias_initializer")
        as_ints(self, "units")
        suited(self.kernel_initializer, self.activation)
        initializer(self.bias_initializer)
        regularizer(self.kernel_regularizer)
        flag("Dense", "use_bias", self.use_bias)
        flag("Dense", "trainable", self.trainable)

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim != 2:
            raise scope.shape_error("input (n, features)", x, "add Flatten() before it")
        units = Size(self.units, f"h{scope.recorder.suffix}")
        kernel = suited(self.kernel_initializer, self.activation)
        bias = initializer(self.bias_initializer)
        W = scope.parameter(
            "W", (x.shape[1], units), kernel, kernel=True,
            regularizer=self.kernel_regularizer, trainable=self.trainable,
        )  # fmt: skip
        Z = x @ W
        if self.use_bias:
            Z = Z + scope.parameter("b", (units,), bias, trainable=self.trainable)
        return activations.activate(Z.named("Z"), self.activation, scope)


@dataclass(frozen=True)
class Activation(Layer):
    """An activation function as a layer of its own.

    Parameters
    ----------
    function : str or function of Values
        ``"relu"``, or your own: ``Activation(lambda Z: Z * Z)``. Its gradient is derived.

    Examples
    --------
    >>> import scratchwork as sw
    >>> square = sw.Activation(lambda Z: Z * Z)
    >>> model = sw.Sequential([sw.Dense(3), square, sw.Dense(1)], input_shape=2)
    """

    function: activations.Activation
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        activations.activation(self.function)
        as_names(self, activations.ACTIVATIONS, "function")

    def build(self, x: Value, scope: Scope) -> Value:
        return activations.activate(x, self.function, scope)
