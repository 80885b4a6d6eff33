"""Names that users give: none of them breaks a program, whatever else is called so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.initializers import INITIALIZERS
from scratchwork.program.update import RuleScope

X = np.random.default_rng(0).normal(size=(20, 3))
Y = X[:, :1]


@dataclass(frozen=True)
class Odd:
    """An optimizer whose settings are called like things of the program."""

    n: float = 0.1
    loss: float = 0.5
    X: float = 2.0

    def update(self, W: sw.Value, dW: sw.Value, scope: RuleScope) -> sw.Value:
        return W - self.n * self.loss * self.X * dW


def test_settings_called_n_and_loss_are_settings() -> None:
    plain, odd = sw.Sequential([sw.Dense(1)], 3), sw.Sequential([sw.Dense(1)], 3)
    plain.compile("mean_squared_error", sw.SGD(0.1), dtype="float64", seed=0)
    odd.compile("mean_squared_error", Odd(), dtype="float64", seed=0)
    first, second = plain.fit(X, Y, epochs=2), odd.fit(X, Y, epochs=2)
    assert second["loss"] == pytest.approx(first["loss"], rel=1e-12)


def test_a_draw_beside_a_setting_called_n() -> None:
    model = sw.Sequential([sw.Dropout(0.5), sw.Dense(1)], 3)
    model.compile("mean_squared_error", Odd(), seed=0)
    assert model.trace(X, Y)["M0"].shape == (20, 3)


def test_a_value_called_loss_is_not_the_loss() -> None:
    def squared(Z: sw.Value, Y: sw.Value) -> sw.Value:
        return ((Z - Y) ** 2).mean(axis=1).named("loss")

    model = sw.Sequential([sw.Dense(1)], 3)
    model.compile(squared, metrics=["accuracy"], seed=0)
    assert list(model.fit(X > 0, Y > 0, epochs=1)) == ["loss", "accuracy"]


class Named:
    """Parameters called like what the initializers compute, and one that is a single number."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        a = scope.parameter("alpha", (), sw.Constant(0.25))
        V = scope.parameter("stddev", (3, 1), INITIALIZERS["he_normal"])
        W = scope.parameter("limit", (3, 1), INITIALIZERS["he_uniform"])
        return x @ V * a + x @ W


def test_parameters_called_like_an_initializers_values() -> None:
    model = sw.Sequential([Named()], 3)
    model.compile("mean_squared_error", dtype="float64", seed=0)
    model.fit(X, Y, epochs=1)
    assert list(model.parameters) == ["alpha1", "stddev1", "limit1"]
    assert model["alpha1"].shape == ()
    assert model.verify(X, Y).passed


@dataclass(frozen=True)
class Rated:
    """A parameter of the name that Dropout gives its setting."""

    numbered: ClassVar[bool] = False

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return x * scope.parameter("rate", (3,), sw.Constant(3.0))


def test_a_parameter_beside_a_setting_of_its_name() -> None:
    model = sw.Sequential([sw.Dropout(0.5), Rated()], 3)
    model.compile("mean_squared_error", sw.SGD(0.1), seed=0)
    model.fit(X, X, epochs=1)
    assert np.isfinite(model.predict(X)).all()
