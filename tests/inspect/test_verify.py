"""verify: right networks pass, a rule wrong by 0.1 % does not, and a kink is called a kink."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest

import scratchwork as sw
from tests.networks import NETWORKS, Network
from tests.training import classifier, refused, rows, snapshot

verify_module = importlib.import_module("scratchwork.inspect.verify")
Value = sw.Value


# ---- right networks ----
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_right_networks_pass(network: Network, dtype: Literal["float32", "float64"]) -> None:
    model = network.model(dtype)
    X, y = network.data()
    result = model.verify(X[:8], y[:8])
    assert result, repr(result)
    assert set(result.errors) == {*trained(model), "all together"}
    assert max(result.errors.values()) <= 1e-6
    assert [check.verdict for check in result.checks] == ["passed"] * len(result.checks)


def trained(model: sw.Sequential) -> set[str]:
    """The parameters with a gradient line in the program."""
    source = model.source()
    return {name for name in model.parameters if f" d{name} = " in source}


def test_a_convnet_on_blank_images_passes() -> None:
    """Most windows of MNIST are blank and sit on relu's kink: the jitter moves them off it."""
    model = sw.Sequential(
        [
            sw.Conv2D(3, 3, activation="relu"), sw.BatchNorm(), sw.MaxPool2D(2), sw.Flatten(),
            sw.Dropout(0.3), sw.Dense(3),
        ],
        input_shape=(8, 8, 1),
    )  # fmt: skip
    model.compile("cross_entropy", seed=0)
    images = np.zeros((6, 8, 8, 1))
    images[:, 3:5, 3:5] = np.random.default_rng(0).uniform(size=(6, 2, 2, 1))
    assert model.verify(images, np.arange(6) % 3)


def test_after_training_too() -> None:
    X, y = rows(40)
    model = classifier(sw.Dense(6, activation="relu"), sw.Dropout(0.2), regularizer=sw.L2(0.1))
    model.fit(X, y, epochs=20)
    assert model.verify(X, y)


def test_up_to_50_entries_of_each_parameter_and_three_directions() -> None:
    rng = np.random.default_rng(0)
    model = sw.Sequential([sw.Dense(9, activation="tanh"), sw.Dense(2)], input_shape=20)
    model.compile("cross_entropy", seed=0)
    result = model.verify(rng.normal(size=(4, 20)), [0, 1, 0, 1])
    found = {check.name: check.entries for check in result.checks}
    assert found == {"W1": 50, "b1": 9, "W2": 18, "b2": 2, "all together": 3}


def test_the_model_is_not_changed() -> None:
    X, y = rows()
    model = classifier(sw.Dropout(0.5), sw.BatchNorm(), optimizer="Adam")
    model.fit(X, y, epochs=2)
    before = snapshot(model)
    assert repr(model.verify(X, y)) == repr(model.verify(X, y))
    assert snapshot(model) == before


# ---- wrong rules ----
@sw.composite(vjp=lambda dA, A, Z: (1.001 * dA * (1 - A**2),))
def tanh_wrong_by_a_thousandth(Z: Value) -> Value:
    return np.tanh(Z)  # type: ignore[call-overload, no-any-return] # recorded


@sw.composite(vjp=lambda dA, A, Z: (dA * Z,))
def square_without_its_factor(Z: Value) -> Value:
    return Z * Z


@sw.composite(vjp=lambda dA, A, Z: (-dA * (1 - A**2),))
def tanh_with_a_wrong_sign(Z: Value) -> Value:
    return np.tanh(Z)  # type: ignore[call-overload, no-any-return] # recorded


@sw.composite(vjp=lambda dA, A, Z: (0 * dA,))
def tanh_without_gradient(Z: Value) -> Value:
    return np.tanh(Z)  # type: ignore[call-overload, no-any-return] # recorded


@sw.composite(vjp=lambda dA, A, Z: (dA * (1 - A**2) * (Z - Z) / (Z - Z),))
def tanh_with_nan_gradient(Z: Value) -> Value:
    return np.tanh(Z)  # type: ignore[call-overload, no-any-return] # recorded


@sw.composite(vjp=lambda dA, A, Z: (dA / (Z - Z),))
def doubled_with_infinite_gradient(Z: Value) -> Value:
    return 2 * Z


WRONG = [
    tanh_wrong_by_a_thousandth,
    square_without_its_factor,
    tanh_with_a_wrong_sign,
    tanh_without_gradient,
    tanh_with_nan_gradient,
    doubled_with_infinite_gradient,
]


@pytest.mark.parametrize("rows_number", [6, 300])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("activation", WRONG, ids=lambda f: f.__name__)
def test_a_wrong_rule_is_wrong_and_named(
    activation: Callable[[Value], Value], reduction: str, rows_number: int
) -> None:
    """The parameters before the rule are named, and not those behind it."""
    X, y = rows(rows_number)
    model = classifier(
        sw.Dense(5, activation=activation), sw.Dense(6, activation="tanh"), reduction=reduction
    )
    result = model.verify(X, y)
    assert not result
    assert not result.passed
    verdicts = {check.name: check.verdict for check in result.checks}
    assert verdicts == {
        "W1": "WRONG", "b1": "WRONG", "W2": "passed", "b2": "passed", "W3": "passed",
        "b3": "passed", "all together": "WRONG",
    }  # fmt: skip
    assert repr(result).splitlines()[-1] == "WRONG: W1, b1, all together"
    assert result.errors["W1"] > 1e-4


def test_an_error_of_a_thousandth_is_measured_as_such() -> None:
    X, y = rows()
    errors = classifier(sw.Dense(5, activation=tanh_wrong_by_a_thousandth)).verify(X, y).errors
    assert errors["W1"] == pytest.approx(1e-3, rel=0.01)
    assert errors["W2"] < 1e-7


def test_a_wrong_rule_of_a_users_layer() -> None:
    class Scaled:
        def build(self, x: Value, scope: sw.Scope) -> Value:
            s = scope.parameter("s", x.shape[-1:], sw.Constant(1.0))
            return scaled(x, s)

    @sw.composite(vjp=lambda dA, A, x, s: (dA * s, (dA * x * 2).sum(axis=0)))
    def scaled(x: Value, s: Value) -> Value:
        return x * s

    X, y = rows()
    result = classifier(sw.Dense(5), Scaled()).verify(X, y)
    assert [c.name for c in result.checks if c.verdict == "WRONG"] == ["s2", "all together"]


# ---- kinks ----
def at_a_kink(activation: Any, monkeypatch: pytest.MonkeyPatch) -> sw.Sequential:
    """Without jitter, zero inputs and a zero bias put every Z1 exactly on the kink."""
    monkeypatch.setattr(verify_module, "JITTER", 0.0)
    return classifier(sw.Dense(5, activation=activation), dtype="float64")


@pytest.mark.parametrize("activation", ["relu", abs], ids=["relu", "abs"])
def test_a_kink_is_reported_and_does_not_pass(
    activation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, y = rows(8)
    result = at_a_kink(activation, monkeypatch).verify(np.zeros((8, 3)), y)
    bias = next(check for check in result.checks if check.name == "b1")
    assert (bias.entries, bias.kinks, bias.verdict) == (5, 5, "undecided")
    assert not result
    assert "every entry of b1" in repr(result).splitlines()[-1]
    assert "kink" in repr(result).splitlines()[-1]


def test_one_entry_at_a_kink_is_counted_and_the_others_decide(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, y = rows(8)
    model = at_a_kink("relu", monkeypatch)
    model["b1"] = [0.3, 0.0, -0.2, 0.1, 0.4]
    result = model.verify(np.zeros((8, 3)), y)
    bias = next(check for check in result.checks if check.name == "b1")
    assert (bias.entries, bias.kinks, bias.verdict) == (5, 1, "passed")


def test_a_kink_within_the_step_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a step away from it the difference is as wrong as on it."""
    _, y = rows(8)
    model = at_a_kink("relu", monkeypatch)
    model["b1"] = np.full(5, verify_module.STEP / 2)
    result = model.verify(np.zeros((8, 3)), y)
    assert next(check.kinks for check in result.checks if check.name == "b1") == 5


def test_a_wrong_rule_at_a_kink_is_wrong_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinks excuse their own entries and no others."""

    @sw.composite(vjp=lambda dA, A, Z: (1.001 * dA * (Z > 0),))
    def wrong(Z: Value) -> Value:
        return sw.activations.relu(Z)

    _, y = rows(8)
    model = at_a_kink(wrong, monkeypatch)
    model["b1"] = [0.3, 0.0, -0.2, 0.1, 0.4]
    bias = next(c for c in model.verify(np.zeros((8, 3)), y).checks if c.name == "b1")
    assert bias.verdict == "WRONG"


def test_with_the_jitter_zero_rows_are_no_kink() -> None:
    _, y = rows(8)
    result = classifier(dtype="float64").verify(np.zeros((8, 3)), y)
    assert result
    assert {check.kinks for check in result.checks} == {0}


# ---- what it says ----
def test_repr_is_a_table_with_a_verdict() -> None:
    X, y = rows()
    head, *lines, end = repr(classifier().verify(X, y)).splitlines()
    assert head.split() == [
        "parameter",
        "entries",
        "at",
        "a",
        "kink",
        "largest",
        "error",
        "verdict",
    ]
    assert [line.split()[0] for line in lines] == ["W1", "b1", "W2", "b2", "all"]
    assert all(line.endswith("  passed") for line in lines)
    assert end == "gradients agree to 1e-06"
    assert max(map(len, [head, *lines])) <= 100


def test_frozen_parameters_are_not_checked() -> None:
    X, y = rows()
    result = classifier(sw.Dense(5, activation="relu", trainable=False)).verify(X, y)
    assert result
    assert list(result.errors) == ["W2", "b2", "all together"]


def test_nothing_to_check() -> None:
    X, y = rows(classes=3)
    model = sw.Sequential([sw.Rescale(0.5)], input_shape=3)
    model.compile("cross_entropy", seed=0)
    result = model.verify(X, y)
    assert result.errors == {}
    assert "nothing to check" in repr(result)


def test_a_loss_that_is_not_finite_is_refused() -> None:
    X, y = rows()
    model = classifier(sw.Dense(5, activation=lambda Z: Z / (Z - Z)))
    refused(lambda: model.verify(X, y), FloatingPointError, "verify", "finite loss", "trace(X, y)")
