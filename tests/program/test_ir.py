"""The types: sizes are equal by number, values by identity; what statements and lines read."""

from __future__ import annotations

import pytest

from scratchwork.errors import ProgramError
from scratchwork.program.ir import (
    OPS,
    Line,
    Loop,
    N,
    Program,
    Size,
    Statement,
    Value,
    shape_text,
)


def value(name: str, *sizes: Size) -> Value:
    return Value(sizes, name=name)


def statement(target: Value, op: str, *inputs: Value | float, phase: str = "forward") -> Statement:
    return Statement(target, OPS[op], inputs, {}, phase, "")  # type: ignore[arg-type]


def test_sizes_are_equal_when_their_numbers_are() -> None:
    assert Size(3, "d0") == Size(3, "h1")
    assert hash(Size(3, "d0")) == hash(Size(3, "h1"))
    assert Size(3) != Size(4)
    assert Size(1) != N


@pytest.mark.parametrize(
    ("size", "text"), [(Size(128, "h1"), "128"), (N, "n"), (Size(784, batch=True), "784 * n")]
)
def test_a_size_is_written_as_its_number(size: Size, text: str) -> None:
    assert str(size) == text


def test_a_fixed_size_counts_and_a_batch_refuses_to() -> None:
    assert list(range(Size(3))) == [0, 1, 2]
    with pytest.raises(ProgramError, match="fixed size, got n, the rows of a batch; use scope"):
        range(N)  # type: ignore[call-overload]


def test_shapes_are_written_as_tuples() -> None:
    assert shape_text(()) == "()"
    assert shape_text((Size(10),)) == "(10,)"
    assert shape_text((N, Size(28), Size(28))) == "(n, 28, 28)"


def test_a_value_is_equal_to_itself_alone() -> None:
    a, b = value("Z1", N), value("Z1", N)
    assert a == a
    assert a != b
    assert len({a, b}) == 2


def test_a_value_shows_role_name_and_shape() -> None:
    assert repr(Value((N, Size(3)), role="parameter", name="W1")) == "<parameter W1 (n, 3)>"
    assert repr(Value(())) == "<temporary value ()>"


def test_a_composite_reads_its_inputs_and_what_its_body_takes_from_outside() -> None:
    x, outside, inner, y = (value(name, N) for name in "xoiy")
    body = (statement(inner, "add", x, outside), statement(y, "exp", inner))
    composite = Statement(y, OPS["exp"], (x, 2.0), {}, "forward", "", body)
    assert composite.values == (x,)
    assert set(composite.reads) == {x, outside}


def test_a_line_reads_the_leaves_of_its_tree() -> None:
    a, b, ab, y = (value(name, N) for name in ("a", "b", "ab", "y"))
    line = Line(statement(y, "multiply", ab, a), {ab: statement(ab, "add", a, b)}, "forward")
    assert line.reads == (a, b, a)
    assert line.target is y


def test_a_layers_state_is_changed_after_the_loops() -> None:
    a, s = value("a", N), Value((N,), role="state", name="s")
    of_layer = Line(statement(a, "exp", s), {}, "update", s)
    of_optimizer = Line(statement(a, "exp", s, phase="update"), {}, "update", s)
    plain = Line(statement(a, "exp", s), {}, "forward")
    assert [x.after_loops for x in (of_layer, of_optimizer, plain)] == [True, False, False]


def test_a_loop_knows_what_it_reads_and_writes_and_what_is_the_same_for_all() -> None:
    W, dW, rate, step, new = (value(name, N) for name in ("W", "dW", "rate", "step", "new"))
    rule_statements = (
        statement(step, "multiply", rate, dW),
        statement(new, "subtract", W, step),
    )
    rule = Program("rule", (W, dW), (), (), {}, rule_statements, {W: new}, ())
    W1, dW1, b1, db1 = (value(name, N) for name in ("W1", "dW1", "b1", "db1"))
    loop = Loop(rule, ({W: W1, dW: dW1}, {W: b1, dW: db1}))
    assert loop.reads == (W1, dW1, b1, db1)
    assert loop.writes == (W1, b1)
    assert loop.scalars == (rate,)


def test_having_changes_one_thing_and_leaves_the_program() -> None:
    x = value("x", N)
    program = Program("f", (x,), (), (), {}, (), {}, (x,))
    assert program.having(name="g").name == "g"
    assert program.name == "f"
    assert program.having(name="g").outputs is program.outputs


def test_what_is_given_are_inputs_parameters_state_and_settings() -> None:
    x, W, s, rate = (value(name) for name in ("x", "W", "s", "rate"))
    assert Program("f", (x,), (W,), (s,), {rate: 0.1}, (), {}, ()).given == (x, W, s, rate)
