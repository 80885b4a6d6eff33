"""The numpy dialect: a program as the text that a careful person would have written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from ..program.ir import Line, Loop, Operand, Program, Statement, Value, shape_text
from .layout import comment, commented, fold
from .numpy_spellings import spellings
from .spelling import Code, Spelling, literal

Table: TypeAlias = Callable[[str], Mapping[str, Spelling]]
"""How each operation is written, from how the model's dtype is written."""


# ---- one function of the text ----
def print_program(program: Program, dtype: str = "float32", spelled: Table = spellings) -> str:
    """The program as one function, which changes parameters and state in place."""
    lines, loops = program.lines, program.loops
    return print_function(program, program.name, lines, loops, dtype, spelled=spelled)


def print_function(
    program: Program,
    name: str,
    lines: Sequence[Line],
    loops: Sequence[Loop] = (),
    dtype: str = "float32",
    outputs: Sequence[Value] | None = None,
    spelled: Table = spellings,
) -> str:
    """Some of a program's lines as one function: what they read and do not make, it takes."""
    outputs = program.outputs if outputs is None else outputs
    head = signature(name, arguments(program, lines, loops, outputs), program.hyperparameters)
    has_input = any(value.name == "X" for value in program.inputs)
    table = spelled("X.dtype" if has_input else f"np.{dtype}")
    steps = [line for line in lines if line.phase != "update"]
    changes = [line for line in lines if line.phase == "update"]
    guarded = program.outputs[0] if program.gradients else None  # no step on a loss of NaN
    body = [*print_lines(steps, table, guarded), *print_changes(changes, loops, table)]
    if outputs:
        body += fold(f"    return {', '.join(str(value.name) for value in outputs)}")
    return "\n".join([*fold(head), *(body or ["    pass"])]) + "\n"


def arguments(
    program: Program, lines: Sequence[Line], loops: Sequence[Loop], outputs: Sequence[Value]
) -> list[Value]:
    """Data, parameters, state, what another function made; then t, epoch and rng."""
    made = {line.target for line in lines}
    read = [
        x for line in lines for x in (*line.reads, line.writes) if x is not None and x not in made
    ]
    read += [x for loop in loops for x in (*loop.reads, *loop.scalars) if x not in made]
    read += [x for x in outputs if x not in made]
    data = [x for x in program.inputs if x.shape]
    order = [*sorted(data, key=lambda x: x.name != "X"), *program.parameters, *program.state]
    late = [x for x in program.inputs if not x.shape]
    known = {*order, *late, *program.hyperparameters}
    order += [x for x in dict.fromkeys(read) if x not in known] + late
    wanted = {*read}
    return [x for x in (*order, *program.hyperparameters) if x in wanted]


def signature(name: str, values: Sequence[Value], defaults: Mapping[Value, float]) -> str:
    positional = [str(value.name) for value in values if value not in defaults]
    named = [
        f"{value.name}={literal(defaults[value]).text}" for value in values if value in defaults
    ]
    return f"def {name}({', '.join([*positional, *(['*'] if named else []), *named])}):"


def print_lines(
    lines: Sequence[Line], table: Mapping[str, Spelling], guarded: Value | None = None
) -> Iterator[str]:
    """Prologue, forward, loss and backward, each under its title, each layer under its note."""
    phase, note = "prologue", ""
    for line in lines:
        if line.phase != phase:
            title = line.statement.note if line.phase == "loss" else line.phase
            phase, note = line.phase, title
            yield from heading(title)
        if line.statement.note not in ("", note) and phase != "backward":
            note = line.statement.note
            yield from comment(note, "    ")
        yield from print_line(line, table, "    ")
        if line.target is guarded:
            name = guarded.name
            yield f"    if not math.isfinite({name}):"
            yield f'        raise FloatingPointError(f"{name} is {{{name}}}: no update made")'


def print_changes(
    lines: Sequence[Line], loops: Sequence[Loop], table: Mapping[str, Spelling]
) -> Iterator[str]:
    """The update: the optimizer's lines, its loop, and then the state of layers."""
    rule = [line for line in lines if line.statement.phase == "update"]
    state = [line for line in lines if line.statement.phase != "update"]
    if state and not rule and not loops:
        yield from heading("update")
    note = ""
    for line in rule:
        if line.statement.note not in ("", note):  # clipping, then the rule
            note = line.statement.note
            yield from heading(note)
        yield from print_line(line, table, "    ")
    for loop in loops:
        if loop.rule.name != note:
            yield from heading(loop.rule.name)
        yield from print_loop(loop, table)
    note = ""
    for line in state:
        if line.statement.note != note:
            note = line.statement.note
            yield from comment(note, "    ")
        yield from print_line(line, table, "    ")


def heading(note: str) -> Iterator[str]:
    """The first line of a note as the title of a phase, further ones as remarks below it."""
    title, *remarks = note.splitlines()
    yield f"    # ---- {title} ----"
    for remark in remarks:
        yield from comment(remark, "    ")


def print_line(line: Line, table: Mapping[str, Spelling], indent: str) -> list[str]:
    """The line with its shape behind it, unless it is an update or shows the shape itself."""
    text, shape = indent + assignment(line, table), shape_text(line.target.shape)
    shown = shape in text or line.statement.op.name == "full"
    plain = line.writes is not None or not line.target.shape or shown
    return commented(text, "" if plain else shape)


IN_PLACE = {"subtract": "-=", "add": "+=", "multiply": "*="}


def assignment(line: Line, table: Mapping[str, Spelling]) -> str:
    """W1 -= ..., m_W1[...] = ..., or name = ..."""
    s, writes = line.statement, line.writes
    if writes is not None and s.op.name in IN_PLACE and s.inputs[0] is writes:
        return f"{writes.name} {IN_PLACE[s.op.name]} {code(s.inputs[1], line, table).text}"
    if writes is not None and s.op.name == "copy":
        return f"{writes.name}[...] = {code(s.inputs[0], line, table).text}"
    place = f"{writes.name}[...]" if writes is not None else line.target.name
    return f"{place} = {spell(s, line, table).text}"


def spell(s: Statement, line: Line, table: Mapping[str, Spelling]) -> Code:
    return table[s.op.name](s, [code(x, line, table) for x in s.inputs])


def code(x: Operand, line: Line, table: Mapping[str, Spelling]) -> Code:
    """An operand: a number, a name, or the statement that is written inside this line."""
    if not isinstance(x, Value):
        return literal(x)
    if x in line.inlined:
        return spell(line.inlined[x], line, table)
    return Code(str(x.name))


def print_loop(loop: Loop, table: Mapping[str, Spelling]) -> Iterator[str]:
    """for W, m, v, dW in zip((W1, b1), (m_W1, m_b1), ...): the rule, once for all parameters."""
    end = "," if len(loop.rows) == 1 else ""
    columns = [
        f"({', '.join(str(row[key].name) for row in loop.rows)}{end})" for key in loop.rows[0]
    ]
    names = ", ".join(str(key.name) for key in loop.rows[0])
    yield f"    for {names} in zip("
    for column in columns:
        yield from fold(f"        {column},")
    yield "        strict=True,"
    yield "    ):"
    for line in loop.rule.lines:
        yield from fold(f"        {assignment(line, table)}")
