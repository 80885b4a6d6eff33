"""accuracy, by hand for every family of targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.metrics import METRICS, metrics
from tests.training import refused


def accuracy(loss: str, logits: Any, targets: Any) -> float:
    """Of a network that returns its input: the rows are the logits."""
    Z = np.asarray(logits, float)
    model = sw.Sequential([sw.Dense(Z.shape[1], use_bias=False)], input_shape=Z.shape[1])
    model.compile(loss, metrics=["accuracy"], dtype="float64", seed=0)
    model["W1"] = np.eye(Z.shape[1])
    return float(model.evaluate(Z, targets)["accuracy"])


CE, BCE, MSE = "cross_entropy", "binary_cross_entropy", "mean_squared_error"
THREE = [[3, 1, 2], [0, 5, 4], [1, 2, 9], [7, 0, 0]]  # the largest: 0, 1, 2, 0
ROWS: dict[str, tuple[str, Any, Any, float]] = {
    "classes": (CE, THREE, [0, 1, 2, 0], 1.0),
    "classes, one wrong": (CE, THREE, [0, 1, 2, 1], 0.75),
    "classes as a column": (CE, THREE, [[0], [2], [2], [1]], 0.5),
    "one-hot": (CE, THREE, np.eye(3)[[0, 1, 0, 0]], 0.75),
    "probabilities": (CE, THREE, [[0.6, 0.4, 0]] * 4, 0.5),
    "a tie goes to the first": (CE, [[1, 1], [2, 2]], [0, 1], 0.5),
    "one answer, threshold 0 of the logit": (BCE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0], 0.75),
    "exactly one half is no": (BCE, [[0], [0]], [0, 1], 0.5),
    "several answers must all be right": (
        BCE, [[1, -1], [1, 1], [-1, -1]], [[1, 0], [1, 0], [0, 0]], 2 / 3,
    ),
    "one number, threshold one half": (MSE, [[0.4], [0.6], [0.2], [0.9]], [0, 1, 1, 1], 0.75),
    "several numbers": (MSE, THREE, np.eye(3)[[0, 1, 0, 1]], 0.5),
}  # fmt: skip


@pytest.mark.parametrize(("loss", "logits", "targets", "share"), ROWS.values(), ids=ROWS)
def test_accuracy(loss: str, logits: Any, targets: Any, share: float) -> None:
    assert accuracy(loss, logits, targets) == pytest.approx(share)


@pytest.mark.parametrize(("loss", "logits", "targets"), [(CE, THREE, [0, 1, 2, 1]), (
    BCE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0])])  # fmt: skip
def test_accuracy_is_the_share_of_right_classes(loss: str, logits: Any, targets: Any) -> None:
    """What the metric calls right is what predict_classes says."""
    Z = np.asarray(logits, float)
    model = sw.Sequential([sw.Flatten()], input_shape=Z.shape[1])
    model.compile(loss, metrics=["accuracy"], seed=0)
    share = np.mean(model.predict_classes(Z) == np.asarray(targets))
    assert model.evaluate(Z, targets)["accuracy"] == pytest.approx(share)


@pytest.mark.parametrize(
    ("given", "names"),
    [(None, ()), ((), ()), ("accuracy", ("accuracy",)), (["accuracy"], ("accuracy",))],
)
def test_forms(given: Any, names: tuple[str, ...]) -> None:
    assert metrics(given) == names


@pytest.mark.parametrize("given", ["loss", ["accuracy", "f1"], 3, [None], [["accuracy"]]], ids=repr)
def test_unknown(given: Any) -> None:
    refused(lambda: metrics(given), ValueError, *METRICS)


def test_a_metric_given_twice_is_one() -> None:
    assert metrics(["accuracy", "accuracy"]) == ("accuracy",)


@pytest.mark.parametrize("given", ["acc", ["Acc"], ["categorical_accuracy"]], ids=repr)
def test_what_others_call_it(given: Any) -> None:
    refused(lambda: metrics(given), ValueError, "did you mean 'accuracy'?")
