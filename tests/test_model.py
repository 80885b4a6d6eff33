"""Sequential: compile, predict, evaluate, numbers by name, and what an error leaves behind."""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import classifier, everything, refused, rows, snapshot

CE, BCE, MSE = "cross_entropy", "binary_cross_entropy", "mean_squared_error"


# ---- compile again ----
def test_compiling_again_keeps_parameters_and_layers_state() -> None:
    X, y = rows(20)
    model = classifier(sw.Standardize(), sw.Dense(5), sw.BatchNorm(), optimizer="Adam")
    model.fit(X, y, epochs=2)
    kept = [*model.parameters, "mean0", "std0", "running_mean2", "running_var2"]
    before = {name: model[name] for name in kept}
    assert before["mean0"].any()
    assert before["running_mean2"].any()
    model.compile("cross_entropy", "Adam", seed=9)
    for name, value in before.items():
        assert np.array_equal(model[name], value), name


def test_compiling_again_begins_the_optimizer_anew() -> None:
    X, y = rows(20)
    model = classifier(optimizer="Adam")
    model.fit(X, y, epochs=2)
    assert model["m_W1"].any()
    model.compile("cross_entropy", "Adam")
    assert snapshot(model)["t"] == 0
    assert snapshot(model)["epoch"] == 2
    for name in ("m_W1", "v_W1", "m_b2", "v_b2"):
        assert not model[name].any(), name


def test_another_optimizer_has_its_own_state() -> None:
    X, y = rows(20)
    model = classifier(optimizer="Adam")
    model.fit(X, y, epochs=1)
    W1 = model["W1"]
    model.compile("cross_entropy", sw.SGD(0.1, momentum=0.9))
    assert set(model.run.state.arrays()) == {  # type: ignore[union-attr]
        "W1", "b1", "W2", "b2", "v_W1", "v_b1", "v_W2", "v_b2",
    }  # fmt: skip
    assert np.array_equal(model["W1"], W1)
    assert not model["v_W1"].any()  # Adam's v_W1 is another thing


def test_another_dtype_rounds_what_was_trained() -> None:
    X, y = rows(20)
    model = classifier(dtype="float64")
    model.fit(X, y, epochs=2)
    W1 = model["W1"]
    model.compile("cross_entropy", sw.SGD(0.1), dtype="float32")
    assert model["W1"].dtype == np.float32
    assert np.array_equal(model["W1"], W1.astype(np.float32))
    model.compile("cross_entropy", sw.SGD(0.1), dtype="float64")
    assert model["W1"].dtype == np.float64


def test_another_dtype_before_training_draws_at_full_precision() -> None:
    model = classifier(dtype="float32")
    model.compile("cross_entropy", sw.SGD(0.1), dtype="float64")
    assert snapshot(model) == snapshot(classifier(dtype="float64"))


def test_another_loss_goes_on_with_the_same_network() -> None:
    X, y = rows(20)
    model = classifier()
    model.fit(X, y, epochs=1)
    logits = model.predict(X, raw=True)
    model.compile(MSE, sw.SGD(0.1))
    assert np.array_equal(model.predict(X), logits)
    model.fit(X, np.eye(4)[y], epochs=1)
    assert len(model.history["loss"]) == 2


def test_parameters_that_were_set_are_kept() -> None:
    model = classifier()
    model["b2"] = [1, 2, 3, 4]
    model.compile("cross_entropy", seed=5)
    assert np.array_equal(model["b2"], [1, 2, 3, 4])
    assert np.array_equal(model["W1"], classifier()["W1"])


# ---- what compile refuses ----
BAD_COMPILE: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "loss cros_entropy": ({"loss": "cros_entropy"}, ("'cross_entropy'?",)),
    "loss None": ({"loss": None}, ("one of cross_entropy", "None")),
    "loss a class": ({"loss": dict}, ("one of cross_entropy",)),
    "optimizer adan": ({"optimizer": "adan"}, ("'Adam'?",)),
    "optimizer a class": ({"optimizer": sw.Adam}, ("sw.Adam(1e-3)",)),
    "optimizer None": ({"optimizer": None}, ("SGD, Adam",)),
    "metric acuracy": ({"metrics": ["acuracy"]}, ("'accuracy'?",)),
    "metric a function": ({"metrics": [len]}, ("a name of their own", "'len'")),
    "metrics a number": ({"metrics": 5}, ("metrics of accuracy", "5")),
    "regularizer l2": ({"regularizer": "l2"}, ("sw.L2(0.1)", "'l2'")),
    "regularizer a class": ({"regularizer": sw.L2}, ("sw.L2(0.1)",)),
    "regularizer a number": ({"regularizer": 0.1}, ("sw.L2(0.1)",)),
    "reduction average": ({"reduction": "average"}, ("mean, sum", "'average'")),
    "reduction None": ({"reduction": None}, ("mean, sum",)),
    "dtype float16": ({"dtype": "float16"}, ("float32, float64",)),
    "dtype a type": ({"dtype": np.float64}, ("float32, float64",)),
}


@pytest.mark.parametrize(("settings", "words"), BAD_COMPILE.values(), ids=BAD_COMPILE)
def test_bad_compile(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    X, y = rows()
    model = classifier()
    model.fit(X, y, epochs=1)
    before = everything(model)
    refused(lambda: model.compile(**{"loss": CE, **settings}), ValueError, *words)
    assert everything(model) == before


@pytest.mark.parametrize("metrics", [None, (), [], "accuracy", ["accuracy"], ("accuracy",)])
def test_forms_of_metrics(metrics: Any) -> None:
    X, y = rows()
    result = classifier(metrics=metrics).evaluate(X, y)
    assert result.names == (("loss", "accuracy") if metrics else ("loss",))


# ---- what the parts of a description refuse ----
NUMBER = (0, -1, float("nan"), float("inf"), "0.1", None, True, [0.1])
FRACTION = (1, 1.5, -0.1, float("nan"), "a", None, True)
COUNT = (0, -3, 2.5, 3.0, "a", None, True, [3], np.array([3]), int)
BAD_PARTS: list[tuple[Callable[[Any], object], str, Any]] = [
    *[(lambda v: sw.SGD(v), "learning_rate", value) for value in NUMBER],
    *[(lambda v: sw.Adam(v), "learning_rate", value) for value in NUMBER],
    *[(lambda v: sw.Adam(epsilon=v), "epsilon", value) for value in NUMBER],
    *[(lambda v: sw.ExponentialDecay(v), "learning_rate", value) for value in NUMBER],
    *[(lambda v: sw.SGD(momentum=v), "momentum", value) for value in FRACTION],
    *[(lambda v: sw.Adam(beta_1=v), "beta_1", value) for value in FRACTION],
    *[(lambda v: sw.Adam(beta_2=v), "beta_2", value) for value in FRACTION],
    *[(lambda v: sw.Dropout(v), "rate", value) for value in FRACTION],
    *[(lambda v: sw.BatchNorm(momentum=v), "momentum", value) for value in FRACTION],
    *[(lambda v: sw.L2(v), "l2", value) for value in NUMBER[1:]],
    *[(lambda v: sw.L1(v), "l1", value) for value in NUMBER[1:]],
    *[(lambda v: sw.Rescale(v), "scale", value) for value in NUMBER[2:]],
    *[(lambda v: sw.Dense(v), "units", value) for value in COUNT],
    *[(lambda v: sw.Conv2D(v, 3), "filters", value) for value in COUNT],
    *[(lambda v: sw.Conv2D(3, v), "kernel_size", value) for value in COUNT],
    *[(lambda v: sw.Conv2D(3, 3, stride=v), "stride", value) for value in (*COUNT, (1, 2, 3))],
    *[(lambda v: sw.MaxPool2D(v), "pool_size", value) for value in (*COUNT, (2, 0))],
]


@pytest.mark.parametrize(
    ("make", "name", "value"), BAD_PARTS, ids=[f"{name} {value!r}" for _, name, value in BAD_PARTS]
)
def test_bad_numbers(make: Callable[[Any], object], name: str, value: Any) -> None:
    refused(lambda: make(value), ValueError, name)


BAD_NAMES: list[tuple[Callable[[], object], str]] = [
    (lambda: sw.Dense(3, "rellu"), "'relu'?"),
    (lambda: sw.Dense(3, 5), "one of linear, relu"),  # type: ignore[arg-type]
    (lambda: sw.Activation("sigmiod"), "'sigmoid'?"),
    (lambda: sw.Dense(3, kernel_initializer="glorot_unifrom"), "'glorot_uniform'?"),
    (lambda: sw.Dense(3, kernel_initializer="hee_normal"), "'he_normal'?"),
    (lambda: sw.Dense(3, bias_initializer="zeroes"), "'zeros'?"),
    (lambda: sw.Dense(3, kernel_initializer=sw.Normal), "an object with draw()"),  # type: ignore[arg-type]
    (lambda: sw.Conv2D(3, 3, padding="Same"), "'same'?"),  # type: ignore[arg-type]
    (lambda: sw.VarianceScaling(mode="fan_inn"), "'fan_in'?"),  # type: ignore[arg-type]
    (lambda: sw.SGD(nesterov=True), "momentum=0.9"),
]


@pytest.mark.parametrize(("make", "advice"), BAD_NAMES, ids=[advice for _, advice in BAD_NAMES])
def test_bad_names(make: Callable[[], object], advice: str) -> None:
    refused(make, ValueError, advice)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (sw.Dense(np.int64(3)), sw.Dense(3)),
        (sw.Conv2D(np.int32(2), (np.int64(3), np.int64(3))), sw.Conv2D(2, (3, 3))),
        (sw.MaxPool2D(np.int8(2)), sw.MaxPool2D(2)),
        (sw.Rescale(np.float64(0.5), np.float32(0.25)), sw.Rescale(0.5, 0.25)),
        (sw.Dropout(np.float64(0.5)), sw.Dropout(0.5)),
        (sw.SGD(np.float64(0.5)), sw.SGD(0.5)),
    ],
    ids=lambda x: type(x).__name__,
)
def test_numpys_numbers_leave_no_trace_in_a_description(given: object, plain: object) -> None:
    """A search over np.arange(...) must print Dense(3), not Dense(np.int64(3))."""
    assert given == plain
    assert repr(given) == repr(plain)


# ---- predict ----
FAMILIES = [(CE, 4, "softmax"), (CE, 2, "softmax"), (BCE, 1, "sigmoid"), (BCE, 3, "sigmoid"),
            (MSE, 1, "linear"), (MSE, 3, "linear")]  # fmt: skip


def link(name: str, Z: np.ndarray) -> np.ndarray:
    if name == "softmax":
        E = np.exp(Z - Z.max(axis=1, keepdims=True))
        return E / E.sum(axis=1, keepdims=True)
    return 1 / (1 + np.exp(-Z)) if name == "sigmoid" else Z


@pytest.mark.parametrize(("loss", "outputs", "name"), FAMILIES)
@pytest.mark.parametrize("n", [1, 2, 9])
def test_predict(loss: str, outputs: int, name: str, n: int) -> None:
    X, _ = rows(n)
    model = classifier(loss=loss, outputs=outputs, dtype="float64")
    Z = np.maximum(X @ model["W1"] + model["b1"], 0) @ model["W2"] + model["b2"]
    raw, P = model.predict(X, raw=True), model.predict(X)
    assert raw.shape == P.shape == (n, outputs)
    assert raw.dtype == np.float64
    np.testing.assert_allclose(raw, Z, rtol=1e-12)
    np.testing.assert_allclose(P, link(name, Z), rtol=1e-12)


@pytest.mark.parametrize(("loss", "outputs", "name"), FAMILIES)
def test_predict_classes(loss: str, outputs: int, name: str) -> None:
    X, _ = rows(50)
    model = classifier(loss=loss, outputs=outputs, dtype="float64")
    P = model.predict(X)
    classes = model.predict_classes(X)
    if outputs == 1:
        expected = (P[:, 0] > 0.5).astype(int)
    elif loss == BCE:
        expected = (P > 0.5).astype(int)
    else:
        expected = P.argmax(axis=1)
    assert classes.dtype == np.int64
    assert np.array_equal(classes, expected)
    assert len(np.unique(classes)) > 1


def test_a_final_softmax_is_the_link_and_not_applied_twice() -> None:
    X, y = rows()
    plain = classifier()
    model = sw.Sequential(
        [sw.Dense(5, activation="relu"), sw.Dense(4, activation="softmax")], input_shape=3
    )
    model.compile(CE, sw.SGD(0.1), seed=0)
    assert np.array_equal(model.predict(X), plain.predict(X))
    model.fit(X, y, epochs=2)
    plain.fit(X, y, epochs=2)
    assert snapshot(model) == snapshot(plain)


def test_dropout_is_off_in_predict_and_evaluate() -> None:
    X, y = rows()
    plain, dropped = classifier(sw.Dense(5)), classifier(sw.Dense(5), sw.Dropout(0.9))
    assert np.array_equal(plain.predict(X), dropped.predict(X))
    assert plain.evaluate(X, y) == dropped.evaluate(X, y)


def test_evaluate_leaves_the_penalty_out() -> None:
    X, y = rows()
    assert classifier().evaluate(X, y) == classifier(regularizer=sw.L2(9.0)).evaluate(X, y)


# ---- numbers by name ----
def test_parameters_are_copies_by_name() -> None:
    model = classifier(optimizer="Adam")
    given = model.parameters
    assert {name: array.shape for name, array in given.items()} == {
        "W1": (3, 5), "b1": (5,), "W2": (5, 4), "b2": (4,),
    }  # fmt: skip
    before = snapshot(model)
    given["W1"][...] = 7
    model["W1"][...] = 7
    assert snapshot(model) == before


def test_parameters_can_be_set_and_got() -> None:
    X, _ = rows()
    source, target = classifier(seed=1), classifier(seed=2)
    target.set_parameters(source.parameters)
    assert np.array_equal(source.predict(X), target.predict(X))
    target["b2"] = [1, 2, 3, 4]
    assert np.array_equal(target["b2"], [1, 2, 3, 4])
    assert target["b2"].dtype == np.float32


BAD_PARAMETERS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "unknown name": ({"W9": np.ones(2)}, ("W1, b1, W2, b2", "'W9'")),
    "transposed": ({"W1": np.ones((5, 3))}, ("(3, 5)", "(5, 3)", "transpose")),
    "one number": ({"b1": 0.0}, ("(5,)", "()")),
    "text": ({"b1": ["a"] * 5}, ("numbers",)),
    "ragged": ({"W1": [[1, 2], [3]]}, ("equal length",)),
    "too large": ({"b1": np.full(5, 1e39)}, ("float32", "1e+39")),
    "the second one": ({"W1": np.ones((3, 5)), "b1": np.ones(4)}, ("b1", "(4,)")),
}


@pytest.mark.parametrize(("given", "words"), BAD_PARAMETERS.values(), ids=BAD_PARAMETERS)
def test_bad_parameters_change_nothing(given: dict[str, Any], words: tuple[str, ...]) -> None:
    model = classifier()
    before = everything(model)
    refused(lambda: model.set_parameters(given), ValueError, *words)
    assert everything(model) == before


def test_a_name_that_is_not_there() -> None:
    refused(lambda: classifier()["W7"], ValueError, "W1, b1, W2, b2", "'W7'", "source()")


# ---- source ----
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("step", "train_step"), ("epoch", "train_epoch"), ("predict", "predict"),
        ("raw", "raw"), ("evaluate", "evaluate"), ("initialize", "initialize"),
    ],
)  # fmt: skip
def test_source_is_what_runs(name: str, function: str) -> None:
    model = classifier(optimizer="Adam", metrics=["accuracy"])
    text = model.source(name)
    assert text.startswith(f"def {function}(")
    running = model.run.engine().function(function)  # type: ignore[union-attr]
    assert inspect.getsource(running) == text
    linecache.checkcache()
    assert inspect.getsource(running) == text
    assert text in model.source("program")


@pytest.mark.parametrize("name", ["stp", "Step", None, 3])
def test_a_source_that_is_not_there(name: Any) -> None:
    refused(lambda: classifier().source(name), ValueError, "step, epoch", repr(name))


def test_source_file_is_written_and_runs_from_there(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    model = classifier(source_file=path)
    assert path.read_text().startswith(model.source("program"))
    running = model.run.engine().function("train_step")  # type: ignore[union-attr]
    assert running.__code__.co_filename == str(path)


def test_repr_is_the_calls_that_make_it() -> None:
    model = sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)])
    assert repr(model) == 'Sequential([Dense(5, "relu"), Dense(4)])'
    assert repr(classifier()).startswith(
        'Sequential([Dense(5, "relu"), Dense(4)], input_shape=(3,))'
    )
