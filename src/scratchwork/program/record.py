"""Recording: operators on Values append statements to the current Builder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..errors import ProgramError, ShapeError
from .ir import (
    BUILDER,
    OPS,
    Attrs,
    DType,
    Op,
    Operand,
    Phase,
    Statement,
    Value,
    apply,
    builder,
)


class Builder:
    """The statements recorded so far, and where in the program the next one belongs.

    Statements of the prologue (the number of rows, random draws) are kept apart: they are evaluated
    once for the whole batch, before everything else.
    """

    def __init__(self) -> None:
        self.prologue: list[Statement] = []
        self.statements: list[Statement] = []
        self.phase: Phase = "forward"
        self.note = ""
        self.suffix = ""
        self.batch: Value | None = None  # the input whose rows are counted

    @property
    def rows(self) -> Value:
        """The number of rows of the batch."""
        if self.batch is None:
            raise ProgramError(
                self.note,
                "a program with an input X",
                "the number of its rows",
                "use fixed sizes here",
            )
        n = apply("rows", self.batch)
        n.name = "n"
        return n

    def knows(self, name: str) -> bool:
        return name in OPS

    def append(self, name: str, inputs: tuple[Operand, ...], attrs: Attrs) -> Value:
        """Record one primitive; its shape rule gives the shape, or an error naming the layer."""
        op = OPS[name]
        inputs = op_inputs(op, tuple(self.operand(x, name) for x in inputs))
        assert op.shape is not None  # primitives have a shape rule; composites go through compose
        try:
            shape = op.shape(*(getattr(x, "shape", ()) for x in inputs), **attrs)
        except ShapeError as error:
            where = f"{self.note}: {error.where}" if self.note else error.where
            raise ShapeError(where, error.expected, error.got, error.todo) from None
        y = Value(shape, result_dtype(op, inputs))
        early = (
            self.phase == "prologue" or op.draws or op.name == "rows" or self.known_early(inputs)
        )
        statements = self.prologue if early else self.statements
        phase: Phase = "prologue" if early else self.phase
        statements.append(Statement(y, op, inputs, attrs, phase, self.note))
        if op.name == "where" and y.dtype == "double":  # NumPy's choice between two numbers
            return self.append("cast", (y,), {})
        return y

    def operand(self, x: Operand, name: str) -> Operand:
        """A Value or a Python number: NumPy's float64 would turn float32 arrays into float64."""
        if isinstance(x, bool):
            raise ProgramError(
                f"{self.note}: {name}" if self.note else name,
                "Values and numbers",
                repr(x),
                "compare with np.equal(a, b): == of Values asks whether they are the same Value",
            )
        if isinstance(x, Value) or (isinstance(x, int | float) and not hasattr(x, "dtype")):
            return x
        if hasattr(x, "item") and getattr(x, "ndim", None) == 0:
            number: float = x.item()
            return number
        raise ProgramError(
            f"{self.note}: {name}" if self.note else name,
            "Values and numbers",
            f"an array of shape {x.shape}" if hasattr(x, "shape") else repr(x),
            "make it a state or parameter of the layer, which then is part of the model",
        )

    def known_early(self, inputs: tuple[Operand, ...]) -> bool:
        """Whether the inputs are of the prologue: draws, the number of rows, and settings."""
        made = {s.target for s in self.prologue}
        values = [x for x in inputs if isinstance(x, Value)]
        return any(x in made for x in values) and all(
            x in made or x.role == "hyperparameter" for x in values
        )

    def compose(self, op: Op, function: Callable[..., Value], inputs: tuple[Operand, ...]) -> Value:
        """Record a function of Values as one statement that keeps what it recorded as its body."""
        outside, self.statements = self.statements, []
        try:
            y = function(*inputs)
        finally:
            body, self.statements = self.statements, outside
        if not isinstance(y, Value):
            raise ProgramError(
                self.note or op.name,
                f"a Value from {op.name}",
                repr(y),
                "return what was computed from its arguments",
            )
        if any(s.target is y for s in body):
            self.statements.append(Statement(y, op, inputs, {}, self.phase, self.note, tuple(body)))
        return y

    @contextmanager
    def at(
        self, *, phase: Phase | None = None, note: str | None = None, suffix: str | None = None
    ) -> Iterator[None]:
        """Set phase, note and the number behind names for what is recorded inside."""
        before = self.phase, self.note, self.suffix
        self.phase = self.phase if phase is None else phase
        self.note = self.note if note is None else note
        self.suffix = self.suffix if suffix is None else suffix
        try:
            yield
        finally:
            self.phase, self.note, self.suffix = before


@contextmanager
def recording() -> Iterator[Builder]:
    """Make a new Builder the current one."""
    new = Builder()
    token = BUILDER.set(new)
    try:
        yield new
    finally:
        BUILDER.reset(token)


ARITHMETIC = {
    *("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "where", "matmul"),
    *("negative", "absolute", "exp", "expm1", "log", "log1p", "sqrt", "tanh", "sign", "remainder"),
    *("floor", "sin", "cos", "clip"),
}


def op_inputs(op: Op, inputs: tuple[Operand, ...]) -> tuple[Operand, ...]:
    """Cast masks, labels and draws where NumPy would go to float64: mask * 0.5, Z * labels."""
    if op.name not in ARITHMETIC:
        return inputs
    first = 1 if op.name == "where" else 0  # a condition stays what it is
    dtypes = {x.dtype for x in inputs[first:] if isinstance(x, Value)}
    wrong = ("int", "double") if "model" in dtypes else ("int", "double", "bool")
    return tuple(
        apply("cast", x) if i >= first and isinstance(x, Value) and x.dtype in wrong else x
        for i, x in enumerate(inputs)
    )


def result_dtype(op: Op, inputs: tuple[Operand, ...]) -> DType:
    """The op's own dtype, or the widest of its inputs': a Python number never widens."""
    if isinstance(op.dtype, str):
        return op.dtype
    condition = inputs[0] if op.name == "where" else None
    dtypes = {x.dtype for x in inputs if isinstance(x, Value) and x is not condition}
    order: tuple[DType, ...] = ("double", "model", "bool", "int")
    widest: DType = next((d for d in order if d in dtypes), "weak")
    if widest == "weak" and isinstance(condition, Value) and condition.dtype != "weak":
        return "double"
    return op.dtype.get(widest, widest) if op.dtype else widest


def composite(
    vjp: Callable[..., tuple[Operand | None, ...]] | None = None,
) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Decorate a function of Values so that it is recorded as one statement.

    Its gradient follows from its body. Give ``vjp(dy, y, *inputs)`` for a shorter one by hand; the
    tests hold the two against each other.

    Examples
    --------
    >>> import scratchwork as sw
    >>> @sw.composite(vjp=lambda dA, A, Z: (2 * dA * Z,))
    ... def square(Z):
    ...     return Z * Z
    >>> model = sw.Sequential([sw.Dense(1), sw.Activation(square)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("A1 =", "dZ1 ="))), sep="\\n")
    A1 = Z1 * Z1
    dZ1 = 2 * dA1 * Z1
    """

    def decorate(function: Callable[..., Value]) -> Callable[..., Value]:
        op = Op(function.__name__, vjp=vjp)

        def record(*inputs: Operand) -> Value:
            return builder().compose(op, function, inputs)

        record.__name__, record.__doc__ = function.__name__, function.__doc__
        record.__module__, record.__qualname__ = function.__module__, function.__qualname__
        record.__wrapped__ = function  # type: ignore[attr-defined] # inspect.signature sees it
        record.op = op  # type: ignore[attr-defined] # so that a link can be recognised by its op
        return record

    return decorate


def call(function: Callable[..., Value], *inputs: Operand) -> Value:
    """Record a user's function of Values as one statement, as ``composite`` does for ours."""
    if hasattr(function, "op"):
        return function(*inputs)
    name = getattr(function, "__name__", type(function).__name__)
    return builder().compose(Op(name), function, inputs)


@contextmanager
def recording_aside(recorder: Builder) -> Iterator[None]:
    """Record for the shapes alone; what was recorded is dropped."""
    before = recorder.prologue, recorder.statements
    recorder.prologue, recorder.statements = [], []
    try:
        yield
    finally:
        recorder.prologue, recorder.statements = before
