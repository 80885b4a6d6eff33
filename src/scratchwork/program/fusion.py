"""Fusion: which statements share a loop over rows, and which inner loop each of them is in.

A kernel is one loop over rows (or none, for what has no rows) with nests inside: loops over the
entries of a row. A reduction over the entries of a row ends with its nest, one over rows with the
kernel; what reads either comes behind. All else that can be computed in one pass is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .amount import has_rows
from .dimensions import REDUCTIONS, Dimensions, kept_axes
from .ir import Operand, Program, Statement, Value
from .shapes import axes

OPAQUE = {"matmul", "windows", "add_windows", "pad", "crop", "vector", "rows", "number"}
SHOWN = ("reshape", "expand_dims", "squeeze")  # their result lies where their input does
FREE = {"arange", "expand_dims", "squeeze", "broadcast_to", "transpose"}


@dataclass(eq=False)
class Nest:
    """Loops over the entries of a row, of which the first ``kept`` outlive the others."""

    space: tuple[str, ...]
    kept: int | None = None  # for a reduction that leaves axes: how many loops stand outside
    statements: list[Statement] = field(default_factory=list)


@dataclass(eq=False)
class Kernel:
    """One loop over rows: ``lead`` names how many of them there are for each row of the batch."""

    lead: str | None
    nests: list[Nest] = field(default_factory=list)

    @property
    def statements(self) -> tuple[Statement, ...]:
        return tuple(s for nest in self.nests for s in nest.statements)


Group = Kernel | Statement


@dataclass(frozen=True)
class Position:
    group: int
    nest: int
    inside: bool = False  # whether later statements of the kernel can read it
    ends: bool = False  # whether it is there when the nest has ended, and not before


class Fusion:
    """The groups of a list of statements, in the order in which they run.

    Parameters
    ----------
    program : Program
        Lowered.
    dimensions : Dimensions
    kept : set of Value
        What is read from outside: outputs, updates, what other lists need.
    """

    def __init__(self, program: Program, dimensions: Dimensions, kept: set[Value]) -> None:
        self.dimensions, self.kept = dimensions, kept
        self.recomputed = False  # whether arithmetic is written anew in each loop that needs it
        self.made = {s.target: s for s in program.statements}
        self.readers: dict[Value, list[Statement]] = {}
        for s in program.statements:
            for x in s.values:
                self.readers.setdefault(x, []).append(s)

    # ---- what a statement is ----
    def is_free(self, x: Operand) -> bool:
        """Whether a value is computed anew wherever it is read, as comparisons are."""
        s = self.made.get(x) if isinstance(x, Value) else None
        if s is not None and self.recomputed and is_arithmetic(s) and s.target.shape:
            return True
        if s is None or s.target in self.kept:
            return False
        readers = self.readers.get(s.target, ())
        read_by = {reader.op.name for reader in readers}
        if any(r.op.name in SHOWN and not self.is_free(r.target) for r in readers):
            return False  # what shows an array in another shape needs the array
        if read_by & OPAQUE:
            return s.op.name == "transpose"
        return s.op.name in FREE or (s.op.elementwise and s.target.dtype == "bool")

    def is_inlined(self, x: Operand) -> bool:
        """Whether a value is written inside its only reader, which treats as many entries."""
        s = self.made.get(x) if isinstance(x, Value) else None
        if s is None or s.target in self.kept or s.target.name or not is_arithmetic(s):
            return False
        readers = self.readers.get(s.target, [])
        if len(readers) != 1 or readers[0].values.count(s.target) != 1:
            return False
        reader = readers[0]
        if self.is_free(s.target) or self.is_free(reader.target) or not is_loop(reader):
            return False
        return self.space(s) == self.space(reader) and same_side(s, reader)

    def sources(self, s: Statement) -> Iterator[Value]:
        """What a statement reads that is computed elsewhere."""
        for x in s.values:
            if self.is_free(x) or self.is_inlined(x):
                yield from self.sources(self.made[x])
            else:
                yield x

    def space(self, s: Statement) -> tuple[str, ...]:
        """The sizes that the statement loops over, inside a row."""
        x = s.values[0] if s.op.name in REDUCTIONS else s.target
        names = self.dimensions.of(x)
        return tuple(name for name in names[has_rows(x) :] if name != "1")

    def lead(self, s: Statement) -> str | None:
        x = s.values[0] if s.op.name in REDUCTIONS else s.target
        return self.dimensions.axis(x, 0) if has_rows(x) else None

    def kept_loops(self, s: Statement) -> tuple[tuple[str, ...], int] | None:
        """The loops of a reduction that leaves axes of the row: those outside come first."""
        if s.op.name not in REDUCTIONS or is_sum(s):
            return None
        x, names = s.values[0], self.dimensions.of(s.values[0])
        first = 1 if has_rows(x) else 0
        outer = [names[a] for a, _ in kept_axes(s) if a >= first and names[a] != "1"]
        gone = axes(s.attrs.get("axis"), x.ndim)
        inner = [names[a] for a in range(first, x.ndim) if a in gone and names[a] != "1"]
        return ((*outer, *inner), len(outer)) if outer else None

    # ---- groups ----
    def groups(self, statements: Sequence[Statement]) -> list[Group]:
        """Each statement in the first group that it can join, or in a new one at the end."""
        groups: list[Group] = []
        positions: dict[Value, Position] = {}
        for s in statements:
            if self.is_free(s.target) or self.is_inlined(s.target):
                continue
            known = self.known(s, positions)
            if is_loop(s) and (s.target.shape or any(x.shape for x in self.sources(s))):
                positions[s.target] = self.place(s, groups, known)
            else:
                groups.append(s)
                positions[s.target] = Position(len(groups) - 1, 0)
        return groups

    def known(self, s: Statement, positions: dict[Value, Position]) -> list[Position]:
        """Where what it reads is made; what it reads transposed must be whole before."""
        turned = self.turned(s)
        found = [(x, positions[x]) for x in self.sources(s) if x in positions]
        return [replace(p, ends=p.ends or x in turned) for x, p in found]

    def turned(self, s: Statement) -> set[Value]:
        """What a statement reads through a transpose: not at the index that it is computed at."""
        if s.op.name == "transpose":
            x = s.values[0]
            free = self.is_free(x) or self.is_inlined(x)
            return {*self.sources(self.made[x])} if free else {x}
        within = (x for x in s.values if self.is_free(x) or self.is_inlined(x))
        return {y for x in within for y in self.turned(self.made[x])}

    def place(self, s: Statement, groups: list[Group], known: list[Position]) -> Position:
        start = max((p.group + (not p.inside) for p in known), default=0)
        for g in range(start, len(groups)):
            kernel = groups[g]
            if isinstance(kernel, Kernel) and self.fits(s, kernel):
                return self.nested(s, kernel, g, [p for p in known if p.group == g])
        new = Kernel(self.lead(s))
        groups.append(new)
        return self.nested(s, new, len(groups) - 1, [])

    def fits(self, s: Statement, kernel: Kernel) -> bool:
        """Whether it may join: what the backward phase needs is not computed ahead of it."""
        if self.lead(s) != kernel.lead:
            return False
        if self.lead(s) is None and self.space(s) and kernel.nests[0].space != self.space(s):
            return False  # without rows: loops over different arrays are kernels of their own
        early = all(each.phase in ("prologue", "forward") for each in kernel.statements)
        return s.phase in ("prologue", "forward", "loss") or not early

    def nested(self, s: Statement, kernel: Kernel, g: int, known: list[Position]) -> Position:
        """Put it into a nest of its loops, behind all that it reads."""
        space, loops = self.space(s), self.kept_loops(s)
        alone = loops is not None
        first = max((self.behind(p, kernel, space, alone) for p in known), default=0)
        fitting = [
            q for q in range(first, len(kernel.nests))
            if not alone and kernel.nests[q].kept is None and kernel.nests[q].space == space
        ]  # fmt: skip
        if not fitting:
            kernel.nests.append(Nest(*loops) if loops else Nest(space))
            fitting = [len(kernel.nests) - 1]
        kernel.nests[fitting[0]].statements.append(s)
        return Position(g, fitting[0], not is_sum(s), s.op.name in REDUCTIONS)

    def behind(self, p: Position, kernel: Kernel, space: tuple[str, ...], alone: bool) -> int:
        """The first nest that may read what stands at a position."""
        return p.nest + (alone or kernel.nests[p.nest].space != space or p.ends)

    def rule(self, statements: Sequence[Statement]) -> Kernel:
        """An optimizer's rule as one kernel over the entries of a parameter.

        Where it takes sums, what they are of is computed anew behind them: it has no arrays.
        """
        self.recomputed = any(s.op.name in REDUCTIONS for s in statements)
        kernel, positions = Kernel(None), dict[Value, Position]()
        early = [s for s in statements if s.target.dtype == "weak"]
        for s in sorted(statements, key=lambda s: s not in early or self.of_entries(s)):
            if not self.is_free(s.target) and not self.is_inlined(s.target):
                known = self.known(s, positions)
                positions[s.target] = self.nested(s, kernel, 0, known)
        space = (self.dimensions.of(statements[-1].target) or ("s1",)) if statements else ("s1",)
        if not kernel.nests or kernel.nests[-1].space != space:
            kernel.nests.append(Nest(space))
        return kernel

    def of_entries(self, s: Statement) -> bool:
        """Whether a number follows from an array's entries."""
        return any(x.shape or (x in self.made and self.of_entries(self.made[x])) for x in s.values)


def is_sum(s: Statement) -> bool:
    """Whether it adds up rows."""
    return any(has_rows(x) for x in s.values) and not has_rows(s.target)


def same_side(s: Statement, reader: Statement) -> bool:
    """Whether both have rows, or neither: what has none is not computed once a row."""
    x = reader.values[0] if reader.op.name in REDUCTIONS else reader.target
    return has_rows(s.target) == has_rows(x)


def is_arithmetic(s: Statement) -> bool:
    return s.op.elementwise or s.op.name in ("cast", "copy")


def is_loop(s: Statement) -> bool:
    """Whether a kernel computes it, entry by entry."""
    return is_arithmetic(s) or s.op.name in (*REDUCTIONS, "broadcast_to", "arange", "transpose")
