"""How one statement is written: tables of spellings, each with its precedence.

A spelling takes the statement and its inputs' texts and gives a text. The levels are Python's:
parentheses appear where an operand binds more loosely than its place asks for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..program.ir import Statement

CONDITION, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = 1, 3, 4, 5, 6, 7, 9


@dataclass(frozen=True)
class Code:
    """A piece of source text and how tightly its outermost operator binds."""

    text: str
    level: int = ATOM

    def at(self, level: int) -> str:
        """The text, in parentheses where it binds more loosely than ``level``."""
        return self.text if self.level >= level else f"({self.text})"


Spelling: TypeAlias = Callable[[Statement, Sequence[Code]], Code]
SIMPLE = re.compile(r"-?[\w.]+$")


def infix(symbol: str, level: int) -> Spelling:
    """a + b; the right operand of equal level gets parentheses, as its sum must come first."""

    def spell(s: Statement, inputs: Sequence[Code]) -> Code:
        left = inputs[0].at(level + 1 if level == COMPARISON else level)
        return Code(f"{left} {symbol} {inputs[1].at(level + 1)}", level)

    return spell


def call(function: str, *settings: str) -> Spelling:
    """np.exp(a), np.maximum(a, b); settings are attributes passed by position."""

    def spell(s: Statement, inputs: Sequence[Code]) -> Code:
        parts = [x.text for x in inputs] + [str(s.attrs[name]) for name in settings]
        return Code(f"{function}({', '.join(parts)})")

    return spell


def either(scalar: str, array: str) -> Spelling:
    """math.sqrt for Python numbers, np.sqrt for arrays: NumPy's would turn float32 into float64."""

    def spell(s: Statement, inputs: Sequence[Code]) -> Code:
        return call(scalar if s.target.dtype == "weak" else array)(s, inputs)

    return spell


def where(s: Statement, inputs: Sequence[Code]) -> Code:
    """np.where(c, a, b), or a if c else b for Python numbers."""
    if s.target.dtype != "weak":
        return call("np.where")(s, inputs)
    condition, a, b = (x.at(CONDITION + 1) for x in inputs)
    return Code(f"{a} if {condition} else {b}", CONDITION)


def sign(s: Statement, inputs: Sequence[Code]) -> Code:
    """np.sign(a), or (a > 0) - (a < 0) for Python numbers."""
    if s.target.dtype != "weak":
        return call("np.sign")(s, inputs)
    a = inputs[0].at(COMPARISON + 1)
    return Code(f"({a} > 0) - ({a} < 0)", SUM)


def method(name: str) -> Spelling:
    """a.sum(axis=0); an axis of None and keepdims=False are not written."""

    def spell(s: Statement, inputs: Sequence[Code]) -> Code:
        given = {k: v for k, v in s.attrs.items() if v is not None and v is not False}
        settings = ", ".join(f"{k}={v}" for k, v in given.items())
        return Code(f"{inputs[0].at(ATOM)}.{name}({settings})")

    return spell


def negative(s: Statement, inputs: Sequence[Code]) -> Code:
    return Code(f"-{inputs[0].at(SIGN)}", SIGN)


def power(s: Statement, inputs: Sequence[Code]) -> Code:
    """W**2, but (Z - Y) ** 2: no spaces between simple operands, as formatters have it."""
    base, exponent = inputs[0].at(POWER + 1), inputs[1].at(SIGN)
    hug = SIMPLE.match(base) and SIMPLE.match(exponent)
    return Code(f"{base}**{exponent}" if hug else f"{base} ** {exponent}", POWER)


def literal(number: float | bool) -> Code:
    if number == math.pi:
        return Code("math.pi")
    text = repr(number)
    if not math.isfinite(number):
        text = text.replace("inf", "math.inf").replace("nan", "math.nan")
    return Code(text, SIGN if text.startswith("-") else ATOM)


def plain(text: Callable[[Statement, Sequence[Code]], str]) -> Spelling:
    """A spelling for what fits no pattern, as a text that needs no parentheses."""
    return lambda s, inputs: Code(text(s, inputs))


def drawn(s: Statement, inputs: Sequence[Code]) -> Code:
    """orthogonal(rng, gain, shape): a draw by a function of the text's own."""
    return Code(f"{s.op.name}({', '.join(x.text for x in inputs)}, {shape_of(s)})")


def shape_of(s: Statement, name: str = "shape") -> str:
    """The shape as an argument: 10 for one axis, (784, 128) for more."""
    sizes: tuple[Any, ...] = s.attrs[name]
    return str(sizes[0]) if len(sizes) == 1 else f"({', '.join(map(str, sizes))})"
