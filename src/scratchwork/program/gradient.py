"""Reverse-mode differentiation: append the statements that compute gradients."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ..errors import GradientError
from .ir import Operand, Size, Statement, Value, builder
from .primitives import fill

GRADIENT_DTYPES = ("model", "weak")  # comparisons and labels carry none


def differentiate(of: Value, wrt: Iterable[Value], seed: Operand = 1.0) -> dict[Value, Value]:
    """Record the gradient of ``of`` with respect to each of ``wrt``.

    Only paths between the two are walked. A value that ``of`` does not depend on has no entry in
    the result. Gradients that arrive on several paths are added; each is called ``d`` and the name
    of its value.

    Parameters
    ----------
    of : Value
        A scalar, unless ``seed`` gives the gradient with respect to it.
    wrt : iterable of Value
    seed : Value or float

    Raises
    ------
    GradientError
        If an operation on a path has no gradient rule.
    """
    wrt = tuple(wrt)
    statements = tuple(builder().statements)
    on_path = dependents(statements, wrt)
    gradients: dict[Value, Operand] = {of: seed}

    def walk(body: Sequence[Statement]) -> None:
        for s in reversed(body):
            dy = gradients.get(s.target)
            if any(inner in gradients and inner is not s.target for inner in s.makes):
                walk(s.body)  # what the body computes is used outside it, past any rule
                continue
            if dy is None or s.target not in on_path:
                continue
            name_gradient(s.target, dy)
            with builder().at(note=s.note):
                if s.body and (s.op.vjp is None or takes_more(s, on_path)):
                    walk(s.body)
                else:
                    add_gradients(s, dy)

    def add_gradients(s: Statement, dy: Operand) -> None:
        given = told(s, dy)
        untold = {x for x, dx in zip(s.inputs, given, strict=True) if dx is None}
        if s.body and untold.intersection(on_path):  # targets, say, which mostly are data
            walk(s.body)
            return
        for x, dx in zip(s.inputs, given, strict=True):
            if isinstance(x, Value) and x in on_path and dx is not None:
                dx = unbroadcast(dx, x)
                gradients[x] = dx + gradients[x] if x in gradients else dx

    with builder().at(phase="backward"):
        walk(statements)
        found = {x: as_value(gradients[x], x) for x in wrt if x in gradients}
        for x, dx in found.items():
            name_gradient(x, dx)
    return found


def takes_more(s: Statement, on_path: set[Value]) -> bool:
    """Whether a composite uses a value on the path that its rule was not told of."""
    return any(x in on_path for x in s.reads if x not in s.inputs)


def told(s: Statement, dy: Operand) -> tuple[Operand | None, ...]:
    """What the statement's rule gives for each input, or an error for a rule that is not one."""
    if s.op.vjp is None:
        raise GradientError(
            s.note or s.op.name,
            "operations with a gradient on the way from the loss to a parameter",
            s.op.name,
            "replace it, or use stop_gradient",
        )
    given = s.op.vjp(dy, s.target, *s.inputs, **s.attrs)
    if not isinstance(given, tuple) or len(given) != len(s.inputs):
        raise GradientError(
            f"{s.note}: the rule of {s.op.name}" if s.note else f"the rule of {s.op.name}",
            f"a tuple of {len(s.inputs)}, a gradient or None for each input",
            repr(given),
            "return it so: vjp=lambda dy, y, x: (dy * 2 * x,)",
        )
    return given


def as_value(dx: Operand, x: Value) -> Value:
    return dx if isinstance(dx, Value) else fill(dx, x)


def dependents(statements: Iterable[Statement], wrt: Iterable[Value]) -> set[Value]:
    """All values through which a change of ``wrt`` reaches a result."""
    reached = set(wrt)

    def follow(body: Iterable[Statement]) -> None:
        for s in body:
            stops = s.op.name == "stop_gradient" or s.target.dtype not in GRADIENT_DTYPES
            if s.body:
                follow(s.body)
            elif not stops and any(x in reached for x in s.values):
                reached.add(s.target)

    follow(statements)
    return reached


def name_gradient(x: Value, dx: Operand) -> None:
    if isinstance(dx, Value) and dx.role == "temporary" and x.name and dx.name is None:
        dx.name = f"d{x.name}"


def unbroadcast(dx: Operand, x: Value) -> Operand:
    """Sum a gradient over the axes along which x was stretched; stretch a scalar one."""
    if not isinstance(dx, Value) or dx.ndim < x.ndim:
        return fill(dx, x) if x.shape else dx
    extra = dx.ndim - x.ndim
    if extra:
        dx = dx.sum(axis=tuple(range(extra)) if extra > 1 else 0)
    for axis, (have, want) in enumerate(zip(dx.shape, x.shape, strict=True)):
        if have != want == Size(1):
            dx = dx.sum(axis=axis, keepdims=True)
    return dx if dx.shape == x.shape else fill(dx, x)
