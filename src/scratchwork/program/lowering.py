"""Lowering for compiled dialects: what loops over entries do not say directly becomes what they do.

A mean is a sum and a division, a norm is a root of sums, the first maximum is a comparison of
positions; whole numbers that are counts become sizes, so that they do not stand in the text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from .ir import OPS, Op, Operand, Program, Size, Statement, Value
from .record import result_dtype
from .shapes import axes, scalar

SIZE = Op("size", scalar, dtype="weak")
"""How many entries a parameter of any shape has, in an optimizer's rule."""

LARGEST_IN_TEXT = 2
"""Whole numbers above this one are counts: 784 entries, 10 outputs."""

OF_STRUCTURE = ("power", "where", "number")
"""Operations whose numbers are no counts: a cube is a cube at any width."""


@dataclass
class Lowering:
    """Statements rewritten one after the other; ``counts`` are the numbers taken out of them."""

    program: Program
    statements: list[Statement] = field(default_factory=list)
    counts: dict[Value, int] = field(default_factory=dict)

    def make(self, like: Statement, name: str, *inputs: Operand, **attrs: object) -> Value:
        """One more statement, in phase and note like another one."""
        op = OPS.get(name, SIZE)
        assert op.shape is not None  # primitives have a shape rule
        shape = op.shape(*(getattr(x, "shape", ()) for x in inputs), **attrs)
        y = Value(shape, result_dtype(op, inputs))
        self.statements.append(Statement(y, op, inputs, attrs, like.phase, like.note))
        return y

    def ends(self, s: Statement, name: str, *inputs: Operand, **attrs: object) -> None:
        """The statement that now computes what ``s`` did."""
        self.statements.append(replace(s, op=OPS[name], inputs=inputs, attrs=attrs))

    def count(self, number: int) -> Operand:
        """A number of entries: as it stands if it is small, else as a size."""
        if number <= LARGEST_IN_TEXT:
            return number
        for value, known in self.counts.items():
            if known == number:
                return value
        value = Value((), "weak", name=f"count{len(self.counts) + 1}")
        self.counts[value] = number
        return value

    def entries(self, s: Statement) -> Operand:
        """How many entries a reduction takes together."""
        x = s.values[0]
        sizes = [x.shape[a] for a in axes(s.attrs.get("axis"), x.ndim)]
        number = 1
        for size in sizes:
            number *= size.number
        if any(size.symbol == "size" for size in sizes):  # of a rule, which holds for any size
            return self.make(s, "size", x)
        count = self.count(number)
        if not any(size.batch for size in sizes):
            return count
        rows = self.rows()
        return rows if number == 1 else self.make(s, "multiply", count, rows)

    def rows(self) -> Value:
        """The number of rows of the batch; a program that has not asked for it does so first."""
        listed = (*self.statements, *self.program.statements)
        for s in listed:
            if s.op.name == "rows":
                return s.target
        given = next(x for x in self.program.inputs if x.shape and x.shape[0].batch)
        n = Value((), "weak", name="n")
        self.statements.insert(0, Statement(n, OPS["rows"], (given,), {}, "prologue", ""))
        return n


def mean(lowering: Lowering, s: Statement) -> None:
    x = s.inputs[0]
    total = lowering.make(s, "sum", x, **s.attrs)
    if total.dtype == "int":  # of truth values: a number of them
        total.dtype = "double"
    lowering.ends(s, "divide", total, lowering.entries(s))


def norm(lowering: Lowering, s: Statement) -> None:
    """The root of the sum of all squares."""
    sums = [
        lowering.make(s, "sum", square, axis=None, keepdims=False) if x.shape else square
        for x in s.values
        for square in (lowering.make(s, "multiply", x, x),)
    ]
    total = sums[0]
    for each in sums[1:]:
        total = lowering.make(s, "add", total, each)
    lowering.ends(s, "sqrt", total)


def first_maximum(lowering: Lowering, s: Statement) -> None:
    """Where the position along the axis is that of the first largest entry."""
    x, axis = s.values[0], s.attrs["axis"]
    first = lowering.make(s, "argmax", x, axis=axis, keepdims=True)
    position = lowering.make(s, "arange", size=Size(x.shape[axis].number))
    for _ in range(x.ndim - 1 - axis):
        position = lowering.make(s, "expand_dims", position, axis=position.ndim)
    lowering.ends(s, "equal", position, first)


LOWERED: dict[str, Callable[[Lowering, Statement], None]] = {
    "mean": mean,
    "norm": norm,
    "first_maximum": first_maximum,
}


def lowered(program: Program) -> tuple[Program, dict[Value, int]]:
    """The program for compiled dialects, and the counts that its text reads as sizes."""
    lowering, rules = Lowering(program), []
    for s in program.statements:
        lower(lowering, s)
    for loop in program.loops:
        inner = Lowering(loop.rule)
        for s in loop.rule.statements:
            lower(inner, s)
        rules.append(replace(loop, rule=loop.rule.having(statements=tuple(inner.statements))))
        lowering.counts.update(inner.counts)
    statements = tuple(lowering.statements)
    return program.having(statements=statements, loops=tuple(rules)), lowering.counts


def lower(lowering: Lowering, s: Statement) -> None:
    rule = LOWERED.get(s.op.name)
    if rule is not None:
        rule(lowering, s)
        return
    if s.op.name not in OF_STRUCTURE:
        s = replace(s, inputs=tuple(counted(lowering, x) for x in s.inputs))
    lowering.statements.append(s)


def counted(lowering: Lowering, x: Operand) -> Operand:
    if isinstance(x, int) and not isinstance(x, bool) and x > LARGEST_IN_TEXT:
        return lowering.count(x)
    return x
