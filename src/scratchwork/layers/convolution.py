"""Conv2D, on images (n, h, w, c): windows become rows of a matrix."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Literal

from .. import activations
from ..initializers import INITIALIZERS, SUITED_FILTERS, Initializer, initializer, suited
from ..program.ir import Size, Value, apply
from ..program.scope import Scope
from ..program.shapes import window_count
from ..regularizers import Regularizer, regularizer
from ..settings import as_ints, as_names, flag, one_of, whole
from .images import Pair, check_images, check_pair, pair
from .layer import Layer


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
        As in Dense, but filters that are given no initializer get lecun_normal for selu and
        glorot_uniform for all others (``initializers.SUITED_FILTERS``).

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
    kernel_initializer: Initializer | None = None
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
        as_names(self, activations.ACTIVATIONS, "activation")
        as_names(self, INITIALIZERS, "kernel_initializer", "bias_initializer")
        suited(self.kernel_initializer, self.activation, SUITED_FILTERS)
        initializer(self.bias_initializer)
        regularizer(self.kernel_regularizer)
        flag("Conv2D", "use_bias", self.use_bias)
        flag("Conv2D", "trainable", self.trainable)

    def build(self, x: Value, scope: Scope) -> Value:
        check_images(
            x, scope, "give images as (n, h, w, c), with c = 1 for grey ones: X[..., None]"
        )
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
        kernel = suited(self.kernel_initializer, self.activation, SUITED_FILTERS)
        bias = initializer(self.bias_initializer)
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
