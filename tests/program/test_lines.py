"""lines: which value gets a line, in which order, and that none reads what was changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import ProgramError
from scratchwork.program import update
from scratchwork.program.ir import Size
from scratchwork.program.primitives import sign
from scratchwork.program.update import RuleScope
from tests.program.written import body, record

SettingsOf = Callable[[sw.Scope, sw.Value, sw.Value], None]


def step_lines(model: sw.Sequential) -> list[str]:
    """The lines of the printed step without comments."""
    rows = [row.split("  #")[0].strip() for row in model.source().splitlines()]
    return [row for row in rows if row and not row.startswith("#")]


def titles(model: sw.Sequential) -> list[str]:
    rows = [row.strip() for row in model.source().splitlines()]
    return [row for row in rows if row.startswith("#")]


def network(*layers: Any, **settings: Any) -> sw.Sequential:
    model = sw.Sequential(layers, input_shape=3)
    model.compile(
        **{"loss": "mean_squared_error", "optimizer": sw.SGD(0.5), "seed": 0} | settings,
        dtype="float64",
    )
    return model


def trained(model: sw.Sequential) -> dict[str, Any]:
    """Every number of the model after three steps."""
    rng = np.random.default_rng(1)
    outputs = model.predict(np.zeros((1, 3))).shape[1]
    shape = (12,) if outputs == 1 else (12, outputs)
    model.fit(rng.normal(size=(12, 3)), rng.normal(size=shape), batch_size=4, epochs=1, verbose=0)
    return model.run.state.arrays()  # type: ignore[union-attr]


# ---- which values get a line ----
def test_what_is_used_once_is_written_where_it_is_used() -> None:
    assert body(record(lambda X: (np.exp(-X) * 2 + 1).named("Y"), "X")) == [
        "Y = np.exp(-X) * 2 + 1"
    ]


def test_what_is_named_gets_a_line() -> None:
    program = record(lambda X: (np.exp(X).named("E") + 1).named("Y"), "X")
    assert body(program) == ["E = np.exp(X)", "Y = E + 1"]


def test_what_is_used_twice_gets_a_line() -> None:
    def function(X: Any) -> Any:
        E = np.exp(X)
        return (E * E).named("Y")

    assert body(record(function, "X")) == ["t1 = np.exp(X)", "Y = t1 * t1"]


def test_what_is_used_once_inside_what_is_used_twice_appears_once() -> None:
    def function(X: Any) -> Any:
        E = np.exp(X) + 1
        return (E / E.sum()).named("Y")

    assert body(record(function, "X")) == ["t1 = np.exp(X) + 1", "Y = t1 / t1.sum()"]


def test_views_and_numbers_are_cheap_enough_to_be_written_twice() -> None:
    def function(X: Any, s: Any) -> Any:
        R, half = X.reshape(*X.shape[:1], 1, 3), s / 2
        return (R * half).named("Y"), (R + half).named("U")

    program = record(function, "X", weak=("s",))
    assert body(program) == [
        "Y = X.reshape(-1, 1, 3) * (s / 2)",
        "U = X.reshape(-1, 1, 3) + s / 2",
    ]


def test_what_is_returned_gets_a_line() -> None:
    program = record(lambda X: (np.exp(X), np.exp(X).sum()), "X")
    assert body(program) == ["t1 = np.exp(X)", "t2 = np.exp(X).sum()"]


# ---- the order ----
def test_gradients_of_parameters_stand_behind_what_they_are_computed_from() -> None:
    model = network(sw.Dense(4, activation="relu"), sw.Dense(5, activation="tanh"), sw.Dense(2))
    made = [line.split(" = ")[0] for line in step_lines(model) if line.startswith("d")]
    assert made[1:] == [
        "dZ3", "dW3", "db3", "dA2", "dZ2", "dW2", "db2", "dA1", "dZ1", "dW1", "db1",
    ]  # fmt: skip


def test_the_state_of_layers_is_changed_after_the_parameters() -> None:
    model = network(sw.Dense(4), sw.BatchNorm(), sw.Dense(2))
    changed = [line.split()[0] for line in step_lines(model) if "= " in line and is_change(line)]
    assert changed == [
        "W1", "b1", "scale2", "shift2", "W3", "b3", "running_mean2[...]", "running_var2[...]",
    ]  # fmt: skip
    assert titles(model)[-2:] == ["# ---- update: SGD ----", "# layer 2: BatchNorm()"]


def is_change(line: str) -> bool:
    return "-=" in line or "+=" in line or "[...] =" in line


def test_the_targets_stand_before_the_draws_of_layers() -> None:
    """Behind them they would stand under a title of a layer that they have nothing to do with."""
    rows = network(sw.Dropout(0.5), sw.Dense(1)).source().splitlines()
    assert [row.strip().split(" = ")[0] for row in rows[1:5]] == [
        "n", "Y", "# layer 0: Dropout(0.5)", "M0",
    ]  # fmt: skip


# ---- no line reads what was changed before ----
@dataclass(frozen=True)
class Lion:
    """Chen et al. 2023: the update reads the momentum of the step before."""

    learning_rate: float = 0.01
    beta_1: float = 0.9
    beta_2: float = 0.99
    momentum_first: bool = True

    def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
        m = scope.state("m")
        if self.momentum_first:
            scope.update(m, self.beta_2 * m + (1 - self.beta_2) * dW)
        new = W - self.learning_rate * sign(self.beta_1 * m + (1 - self.beta_1) * dW)
        if not self.momentum_first:
            scope.update(m, self.beta_2 * m + (1 - self.beta_2) * dW)
        return new


def lion_by_hand(model: sw.Sequential) -> dict[str, Any]:
    """The first step of Lion from the gradient that the model itself computes."""
    X, y = np.arange(12.0).reshape(4, 3), np.arange(4.0)
    before = model.trace(X, y)
    expected = {}
    for name in ("W1", "b1"):
        m, dW = model[f"m_{name}"], before[f"d{name}"]
        expected[name] = model[name] - 0.01 * np.sign(0.9 * m + (1 - 0.9) * dW)
        expected[f"m_{name}"] = 0.99 * m + (1 - 0.99) * dW
    return {name: (before.updated[name], expected[name]) for name in expected}


@pytest.mark.parametrize("momentum_first", [True, False])
@pytest.mark.parametrize("most_written_out", [8, 0])
def test_lion_reads_the_old_momentum_in_both_orders(
    momentum_first: bool, most_written_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "MOST_WRITTEN_OUT", most_written_out)
    model = network(sw.Dense(1), optimizer=Lion(momentum_first=momentum_first))
    # against the sign of dW, so that the old momentum decides
    model["m_W1"], model["m_b1"] = np.full((3, 1), -1e6), [1e6]
    for found, expected in lion_by_hand(model).values():
        np.testing.assert_array_equal(found, expected)


def test_lion_is_printed_as_one_would_write_it() -> None:
    changes = [
        line for line in step_lines(network(sw.Dense(1), optimizer=Lion())) if is_change(line)
    ]
    assert changes == [
        "W1 -= learning_rate * np.sign(beta_1 * m_W1 + (1 - beta_1) * dW1)",
        "b1 -= learning_rate * np.sign(beta_1 * m_b1 + (1 - beta_1) * db1)",
        "m_W1[...] = beta_2 * m_W1 + (1 - beta_2) * dW1",
        "m_b1[...] = beta_2 * m_b1 + (1 - beta_2) * db1",
    ]


@dataclass(frozen=True)
class Mutual:
    """Two numbers a parameter, each of whose new values needs the old one of the other."""

    rate: float = 0.5

    def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
        a, b = scope.state("a", 1.0), scope.state("b", 2.0)
        scope.update(a, self.rate * b + dW)
        scope.update(b, self.rate * a - dW)
        return W - self.rate * a * b


@pytest.mark.parametrize("most_written_out", [8, 0])
def test_states_of_a_rule_that_read_each_other(
    most_written_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update, "MOST_WRITTEN_OUT", most_written_out)
    model = network(sw.Dense(1), optimizer=Mutual())
    X, y = np.arange(12.0).reshape(4, 3), np.arange(4.0)
    trace = model.trace(X, y)
    W, dW = trace["W1"], trace["dW1"]
    np.testing.assert_array_equal(trace.updated["a_W1"], 0.5 * np.full_like(W, 2) + dW)
    np.testing.assert_array_equal(trace.updated["b_W1"], 0.5 * np.ones_like(W) - dW)
    np.testing.assert_array_equal(trace.updated["W1"], W - 0.5 * np.ones_like(W) * 2)


@dataclass(frozen=True)
class Stateful:
    """A layer with two states, changed as ``rule`` says; it multiplies by W and adds state a."""

    rule: SettingsOf
    size: int = 2

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        shape = (x.shape[1], Size(self.size))
        W = scope.parameter("W", shape, sw.Constant(0.5), kernel=True)
        a, b = scope.state("a", shape, 1.0), scope.state("b", shape, 2.0)
        if scope.training:
            self.rule(scope, W, a, b)  # type: ignore[call-arg]
        return (x @ (W + a)).named("Z")


def named_value(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    new = (a + W).named("new")
    scope.update(a, new)
    scope.update(b, new * 2)


def crossed(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(a, b * 3)
    scope.update(b, a * 5)


def chained(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(a, b * 3)
    scope.update(b, a)


def follows(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(a, 0.9 * a + 0.1 * W)


def copies(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(b, W)


def scaled(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(b, W * 2)


def nothing(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    pass


def swapped(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(a, b)
    scope.update(b, a)


def viewed(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    """The memory of V is that of W, which is changed before a is."""
    V = W.reshape(6).named("V")
    scope.update(a, V.reshape(3, 2) * 2)


def swapped_views(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
    scope.update(a, b.reshape(6).named("V").reshape(3, 2))
    scope.update(b, a.reshape(6).reshape(3, 2))


AFTER: dict[Any, tuple[float, float]] = {  # a and b after one step from W = 0.5, a = 1, b = 2
    named_value: (1.5, 3.0),
    crossed: (6.0, 5.0),
    chained: (6.0, 1.0),
    follows: (0.9 * 1 + 0.1 * 0.5, 2.0),
    copies: (1.0, 0.5),
    scaled: (1.0, 1.0),
    nothing: (1.0, 2.0),
    swapped: (2.0, 1.0),
    viewed: (1.0, 2.0),
    swapped_views: (2.0, 1.0),
}


@pytest.mark.parametrize("most_written_out", [8, 0])
@pytest.mark.parametrize("rule", AFTER, ids=lambda rule: rule.__name__)
def test_state_is_computed_from_what_was_before_the_step(
    rule: SettingsOf, most_written_out: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it reads a parameter, which a line or a loop has changed by then."""
    monkeypatch.setattr(update, "MOST_WRITTEN_OUT", most_written_out)
    model = network(Stateful(rule), sw.Dense(1))
    X, y = np.arange(12.0).reshape(4, 3), np.arange(4.0)
    model.fit(X, y, batch_size=4, epochs=1, verbose=0)
    a, b = AFTER[rule]
    assert not np.array_equal(model["W1"], np.full((3, 2), 0.5))
    np.testing.assert_array_equal(model["b1"], np.full((3, 2), b))
    np.testing.assert_array_equal(model["a1"], np.full((3, 2), a))


def test_a_new_value_that_waits_is_called_new() -> None:
    lines = step_lines(network(Stateful(follows)))
    assert "new_a1 = 0.9 * a1 + 0.1 * W1" in lines
    assert lines.index("W1 -= 0.5 * dW1".replace("0.5", "learning_rate")) < lines.index(
        "a1[...] = new_a1"
    )


def test_a_second_update_of_a_state_is_refused() -> None:
    def twice(scope: sw.Scope, W: sw.Value, a: sw.Value, b: sw.Value) -> None:
        scope.update(a, b)
        scope.update(a, b)

    with pytest.raises(ProgramError, match="one update of a1, got a second"):
        network(Stateful(twice))


# ---- the loop over many parameters ----
OPTIMIZERS = {
    "sgd": sw.SGD(0.05),
    "nesterov": sw.SGD(0.05, momentum=0.9, nesterov=True),
    "adam": sw.Adam(0.01),
    "decay": sw.Adam(sw.ExponentialDecay(0.05, decay_rate=0.5, decay_steps=2)),
    "lion": Lion(),
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_loop_does_what_the_lines_do_bit_for_bit(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers = [sw.Dense(4, activation="tanh"), sw.BatchNorm(), Stateful(follows), sw.Dense(1)]
    results = []
    for most in (99, 0):
        monkeypatch.setattr(update, "MOST_WRITTEN_OUT", most)
        model = network(*layers, optimizer=OPTIMIZERS[optimizer])
        assert (" in zip(" in model.source()) == (most == 0)
        results.append(trained(model))
    for name in results[0]:
        np.testing.assert_array_equal(results[1][name], results[0][name], err_msg=name)


def test_the_loop_begins_above_eight_parameters() -> None:
    assert update.MOST_WRITTEN_OUT == 8
    eight = [sw.Dense(3) for _ in range(4)]
    assert " in zip(" not in network(*eight).source()
    nine = network(*eight, sw.Dense(1, use_bias=False), optimizer=sw.Adam()).source()
    assert nine.count(" in zip(") == 1
    loop = nine.split("# ---- update: Adam ----\n")[1].splitlines()
    assert [row.strip() for row in loop if " = " in row and "[...]" not in row] == [
        "step_size = learning_rate / (1 - beta_1**t)",
        "correction = 1 - beta_2**t",
    ]
    assert loop[-4:] == [
        "        m[...] = beta_1 * m + (1 - beta_1) * dW",
        "        v[...] = beta_2 * v + (1 - beta_2) * dW**2",
        "        W -= step_size * m / (np.sqrt(v / correction) + epsilon)",
        "    return loss",
    ]
