"""The part of a step behind its rows: loss, layers' state, and the optimizer's update."""

from __future__ import annotations

from collections.abc import Iterator

from ...program.dimensions import Dimensions
from ...program.fusion import Fusion
from ...program.ir import Loop
from ...program.plan import Plan, is_flat
from .frame import Frame, each_statement, rate_of
from .input_split import split_update
from .kernels import KernelText
from .lines import PART, STEP


def after_rows(frame: Frame) -> Iterator[str]:
    """What one thread makes of the sums of all slices."""
    inner = STEP + "    "
    yield f"{STEP}if thread == 0:"
    yield from (inner + line for line in added_up(frame))
    yield from (inner + line for line in frame.module.lines(frame.plan.after))
    for p, x in frame.plan.gradients.items():
        if not x.shape:  # a number, which no kernel writes
            place = frame.module.start(frame.places[str(p.name)])
            yield f"{inner}gradients[0, {place}] = {frame.module.code(x).text}"
    guarded = bool(frame.program.gradients)
    if guarded:
        yield f"{inner}numbers[0] = 0.0 if math.isfinite({frame.output(0)}) else 1.0"
    for i, x in enumerate(frame.crossing, start=1):
        yield f"{inner}numbers[{i}] = {frame.module.name(x)}"
    if guarded:
        yield f"{inner}if numbers[0] == 0.0:"
        inner += "    "
    yield from (inner + line for line in kept(frame))
    if guarded:
        yield f"{STEP}meet(sync, threads)"
        yield f"{STEP}if numbers[0] != 0.0:"
        yield f"{STEP}    break"
    elif frame.loop is None:
        yield f"{STEP}meet(sync, threads)"


def added_up(frame: Frame) -> Iterator[str]:
    """The sums of all slices, by name."""
    m = frame.module
    if reads_gradients(frame):
        m.functions.add("add_slices")
        yield "add_slices(gradients, 0, gradients.shape[1])"
        for x, start in frame.gradients.items():
            if x.shape:
                yield m.view(x, "gradients", start, "0, ")
    if frame.plan.totals:
        yield "for part in range(1, slices):"
        yield "    for i in range(sums.shape[1]):"
        yield "        sums[0, i] += sums[part, i]"
    for i, x in enumerate(frame.plan.totals):
        yield f"{m.name(x)} = sums[0, {i}]"


def kept(frame: Frame) -> Iterator[str]:
    """What stays of a step whose loss is finite: its outputs, and the layers' state."""
    m = frame.module
    for i, x in enumerate(frame.program.outputs):
        weight = "(last - first) * " if frame.means.get(str(x.name), True) else ""
        yield f"totals[{i}] += {weight}{frame.output(i)}"
    for key, value in frame.program.updates.items():
        place = f"{m.name(key)}[{':' if key.shape else '0'}]"
        yield f"{place} = {m.name(value) if value.shape else m.code(value).text}"


def reads_gradients(frame: Frame) -> bool:
    """Whether anything but the update reads arrays that are added up over rows."""
    places = {frame.plan.memory(x) for x in frame.gradients}
    for group in frame.plan.after:
        for s in each_statement([group]):
            if frame.plan.memory(s.target) in places:
                return True
            if any(frame.plan.memory(x) in places for x in frame.plan.fusion.sources(s)):
                return True
    return False


def update(frame: Frame, loop: Loop) -> Iterator[str]:
    m, inner = frame.module, PART + "    "
    name, arguments = rule(frame, loop)
    for i, x in enumerate(frame.crossing, start=1):
        yield f"{STEP}{m.name(x)} = numbers[{i}]"
    yield f"{STEP}for part in range(thread, slices, threads):"
    call = f"{name}({', '.join(arguments)})"
    if m.split is not None:
        yield from split_update(m, m.split, call)
    yield f"{PART}for r in range({'1, ' if m.split else ''}len(ranges)):"
    if is_flat(loop):
        yield f"{inner}low = ranges[r, 2] * part // slices"
        yield f"{inner}high = ranges[r, 2] * (part + 1) // slices"
    else:
        yield f"{inner}low, high = 0, ranges[r, 2] if part == 0 else 0"
    yield f"{inner}p, s = ranges[r, 0], ranges[r, 1]"
    if not reads_gradients(frame):
        m.functions.add("add_slices")
        yield f"{inner}add_slices(gradients, p + low, p + high)"
    yield f"{inner}{call}"
    for gradient, parameter in frame.module.direct.items():
        s = frame.plan.fusion.made[gradient]
        A = m.array(s.inputs[0]).removesuffix(".T")
        rate = m.code(rate_of(loop)).text
        m.functions.add("subtract_product")
        B = m.array(s.inputs[1])
        lead = m.rows(frame.plan.dimensions.axis(m.rows_of(s), 0))
        yield f"{STEP}subtract_product({m.name(parameter)}, {A}, {B}, {rate}, {lead})"
    if "t" in {str(x.name) for x in frame.program.inputs}:
        yield f"{STEP}t += 1"
    yield f"{STEP}meet(sync, threads)"


def rule(frame: Frame, loop: Loop) -> tuple[str, list[str]]:
    """The optimizer's function over a stretch of the flat vectors, and what it is given."""
    rule = loop.rule
    keys = [*loop.rows[0]]
    kept = {*rule.updates.values()}
    dimensions = Dimensions(rule)
    fusion = Fusion(rule, dimensions, kept)
    kernel = fusion.rule(rule.statements)
    own = Plan(
        program=rule, counts={}, dimensions=dimensions, fusion=fusion, before=[], rows=[],
        after=[], draws=[], gradients={}, sums=[], totals=[], stored=set(), whole=False,
    )  # fmt: skip
    text = KernelText(own, kernel, lambda x: str(x.name) if x in keys else frame.module.name(x))
    text.updates = dict(rule.updates)
    for key in keys:
        text.argument(key)
    body = text.body()
    name = frame.module.define("update", text, body)
    places = []
    for key in keys:
        if key is keys[0]:
            places.append("parameters[p + low : p + high]")
        elif key is keys[-1]:
            places.append("gradients[0, p + low : p + high]")
        else:
            begin = frame.module.start(frame.places[str(loop.rows[0][key].name)])
            places.append(f"optimizer[{begin} + s + low : {begin} + s + high]")
    rest = [x for x in text.arguments if x not in keys]
    return name, [*places, *(frame.module.code(x).text for x in rest)]
