"""Passes: each takes a program and gives a better one. ``lines`` (its own file) comes last."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from .ir import OPS, Loop, Operand, Program, Statement, Value


def lower(program: Program) -> Program:
    """Put the body of each composite in its place."""

    def splice(statements: Iterable[Statement]) -> Iterator[Statement]:
        for s in statements:
            if s.body:
                yield from splice(s.body)
            else:
                yield s

    return program.having(statements=tuple(splice(program.statements)))


def rewrite(program: Program, rule: Callable[[Statement], Statement | Operand]) -> Program:
    """Replace each statement by what ``rule`` makes of it: a statement, or a value."""
    alias: dict[Value, Operand] = {}
    statements: list[Statement] = []
    for s in program.statements:
        new = rule(reading(s, alias))
        if isinstance(new, Statement):
            statements.append(new)
            continue
        alias[s.target] = new
        if isinstance(new, Value) and new.role == "temporary" and new.name is None:
            new.name = s.target.name
    return program.having(
        statements=tuple(statements),
        updates={key: resolve(alias, value) for key, value in program.updates.items()},
        outputs=tuple(resolve(alias, value) for value in program.outputs),
        gradients={key: resolve(alias, value) for key, value in program.gradients.items()},
        loops=tuple(
            Loop(
                loop.rule.having(statements=tuple(reading(s, alias) for s in loop.rule.statements)),
                tuple({k: resolve(alias, v) for k, v in row.items()} for row in loop.rows),
            )
            for loop in program.loops
        ),
    )


def reading(s: Statement, alias: Mapping[Value, Operand]) -> Statement:
    """The statement with its inputs replaced."""
    inputs = tuple(alias.get(x, x) if isinstance(x, Value) else x for x in s.inputs)
    return replace(s, inputs=inputs)


def resolve(alias: Mapping[Value, Operand], value: Value) -> Value:
    """What stands for value now; a number in an output's or update's place leaves it as it is."""
    new = alias.get(value, value)
    return new if isinstance(new, Value) else value


def share(program: Program) -> Program:
    """Compute equal statements once. Draws are never equal, and every output is its own array."""
    seen: dict[object, Value] = {}

    def rule(s: Statement) -> Statement | Operand:
        if s.op.draws or s.target in program.outputs:
            return s
        inputs = tuple(x if isinstance(x, Value) else (type(x), x) for x in s.inputs)
        key = (s.op.name, inputs, tuple(sorted(s.attrs.items())))
        known = seen.setdefault(key, s.target)
        return s if known is s.target else known

    return rewrite(program, rule)


def prune(program: Program) -> Program:
    """Drop what nothing needs, also inputs, state and settings. Draws stay."""
    live: set[Value] = {*program.updates, *program.updates.values(), *program.outputs}
    live.update(x for loop in program.loops for x in (*loop.reads, *loop.scalars))
    kept: list[Statement] = []
    for s in reversed(program.statements):
        if s.target in live or s.op.draws:
            live.update(s.reads)
            kept.append(s)
    return program.having(
        statements=tuple(reversed(kept)),
        inputs=tuple(x for x in program.inputs if x in live),
        parameters=tuple(x for x in program.parameters if x in live),
        state=tuple(x for x in program.state if x in live),
        hyperparameters={x: v for x, v in program.hyperparameters.items() if x in live},
    )


def simplify(program: Program) -> Program:
    """Fold what a person would not write: x * 1, a stretched scalar, x * (1 / n)."""
    made: dict[Value, Statement] = {}

    def rule(s: Statement) -> Statement | Operand:
        for step in SIMPLIFICATIONS:
            result = step(s, made)
            if not isinstance(result, Statement):
                return result
            s = result
        made[s.target] = s
        return s

    return rewrite(program, rule)


Made = Mapping[Value, Statement]


def drop_markers(s: Statement, made: Made) -> Statement | Operand:
    """stop_gradient has done its work; W.T.T and a reshape or stretch to the same shape do none."""
    if s.op.name == "stop_gradient":
        return s.inputs[0]
    if s.op.name == "transpose" and s.values[0] in made and made[s.values[0]].op is s.op:
        return made[s.values[0]].inputs[0]
    same_shape = (
        s.op.name in ("reshape", "broadcast_to") and s.values and s.values[0] is s.inputs[0]
    )
    return s.inputs[0] if same_shape and s.values[0].shape == s.target.shape else s


def scalar_of(x: Operand, made: Made) -> Operand | None:
    """The scalar that fills x, if x is nothing but a stretched scalar."""
    if not isinstance(x, Value) or x not in made:
        return None
    s = made[x]
    if s.op.name in ("expand_dims", "squeeze", "reshape", "transpose"):
        return scalar_of(s.inputs[0], made)
    if s.op.name != "broadcast_to":
        return None
    source = s.inputs[0]
    return source if not isinstance(source, Value) or not source.shape else scalar_of(source, made)


def unstretch(s: Statement, made: Made) -> Statement | Operand:
    """Arithmetic stretches by itself: use what was stretched, if the other has the shape."""
    if not s.op.elementwise or len(s.inputs) != 2:
        return s
    for i, (x, other) in enumerate((s.inputs, s.inputs[::-1])):
        if not isinstance(other, Value) or other.shape != s.target.shape:
            continue
        short = scalar_of(x, made)
        if (
            short is None
            and isinstance(x, Value)
            and x in made
            and made[x].op.name == "broadcast_to"
        ):
            short = made[x].inputs[0]
        if short is not None and keeps_dtype(s, short, other):
            return replace(s, inputs=(short, other) if i == 0 else (other, short))
    return s


def keeps_dtype(s: Statement, *inputs: Operand) -> bool:
    """Whether the result is what it was: a mask / n, of Python's n, would be float64."""
    dtypes = {x.dtype for x in inputs if isinstance(x, Value)}
    return s.op.dtype is not None or s.target.dtype in dtypes


def drop_units(s: Statement, made: Made) -> Statement | Operand:
    """x * 1, 1 * x, x / 1, x + 0, 0 + x, x - 0, x**1."""
    a, b = (*s.inputs, None, None)[:2]
    if s.op.name in ("multiply", "divide", "power") and is_number(b, 1):
        return keep_dtype(s, a)
    if s.op.name in ("add", "subtract") and is_number(b, 0):
        return keep_dtype(s, a)
    unit = {"multiply": 1, "add": 0}.get(s.op.name)
    return keep_dtype(s, b) if unit is not None and is_number(a, unit) else s


def keep_dtype(s: Statement, x: Operand | None) -> Statement | Operand:
    same = isinstance(x, Value) and (x.dtype, x.shape) == (s.target.dtype, s.target.shape)
    return x if same and x is not None else s


def is_number(x: Operand | None, number: float) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool) and x == number


def divide_once(s: Statement, made: Made) -> Statement | Operand:
    """x * (1 / n) is x / n; a * (-b) and (-a) * b are -(a * b) already."""
    if s.op.name != "multiply":
        return s
    for x, other in (s.inputs, s.inputs[::-1]):
        if isinstance(x, Value) and x in made and made[x].op.name == "divide":
            numerator, denominator = made[x].inputs
            if is_number(numerator, 1) and x.name is None:
                return replace(s, op=OPS["divide"], inputs=(other, denominator))
    return s


SIMPLIFICATIONS = (drop_markers, unstretch, drop_units, divide_once)
RESERVED = {*keyword.kwlist, "np", "math", "abs", "float", "len", "max", "min", "range", "zip",
            "order", "start", "rows", "batch_size", "windows", "add_windows",
            "first_maximum", "truncated_normal", "orthogonal"}  # fmt: skip


def name(program: Program) -> Program:
    """Give every value in the text a name of its own. Only this pass writes on Values."""
    taken = set(RESERVED)
    for line in program.lines:  # a new value that must wait for its change
        if line.writes is not None and line.statement.op.name == "copy":
            line.statement.values[0].name = (
                line.statement.values[0].name or f"new_{line.writes.name}"
            )
    arrays = (*program.outputs, *program.inputs, *program.parameters, *program.state)
    counts = [line.target for line in program.lines if line.statement.op.name == "rows"]
    # what others know by its name comes first: settings and what is computed give way
    first = (*counts, *arrays, *program.hyperparameters)
    for value in dict.fromkeys((*first, *(line.target for line in program.lines))):
        name_value(value, taken)
    for loop in program.loops:
        for value in (*loop.rows[0], *(line.target for line in loop.rule.lines)):
            name_value(value, taken)
    for line in (*program.lines, *(line for loop in program.loops for line in loop.rule.lines)):
        if line.writes is not None:
            line.target.name = line.writes.name
    return program


def name_value(value: Value, taken: set[str]) -> None:
    if value.name is None or value.name in taken:
        value.name = unique(value.name or "t", taken)
    taken.add(value.name)


def unique(wanted: str, taken: set[str]) -> str:
    """``wanted``, or with _2, _3 ... behind it; what has no name is t1, t2 ..."""
    if wanted != "t" and wanted not in taken:
        return wanted
    pattern = "t{}" if wanted == "t" else wanted + "_{}"
    k = 1 if wanted == "t" else 2
    while pattern.format(k) in taken:
        k += 1
    return pattern.format(k)
