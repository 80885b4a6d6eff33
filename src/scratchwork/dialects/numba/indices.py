"""Indices of the numba dialect: where an operand has the entry that a loop is at."""

from __future__ import annotations

from collections.abc import Sequence

from ...program.ir import Operand, Statement, Value

Index = tuple[str, ...]


def is_one(x: Value, axis: int) -> bool:
    return x.shape[axis].number == 1 and not x.shape[axis].batch


def aligned(y: Value, x: Operand, index: Sequence[str]) -> Index:
    """The index of an operand that is stretched to y: its axes stand on the right."""
    if not isinstance(x, Value) or not x.shape:
        return ()
    shift = y.ndim - x.ndim
    return tuple("0" if is_one(x, a) else index[a + shift] for a in range(x.ndim))


def moved(s: Statement, index: Index) -> Index:
    """The index in what a statement shows in another shape."""
    axis = s.attrs.get("axis", 0)
    if s.op.name == "transpose":
        return index[::-1]
    if s.op.name == "expand_dims":
        return (*index[:axis], *index[axis + 1 :])
    if s.op.name == "squeeze":
        return (*index[:axis], "0", *index[axis:])
    return aligned(s.target, s.inputs[0], index)
