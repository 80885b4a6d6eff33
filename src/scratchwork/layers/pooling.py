"""Pools, on images (n, h, w, c): each window, or all of an image, as one number a channel."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from ..program.ir import Shape, Size, Value, apply
from ..program.scope import Scope
from ..program.shapes import window_count
from ..settings import as_ints
from .images import Pair, check_images, check_pair, pair
from .layer import Layer

BEFORE_FLATTEN = "put it before Flatten()"


@dataclass(frozen=True)
class Pool2D(Layer):
    """What pools share: the size of their windows, and how far apart they stand."""

    pool_size: Pair = 2
    stride: Pair | None = None

    def __post_init__(self) -> None:
        where = type(self).__name__
        check_pair(where, "pool_size", self.pool_size)
        if self.stride is not None:
            check_pair(where, "stride", self.stride)
        as_ints(self, "pool_size", "stride")

    def windows(self, x: Value, scope: Scope) -> tuple[Value, Shape]:
        """C (windows, pixels, channels), and the shape of what one number for each would be."""
        check_images(x, scope, BEFORE_FLATTEN)
        window, stride = pair(self.pool_size), pair(self.stride or self.pool_size)
        C = apply("windows", x, window=window, stride=stride)
        C = C.reshape(C.shape[0], prod(window), x.shape[3]).named("C")
        rows, columns = window_count(x.shape, window, stride)
        return C, (x.shape[0], Size(rows), Size(columns), x.shape[3])


@dataclass(frozen=True)
class MaxPool2D(Pool2D):
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

    def build(self, x: Value, scope: Scope) -> Value:
        C, shape = self.windows(x, scope)
        return C.max(axis=1).reshape(shape).named("A")


@dataclass(frozen=True)
class AveragePool2D(Pool2D):
    """The mean of each window, channel by channel: A = C.mean(axis=1), C the windows.

    LeCun et al. 1998, "Gradient-based learning applied to document recognition", section II: the
    subsampling of LeNet-5, there with a coefficient and a bias for each channel.

    Parameters
    ----------
    pool_size : int or (rows, columns)
    stride : int or (rows, columns), optional
        By default the size of the window. Rows and columns that do not fill a window are left out,
        as in Keras' "valid" and PyTorch.

    Notes
    -----
    x (n, h, w, c) gives (n, h', w', c). The zeros of a ZeroPad2D before it count as pixels, as in
    PyTorch's ``padding``; in Keras' "same" they do not.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.AveragePool2D(2)], input_shape=(8, 8, 3))
    >>> print(model.source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 1: AveragePool2D()
        C1 = windows(X, (2, 2), (2, 2)).reshape(-1, 4, 3)  # (16 * n, 4, 3)
        A1 = C1.mean(axis=1).reshape(-1, 4, 4, 3)     # (n, 4, 4, 3)
        return A1
    """

    def build(self, x: Value, scope: Scope) -> Value:
        C, shape = self.windows(x, scope)
        return C.mean(axis=1).reshape(shape).named("A")


@dataclass(frozen=True)
class GlobalAveragePool2D(Layer):
    """The mean of each channel over all pixels: A = X.mean(axis=(1, 2)).

    Lin, Chen & Yan 2014, "Network in network", section 3.2.

    Notes
    -----
    x (n, h, w, c) gives (n, c), so that a Dense may follow, as after Keras'
    GlobalAveragePooling2D; PyTorch's AdaptiveAvgPool2d(1) keeps two axes of size 1.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.GlobalAveragePool2D()], input_shape=(8, 8, 3))
    >>> print(model.source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 1: GlobalAveragePool2D()
        A1 = X.mean(axis=(1, 2))                      # (n, 3)
        return A1
    """

    def build(self, x: Value, scope: Scope) -> Value:
        check_images(x, scope, BEFORE_FLATTEN)
        return x.mean(axis=(1, 2)).named("A")
