"""build, reset, names and attributes: what a model has before and beside its training."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import scratchwork as sw
from scratchwork.engines.blas import one_thread
from tests.training import classifier, everything, refused, rows, snapshot


def bare(**settings: Any) -> sw.Sequential:
    """Compiled, but without a shape."""
    model = sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)])
    model.compile("cross_entropy", sw.SGD(0.1), seed=0, **settings)
    return model


# ---- build ----
SHAPES = [3, (3,), [3], (None, 3), [None, 3], np.ones((7, 3)), [[1.0, 2.0, 3.0]]]


@pytest.mark.parametrize("given", SHAPES, ids=str)
def test_build_draws_what_a_known_shape_would(given: Any) -> None:
    model = bare()
    model.build(given)
    assert snapshot(model) == snapshot(classifier())
    model.build(given)
    assert snapshot(model) == snapshot(classifier())


def test_build_of_images() -> None:
    for given in ((4, 4, 1), np.ones((2, 4, 4, 1))):
        model = sw.Sequential([sw.Conv2D(2, 3), sw.Flatten(), sw.Dense(2)])
        model.build(given)
        assert model["W1"].shape == (9, 2)


@pytest.mark.parametrize(
    ("given", "words"),
    [((), ("()",)), (0, ("input_shape >= 1",)), (np.ones(3), ("()",)), ("abc", ("numbers",)),
     (None, ("numbers",)), ((2, "a"), ("numbers",))],
    ids=str,
)  # fmt: skip
def test_a_shape_that_is_none(given: Any, words: tuple[str, ...]) -> None:
    model = bare()
    before = everything(model)
    with pytest.raises(sw.ScratchworkError) as caught:
        model.build(given)
    assert all(word in str(caught.value) for word in words)
    assert everything(model) == before


def test_build_for_another_shape_is_refused() -> None:
    model = classifier()
    refused(lambda: model.build(4), ValueError, "(3,)", "(4,)", "a new model")


def test_after_build_all_views_are_there_before_any_fit() -> None:
    X, y = rows()
    model = bare(metrics=["accuracy"])
    model.build(X)
    assert model.source().startswith("def train_step(")
    model.summary()
    assert model.verify(X, y)
    assert "dW1" in model.trace(X, y)
    assert model.predict(X).shape == (10, 4)
    assert set(model.evaluate(X, y).names) == {"loss", "accuracy"}
    assert set(model.parameters) == {"W1", "b1", "W2", "b2"}


def test_before_compile_what_needs_no_loss_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = rows()
    model = sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)])
    model.build(3)
    assert model.source("predict").startswith("def predict(")
    assert "def predict(" in model.source("program")
    model.summary()
    assert "Dense(5" in capsys.readouterr().out
    P = model.predict(X)
    model["b2"] = [1, 2, 3, 4]
    assert not np.array_equal(model.predict(X), P)
    for call in (
        model.source,
        lambda: model.trace(X, y),
        lambda: model.verify(X, y),
        lambda: model.evaluate(X, y),
        lambda: model.fit(X, y),
    ):
        refused(call, RuntimeError, "compile")
    before = model.parameters
    model.compile("cross_entropy", sw.SGD(0.1))
    assert all(np.array_equal(model[name], before[name]) for name in before)  # they were set


def test_a_seed_is_drawn_and_recorded() -> None:
    X, y = rows()
    seeds = []
    for _ in range(2):
        model = sw.Sequential([sw.Dense(4)])
        model.compile("cross_entropy", sw.SGD(0.1))
        assert model.fit(X, y, epochs=1).seed == model.seed
        seeds.append(model.seed)
        again = sw.Sequential([sw.Dense(4)])
        again.compile("cross_entropy", sw.SGD(0.1), seed=model.seed)
        again.fit(X, y, epochs=1)
        assert snapshot(again) == snapshot(model)
    assert seeds[0] != seeds[1]


# ---- reset ----
def test_reset_begins_all_anew() -> None:
    X, y = rows(20)
    model = classifier(sw.Standardize(), sw.Dense(5), sw.BatchNorm(), optimizer="Adam", seed=3)
    fresh = classifier(sw.Standardize(), sw.Dense(5), sw.BatchNorm(), optimizer="Adam", seed=4)
    old = model.fit(X, y, epochs=2)
    model.reset(4)
    assert snapshot(model) == snapshot(fresh)
    assert (model.seed, len(model.history), len(old)) == (4, 0, 2)
    assert model.last_fit is None
    for each in (model, fresh):
        each.fit(2 * X, y, epochs=2)
    assert snapshot(model) == snapshot(fresh)
    assert model.history.history == fresh.history.history
    assert model.history.epoch == [0, 1]


def test_reset_without_a_seed_draws_one() -> None:
    model = classifier()
    first = model["W1"]
    model.reset()
    assert model.seed not in (0, None)
    assert not np.array_equal(model["W1"], first)
    again = classifier(seed=model.seed)
    assert np.array_equal(again["W1"], model["W1"])


def test_reset_before_a_shape_is_known() -> None:
    model = bare()
    model.reset(7)
    model.build(3)
    assert np.array_equal(model["W1"], classifier(seed=7)["W1"])


def test_a_callback_cannot_reset() -> None:
    X, y = rows()
    model = classifier()
    with pytest.raises(sw.errors.NotReadyError, match="a model at rest"):
        model.fit(X, y, epochs=2, callbacks=[lambda m: m.reset()])
    model.fit(X, y, epochs=1)


# ---- copies and threads ----
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_from_a_callback_goes_on_from_there(
    duplicate: Callable[[sw.Sequential], sw.Sequential],
) -> None:
    """As of the best epoch so far."""
    X, y = rows(20)
    model, copies = classifier(sw.Dropout(0.3), optimizer="Adam"), []
    model.fit(X, y, epochs=3, callbacks=[lambda m: copies.append(duplicate(m))])
    copies[0].fit(X, y, epochs=2)
    assert snapshot(copies[0]) == snapshot(copies[2]) == snapshot(model)
    assert copies[0].history.history == model.history.history


def test_models_in_threads_give_the_bits_that_they_give_alone() -> None:
    X, y = rows(200)
    alone = [classifier(sw.Dropout(0.5), seed=seed) for seed in range(4)]
    together = [classifier(sw.Dropout(0.5), seed=seed) for seed in range(4)]
    for model in alone:
        model.fit(X, y, epochs=3)
    before = blas_threads()
    threads = [
        threading.Thread(target=model.fit, args=(X, y), kwargs={"epochs": 3}) for model in together
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [snapshot(model) for model in together] == [snapshot(model) for model in alone]
    assert blas_threads() == before


def blas_threads() -> list[int]:
    return [x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"]


def test_the_last_thread_out_gives_blas_its_threads_back() -> None:
    """The first one to leave must not lift the limit of the other."""
    before, seen = blas_threads(), []
    inside, leave = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]

    def hold(i: int) -> None:
        with one_thread():
            inside[i].set()
            leave[i].wait(10)
            seen.append(blas_threads())

    threads = [threading.Thread(target=hold, args=(i,)) for i in range(2)]
    for i in range(2):
        threads[i].start()
        inside[i].wait(10)
    for i in range(2):
        leave[i].set()
        threads[i].join()
    assert seen == [[1] * len(before)] * 2
    assert blas_threads() == before


# ---- names and attributes ----
NAMES: dict[str, tuple[Callable[[sw.Sequential], object], tuple[str, ...]]] = {
    "a number of the model": (lambda m: m["w1"], ("W1, b1, W2, b2", "did you mean 'W1'?")),
    "a number to set": (lambda m: m.__setitem__("W9", 1), ("W1, b1, W2, b2", "source()")),
    "a column": (lambda m: m.history["acc"], ("loss, accuracy", "did you mean 'accuracy'?")),
    "a result": (lambda m: m.evaluate(*rows())["los"], ("did you mean 'loss'?",)),
    "an array": (lambda m: m.trace(*rows())["dw1"], ("did you mean 'dW1'?",)),
}


@pytest.mark.parametrize(("call", "words"), NAMES.values(), ids=NAMES)
def test_a_name_that_is_not_there(
    call: Callable[[sw.Sequential], object], words: tuple[str, ...]
) -> None:
    model = classifier(metrics=["accuracy"])
    model.fit(*rows(), epochs=1)
    refused(lambda: call(model), KeyError, *words)


ATTRIBUTES: dict[str, str] = {
    "lr": "model.learning_rate",
    "optimizer": "compile again",
    "weights": "model.parameters",
    "learning_rte": "did you mean 'learning_rate'?",
    "histroy": "did you mean 'history'?",
    "score": "evaluate(X, y)",
    "nothing_like_it": "dir()",
}


@pytest.mark.parametrize(("name", "advice"), ATTRIBUTES.items(), ids=ATTRIBUTES)
def test_an_attribute_that_is_not_there(name: str, advice: str) -> None:
    model = classifier()
    refused(lambda: getattr(model, name), AttributeError, repr(name), advice)
    assert not hasattr(model, name)


@pytest.mark.parametrize("name", ["lr", "learning_rte", "optimizer", "learningrate"])
def test_what_would_be_set_in_vain_is_refused(name: str) -> None:
    model = classifier()
    refused(lambda: setattr(model, name, 0.5), AttributeError, repr(name))
    assert model.learning_rate == 0.1


def test_a_users_own_attributes_are_theirs() -> None:
    class Named(sw.Sequential):
        def __init__(self, name: str) -> None:
            super().__init__([sw.Dense(2)], input_shape=3)
            self.name = name

    model = Named("first")
    model.note = "good"  # type: ignore[attr-defined]
    again = pickle.loads(pickle.dumps(classifier()))
    again.note = "copied"
    assert (model.name, again.note, hasattr(model, "__len__")) == ("first", "copied", False)


def test_a_history_says_where_its_columns_are() -> None:
    history = classifier().fit(*rows(), epochs=1)
    with pytest.raises(AttributeError, match=r"it is history\['loss'\]"):
        getattr(history, "loss")  # noqa: B009 # mypy knows that it is not there
    with pytest.raises(AttributeError, match=r"has no attribute 'losses'$"):
        getattr(history, "losses")  # noqa: B009 # likewise


CALLS: dict[str, tuple[Callable[[sw.Sequential], object], tuple[str, ...]]] = {
    "fit lr": (lambda m: m.fit(*rows(), lr=0.1), ("optimizer",)),
    "fit batchsize": (lambda m: m.fit(*rows(), batchsize=3), ("batch_size",)),
    "fit validation_freq": (lambda m: m.fit(*rows(), validation_freq=2), ("leave it out",)),
    "fit sample_weight": (lambda m: m.fit(*rows(), sample_weight=[1]), ("row",)),
    "fit in order": (lambda m: m.fit(*rows(), 32), ("by name: batch_size",)),
    "fit without y": (lambda m: m.fit(rows()[0]), ("y",)),
    "evaluate verbose": (lambda m: m.evaluate(*rows(), verbose=0), ("leave it out",)),
    "predict batch_size": (lambda m: m.predict(rows()[0], batch_size=8), ("leave it out",)),
    "compile lr": (lambda m: m.compile("mse", lr=0.1), ("optimizer=sw.SGD(learning_rate",)),
    "reset random_state": (lambda m: m.reset(random_state=1), ("seed",)),
    "write epoch": (lambda m: m.write("a.py", epoch=1), ("epochs",)),
}


@pytest.mark.parametrize(("call", "words"), CALLS.values(), ids=CALLS)
def test_arguments_that_are_not_ours(call: Any, words: tuple[str, ...]) -> None:
    model = classifier()
    before = everything(model)
    refused(lambda: call(model), ValueError, *words)
    assert everything(model) == before


def test_the_defaults_of_fit_are_as_documented() -> None:
    X, y = rows(70)
    plain, said = classifier(), classifier()
    plain.fit(X, y)
    said.fit(
        X, y, batch_size=32, epochs=10, shuffle=True, callbacks=(), verbose="auto",
        validation_data=None, validation_split=0.0,
    )  # fmt: skip
    assert snapshot(plain) == snapshot(said)
    assert snapshot(plain)["t"] == 10 * 3


def test_a_source_file_and_two_kinds_of_targets(tmp_path: Path) -> None:
    """The loop asks for its engine in every epoch, and validation for another."""
    X, y = rows(20)
    filed, plain = classifier(source_file=tmp_path / "net.py"), classifier()
    for model in (filed, plain):
        model.fit(X, y, epochs=3, validation_data=(X, np.eye(4)[y]))
        model.learning_rate = 0.5
        model.fit(X, y, epochs=1)
    assert snapshot(filed) == snapshot(plain)
    assert filed.source() == plain.source()
    assert (tmp_path / "net.py").read_text().startswith(filed.source("program"))


def test_a_fit_is_refused_where_another_thread_is_in_one() -> None:
    X, y = rows()
    model, errors = classifier(), []

    def fit_too() -> None:
        try:
            model.fit(X, y)
        except sw.errors.NotReadyError as error:
            errors.append(error)

    def meanwhile(model: sw.Sequential) -> None:
        thread = threading.Thread(target=fit_too)
        thread.start()
        thread.join()

    model.fit(X, y, epochs=2, callbacks=[meanwhile])
    assert len(errors) == 2
    assert model.history.epoch == [0, 1]
