"""The optimizer's statements: numbers are settings, a zero is structure, schedules are lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import programs
from scratchwork.description import Description
from scratchwork.errors import ProgramError
from scratchwork.layers.layer import describe
from scratchwork.losses import LOSSES
from scratchwork.program.ir import Program
from scratchwork.program.update import RuleScope
from tests.engine import assert_same


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


# ---- one number for all parameters ----
@dataclass(frozen=True)
class Counting:
    """Its rate falls with a count of its own, from 2; the count may be read too early."""

    learning_rate: float = 0.5
    early: bool = False

    def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
        count = scope.state("count", 2.0, shape=())
        new = scope.update(count, count * 1.5)
        rate = self.learning_rate / (new + count) if self.early else self.learning_rate / new
        return W - rate * dW


def layers(number: int) -> list[Any]:
    return [sw.Dense(2) for _ in range(number)]


@pytest.mark.parametrize("number", [1, 5], ids=["lines", "loop"])
@pytest.mark.parametrize("early", [False, True])
def test_a_state_may_be_one_number_for_all_parameters(number: int, early: bool) -> None:
    model = sw.Sequential(layers(number), input_shape=2)
    model.compile("mean_squared_error", Counting(early=early), dtype="float64", seed=0)
    X, Y, expected = np.eye(2), np.ones((2, 2)), 0.0
    for count in (2.0, 3.0, 4.5):
        rate = 0.5 / (count * 1.5 + early * count)
        step = model.trace(X, Y)
        expected = {name: W - rate * step[f"d{name}"] for name, W in model.parameters.items()}
        model.fit(X, Y, batch_size=None, epochs=1, verbose=0)
    assert model["count"] == 2 * 1.5**3
    for name, W in expected.items():
        np.testing.assert_allclose(model[name], W, rtol=1e-12)


def test_it_is_a_line_of_its_own() -> None:
    assert text(Counting()).count("count *= 1.5") == 1
    assert [x.name for x in step(Counting()).state] == ["count"]


# ---- what a rule cannot mean ----
def once(W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
    count = scope.state("count", shape=())
    return W - scope.update(count, count + dW.sum()) * dW


def too_early(W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
    count = scope.state("count", shape=())
    scope.update(count, count + 1)
    return W - count * dW


def twice(W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
    v = scope.state("v")
    return W - scope.update(v, v + dW) - scope.update(v, dW)


ALIKE = (
    r"update: Own expects update\(\) to treat every entry alike: parameters have different shapes"
)
MISTAKES: dict[str, tuple[Any, str]] = {
    "a sum over rows": (lambda W, dW, s: W - dW / dW.sum(axis=0), rf"{ALIKE}, got sum\(axis=0\)"),
    "a maximum": (lambda W, dW, s: W - dW / abs(dW).max(), rf"{ALIKE}, got max\(axis=0\)"),
    "a product": (lambda W, dW, s: W - dW @ dW, f"{ALIKE}, got @ of"),
    "transposed": (lambda W, dW, s: W - dW.T, f"{ALIKE}, got .T of"),
    "reshaped": (lambda W, dW, s: W - dW.reshape(4), f"{ALIKE}, got reshape of"),
    "from one of many": (once, "a new count that is the same for all parameters, got one from W"),
    "the old number": (too_early, r"expects the new count, .* scope.update\(count, ...\) gives"),
    "two updates": (twice, "expects one update of v, got a second"),
    "one name": (
        lambda W, dW, s: W - s.state("v") - s.state("v"), "a name for each state, got v twice",
    ),
    "no name": (lambda W, dW, s: W - s.state("a b"), "a name of letters, digits and _, got 'a b'"),
    "another shape": (lambda W, dW, s: W - s.state("v", shape=(3,)), r"or of \(\), got \(3,\)"),
    "no number": (lambda W, dW, s: W - s.state("v", "zeros"), "v begins as, got 'zeros'"),
    "no state": (lambda W, dW, s: s.update(W, dW), "expects an update of a state, got <param"),
    "a number": (lambda W, dW, s: s.update(s.state("v"), 0.0), "a new v of W's shape, got 0.0"),
    "a sum": (lambda W, dW, s: s.update(s.state("v"), dW.sum()), "a new v of W's shape, got <temp"),
    "an array": (
        lambda W, dW, s: s.update(s.state("v", shape=()), dW), r"a new v of shape \(\), got <temp",
    ),
    "nothing": (lambda W, dW, s: None, r"update\(\) to return the new W, of W's shape, got None"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_what_is_refused(name: str) -> None:
    rule, message = MISTAKES[name]
    own = type("Own", (), {"update": lambda self, W, dW, scope: rule(W, dW, scope)})
    with pytest.raises(ProgramError, match=message):
        step(own())


def test_sums_and_means_over_all_entries_are_each_parameters_own() -> None:
    own = type("Own", (), {"update": lambda self, W, dW, s: W - dW / (dW**2).mean() * W.sum()})
    assert "W1 -= dW1 / (dW1**2).mean() * W1.sum()" in text(own())


# ---- clipping ----
X, Y = np.eye(3), np.full((3, 1), 9.0)


@pytest.mark.parametrize("number", [2, 5], ids=["lines", "loop"])
def test_the_norm_is_that_of_all_gradients_with_their_penalties(number: int) -> None:
    """Of frozen layers there is none."""
    hidden = [sw.Dense(3, "tanh", trainable=i != 1) for i in range(number)]
    model = sw.Sequential([*hidden, sw.Dense(1)], input_shape=3)
    model.compile(
        "mean_squared_error", sw.SGD(1.0, clip_norm=0.25), regularizer=sw.L2(3.0),
        dtype="float64", seed=0,
    )  # fmt: skip
    trace = model.trace(X, Y)
    trained = [name for name in model.parameters if not name.endswith("2")]
    norm = np.sqrt(sum((trace[f"d{name}"] ** 2).sum() for name in trained))
    assert trace["norm"] == pytest.approx(norm, rel=1e-14)
    assert "dW2" not in trace
    changes = np.concatenate([(trace.updated[n] - model[n]).ravel() for n in trained])
    assert np.linalg.norm(changes) == pytest.approx(0.25, rel=1e-12)


def test_gradients_that_are_short_enough_stay_as_they_are() -> None:
    plain, clipped = (sw.Sequential(layers(2), input_shape=3) for _ in range(2))
    plain.compile("mean_squared_error", sw.SGD(0.1), seed=0)
    clipped.compile("mean_squared_error", sw.SGD(0.1, clip_norm=1e3, clip_value=1e3), seed=0)
    for model in (plain, clipped):
        model.fit(X, X[:, :2], epochs=3, verbose=0)
    assert_same(clipped.parameters, plain.parameters)


def test_gradients_of_zero_are_not_divided_by_their_norm() -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=3)
    model.compile("mean_squared_error", sw.SGD(0.1, clip_norm=1.0), seed=0)
    before = model.parameters
    model.fit(X, model.predict(X), batch_size=None, epochs=1, verbose=0)
    assert model.history["loss"] == [0.0]
    assert all((model[name] == W).all() for name, W in before.items())


def test_the_lines_of_clipping_stand_before_those_of_the_rule() -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=3)
    rate = sw.ExponentialDecay(0.1)
    model.compile("mean_squared_error", sw.SGD(rate, clip_value=2, clip_norm=1), seed=0)
    rows = [row.strip().split("  #")[0].strip() for row in model.source("train_step").splitlines()]
    assert rows[rows.index("# ---- clipping ----") : -1] == [
        "# ---- clipping ----",
        "# each entry of a gradient is kept within -clip_value and clip_value",
        "# all gradients together are one vector, kept no longer than clip_norm",
        "clipped_dW1 = np.clip(dW1, -clip_value, clip_value)",
        "clipped_db1 = np.clip(db1, -clip_value, clip_value)",
        "norm = math.sqrt((clipped_dW1**2).sum() + (clipped_db1**2).sum())",
        "scale = clip_norm / norm if norm > clip_norm else 1",
        "# ---- update: SGD ----",
        "# t is the number of this step, from 1",
        "rate = learning_rate * decay_rate ** ((t - 1) / decay_steps)",
        "scaled_dW1 = scale * clipped_dW1",
        "W1 -= rate * scaled_dW1",
        "scaled_db1 = scale * clipped_db1",
        "b1 -= rate * scaled_db1",
    ]


def test_clipping_by_nothing_leaves_no_line() -> None:
    plain = text(sw.Adam())
    assert text(sw.Adam(clip_norm=0)) == text(sw.Adam(clip_value=0.0)) == plain
    assert text(sw.Adam(clip_norm=0.5)) == text(sw.Adam(clip_norm=2)) != plain


def test_a_user_s_settings_of_these_names_are_the_user_s() -> None:
    @dataclass(frozen=True)
    class Own:
        clip_norm: float = 0.5

        def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
            return W - self.clip_norm * dW

    assert "W1 -= clip_norm * dW1" in text(Own())
    assert "scale" not in text(Own())


def test_the_head_of_the_text_says_what_is_clipped() -> None:
    assert describe(sw.SGD(0.1, clip_norm=1)) == "SGD(0.1, clip_norm=1.0)"
    assert describe(sw.Adam(clip_value=0.5, beta_1=0.8)) == "Adam(beta_1=0.8, clip_value=0.5)"
    assert describe(sw.OneCycle(0.1, 2e6)) == "OneCycle(0.1, 2000000.0)"


# ---- names ----
@dataclass(frozen=True)
class Greedy:
    """A layer whose numbers have the names that optimizers use."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        for name in ("W", "m_W", "v_W"):
            x = x @ scope.parameter(name, (3, 3), sw.Normal(0.5))
        for name in ("mu", "scale", "norm", "rate", "progress", "mu_product", "t", "clip_norm"):
            x = (x * scope.parameter(name, (3,), sw.Constant(1.0))).named(f"{name}_y")
        return x


def test_names_of_layers_and_of_optimizers_stay_apart() -> None:
    rate = sw.CosineDecay(0.01, 10)
    numbers = []
    for layer, kind in ((Greedy(), "float64"), (Greedy(), "float32")):
        model = sw.Sequential([layer, sw.Dense(1)], input_shape=3)
        model.compile("mean_squared_error", sw.Nadam(rate, clip_norm=1), dtype=kind, seed=0)
        assert len(model.run.state.optimizer) == 2 * len(model.parameters) + 1
        model.fit(X, Y, batch_size=2, epochs=3, shuffle=False, verbose=0)
        numbers.append(model.predict(X))
        assert model.verify(X, Y).passed
    np.testing.assert_allclose(*numbers, rtol=1e-4)
