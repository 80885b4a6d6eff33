"""Optimizers: the printed update against loops by hand from the papers, and a user's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import optimizers
from scratchwork.errors import DescriptionError
from scratchwork.program import update
from scratchwork.program.ir import Value
from tests.cases import OPTIMIZERS, Array, OptimizerCase, foreign_dtypes
from tests.engine import NUMPY

STEPS = 20
State = dict[str, Array]


# ---- by hand ----
def rate_at(setting: Any, t: int) -> float:
    """The learning rate of step t."""
    if isinstance(setting, float):
        return setting
    return float(setting.learning_rate * setting.decay_rate ** ((t - 1) / setting.decay_steps))


def sgd_by_hand(o: sw.SGD, W: Array, dW: Array, state: State, t: int) -> Array:
    """Sutskever et al. 2013, equations 1 to 4: the rate outside of the velocity, or inside."""
    rate = rate_at(o.learning_rate, t)
    before = state.get("v", np.zeros_like(W))
    if o.rate_in_velocity:
        v = state["v"] = o.momentum * before - rate * dW
        return W - rate * dW + o.momentum * v if o.nesterov else W + v
    v = state["v"] = o.momentum * before + dW
    if o.nesterov:
        return W - rate * dW - rate * o.momentum * v
    return W - rate * v


def mean(state: State, name: str, beta: float, new: Array) -> Array:
    """A mean that forgets, kept under this name."""
    state[name] = beta * state.get(name, np.zeros_like(new)) + (1 - beta) * new
    return state[name]


def adam_by_hand(o: sw.Adam, W: Array, g: Array, state: State, t: int) -> Array:
    """Kingma & Ba 2015, Algorithm 1, line by line; the end of its section 2; Reddi et al. 2018."""
    m, v = mean(state, "m", o.beta_1, g), mean(state, "v", o.beta_2, g**2)
    if o.amsgrad:
        v = state["v_max"] = np.maximum(state.get("v_max", v), v)
    rate = rate_at(o.learning_rate, t)
    if o.epsilon_hat:
        alpha = rate * np.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
        return W - alpha * m / (np.sqrt(v) + o.epsilon)
    m_hat, v_hat = m / (1 - o.beta_1**t), v / (1 - o.beta_2**t)
    return W - rate * m_hat / (np.sqrt(v_hat) + o.epsilon)


def adamw_by_hand(o: sw.AdamW, W: Array, g: Array, state: State, t: int) -> Array:
    """Loshchilov & Hutter 2019, Algorithm 2; its eta is the rate, its alpha 1."""
    m_hat = mean(state, "m", o.beta_1, g) / (1 - o.beta_1**t)
    v_hat = mean(state, "v", o.beta_2, g**2) / (1 - o.beta_2**t)
    eta = rate_at(o.learning_rate, t)
    return W - eta * (m_hat / (np.sqrt(v_hat) + o.epsilon) + o.weight_decay * W)


def adamax_by_hand(o: sw.Adamax, W: Array, g: Array, state: State, t: int) -> Array:
    """Kingma & Ba 2015, Algorithm 2, with PyTorch's epsilon."""
    m = mean(state, "m", o.beta_1, g)
    u = state["u"] = np.maximum(o.beta_2 * state.get("u", 0), abs(g) + o.epsilon)
    return W - rate_at(o.learning_rate, t) / (1 - o.beta_1**t) * m / u


def nadam_by_hand(o: sw.Nadam, W: Array, g: Array, state: State, t: int) -> Array:
    """Dozat 2016, Algorithm 2 and its schedule; the product computed anew in each step."""
    mu = o.beta_1 * (1 - 0.96 ** (np.arange(1, t + 2) * o.momentum_decay) / 2)
    m, v = mean(state, "m", o.beta_1, g), mean(state, "v", o.beta_2, g**2)
    m_bar = mu[t] * m / (1 - mu.prod()) + (1 - mu[t - 1]) * g / (1 - mu[:t].prod())
    v_hat = v / (1 - o.beta_2**t)
    return W - rate_at(o.learning_rate, t) * m_bar / (np.sqrt(v_hat) + o.epsilon)


def adagrad_by_hand(o: sw.AdaGrad, W: Array, g: Array, state: State, t: int) -> Array:
    """Duchi et al. 2011, Figure 1: the root of the sum of all squares."""
    squares = state["s"] = state.get("s", np.full_like(W, o.initial_sum)) + g * g
    return W - rate_at(o.learning_rate, t) * g / (o.epsilon + np.sqrt(squares))


def rmsprop_by_hand(o: sw.RMSProp, W: Array, g: Array, state: State, t: int) -> Array:
    """Tieleman & Hinton 2012; for the centered one Graves 2013."""
    v = mean(state, "v", o.rho, g**2)
    variance = v - mean(state, "a", o.rho, g) ** 2 if o.centered else v
    step = g / (np.sqrt(variance) + o.epsilon)
    u = state["u"] = o.momentum * state.get("u", np.zeros_like(W)) + step
    return W - rate_at(o.learning_rate, t) * u


def adadelta_by_hand(o: sw.AdaDelta, W: Array, g: Array, state: State, t: int) -> Array:
    """Zeiler 2012, Algorithm 1."""
    rms_g = np.sqrt(mean(state, "v", o.rho, g**2) + o.epsilon)
    rms_x = np.sqrt(state.get("u", np.zeros_like(W)) + o.epsilon)
    step = -rms_x / rms_g * g
    mean(state, "u", o.rho, step**2)
    return W + rate_at(o.learning_rate, t) * step


def lion_by_hand(o: sw.Lion, W: Array, g: Array, state: State, t: int) -> Array:
    """Chen et al. 2023, Algorithm 2."""
    before = state.get("m", np.zeros_like(W))
    c = o.beta_1 * before + (1 - o.beta_1) * g
    mean(state, "m", o.beta_2, g)
    return W - rate_at(o.learning_rate, t) * (np.sign(c) + o.weight_decay * W)


BY_HAND: dict[type, Callable[..., Array]] = {
    sw.SGD: sgd_by_hand, sw.Adam: adam_by_hand, sw.AdamW: adamw_by_hand,
    sw.Adamax: adamax_by_hand, sw.Nadam: nadam_by_hand, sw.AdaGrad: adagrad_by_hand,
    sw.RMSProp: rmsprop_by_hand, sw.AdaDelta: adadelta_by_hand, sw.Lion: lion_by_hand,
}  # fmt: skip


def clipped_by_hand(o: Any, gradients: dict[str, Array]) -> dict[str, Array]:
    """Pascanu et al. 2013, Algorithm 1, behind a bound on each entry."""
    if o.clip_value:
        gradients = {k: np.minimum(o.clip_value, np.maximum(-o.clip_value, g))
                     for k, g in gradients.items()}  # fmt: skip
    length = np.linalg.norm(np.concatenate([g.ravel() for g in gradients.values()]))
    if not o.clip_norm or length < o.clip_norm:
        return gradients
    return {k: g * o.clip_norm / length for k, g in gradients.items()}


RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(7, 4)), RNG.normal(size=(7, 3))
START = {
    "W1": RNG.normal(size=(4, 5)), "b1": RNG.normal(size=5),
    "W2": RNG.normal(size=(5, 3)), "b2": RNG.normal(size=3),
}  # fmt: skip


def gradients_by_hand(p: dict[str, Array]) -> dict[str, Array]:
    """Of mean((tanh(X W1 + b1) W2 + b2 - Y)**2), written down by hand."""
    A = np.tanh(X @ p["W1"] + p["b1"])
    dZ2 = 2 * (A @ p["W2"] + p["b2"] - Y) / Y.size
    dZ1 = dZ2 @ p["W2"].T * (1 - A**2)
    return {"W1": X.T @ dZ1, "b1": dZ1.sum(0), "W2": A.T @ dZ2, "b2": dZ2.sum(0)}


def train_by_hand(
    step: Callable[..., Array], steps: int = STEPS, clipped: Callable[..., Any] = dict
) -> dict[str, Array]:
    parameters, states = dict(START), {name: State() for name in START}
    for t in range(1, steps + 1):
        for name, dW in clipped(gradients_by_hand(parameters)).items():
            parameters[name] = step(parameters[name], dW, states[name], t)
    return parameters


def model_of(optimizer: Any, dtype: Any = "float64") -> sw.Sequential:
    model = sw.Sequential([sw.Dense(5, "tanh"), sw.Dense(3)], input_shape=4)
    model.compile("mean_squared_error", optimizer, dtype=dtype, seed=0)
    model.set_parameters(START)
    return model


@cache
def trained(optimizer: Any, most: int = update.MOST_WRITTEN_OUT) -> sw.Sequential:
    """After twenty full batches in the given order: an epoch is a step.

    Up to ``most`` parameters have lines of their own; otherwise there is a loop.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(update, "MOST_WRITTEN_OUT", most)
        model = model_of(optimizer)
    fit(model, STEPS)
    return model


def fit(model: sw.Sequential, steps: int) -> None:
    model.fit(X, Y, batch_size=None, epochs=steps, shuffle=False, verbose=0)


def assert_trained(
    model: sw.Sequential, expected: dict[str, Array], rtol: float = 1e-12 if NUMPY else 1e-10
) -> None:
    for name, W in expected.items():
        np.testing.assert_allclose(model[name], W, rtol=rtol, atol=1e-15, err_msg=name)


# ---- the table ----
def test_every_optimizer_has_a_row():
    assert {type(case.optimizer) for case in OPTIMIZERS} == {*optimizers.OPTIMIZERS.values()}
    assert set(BY_HAND) == {*optimizers.OPTIMIZERS.values()}


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_twenty_steps_are_those_of_the_paper(case: OptimizerCase):
    by_hand, o = BY_HAND[type(case.optimizer)], case.optimizer
    expected = train_by_hand(
        lambda W, dW, state, t: by_hand(o, W, dW, state, t), clipped=partial(clipped_by_hand, o)
    )
    assert_trained(trained(o), expected)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_a_second_fit_goes_on_with_step_and_state(case: OptimizerCase):
    model = model_of(case.optimizer)
    fit(model, 8)
    fit(model, STEPS - 8)
    assert_trained(model, trained(case.optimizer).parameters, rtol=0)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
@pytest.mark.parametrize(("dtype", "most"), [("float32", 8), ("float32", 0), ("float64", 8)])
def test_every_array_of_a_step_has_the_dtype(
    case: OptimizerCase, dtype: str, most: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(update, "MOST_WRITTEN_OUT", most)
    trace = model_of(case.optimizer, dtype).trace(X, Y)
    assert foreign_dtypes(trace, dtype) == {}
    assert foreign_dtypes(trace.updated, dtype) == {}
    assert set(START) <= set(trace.updated)


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_the_loop_gives_the_same_bits_as_the_lines(case: OptimizerCase):
    lines, loop = trained(case.optimizer), trained(case.optimizer, most=0)
    assert " in zip(" in loop.source()
    assert " in zip(" not in lines.source()
    assert_trained(loop, lines.parameters, rtol=0)
    for name in lines.run.state.optimizer:
        np.testing.assert_array_equal(loop[name], lines[name])


def test_more_than_eight_parameters_share_a_loop():
    model = sw.Sequential([sw.Dense(3) for _ in range(5)], input_shape=3)
    model.compile("mean_squared_error", sw.Adam(), seed=0)
    assert model.source().count(" in zip(") == 1
    smaller = sw.Sequential([sw.Dense(3) for _ in range(4)], input_shape=3)
    smaller.compile("mean_squared_error", sw.Adam(), seed=0)
    assert " in zip(" not in smaller.source()


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_state_begins_as_it_should_and_each_array_is_its_own(case: OptimizerCase):
    state = model_of(case.optimizer).run.state.optimizer
    begin = {"mu": 1.0, "s": getattr(case.optimizer, "initial_sum", 0.0)}
    assert all((array == begin.get(name.split("_")[0], 0.0)).all() for name, array in state.items())
    arrays = list(state.values())
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])


def test_changing_one_state_does_not_change_another():
    model = model_of(sw.Adam())
    model["m_W1"] = np.ones((4, 5))
    assert (model["v_W1"] == 0).all()
    assert (model["m_b1"] == 0).all()


def test_the_state_of_each_optimizer():
    names = {str(case): set(trained(case.optimizer).run.state.optimizer) for case in OPTIMIZERS}
    assert names["sgd"] == set()
    assert names["momentum"] == {f"v_{name}" for name in START}
    assert names["adam"] == {f"{s}_{name}" for s in "mv" for name in START}
    assert names["nadam"] == {"mu_product", *names["adam"]}
    assert names["amsgrad"] == {f"{s}_{name}" for s in ("m", "v", "v_max") for name in START}
    assert names["rmsprop-all"] == {f"{s}_{name}" for s in "vau" for name in START}


def test_a_zero_leaves_no_line_and_any_other_number_the_same_text():
    plain = model_of(sw.SGD(0.1)).source()
    assert model_of(sw.SGD(0.1, momentum=0)).source() == plain
    assert "v_W1" not in plain
    first, second = (model_of(sw.SGD(0.1, momentum=m)).source() for m in (0.5, 0.9))
    assert first.replace("momentum=0.5", "momentum=0.9") == second


def test_numbers_of_numpy_are_numbers():
    for number in (np.float64(0.25), np.float32(0.25), 0.25):
        optimizer = sw.SGD(number, momentum=number)
        assert (type(optimizer.learning_rate), type(optimizer.momentum)) == (float, float)
        assert foreign_dtypes(model_of(optimizer, "float32").trace(X, Y), "float32") == {}


# ---- the user's own ----
@dataclass(frozen=True)
class RootMeanSquare:
    learning_rate: float = 0.01
    rho: float = 0.9

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        s = scope.update(s := scope.state("s"), self.rho * s + (1 - self.rho) * dW**2)
        return W - self.learning_rate * dW / (np.sqrt(s) + 1e-7)


@dataclass(frozen=True)
class Accumulating:
    """Its sums begin at a number that is not 0."""

    learning_rate: float = 0.1
    begin: float = 0.5

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        a = scope.state("a", initial=0.5)
        a = scope.update(a, a + dW * dW)
        return W - self.learning_rate * dW / np.sqrt(a)


@dataclass(frozen=True)
class NormalizedSGD:
    """Divides by the gradient's norm: a sum within the rule."""

    learning_rate: float = 0.05

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        return W - self.learning_rate * dW / np.sqrt((dW**2).sum() + 1e-12)


@dataclass(frozen=True)
class SignOfMomentum:
    """Chen et al. 2023, "Symbolic discovery of optimization algorithms", Algorithm 2.

    The direction is of the momentum BEFORE it changes, in whatever order that is recorded.
    """

    learning_rate: float = 0.01
    beta_1: float = 0.9
    beta_2: float = 0.99
    first: str = "direction"

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        m = scope.state("m")
        if self.first == "momentum":
            scope.update(m, self.beta_2 * m + (1 - self.beta_2) * dW)
        new = W - self.learning_rate * np.sign(self.beta_1 * m + (1 - self.beta_1) * dW)
        if self.first == "direction":
            scope.update(m, self.beta_2 * m + (1 - self.beta_2) * dW)
        return new


@dataclass(frozen=True)
class Swap:
    """Two states that change places, and a parameter that uses both as they were."""

    learning_rate: float = 0.1

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        a, b = scope.state("a"), scope.state("b", initial=1.0)
        scope.update(a, b)
        scope.update(b, a + dW)
        return W - self.learning_rate * (a + 2 * b) * dW


@dataclass(frozen=True)
class WeightBeforeState:
    """The state keeps the parameter as it was before the step."""

    learning_rate: float = 0.1

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        old = scope.state("old")
        new = W - self.learning_rate * dW + 0.1 * (W - old)
        scope.update(old, W)
        return new


class Plain:
    """No dataclass: its numbers stand in the text."""

    def update(self, W: Value, dW: Value, scope: Any) -> Value:
        return W - 0.1 * dW


def root_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    s = state["s"] = 0.9 * state.get("s", np.zeros_like(W)) + (1 - 0.9) * dW**2
    return W - 0.01 * dW / (np.sqrt(s) + 1e-7)


def accumulating_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    a = state["a"] = state.get("a", np.full_like(W, 0.5)) + dW**2
    return W - 0.1 * dW / np.sqrt(a)


def normalized_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    return W - 0.05 * dW / np.sqrt((dW**2).sum() + 1e-12)


def sign_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    m = state.get("m", np.zeros_like(W))
    c = 0.9 * m + (1 - 0.9) * dW
    state["m"] = 0.99 * m + (1 - 0.99) * dW
    return W - 0.01 * np.sign(c)


def swap_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    a, b = state.get("a", np.zeros_like(W)), state.get("b", np.ones_like(W))
    state["a"], state["b"] = b, a + dW
    return W - 0.1 * (a + 2 * b) * dW


def before_by_hand(W: Array, dW: Array, state: State, t: int) -> Array:
    old, state["old"] = state.get("old", np.zeros_like(W)), W
    return W - 0.1 * dW + 0.1 * (W - old)


USERS: dict[str, tuple[Any, Callable[..., Array]]] = {
    "root mean square": (RootMeanSquare(), root_by_hand),
    "accumulating": (Accumulating(), accumulating_by_hand),
    "normalized": (NormalizedSGD(), normalized_by_hand),
    "sign, direction first": (SignOfMomentum(), sign_by_hand),
    "sign, momentum first": (SignOfMomentum(first="momentum"), sign_by_hand),
    "swap": (Swap(), swap_by_hand),
    "weight before": (WeightBeforeState(), before_by_hand),
    "no dataclass": (Plain(), lambda W, dW, state, t: W - 0.1 * dW),
}


@pytest.mark.parametrize("name", USERS)
@pytest.mark.parametrize("most", [8, 0], ids=["lines", "loop"])
def test_a_users_optimizer(name: str, most: int):
    optimizer, by_hand = USERS[name]
    assert_trained(trained(optimizer, most), train_by_hand(by_hand))


@pytest.mark.parametrize("name", USERS)
def test_a_users_optimizer_keeps_float32(name: str):
    assert foreign_dtypes(model_of(USERS[name][0], "float32").trace(X, Y), "float32") == {}


def test_both_orders_give_the_same_bits():
    other = trained(SignOfMomentum(first="momentum"))
    assert_trained(trained(SignOfMomentum()), other.parameters, rtol=0)


def test_what_is_called_the_same_in_optimizer_and_regularizer_stays_apart():
    @dataclass(frozen=True)
    class Decayed:
        l2: float = 0.3

        def update(self, W: Value, dW: Value, scope: Any) -> Value:
            return W - self.l2 * dW

    model = sw.Sequential([sw.Dense(5, "tanh"), sw.Dense(3)], input_shape=4)
    model.compile("mean_squared_error", Decayed(), regularizer=sw.L2(0.1), dtype="float64", seed=0)
    trace = model.trace(X, Y)
    change = trace["b2"] - trace.updated["b2"]
    np.testing.assert_allclose(change, 0.3 * trace["db2"], rtol=1e-12)


# ---- refusals ----
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("descent", "one of SGD, Adam, AdamW, Adamax, Nadam, AdaGrad, RMSProp, AdaDelta, Lion"),
        ("Adm", "did you mean 'Adam'"),
        (sw.Adam, r"give an instance: sw\.Adam\(\)"),
        (None, "got None"),
        (0.1, "got 0.1"),
    ],
)
def test_unknown_optimizers(given: Any, message: str):
    with pytest.raises(DescriptionError, match=f"optimizer expects .*{message}"):
        model_of(given)


@pytest.mark.parametrize("name", optimizers.OPTIMIZERS)
def test_a_name_means_the_defaults(name: str):
    assert optimizers.optimizer(name.lower()) == getattr(sw, name)()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sw.SGD(0), "SGD expects a finite number learning_rate > 0, got learning_rate=0;"),
        (lambda: sw.SGD(-0.1), "learning_rate=-0.1"),
        (lambda: sw.SGD(float("nan")), "learning_rate=nan"),
        (lambda: sw.SGD(float("inf")), "learning_rate=inf"),
        (lambda: sw.SGD("0.1"), "learning_rate='0.1'"),
        (lambda: sw.SGD(True), "learning_rate=True"),
        (lambda: sw.SGD(sw.Dropout(0.5)), r"or a schedule, got learning_rate=Dropout.*CosineDecay"),
        (lambda: sw.Adam(None), "Adam expects .* or a schedule, got learning_rate=None"),
        (lambda: sw.Lion(lambda epoch: 0.1), r"a dataclass with rate\(self, t, epoch\)"),
        (lambda: sw.SGD(sw.ExponentialDecay), r"give an instance: sw\.ExponentialDecay\(\.\.\.\)"),
        (lambda: sw.Adam(sw.ExponentialDecay), "Adam expects .* or a schedule"),
        (lambda: sw.SGD(0.1, momentum=1), "SGD expects 0 <= momentum < 1, got momentum=1;"),
        (lambda: sw.SGD(0.1, momentum=-0.1), "momentum=-0.1"),
        (lambda: sw.SGD(0.1, nesterov=True), "momentum > 0 with nesterov=True"),
        (lambda: sw.Adam(0), "Adam expects a finite number learning_rate > 0"),
        (lambda: sw.Adam(beta_1=1.0), "0 <= beta_1 < 1"),
        (lambda: sw.Adam(beta_2=1.5), "0 <= beta_2 < 1"),
        (lambda: sw.Adam(epsilon=0), "a finite number epsilon > 0"),
        (lambda: sw.SGD(0.1, 0.5, nesterov="yes"), "nesterov True or False, got nesterov='yes'"),
        (lambda: sw.SGD(0.1, rate_in_velocity=True), "momentum > 0 with rate_in_velocity=True"),
        (lambda: sw.Adam(epsilon_hat=1), "epsilon_hat True or False, got epsilon_hat=1"),
        (lambda: sw.Adam(amsgrad=None), "amsgrad True or False"),
        (lambda: sw.AdamW(weight_decay=-0.1), "AdamW expects a finite number weight_decay >= 0"),
        (lambda: sw.Adamax(beta_2=1), "Adamax expects 0 <= beta_2 < 1, got beta_2=1"),
        (lambda: sw.Nadam(momentum_decay=0), "Nadam expects a finite number momentum_decay > 0"),
        (lambda: sw.AdaGrad(initial_sum=-1), "AdaGrad expects a finite number initial_sum >= 0"),
        (lambda: sw.RMSProp(rho=1.5), "RMSProp expects 0 <= rho < 1, got rho=1.5"),
        (lambda: sw.RMSProp(momentum=1), "RMSProp expects 0 <= momentum < 1"),
        (lambda: sw.AdaDelta(epsilon="small"), "AdaDelta expects .* epsilon > 0, got epsilon='sm"),
        (lambda: sw.Lion(1e-3, beta_1=-1), "Lion expects 0 <= beta_1 < 1"),
        (lambda: sw.Adam(clip_norm=-1), "Adam expects a finite number clip_norm >= 0"),
        (lambda: sw.Lion(clip_value=float("inf")), "Lion expects a finite number clip_value >= 0"),
        (lambda: sw.Adam(clip_norm=True), "clip_norm=True"),
        (lambda: sw.SGD(0.1, 0.9, False, False, 1.0), "SGD expects"),
    ],
)
def test_settings_out_of_range(make: Callable[[], object], message: str):
    with pytest.raises(DescriptionError, match=message):
        make()


@pytest.mark.parametrize("case", OPTIMIZERS, ids=str)
def test_it_goes_downhill(case: OptimizerCase):
    model = model_of(case.optimizer)
    history = model.fit(X, Y, batch_size=None, epochs=40, shuffle=False, verbose=0)
    assert history["loss"][-1] < 0.95 * history["loss"][0]
