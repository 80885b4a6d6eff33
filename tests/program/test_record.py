"""Recording: operators and NumPy's functions append statements, or say why they cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import ProgramError, ShapeError
from scratchwork.program.ir import N, Size, Value
from scratchwork.program.primitives import equal, where
from scratchwork.program.record import (
    Builder,
    call,
    composite,
    recording,
    recording_aside,
)
from tests.program.written import body, record

UNARY: dict[str, Callable[[Any], Any]] = {
    "-X": lambda X: -X,
    "np.abs(X)": abs,
    "np.exp(X)": np.exp,
    "np.expm1(X)": np.expm1,
    "np.log(X)": np.log,
    "np.log1p(X)": np.log1p,
    "np.sqrt(X)": np.sqrt,
    "np.tanh(X)": np.tanh,
    "np.sign(X)": np.sign,
    "X + 2": lambda X: X + 2,
    "2 - X": lambda X: 2 - X,
    "2 / X": lambda X: 2 / X,
    "X**2": lambda X: X**2,
    "2**X": lambda X: 2**X,
    "0.5 * X": lambda X: 0.5 * X,
    "X > 0": lambda X: X > 0,
    "X >= 0": lambda X: X >= 0,
    "X < 0": lambda X: X < 0,
    "X <= 0": lambda X: X <= 0,
    "np.maximum(X, 0)": lambda X: np.maximum(X, 0),
    "np.minimum(1, X)": lambda X: np.minimum(1, X),
    "np.where(X > 0, X, 0.1)": lambda X: np.where(X > 0, X, 0.1),
    "X.sum(axis=1)": lambda X: X.sum(axis=-1),
    "X.mean(axis=0, keepdims=True)": lambda X: np.mean(X, axis=0, keepdims=True),
    "X.max(axis=1)": lambda X: np.max(X, axis=1),
    "X.sum()": np.sum,
    "X.reshape(-1, 3, 1)": lambda X: X.reshape(N, 3, 1),
}


@pytest.mark.parametrize("text", UNARY)
def test_what_is_written_on_values_is_what_is_printed(text: str) -> None:
    assert body(record(lambda X: UNARY[text](X).named("result"), "X")) == [f"result = {text}"]


def test_reversed_operators_keep_the_order_of_their_operands() -> None:
    program = record(lambda A, B: ((A - B) @ (B / A)).named("result"), "A", "B")
    assert body(program) == ["result = (A - B) @ (B / A)"]


def test_numbers_of_numpy_become_plain_numbers() -> None:
    """A float64 of NumPy would turn a float32 array into float64; a Python number does not."""
    program = record(lambda X: (np.float64(2.0) * X + np.float32(0.5)).named("result"), "X")
    assert body(program) == ["result = 2.0 * X + 0.5"]


@pytest.mark.parametrize("operand", [np.ones(3), "1", None])
def test_what_is_no_number_is_refused(operand: Any) -> None:
    with pytest.raises(ProgramError, match="expects Values and numbers, got"):
        record(lambda X: X * operand, "X")


def test_a_condition_is_refused_with_a_way_out() -> None:
    with pytest.raises(ProgramError, match=r"use np.where\(condition, a, b\)"):
        record(lambda X: X if X > 0 else -X, "X")


def test_a_loop_over_a_value_is_refused() -> None:
    with pytest.raises(ProgramError, match="an iteration"):
        record(lambda X: sum(row for row in X), "X")


@pytest.mark.parametrize(
    "function",
    [
        lambda X: np.cosh(X),
        lambda X: np.add.reduce(X),
        lambda X: np.exp(X, where=False),
        lambda X: np.linalg.norm(X),
        lambda X: np.concatenate([X, X]),
    ],
)
def test_functions_without_a_primitive_are_named(function: Callable[[Any], Any]) -> None:
    with pytest.raises(ProgramError, match=r"np\.\w+; use arithmetic, np.exp"):
        record(lambda X: function(X), "X")


def test_values_outside_a_recording_are_refused() -> None:
    with pytest.raises(ProgramError, match="a recording under way, got none"):
        Value((N,)) + 1


def test_shape_errors_name_the_layer() -> None:
    with recording() as recorder, recorder.at(note="layer 2: Mine()"):
        x, w = Value((N, Size(3))), Value((Size(4),))
        with pytest.raises(ShapeError, match=r"^layer 2: Mine\(\): elementwise .*\(n, 3\) with"):
            x + w


def test_a_column_and_a_vector_of_rows_do_not_make_a_square() -> None:
    with recording(), pytest.raises(ShapeError, match=r"\(n, 1\) with \(n,\)"):
        Value((N, Size(1))) - Value((N,))


@pytest.mark.parametrize("name", ["a b", "", "1a", "\u00e4", "x; import os"])
def test_a_name_that_is_no_identifier_is_refused(name: str) -> None:
    with pytest.raises(ProgramError, match="letters, digits and _"):
        record(lambda X: (X + 1).named(name), "X")


def test_a_value_keeps_its_first_name() -> None:
    assert body(record(lambda X: (X + 1).named("Z").named("Y"), "X")) == ["Z = X + 1"]


def test_names_carry_the_layers_number() -> None:
    with recording() as recorder, recorder.at(suffix="3"):
        assert (Value((N,)) + 1).named("Z").name == "Z3"


def test_at_gives_back_phase_note_and_suffix_also_after_an_error() -> None:
    recorder = Builder()
    with pytest.raises(KeyError), recorder.at(phase="loss", note="a", suffix="1"):
        raise KeyError
    assert (recorder.phase, recorder.note, recorder.suffix) == ("forward", "", "")


def test_each_recording_is_its_own() -> None:
    """A recording in another thread, or inside this one, does not see this one's statements."""
    with recording() as outer:
        _ = Value((N,)) + 1
        with recording() as inner:
            _ = Value((N,)) * 2
        _ = Value((N,)) - 3
        found: list[str] = []
        thread = threading.Thread(target=lambda: found.append(refused()))
        thread.start()
        thread.join()
    assert [s.op.name for s in outer.statements] == ["add", "subtract"]
    assert [s.op.name for s in inner.statements] == ["multiply"]
    assert found == ["none"]


def refused() -> str:
    try:
        Value((N,)) + 1
    except ProgramError as error:
        return error.got
    return "recorded"


def test_recording_aside_leaves_nothing() -> None:
    with recording() as recorder:
        recorder.batch = Value((N, Size(3)))
        with recording_aside(recorder):
            y = Value((N, Size(3))).sum(axis=1) / recorder.rows
        assert y.shape == (N,)
        assert recorder.statements == recorder.prologue == []


def test_what_follows_from_the_batch_alone_stands_in_the_prologue() -> None:
    with recording() as recorder:
        X = recorder.batch = Value((N, Size(3)))
        rate = Value((), "weak", "hyperparameter", "rate")
        _ = rate / (2 * recorder.rows)
        _ = X.sum() / recorder.rows
    assert [s.op.name for s in recorder.prologue] == ["rows", "multiply", "divide", "rows"]
    assert [s.op.name for s in recorder.statements] == ["sum", "divide"]


def test_a_composite_is_one_statement_that_keeps_its_body() -> None:
    @composite()
    def twice(x: Value) -> Value:
        return x + x * 1

    with recording() as recorder:
        y = twice(Value((N,)))
    (s,) = recorder.statements
    assert s.target is y
    assert s.op.name == "twice"
    assert [inner.op.name for inner in s.body] == ["multiply", "add"]


def test_a_composite_that_returns_its_input_leaves_no_statement() -> None:
    with recording() as recorder:
        x = Value((N,))
        assert call(lambda Z: Z, x) is x
    assert recorder.statements == []


def test_a_composite_that_returns_no_value_is_refused() -> None:
    def mine(Z: Value) -> Any:
        return 3.0

    with recording(), pytest.raises(ProgramError, match=r"a Value from mine, got 3\.0"):
        call(mine, Value((N,)))


def test_an_error_in_a_composite_leaves_the_recording_usable() -> None:
    def fails(Z: Value) -> Value:
        _ = Z + 1
        raise KeyError

    with recording() as recorder:
        with pytest.raises(KeyError):
            call(fails, Value((N,)))
        _ = Value((N,)) * 2
    assert [s.op.name for s in recorder.statements] == ["multiply"]


@pytest.mark.parametrize(
    ("function", "dtype"),
    [
        (lambda X: X * 2.0, "model"),
        (lambda X: X > 0, "bool"),
        (lambda X: (X > 0) * X, "model"),
        (lambda X: (X > 0) * 0.5, "model"),  # NumPy: float64
        (lambda X: (X > 0).sum(axis=1), "int"),
        (lambda X: (X > 0).sum(axis=1) / 2, "model"),  # NumPy: float64
        (lambda X: equal(X, 0).mean(), "double"),
        (lambda X: where(X > 0, 1, X), "model"),
        (lambda X: where(X > 0, 1, 0) * X, "model"),
    ],
)
def test_dtypes_are_those_that_numpy_will_have(function: Callable[[Any], Any], dtype: str) -> None:
    (y,) = record(lambda X: function(X), "X").outputs
    assert y.dtype == dtype


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda x: x[:, 0], r"layer 0: Activation\(.*\): an index into"),
        (lambda x: len(x), "len of"),
        (lambda x: float(x), "float of"),
        (lambda x: np.where(x > 0), "np.where"),
        (lambda x: 1 if x > 0 else 0, "layer 0: .* a condition on"),
    ],
)
def test_what_cannot_be_recorded_is_refused_with_the_layer(function: Any, message: str) -> None:
    with pytest.raises(ProgramError, match=message):
        sw.Sequential([sw.Activation(function)], input_shape=3).source("predict")


class Sized:
    """A layer whose width is computed from its input's."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        d = x.shape[1]
        W = scope.parameter("W", (d, 2 * d // 2 + (d - 2)), sw.Constant(1.0))
        return (x @ W).named("Z")


def test_sizes_calculate() -> None:
    assert sw.Sequential([Sized()], input_shape=3).predict(np.ones((1, 3))).shape == (1, 4)
