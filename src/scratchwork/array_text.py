"""Arrays as Python expressions, for a trained network that is one file."""

from __future__ import annotations

import base64
import textwrap

import numpy as np

from .dialects.layout import WIDTH
from .storage import Array

MOST_DECIMAL = 1_000
"""Numbers that are shown as decimals; more are packed."""


def as_text(array: Array, before: str) -> str:
    """An array as an expression: decimals that read back exactly where it is small, else base64.

    ``before`` is what stands before it on its line.
    """
    indent = " " * (len(before) - len(before.lstrip()))
    if array.size > MOST_DECIMAL or not np.isfinite(array).all():  # nan has no literal
        return packed(array, indent)
    line = f"np.array({decimals(array)}, np.{array.dtype})"
    if len(before) + len(line) < WIDTH:
        return line
    deeper = f"{indent}    "
    listed = decimals(array, deeper)
    return f"np.array(\n{deeper}{listed},\n{deeper}np.{array.dtype},\n{indent})"


def decimals(array: Array, indent: str | None = None) -> str:
    """Nested lists; with an indent, on several lines where one is too long."""
    if not array.ndim:
        return str(array[()])
    line = f"[{', '.join(decimals(row) for row in array)}]"
    if indent is None or len(indent) + len(line) < WIDTH:
        return line
    deeper = f"{indent}    "
    if array.ndim > 1:
        inside = "".join(f"{deeper}{decimals(row, deeper)},\n" for row in array)
    else:
        inside = filled(line[1:-1], deeper)
    return f"[\n{inside}{indent}]"


def filled(numbers: str, indent: str) -> str:
    lines = textwrap.wrap(numbers, WIDTH - len(indent), break_on_hyphens=False)
    return "".join(f"{indent}{line}\n" for line in lines)


def packed(array: Array, indent: str) -> str:
    """A call of decode() with the array's bytes, little-endian, in base64, and its shape."""
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    text, deeper = base64.b64encode(little.tobytes()).decode(), f"{indent}    "
    lines = [f'{deeper}"{text[i : i + 84]}"' for i in range(0, len(text), 84)]
    shape = ", ".join(map(str, array.shape))
    return "\n".join(["decode(", *lines[:-1], f"{lines[-1]},", f"{deeper}{shape},", f"{indent})"])
