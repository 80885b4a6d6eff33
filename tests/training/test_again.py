"""A model trained, compiled or copied again: what begins anew, what stays, what is taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from threadpoolctl import threadpool_info

import scratchwork as sw
from scratchwork.errors import ScratchworkWarning
from scratchwork.training.history import History
from tests.training import classifier, everything, refused, rows, snapshot

X, Y = rows(20)
TWO = (X[:, 0] > 0).astype(int)
HALVES = sw.StepDecay(0.1, factor=0.5, every=1)


# ---- schedules ----
def test_compile_again_begins_the_schedule() -> None:
    model, constant = classifier(optimizer=sw.SGD(HALVES)), classifier()
    model.fit(X, Y, epochs=3)
    model.compile("cross_entropy", sw.SGD(HALVES), seed=0)
    constant.set_parameters(model.parameters)
    for each in (model, constant):
        each.fit(X, Y, epochs=1, batch_size=None, shuffle=False)
    assert np.allclose(model["W1"], constant["W1"], rtol=1e-5)
    assert model.history.epoch == [0, 1, 2, 3]
    model.reset(0)
    fresh = classifier(optimizer=sw.SGD(HALVES))
    for each in (model, fresh):
        each.fit(X, Y, epochs=2)
    assert snapshot(model) == snapshot(fresh)


def test_compile_again_begins_the_schedule_of_a_written_program(tmp_path: Path) -> None:
    model = classifier(optimizer=sw.SGD(HALVES))
    model.fit(X, Y, epochs=3)
    model.compile("cross_entropy", sw.SGD(HALVES), seed=0)
    model.fit(X, Y, epochs=2)
    text = model.write(tmp_path / "again.py", data=(X, Y))[0].read_text()
    assert "range(3, 3 + epochs)" in text
    assert "epoch - 3)" in text


# ---- the layers' state ----
KEEPING = {
    "fitted": [sw.Standardize()],
    "running": [sw.Dense(4), sw.BatchNorm()],
    "both": [sw.Standardize(), sw.BatchNorm()],
}


@pytest.mark.parametrize("layers", KEEPING.values(), ids=KEEPING)
def test_parameters_and_state_make_a_copy(layers: list[Any]) -> None:
    trained, copied = classifier(*layers), classifier(*layers)
    trained.fit(5 * X + 3, Y, epochs=2)
    copied.set_parameters({**trained.parameters, **trained.state})
    assert np.array_equal(copied.predict(X), trained.predict(X))
    copied.set_parameters(trained.parameters)  # no warning: the state is there
    before = {name: copied[name] for name in copied.state if name.startswith(("mean", "std"))}
    copied.fit(X, Y, epochs=1)  # what was given is not fitted anew
    assert all(np.array_equal(copied[name], before[name]) for name in before)


@pytest.mark.parametrize("layers", KEEPING.values(), ids=KEEPING)
def test_parameters_without_their_state_get_a_warning(layers: list[Any]) -> None:
    trained, copied = classifier(*layers), classifier(*layers)
    trained.fit(X, Y, epochs=1)
    with pytest.warns(ScratchworkWarning, match=", ".join(trained.state)):
        copied.set_parameters(trained.parameters)


# ---- labels ----
LABELS = {
    "signs, then 0 and 1": ("hinge", 2 * TWO - 1, "binary_cross_entropy", TWO, [0, 1]),
    "truth values, then numbers": ("binary_cross_entropy", TWO > 0, "mse", X[:, 1], None),
    "words that stay": ("binary_cross_entropy", TWO.astype(str), "hinge", None, ["0", "1"]),
    "signs under the same loss": ("hinge", 2 * TWO - 1, "hinge", None, [-1, 1]),
}


@pytest.mark.parametrize(("loss", "y", "then", "y_then", "classes"), LABELS.values(), ids=LABELS)
def test_labels_under_another_loss(
    loss: str, y: Any, then: str, y_then: Any, classes: list[Any] | None
) -> None:
    model = classifier(loss=loss, outputs=1)
    model.fit(X, y, epochs=1)
    model.compile(then, sw.SGD(0.1), seed=0)
    if y_then is not None:
        model.fit(X, y_then, epochs=1)
    found = model.classes_
    assert (None if found is None else found.tolist()) == classes


def test_a_written_network_names_its_signs(tmp_path: Path) -> None:
    model = classifier(loss="hinge", outputs=1)
    model.fit(X, 2 * TWO - 1, epochs=1)
    text = model.write(tmp_path / "signs.py", program="predict")[0].read_text()
    assert 'CLASSES = ("-1", "1")' in text


# ---- a fit without a step ----
def diverging(**settings: Any) -> sw.Sequential:
    model = sw.Sequential([sw.Standardize(), sw.Dense(1)], **settings)
    model.compile("mse", sw.SGD(0.1))
    return model


@pytest.mark.parametrize("settings", [{}, {"input_shape": 3}], ids=["no shape", "shape"])
def test_a_fit_that_fails_in_its_first_step_leaves_a_new_model_as_it_was(settings: Any) -> None:
    model = diverging(**settings)
    before = everything(model)
    refused(lambda: model.fit(X, np.full(20, 1e30), epochs=1), FloatingPointError, "step 1")
    after = everything(model)
    for each in (before, after):
        each.pop("history's seed")
    assert after == before
    assert (model.classes_, model.run is None) == (None, not settings)
    if model.run is not None:
        assert not model.run.prepared


def test_a_fit_that_fails_in_its_first_step_forgets_the_labels() -> None:
    model = classifier(loss=too_large, outputs=1)
    refused(lambda: model.fit(X, TWO, epochs=1), FloatingPointError)
    assert model.run is not None
    assert model.run.seen.classes is None
    assert model.run.state.epoch == 0


def too_large(Z: Any, Y: Any) -> Any:
    return (1e30 * (Z - Y).sum(axis=1)) ** 2


# ---- callbacks ----
@pytest.mark.parametrize(
    ("answer", "epochs"),
    [(True, 1), (np.True_, 1), (False, 3), (None, 3), (1, 3), ("stop", 3), ([0], 3),
     (np.ones(2), 3)],
    ids=str,
)  # fmt: skip
def test_only_true_ends_a_fit(answer: object, epochs: int) -> None:
    assert len(classifier().fit(X, Y, epochs=3, callbacks=[lambda model: answer])) == epochs


# ---- BLAS ----
def blas_threads() -> list[int]:
    return [x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"]


@pytest.mark.parametrize("outlives", [False, True])
def test_a_thread_that_a_callback_starts(outlives: bool) -> None:
    """It shares the hold of the fit, whichever of the two ends last."""
    before, seen = blas_threads(), []
    inside, leave = threading.Event(), threading.Event()
    other = classifier()

    def hold(model: sw.Sequential) -> None:
        inside.set()
        leave.wait(10)
        seen.append(blas_threads())

    thread = threading.Thread(
        target=other.fit, args=(X, Y), kwargs={"epochs": 1, "callbacks": [hold]}
    )

    def start(model: sw.Sequential) -> None:
        thread.start()
        inside.wait(10)
        if not outlives:
            leave.set()
            thread.join()
        seen.append(blas_threads())

    classifier().fit(X, Y, epochs=1, callbacks=[start])
    leave.set()
    thread.join()
    assert seen == [[1] * len(before)] * 2
    assert blas_threads() == before


# ---- arguments and results ----
WRONG: dict[str, tuple[Callable[[sw.Sequential], object], type[Exception], str]] = {
    "shuffle": (lambda m: m.fit(X, Y, shuffle="no"), ValueError, "shuffle=True"),  # type: ignore[arg-type]
    "raw": (lambda m: m.predict(X, raw="no"), ValueError, "raw=True"),  # type: ignore[arg-type]
    "a list of arrays": (lambda m: m.set_parameters([1]), ValueError, "a dict"),  # type: ignore[arg-type]
    "names": (lambda m: m[["W1"]], KeyError, "W1, b1"),  # type: ignore[index]
    "columns": (lambda m: m.history[["loss"]], KeyError, "one of"),  # type: ignore[index]
    "no result": (lambda m: m.evaluate(X, Y)[None], KeyError, "loss, accuracy"),
    "two as one": (lambda m: float(m.evaluate(X, Y)), ValueError, '["loss"]'),
    "a call": (lambda m: m(X), ValueError, "predict(X)"),
    "seed": (lambda m: setattr(m, "seed", 5), AttributeError, "reset"),
    "history": (lambda m: setattr(m, "history", {}), AttributeError, "reset"),
    "parameters": (lambda m: setattr(m, "parameters", {}), AttributeError, "set_parameters"),
    "state": (lambda m: setattr(m, "state", {}), AttributeError, "set_parameters"),
}


@pytest.mark.parametrize(("call", "builtin", "words"), WRONG.values(), ids=WRONG)
def test_what_is_refused(
    call: Callable[[sw.Sequential], object], builtin: type[Exception], words: str
) -> None:
    model = classifier(metrics=["accuracy"])
    before = everything(model)
    refused(lambda: call(model), builtin, words)
    assert everything(model) == before


def test_a_model_lists_its_names() -> None:
    model = classifier(sw.BatchNorm())
    assert {*model} == {*model.parameters, *model.state}
    assert "W2" in model
    assert "W9" not in model
    assert all(model[name].size for name in model)


def test_a_shape_of_numpys_numbers() -> None:
    for given in (np.int64(3), (np.int64(3),), (None, np.int32(3))):
        model = sw.Sequential([sw.Dense(2)])
        model.build(given)
        assert model["W1"].shape == (3, 2)


def test_results_as_numbers_and_dicts() -> None:
    model = classifier()
    history, result = model.fit(X, Y, epochs=2), model.evaluate(X, Y)
    assert float(result) == result["loss"]
    assert f"{result:.3f}" == f"{result['loss']:.3f}"
    assert f"{result}" == str(result)
    assert dict(result) == result.as_dict()
    assert dict(history) == history.history


def test_long_names_have_wide_columns() -> None:
    history = History()
    history.add(0, {"loss": 1.0, "val_balanced_accuracy": 0.5})
    head, row = str(history).splitlines()
    assert head == "epoch          loss  val_balanced_accuracy"
    assert len(row) == len(head)
