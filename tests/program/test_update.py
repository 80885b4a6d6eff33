"""The optimizer's statements: numbers are settings, a zero is structure, schedules are lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import programs
from scratchwork.description import Description
from scratchwork.losses import LOSSES
from scratchwork.program.ir import Program
from scratchwork.program.update import RuleScope


def step(optimizer: Any, *layers: Any) -> Program:
    layers = layers or (sw.Dense(2, activation="relu"), sw.Dense(1))
    description = Description(layers, (3,), LOSSES["mean_squared_error"], optimizer)
    return programs.train_step(description)


def settings(program: Program) -> dict[str, float]:
    return {str(x.name): v for x, v in program.hyperparameters.items()}


def text(optimizer: Any) -> str:
    model = sw.Sequential([sw.Dense(1)], input_shape=3)
    model.compile(loss="mean_squared_error", optimizer=optimizer, seed=0)
    return model.source().split("# ---- update")[1]


def test_each_parameter_has_one_update_and_its_own_state() -> None:
    program = step(sw.SGD(0.1, momentum=0.9))
    assert [x.name for x in program.updates if x.role == "parameter"] == ["W1", "b1", "W2", "b2"]
    assert [x.name for x in program.state] == ["v_W1", "v_b1", "v_W2", "v_b2"]
    assert all(s.shape == p.shape for s, p in zip(program.state, program.parameters, strict=True))


def test_numbers_are_settings_of_the_program() -> None:
    assert settings(step(sw.Adam(0.01, epsilon=1e-7))) == {
        "learning_rate": 0.01, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7,
    }  # fmt: skip


def test_other_numbers_give_the_same_text() -> None:
    assert text(sw.Adam(0.5, beta_1=0.3)) == text(sw.Adam(0.1))


def test_a_zero_is_structure() -> None:
    assert settings(step(sw.SGD(0.1, momentum=0.0))) == {"learning_rate": 0.1}
    assert step(sw.SGD(0.1)).state == ()
    assert "momentum" not in text(sw.SGD(0.1))


def test_what_is_the_same_for_all_parameters_is_computed_once() -> None:
    assert text(sw.Adam()).count("step_size = ") == 1
    two = step(sw.Adam())
    assert sum(s.target.name == "step_size" for s in two.statements) == 1


def test_a_schedule_is_a_line_and_its_fields_are_settings() -> None:
    rate = sw.ExponentialDecay(0.1, decay_rate=0.5, decay_steps=10)
    program = step(sw.SGD(rate))
    assert settings(program) == {"learning_rate": 0.1, "decay_rate": 0.5, "decay_steps": 10.0}
    assert "rate = learning_rate * decay_rate ** ((t - 1) / decay_steps)" in text(sw.SGD(rate))
    assert "W1 -= rate * dW1" in text(sw.SGD(rate))


def test_a_user_s_rule_may_read_the_step_and_have_state() -> None:
    @dataclass(frozen=True)
    class Averaged:
        """The mean of all gradients so far."""

        learning_rate: float = 0.1

        def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
            total = scope.state("total")
            new = scope.update(total, total + dW)
            return W - self.learning_rate * new / scope.t

    model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=2)
    model.compile("mean_squared_error", Averaged(), dtype="float64", seed=0)
    X, y = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]), np.array([1.0, 0.0, 2.0])
    W, total = model["W1"], np.zeros((2, 1))
    for t in range(1, 4):
        dW = X.T @ (2 * (X @ W - y[:, None]) / 3)
        total += dW
        W = W - 0.1 * total / t
    model.fit(X, y, batch_size=3, epochs=3, verbose=0)
    np.testing.assert_allclose(model["W1"], W, rtol=1e-12)
    np.testing.assert_allclose(model["total_W1"], total, rtol=1e-12)


def test_state_may_begin_with_another_number() -> None:
    @dataclass(frozen=True)
    class Counting:
        learning_rate: float = 0.1

        def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
            count = scope.state("count", 2.5)
            return W - self.learning_rate * scope.update(count, count + 1) * dW

    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", Counting(), seed=0)
    np.testing.assert_array_equal(model["count_W1"], np.full((2, 1), 2.5, np.float32))


@pytest.mark.parametrize("frozen", [0, 1])
def test_a_frozen_layer_has_neither_gradient_nor_update_nor_state(frozen: int) -> None:
    layers = [sw.Dense(2, trainable=i != frozen) for i in range(2)]
    program = step(sw.Adam(), *layers)
    own, other = f"W{frozen + 1}", f"W{2 - frozen}"
    names = {str(line.target.name) for line in program.lines}
    assert other in {x.name for x in program.updates}
    assert own not in {x.name for x in program.updates}
    assert f"d{own}" not in names
    assert not [x for x in program.state if str(x.name).endswith(own)]


def test_a_parameter_that_the_loss_does_not_reach_is_named_and_left_alone() -> None:
    @dataclass(frozen=True)
    class Unused:
        def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
            scope.parameter("lost", (2,), sw.Constant(1.0))
            return x * 2

    with pytest.warns(UserWarning, match="the loss does not depend on lost1 of layer 1: Unused"):
        program = step(sw.Adam(), Unused(), sw.Dense(1))
    assert "lost1" not in {x.name for x in program.updates}
    assert "lost1" not in {x.name for x in program.given}


def test_a_network_without_parameters_has_no_update() -> None:
    program = step(sw.SGD(0.1), sw.Rescale(2.0))
    assert not program.updates
    assert not [line for line in program.lines if line.phase == "update"]
