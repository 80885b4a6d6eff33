"""The numba dialect's table: how each primitive is written for one entry of an array."""

from __future__ import annotations

from collections.abc import Sequence

from ...program.ir import Operand, Statement, Value
from ..spelling import (
    ATOM,
    COMPARISON,
    CONDITION,
    PRODUCT,
    SUM,
    Code,
    Spelling,
    either,
    infix,
    negative,
    plain,
    power,
    sign,
)

COMPARISONS = ("greater", "greater_equal", "less", "less_equal", "equal")


def where(s: Statement, inputs: Sequence[Code]) -> Code:
    condition, a, b = (x.at(CONDITION + 1) for x in inputs)
    return Code(f"{a} if {condition} else {b}", CONDITION)


def of_entries(name: str, scalar: str = "") -> Spelling:
    """A function that the text defines, or math's for Python numbers."""
    return either(scalar or f"math.{name}", name)


def sign_of(s: Statement, inputs: Sequence[Code]) -> Code:
    return sign(s, inputs) if s.target.dtype == "weak" else Code(f"sign({inputs[0].text})")


SPELLINGS: dict[str, Spelling] = {
    "add": infix("+", SUM),
    "subtract": infix("-", SUM),
    "multiply": infix("*", PRODUCT),
    "divide": infix("/", PRODUCT),
    "remainder": infix("%", PRODUCT),
    "greater": infix(">", COMPARISON),
    "greater_equal": infix(">=", COMPARISON),
    "less": infix("<", COMPARISON),
    "less_equal": infix("<=", COMPARISON),
    "equal": infix("==", COMPARISON),
    "negative": negative,
    "power": power,
    "absolute": either("abs", "abs"),
    "exp": of_entries("exp"),
    "expm1": of_entries("expm1"),
    "log": of_entries("log"),
    "log1p": of_entries("log1p"),
    "tanh": of_entries("tanh"),
    "sqrt": either("math.sqrt", "np.sqrt"),
    "floor": either("math.floor", "np.floor"),
    "sin": either("math.sin", "np.sin"),
    "cos": either("math.cos", "np.cos"),
    "sign": sign_of,
    "maximum": of_entries("maximum", "max"),
    "minimum": of_entries("minimum", "min"),
    "clip": plain(lambda s, inputs: f"clip({', '.join(x.text for x in inputs)})"),
    "where": where,
    "copy": lambda s, inputs: inputs[0],
}
"""``cast`` is not here: it is what the dialect writes around any number of another dtype."""

FUNCTIONS = {"exp", "expm1", "log", "log1p", "tanh", "sign", "maximum", "minimum", "clip"}
"""Operations for which the text has a function of its own."""


UNNAMED = {"max": "largest", "min": "smallest", "sum": "total", "argmax": "place"}
"""What a reduction is called that has no name in the NumPy text, either."""

EXTREMES = {"max": "maximum", "min": "minimum"}
"""The function that goes on with a largest or smallest entry."""


def is_model(x: Operand) -> bool:
    return isinstance(x, Value) and x.dtype == "model"


def in_model_dtype(s: Statement) -> bool:
    """Whether the statement computes in the model's dtype, so that its operands must be of it."""
    if s.op.name in COMPARISONS:
        return any(is_model(x) for x in s.inputs)
    return s.target.dtype == "model"


def spell(s: Statement, inputs: Sequence[Code]) -> Code:
    if s.op.name not in SPELLINGS:
        raise NotImplementedError(f"{s.op.name} entry by entry")
    return SPELLINGS[s.op.name](s, inputs)


def cast(x: Code) -> Code:
    """A number in the model's dtype."""
    return (
        x
        if x.text.startswith("F(") and x.level == ATOM and closes(x.text)
        else Code(f"F({x.text})")
    )


def closes(text: str) -> bool:
    """Whether the parenthesis that the text opens first is closed by its last character."""
    depth = 0
    for i, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == ")" and not depth:
            return i == len(text) - 1
    return False
