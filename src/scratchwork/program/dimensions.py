"""Dimensions: which sizes of a program are the same one, whatever their numbers happen to be.

A compiled text names sizes (``d0``, ``h1``) and reads their numbers at run time, so that networks
of one structure share it. Two axes are of one dimension where an operation asks for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise, zip_longest

from .ir import Program, Statement, Value
from .passes import unique
from .shapes import axes

Place = tuple[Value, int]
REDUCTIONS = ("sum", "mean", "max", "min", "argmax")


class Dimensions:
    """The name of each axis of each value, and the number behind each name.

    Parameters
    ----------
    program : Program
    taken : iterable of str
        Names that sizes must not have.
    """

    def __init__(self, program: Program, taken: Iterable[str] = ()) -> None:
        self.parent: dict[Place, Place] = {}
        statements = list(program.statements)
        for loop in program.loops:
            for row in loop.rows:
                for one, other in pairwise([x for x in row.values() if x.shape]):
                    self.join_all(one, other)
        for s in statements:
            self.relate(s)
        for one, other in (*program.updates.items(), *program.gradients.items()):
            self.join_all(one, other)
        self.numbers: dict[str, int] = {}
        self.names: dict[Place, str] = {}
        used = set(taken)
        values = dict.fromkeys((*program.given, *(x for s in statements for x in s.makes)))
        for value in values:
            for axis in range(value.ndim):
                self.name(value, axis, used)

    def name(self, value: Value, axis: int, used: set[str]) -> None:
        """Name a dimension where it is met first, after its symbol if it has one."""
        size, root = value.shape[axis], self.root((value, axis))
        if size.number == 1 or root in self.names:
            return
        symbol = unique(size.symbol or "s1", used) if size.symbol != "n" else unique("s1", used)
        used.add(symbol)
        self.names[root], self.numbers[symbol] = symbol, size.number

    def root(self, place: Place) -> Place:
        while place in self.parent:
            place = self.parent[place]
        return place

    def join(self, one: Place, other: Place) -> None:
        numbers = {value.shape[axis].number for value, axis in (one, other)}
        roots = self.root(one), self.root(other)
        if roots[0] != roots[1] and len(numbers) == 1:
            self.parent[roots[1]] = roots[0]

    def join_all(self, one: Value, other: Value) -> None:
        """Of two values of one shape, or of one that is stretched to the other's."""
        for back in range(1, min(one.ndim, other.ndim) + 1):
            self.join((one, one.ndim - back), (other, other.ndim - back))

    def of(self, value: Value) -> tuple[str, ...]:
        """The names of the value's axes; "1" for one of a single entry, or of n rows."""
        return tuple(self.axis(value, axis) for axis in range(value.ndim))

    def axis(self, value: Value, axis: int) -> str:
        if value.shape[axis].number == 1:
            return "1"
        return self.names[self.root((value, axis))]

    def relate(self, s: Statement) -> None:
        """Join what a statement asks to be the same."""
        y, values = s.target, s.values
        if s.op.elementwise or s.op.name in ("cast", "copy", "broadcast_to", "first_maximum"):
            for x in values:
                self.join_all(y, x)
        elif s.op.name == "transpose":
            self.pair(values[0], y, ((0, 1), (1, 0)))
        elif s.op.name == "matmul":
            a, b = values if len(values) == 2 else (values[0], values[0])
            self.pair(a, y, ((0, 0),))
            self.pair(b, y, ((1, 1),))
            self.pair(a, b, ((1, 0),))
        elif s.op.name in REDUCTIONS:
            self.pair(values[0], y, kept_axes(s))
        elif s.op.name in ("expand_dims", "squeeze"):
            long, short = (y, values[0]) if s.op.name == "expand_dims" else (values[0], y)
            rest = [a for a in range(long.ndim) if a != s.attrs["axis"]]
            self.pair(long, short, [(a, i) for i, a in enumerate(rest)])
        elif s.op.name in ("pad", "crop"):
            self.pair(values[0], y, ((0, 0), (3, 3)))
        elif s.op.name == "reshape":
            self.reshaped(values[0], y)

    def pair(self, one: Value, other: Value, places: Iterable[tuple[int, int]]) -> None:
        for a, b in places:
            self.join((one, a), (other, b))

    def reshaped(self, x: Value, y: Value) -> None:
        """The axes that a reshape leaves as they are: from the left, and from the right."""
        for turned in (1, -1):
            sizes: Sequence[tuple[object, object]] = list(
                zip_longest(x.shape[::turned], y.shape[::turned])
            )
            for i, (a, b) in enumerate(sizes):
                if a != b or a is None:
                    break
                places = (i, i) if turned == 1 else (x.ndim - 1 - i, y.ndim - 1 - i)
                self.pair(x, y, (places,))


def kept_axes(s: Statement) -> list[tuple[int, int]]:
    """The axes of a reduction's input that its result has too: (of the input, of the result)."""
    x = s.values[0]
    gone = set(axes(s.attrs.get("axis"), x.ndim))
    kept = [a for a in range(x.ndim) if a not in gone]
    if s.attrs.get("keepdims"):
        return [(a, a) for a in kept]
    return [(a, i) for i, a in enumerate(kept)]
