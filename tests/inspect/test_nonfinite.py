"""A number that is not finite stops training before it does harm, and its line is named."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import NonFiniteError
from scratchwork.training import loop
from tests.engine import assert_same
from tests.training import classifier, rows, snapshot

CHUNKS = [0.0, 0.1, 1e9]
"""Where chunks end must not matter: a bad update may be the last of one."""


@pytest.fixture(params=CHUNKS, ids=lambda seconds: f"chunks of {seconds:g} s")
def chunks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> float:
    monkeypatch.setattr(loop, "CHUNK_SECONDS", request.param)
    return float(request.param)


def failed_fit(model: sw.Sequential, **settings: Any) -> sw.errors.NonFiniteError:
    X, y = rows(23)
    with pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(X, y, **{"batch_size": 4, "epochs": 50, "shuffle": False, **settings})
    return caught.value


def named_line(error: sw.errors.NonFiniteError) -> str:
    match = re.search("`(.*)`", error.got)
    assert match is not None
    return match[1]


def named_step(error: sw.errors.NonFiniteError) -> tuple[int, int]:
    match = re.match(r"epoch (\d+), step (\d+): ", error.where)
    assert match is not None
    return int(match[1]), int(match[2])


def one_line(text: str) -> str:
    return " ".join(row.split("  # ")[0].strip() for row in text.splitlines())


def assert_all_finite(model: sw.Sequential) -> None:
    for name in model.run.state.arrays():  # type: ignore[union-attr]
        assert np.isfinite(model[name]).all(), name


# ---- a rate that is too large ----
def test_a_huge_rate(chunks: float) -> None:
    """The first step makes numbers of 1e36, finite; the second one's logits overflow."""
    model = classifier(optimizer=sw.SGD(1e37))
    error = failed_fit(model)
    assert named_step(error) == (1, 2)
    assert "learning rate" in error.todo
    assert_all_finite(model)
    assert snapshot(model)["t"] == 1


@pytest.mark.parametrize("first_rate", [1e-2, 1e-3, 1e-4, 1e-5])
def test_the_model_is_as_it_was_before_the_step(chunks: float, first_rate: float) -> None:
    """To the bit, optimizer and running statistics included: step t of a twin that stops there.

    The rates let it happen at several places of an epoch, so of a chunk.
    """
    layers = (sw.Dense(6), sw.BatchNorm(), sw.Dropout(0.3), sw.Activation("tanh"))
    growing = sw.ExponentialDecay(first_rate, decay_rate=10.0, decay_steps=1)
    model = classifier(*layers, optimizer=sw.SGD(growing, momentum=0.9))
    epoch, step = named_step(failed_fit(model))
    assert step > 7  # beyond the first epoch: there is something to lose
    assert_all_finite(model)
    assert (snapshot(model)["t"], snapshot(model)["epoch"]) == (step - 1, epoch)
    twin = classifier(*layers, optimizer=sw.SGD(growing, momentum=0.9))
    X, y = rows(23)
    whole, rest = divmod(step - 1, 6)
    twin.fit(X, y, batch_size=4, epochs=whole, shuffle=False)
    if rest:
        twin.fit(X[: 4 * rest], y[: 4 * rest], batch_size=4, epochs=1, shuffle=False)
    assert snapshot(twin)["t"] == step - 1
    assert_same(numbers(twin), numbers(model))
    assert len(model.history.epoch) == whole == epoch - 1


def numbers(model: sw.Sequential) -> dict[str, Any]:
    """All arrays of a model."""
    assert model.run is not None
    return model.run.state.arrays()


# ---- a user's activation ----
def divided_by_zero(Z: sw.Value) -> sw.Value:
    return Z / (Z - Z)


def test_division_by_zero_is_named_with_layer_and_line(chunks: float) -> None:
    model = classifier(sw.Dense(5, activation=divided_by_zero))
    before = snapshot(model)
    error = failed_fit(model)
    assert named_step(error) == (1, 1)
    assert error.where.endswith("layer 1: Dense(5, divided_by_zero)")
    assert named_line(error).startswith("A1 = Z1 / ")
    assert "A1 with NaN or infinity" in error.got
    assert named_line(error) in one_line(model.source())
    assert {**snapshot(model), "epoch": 0} == before
    assert model.history.epoch == []


def test_the_second_layer_is_named_where_it_is_the_second() -> None:
    model = classifier(sw.Dense(5, activation="tanh"), sw.Dense(6, activation=divided_by_zero))
    assert failed_fit(model).where.endswith("layer 2: Dense(6, divided_by_zero)")


def test_infinity_in_the_backward_pass_alone() -> None:
    """The loss is finite, the gradient is not: the line of the gradient is named."""
    root = sw.Dense(5, activation=lambda Z: np.sqrt(Z * 0))  # type: ignore[call-overload]
    model = classifier(root)
    error = failed_fit(model)
    assert named_step(error) == (1, 1)
    assert "backward" in error.where
    assert_all_finite(model)


@pytest.mark.parametrize("seed", range(6))
def test_the_line_is_found_with_the_draws_of_that_step(seed: int) -> None:
    """Only where the mask drops the one entry is there a division by zero."""
    model = sw.Sequential(
        [sw.Dropout(0.5), sw.Activation(lambda Z: 1 / Z), sw.Dense(2)], input_shape=1
    )
    model.compile("cross_entropy", sw.SGD(1e-3), seed=seed)
    with pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(np.ones((50, 1)), np.zeros(50), batch_size=1, epochs=1)
    assert named_line(caught.value) == "A0 = 1 / D0"


# ---- overflow in the update alone ----
@pytest.mark.parametrize("batch_size", [4, 23, None])
@pytest.mark.parametrize("optimizer", [sw.SGD(3e38), sw.SGD(3e38, momentum=0.9)])
def test_overflow_in_the_update_alone(optimizer: Any, batch_size: Any, chunks: float) -> None:
    """The loss of that step is finite; its numbers must not be kept all the same."""
    X, y = rows(23)
    model = classifier(optimizer=optimizer)
    before = snapshot(model)
    with pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(30 * X, y, batch_size=batch_size, epochs=1, shuffle=False)
    assert named_step(caught.value) == (1, 1)
    assert "update: SGD" in caught.value.where
    assert re.match(r"W\d -= ", named_line(caught.value))
    assert {**snapshot(model), "epoch": 0} == before


def test_overflow_of_the_optimizers_state() -> None:
    """Squares of large gradients, in float32, before any parameter suffers."""
    X, y = rows(23)
    model = classifier(loss="mean_squared_error", outputs=1, optimizer=sw.Adam(1e-3))
    before = snapshot(model)
    notices = (
        pytest.warns(sw.errors.ScratchworkWarning, match="features"),
        pytest.warns(sw.errors.ScratchworkWarning, match="targets"),
    )
    with notices[0], notices[1], pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(1e17 * X, 1e3 * y, epochs=1)
    assert named_line(caught.value).startswith("v_W")
    assert {**snapshot(model), "epoch": 0} == before


def test_overflow_in_the_loop_over_many_parameters() -> None:
    model = classifier(*[sw.Dense(4)] * 5, optimizer=sw.SGD(3e38))
    X, y = rows(23)
    notice = pytest.warns(sw.errors.ScratchworkWarning, match="features")
    with notice, pytest.raises(sw.errors.NonFiniteError) as caught:
        model.fit(1e3 * X, y, epochs=1)
    assert named_line(caught.value) == "W -= learning_rate * dW"
    assert_all_finite(model)


def test_overflow_of_a_schedule() -> None:
    """Python's own numbers raise OverflowError, which is no FloatingPointError."""
    rate = sw.ExponentialDecay(1e-9, decay_rate=10.0, decay_steps=0.001)
    model = classifier(optimizer=sw.SGD(rate))
    error = failed_fit(model)
    assert named_step(error) == (1, 2)
    assert named_line(error).startswith("rate = ")
    assert snapshot(model)["t"] == 1


# ---- the error ----
def test_a_folded_statement_is_named_whole() -> None:
    """A penalty over ten kernels needs several lines."""
    hidden = [sw.Dense(4, activation="tanh")] * 9
    model = classifier(*hidden, regularizer=sw.L2(0.1))
    model["W5"] = np.full((4, 4), 1e30)
    error = failed_fit(model)
    line = named_line(error)
    ast.parse(line)
    assert line.startswith("penalty = ")
    assert "W10" in line
    assert "regularizer: L2(0.1)" in error.where


def test_it_is_a_floating_point_error() -> None:
    error = failed_fit(classifier(sw.Dense(5, activation=divided_by_zero)))
    assert isinstance(error, FloatingPointError)
    assert isinstance(error, sw.ScratchworkError)
    assert str(error) == f"{error.where} expects {error.expected}, got {error.got}; {error.todo}"


# ---- afterwards ----
def test_the_model_can_be_used_and_trained_again(chunks: float) -> None:
    X, y = rows(23)
    model = classifier(optimizer=sw.SGD(1e37))
    failed_fit(model)
    model.set_parameters(classifier().parameters)
    model.compile("cross_entropy", sw.SGD(0.1))
    history = model.fit(X, y, epochs=3)
    assert np.isfinite(history["loss"]).all()
    assert np.isfinite(model.predict(X)).all()
    assert model.verify(X, y)


def test_what_was_handed_out_before_is_untouched() -> None:
    model = classifier(optimizer=sw.SGD(1e37))
    W1 = model["W1"]
    before = W1.copy()
    failed_fit(model)
    assert np.array_equal(W1, before)


def test_a_huge_validation_loss_is_shown_and_no_warning() -> None:
    """Numbers that are large but finite: what they do to other rows stands in the history."""
    X, y = rows(23)
    model = classifier(optimizer=sw.SGD(1e-9))
    model["W1"] = np.full((3, 5), 1e20)
    history = model.fit(1e-20 * X, y, epochs=1, validation_data=(1e20 * X, y))
    assert math.isfinite(history["loss"][0])
    assert not math.isfinite(history["val_loss"][0])


@dataclass(frozen=True)
class Ending:
    """A rate that leaves the numbers after ten steps."""

    complex: bool

    def rate(self, t: sw.Value, epoch: sw.Value) -> sw.Value:
        left = 1 - t / 10
        return 0.1 * (left**0.5 if self.complex else np.sqrt(left))


@pytest.mark.parametrize("complex", [False, True])
def test_a_rate_that_is_no_number_names_its_step_and_changes_nothing(complex: bool) -> None:
    X, y = np.ones((20, 2)), np.ones(20)
    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", sw.SGD(Ending(complex)), seed=0)
    with pytest.raises(NonFiniteError, match="epoch 6, step 11: update: SGD"):
        model.fit(X, y, epochs=20, batch_size=10)
    assert model.run is not None
    assert model.run.state.t == 10
