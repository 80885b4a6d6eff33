"""Kernels of the numba dialect: one small function for each fused run of statements."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ...program.amount import has_rows
from ...program.dimensions import REDUCTIONS, kept_axes
from ...program.fusion import Kernel, Nest, is_sum
from ...program.ir import Operand, Statement, Value
from ...program.passes import unique
from ...program.plan import Plan, entries
from ...program.shapes import axes
from ..spelling import Code, literal
from .indices import Index, aligned, is_one, moved
from .spellings import EXTREMES, FUNCTIONS, UNNAMED, cast, in_model_dtype, spell

LOOPS = ("j", "k", "l", "p", "q")
RESERVED = {"i", "rows", *LOOPS, "F", "np", "math", "range", "abs", *FUNCTIONS, *keyword.kwlist}


@dataclass
class KernelText:
    """One kernel as a function: its lines, and what it is called with.

    Parameters
    ----------
    plan : Plan
    kernel : Kernel
    name_of : function
        The name that a value has outside.
    """

    plan: Plan
    kernel: Kernel
    name_of: Callable[[Value], str]
    updates: dict[Value, Value] = field(default_factory=dict)  # of a rule: written when all is read
    arguments: dict[Value, str] = field(default_factory=dict)  # by what they are called inside
    locals: dict[Value, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=lambda: set(RESERVED))
    totals: list[Value] = field(default_factory=list)
    functions: set[str] = field(default_factory=set)

    # ---- names ----
    def argument(self, x: Value) -> str:
        """The name of an array or number that comes from outside: without its layer's number."""
        x = self.plan.memory(x)
        if x not in self.arguments:
            name = self.name_of(x)
            self.arguments[x] = self.new(re.sub(r"_?\d+$", "", name) or name)
        return self.arguments[x]

    def local(self, x: Value) -> str:
        """A name for one entry of a value."""
        if x not in self.locals:
            op = self.plan.fusion.made[x].op.name
            wanted = re.sub(r"_?\d+$", "", x.name or UNNAMED.get(op, "t")).lower()
            self.locals[x] = self.new(wanted)
        return self.locals[x]

    def new(self, wanted: str) -> str:
        name = unique(wanted, self.taken)
        self.taken.add(name)
        return name

    # ---- one entry ----
    def code(self, x: Operand, index: Index, model: bool) -> Code:
        """An operand at an index, in the model's dtype if it is asked for."""
        if not isinstance(x, Value):
            return cast(literal(x)) if model else literal(x)
        found = self.value(x, index)
        plain = x.dtype != "model" or (x.role == "hyperparameter")
        return cast(found) if model and plain else found

    def value(self, x: Value, index: Index) -> Code:
        fusion = self.plan.fusion
        if x in self.locals:
            return Code(self.locals[x])
        if fusion.is_free(x) or fusion.is_inlined(x):
            return self.expression(fusion.made[x], index)
        if not x.shape:
            own = x.role in ("state", "parameter", "frozen")  # an array of one entry
            return Code(f"{self.argument(x)}[0]" if own else self.argument(x))
        return Code(f"{self.argument(x)}[{', '.join(index)}]")

    def expression(self, s: Statement, index: Index) -> Code:
        """The statement's result at an index of its target."""
        x = s.inputs[0] if s.inputs else None
        name = s.op.name
        if name == "arange":
            return Code(index[0])
        if name == "size":  # of the parameter that a rule is for
            return Code(f"{self.argument(self.plan.program.given[0])}.shape[0]")
        if name in ("expand_dims", "squeeze", "transpose", "broadcast_to"):
            assert x is not None  # each has an input
            model = s.target.dtype == "model"
            return self.code(x, moved(s, index), model)
        if name == "cast":
            return cast(self.code(x, aligned(s.target, x, index), False))  # type: ignore[arg-type] # one input
        self.functions |= {name} & FUNCTIONS if s.target.dtype != "weak" else set()
        model = in_model_dtype(s)
        inputs = [
            self.code(x, aligned(s.target, x, index), model and not (name == "where" and i == 0)
                      and not (name == "power" and i == 1 and isinstance(x, int)))
            for i, x in enumerate(s.inputs)
        ]  # fmt: skip
        return spell(s, inputs)

    # ---- loops ----
    def body(self) -> list[str]:
        """The function's lines, without its head."""
        rows = self.kernel.lead is not None
        indent = "    " * (1 + rows)
        lines: list[str] = []
        for nest in self.kernel.nests:
            lines += self.nest_lines(nest, indent)
        if rows:
            lines = ["    for i in range(rows):", *lines]
        head = [f"    {self.local(x)} = {self.least(x)}" for x in self.totals]
        self.totals += [s.target for s in self.kernel.statements if self.read_outside(s)]
        ends = [f"    return {', '.join(self.local(x) for x in self.totals)}"]
        return [*head, *lines, *(ends if self.totals else [])]

    def read_outside(self, s: Statement) -> bool:
        """Whether it makes a number, of an array without rows, that others read."""
        if s.target.shape or s.target in self.totals or self.updates:
            return False
        readers = self.plan.fusion.readers.get(s.target, [])
        here = self.kernel.statements
        return s.target in self.plan.fusion.kept or any(r not in here for r in readers)

    def nest_lines(self, nest: Nest, indent: str) -> Iterator[str]:
        """Accumulators, the loops with their statements, and what follows from the accumulators."""
        outer = nest.space[: nest.kept] if nest.kept is not None else ()
        inner = nest.space[len(outer) :]
        for depth, size in enumerate(outer):
            yield f"{indent}for {LOOPS[depth]} in range({self.extent(size)}):"
            indent += "    "
        reduced = [s for s in nest.statements if self.reduces(s)]
        for s in reduced:
            yield from (indent + line for line in self.start(s))
        deeper = indent
        for depth, size in enumerate(inner, start=len(outer)):
            yield f"{deeper}for {LOOPS[depth]} in range({self.extent(size)}):"
            deeper += "    "
        for s in nest.statements:
            yield from (deeper + line for line in self.statement(s, nest))
        yield from (deeper + line for line in self.writes(nest))
        for s in reduced:
            if s.target in self.plan.stored:
                yield indent + self.store(s.target, self.indices(s, nest)[1], self.local(s.target))
        for s in nest.statements:
            if entries(self.plan.fusion, s.target):  # from here on it is read from its array
                self.locals.pop(s.target, None)

    def least(self, x: Value) -> str:
        """What a number that is added up over rows begins as."""
        op = self.plan.fusion.made[x].op.name
        return {"max": "-math.inf", "min": "math.inf"}.get(op, "0.0")

    def reduces(self, s: Statement) -> bool:
        """Whether it ends in one number for each pass of its loops."""
        return s.op.name in REDUCTIONS and not is_sum(s)

    def start(self, s: Statement) -> list[str]:
        name = self.local(s.target)
        if s.op.name == "argmax":
            best = self.best(s)
            return [f"{best} = F(-np.inf)", f"{name} = 0"]
        if s.op.name in ("max", "min"):
            return [f"{name} = F({'-' * (s.op.name == 'max')}np.inf)"]
        counts = s.values[0].dtype in ("bool", "int")
        whole = self.kernel.lead is None
        return [f"{name} = {'0' if counts else '0.0' if whole else 'F(0)'}"]

    def best(self, s: Statement) -> str:
        return f"best_{self.local(s.target)}"

    def statement(self, s: Statement, nest: Nest) -> list[str]:
        given, made = self.indices(s, nest)
        if s.op.name in REDUCTIONS:
            entry = self.code(s.values[0], given, s.values[0].dtype == "model").text
            return self.reduction(s, entry, made, nest)
        text = self.expression(s, made).text
        kept = s.target in self.plan.stored
        if not self.read_here(s, nest):
            return [self.store(s.target, made, text)] if kept else []
        name = self.local(s.target)
        lines = [f"{name} = {text}"]
        return [*lines, self.store(s.target, made, name)] if kept else lines

    def reduction(self, s: Statement, entry: str, made: Index, nest: Nest) -> list[str]:
        name = s.op.name
        if is_sum(s):
            if s.target.shape:
                place = f"{self.argument(s.target)}[{', '.join(made)}]"
                if name == "sum":
                    return [f"{place} += {entry}"]
                self.functions.add(EXTREMES[name])
                return [f"{place} = {EXTREMES[name]}({place}, {entry})"]
            if s.target not in self.totals:
                self.totals.append(s.target)
            if name == "sum":
                return [f"{self.local(s.target)} += {entry}"]
            self.functions.add(EXTREMES[name])
            return [f"{self.local(s.target)} = {EXTREMES[name]}({self.local(s.target)}, {entry})"]
        total = self.local(s.target)
        if name == "argmax":
            best, place = self.best(s), self.position(s, nest)
            return [
                f"if {entry} > {best} or ({entry} != {entry} and {best} == {best}):",
                f"    {best} = {entry}",
                f"    {total} = {place}",
            ]
        if name == "sum":
            return [f"{total} += {entry}"]
        self.functions.add(EXTREMES[name])
        return [f"{total} = {EXTREMES[name]}({total}, {entry})"]

    def position(self, s: Statement, nest: Nest) -> str:
        """The loop variable along the axis of an argmax."""
        x = s.values[0]
        (axis,) = axes(s.attrs.get("axis"), x.ndim)
        return self.indices(s, nest)[0][axis]

    def writes(self, nest: Nest) -> list[str]:
        """At the end of an optimizer's rule: W and its states become what was computed."""
        if nest is not self.kernel.nests[-1]:
            return []
        before, writes = [], []
        for key, new in self.updates.items():
            if key.shape:
                array, text = self.argument(key), self.code(new, ("j",), True).text
                if new not in self.locals and len(self.updates) > 1:  # it may read what is written
                    name = self.new(array.lower())
                    before.append(f"{name} = {text}")
                    text = name
                writes.append(f"{array}[j] = {text}")
        return [*before, *writes]

    def store(self, x: Value, index: Index, text: str) -> str:
        return f"{self.argument(x)}[{', '.join(index)}] = {text}"

    def read_here(self, s: Statement, nest: Nest) -> bool:
        """Whether a later statement of the kernel reads the entry by its local name."""
        if s.target in self.updates.values():
            return True
        fusion = self.plan.fusion
        if not entries(fusion, s.target):
            ends = (fusion.made[x] for x in self.updates.values() if x in fusion.made)
            group = (*self.kernel.statements, *ends)
            return any(s.target in fusion.sources(each) for each in group)
        return any(s.target in fusion.sources(each) for each in nest.statements)

    # ---- indices ----
    def indices(self, s: Statement, nest: Nest) -> tuple[Index, Index]:
        """The index of what is looped over, and of the statement's target."""
        x = s.values[0] if s.op.name in REDUCTIONS else s.target
        first = int(has_rows(x))
        order = [a for a in range(first, x.ndim) if not is_one(x, a)]
        kept = kept_axes(s) if s.op.name in REDUCTIONS else []
        if nest.kept is not None:
            stay = {a for a, _ in kept}
            order = [a for a in order if a in stay] + [a for a in order if a not in stay]
        loop = dict(zip(order, LOOPS, strict=False))
        given = tuple("i" if a < first else loop.get(a, "0") for a in range(x.ndim))
        if s.op.name not in REDUCTIONS:
            return given, given
        made = ["0"] * s.target.ndim
        for a, b in kept:
            made[b] = given[a]
        return given, tuple(made)

    def extent(self, size: str) -> str:
        """The length of a loop inside a row: that of an array which has the axis."""
        for x in self.looped_arrays():
            for a, name in enumerate(self.plan.dimensions.of(x)):
                if name == size and not (a == 0 and has_rows(x)):
                    return f"{self.argument(x)}.shape[{a}]"
        raise NotImplementedError(f"a loop of length {size} over no array")

    def looped_arrays(self) -> Iterator[Value]:
        """The arrays that the kernel's statements read and write."""
        plan, statements = self.plan, self.kernel.statements
        for s in sorted(statements, key=lambda s: s.target in plan.stored, reverse=True):
            if s.target in plan.stored or (is_sum(s) and s.target.shape):
                yield plan.memory(s.target)
            for x in plan.fusion.sources(s):
                if x.shape and (x not in self.made_here() or x in plan.stored):
                    yield plan.memory(x)

    def made_here(self) -> set[Value]:
        return {s.target for s in self.kernel.statements}
