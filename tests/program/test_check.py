"""check: a good program passes, and each invariant has a test that breaks it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import programs
from scratchwork.description import Description
from scratchwork.errors import ProgramError
from scratchwork.losses import LOSSES
from scratchwork.program.check import check, row_kind
from scratchwork.program.ir import OPS, N, Program, Size, Statement, Value
from tests.networks import NETWORKS

LAYERS = (sw.Dense(4, activation="relu"), sw.Dropout(0.5), sw.BatchNorm(), sw.Dense(2))


@pytest.fixture
def recorded(monkeypatch: pytest.MonkeyPatch) -> Program:
    """A training step as it is recorded, before any pass."""
    monkeypatch.setattr(programs, "finish", lambda program: program)
    return step()


@pytest.fixture
def finished() -> Program:
    """A training step after the last pass."""
    return step()


def step(*layers: Any, **settings: Any) -> Program:
    optimizer = sw.SGD(0.1, momentum=0.9)
    described = Description(
        layers or LAYERS, (3,), LOSSES["mean_squared_error"], optimizer, **settings
    )
    return programs.train_step(described)


def find(program: Program, op: str, which: int = 0) -> Statement:
    return [s for s in program.statements if s.op.name == op][which]


def swapped(program: Program, old: Statement, new: Statement) -> Program:
    return program.having(statements=tuple(new if s is old else s for s in program.statements))


def parameter(program: Program, name: str) -> Value:
    return next(x for x in (*program.parameters, *program.state) if x.name == name)


def without(mapping: Any, key: Value) -> dict[Value, Value]:
    return {k: v for k, v in mapping.items() if k is not key}


# ---- the good ones ----
def test_the_unbroken_programs_pass(recorded: Program) -> None:
    assert check(recorded) is recorded


def test_the_finished_program_passes(finished: Program) -> None:
    assert finished.lines
    assert check(finished) is finished


def test_a_gradient_may_read_what_a_composite_computed_inside(monkeypatch: Any) -> None:
    """The derived gradient of a user's activation reads values of its body, before any pass."""
    monkeypatch.setattr(programs, "finish", lambda program: program)
    program = step(sw.Dense(2, activation=lambda Z: 1 / (1 + np.exp(-Z))))
    assert any(s.body for s in program.statements)
    assert check(program) is program


@pytest.mark.parametrize("network", NETWORKS)
def test_every_pass_leaves_a_program_that_passes(
    monkeypatch: pytest.MonkeyPatch, network: str
) -> None:
    recorded: list[Program] = []
    finish = programs.finish

    def kept(program: Program) -> Program:
        recorded.append(program)
        return finish(program)

    monkeypatch.setattr(programs, "finish", kept)
    NETWORKS[network].model().source()
    assert {"initialize", "train_step", "evaluate", "predict"} <= {x.name for x in recorded}
    for program in recorded:
        for each in programs.PASSES:
            program = check(each(program))


# ---- each value assigned once, before use ----
def test_a_value_assigned_twice(recorded: Program) -> None:
    twice = recorded.having(statements=(*recorded.statements, recorded.statements[-1]))
    with pytest.raises(ProgramError, match=r"expects each value assigned once, got .* 2 times"):
        check(twice)


def test_an_input_assigned_by_a_statement(recorded: Program) -> None:
    X = recorded.inputs[0]
    again = Statement(X, OPS["exp"], (X,), {}, "forward", "")
    with pytest.raises(ProgramError, match="each value assigned once, got <input X"):
        check(recorded.having(statements=(*recorded.statements, again)))


def test_a_value_used_before_it_is_assigned(recorded: Program) -> None:
    late = find(recorded, "matmul")
    statements = (*(s for s in recorded.statements if s is not late), late)
    with pytest.raises(ProgramError, match=r"assigned before use, got .* in add, too early"):
        check(recorded.having(statements=statements))


@pytest.mark.parametrize("place", ["outputs", "updates", "loops"])
def test_a_result_that_nothing_assigns(recorded: Program, place: str) -> None:
    W1 = parameter(recorded, "W1")
    stray = Value(W1.shape)
    if place == "outputs":
        broken = recorded.having(outputs=(stray,))
    elif place == "updates":
        broken = recorded.having(updates={**recorded.updates, W1: stray})
    else:
        loop = looped().loops[0]
        key = loop.rule.given[-1]
        rows = ({**loop.rows[0], key: stray}, *loop.rows[1:])
        broken = looped().having(loops=(replace(loop, rows=rows),))
    with pytest.raises(ProgramError, match="outputs and updates that are assigned"):
        check(broken)


def test_a_line_that_reads_what_a_later_line_makes(finished: Program) -> None:
    first, second = (line for line in finished.lines if line.target.name in ("Z1", "A1"))
    order = {first: second, second: first}
    with pytest.raises(ProgramError, match="lines in the order of their values, got A1 from Z1"):
        check(finished.having(lines=tuple(order.get(line, line) for line in finished.lines)))


# ---- shapes agree ----
def test_inputs_whose_shapes_do_not_fit(recorded: Program) -> None:
    product = find(recorded, "matmul")
    turned = replace(product, inputs=product.inputs[::-1])
    with pytest.raises(ProgramError, match=r"expects shapes that fit, got @ expects"):
        check(swapped(recorded, product, turned))


def test_a_result_of_another_shape(recorded: Program) -> None:
    total = next(s for s in recorded.statements if s.op.name == "sum" and not s.target.shape)
    rowwise = replace(total, attrs={"axis": None, "keepdims": True})
    with pytest.raises(ProgramError, match=r"expects \(1,\) from sum, got <temporary"):
        check(swapped(recorded, total, rowwise))


def test_an_update_of_another_shape(recorded: Program) -> None:
    W1, b1 = parameter(recorded, "W1"), parameter(recorded, "b1")
    wrong = {**recorded.updates, W1: recorded.updates[b1]}
    with pytest.raises(ProgramError, match=r"an update of shape \(3, 4\) for W1, got \(4,\)"):
        check(recorded.having(updates=wrong))


# ---- row kinds agree ----
def test_rows_that_come_from_nowhere(recorded: Program) -> None:
    product = find(recorded, "matmul")
    made = replace(product, op=OPS["full"], inputs=(0.0,), attrs={"shape": product.target.shape})
    with pytest.raises(ProgramError, match="full expects rows that come from rows"):
        check(swapped(recorded, product, made))


def test_a_batch_that_is_not_the_first_axis(recorded: Program) -> None:
    X = recorded.inputs[0]
    turned, cast = Value((Size(3), N)), Value((Size(3), N))
    more = (
        Statement(turned, OPS["transpose"], (X,), {}, "forward", ""),
        Statement(cast, OPS["cast"], (turned,), {}, "forward", ""),
    )
    with pytest.raises(ProgramError, match="cast expects the batch as first axis"):
        check(recorded.having(statements=(*recorded.statements, *more)))


def test_rows_that_meet_outside_sums(recorded: Program) -> None:
    X = recorded.inputs[0]
    best = Statement(
        Value((Size(3),), "int"), OPS["argmax"], (X,), {"axis": 0}, "forward", "layer 1"
    )
    with pytest.raises(ProgramError, match="layer 1: argmax expects sums, where rows"):
        check(recorded.having(statements=(*recorded.statements, best)))


@pytest.mark.parametrize(
    ("op", "kind"), [("relu", "row-wise"), ("sum", "row sum"), ("subtract", "global")]
)
def test_row_kinds(recorded: Program, op: str, kind: str) -> None:
    statements = {"sum": 0, "relu": 0, "subtract": -1}
    assert row_kind(find(recorded, op, statements[op])) == kind


# ---- draws in the prologue ----
def test_a_draw_outside_the_prologue(recorded: Program) -> None:
    draw = find(recorded, "random")
    with pytest.raises(ProgramError, match="draws in the prologue, got random in phase forward"):
        check(swapped(recorded, draw, replace(draw, phase="forward")))


# ---- one update of each reached trainable parameter ----
def test_a_parameter_with_a_gradient_and_no_update(recorded: Program) -> None:
    updates = without(recorded.updates, parameter(recorded, "b1"))
    with pytest.raises(ProgramError, match=r"one update of each .* got no update of b1"):
        check(recorded.having(updates=updates))


def test_an_update_without_a_gradient(recorded: Program) -> None:
    gradients = without(recorded.gradients, parameter(recorded, "b1"))
    with pytest.raises(ProgramError, match=r"one update of each .* got an update of b1"):
        check(recorded.having(gradients=gradients))


def test_an_update_of_a_frozen_parameter() -> None:
    program = step(sw.Dense(2, trainable=False), sw.Dense(2))
    frozen = parameter(program, "W1")
    with pytest.raises(ProgramError, match=r"one update of each .* got 1 of <frozen W1"):
        check(program.having(updates={**program.updates, frozen: frozen}))


def test_a_second_update_in_a_loop() -> None:
    program = looped()
    (loop,) = program.loops
    with pytest.raises(ProgramError, match=r"one update of each .* got 2 of <parameter scale1"):
        check(program.having(loops=(replace(loop, rows=(*loop.rows, loop.rows[0])),)))


# ---- no line reads a parameter or state after it was changed ----
def test_a_change_before_the_line_that_reads(finished: Program) -> None:
    early = [line for line in finished.lines if line.target.name in ("dscale2", "v_scale2")]
    early += [line for line in finished.lines if line.target.name == "scale2"]
    rest = [line for line in finished.lines if line not in early]
    reader = next(i for i, line in enumerate(rest) if line.target.name == "dN2")
    moved = (*rest[:reader], *early, *rest[reader:])
    with pytest.raises(
        ProgramError, match="reading before changing, got dN2 from scale2, when scale2 was changed"
    ):
        check(finished.having(lines=moved))


def test_a_rule_of_a_loop_that_reads_what_it_changed() -> None:
    program = looped()
    (loop,) = program.loops
    velocity, weights = loop.rule.lines
    stale = replace(velocity, statement=replace(velocity.statement, inputs=(loop.rule.given[0], 1)))
    lines = (weights, stale)
    with pytest.raises(ProgramError, match="program update: SGD expects reading before changing"):
        check(program.having(loops=(replace(loop, rule=loop.rule.having(lines=lines)),)))


def test_a_loop_that_reads_what_has_no_line() -> None:
    program = looped()
    lines = tuple(line for line in program.lines if line.target.name != "dW2")
    with pytest.raises(
        ProgramError, match=r"a line for all that the loop reads, got none for <.*dW2"
    ):
        check(program.having(lines=lines))


def test_state_of_a_layer_that_reads_what_the_loop_changed() -> None:
    program = looped()
    scale = parameter(program, "scale1")
    state = next(line for line in program.lines if line.after_loops)
    stale = replace(state, statement=replace(state.statement, inputs=(scale,)), inlined={})
    lines = tuple(stale if line is state else line for line in program.lines)
    with pytest.raises(
        ProgramError, match=r"reading before changing, got .* from scale1, when scale1 was changed"
    ):
        check(program.having(lines=lines))


def looped() -> Program:
    """A program of more than eight parameters, whose update is a loop."""
    program = step(sw.BatchNorm(), *(sw.Dense(3) for _ in range(4)))
    assert len(program.loops) == 1
    return program


# ---- who broke it is named ----
def test_a_layer_that_reverses_rows_is_named() -> None:
    @dataclass(frozen=True)
    class Transposed:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            return x.T @ x

    with pytest.raises(sw.errors.ShapeError, match=r"layer 1: Transposed\(\) expects build"):
        step(Transposed())


BREAKS: dict[str, Callable[[Program], Program]] = {
    "assigned once": lambda p: p.having(statements=(*p.statements, p.statements[-1])),
    "assigned before use": lambda p: p.having(statements=p.statements[::-1]),
}


@pytest.mark.parametrize("rule", BREAKS)
def test_errors_name_program_and_what_to_do(finished: Program, rule: str) -> None:
    with pytest.raises(ProgramError) as error:
        check(BREAKS[rule](finished))
    assert error.value.where == "program train_step"
    assert rule in error.value.expected
    assert error.value.todo.startswith("mend the layer, optimizer or pass")
