"""check(program): what must hold after every pass. Each broken rule has its own message."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from ..errors import ProgramError, ShapeError
from .amount import has_rows
from .ir import Program, Statement, Value, shape_text
from .lines import first_conflict

RowKind = Literal["row-wise", "row sum", "global"]


def check(program: Program) -> Program:
    """Return the program, or raise a ProgramError that says which invariant it breaks.

    Every value is assigned once, before it is used; shapes follow from the inputs' shapes; rows of
    the batch meet only in sums; draws stand in the prologue; each trainable parameter that the loss
    reaches has one update; lines stand in the order of their values; no line reads a parameter or
    state after the line that changes it.
    """
    assigned_once(program)
    used_after_assignment(program)
    shapes_agree(program)
    for s in program.statements:
        row_kind(s)
    draws_in_prologue(program)
    one_update_each(program)
    lines_in_order(program)
    reads_before_writes(program)
    return program


def broken(program: Program, rule: str, found: str) -> ProgramError:
    return ProgramError(
        f"program {program.name}", rule, found, "mend the layer, optimizer or pass that recorded it"
    )


def assigned_once(program: Program) -> None:
    times = Counter((*program.given, *(s.target for s in program.statements)))
    for value, number in times.items():
        if number > 1:
            raise broken(program, "each value assigned once", f"{value!r} {number} times")


def used_after_assignment(program: Program) -> None:
    known = set(program.given)
    for s in program.statements:
        for x in s.reads:
            if x not in known:
                raise broken(
                    program, "values assigned before use", f"{x!r} in {s.op.name}, too early"
                )
        known.update(s.makes)
    ends = [*program.updates.values(), *program.outputs]
    ends += [x for loop in program.loops for x in (*loop.reads, *loop.scalars)]
    for value in ends:
        if value not in known and value.role != "state":
            raise broken(
                program, "outputs and updates that are assigned", f"{value!r}, which is not"
            )


def shapes_agree(program: Program) -> None:
    for s in program.statements:
        if s.op.shape is None:
            continue
        try:
            shape = s.op.shape(*(getattr(x, "shape", ()) for x in s.inputs), **s.attrs)
        except ShapeError as error:
            raise broken(program, "shapes that fit", str(error)) from error
        if shape != s.target.shape:
            raise broken(program, f"{shape_text(shape)} from {s.op.name}", repr(s.target))
    for key, value in program.updates.items():
        if key.shape != value.shape:
            raise broken(
                program,
                f"an update of shape {shape_text(key.shape)} for {key.name}",
                shape_text(value.shape),
            )


def row_kind(s: Statement) -> RowKind:
    """Whether a statement treats each row by itself, adds up rows, or has nothing to do with them.

    Raises
    ------
    ProgramError
        If rows of the batch would meet in another way: the batch may be the first axis only (but
        for a transposed factor of a product), and only sums, means, maxima, products and the count
        of rows may take it away.
    """
    reads, makes = any(has_rows(x) for x in s.values), has_rows(s.target)
    where = f"{s.note or 'a statement'}: {s.op.name}"
    turned = s.op.name in ("transpose", "matmul") and not s.target.shape[0].batch
    if not turned and any(size.batch for size in s.target.shape[1:]):
        raise ProgramError(
            where, "the batch as first axis", shape_text(s.target.shape), "reshape or transpose it"
        )
    if makes:
        if not (reads or s.body or s.op.draws or s.op.name == "broadcast_to"):
            raise ProgramError(
                where,
                "rows that come from rows",
                f"{s.target!r} from none",
                "compute it from the layer's input",
            )
        over_rows = s.op.name == "first_maximum" and s.attrs["axis"] == 0
        return "row sum" if over_rows else "row-wise"
    if not reads:
        return "global"
    if s.body or s.op.name in ("sum", "mean", "max", "min", "matmul", "rows", "broadcast_to"):
        return "row sum"
    raise ProgramError(where, "sums, where rows of the batch meet", s.op.name, "use a sum or mean")


def mixes_rows(program: Program) -> bool:
    """Whether a row of the result depends on others: such a program takes all rows at once."""
    sums: set[Value] = set()
    for s in program.statements:
        kind = row_kind(s)
        met = any(x in sums for x in s.values)
        if kind == "row-wise" and met:
            return True
        if kind == "row sum" or met:
            sums.add(s.target)
    return False


def draws_in_prologue(program: Program) -> None:
    for s in program.statements:
        if s.op.draws and s.phase != "prologue":
            raise broken(program, "draws in the prologue", f"{s.op.name} in phase {s.phase}")


def one_update_each(program: Program) -> None:
    """Each reached trainable parameter is changed once; what else is given, never."""
    changed = Counter([*program.updates])
    changed.update(row[loop.rule.given[0]] for loop in program.loops for row in loop.rows)
    for value, number in changed.items():
        if number > 1 or value.role not in ("parameter", "state"):
            raise broken(
                program, "one update of each trainable parameter", f"{number} of {value!r}"
            )
    updated = {value for value in changed if value.role == "parameter"}
    for value in updated.symmetric_difference(program.gradients) if updated else ():
        raise broken(
            program,
            "one update of each parameter with a gradient",
            f"{'no' if value in program.gradients else 'an'} update of {value.name}",
        )


def lines_in_order(program: Program) -> None:
    known = set(program.given)
    for line in program.lines:
        for x in line.reads:
            if x not in known:
                found = f"{line.target.name} from {x.name}, which comes later"
                raise broken(program, "lines in the order of their values", found)
        known.add(line.target)
    for x in (x for loop in program.loops for x in (*loop.reads, *loop.scalars)):
        if program.lines and x not in known:
            raise broken(program, "a line for all that the loop reads", f"none for {x!r}")


def reads_before_writes(program: Program) -> None:
    for loop in program.loops:
        reads_before_writes(loop.rule)
    conflict = first_conflict(program.lines, program.loops)
    if conflict is not None:
        line, read, changed = conflict
        found = f"{line.target.name} from {read.name}, when {changed.name} was changed"
        raise broken(program, "reading before changing", found)
