"""Values, and what NumPy's operators on them do: append a statement to the recording under way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import ProgramError

if TYPE_CHECKING:
    from .record import Builder

DType: TypeAlias = Literal["model", "double", "bool", "int", "weak", "generator"]
"""``model``: the dtype that the model was compiled for; ``double``: float64 always (draws);
``weak``: a Python number, which never changes the dtype of an array."""

Role: TypeAlias = Literal["input", "parameter", "frozen", "state", "hyperparameter", "temporary"]


@dataclass(frozen=True)
class Size:
    """One entry of a shape: ``number`` elements, or ``number * n`` where it counts rows.

    Sizes are equal when their numbers are. The symbol (``d0``, ``h1``) is the name under which a
    dialect that reads sizes at run time knows it.
    """

    number: int
    symbol: str = field(default="", compare=False)
    batch: bool = False

    def __str__(self) -> str:
        if not self.batch:
            return str(self.number)
        return "n" if self.number == 1 else f"{self.number} * n"

    def __mul__(self, other: int) -> int:
        return self.__index__() * other

    def __add__(self, other: int) -> int:
        return self.__index__() + other

    def __sub__(self, other: int) -> int:
        return self.__index__() - other

    def __floordiv__(self, other: int) -> int:
        return self.__index__() // other

    __rmul__, __radd__ = __mul__, __add__

    def __index__(self) -> int:
        if self.batch:
            raise ProgramError(
                "a layer",
                "a fixed size",
                f"{self}, the rows of a batch",
                "use scope.rows for their number",
            )
        return self.number


Shape: TypeAlias = tuple[Size, ...]
N = Size(1, "n", batch=True)


def shape_text(shape: Shape) -> str:
    """``(n, 128)``, as comments and errors show it."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


class Value:
    """An array or number of the program: assigned once, equal only to itself.

    Arithmetic, comparisons and NumPy's functions on Values append statements to the program that
    is being recorded: ``1 / (1 + np.exp(-Z))`` works, ``if Z > 0`` cannot.
    """

    __slots__ = ("dtype", "name", "role", "shape")

    def __init__(
        self,
        shape: Shape,
        dtype: DType = "model",
        role: Role = "temporary",
        name: str | None = None,
    ) -> None:
        self.shape, self.dtype, self.role, self.name = shape, dtype, role, name

    def named(self, name: str) -> Value:
        """Give the value a name, with the layer's number behind it, unless it has one.

        A name that ends in a digit gets a _ in between: l2_1, not l21.
        """
        if not (name.isidentifier() and name.isascii()):
            raise ProgramError(
                builder().note, "a name of letters, digits and _", repr(name), "choose another name"
            )
        if self.name is None:
            suffix = builder().suffix
            self.name = f"{name}_{suffix}" if suffix and name[-1].isdigit() else name + suffix
        return self

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<{self.role} {self.name or 'value'} {shape_text(self.shape)}>"

    def __add__(self, other: Operand) -> Value:
        return apply("add", self, other)

    def __radd__(self, other: Operand) -> Value:
        return apply("add", other, self)

    def __sub__(self, other: Operand) -> Value:
        return apply("subtract", self, other)

    def __rsub__(self, other: Operand) -> Value:
        return apply("subtract", other, self)

    def __mul__(self, other: Operand) -> Value:
        return apply("multiply", self, other)

    def __rmul__(self, other: Operand) -> Value:
        return apply("multiply", other, self)

    def __truediv__(self, other: Operand) -> Value:
        return apply("divide", self, other)

    def __rtruediv__(self, other: Operand) -> Value:
        return apply("divide", other, self)

    def __pow__(self, other: Operand) -> Value:
        return apply("power", self, other)

    def __rpow__(self, other: Operand) -> Value:
        return apply("power", other, self)

    def __matmul__(self, other: Operand) -> Value:
        return apply("matmul", self, other)

    def __neg__(self) -> Value:
        return apply("negative", self)

    def __abs__(self) -> Value:
        return apply("absolute", self)

    def __gt__(self, other: Operand) -> Value:
        return apply("greater", self, other)

    def __ge__(self, other: Operand) -> Value:
        return apply("greater_equal", self, other)

    def __lt__(self, other: Operand) -> Value:
        return apply("less", self, other)

    def __le__(self, other: Operand) -> Value:
        return apply("less_equal", self, other)

    @property
    def T(self) -> Value:
        return apply("transpose", self)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Value:
        return apply("sum", self, axis=self.counted(axis), keepdims=keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Value:
        return apply("mean", self, axis=self.counted(axis), keepdims=keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Value:
        """The largest entry; of several axes the last goes first, to find the first maximum."""
        return self.extreme("max", axis, keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Value:
        """The smallest entry; its gradient goes to the first, as that of max."""
        return self.extreme("min", axis, keepdims)

    def extreme(self, op: str, axis: Axis, keepdims: bool) -> Value:
        given = range(self.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        y = self
        for a in sorted((a + self.ndim if a < 0 else a for a in given), reverse=True):
            y = apply(op, y, axis=a, keepdims=keepdims)
        return y

    def counted(self, axis: Axis) -> Axis:
        """The axis counted from 0."""
        if isinstance(axis, tuple):
            return tuple(a + self.ndim if -self.ndim <= a < 0 else a for a in axis)
        return axis if axis is None or not -self.ndim <= axis < 0 else axis + self.ndim

    def reshape(self, *shape: Size | int | Shape) -> Value:
        """The same numbers in another shape, given as sizes or as one tuple."""
        first = shape[0] if len(shape) == 1 else shape
        return apply("reshape", self, shape=first if isinstance(first, tuple) else shape)

    def __bool__(self) -> bool:
        raise ProgramError(
            here(f"a condition on {self!r}"),
            "arithmetic, which is recorded once for every batch",
            "if, and, or, not, or a loop over it",
            "use np.where(condition, a, b) or (Z > 0) * a",
        )

    def __getitem__(self, key: object) -> Value:
        raise ProgramError(
            here(f"an index into {self!r}"),
            "arithmetic on whole arrays",
            f"[{key!r}]",
            "use sums, products, reshapes and np.where",
        )

    def __len__(self) -> int:
        raise ProgramError(
            here(f"len of {self!r}"), "a size", "len()", "use x.shape[1], or scope.rows"
        )

    def __float__(self) -> float:
        raise ProgramError(
            here(f"float of {self!r}"),
            "arithmetic on Values",
            "float()",
            "keep it a Value; it has no number while it is recorded",
        )

    def __iter__(self) -> Iterator[Value]:
        raise ProgramError(
            here(f"a loop over {self!r}"),
            "arithmetic on whole arrays",
            "an iteration",
            "use sums, products and reshapes",
        )

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Operand, **settings: Any) -> Value:
        name = NUMPY_NAMES.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or settings or not builder().knows(name):
            raise unknown_function(name)
        return apply(name, *inputs)

    def __array_function__(
        self, function: Any, types: Any, inputs: tuple[Operand, ...], settings: dict[str, Any]
    ) -> Value:
        name = NUMPY_NAMES.get(function.__name__, function.__name__)
        if name == "where" and len(inputs) == 3:
            return apply("where", *inputs)
        if name in ("sum", "mean", "max", "min"):
            result: Value = getattr(inputs[0], name)(*inputs[1:], **settings)
            return result
        raise unknown_function(name)


Operand: TypeAlias = Value | float
Axis: TypeAlias = int | tuple[int, ...] | None
Attrs: TypeAlias = Mapping[str, Any]

NUMPY_NAMES = {"true_divide": "divide", "fabs": "absolute", "amax": "max", "amin": "min"}


def here(what: str) -> str:
    """Where the recording is, in front of what goes wrong there."""
    current = BUILDER.get(None)
    return f"{current.note}: {what}" if current is not None and current.note else what


def unknown_function(name: str) -> ProgramError:
    return ProgramError(
        here("a layer or function"),
        "an operation that can be recorded",
        f"np.{name}",
        "use arithmetic, np.exp, log, sqrt, tanh, maximum, where, sum, mean or max",
    )


BUILDER: ContextVar[Builder] = ContextVar("scratchwork_builder")


def builder() -> Builder:
    """The recording under way."""
    current = BUILDER.get(None)
    if current is None:
        raise ProgramError(
            "an operation on a Value",
            "a recording under way",
            "none",
            "use Values only inside build(), an activation, a loss or an optimizer",
        )
    return current


def apply(name: str, *inputs: Operand, **attrs: Any) -> Value:
    """Append the statement of the primitive ``name`` to the current recording."""
    return builder().append(name, inputs, attrs)
