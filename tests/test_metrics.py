"""Metrics of the program: by hand for every family of targets, in steps, and their refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.metrics import METRICS
from scratchwork.training.scorers import chosen
from tests.training import refused

CE, BCE, MSE = "cross_entropy", "binary_cross_entropy", "mean_squared_error"
HINGE, MAE, R2 = "hinge", "mean_absolute_error", "r2"
THREE = [[3, 1, 2], [0, 5, 4], [1, 2, 9], [7, 0, 0]]  # the largest: 0, 1, 2, 0
PROBABLY = [[0.6, 0.4, 0]] * 4


def identity(width: int, loss: Any, metrics: Any, dtype: Any = "float64") -> sw.Sequential:
    """A network that returns its input: the rows are the raw output."""
    model = sw.Sequential([sw.Dense(width, use_bias=False)], input_shape=width)
    model.compile(loss, sw.SGD(1e-30), metrics=metrics, dtype=dtype, seed=0)
    model["W1"] = np.eye(width)
    return model


def measured(metric: Any, loss: Any, raw: Any, targets: Any) -> float:
    """A metric of these raw outputs."""
    Z = np.asarray(raw, float)
    return float(identity(Z.shape[1], loss, [metric]).evaluate(Z, targets)[1])


# ---- classes ----
ACCURACY: dict[str, tuple[str, Any, Any, float]] = {
    "classes": (CE, THREE, [0, 1, 2, 0], 1.0),
    "classes, one wrong": (CE, THREE, [0, 1, 2, 1], 0.75),
    "classes as a column": (CE, THREE, [[0], [2], [2], [1]], 0.5),
    "one-hot": (CE, THREE, np.eye(3)[[0, 1, 0, 0]], 0.75),
    "probabilities": (CE, THREE, PROBABLY, 0.5),
    "a tie goes to the first": (CE, [[1, 1], [2, 2]], [0, 1], 0.5),
    "categorical_hinge": ("categorical_hinge", THREE, [0, 1, 2, 1], 0.75),
    "one answer, threshold 0 of the logit": (BCE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0], 0.75),
    "exactly one half is no": (BCE, [[0], [0]], [0, 1], 0.5),
    "hinge, threshold 0": (HINGE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0], 0.75),
    "hinge, -1 and 1": (HINGE, [[0.1], [-0.1], [3], [-3]], [1, -1, -1, -1], 0.75),
    "several answers must all be right": (
        BCE, [[1, -1], [1, 1], [-1, -1]], [[1, 0], [1, 0], [0, 0]], 2 / 3,
    ),
    "several answers of a hinge": (
        HINGE, [[1, -1], [1, 1], [-1, -1]], [[1, 0], [1, 0], [0, 0]], 2 / 3,
    ),
    "one number, threshold one half": (MSE, [[0.4], [0.6], [0.2], [0.9]], [0, 1, 1, 1], 0.75),
    "several numbers": (MSE, THREE, np.eye(3)[[0, 1, 0, 1]], 0.5),
}  # fmt: skip


def label(value: object) -> str:
    """A value in a test's name: functions by theirs, which have no address in it."""
    if isinstance(value, list | tuple):
        return ", ".join(map(label, value))
    return str(getattr(value, "__name__", value))


@pytest.mark.parametrize(("loss", "raw", "targets", "share"), ACCURACY.values(), ids=ACCURACY)
def test_accuracy(loss: str, raw: Any, targets: Any, share: float) -> None:
    assert measured("accuracy", loss, raw, targets) == pytest.approx(share)


@pytest.mark.parametrize(
    ("loss", "raw", "targets"),
    [
        (CE, THREE, [0, 1, 2, 1]),
        (BCE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0]),
        (HINGE, [[0.1], [-0.1], [3], [-3]], [1, 0, 0, 0]),
        (CE, [[0, 1e-9], [20, 20.000002]], [1, 1]),  # probabilities are equal in float32
        (BCE, [[1e-9], [-1e-9]], [1, 0]),
    ],
)
def test_accuracy_is_the_share_of_right_classes(loss: str, raw: Any, targets: Any) -> None:
    """What the metric calls right is what predict_classes says."""
    Z = np.asarray(raw, float)
    model = identity(Z.shape[1], loss, "accuracy", "float32")
    share = np.mean(model.predict_classes(Z) == np.asarray(targets))
    assert model.evaluate(Z, targets)["accuracy"] == pytest.approx(share)


@pytest.mark.parametrize(
    ("loss", "raw", "targets", "share"),
    [
        (BCE, [[1, -1], [1, 1], [-1, -1]], [[1, 0], [1, 0], [0, 1]], 4 / 6),
        (BCE, [[0.1], [-0.1], [3]], [1, 0, 0], 2 / 3),
        (HINGE, [[0.1, 1], [-0.1, 0.2]], [[1, -1], [-1, 1]], 3 / 4),
        (MSE, [[0.4], [0.6], [0.2], [0.9]], [0, 1, 1, 1], 0.75),
    ],
)
def test_binary_accuracy(loss: str, raw: Any, targets: Any, share: float) -> None:
    assert measured("binary_accuracy", loss, raw, targets) == pytest.approx(share)


@pytest.mark.parametrize(
    ("metric", "raw", "targets", "share"),
    [
        (sw.TopK(1), THREE, [0, 1, 2, 1], 0.75),
        (sw.TopK(2), THREE, [0, 2, 0, 1], 0.75),  # one is third; a tie for the second place is in
        ("top_2_accuracy", THREE, [0, 2, 0, 1], 0.75),
        ("top_2_accuracy", THREE, np.eye(3)[[0, 2, 0, 1]], 0.75),
        ("top2", THREE, PROBABLY, 0.5),
        (sw.TopK(np.int64(1)), [[1, 1], [2, 2]], [0, 1], 1.0),
    ],
)
def test_top_k(metric: Any, raw: Any, targets: Any, share: float) -> None:
    assert measured(metric, CE, raw, targets) == pytest.approx(share)


def test_top_k_of_a_hinge() -> None:
    assert measured("top_2_accuracy", "categorical_hinge", THREE, [0, 2, 0, 1]) == 0.75


# ---- numbers ----
def r2_of(P: Any, Y: Any) -> float:
    """scikit-learn's r2_score with uniform_average."""
    return float(np.mean(1 - ((Y - P) ** 2).sum(axis=0) / ((Y - Y.mean(axis=0)) ** 2).sum(axis=0)))


NUMBERS: dict[str, Callable[[Any, Any], float]] = {
    MAE: lambda P, Y: np.abs(P - Y).mean(),
    MSE: lambda P, Y: ((P - Y) ** 2).mean(),
    R2: r2_of,
}
LINKS: dict[str, Callable[[Any], Any]] = {
    BCE: lambda Z: 1 / (1 + np.exp(-Z)),
    "poisson": np.exp,
    CE: lambda Z: np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
}


@pytest.mark.parametrize("loss", [MSE, MAE, "huber", "log_cosh", "poisson", BCE])
@pytest.mark.parametrize("units", [1, 3])
def test_of_predictions_in_steps_and_over_all_rows(loss: str, units: int) -> None:
    """The means over an epoch are those over all rows: nothing moves at this rate."""
    rng = np.random.default_rng(0)
    Z, Y = rng.normal(size=(50, units)), rng.integers(0, 2, (50, units)) * 1.0
    model, y = identity(units, loss, list(NUMBERS)), Y[:, 0] if units == 1 else Y
    history = model.fit(Z, y, batch_size=7, epochs=1, verbose=0, validation_data=(Z[:9], y[:9]))
    P = LINKS.get(loss, lambda Z: Z)(Z)
    for name, formula in NUMBERS.items():
        assert model.evaluate(Z, y)[name] == pytest.approx(formula(P, Y), rel=1e-12)
        assert history[name] == pytest.approx([formula(P, Y)], rel=1e-12)
        assert history[f"val_{name}"] == pytest.approx([formula(P[:9], Y[:9])], rel=1e-12)


def test_of_probabilities_of_classes() -> None:
    Z, Y = np.array(THREE, float), np.eye(3)[[0, 2, 2, 1]]
    expected = ((LINKS[CE](Z) - Y) ** 2).mean()
    for targets in (Y, Y.argmax(axis=1)):
        assert measured(MSE, CE, Z, targets) == pytest.approx(expected)


def test_of_a_median() -> None:
    Z, y = np.array([[1.0], [2], [4]]), np.array([1.0, 3, 3])
    assert measured(R2, sw.Quantile(0.5), Z, y) == pytest.approx(r2_of(Z[:, 0], y))


def test_r2_over_many_blocks_is_one_number() -> None:
    y = np.random.default_rng(0).normal(1e3, 1, 3000)
    Z = y[:, None] + 1
    assert measured(R2, MSE, Z, y) == pytest.approx(r2_of(Z[:, 0], y), rel=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_r2_of_equal_targets_is_not_defined(dtype: Any) -> None:
    model = identity(2, MSE, [R2], dtype)
    Y = np.array([[1.0, 5], [2, 5], [3, 5]])
    assert np.isnan(model.evaluate(Y, Y)[R2])
    assert np.isnan(model.fit(Y, Y, epochs=1, verbose=0)[R2][0])
    assert model.trace(Y, Y)["y_variance"].dtype == dtype


@pytest.mark.parametrize("rate", [1e300, 1.7e308])
def test_a_network_that_fails_is_blamed_on_its_line_and_not_on_r2(rate: float) -> None:
    """The loss overflows, or with the larger rate the first update."""
    model = identity(2, MSE, [R2])
    model.compile(MSE, sw.SGD(rate), metrics=[R2], dtype="float64", seed=0)
    with pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(np.ones((3, 2)), np.full((3, 2), 3.0), epochs=3, verbose=0)
    assert "r2" not in str(caught.value)


# ---- a user's own ----
def largest_miss(P: Any, Y: Any) -> Any:
    return abs(P - Y).max(axis=1)


def bias(P: Any, Y: Any) -> Any:
    return (P - Y).mean()


def test_a_metric_of_ones_own() -> None:
    Z, Y = np.array(THREE, float), np.eye(3)
    model = identity(3, BCE, [largest_miss, bias, "accuracy"])
    P, y = LINKS[BCE](Z), Y[[0, 1, 2, 2]]
    result = model.evaluate(Z, y)
    assert result.names == ("loss", "largest_miss", "bias", "accuracy")
    assert result["largest_miss"] == pytest.approx(np.abs(P - y).max(axis=1).mean())
    assert result["bias"] == pytest.approx((P - y).mean())
    assert 'metrics=[largest_miss, bias, "accuracy"]' in repr(model)
    assert "# metric: largest_miss" in model.source()


def test_predictions_are_computed_once() -> None:
    model = identity(3, CE, [bias, MSE])
    assert model.source().count("P = E / E_sum") == 1


# ---- what is taken ----
@pytest.mark.parametrize(
    ("given", "names"),
    [
        (None, ()),
        ((), ()),
        ("accuracy", ("accuracy",)),
        (["accuracy"], ("accuracy",)),
        (["accuracy", "accuracy"], ("accuracy",)),
        (["acc", "mae"], ("accuracy", MAE)),
        (sw.TopK(3), ("top_3_accuracy",)),
        (["top_3_accuracy", sw.TopK(3), "top_5_accuracy"], ("top_3_accuracy", "top_5_accuracy")),
        (bias, ("bias",)),
        ((name for name in METRICS), tuple(METRICS)),
    ],
    ids=label,
)
def test_forms(given: Any, names: tuple[str, ...]) -> None:
    metrics, scorers = chosen(given)
    assert tuple(metric.name for metric in metrics) == names
    assert scorers == ()


def named(name: str, arguments: str = "P, Y") -> Any:
    """A function of that name."""
    function = {"P, Y": lambda P, Y: P, "y_true, y_pred": lambda y_true, y_pred: y_pred}[arguments]
    function.__name__ = name
    return function


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["accuracy", "accuracyy"], ("did you mean 'accuracy'?",)),
        ("qqq", (*METRICS, "sw.TopK(3)", "choose one of them")),
        ("", ("choose one of them",)),
        (3, ("got 3",)),
        ([None], ("got None",)),
        ([["accuracy"]], ("got ['accuracy']",)),
        (sw.TopK, ("give an instance: sw.TopK(...)",)),
        ("top_0_accuracy", ("TopK", "k >= 1")),
        (lambda P, Y: P, ("'<lambda>'", "define it with def")),
        (named("loss"), ("'loss'", "a name of its own")),
        (named("val_bias"), ("'val_bias'",)),
        (named("accuracy"), ("'accuracy'",)),
        (named("X"), ("'X'",)),
        (named("miss", "y_true, y_pred"), ("metric miss", "(P, Y)", "(y_true, y_pred)", "swap")),
        ([bias, named("bias")], ("bias twice",)),
    ],
    ids=label,
)
def test_what_is_no_metric(given: Any, words: tuple[str, ...]) -> None:
    refused(lambda: chosen(given), ValueError, *words)


@pytest.mark.parametrize(
    ("metric", "loss", "width", "words"),
    [
        ("accuracy", "poisson", 1, ('loss="poisson"', "a loss for classes")),
        ("accuracy", sw.Quantile([0.1, 0.9]), 2, ('loss="quantile" with 2 outputs',)),
        ("binary_accuracy", CE, 3, ("yes or no", '["accuracy"]')),
        (R2, CE, 3, ("a loss for numbers",)),
        (R2, sw.Quantile([0.1, 0.9]), 2, ("another quantile",)),
        (MAE, sw.Quantile([0.1, 0.9]), 2, ("another quantile",)),
        (sw.TopK(2), BCE, 3, ("a loss for classes",)),
        (sw.TopK(2), MSE, 3, ("a loss for classes",)),
        (sw.TopK(3), CE, 3, ("more than 3 classes", "smaller k")),
        (largest_miss, sw.Quantile([0.1, 0.9]), 2, ()),
        (lambda P, Y: P, MSE, 2, ("a name",)),
    ],
    ids=label,
)
def test_metrics_that_make_no_sense_are_refused(
    metric: Any, loss: Any, width: int, words: tuple[str, ...]
) -> None:
    if not words:
        assert identity(width, loss, [metric])  # a user's own is the user's
        return
    refused(lambda: identity(width, loss, [metric]), ValueError, *words)


def test_the_name_of_a_parameter_is_taken() -> None:
    refused(lambda: identity(2, MSE, [named("W1")]), ValueError, "'W1'", "a name of its own")


def test_a_metric_that_is_not_one_number_a_row() -> None:
    def rest(P: Any, Y: Any) -> Any:
        return P - Y

    refused(lambda: identity(2, MSE, [rest]), ValueError, "metric rest", "(n, 2)", ".mean(axis=1)")


def root(P: Any, Y: Any) -> Any:
    return np.sqrt(((P - Y) ** 2).mean())


def total(P: Any, Y: Any) -> Any:
    return abs(P - Y).sum()


def over_rows(P: Any, Y: Any) -> Any:
    return abs(P - Y).max(axis=1).mean(axis=0)


@sw.composite()
def as_one(P: Any, Y: Any) -> Any:
    return abs(P - Y).mean()


def inner(P: Any, Y: Any) -> Any:
    return as_one(P, Y)


def test_a_number_that_is_no_mean_is_refused() -> None:
    """evaluate averages blocks of rows: right for means alone."""
    for metric in (root, total):
        name, words = metric.__name__, ("one number a row, (n,)", "() that is no .mean()")
        refused(lambda m=metric: identity(2, MSE, [m]), ValueError, f"metric {name}", *words)
    assert identity(2, MSE, [over_rows, as_one, inner, bias])


def test_metrics_share_a_line_that_has_a_name() -> None:
    assert "D = np.abs(R)" in (text := identity(1, MAE, [MAE]).source())
    assert f"{MAE} = D.mean()" in text
    text = identity(1, BCE, ["accuracy", "binary_accuracy"]).source()
    assert text.count("accuracy = right.mean()") == 2
    assert "t1" not in text


@pytest.mark.parametrize("metric", ["accuracy", "binary_accuracy"])
def test_classes_are_not_counted_where_targets_are_numbers(metric: str) -> None:
    model = identity(1, MSE, [metric])
    refused(lambda: model.evaluate([[1.0]], [0.3]), ValueError, "targets 0 and 1", "0.3 at row 0")
