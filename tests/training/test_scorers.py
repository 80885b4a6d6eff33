"""scikit-learn's scorers by name: for validation and evaluate, with its own numbers."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.training.scorers import chosen
from tests.training import Array, everything, refused

metrics = pytest.importorskip("sklearn.metrics")

ROWS = 40
RNG = np.random.default_rng(0)
X = RNG.normal(size=(ROWS, 3))
CLASSES, ANSWERS = np.arange(ROWS) % 3, np.arange(ROWS) % 2
SEVERAL, NUMBERS = (X > 0).astype(int), X @ [1.0, 2.0, 3.0]


def model(loss: Any, units: int, *scorers: Any) -> sw.Sequential:
    network = sw.Sequential([sw.Dense(units)], input_shape=3)
    network.compile(loss, sw.SGD(0.1), metrics=scorers, seed=0)
    return network


def renormalized(P: Array) -> Array:
    return P.astype(float) / P.astype(float).sum(axis=1, keepdims=True)


CASES: dict[str, tuple[Any, int, Array, str, Any]] = {
    "several classes": (
        "cross_entropy", 3, CLASSES, "f1_macro",
        lambda P: metrics.f1_score(CLASSES, P.argmax(1), average="macro"),
    ),
    "one-hot rows": (
        "cross_entropy", 3, np.eye(3)[CLASSES], "balanced_accuracy",
        lambda P: metrics.balanced_accuracy_score(CLASSES, P.argmax(1)),
    ),
    "probabilities of several classes": (
        "cross_entropy", 3, CLASSES, "roc_auc_ovr",
        lambda P: metrics.roc_auc_score(CLASSES, renormalized(P), multi_class="ovr"),
    ),
    "probabilities of two classes": (
        "cross_entropy", 2, ANSWERS, "roc_auc",
        lambda P: metrics.roc_auc_score(ANSWERS, P[:, 1]),
    ),
    "two classes": (
        "cross_entropy", 2, ANSWERS, "f1", lambda P: metrics.f1_score(ANSWERS, P.argmax(1)),
    ),
    "one answer": (
        "binary_cross_entropy", 1, ANSWERS, "f1",
        lambda P: metrics.f1_score(ANSWERS, P[:, 0] > 0.5),
    ),
    "probabilities of one answer": (
        "binary_cross_entropy", 1, ANSWERS, "neg_log_loss",
        lambda P: -metrics.log_loss(ANSWERS, P[:, 0].astype(float)),
    ),
    "several answers": (
        "binary_cross_entropy", 3, SEVERAL, "f1_micro",
        lambda P: metrics.f1_score(SEVERAL, P > 0.5, average="micro"),
    ),
    "probabilities of several answers": (
        "binary_cross_entropy", 3, SEVERAL, "average_precision",
        lambda P: metrics.average_precision_score(SEVERAL, P),
    ),
    "a hinge's answers": (
        "hinge", 1, 2 * ANSWERS - 1, "f1", lambda P: metrics.f1_score(ANSWERS, P[:, 0] > 0),
    ),
    "a hinge's distances": (
        "hinge", 1, ANSWERS, "roc_auc", lambda P: metrics.roc_auc_score(ANSWERS, P[:, 0]),
    ),
    "a hinge's two classes": (
        "categorical_hinge", 2, ANSWERS, "roc_auc",
        lambda P: metrics.roc_auc_score(ANSWERS, P[:, 1] - P[:, 0]),
    ),
    "a number": (
        "huber", 1, NUMBERS, "neg_median_absolute_error",
        lambda P: -metrics.median_absolute_error(NUMBERS, P[:, 0]),
    ),
    "several numbers": (
        "mean_squared_error", 3, X, "explained_variance",
        lambda P: metrics.explained_variance_score(X, P),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("loss", "units", "y", "scorer", "formula"), CASES.values(), ids=CASES)
def test_scorers(loss: str, units: int, y: Array, scorer: str, formula: Any) -> None:
    network = model(loss, units, scorer)
    history = network.fit(X, y, epochs=2, verbose=0, validation_data=(X, y))
    expected = formula(network.predict(X))
    assert network.evaluate(X, y)[scorer] == pytest.approx(expected, rel=1e-5)
    assert history[f"val_{scorer}"][-1] == pytest.approx(expected, rel=1e-5)
    assert scorer not in history  # nothing is computed in the steps


@pytest.mark.parametrize(
    ("loss", "raw", "y"),
    [
        ("cross_entropy", [[0.0, 20], [0, 19], [20, 0], [0, 18]], [0, 1, 0, 1]),
        ("binary_cross_entropy", [[20.0], [19], [-20], [18]], [0, 1, 0, 1]),
    ],
)
def test_probabilities_do_not_saturate(loss: str, raw: Any, y: Any) -> None:
    """Of float32 they would be 1 for three of these rows."""
    Z = np.array(raw)
    network = sw.Sequential([sw.Dense(Z.shape[1], use_bias=False)], input_shape=Z.shape[1])
    network.compile(loss, metrics=["neg_log_loss", "roc_auc"], seed=0)
    network["W1"] = np.eye(Z.shape[1])
    result = network.evaluate(Z, np.array(y))
    assert result["neg_log_loss"] == pytest.approx(-result["loss"], rel=1e-6)
    order = Z[:, -1] - (Z[:, 0] if Z.shape[1] == 2 else 0)
    assert result["roc_auc"] == metrics.roc_auc_score(y, order)


def test_a_link_of_ones_own() -> None:
    def halves(Z: Any) -> Any:
        return 0.5 + Z / (2 * (1 + abs(Z)))

    own = sw.losses.Loss(lambda Z, Y: ((Z - Y) ** 2).sum(axis=1), halves, answers=True)
    network = model(own, 1, "f1")
    network.fit(X, ANSWERS, epochs=1, verbose=0)
    P = network.predict(X)[:, 0]
    assert network.evaluate(X, ANSWERS)["f1"] == metrics.f1_score(ANSWERS, P > 0.5)
    assert (network.predict_classes(X) == (P > 0.5)).all()


def test_words_as_labels() -> None:
    names = np.array(["no", "yes"])[ANSWERS]
    network = model("binary_cross_entropy", 1, "f1", "accuracy")
    network.fit(X, names, epochs=1, verbose=0)
    result = network.evaluate(X, names)
    assert result.names == ("loss", "accuracy", "f1")
    expected = metrics.f1_score(names, network.predict_classes(X), pos_label="yes")
    assert result["f1"] == pytest.approx(expected)


def test_they_stand_in_the_description_but_not_in_the_program() -> None:
    network = model("cross_entropy", 3, "f1_macro", "accuracy")
    assert 'metrics=["accuracy", "f1_macro"]' in repr(network)
    assert "f1_macro" not in network.source("evaluate")


def test_ours_come_first() -> None:
    """accuracy and r2 are names of both."""
    assert [x.name for x in chosen(["accuracy", "r2"])[0]] == ["accuracy", "r2"]
    assert chosen(["f1", "f1"])[1] == ("f1",)


@pytest.mark.parametrize(
    ("loss", "units", "y", "scorer", "words"),
    [
        ("cross_entropy", 3, CLASSES, "roc_auc", ("multi_class must be in", '"roc_auc_ovr"')),
        ("cross_entropy", 3, CLASSES, "precision", ("ValueError", "3 classes", "_macro")),
        ("mean_squared_error", 1, NUMBERS, "f1", ("ValueError", "choose another scorer")),
        ("cross_entropy", 2, 0 * ANSWERS, "roc_auc", ("one class", "rows of every class")),
        ("cross_entropy", 2, 0 * ANSWERS, "neg_log_loss", ("ValueError",)),
    ],
)
def test_a_scorer_that_fails_says_so_before_training(
    loss: str, units: int, y: Array, scorer: str, words: tuple[str, ...]
) -> None:
    network = model(loss, units, scorer)
    before = everything(network)
    words = (f"scorer {scorer}", *words)
    refused(lambda: network.evaluate(X, y), ValueError, "evaluate", *words)
    refused(
        lambda: network.fit(X, y, verbose=0, validation_data=(X, y)), ValueError,
        "fit(validation_data)", *words,
    )  # fmt: skip
    assert everything(network) == before


def test_a_number_that_is_not_defined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "get_scorer", lambda name: lambda *given: np.nan)
    network = model("cross_entropy", 3, "f1_macro")
    refused(lambda: network.evaluate(X, CLASSES), ValueError, "scorer f1_macro", "nan")


@pytest.mark.parametrize(
    ("given", "near"), [("f1_makro", "f1_macro"), ("roc_auc_our", "roc_auc_ovr")]
)
def test_the_nearest_of_both(given: str, near: str) -> None:
    refused(lambda: chosen(given), ValueError, f"did you mean {near!r}?", "accuracy", "scorer of")


def test_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    real = builtins.__import__

    def missing(name: str, *given: Any, **settings: Any) -> Any:
        if name.partition(".")[0] == "sklearn":
            raise ImportError(name)
        return real(name, *given, **settings)

    monkeypatch.setattr(builtins, "__import__", missing)
    refused(lambda: chosen("f1_macro"), ValueError, "pip install scikit-learn")
    refused(lambda: chosen("acuracy"), ValueError, "did you mean 'accuracy'?")
    assert chosen("accuracy")[0]
