"""model.learning_rate: read and set between epochs, shown by source, right in written programs."""

from __future__ import annotations

import inspect
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.training import rate as rates
from tests.engine import assert_same
from tests.training import classifier, everything, refused, rows, snapshot


def text_of_what_runs(model: sw.Sequential) -> str:
    return inspect.getsource(model.run.engine().function("train_step"))  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_a_number_is_read_and_set_and_shown(name: str) -> None:
    model = classifier(optimizer=name)
    before = model.source("program")
    model.learning_rate = 0.25
    assert model.learning_rate == 0.25
    assert "learning_rate=0.25" in model.source()
    assert f"{name}(0.25)" in model.source("program")
    assert text_of_what_runs(model) == model.source()
    changed = [
        (a, b)
        for a, b in zip(before.splitlines(), model.source("program").splitlines(), strict=True)
        if a != b
    ]
    assert len(changed) == 3  # the description, train_step, train_epoch
    assert all("0.25" in b for _, b in changed)


def test_it_gives_the_program_that_compile_would(tmp_path: Path) -> None:
    rate = sw.ExponentialDecay(0.1)
    for first, second in ((0.1, 0.2), (0.1, rate), (rate, 0.2)):
        changed = classifier(optimizer=sw.SGD(first, momentum=0.9), source_file=tmp_path / "n.py")
        changed.learning_rate = second
        made = classifier(optimizer=sw.SGD(second, momentum=0.9))
        assert changed.source("program") == made.source("program")
        assert (tmp_path / "n.py").read_text().startswith(made.source("program"))
        assert text_of_what_runs(changed) == made.source()


def test_where_a_number_changes_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback may change it in every epoch."""
    model = classifier()
    model.source()
    monkeypatch.setattr(rates, "source", None)
    model.learning_rate = 0.3
    assert "learning_rate=0.3" in model.source()


def test_a_loss_with_a_setting_of_that_name_keeps_it() -> None:
    @dataclass(frozen=True)
    class Weighed:
        learning_rate: float = 0.1

        def __call__(self, Z: sw.Value, Y: sw.Value) -> sw.Value:
            return (self.learning_rate * (Z - Y) ** 2).sum(axis=1)

    model = classifier(loss=Weighed(), optimizer=sw.SGD(0.1))
    model.learning_rate = 0.7
    head = model.source().split(":")[0]
    assert "learning_rate=0.1" in head
    assert "learning_rate_2=0.7" in head


def test_training_goes_on_at_the_new_rate_with_the_optimizers_arrays() -> None:
    """By hand: v = 0.9 * v + dW, W -= rate * v."""
    X, y = rows()
    model = classifier(optimizer=sw.SGD(0.1, momentum=0.9), dtype="float64")
    model.fit(X, y, epochs=2)
    for rate in (0.02, sw.ExponentialDecay(0.03, decay_rate=0.5, decay_steps=1.0), 0.04):
        model.learning_rate = rate
        trace = model.trace(X, y)
        steps = snapshot(model)["t"]
        model.fit(X, y, epochs=1, shuffle=False)
        now = rate if isinstance(rate, float) else 0.03 * 0.5**steps
        v = 0.9 * trace["v_W1"] + trace["dW1"]
        np.testing.assert_allclose(model["v_W1"], v, rtol=1e-12)
        np.testing.assert_allclose(model["W1"], trace["W1"] - now * v, rtol=1e-12)


def test_in_a_callback_it_holds_from_the_next_epoch_on() -> None:
    X, y = rows(20)
    called, apart = classifier(sw.Dropout(0.3)), classifier(sw.Dropout(0.3))

    def halve(model: sw.Sequential) -> None:
        model.learning_rate = model.learning_rate / 2  # type: ignore[operator] # a number here

    called.fit(X, y, batch_size=4, epochs=3, callbacks=[halve], validation_data=(X, np.eye(4)[y]))
    for rate in (0.1, 0.05, 0.025):
        apart.learning_rate = rate
        apart.fit(X, y, batch_size=4, epochs=1)
    assert snapshot(called) == snapshot(apart)
    assert called.learning_rate == 0.0125


def test_it_stands_before_the_shape_is_known_and_in_a_pickle() -> None:
    import pickle

    model = sw.Sequential([sw.Dense(4)])
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    model.learning_rate = 0.5
    again = pickle.loads(pickle.dumps(model))
    again.build(3)
    assert "learning_rate=0.5" in again.source()


def test_compile_begins_with_its_own_rate() -> None:
    model = classifier()
    model.learning_rate = 0.5
    model.compile("cross_entropy", sw.SGD(0.2))
    assert model.learning_rate == 0.2


BAD: dict[str, tuple[Any, tuple[str, ...]]] = {
    "zero": (0, ("learning_rate > 0", "0")),
    "negative": (-0.1, ("learning_rate > 0",)),
    "NaN": (float("nan"), ("finite",)),
    "text": ("fast", ("'fast'",)),
    "None": (None, ("None",)),
    "True": (True, ("True",)),
    "a class": (sw.ExponentialDecay, ("sw.ExponentialDecay(...)",)),
}


@pytest.mark.parametrize(("value", "words"), BAD.values(), ids=BAD)
def test_bad_rates_change_nothing(value: Any, words: tuple[str, ...]) -> None:
    model = classifier()
    before = everything(model), model.source("program")

    def change() -> None:
        model.learning_rate = value

    refused(change, ValueError, "model.learning_rate", *words)
    assert (everything(model), model.source("program")) == before


def test_before_compile_there_is_none() -> None:
    model = sw.Sequential([sw.Dense(4)], input_shape=3)
    refused(lambda: model.learning_rate, RuntimeError, "compile")


# ---- optimizers of users ----
class Fixed:
    """Without that field."""

    def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
        return W - 0.1 * dW


class Plain:
    """No dataclass: its number stands in the lines."""

    learning_rate: Any = 0.1

    def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
        return W - self.learning_rate * dW


class Counted:
    """Another state for another kind of rate; no dataclass, so that it can tell them apart."""

    def __init__(self, learning_rate: Any) -> None:
        self.learning_rate = learning_rate

    def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
        if isinstance(self.learning_rate, float):
            return W - self.learning_rate * scope.update(scope.state("m"), dW)
        m, c = scope.state("m"), scope.state("c", 1.0)
        return W - self.learning_rate.start * scope.update(m, dW) / scope.update(c, c + 1)


def test_an_optimizer_without_that_field() -> None:
    model = classifier(optimizer=Fixed())
    refused(lambda: model.learning_rate, ValueError, "Fixed", "a field learning_rate")
    refused(lambda: setattr(model, "learning_rate", 1.0), ValueError, "Fixed")


def test_an_optimizer_that_is_no_dataclass() -> None:
    optimizer = Plain()
    model = classifier(optimizer=optimizer)
    model.learning_rate = 0.25
    assert "W1 -= 0.25 * dW1" in model.source()
    assert optimizer.learning_rate == 0.1  # another model may have it, too


@dataclass(frozen=True)
class Halved:
    """A user's schedule."""

    start: float = 0.5

    def rate(self, t: sw.Value, epoch: sw.Value) -> sw.Value:
        return self.start / t


def test_new_state_is_drawn_and_the_rest_kept() -> None:
    X, y = rows()
    model = classifier(optimizer=Counted(0.1))
    model.fit(X, y, epochs=2)
    kept = model["m_W1"]
    assert kept.any()
    model.learning_rate = Halved()
    assert np.array_equal(model["m_W1"], kept)
    assert (model["c_W1"] == 1).all()
    model.fit(X, y, epochs=1)
    assert (model["c_W1"] == 2).all()
    model.learning_rate = 0.1
    refused(lambda: model["c_W1"], KeyError, "'c_W1'")


def test_a_schedule_that_cannot_be_recorded_changes_nothing() -> None:
    class Broken:
        def rate(self, t: sw.Value, epoch: sw.Value) -> sw.Value:
            raise ZeroDivisionError

    model = classifier()
    before = everything(model)
    with pytest.raises(ZeroDivisionError):
        model.learning_rate = Broken()  # type: ignore[assignment] # a user's own
    assert everything(model) == before
    assert model.learning_rate == 0.1


# ---- written programs ----
def test_a_written_program_repeats_the_fit_at_the_rate_that_it_had(tmp_path: Path) -> None:
    X, y = rows(20)
    model = classifier()
    model.fit(X, y, epochs=1, batch_size=4)
    model.learning_rate = 0.02
    history = model.fit(X, y, epochs=2, batch_size=4)
    model.learning_rate = 0.9
    model.write(tmp_path / "again.py", data=(X, y))
    done = subprocess.run(
        [sys.executable, str(tmp_path / "again.py")], capture_output=True, text=True, check=True
    )
    losses = [float(line.split("loss ")[1]) for line in done.stdout.splitlines()]
    assert_same({"loss": losses}, {"loss": history["loss"]})
    assert "0.9" not in (tmp_path / "again.py").read_text()
