"""The plan of a compiled program: what runs when, and where each array lies.

A step has four parts. ``before``: what follows from parameters and settings alone. ``rows``: what
runs over the rows of the batch, block by block, slice by slice, and adds up its row sums.
``after``: what is made of the sums. Then the update, the optimizer's rule over flat vectors.
Only compiled dialects use it; it knows no text and no arrays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from .amount import has_rows
from .dimensions import REDUCTIONS, Dimensions
from .fusion import FREE, OPAQUE, Fusion, Group, Kernel, Nest, is_sum
from .ir import OPS, Line, Loop, Program, Statement, Value
from .lowering import lowered

VIEWS = ("reshape", "transpose")


@dataclass(frozen=True, eq=False)
class Plan:
    """What a compiled dialect prints."""

    program: Program  # lowered
    counts: dict[Value, int]
    dimensions: Dimensions
    fusion: Fusion
    before: list[Group]
    rows: list[Group]
    after: list[Group]
    draws: list[Statement]
    gradients: dict[Value, Value]  # of each parameter, as the update takes it
    sums: list[Value]  # arrays added up over rows, that are no gradient
    totals: list[Value]  # numbers added up over rows
    stored: set[Value]  # arrays that are kept from one kernel to another
    whole: bool  # whether all rows must be there at once
    called: dict[Value, str] = field(default_factory=dict)  # names for what has none
    same: dict[Value, Value] = field(default_factory=dict)  # arrays that lie in another's memory

    @property
    def loop(self) -> Loop | None:
        return self.program.loops[0] if self.program.loops else None

    def memory(self, x: Value) -> Value:
        """The array in whose memory a value lies."""
        while x in self.same:
            x = self.same[x]
        return x


def plan(program: Program) -> Plan:
    """Lay out a program whose update is a loop over parameters."""
    program, counts = lowered(program)
    program, gradients = with_gradients(with_own_outputs(program))
    kept = read_outside(program, gradients)
    dimensions = Dimensions(program)
    fusion = Fusion(program, dimensions, kept)
    refuse(program, fusion)
    parts = regions(program, {*gradients.values()})
    in_order = [x for line in program.lines for x in drawn(line)]
    before, rows, after = (fusion.groups(part) for part in parts[:3])
    stored = stored_arrays(fusion, (*before, *rows, *after), kept)
    row_sums = [s.target for s in program.statements if is_sum(s) and s.op.name != "rows"]
    slots = set(gradients.values())
    made = Plan(
        program=program,
        counts=counts,
        dimensions=dimensions,
        fusion=fusion,
        before=before,
        rows=rows,
        after=after,
        draws=sorted(parts[3], key=lambda s: in_order.index(s.target)),
        gradients=gradients,
        sums=[x for x in row_sums if x.shape and x not in slots],
        totals=[x for x in row_sums if not x.shape],
        stored=stored,
        whole=rows_meet(parts[1]) or any(takes_extremes(s) for s in program.statements),
    )
    made.same.update(shared_memory(made))
    name_products(made)
    places = dict.fromkeys(made.memory(x) for x in made.sums)
    made.sums[:] = [x for x in places if x not in slots]
    return made


def is_flat(loop: Loop) -> bool:
    """Whether a rule treats every entry by itself, so that it may run over any stretch of them."""
    return not any(s.op.name in REDUCTIONS for s in loop.rule.statements)


def products_of_rows(made: Plan) -> Iterator[tuple[Value, Value, Statement]]:
    """Parameters whose gradient is a product of rows that nothing but the update reads."""
    for parameter, gradient in made.gradients.items():
        s = made.fusion.made.get(gradient)
        product = s is not None and s.op.name == "matmul" and all(has_rows(x) for x in s.values)
        if s is None or not product or not made.fusion.is_free(s.inputs[0]):
            continue
        if not made.fusion.readers.get(gradient) and gradient not in made.same:
            yield parameter, gradient, s


def refuse(program: Program, fusion: Fusion) -> None:
    """Stop at what has no place in rows, blocks of rows and sums over them."""
    for s in program.statements:
        if any(size.batch for size in s.target.shape[1:]) and not fusion.is_free(s.target):
            raise NotImplementedError(f"rows as another axis than the first: {s.target!r}")
        if s.op.name == "argmax" and is_sum(s):
            raise NotImplementedError("the position of an extreme among rows")


def rows_meet(statements: Iterable[Statement]) -> bool:
    """Whether a row reads what was added up over others, so that all must be there at once."""
    sums: set[Value] = set()
    for s in statements:
        if any(x in sums for x in s.values):
            return True
        if is_sum(s):
            sums.add(s.target)
    return False


def takes_extremes(s: Statement) -> bool:
    """Whether rows meet in something else than a sum, which slices cannot add."""
    return is_sum(s) and s.op.name in REDUCTIONS and s.op.name != "sum"


def with_own_outputs(program: Program) -> Program:
    """Let each output with rows be an array that a kernel or a product writes."""
    made = {s.target: s for s in program.statements}
    statements, outputs = list(program.statements), []
    for x in program.outputs:
        source = made.get(x)
        if x.shape and (source is None or source.op.name in (*VIEWS, *FREE)):
            copied = Value(x.shape, x.dtype, name=x.name)
            statements.append(Statement(copied, OPS["copy"], (x,), {}, "forward", ""))
            x = copied
        outputs.append(x)
    return replace(program, statements=tuple(statements), outputs=tuple(outputs))


def with_gradients(program: Program) -> tuple[Program, dict[Value, Value]]:
    """Let each parameter's gradient be an array of its own, computed at the end of the step."""
    if not program.loops:
        return program, {}
    loop = program.loops[0]
    W, dW = loop.rule.given[0], loop.rule.given[-1]
    made = {s.target: s for s in program.statements}
    gradients: dict[Value, Value] = {}
    statements = list(program.statements)
    for row in loop.rows:
        gradient = row[dW]
        source = made.get(gradient)
        own = source is not None and source.op.name not in (*VIEWS, "broadcast_to", "expand_dims")
        if not own or gradient in gradients.values():
            copied = Value(gradient.shape, gradient.dtype, name=f"d{row[W].name}")
            statements.append(
                Statement(copied, OPS["copy"], (gradient,), {}, "update", loop.rule.name)
            )
            gradient = copied
        gradients[row[W]] = gradient
    return replace(program, statements=tuple(statements)), gradients


def read_outside(program: Program, gradients: dict[Value, Value]) -> set[Value]:
    """What must be there by name when the last kernel has run."""
    kept: set[Value] = {*program.outputs, *program.updates.values(), *gradients.values()}
    for loop in program.loops:
        kept.update(loop.scalars)
    return kept


def regions(program: Program, gradients: Collection[Value] = ()) -> tuple[list[Statement], ...]:
    """The statements before, over and after the rows, and the draws."""
    of_sums: set[Value] = set()
    for s in program.statements:
        # a gradient lies in a slice's vector, though it may follow from parameters alone
        ends = s.target in gradients
        if s.op.name != "rows" and (ends or is_sum(s) or any(x in of_sums for x in s.values)):
            of_sums.add(s.target)
    needed: set[Value] = set()
    for s in reversed(program.statements):
        if has_rows(s.target) or s.target in needed or is_sum(s):
            needed.update(s.values)
    parts: tuple[list[Statement], ...] = ([], [], [], [])
    for s in program.statements:
        over_rows = has_rows(s.target) or (is_sum(s) and s.op.name != "rows")
        if s.op.draws:
            parts[3].append(s)
        elif over_rows or (s.target in of_sums and s.target in needed):
            parts[1].append(s)
        else:
            parts[2 if s.target in of_sums else 0].append(s)
    return parts


def drawn(line: Line) -> Iterator[Value]:
    """The draws of a line of the NumPy program, as they are made: both engines share a stream."""

    def within(s: Statement) -> Iterator[Value]:
        yield from (y for x in s.values if x in line.inlined for y in within(line.inlined[x]))
        if s.op.draws:
            yield s.target

    return within(line.statement)


def stored_arrays(fusion: Fusion, groups: Iterable[Group], kept: set[Value]) -> set[Value]:
    """Values with entries that are read outside the loops that compute them."""
    home: dict[Value, tuple[object, object]] = {}
    stored = {x for x in kept if x.shape}
    for group in groups:
        for nest, s in placed(group):
            home[s.target] = (group, nest)
            if nest is None or nest.kept is not None:
                stored.add(s.target)
    for group in groups:
        for nest, s in placed(group):
            for x in fusion.sources(s):
                here = home.get(x)
                if here is None or not x.shape:
                    continue
                per_row = here[1] is not None and here[0] is group and not entries(fusion, x)
                if not per_row and (here[0] is not group or here[1] is not nest):
                    stored.add(x)
    return {x for x in stored if x in home and x.shape}


def entries(fusion: Fusion, x: Value) -> tuple[str, ...]:
    """The sizes of a value behind its row."""
    names = fusion.dimensions.of(x)
    return tuple(name for name in names[has_rows(x) :] if name != "1")


def placed(group: Group) -> Iterator[tuple[Nest | None, Statement]]:
    if isinstance(group, Statement):
        yield None, group
        return
    for nest in group.nests:
        for s in nest.statements:
            yield nest, s


def shared_memory(made: Plan) -> dict[Value, Value]:
    """Arrays that their only reader may write over: a product that gets its bias, a gradient."""
    same: dict[Value, Value] = {}
    for group in (*made.before, *made.rows, *made.after):
        if not isinstance(group, Kernel):
            continue
        for s in group.statements:
            if s.target not in made.stored or s.op.name in REDUCTIONS:
                continue
            for x in s_reads(made, s):
                if may_lie_in(made, x, s) and x not in same and x not in same.values():
                    same[x] = s.target
                    break
    return same


def name_products(made: Plan) -> None:
    """Call a product that its only reader goes on with as the reader is called: Z for X @ W."""
    for s in made.program.statements:
        readers = made.fusion.readers.get(s.target, [])
        unnamed = s.op.name == "matmul" and s.target.name is None
        if unnamed and len(readers) == 1 and readers[0].target.name:
            made.called[s.target] = str(readers[0].target.name)


def s_reads(made: Plan, s: Statement) -> list[Value]:
    return [x for x in made.fusion.sources(s) if x.shape]


def may_lie_in(made: Plan, x: Value, s: Statement) -> bool:
    """Whether s may write its result where x lies: the same shape, and no other reader."""
    source = made.fusion.made.get(x)
    if source is None or x in made.fusion.kept or s.op.name in VIEWS:
        return False
    readers = made.fusion.readers.get(x, [])
    alone = len(readers) == 1 and not made.fusion.is_free(readers[0].target)
    fresh = source.op.name in OPAQUE or is_sum(source)
    same_kind = has_rows(x) == has_rows(s.target) and x.dtype == s.target.dtype
    fits = made.dimensions.of(x) == made.dimensions.of(s.target) and x.shape == s.target.shape
    return alone and fresh and same_kind and fits and not is_sum(s)
