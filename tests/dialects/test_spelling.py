"""Spellings: the text means the tree, bit for bit, and has no parentheses that it does not need."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scratchwork.dialects.numpy_spellings import spellings
from scratchwork.dialects.spelling import ATOM, SIGN, SUM, Code, literal
from scratchwork.program.ir import OPS, Value
from tests.program.written import body, record, run

RNG = np.random.default_rng(3)
ARRAYS: dict[str, Any] = {
    "A": RNG.normal(size=(3, 3)),
    "B": RNG.integers(-2, 3, size=(3, 3)).astype(np.float64),
    "w": RNG.uniform(0.1, 2, size=3),
    "s": 1.75,
}
OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    "@": operator.matmul,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
NUMBERS = st.sampled_from([2, 3, -1, -2, 0.5, -0.5, 1e-8, 0.1]) | st.floats(-1e3, 1e3)
TREES = st.recursive(
    st.sampled_from(["A", "B", "w", "s"]) | NUMBERS,
    lambda tree: (
        st.tuples(st.just("neg"), tree) | st.tuples(st.sampled_from(list(OPERATORS)), tree, tree)
    ),
    max_leaves=12,
)


def is_matrix(x: Any) -> bool:
    return getattr(x, "ndim", 0) == 2


def is_array(x: Any) -> bool:
    return getattr(x, "ndim", 0) > 0


def evaluate(tree: Any, values: dict[str, Any], number: Callable[[Any], Any]) -> Any:
    """The tree with Python's own operators, over arrays or over Values.

    Where an operator does not fit its operands (a product without matrices, arithmetic of numbers
    alone, which Python would fold), the left operand is the result, in both worlds.
    """
    if not isinstance(tree, tuple):
        return values.get(tree, tree) if isinstance(tree, str) else tree
    parts = [evaluate(part, values, number) for part in tree[1:]]
    if len(parts) == 1:
        return -number(parts[0]) if is_array(parts[0]) else parts[0]
    if tree[0] == "@" and not (is_matrix(parts[0]) and is_matrix(parts[1])):
        return parts[0]
    if not any(is_array(part) for part in parts):
        return parts[0]
    return OPERATORS[tree[0]](*(number(part) for part in parts))


def as_float(x: Any) -> Any:
    """What arithmetic and comparisons take of a mask: numbers 0.0 and 1.0."""
    return x.astype(np.float64) if is_array(x) and x.dtype == bool else x


@settings(max_examples=250, deadline=None)
@given(TREES)
def test_the_text_computes_what_the_tree_says(tree: Any) -> None:
    with np.errstate(all="ignore"):
        expected = evaluate(tree, ARRAYS, as_float)
    assume(isinstance(tree, tuple) and is_array(expected))
    program = record(lambda A, B, w, s: recorded(tree, A, B, w, s), "A", "B", "w", weak=("s",))
    (found,) = run(program, ARRAYS)
    np.testing.assert_array_equal(found, expected)
    signs = [np.signbit(np.where(np.isnan(x), 1.0, x)) for x in (found, expected)]
    np.testing.assert_array_equal(*signs)


def recorded(tree: Any, *given: Any) -> Any:
    y = evaluate(tree, dict(zip(ARRAYS, given, strict=True)), lambda x: x)
    return y.named("Y") if y.role == "temporary" else y


CASES: dict[str, Callable[[Any, Any], Any]] = {
    "A * (1 - A)": lambda A, B: A * (1 - A),
    "-(A + B)": lambda A, B: -(A + B),
    "-A + B": lambda A, B: -A + B,
    "--A": lambda A, B: operator.neg(-A),
    "-(A * B)": lambda A, B: -(A * B),
    "-A * B": lambda A, B: -A * B,
    "-(A**2)": lambda A, B: -(A**2),
    "(-A) ** 2": lambda A, B: (-A) ** 2,
    "(A - B) ** 2": lambda A, B: (A - B) ** 2,
    "A**2": lambda A, B: A**2,
    "A**2 * B": lambda A, B: A**2 * B,
    "2 * (A - B) / 3": lambda A, B: 2 * (A - B) / 3,
    "A - (B - 1)": lambda A, B: A - (B - 1),
    "A - B - 1": lambda A, B: A - B - 1,
    "A + (B + 1)": lambda A, B: A + (B + 1),  # another order of additions is another rounding
    "A / (B / 2)": lambda A, B: A / (B / 2),
    "A / B / 2": lambda A, B: A / B / 2,
    "A @ (B @ A)": lambda A, B: A @ (B @ A),
    "A @ B @ A": lambda A, B: A @ B @ A,
    "(A + B) @ A.T": lambda A, B: (A + B) @ A.T,
    "(A @ B).T": lambda A, B: (A @ B).T,
    "A > B + 1": lambda A, B: A > B + 1,
    "(A > 0) * B": lambda A, B: (A > 0) * B,
    "(A > B).sum(axis=0)": lambda A, B: (A > B).sum(axis=0),
    "(-A).sum()": lambda A, B: (-A).sum(),
    "np.exp(A + B)": lambda A, B: np.exp(A + B),
    "A * -2": lambda A, B: A * -2,
    "A - -2": lambda A, B: A - -2,
    "(-2) ** A": lambda A, B: (-2) ** A,
    "A**-2": lambda A, B: A**-2,
    "A ** -(B + 1)": lambda A, B: A ** -(B + 1),
    "2**A": lambda A, B: 2**A,
    "(A**B) ** 2": lambda A, B: (A**B) ** 2,
    "A ** B**2": lambda A, B: A ** (B**2),
}
CASES["-A**2"] = CASES.pop("-(A**2)")


@pytest.mark.parametrize("text", CASES)
def test_parentheses_stand_where_they_are_needed_and_nowhere_else(text: str) -> None:
    program = record(lambda A, B: CASES[text](A, B).named("Y"), "A", "B")
    assert body(program) == [f"Y = {text}"]


@pytest.mark.parametrize("text", CASES)
def test_no_pair_of_parentheses_can_be_left_out(text: str) -> None:
    """Each pair, taken away, leaves another tree or none, or only joins equal operators anew."""
    tree = ast.dump(ast.parse(text))
    for i, character in enumerate(text):
        if character == "(" and (i == 0 or not text[i - 1].isalnum()):
            bare = (
                text[:i] + " " + text[i + 1 : closing(text, i)] + " " + text[closing(text, i) + 1 :]
            )
            assert parsed(bare.strip()) != tree, bare


def closing(text: str, start: int) -> int:
    depth = 0
    for i in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise ValueError(text)


def parsed(text: str) -> str | None:
    try:
        return ast.dump(ast.parse(text))
    except SyntaxError:
        return None


@pytest.mark.parametrize(
    ("number", "text", "level"),
    [
        (2, "2", ATOM),
        (0.1, "0.1", ATOM),
        (1e-08, "1e-08", ATOM),
        (True, "True", ATOM),
        (-2, "-2", SIGN),
        (-0.0, "-0.0", SIGN),
        (math.inf, "math.inf", ATOM),
        (-math.inf, "-math.inf", SIGN),
        (math.nan, "math.nan", ATOM),
    ],
)
def test_numbers_are_written_so_that_python_reads_them_again(
    number: float, text: str, level: int
) -> None:
    assert literal(number) == Code(text, level)
    assert repr(eval(text, {"math": math})) == repr(number)


def test_a_place_that_binds_more_tightly_gets_parentheses() -> None:
    assert Code("a + b", SUM).at(SUM) == "a + b"
    assert Code("a + b", SUM).at(SUM + 1) == "(a + b)"


def test_numbers_are_computed_by_math_and_arrays_by_numpy() -> None:
    """NumPy's sqrt of a number is a float64 that turns float32 arrays into float64."""

    def function(X: Any, s: Any) -> Any:
        return (np.sqrt(X) * np.sqrt(s)).named("Y")

    assert body(record(function, "X", weak=("s",))) == ["Y = np.sqrt(X) * math.sqrt(s)"]


NEVER_PRINTED = {"stop_gradient"}  # simplify takes it away


def test_every_primitive_has_a_spelling() -> None:
    assert set(spellings("np.float32")) == set(OPS) - NEVER_PRINTED


def test_value_is_what_the_cases_record() -> None:
    """The cases run over Values, not over arrays by mistake."""
    seen: list[Any] = []
    record(lambda A, B: seen.append(A) or A + B, "A", "B")
    assert isinstance(seen[0], Value)
