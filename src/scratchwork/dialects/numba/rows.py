"""The part of a step that runs over rows: slice by slice, block by block."""

from __future__ import annotations

from collections.abc import Iterator

from ...program.amount import has_rows
from ...program.dimensions import REDUCTIONS
from ...program.fusion import is_sum
from ...program.ir import Value
from .frame import Frame, each_statement
from .lines import BLOCK, PART, STEP


def rows_part(frame: Frame) -> Iterator[str]:
    m = frame.module
    yield f"{STEP}for part in range(thread, slices, threads):"
    yield f"{PART}low = first + (last - first) * part // slices"
    yield f"{PART}high = first + (last - first) * (part + 1) // slices"
    if frame.plan.totals:
        yield f"{PART}for i in range(sums.shape[1]):"
        yield f"{PART}    sums[part, i] = 0.0"
    yield from row_sums(frame)
    yield f"{PART}for start in range(low, high, block):"
    yield f"{BLOCK}stop = min(start + block, high)"
    yield f"{BLOCK}m = stop - start"
    for x in (x for x in frame.data if m.split is None or x is not m.split.X):
        yield from (BLOCK + line for line in gather(frame, x))
    if m.split is not None:
        dZ = m.name(m.split.dZ)
        yield f"{BLOCK}{dZ} = {dZ}_all[start - first : stop - first]"
    for s in (s for s in frame.plan.draws if has_rows(s.target)):
        name = m.name(s.target)
        yield f"{BLOCK}{name} = {name}_all[start - first : stop - first]"
    if frame.predicts:
        for x in frame.program.outputs:
            yield f"{BLOCK}{m.name(x)} = out[start:stop]"
    yield from (BLOCK + line for line in row_lines(frame))


def gather(frame: Frame, x: Value) -> Iterator[str]:
    """The rows of a block: where they lie, if they lie side by side."""
    name = frame.module.name(x)
    if frame.trains and x.ndim == 1:
        yield "for i in range(start, stop):"
        yield f"    {name}[i - start] = all_{name}[order[i]]"
        return
    if frame.trains:
        frame.module.functions.add("gather")
        text = f"gather(all_{name}, order, start, stop, {name}_block)"
    else:
        text = f"all_{name}[start:stop]"
    shaped = f".reshape({frame.module.shape(x)})" if x.ndim > 2 else ""
    yield f"{name} = {text}{shaped}"


def row_sums(frame: Frame) -> Iterator[str]:
    """Where the slice adds up its rows: arrays begin at zero."""
    least = {"max": "F(-np.inf)", "min": "F(np.inf)"}
    kernels = {
        frame.plan.memory(s.target): least.get(s.op.name, "F(0)")
        for g in frame.plan.rows for s in each_statement([g])
        if s.op.name in REDUCTIONS and s.target.shape and is_sum(s)
    }  # fmt: skip
    products = {
        frame.plan.memory(s.target)
        for g in frame.plan.rows for s in each_statement([g])
        if s.op.name == "matmul" and not has_rows(s.target)
    }  # fmt: skip
    split = frame.module.split
    apart = {*frame.module.direct, *((split.dW,) if split else ())}
    for x, start in frame.gradients.items():
        if (x in kernels or x in products) and x not in apart:
            yield f"{PART}{frame.module.view(x, 'gradients', start, 'part, ')}"
        if x in kernels:
            frame.module.functions.add("fill")
            yield f"{PART}fill({frame.module.name(x)}, {kernels[x]})"
    if products:
        frame.module.functions.add("fill")
        yield f"{PART}if low == high:"
        yield f"{PART}    fill(gradients[part], F(0))"


def row_lines(frame: Frame) -> Iterator[str]:
    """The rows' part; numbers that it adds up go into the slice's sums."""
    for group in frame.plan.rows:
        yield from frame.module.lines([group])
        for s in each_statement([group]):
            if s.target in frame.plan.totals:
                i = frame.plan.totals.index(s.target)
                yield f"sums[part, {i}] += {frame.module.name(s.target)}"
