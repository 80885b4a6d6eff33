"""Callbacks: functions of the model, called after every epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import classifier, everything, refused, rows, snapshot


def test_each_is_called_with_the_model_after_every_epoch() -> None:
    X, y = rows()
    model = classifier()
    called: list[tuple[str, sw.Sequential]] = []
    model.fit(
        X, y, epochs=2,
        callbacks=[lambda m: called.append(("a", m)), lambda m: called.append(("b", m))],
    )  # fmt: skip
    assert [name for name, _ in called] == ["a", "b", "a", "b"]
    assert all(given is model for _, given in called)


def test_a_callback_sees_the_history_of_the_fit_under_way() -> None:
    """Otherwise it could not stop a fit early: the model is all that it is given."""
    X, y = rows()
    model = classifier()
    seen: list[list[float]] = []
    history = model.fit(X, y, epochs=3, callbacks=[lambda m: seen.append([*m.history["loss"]])])
    assert seen == [history["loss"][:1], history["loss"][:2], history["loss"]]


def test_true_ends_the_fit_after_all_were_called() -> None:
    X, y = rows()
    model, calls = classifier(), []

    def after_three(model: sw.Sequential) -> bool:
        return len(model.history.epoch) == 3

    def note(model: sw.Sequential) -> None:
        calls.append(model.history.epoch[-1])

    history = model.fit(X, y, epochs=9, callbacks=[after_three, note])
    assert history.epoch == calls == [0, 1, 2]


def test_nothing_is_returned_nothing_is_stopped() -> None:
    X, y = rows()
    assert len(classifier().fit(X, y, epochs=3, callbacks=[lambda m: None]).epoch) == 3


def test_a_callback_may_look_but_changes_nothing_by_it() -> None:
    X, y = rows()
    plain, watched = classifier(sw.Dropout(0.5)), classifier(sw.Dropout(0.5))

    def look(model: sw.Sequential) -> None:
        model.predict(X)
        model.evaluate(X, y)
        model.trace(X, y)
        model.verify(X, y)
        model.source()

    plain.fit(X, y, epochs=3, batch_size=4)
    watched.fit(X, y, epochs=3, batch_size=4, callbacks=[look])
    assert snapshot(plain) == snapshot(watched)


def test_what_a_callback_raises_goes_on_and_the_epoch_is_kept() -> None:
    X, y = rows()
    model = classifier()

    def fail(model: sw.Sequential) -> None:
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        model.fit(X, y, epochs=3, callbacks=[fail])
    assert model.history.epoch == [0]
    model.fit(X, y, epochs=1)
    assert model.history.epoch == [0, 1]


@pytest.mark.parametrize("given", [print, ["print"], [None], None, 3], ids=repr)
def test_what_is_no_list_of_functions_is_refused_before_training(given: Any) -> None:
    X, y = rows()
    model = classifier()
    before = everything(model)
    refused(lambda: model.fit(X, y, callbacks=given), ValueError, "callbacks", "in a list")
    assert everything(model) == before


@pytest.mark.parametrize("where", ["compile", "fit"])
def test_a_callback_cannot_begin_the_model_anew(where: str) -> None:
    """The rest of the fit would train numbers that the model no longer has."""
    X, y = np.ones((4, 2)), np.ones((4, 1))
    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", seed=0)
    again = {
        "compile": lambda model: model.compile("mean_squared_error"),
        "fit": lambda model: model.fit(X, y),
    }
    with pytest.raises(sw.errors.NotReadyError, match="a model at rest"):
        model.fit(X, y, epochs=2, callbacks=[again[where]])
    model.fit(X, y, epochs=1)
