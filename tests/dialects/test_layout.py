"""Layout: at most 100 columns, and a folded line is the same code."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scratchwork.dialects.layout import WIDTH, comment, commented, fold

NAMES = st.sampled_from(["W1", "running_mean5", "b1", "dscale2", "learning_rate", "X", "0.9"])
EXPRESSIONS = st.recursive(
    NAMES,
    lambda e: (
        st.builds("{} {} {}".format, e, st.sampled_from("+-*/@"), e)
        | st.builds("({})".format, e)
        | st.builds("np.where({}, {}, {})".format, e, e, e)
        | st.builds("({}).sum(axis=(0, 1), keepdims=True)".format, e)
        | st.builds("A[:, :{}]".format, e)
    ),
    max_leaves=40,
)
STATEMENTS = st.one_of(
    st.builds("dW1 = {}".format, EXPRESSIONS),
    st.builds("running_mean2[...] = {}".format, EXPRESSIONS),
    st.builds("W1 -= {}".format, EXPRESSIONS),
    st.builds("loss, accuracy = train_step({}, rows={})".format, EXPRESSIONS, EXPRESSIONS),
    st.builds("return {}, {}".format, EXPRESSIONS, EXPRESSIONS),
)


def code_of(text: str) -> str:
    return ast.dump(ast.parse(f"def f():\n{text}"))


@settings(max_examples=200, deadline=None)
@given(STATEMENTS, st.integers(1, 5), st.sampled_from(["", "(n, 28, 28, 6)"]))
def test_a_folded_line_is_the_same_code_and_fits(code: str, depth: int, shape: str) -> None:
    indent = "    " * depth
    rows = commented(indent + code, shape)
    assert code_of("\n".join(rows)) == code_of(indent + code)
    assert max(map(len, rows)) <= WIDTH
    assert not any(row != row.rstrip() for row in rows)
    assert all(row.startswith(indent) for row in rows)
    if shape:
        assert rows[-1].endswith(f"  # {shape}")


def test_a_line_that_fits_stays() -> None:
    code = "    dW1 = X.T @ dZ1"
    assert fold(code) == [code]
    assert fold("x" * WIDTH) == ["x" * WIDTH]


def test_comments_stand_in_a_column() -> None:
    assert commented("    Z1 = X @ W1 + b1", "(n, 3)") == [
        "    Z1 = X @ W1 + b1                              # (n, 3)"
    ]
    long = f"    Z1 = {'X' * 50}"
    assert commented(long, "(n, 3)") == [f"{long}  # (n, 3)"]
    assert commented("    n = len(X)", "") == ["    n = len(X)"]


def test_the_comment_stands_behind_the_last_line() -> None:
    code = f"    dZ1 = {' + '.join(['dA1'] * 14)}"
    assert len(code) < WIDTH
    assert commented(code, "(n, 28, 28, 6)") == [
        "    dZ1 = (",
        f"        {' + '.join(['dA1'] * 14)}",
        "    )  # (n, 28, 28, 6)",
    ]


FOLDED: dict[str, tuple[str, list[str]]] = {
    "a call": (
        f"    W1, b1 = train_step({', '.join(['parameter'] * 9)})",
        ["    W1, b1 = train_step(", f"        {', '.join(['parameter'] * 8)},",
         "        parameter", "    )"],
    ),
    "a sum": (
        f"    W1 -= {' + '.join(['parameter'] * 9)}",
        ["    W1 -= (", f"        {' + '.join(['parameter'] * 7)}",
         "        + parameter + parameter", "    )"],
    ),
    "a tuple": (
        f"        ({', '.join(['parameter'] * 9)}),",
        ["        (", f"            {', '.join(['parameter'] * 8)},", "            parameter",
         "        ),"],
    ),
    "a sum inside a product": (
        f"    penalty = l2 / (2 * n) * ({' + '.join(['(W1**2).sum()'] * 8)})",
        ["    penalty = (", "        l2 / (2 * n) * (",
         f"            {' + '.join(['(W1**2).sum()'] * 5)}",
         "            + (W1**2).sum() + (W1**2).sum() + (W1**2).sum()", "        )", "    )"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLDED)
def test_folding(case: str) -> None:
    code, expected = FOLDED[case]
    assert fold(code) == expected


def test_a_narrower_width_holds_for_every_line() -> None:
    rows = fold(f"Sequential([{', '.join(['Dense(128)'] * 40)}], input_shape=(784,))", 60)
    assert max(map(len, rows)) <= 60
    assert ast.dump(ast.parse("\n".join(rows))).count("Dense") == 40


@pytest.mark.parametrize("words", [3, 40])
def test_comments_are_broken_between_words(words: int) -> None:
    rows = comment(" ".join(["initializer"] * words), "    ")
    assert all(row.startswith("    # initializer") and len(row) <= WIDTH for row in rows)
    assert sum(row.count("initializer") for row in rows) == words


def test_what_cannot_be_broken_is_left_in_one_line() -> None:
    names: Any = "x" * 200
    assert code_of("\n".join(fold(f"    y = {names}"))) == code_of(f"    y = {names}")
