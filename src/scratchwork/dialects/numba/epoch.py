"""The function of the numba dialect: it goes through the batches of an order, step by step."""

from __future__ import annotations

from collections.abc import Iterator

from ...program.amount import has_rows
from ...program.fusion import SHOWN
from ...program.ir import Statement
from .frame import Frame, each_statement
from .input_split import split_buffers, split_product
from .lines import DTYPES, STEP
from .rows import rows_part
from .update import after_rows, update


def epoch_body(frame: Frame) -> Iterator[str]:
    """The lines of the function."""
    yield from sizes(frame)
    yield from views(frame)
    yield from buffers(frame)
    if frame.trains:
        yield "    before = without_denormals()"
    yield "    made = 0"
    yield f"    for first in range(0, {frame.rows}, batch_size):"
    yield f"{STEP}last = min(first + batch_size, {frame.rows})"
    before = list(frame.module.lines(frame.plan.before))
    if frame.plan.draws:  # first: what has no rows may read them
        yield f"{STEP}n = last - first"
        before = [line for line in before if not line.startswith("n = ")]
    yield from drawn(frame)
    yield from (STEP + line for line in before)
    if frame.module.split is not None:
        yield from split_product(frame.module, frame.module.split)
    yield from rows_part(frame)
    if not frame.predicts:
        yield f"{STEP}meet(sync, threads)"
        yield from after_rows(frame)
    if frame.loop is not None:
        yield from update(frame, frame.loop)
    yield f"{STEP}made += 1"
    if frame.trains:
        yield "    with_denormals(before)"
    yield "    return made"


def sizes(frame: Frame) -> Iterator[str]:
    names = [*frame.plan.dimensions.numbers, *(frame.module.name(x) for x in frame.plan.counts)]
    numbers = [*frame.plan.dimensions.numbers.values(), *frame.plan.counts.values()]
    for i, (name, number) in enumerate(zip(names, numbers, strict=True)):
        yield f"    {name} = sizes[{i}]  # {number}"
    for i, x in enumerate(frame.program.hyperparameters):
        yield f"    {frame.module.name(x)} = settings[{i}]"


def views(frame: Frame) -> Iterator[str]:
    """Parameters and state by name, as views of their vectors."""
    for p in frame.program.parameters:
        yield f"    {frame.module.view(p, 'parameters', frame.places[str(p.name)])}"
    of_rule = {x for row in (frame.loop.rows if frame.loop else ()) for x in row.values()}
    for x in frame.program.state:
        if x not in of_rule:
            vector = "optimizer" if str(x.name) in frame.optimizer else "layers"
            yield f"    {frame.module.view(x, vector, frame.places[str(x.name)])}"


def buffers(frame: Frame) -> Iterator[str]:
    """What the thread has for its blocks of rows, and for what has none."""
    m = frame.module
    if m.split is not None:
        yield from split_buffers(m, m.split)
    apart = (m.split.X, m.split.dZ) if m.split else ()
    for x in (x for x in frame.data if x not in apart):
        if frame.trains and x.ndim == 1:
            yield f"    {m.name(x)} = np.empty(block, {DTYPES[x.dtype]})"
        elif frame.trains:
            shape = f"(block, all_{m.name(x)}.shape[1])"
            yield f"    {m.name(x)}_block = np.empty({shape}, {DTYPES[x.dtype]})"
    for x in (x for x in frame.row_arrays if x not in apart):
        yield f"    {m.name(x)} = np.empty({m.shape(x, 'block')}, {DTYPES[x.dtype]})"
    others = m.arrays((*frame.plan.before, *frame.plan.rows, *frame.plan.after))
    for x in (x for x in others if not has_rows(x)):
        yield f"    {m.name(x)} = np.empty({m.shape(x)}, {DTYPES[x.dtype]})"
    for s in shown_anew(frame):
        given = frame.module.array(s.inputs[0])
        yield f"    {m.name(s.target)} = {given}.reshape({m.shape(s.target, 'block')})"


def shown_anew(frame: Frame) -> Iterator[Statement]:
    """Reshapes of what blocks keep: each is made once, of all rows that a block can have."""
    memory = set(frame.row_arrays)
    for s in each_statement(frame.plan.rows):
        if s.op.name in SHOWN and frame.plan.memory(s.values[0]) in memory:
            memory.add(s.target)
            frame.module.shown.add(s.target)
            yield s


def drawn(frame: Frame) -> Iterator[str]:
    """Random numbers of the whole batch, in the order in which the NumPy program draws them."""
    lines, end = [], "0"
    for s in frame.plan.draws:
        name, shape = frame.module.name(s.target), frame.module.shape(s.target, "n")
        size = shape.strip("(),").replace(", ", " * ")
        stop = size if end == "0" else f"{end} + {size}"
        lines.append(f"{name}_all = draws[{end} : {stop}].reshape({shape})")
        end = stop
    if not lines:
        return
    yield from (STEP + line for line in lines)
    yield f"{STEP}if thread == 0:"
    for s in frame.plan.draws:
        frame.module.functions.add(s.op.name)
        yield f"{STEP}    {s.op.name}(rng, {frame.module.name(s.target)}_all)"
    yield f"{STEP}meet(sync, threads)"
    for s in frame.plan.draws:
        if not has_rows(s.target):
            name = frame.module.name(s.target)
            yield f"{STEP}{name} = {name}_all{'' if s.target.shape else '[0]'}"
