"""The primitives, a row each: shape rule, gradient rule. The formula sheet of the library.

In a rule, ``dy`` is the gradient of the loss with respect to the result ``y``; it gives one
gradient for each input, None where there is none to give. Where an input was stretched by
broadcasting, ``differentiate`` sums the gradient back to its shape: no rule does.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import shapes
from .ir import OPS, Axis, DTypeRule, Op, Operand, Size, Value, apply, builder

Gradients = tuple[Operand | None, ...]


def primitive(
    name: str,
    shape: Callable[..., Any],
    vjp: Callable[..., Gradients] | None = None,
    *,
    dtype: DTypeRule = None,
    elementwise: bool = False,
    view: bool = False,
    draws: bool = False,
) -> None:
    OPS[name] = Op(name, shape, vjp, dtype, elementwise, view, draws)


def elementwise(
    name: str, vjp: Callable[..., Gradients] | None = None, dtype: DTypeRule = None
) -> None:
    primitive(name, shapes.broadcast, vjp, dtype=dtype, elementwise=True)


# What rules and layers call; Values' operators and NumPy's functions reach the same rows.
def exp(x: Operand) -> Value:
    return apply("exp", x)


def log(x: Operand) -> Value:
    return apply("log", x)


def sqrt(x: Operand) -> Value:
    return apply("sqrt", x)


def sign(x: Operand) -> Value:
    return apply("sign", x)


def maximum(a: Operand, b: Operand) -> Value:
    return apply("maximum", a, b)


def minimum(a: Operand, b: Operand) -> Value:
    return apply("minimum", a, b)


def floor(x: Operand) -> Value:
    return apply("floor", x)


def sin(x: Operand) -> Value:
    return apply("sin", x)


def cos(x: Operand) -> Value:
    return apply("cos", x)


def remainder(a: Operand, b: Operand) -> Value:
    """a % b, in [0, b) for b > 0."""
    return apply("remainder", a, b)


def clip(x: Operand, low: Operand, high: Operand) -> Value:
    return apply("clip", x, low, high)


def norm(*arrays: Value) -> Value:
    """The root of the sum of all squares, as one Python number."""
    return apply("norm", *arrays)


def where(condition: Value, a: Operand, b: Operand) -> Value:
    return apply("where", condition, a, b)


def equal(a: Operand, b: Operand) -> Value:
    return apply("equal", a, b)


def stop_gradient(x: Value) -> Value:
    """x, a constant for the gradient."""
    return apply("stop_gradient", x)


def vector(*numbers: Operand) -> Value:
    """Numbers as an array (k,) in the model's dtype."""
    return apply("vector", *numbers)


def expand_dims(x: Value, axis: int) -> Value:
    return apply("expand_dims", x, axis=axis)


def squeeze(x: Value, axis: int) -> Value:
    return apply("squeeze", x, axis=axis)


def fill(value: Operand, like: Value) -> Value:
    """value, stretched to the shape of like."""
    return apply("broadcast_to", value, like)


def restore(dy: Operand, x: Value, axis: Axis, keepdims: bool) -> Value:
    """Give back the axes that a reduction of x took away, stretched to x's shape."""
    if axis is not None and not keepdims and isinstance(dy, Value):
        for a in sorted(shapes.axes(axis, x.ndim)):
            dy = expand_dims(dy, a)
    return fill(dy, x)


def count(x: Value, axis: Axis) -> Operand:
    """How many elements a reduction of x over axis takes together."""
    sizes = [x.shape[a] for a in shapes.axes(axis, x.ndim)]
    number = 1
    for size in sizes:
        number *= size.number
    if not any(size.batch for size in sizes):
        return number
    return builder().rows if number == 1 else number * builder().rows


def first_maximum(x: Value, axis: int) -> Value:
    """True at the first largest entry along axis."""
    return apply("first_maximum", x, axis=axis)


# ---- arithmetic ----
elementwise("add", lambda dy, y, a, b: (dy, dy))
elementwise("subtract", lambda dy, y, a, b: (dy, -dy))
elementwise("multiply", lambda dy, y, a, b: (dy * b, dy * a))
elementwise("divide", lambda dy, y, a, b: (dy / b, -dy * y / b))
elementwise("negative", lambda dy, y, x: (-dy,))
elementwise(
    "power",
    lambda dy, y, x, k: (
        dy * power_slope(x, k),
        None if not isinstance(k, Value) else dy * y * log(x),
    ),
)
elementwise("absolute", lambda dy, y, x: (dy * sign(x),))
elementwise("exp", lambda dy, y, x: (dy * y,))
elementwise("expm1", lambda dy, y, x: (dy * (y + 1),))
elementwise("log", lambda dy, y, x: (dy / x,))
elementwise("log1p", lambda dy, y, x: (dy / (1 + x),))
elementwise("sqrt", lambda dy, y, x: (dy / (2 * y),))
elementwise("tanh", lambda dy, y, x: (dy * (1 - y**2),))
elementwise("sign", lambda dy, y, x: (None,))
elementwise("maximum", lambda dy, y, a, b: (dy * (a > b), dy * (a <= b)))
elementwise("minimum", lambda dy, y, a, b: (dy * (a < b), dy * (a >= b)))
elementwise("clip", lambda dy, y, x, low, high: (dy * (x >= low) * (x <= high), None, None))
elementwise("floor", lambda dy, y, x: (None,))
elementwise("sin", lambda dy, y, x: (dy * cos(x),))
elementwise("cos", lambda dy, y, x: (-dy * sin(x),))
elementwise("remainder", lambda dy, y, a, b: (dy, -dy * floor(a / b)))
elementwise("where", lambda dy, y, c, a, b: (None, where(c, dy, 0), where(c, 0, dy)))
primitive("stop_gradient", shapes.same, lambda dy, y, x: (None,), view=True)
primitive("cast", shapes.same, dtype="model")
primitive("copy", shapes.same)

# ---- comparisons: no gradient. Of Python numbers they give a Python number ----
TRUTH: DTypeRule = {"model": "bool", "double": "bool", "bool": "bool", "int": "bool"}
elementwise("greater", dtype=TRUTH)
elementwise("greater_equal", dtype=TRUTH)
elementwise("less", dtype=TRUTH)
elementwise("less_equal", dtype=TRUTH)
elementwise("equal", dtype=TRUTH)
primitive("argmax", shapes.reduced, dtype="int")
primitive("first_maximum", shapes.same, dtype="bool")

# ---- reductions ----
primitive(
    "sum",
    shapes.reduced,
    lambda dy, y, x, axis, keepdims: (restore(dy, x, axis, keepdims),),
    dtype={"bool": "int"},
)
primitive(
    "mean",
    shapes.reduced,
    lambda dy, y, x, axis, keepdims: (restore(dy / count(x, axis), x, axis, keepdims),),
    dtype={"bool": "double", "int": "double"},
)
primitive(
    "max",
    shapes.reduced,
    lambda dy, y, x, axis, keepdims: (restore(dy, x, axis, keepdims) * first_maximum(x, axis),),
)

primitive(
    "min",
    shapes.reduced,
    lambda dy, y, x, axis, keepdims: (restore(dy, x, axis, keepdims) * first_maximum(-x, axis),),
)

primitive("norm", shapes.scalar, dtype="weak")

# ---- products and shapes ----
primitive("matmul", shapes.matmul, lambda dy, y, a, b: (dy @ b.T, a.T @ dy))
primitive("transpose", shapes.transpose, lambda dy, y, x: (dy.T,), view=True)
primitive("reshape", shapes.reshaped, lambda dy, y, x, shape: (dy.reshape(*x.shape),), view=True)
primitive("expand_dims", shapes.expanded, lambda dy, y, x, axis: (squeeze(dy, axis),), view=True)
primitive("squeeze", shapes.squeezed, lambda dy, y, x, axis: (expand_dims(dy, axis),), view=True)
primitive("broadcast_to", shapes.like, lambda dy, y, x, like: (dy, None))

# ---- images (n, h, w, c) ----
primitive(
    "windows",
    shapes.windows,
    lambda dy, y, x, **window: (apply("add_windows", dy, image=x.shape, **window),),
)
primitive(
    "add_windows",
    shapes.add_windows,
    lambda dy, y, x, image, **window: (apply("windows", dy, **window),),
)
primitive("pad", shapes.padded, lambda dy, y, x, **border: (apply("crop", dy, **border),))
primitive("crop", shapes.cropped, lambda dy, y, x, **border: (apply("pad", dy, **border),))

# ---- where numbers come from ----
primitive("rows", shapes.scalar, dtype="weak")
primitive("number", shapes.scalar, dtype="weak")
primitive("arange", lambda size: (size,), dtype="int")
primitive("full", shapes.given, dtype="model")
primitive("vector", lambda *numbers: (Size(len(numbers)),), dtype="model")
primitive("random", shapes.given, dtype="double", draws=True)
primitive("standard_normal", shapes.given, dtype="double", draws=True)
primitive("uniform", shapes.given, dtype="double", draws=True)
primitive("normal", shapes.given, dtype="double", draws=True)
primitive("truncated_normal", shapes.given, dtype="double", draws=True)
primitive("orthogonal", shapes.given_matrix, dtype="double", draws=True)


def power_slope(x: Operand, k: Operand) -> Operand:
    """d(x**k)/dx, without a needless power."""
    return 0.0 if k == 0 else 2 * x if k == 2 else k * x ** (k - 1)
