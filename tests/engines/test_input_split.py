"""A first layer that is shared out by its inputs: when, and that it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import part, team
from scratchwork.errors import NonFiniteError
from scratchwork.layers.layer import Buildable
from tests.engines.agreement import EXACT, Case, distance, rows

pytest.importorskip("numba")

ROWS, INPUTS = 129, 131  # two batches and one of a single row; parts of 65 and of 66 inputs
DENSE = (sw.Dense(7, "relu"), sw.Dense(5, "tanh"), sw.Dense(3))


@pytest.fixture(autouse=True)
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks that are small enough for plain Python count as large ones."""
    monkeypatch.setattr(part, "SLICE_FLOPS", 1000)


def case(*layers: Buildable, inputs: int = INPUTS, batch: int = 64, **settings: Any) -> Case:
    return Case(layers, *rows(inputs, count=ROWS), settings, batch_size=batch)


def form(model: sw.Sequential) -> str:
    """The form of the step that ran."""
    (found,) = (
        form
        for engine in model.run.engines.values()  # type: ignore[union-attr] # it is built
        for name, form in engine.parts
        if name == "train_step"
    )
    return str(found)


def product_with_targets(Z: sw.Value, Y: sw.Value) -> sw.Value:
    return (Z * Y).sum(axis=1)


SHARED = {
    "sgd": case(*DENSE),
    "adam": case(*DENSE, optimizer=sw.Adam(0.01)),
    "nesterov": case(*DENSE, optimizer=sw.SGD(0.05, momentum=0.9, nesterov=True)),
    "without biases": case(sw.Dense(4, "sigmoid", use_bias=False), sw.Dense(3, use_bias=False)),
    "dropout behind it": case(sw.Dense(6, "relu"), sw.Dropout(0.5), sw.Dense(3)),
    "the only layer": case(sw.Dense(3)),
    "residual further on": case(sw.Dense(6), sw.LayerNorm(), sw.Dense(3), metrics=["accuracy"]),
}
BY_ROWS = {
    "few inputs": case(*DENSE, inputs=20),
    "a penalty reads W": case(*DENSE, regularizer=sw.L2(0.1)),
    "entries of dW are clipped": case(*DENSE, optimizer=sw.SGD(0.05, clip_value=0.01)),
    "a norm reads dW": case(*DENSE, optimizer=sw.SGD(0.05, clip_norm=1.0)),
    "X is not what is multiplied": case(sw.Rescale(0.5), *DENSE),
    "X has noise": case(sw.Dropout(0.2), *DENSE),
    "dZ is shown in another shape": case(
        sw.Dense(16), sw.Reshape((4, 4, 1)), sw.MaxPool2D(2), sw.Flatten(), sw.Dense(3)
    ),
    "dZ is Y": replace(
        case(sw.Dense(3), loss=product_with_targets, reduction="sum"), y=np.ones((ROWS, 3)) / 300
    ),
    "rows meet": case(sw.Dense(6), sw.BatchNorm(), sw.Dense(3), batch=ROWS),
    "one slice": case(*DENSE, batch=32),
}


@pytest.mark.usefixtures("plain_python")
@pytest.mark.parametrize("name", [*SHARED, *BY_ROWS])
def test_it_agrees_with_numpy(name: str) -> None:
    trained = (SHARED | BY_ROWS)[name]
    one, other = trained.trained("numpy"), trained.trained("numba")
    assert form(other) == ("inputs" if name in SHARED else "rows")
    assert distance(one.history["loss"], other.history["loss"]) <= EXACT
    arrays = one.run.state.arrays()  # type: ignore[union-attr] # it is built
    assert not {k for k in arrays if not distance(one[k], other[k]) <= EXACT}


@pytest.mark.compiled
@pytest.mark.parametrize("name", ["sgd", "adam", "the only layer"])
def test_the_number_of_threads_changes_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "cores", lambda: 2)
    models = []
    for threads in (1, 2, 2):
        monkeypatch.setattr(team.Crew, "threads", lambda self, threads=threads: threads)
        models.append(SHARED[name].trained("numba"))
        assert form(models[-1]) == "inputs"
    for other in models[1:]:
        assert other.history["loss"] == models[0].history["loss"]
        arrays = models[0].run.state.arrays()  # type: ignore[union-attr] # it is built
        assert all((other[k] == models[0][k]).all() for k in arrays)


@pytest.mark.compiled
def test_another_batch_goes_on_in_another_form() -> None:
    """Both forms are compiled once, and work on the same numbers."""
    one, other = (SHARED["adam"].model(engine) for engine in ("numpy", "numba"))
    X, y = SHARED["adam"].X, SHARED["adam"].y
    for batch in (64, 32, None, 64):
        for model in (one, other):
            model.fit(X, y, batch_size=batch, epochs=1, verbose=0)
    assert sorted(key for key in other.run.engine().parts) == [  # type: ignore[union-attr]
        ("train_step", "inputs"),
        ("train_step", "rows"),
    ]
    assert distance(one.history["loss"], other.history["loss"]) <= EXACT


@pytest.mark.usefixtures("plain_python")
def test_memory_of_the_other_form_is_not_asked_for() -> None:
    by_inputs, by_rows = SHARED["sgd"].trained("numba"), SHARED["sgd"].model("numba")
    by_rows.fit(SHARED["sgd"].X, SHARED["sgd"].y, batch_size=None, epochs=1, verbose=0)
    sizes = [
        part.sized["shared"].size
        for model in (by_inputs, by_rows)
        for part in model.run.engine().parts.values()  # type: ignore[union-attr] # it is built
    ]
    assert sizes == [3 * 64 * 7, 0]


@pytest.mark.usefixtures("plain_python")
def test_source_shows_the_form_of_the_last_fit() -> None:
    model = SHARED["sgd"].model("numba")
    model.build(INPUTS)
    assert "X_parts" not in model.source("numba")
    model.fit(SHARED["sgd"].X, SHARED["sgd"].y, batch_size=64, epochs=1, verbose=0)
    assert "X_parts" in model.source("numba")


@pytest.mark.compiled
def test_a_loss_that_is_not_finite_changes_nothing() -> None:
    model = SHARED["sgd"].model("numba")
    X = SHARED["sgd"].X.copy()
    X[100] = 10.0
    model.build(X.shape[1:])
    model["W1"] = np.full((INPUTS, 7), 1e308)
    before = model.parameters
    with pytest.raises(NonFiniteError, match="layer 1"):
        model.fit(X[64:], SHARED["sgd"].y[64:], batch_size=64, epochs=1, verbose=0, shuffle=False)
    assert all((before[k] == model[k]).all() for k in before)
