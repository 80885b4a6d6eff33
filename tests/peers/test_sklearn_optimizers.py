"""scikit-learn's forms of momentum and Adam, against the optimizers behind MLPClassifier."""

from __future__ import annotations

from typing import Any

import pytest

import scratchwork as sw
from tests.test_optimizers import START, STEPS, gradients_by_hand, trained

from .compare import ONE_STEP, assert_near
from .peer import require

require("sklearn")

from sklearn.neural_network._stochastic_optimizers import (  # noqa: E402
    AdamOptimizer,
    SGDOptimizer,
)

FORMS: dict[str, tuple[Any, Any]] = {
    "momentum": (
        sw.SGD(0.05, momentum=0.9, rate_in_velocity=True),
        lambda p: SGDOptimizer(p, learning_rate_init=0.05, momentum=0.9, nesterov=False),
    ),
    "nesterov": (
        sw.SGD(0.05, momentum=0.9, nesterov=True, rate_in_velocity=True),
        lambda p: SGDOptimizer(p, learning_rate_init=0.05, momentum=0.9),
    ),
    "adam": (sw.Adam(epsilon_hat=True), AdamOptimizer),
    "adam, settings": (
        sw.Adam(0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3, epsilon_hat=True),
        lambda p: AdamOptimizer(p, 0.02, beta_1=0.8, beta_2=0.9, epsilon=1e-3),
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_twenty_steps_are_those_of_scikit_learn(name: str) -> None:
    ours, make = FORMS[name]
    parameters = {name: W.copy() for name, W in START.items()}
    optimizer = make(list(parameters.values()))
    for _ in range(STEPS):
        gradients = gradients_by_hand(parameters)
        optimizer.update_params(list(parameters.values()), list(gradients.values()))
    for array, W in parameters.items():
        assert_near(trained(ours)[array], W, ONE_STEP, array)


def test_the_forms_are_not_pytorchs() -> None:
    """Their epsilon counts for more in the first steps."""
    one, other = sw.Adam(epsilon=1e-3), sw.Adam(epsilon=1e-3, epsilon_hat=True)
    assert abs(trained(one)["W1"] - trained(other)["W1"]).max() > 1e-4
