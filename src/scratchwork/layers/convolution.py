"""Conv2D and MaxPool2D, on images (n, h, w, c): windows become rows of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from .. import activations
from ..initializers import Initializer, initializer
from ..program.ir import Size, Value, apply
from ..program.scope import Scope
from ..program.shapes import window_count
from ..regularizers import Regularizer, regularizer
from ..settings import as_ints, one_of, whole
from .layer import Layer

Pair = int | tuple[int, int]


def pair(given: Pair) -> tuple[int, int]:
    """(rows, columns) from one number or two."""
    return given if isinstance(given, tuple) else (given, given)


def check_pair(where: str, name: str, given: Pair) -> None:
    """Refuse all but one whole number, or two, of at least 1."""
    for number in given if isinstance(given, tuple) and len(given) == 2 else (given,):
        whole(where, name, number)


def same_padding(size: int, window: int, stride: int) -> tuple[int, int]:
    """What goes before and behind so that ceil(size / stride) windows fit; the odd one behind."""
    total = max((-(-size // stride) - 1) * stride + window - size, 0)
    return total // 2, total - total // 2


@dataclass(frozen=True)
class Conv2D(Layer):
    """A = activation(windows(X) @ W + b): each window of the image is a row, each filter a column.

    LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II; as
    everywhere in the field it is a cross-correlation: the filters are not flipped.

    Parameters
    ----------
    filters : int >= 1
    kernel_size : int or (rows, columns)
    activation : str or function of Values, optional
    stride : int or (rows, columns)
    padding : "valid" or "same"
        "same" pads with zeros to ceil(size / stride) outputs, an odd one at the end, as Keras.
    use_bias, kernel_initializer, bias_initializer, kernel_regularizer, trainable
        As in Dense.

    Notes
    -----
    x (n, h, w, c) gives (n, h', w', filters). W is (rows * columns * c, filters): Keras' kernel,
    reshaped; PyTorch's weight is ``W.T.reshape(filters, rows, columns, c)`` with c moved to axis 1.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Conv2D(4, 3, "relu")], input_shape=(8, 8, 1))
    >>> print(model.source("predict"), end="")
    def predict(X, W1, b1):
        # ---- forward ----
        # layer 1: Conv2D(4, 3, "relu")
        C1 = windows(X, (3, 3), (1, 1))               # (36 * n, 9)
        Z1 = (C1 @ W1 + b1).reshape(-1, 6, 6, 4)      # (n, 6, 6, 4)
        A1 = np.maximum(Z1, 0)                        # (n, 6, 6, 4)
        return A1
    """

    filters: int
    kernel_size: Pair
    activation: activations.Activation = None
    stride: Pair = 1
    padding: Literal["valid", "same"] = "valid"
    use_bias: bool = True
    kernel_initializer: Initializer = "glorot_uniform"
    bias_initializer: Initializer = "zeros"
    kernel_regularizer: Regularizer | None = None
    trainable: bool = True

    def __post_init__(self) -> None:
        whole("Conv2D", "filters", self.filters)
        check_pair("Conv2D", "kernel_size", self.kernel_size)
        check_pair("Conv2D", "stride", self.stride)
        as_ints(self, "filters", "kernel_size", "stride")
        one_of("Conv2D", "padding", self.padding, ("valid", "same"))
        activations.check_activation("Conv2D", "filters", self.activation)
        initializer(self.kernel_initializer)
        initializer(self.bias_initializer)
        regularizer(self.kernel_regularizer)

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim != 4:
            todo = "give images as (n, h, w, c), with c = 1 for grey ones: X[..., None]"
            raise scope.shape_error("images (n, h, w, c)", x, todo)
        window, stride = pair(self.kernel_size), pair(self.stride)
        if self.padding == "same":
            x = pad(x, window, stride)
        C = apply("windows", x, window=window, stride=stride).named("C")
        Z = self.filtered(C, (C.shape[1].number, prod(window) * self.filters), scope)
        rows, columns = window_count(x.shape, window, stride)
        Z = Z.reshape(x.shape[0], rows, columns, Z.shape[1]).named("Z")
        return activations.activate(Z, self.activation, scope)

    def filtered(self, C: Value, fans: tuple[int, int], scope: Scope) -> Value:
        """The product of the windows with the filters, and the bias."""
        units = Size(self.filters, f"h{scope.recorder.suffix}")
        kernel, bias = initializer(self.kernel_initializer), initializer(self.bias_initializer)
        shape, trainable = (C.shape[1], units), self.trainable
        W = scope.parameter(
            "W", shape, kernel, kernel=True,
            regularizer=self.kernel_regularizer, trainable=trainable, fans=fans,
        )  # fmt: skip
        if not self.use_bias:
            return C @ W
        return C @ W + scope.parameter("b", (units,), bias, trainable=trainable)


def pad(x: Value, window: tuple[int, int], stride: tuple[int, int]) -> Value:
    rows = same_padding(x.shape[1].number, window[0], stride[0])
    columns = same_padding(x.shape[2].number, window[1], stride[1])
    return apply("pad", x, rows=rows, columns=columns) if sum(rows + columns) else x


@dataclass(frozen=True)
class MaxPool2D(Layer):
    """The largest entry of each window, channel by channel; its gradient goes to the first of them.

    Parameters
    ----------
    pool_size : int or (rows, columns)
    stride : int or (rows, columns), optional
        By default the size of the window. Rows and columns that do not fill a window are left out,
        as in Keras' "valid" and PyTorch.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.MaxPool2D(2)], input_shape=(8, 8, 3))
    >>> print(model.source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 1: MaxPool2D()
        C1 = windows(X, (2, 2), (2, 2)).reshape(-1, 4, 3)  # (16 * n, 4, 3)
        A1 = C1.max(axis=1).reshape(-1, 4, 4, 3)      # (n, 4, 4, 3)
        return A1
    """

    pool_size: Pair = 2
    stride: Pair | None = None

    def __post_init__(self) -> None:
        check_pair("MaxPool2D", "pool_size", self.pool_size)
        check_pair("MaxPool2D", "stride", self.pool_size if self.stride is None else self.stride)
        as_ints(self, "pool_size", "stride")

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim != 4:
            raise scope.shape_error("images (n, h, w, c)", x, "put it before Flatten()")
        window, stride = pair(self.pool_size), pair(self.stride or self.pool_size)
        C = apply("windows", x, window=window, stride=stride)
        C = C.reshape(C.shape[0], prod(window), x.shape[3]).named("C")
        rows, columns = window_count(x.shape, window, stride)
        return C.max(axis=1).reshape(x.shape[0], rows, columns, x.shape[3]).named("A")
