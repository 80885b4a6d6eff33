"""Layers that only change the shape: the numbers stay as they are, or zeros come around them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar, TypeAlias

from ..errors import DescriptionError
from ..program.ir import Size, Value, apply
from ..program.scope import Scope
from ..settings import as_ints, is_whole
from .images import Pair, are_two, check_images, pair
from .layer import Layer


@dataclass(frozen=True)
class Flatten(Layer):
    """One row of numbers for each image: (n, h, w, c) becomes (n, h * w * c), c fastest.

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.Flatten()], input_shape=(28, 28)).source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 0: Flatten()
        F0 = X.reshape(-1, 784)                       # (n, 784)
        return F0
    """

    numbered: ClassVar[bool] = False

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim == 2:
            return x
        return x.reshape(x.shape[0], Size(row_size(x))).named("F")


def row_size(x: Value) -> int:
    """How many numbers a row has."""
    return prod(size.number for size in x.shape[1:])


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape, row by row, the last axis fastest.

    Parameters
    ----------
    shape : int or tuple of int
        Of one row, without n, as in Keras. One size may be -1: it is what the others leave.

    Raises
    ------
    ShapeError
        If a row does not have as many numbers as the shape.

    Examples
    --------
    >>> import scratchwork as sw
    >>> images = sw.Reshape((28, 28, 1))
    >>> print(sw.Sequential([images], input_shape=784).source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 0: Reshape((28, 28, 1))
        R0 = X.reshape(-1, 28, 28, 1)                 # (n, 28, 28, 1)
        return R0
    """

    shape: int | tuple[int, ...]
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        given = self.shape if isinstance(self.shape, tuple) else (self.shape,)
        sizes = tuple(size for size in given if not is_rest(size))
        if not given or len(given) - len(sizes) > 1 or not all(is_whole(x, 1) for x in sizes):
            expected = "whole sizes >= 1 of a row, of which one may be -1"
            todo = "give the shape of one row as a tuple, without n"
            raise DescriptionError("Reshape", expected, f"shape={self.shape!r}", todo)
        object.__setattr__(self, "shape", given)
        as_ints(self, "shape")

    def build(self, x: Value, scope: Scope) -> Value:
        given, total = tuple(self.shape), row_size(x)  # type: ignore[arg-type] # since init
        known = prod(size for size in given if not is_rest(size))
        if total % known or (-1 not in given and total != known):
            expected = f"rows of {'a multiple of ' * (-1 in given)}{known} numbers"
            raise scope.shape_error(expected, x, f"let the sizes multiply to {total}")
        sizes = tuple(Size(total // known if is_rest(size) else size) for size in given)
        return x if sizes == x.shape[1:] else x.reshape((x.shape[0], *sizes)).named("R")


def is_rest(size: object) -> bool:
    """Whether a size is -1: what the others leave."""
    return is_whole(size, -1) and size == -1


Border: TypeAlias = int | tuple[Pair, Pair]


@dataclass(frozen=True)
class ZeroPad2D(Layer):
    """Zeros around images: np.pad(X, ((0, 0), (top, bottom), (left, right), (0, 0))).

    Parameters
    ----------
    padding : int >= 0, (rows, columns) or ((top, bottom), (left, right))
        How many zeros, as Keras' ZeroPadding2D; PyTorch's has (left, right, top, bottom).

    Notes
    -----
    x (n, h, w, c) gives (n, top + h + bottom, left + w + right, c).

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.ZeroPad2D(((0, 1), (2, 3)))], input_shape=(8, 8, 3))
    >>> print(model.source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 0: ZeroPad2D(((0, 1), (2, 3)))
        P0 = np.pad(X, ((0, 0), (0, 1), (2, 3), (0, 0)))  # (n, 9, 13, 3)
        return P0
    """

    padding: Border = 1
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        sides = both(self.padding)
        if len(sides) != 2 or not all(is_whole(x, 0) or are_two(x, 0) for x in sides):
            expected = "padding >= 0 as an int, (rows, columns) or ((top, bottom), (left, right))"
            todo = "give whole numbers of zeros"
            raise DescriptionError("ZeroPad2D", expected, repr(self.padding), todo)
        object.__setattr__(self, "padding", as_plain(self.padding))

    def build(self, x: Value, scope: Scope) -> Value:
        check_images(x, scope, "put it before Flatten()")
        rows, columns = map(pair, both(self.padding))
        if not any(rows + columns):
            return x
        return apply("pad", x, rows=rows, columns=columns).named("P")


def both(padding: Border) -> tuple[Pair, Pair]:
    """What goes around rows and around columns."""
    return padding if isinstance(padding, tuple) else (padding, padding)


def as_plain(number: Any) -> Any:
    """A whole number, or tuples of them, as Python's: NumPy's own print as np.int64(10)."""
    return tuple(map(as_plain, number)) if isinstance(number, tuple) else int(number)
