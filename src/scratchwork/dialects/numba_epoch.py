"""The frame of the numba dialect: the function that goes through the batches of an order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod

from ..program.dimensions import REDUCTIONS, Dimensions
from ..program.fusion import Fusion, has_rows
from ..program.ir import Loop, Operand, Program, Value
from ..program.plan import Plan, plan
from .numba import DTYPES, Module
from .numba_kernels import KernelText

STEP, PART, BLOCK = "        ", " " * 12, " " * 16


class Epoch:
    """Puts the function's text together.

    Parameters
    ----------
    program : Program
    means : mapping
        Which outputs are means over rows.
    dtype : "float32" or "float64"
    places : mapping
        Where each array begins in its flat vector.
    """

    def __init__(
        self, program: Program, means: Mapping[str, bool], dtype: str, places: Mapping[str, int],
        optimizer: frozenset[str] = frozenset(), few: bool = False,
    ) -> None:
        self.plan: Plan = plan(program)
        self.program, self.means, self.dtype = self.plan.program, means, dtype
        self.places, self.optimizer = places, optimizer
        self.module = Module(self.plan, few=few)
        if few:
            self.module.direct = direct_updates(self.plan)
        self.trains = program.name == "train_step"
        self.predicts = bool(program.outputs and has_rows(program.outputs[0]))
        self.numbers: list[Value] = self.crossing()
        gradients = self.plan.gradients
        self.gradient_places = {g: places[str(p.name)] for p, g in gradients.items()}
        end = places[""] if gradients else 0
        for x in self.plan.sums:
            self.gradient_places[x] = end
            end += length(x)
        self.gradient_size = end

    @property
    def loop(self) -> Loop | None:
        return self.plan.loop

    def crossing(self) -> list[Value]:
        """Numbers made behind the rows that the update reads."""
        if self.loop is None:
            return []
        after = {s.target for g in self.plan.after for s in statements_of(g)}
        return [x for x in self.loop.scalars if x in after]

    # ---- the function ----
    def body(self) -> Iterator[str]:
        m = self.module
        yield from self.sizes()
        yield from self.views()
        yield from self.buffers()
        rows = "len(order)" if self.trains else f"len(all_{m.name(self.data()[0])})"
        yield "    made = 0"
        yield f"    for first in range(0, {rows}, batch_size):"
        yield f"{STEP}last = min(first + batch_size, {rows})"
        before = list(m.lines(self.plan.before))
        if self.plan.draws and not any(line.startswith("n =") for line in before):
            before.insert(0, "n = last - first")
        yield from (STEP + line for line in before)
        yield from self.drawn()
        yield from self.slices()
        if not self.predicts:
            yield f"{STEP}meet(sync, threads)"
            yield from self.after()
        if self.loop is not None:
            yield from self.update(self.loop)
        yield f"{STEP}made += 1"
        yield "    return made"

    def sizes(self) -> Iterator[str]:
        names = [*self.plan.dimensions.numbers, *(str(x.name) for x in self.plan.counts)]
        for i, name in enumerate(names):
            yield f"    {name} = sizes[{i}]"
        for i, x in enumerate(self.program.hyperparameters):
            yield f"    {self.module.name(x)} = settings[{i}]"

    def views(self) -> Iterator[str]:
        """Parameters and state by name, as views of their vectors."""
        for p in self.program.parameters:
            yield f"    {self.module.view(p, 'parameters', self.places[str(p.name)])}"
        of_rule = {x for row in (self.loop.rows if self.loop else ()) for x in row.values()}
        for x in self.program.state:
            if x not in of_rule:
                vector = "optimizer" if str(x.name) in self.optimizer else "layers"
                yield f"    {self.module.view(x, vector, self.places[str(x.name)])}"

    def buffers(self) -> Iterator[str]:
        """What the thread has for its blocks of rows, and for what has none."""
        m = self.module
        for x in self.data():
            if self.trains:
                shape = m.shape(x, "block") if x.ndim < 2 else f"(block, all_{m.name(x)}.shape[1])"
                yield f"    {m.name(x)}_block = np.empty({shape}, {DTYPES[x.dtype]})"
        for x in self.row_arrays():
            yield f"    {m.name(x)}_block = np.empty({m.shape(x, 'block')}, {DTYPES[x.dtype]})"
        others = m.arrays((*self.plan.before, *self.plan.rows, *self.plan.after))
        for x in (x for x in others if not has_rows(x)):
            yield f"    {m.name(x)} = np.empty({m.shape(x)}, {DTYPES[x.dtype]})"
        if self.adds_products():
            yield "    spare = np.empty(gradients.shape[1] if block < batch_size else 0, F)"

    def row_arrays(self) -> list[Value]:
        return [x for x in self.module.arrays(self.plan.rows) if has_rows(x)]

    def data(self) -> list[Value]:
        return [x for x in self.program.inputs if x.shape and has_rows(x)]

    def adds_products(self) -> bool:
        return any(
            s.op.name == "matmul" and not has_rows(s.target)
            for g in self.plan.rows for s in statements_of(g)
        )  # fmt: skip

    def drawn(self) -> Iterator[str]:
        """Random numbers of the whole batch, in the order in which the NumPy program draws them."""
        lines, end = [], "0"
        for s in self.plan.draws:
            name, shape = self.module.name(s.target), self.module.shape(s.target, "n")
            size = shape.strip("(),").replace(", ", " * ")
            stop = size if end == "0" else f"{end} + {size}"
            lines.append(f"{name}_all = draws[{end} : {stop}].reshape({shape})")
            end = stop
        if not lines:
            return
        yield from (STEP + line for line in lines)
        yield f"{STEP}if thread == 0:"
        for s in self.plan.draws:
            self.module.functions.add(s.op.name)
            yield f"{STEP}    {s.op.name}(rng, {self.module.name(s.target)}_all)"
        yield f"{STEP}meet(sync, threads)"

    # ---- rows ----
    def slices(self) -> Iterator[str]:
        m = self.module
        yield f"{STEP}for part in range(thread, slices, threads):"
        yield f"{PART}low = first + (last - first) * part // slices"
        yield f"{PART}high = first + (last - first) * (part + 1) // slices"
        if self.plan.totals:
            yield f"{PART}sums[part, :] = 0.0"
        yield from self.row_sums()
        yield f"{PART}for start in range(low, high, block):"
        yield f"{BLOCK}stop = min(start + block, high)"
        yield f"{BLOCK}m = stop - start"
        for x in self.data():
            yield from (BLOCK + line for line in self.gather(x))
        for s in (s for s in self.plan.draws if has_rows(s.target)):
            name = m.name(s.target)
            yield f"{BLOCK}{name} = {name}_all[start - first : stop - first]"
        for x in self.row_arrays():
            lead = self.plan.dimensions.axis(x, 0)
            rows = "m" if lead == "1" else f"{lead} * m"
            yield f"{BLOCK}{m.name(x)} = {m.name(x)}_block[:{' ' * (rows != 'm')}{rows}]"
        if self.predicts:
            for x in self.program.outputs:
                yield f"{BLOCK}{m.name(x)} = out[start:stop]"
        yield from (BLOCK + line for line in self.row_lines())

    def gather(self, x: Value) -> Iterator[str]:
        """The rows of a block: where they lie, if they lie side by side."""
        name = self.module.name(x)
        if not self.trains:
            text = f"all_{name}[start:stop]"
        else:
            function = "gather" if x.ndim > 1 else "gather_numbers"
            self.module.functions.add(function)
            text = f"{function}(all_{name}, order, start, stop, {name}_block)"
        shaped = f".reshape({self.module.shape(x)})" if x.ndim > 2 else ""
        yield f"{name} = {text}{shaped}"

    def row_sums(self) -> Iterator[str]:
        """Where the slice adds up its rows: arrays begin at zero."""
        least = {"max": "F(-np.inf)", "min": "F(np.inf)"}
        kernels = {
            self.plan.memory(s.target): least.get(s.op.name, "F(0)")
            for g in self.plan.rows for s in statements_of(g)
            if s.op.name in REDUCTIONS and s.target.shape and not has_rows(s.target)
            and any(has_rows(x) for x in s.values)
        }  # fmt: skip
        products = {
            self.plan.memory(s.target)
            for g in self.plan.rows for s in statements_of(g)
            if s.op.name == "matmul" and not has_rows(s.target)
        }  # fmt: skip
        for x, start in self.gradient_places.items():
            if (x in kernels or x in products) and x not in self.module.direct:
                yield f"{PART}{self.module.view(x, 'gradients', start, 'part, ')}"
            if x in kernels:
                self.module.functions.add("fill")
                yield f"{PART}fill({self.module.name(x)}, {kernels[x]})"
        if products:
            self.module.functions.add("fill")
            yield f"{PART}if low == high:"
            yield f"{PART}    fill(gradients[part], F(0))"

    def row_lines(self) -> Iterator[str]:
        """The rows' part; numbers that it adds up go into the slice's sums."""
        for group in self.plan.rows:
            yield from self.module.lines([group])
            for s in statements_of(group):
                if s.target in self.plan.totals:
                    i = self.plan.totals.index(s.target)
                    yield f"sums[part, {i}] += {self.module.name(s.target)}"

    # ---- behind the rows ----
    def after(self) -> Iterator[str]:
        m, inner = self.module, STEP + "    "
        yield f"{STEP}if thread == 0:"
        if self.reads_gradients():
            m.functions.add("add_slices")
            yield f"{inner}add_slices(gradients, 0, gradients.shape[1])"
            for x, start in self.gradient_places.items():
                yield f"{inner}{m.view(x, 'gradients', start, '0, ')}"
        for i, x in enumerate(self.plan.totals):
            m.functions.add("slice_sum")
            yield f"{inner}{m.name(x)} = slice_sum(sums, {i})"
        lines = list(m.lines(self.plan.after))
        yield from (inner + line for line in lines)
        guarded = bool(self.program.gradients)
        if guarded:
            yield f"{inner}numbers[0] = 0.0 if math.isfinite({self.output(0)}) else 1.0"
        for i, x in enumerate(self.numbers, start=1):
            yield f"{inner}numbers[{i}] = {m.name(x)}"
        deeper = inner
        if guarded:
            yield f"{inner}if numbers[0] == 0.0:"
            deeper = inner + "    "
        for i, x in enumerate(self.program.outputs):
            weight = "(last - first) * " if self.means.get(str(x.name), True) else ""
            yield f"{deeper}totals[{i}] += {weight}{self.output(i)}"
        for key, value in self.program.updates.items():
            place = f"{m.name(key)}[{':' if key.shape else '0'}]"
            yield f"{deeper}{place} = {m.name(value) if value.shape else m.code(value).text}"
        if guarded:
            yield f"{STEP}meet(sync, threads)"
            yield f"{STEP}if numbers[0] != 0.0:"
            yield f"{STEP}    return made"
        elif self.loop is None:
            yield f"{STEP}meet(sync, threads)"

    def output(self, i: int) -> str:
        return self.module.code(self.program.outputs[i]).text

    def reads_gradients(self) -> bool:
        """Whether anything but the update reads arrays that are added up over rows."""
        places = {self.plan.memory(x) for x in self.gradient_places}
        for group in self.plan.after:
            for s in statements_of(group):
                if self.plan.memory(s.target) in places:
                    return True
                if any(self.plan.memory(x) in places for x in self.plan.fusion.sources(s)):
                    return True
        return False

    # ---- the update ----
    def update(self, loop: Loop) -> Iterator[str]:
        m, inner = self.module, PART + "    "
        name, arguments = self.rule(loop)
        for i, x in enumerate(self.numbers, start=1):
            yield f"{STEP}{m.name(x)} = numbers[{i}]"
        yield f"{STEP}for part in range(thread, slices, threads):"
        yield f"{PART}for r in range(len(ranges)):"
        if self.flat(loop):
            yield f"{inner}low = ranges[r, 2] * part // slices"
            yield f"{inner}high = ranges[r, 2] * (part + 1) // slices"
        else:
            yield f"{inner}low, high = 0, ranges[r, 2] if part == 0 else 0"
        yield f"{inner}p, s = ranges[r, 0], ranges[r, 1]"
        if not self.reads_gradients():
            m.functions.add("add_slices")
            yield f"{inner}add_slices(gradients, p + low, p + high)"
        yield f"{inner}{name}({', '.join(arguments)})"
        for gradient, parameter in self.module.direct.items():
            s = self.plan.fusion.made[gradient]
            A = m.array(s.inputs[0]).removesuffix(".T")
            rate = m.code(plain_rate(loop)).text
            m.functions.add("subtract_product")
            yield f"{STEP}subtract_product({m.name(parameter)}, {A}, {m.array(s.inputs[1])}, {rate})"
        if "t" in {str(x.name) for x in self.program.inputs}:
            yield f"{STEP}t += 1"
        yield f"{STEP}meet(sync, threads)"

    def flat(self, loop: Loop) -> bool:
        return not any(s.op.name in ("sum", "max", "min") for s in loop.rule.statements)

    def rule(self, loop: Loop) -> tuple[str, list[str]]:
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
        text = KernelText(own, kernel, lambda x: str(x.name) if x in keys else self.module.name(x))
        text.updates = dict(rule.updates)
        for key in keys:
            text.argument(key)
        body = text.body()
        name = self.module.define("update", text, body)
        places = []
        for key in keys:
            if key is keys[0]:
                places.append("parameters[p + low : p + high]")
            elif key is keys[-1]:
                places.append("gradients[0, p + low : p + high]")
            else:
                begin = self.module.start(self.places[str(loop.rows[0][key].name)])
                places.append(f"optimizer[{begin} + s + low : {begin} + s + high]")
        rest = [x for x in text.arguments if x not in keys]
        return name, [*places, *(self.module.code(x).text for x in rest)]


def plain_rate(loop: Loop) -> Operand | None:
    """The rate of an optimizer that does nothing but W -= rate * dW, else None."""
    rule = loop.rule
    W, *states, dW = rule.given
    if states or len(rule.statements) != 2:
        return None
    scaled, changed = rule.statements
    names = (scaled.op.name, changed.op.name)
    if names != ("multiply", "subtract") or changed.inputs != (W, scaled.target):
        return None
    rest = [x for x in scaled.inputs if x is not dW]
    return rest[0] if len(rest) == 1 else None


def direct_updates(made: Plan) -> dict[Value, Value]:
    """Gradients that are products of rows and that nothing but a plain update reads."""
    if made.loop is None or plain_rate(made.loop) is None or made.whole:
        return {}
    found = {}
    for parameter, gradient in made.gradients.items():
        s = made.fusion.made.get(gradient)
        product = s is not None and s.op.name == "matmul" and all(has_rows(x) for x in s.values)
        turned = product and made.fusion.is_free(s.inputs[0])  # type: ignore[union-attr] # it is there
        if turned and not made.fusion.readers.get(gradient) and gradient not in made.same:
            found[gradient] = parameter
    return found


def statements_of(group: object) -> Sequence:  # type: ignore[type-arg] # of statements
    return getattr(group, "statements", None) or (group,)


def length(x: Value) -> int:
    return prod(size.number for size in x.shape)
