"""The last pass: which value gets a line of its own, and in which order the lines stand.

It is a pass and not a habit of the printer because it moves work: a value that is written inside a
later line is computed there, and by then a parameter that it reads may have been changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..errors import ProgramError
from .ir import OPS, PHASES, Line, Loop, Program, Statement, Value


@dataclass
class Repairs:
    """What keeps a line from reading a parameter or state that an earlier line has changed."""

    apart: set[Value] = field(default_factory=set)  # get a line of their own, before the change
    late: set[Value] = field(default_factory=set)  # are changed at the end
    copied: set[Value] = field(default_factory=set)  # views that become arrays of their own
    saved: set[Value] = field(default_factory=set)  # whose numbers before the update are kept


def lines(program: Program) -> Program:
    """Give a line to every value that is named, used twice, returned, or an update.

    Where a line would read a parameter or state that an earlier line has changed, the change moves
    to the end, or what reads it gets its own line before the change, or a copy is made.
    """
    repairs = Repairs()
    while True:
        statements, updates = with_copies(program, repairs)
        listed = arrange(program, statements, updates, repairs.apart)
        conflict = first_conflict(listed, program.loops)
        if conflict is None:
            loops = tuple(Loop(lines(loop.rule), loop.rows) for loop in program.loops)
            return program.having(statements=statements, updates=updates, lines=listed, loops=loops)
        repair(program, repairs, *conflict)


def repair(program: Program, repairs: Repairs, reader: Line, read: Value, changed: Value) -> None:
    """Note what would keep the reader from reading what was changed; each round notes more."""
    culprits = {v for v, s in reader.inlined.items() if changed in s.values}
    if read is not changed and read not in repairs.copied:
        repairs.copied.add(read)
    elif reader.after_loops and reader.writes is not None and reader.writes not in repairs.late:
        repairs.late.add(
            reader.writes
        )  # a layer's state: computed in its place, changed at the end
        repairs.apart.add(program.updates[reader.writes])
    elif changed in program.updates and changed not in repairs.late:
        repairs.late.add(changed)
    elif culprits - repairs.apart:
        repairs.apart |= culprits
    elif changed not in repairs.saved:
        repairs.saved.add(changed)
    else:
        raise ProgramError(
            program.name,
            "updates that can be made one after the other",
            f"a circle through {changed.name}",
            "report it, with the layer or optimizer that makes it",
        )


def with_copies(
    program: Program, repairs: Repairs
) -> tuple[tuple[Statement, ...], dict[Value, Value]]:
    """Let every update end in a statement of its own, which is the line that writes."""
    olds = {p: Value(p.shape, p.dtype, name=f"old_{p.name}") for p in repairs.saved}
    copies = [Statement(old, OPS["copy"], (p,), {}, "backward", "") for p, old in olds.items()]
    listed = [*program.statements, *copies]
    statements = [t for s in listed for t in (as_copy(s) if s.target in repairs.copied else (s,))]
    made = {s.target: s for s in statements}
    users = Counter(x for s in statements for x in set(s.values) if s.phase != "update")
    updates, written = dict(program.updates), set[Value]()
    for key, value in program.updates.items():
        own = value in made and value.name is None and not users[value] and value not in written
        written.add(value)
        if not own or key in repairs.late:
            updates[key] = Value(key.shape, key.dtype)
            phase, note = (made[value].phase, made[value].note) if value in made else ("update", "")
            source = olds.get(value, value)
            statements.append(Statement(updates[key], OPS["copy"], (source,), {}, phase, note))
    return tuple(statements), updates


def as_copy(s: Statement) -> tuple[Statement, Statement]:
    """A view, and the copy of it that takes its name."""
    view = Value(s.target.shape, s.target.dtype)
    return replace(s, target=view), Statement(s.target, OPS["copy"], (view,), {}, s.phase, s.note)


def arrange(
    program: Program,
    statements: tuple[Statement, ...],
    updates: Mapping[Value, Value],
    apart: set[Value],
) -> tuple[Line, ...]:
    """The lines in their order: by phase; in the backward phase, parameters' gradients first."""
    writes = {value: key for key, value in updates.items()}
    kept = {*writes, *apart, *program.outputs}
    kept.update(x for loop in program.loops for x in (*loop.reads, *loop.scalars))
    own = own_lines(statements, kept)
    inline = {s.target: s for s in statements if s.target not in own}
    listed = [
        Line(
            s,
            inlined_in(s, inline),
            "update" if s.target in writes else s.phase,
            writes.get(s.target),
        )
        for s in statements
        if s.target in own
    ]
    needed = [x for line in listed if line.phase == "update" for x in line.reads]
    needed += [*(x for loop in program.loops for x in loop.reads), *program.outputs]
    # what is of no layer (the targets) comes first; layers' state is changed after the parameters
    listed.sort(
        key=lambda line: (
            PHASES.index(line.phase),
            line.after_loops,
            line.phase == "prologue" and line.statement.note != "",
        )
    )
    return early_gradients(listed, list(dict.fromkeys(needed)))


def own_lines(statements: tuple[Statement, ...], kept: set[Value]) -> set[Value]:
    """Count how often each value would be written; views and scalars may be written twice."""
    own: set[Value] = set()
    appears: Counter[Value] = Counter()
    for s in reversed(statements):
        cheap = s.op.view or (s.target.dtype == "weak" and not s.op.draws)
        if s.target in kept or s.target.name or (appears[s.target] > 1 and not cheap):
            own.add(s.target)
        times = 1 if s.target in own else appears[s.target]
        for x in s.values:
            appears[x] += times
    return own


def inlined_in(statement: Statement, inline: Mapping[Value, Statement]) -> dict[Value, Statement]:
    found: dict[Value, Statement] = {}
    for x in statement.values:
        if x in inline:
            found[x] = inline[x]
            found.update(inlined_in(inline[x], inline))
    return found


def early_gradients(listed: list[Line], needed: list[Value]) -> tuple[Line, ...]:
    """Put what the update needs right behind what it is computed from: dZ2, dW2, db2, then dA1."""
    position = {line.target: i for i, line in enumerate(listed)}
    rank = {value: i for i, value in enumerate(needed)}

    def key(i: int) -> tuple[int, int, int]:
        ready = max((position[x] for x in listed[i].reads if x in position), default=-1)
        return ready, rank.get(listed[i].target, len(rank)), i

    order = [i for i, line in enumerate(listed) if line.phase == "backward"]
    backward = iter([listed[i] for i in sorted(order, key=key)])
    return tuple(next(backward) if line.phase == "backward" else line for line in listed)


def first_conflict(
    listed: Iterable[Line], loops: Iterable[Loop]
) -> tuple[Line, Value, Value] | None:
    """The first line that reads what was changed before: the line, what it reads, what changed."""
    changed: set[Value] = set()
    origin: dict[Value, Value] = {}  # of the lines that are views
    for line in listed:
        if line.after_loops:
            changed.update(x for loop in loops for x in loop.writes)
        for x in line.reads:
            if origin.get(x, x) in changed:
                return line, x, origin.get(x, x)
        if line.writes is not None:
            changed.add(line.writes)
        elif line.views is not None:
            origin[line.target] = origin.get(line.views, line.views)
    return None
