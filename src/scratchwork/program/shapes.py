"""Shape rules: from the shapes of the inputs to that of the result, or a ShapeError.

They compare numbers. The batch may only be the leading axis, so (n, 1) with (n,) is an error and
never an (n, n) array.
"""

from __future__ import annotations

from math import prod

from ..errors import ShapeError
from .ir import Axis, Shape, Size, shape_text


def same(x: Shape, *_: Shape, **__: object) -> Shape:
    return x


def scalar(*_: Shape, **__: object) -> Shape:
    return ()


def given(*_: Shape, shape: Shape) -> Shape:
    return shape


def given_matrix(*_: Shape, shape: Shape) -> Shape:
    if len(shape) != 2:
        todo = "choose another initializer for what is no kernel"
        raise ShapeError("orthogonal", "a matrix (d_in, d_out)", shape_text(shape), todo)
    return shape


def broadcast(*shapes: Shape) -> Shape:
    """NumPy's rule, read from the right; 1 stretches."""
    result: Shape = ()
    for shape in shapes:
        result = broadcast_two(result, shape)
    return result


def broadcast_two(a: Shape, b: Shape) -> Shape:
    if not a or not b:
        return a or b
    long, short = (a, b) if len(a) >= len(b) else (b, a)
    rank = len(long) - len(short)
    pairs = zip(long[rank:], short, strict=True)
    result = long[:rank] + tuple(y if x == Size(1) else x for x, y in pairs)
    fits = all(y in (x, Size(1)) or x == Size(1) for x, y in zip(long[rank:], short, strict=True))
    if not fits or any(size.batch for size in result[1:]):
        raise ShapeError(
            "elementwise arithmetic",
            "shapes that fit from the right",
            f"{shape_text(a)} with {shape_text(b)}",
            "make them equal, or 1 where they should stretch",
        )
    return result


def matmul(a: Shape, b: Shape) -> Shape:
    if len(a) != 2 or len(b) != 2 or a[1] != b[0]:
        raise ShapeError(
            "@",
            "(m, k) @ (k, l)",
            f"{shape_text(a)} @ {shape_text(b)}",
            "flatten, reshape or transpose one of them",
        )
    return (a[0], b[1])


def transpose(x: Shape) -> Shape:
    if len(x) != 2:
        raise ShapeError(".T", "a matrix", shape_text(x), "reshape it first")
    return x[::-1]


def axes(axis: Axis, rank: int) -> tuple[int, ...]:
    """The axes meant by NumPy's axis argument, counted from 0."""
    listed = range(rank) if axis is None else (axis,) if isinstance(axis, int) else axis
    return tuple(a + rank if a < 0 else a for a in listed)


def reduced(x: Shape, axis: Axis = None, keepdims: bool = False) -> Shape:
    gone = axes(axis, len(x))
    if any(not 0 <= a < len(x) for a in gone):
        raise ShapeError(
            "a sum over an axis",
            f"an axis of {shape_text(x)}",
            str(axis),
            "count from 0, or from -1 at the end",
        )
    if keepdims:
        return tuple(Size(1) if i in gone else size for i, size in enumerate(x))
    return tuple(size for i, size in enumerate(x) if i not in gone)


def expanded(x: Shape, axis: int) -> Shape:
    return (*x[:axis], Size(1), *x[axis:])


def squeezed(x: Shape, axis: int) -> Shape:
    if x[axis] != Size(1):
        raise ShapeError("squeeze", f"size 1 at axis {axis}", shape_text(x), "reduce that axis")
    return (*x[:axis], *x[axis + 1 :])


def reshaped(x: Shape, shape: Shape) -> Shape:
    shape = tuple(s if isinstance(s, Size) else Size(s) for s in shape)
    batch = [any(s.batch for s in sizes) for sizes in (x, shape)]
    if prod(s.number for s in x) != prod(s.number for s in shape) or batch[0] != batch[1]:
        raise ShapeError(
            "reshape",
            f"as many elements as {shape_text(x)}",
            shape_text(shape),
            "let the sizes multiply to the same number",
        )
    return shape


def like(x: Shape, model: Shape) -> Shape:
    if broadcast(x, model) != model:
        raise ShapeError(
            "a gradient or number stretched to an array",
            f"a shape that fits {shape_text(model)} from the right",
            shape_text(x),
            "sum or reshape it",
        )
    return model


Pair = tuple[int, int]


def windows(x: Shape, window: Pair, stride: Pair) -> Shape:
    """(n, h, w, c) -> (rows * columns * n, height * width * c)."""
    if len(x) != 4 or not x[0].batch or x[1].number < window[0] or x[2].number < window[1]:
        raise ShapeError(
            "windows",
            f"images (n, h, w, c) of at least {window[0]} x {window[1]} pixels",
            shape_text(x),
            "use a smaller window, padding, or fewer layers",
        )
    rows, columns = window_count(x, window, stride)
    return (Size(rows * columns * x[0].number, batch=True), Size(prod(window) * x[3].number))


def window_count(x: Shape, window: Pair, stride: Pair) -> Pair:
    """How many rows and columns of windows an image has."""
    return ((x[1].number - window[0]) // stride[0] + 1, (x[2].number - window[1]) // stride[1] + 1)


def add_windows(x: Shape, image: Shape, window: Pair, stride: Pair) -> Shape:
    return image


def padded(x: Shape, rows: Pair, columns: Pair) -> Shape:
    return (x[0], Size(x[1].number + sum(rows)), Size(x[2].number + sum(columns)), x[3])


def cropped(x: Shape, rows: Pair, columns: Pair) -> Shape:
    return (x[0], Size(x[1].number - sum(rows)), Size(x[2].number - sum(columns)), x[3])
