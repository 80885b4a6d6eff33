"""The numba dialect: a program as one function over flat vectors, and the kernels that it calls.

The function is run by one thread or by a team. It goes through the batches of an order; each step
has the parts of a plan: before, rows (slice by slice, block by block), after, update.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ...program.amount import has_rows
from ...program.fusion import SHOWN, Group, Kernel
from ...program.ir import Operand, Statement, Value
from ...program.passes import unique
from ...program.plan import Plan
from ..spelling import Code, literal
from .functions import EACH
from .kernels import KernelText
from .loops import LOOPS
from .products import PRODUCTS
from .spellings import spell

if TYPE_CHECKING:
    from .input_split import InputSplit

RESERVED = {
    *("thread", "threads", "sync", "order", "batch_size", "slices", "block", "totals", "draws"),
    *("parameters", "layers", "optimizer", "gradients", "sums", "numbers", "sizes", "starts"),
    *("ranges", "settings", "shared", "first", "last", "low", "high", "start", "stop", "part"),
    *(f.__name__ for f in (*LOOPS, *EACH)),
    *PRODUCTS,
    *("update", "meet", "kernel", "gemm", "call_gemm", "i", "m", "made", "before"),
    *("without_denormals", "with_denormals", "read_control", "write_control"),
    *("rows", "np", "math", "numba", "F", "r", "rng", "out", "all_X", "all_y", "p", "s"),
}
STEP, PART, BLOCK = " " * 8, " " * 12, " " * 16
"""Indents: of a step, of a slice, of a block."""

STORED = ("state", "parameter", "frozen")
DTYPES = {"model": "F", "bool": "np.bool_", "int": "np.int64", "double": "np.float64"}


@dataclass
class Module:
    """The names, kernels and offsets of one program's text."""

    plan: Plan
    names: dict[Value, str] = field(default_factory=dict)
    kernels: dict[str, str] = field(default_factory=dict)
    functions: set[str] = field(default_factory=set)
    starts: list[int] = field(default_factory=list)
    note: str = ""  # the one that was printed last
    shown: set[Value] = field(default_factory=set)  # views that are made before the first step
    few: bool = False  # whether batches have so few rows that a product is a loop over them
    direct: dict[Value, Value] = field(default_factory=dict)  # gradient: parameter it changes
    split: InputSplit | None = None  # the first layer, where it is shared out by its inputs

    def __post_init__(self) -> None:
        program = self.plan.program
        fixed = (*program.given, *program.outputs, *self.plan.gradients.values())
        named = [s.target for s in program.statements if s.target.name]
        for x in dict.fromkeys((*fixed, *named)):
            self.name(x)

    def name(self, x: Value) -> str:
        """The name of a value in the function."""
        x = self.plan.memory(x)
        if x not in self.names:
            sizes = self.plan.dimensions.numbers
            taken = {*RESERVED, *keyword.kwlist, *self.names.values(), *sizes}
            wanted = self.plan.called.get(x, x.name)
            free = wanted is not None and wanted not in taken
            self.names[x] = str(wanted) if free else unique(wanted or "t", taken)
        return self.names[x]

    # ---- sizes ----
    def shape(self, x: Value, rows: str = "m") -> str:
        """The shape of an array of which there are some rows."""
        sizes = list(self.plan.dimensions.of(x))
        if has_rows(x):
            sizes[0] = rows if sizes[0] == "1" else f"{sizes[0]} * {rows}"
        return f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"

    def rows(self, lead: str) -> str:
        """How many rows of an array a block has: some for each of its own."""
        return "m" if lead == "1" else f"{lead} * m"

    def start(self, number: int) -> str:
        """A place in a flat vector, read at run time."""
        self.starts.append(number)
        return f"starts[{len(self.starts) - 1}]"

    def view(self, x: Value, vector: str, start: int, row: str = "") -> str:
        """``W1 = parameters[starts[0] : starts[1]].reshape((d0, h1))``."""
        length = 1
        for size in x.shape:
            length *= size.number
        part = f"{vector}[{row}{self.start(start)} : {self.start(start + length)}]"
        shaped = f".reshape({self.shape(x)})" if x.ndim > 1 else ""
        return f"{self.name(x)} = {part}{shaped}"

    # ---- kernels ----
    def kernel(self, kernel: Kernel, note: str) -> str:
        """The call of a kernel, whose function is printed once however often it is called."""
        text = KernelText(self.plan, kernel, self.name)
        body = text.body()
        made = {self.plan.memory(s.target) for s in kernel.statements}
        wanted = [name for x, name in text.arguments.items() if x in made] or ["sum"]
        name = self.define("_".join(dict.fromkeys((note, *wanted))), text, body)
        rows = [self.rows(kernel.lead)] if kernel.lead is not None else []
        call = f"{name}({', '.join([*(self.name(x) for x in text.arguments), *rows])})"
        totals = ", ".join(self.name(x) for x in text.totals)
        return f"{totals} = {call}" if totals else call

    def define(self, name: str, text: KernelText, body: Iterable[str]) -> str:
        """Add a kernel's function, unless there is an equal one; its name."""
        self.functions |= text.functions
        rows = ["rows"] if text.kernel.lead is not None else []
        inside = f"({', '.join([*text.arguments.values(), *rows])}):\n" + "\n".join(body) + "\n"
        for known, other in self.kernels.items():
            if other == inside:
                return known
        name = unique(name, {*self.kernels})
        self.kernels[name] = inside
        return name

    # ---- statements outside kernels ----
    def lines(self, groups: Iterable[Group]) -> Iterator[str]:
        """The groups' lines; above each the layer, loss or metric that it is of."""
        for group in groups:
            s = group.statements[0] if isinstance(group, Kernel) else group
            note = s.phase if s.phase == "backward" else s.note.partition("\n")[0]
            if note and note != self.note:
                self.note = note
                yield f"# {note}"
            if isinstance(group, Kernel):
                yield self.kernel(group, "forward" if s.phase == "prologue" else s.phase)
            else:
                yield from self.statement(group)

    def statement(self, s: Statement) -> list[str]:
        if not s.target.shape and s.op.name != "matmul":
            return [f"{self.name(s.target)} = {self.scalar(s).text}"]
        out = self.name(s.target)
        if s.target in self.shown:
            return []
        if s.op.name in SHOWN:
            return [f"{out} = {self.array(s.inputs[0])}.reshape({self.shape(s.target)})"]
        given = [self.array(x) for x in s.inputs]
        if s.op.name == "matmul":
            return self.product(s, given, out)
        if s.op.name == "vector":
            return [f"{out}[{i}] = {self.code(x).text}" for i, x in enumerate(s.inputs)]
        self.functions.add(s.op.name)
        if s.op.name in ("windows", "add_windows"):
            settings = (*s.attrs["window"], *s.attrs["stride"])
        else:
            settings = (s.attrs["rows"][0], s.attrs["columns"][0])
        return [f"{s.op.name}({given[0]}, {', '.join(map(str, settings))}, {out}, m)"]

    def product(self, s: Statement, given: list[str], out: str) -> list[str]:
        """A product: of rows with a matrix, added up over rows, or of two matrices."""
        if self.split is not None and s.target in (self.split.Z, self.split.dW):
            if s.target is self.split.dW:  # made when dZ of all rows is there
                return []
            self.functions.add("add_parts")
            return [f"add_parts({out}_parts, start - first, {out}, m)"]
        A, B = given
        by_rows = [isinstance(x, Value) and has_rows(x) for x in s.inputs]
        if not any(by_rows):
            return [f"np.dot({A}, {B}, {out})"]
        lead = self.rows(self.plan.dimensions.axis(self.rows_of(s), 0))
        if all(by_rows):
            if s.target in self.direct:  # the update subtracts it from the parameter
                return []
            if not A.endswith(".T") or B.endswith(".T"):
                raise NotImplementedError("a product over rows that is not A.T @ B")
            self.functions.add("add_product")
            return [f"add_product(gemm, {A[:-2]}, {B}, {out}, {lead}, start == low)"]
        if not by_rows[0] or A.endswith(".T"):
            raise NotImplementedError("a product whose rows are not those of its left factor")
        name = ("few_" if self.few else "") + ("product_turned" if B.endswith(".T") else "product")
        self.functions.add(name)
        gemm = "" if self.few else "gemm, "
        return [f"{name}({gemm}{A}, {B.removesuffix('.T')}, {out}, {lead})"]

    def rows_of(self, s: Statement) -> Value:
        """The factor of a product, as it lies, whose rows are counted."""
        x = s.values[-1] if has_rows(s.values[-1]) else s.values[0]
        made = self.plan.fusion.made
        return made[x].values[0] if x in made and made[x].op.name == "transpose" else x

    def array(self, x: Operand) -> str:
        """An array as an argument: its name, or its name turned."""
        if isinstance(x, Value) and self.plan.fusion.is_free(x):
            s = self.plan.fusion.made[x]
            if s.op.name == "transpose":
                return f"{self.array(s.inputs[0])}.T"
        if not isinstance(x, Value) or not x.shape:
            return self.code(x).text
        return self.name(x)

    def code(self, x: Operand) -> Code:
        if not isinstance(x, Value):
            return literal(x)
        fusion = self.plan.fusion
        if fusion.is_free(x) or fusion.is_inlined(x):
            return self.scalar(fusion.made[x])
        return Code(f"{self.name(x)}[0]" if x.role in STORED else self.name(x))

    def scalar(self, s: Statement) -> Code:
        """A number outside arrays, as Python's float."""
        if s.op.name == "number":
            return literal(s.attrs["value"])
        if s.op.name == "rows":
            return Code("last - first")
        if s.op.name in ("cast", "broadcast_to"):
            return self.code(s.inputs[0])
        weak = Statement(Value((), "weak"), s.op, s.inputs, s.attrs, s.phase, s.note)
        return spell(weak, [self.code(x) for x in s.inputs])

    # ---- memory ----
    def arrays(self, groups: Iterable[Group]) -> list[Value]:
        """The arrays that groups write and that lie nowhere else."""
        elsewhere = {*self.plan.gradients.values(), *self.plan.sums, *self.plan.program.outputs}
        found: list[Value] = []
        for group in groups:
            listed = group.statements if isinstance(group, Kernel) else (group,)
            for s in listed:
                x = self.plan.memory(s.target)
                view = isinstance(group, Statement) and s.op.name in SHOWN
                if s.target in self.plan.stored and not view and x not in elsewhere:
                    found.append(x)
        return list(dict.fromkeys(found))
