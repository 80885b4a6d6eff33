"""Ctrl-C while training: a real SIGINT, no torn update, and a model that goes on."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.training.interrupt import Interrupt
from tests.training import Array, rows, snapshot

LONG = 10**6
"""Epochs that nobody waits for."""
BATCH = 32


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def ctrl_c_after(seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, press_ctrl_c)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


@contextmanager
def handler(function: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    before = signal.signal(signal.SIGINT, function)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def model_for(*hidden: sw.Layer) -> sw.Sequential:
    model = sw.Sequential([*hidden, sw.Dense(8, activation="tanh"), sw.Dense(4)], input_shape=3)
    model.compile("cross_entropy", sw.Adam(1e-3), engine="numpy", seed=0)
    return model


def replayed(X: Array, y: Array, steps: int) -> sw.Sequential:
    """The model after so many whole steps, never interrupted: without shuffle, rows in turn."""
    model = model_for()
    epochs, rest = divmod(steps, -(-len(X) // BATCH))
    if epochs:
        model.fit(X, y, batch_size=BATCH, epochs=epochs, shuffle=False)
    if rest:
        part = rest * BATCH
        model.fit(X[:part], y[:part], batch_size=BATCH, epochs=1, shuffle=False)
    return model


@pytest.mark.parametrize("n", [1_000, 1_000_000], ids=["many epochs", "one long epoch"])
def test_ctrl_c_leaves_a_whole_number_of_steps(n: int) -> None:
    X, y = rows(n)
    X = X.astype(np.float32)
    model = model_for()
    before = signal.getsignal(signal.SIGINT)
    started = time.perf_counter()
    with ctrl_c_after(0.3), pytest.raises(KeyboardInterrupt):
        model.fit(X, y, batch_size=BATCH, epochs=LONG, shuffle=False)
    assert time.perf_counter() - started < 5
    assert signal.getsignal(signal.SIGINT) is before
    reached = snapshot(model)
    assert reached["t"] > 0
    again = snapshot(replayed(X, y, reached["t"]))
    assert {**again, "epoch": 0} == {**reached, "epoch": 0}


def test_the_finished_epochs_stand_in_the_history() -> None:
    X, y = rows(1_000)
    model = model_for()
    with ctrl_c_after(0.3), pytest.raises(KeyboardInterrupt):
        model.fit(X, y, batch_size=BATCH, epochs=LONG, shuffle=False)
    finished = len(model.history.epoch)
    assert finished > 0
    steps = snapshot(model)["t"]
    assert finished == steps // 32  # 1,000 rows by 32 are 32 steps
    again = model_for()
    again.fit(X, y, batch_size=BATCH, epochs=finished, shuffle=False)
    assert model.history["loss"] == again.history["loss"]


def test_a_fit_after_the_interrupt_goes_on() -> None:
    X, y = rows(1_000)
    model = model_for(sw.Dropout(0.2))
    with ctrl_c_after(0.2), pytest.raises(KeyboardInterrupt):
        model.fit(X, y, epochs=LONG)
    done, steps = len(model.history.epoch), snapshot(model)["t"]
    history = model.fit(X, y, batch_size=BATCH, epochs=2)
    assert len(history["loss"]) == 2
    assert len(model.history["loss"]) == done + 2
    assert snapshot(model)["t"] == steps + 2 * 32


@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("validated", [False, True])
def test_what_comes_after_the_last_chunk_is_not_lost(epochs: int, validated: bool) -> None:
    """Pressed while callbacks or validation run, even in the last epoch, it still acts."""
    X, y = rows()
    model = model_for()
    data = (X, y) if validated else None
    with pytest.raises(KeyboardInterrupt):
        model.fit(
            X, y, epochs=epochs, validation_data=data,
            callbacks=[lambda m: len(m.history.epoch) == epochs and press_ctrl_c()],
        )  # fmt: skip
    assert len(model.history.epoch) == epochs
    assert snapshot(model)["epoch"] == epochs


def test_an_epoch_that_is_done_is_written_down_first() -> None:
    """With all rows at once each chunk is an epoch: none of their numbers may be missing."""
    X, y = rows(200_000)
    model = model_for()
    with ctrl_c_after(0.3), pytest.raises(KeyboardInterrupt):
        model.fit(X, y, batch_size=None, epochs=LONG)
    state = snapshot(model)
    assert state["t"] == state["epoch"] == len(model.history.epoch) > 0


def test_a_second_ctrl_c_acts_at_once() -> None:
    """Where a step takes minutes, the user gets the prompt back by pressing again."""
    X, y = rows()

    def press_twice(model: sw.Sequential) -> None:
        press_ctrl_c()
        pressed.append("once")
        press_ctrl_c()
        pressed.append("twice")

    pressed: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        model_for().fit(X, y, epochs=LONG, callbacks=[press_twice])
    assert pressed == ["once"]


# ---- a user's own handler ----
def test_a_users_handler_is_called_between_steps_and_restored() -> None:
    """One that returns lets the training go on, as it would any other program."""
    X, y = rows(1_000)
    model, called = model_for(), []

    def note(number: int, frame: FrameType | None) -> None:
        called.append((number, snapshot(model)))

    with handler(note):
        with ctrl_c_after(0.1):
            model.fit(
                X,
                y,
                batch_size=BATCH,
                epochs=LONG,
                shuffle=False,
                callbacks=[lambda m: bool(called)],
            )
        assert signal.getsignal(signal.SIGINT) is note
        press_ctrl_c()
    assert [number for number, _ in called] == [signal.SIGINT] * 2
    seen = called[0][1]
    again = snapshot(replayed(X, y, seen["t"]))
    assert {**again, "epoch": 0} == {**seen, "epoch": 0}


def test_what_a_users_handler_raises_goes_on() -> None:
    X, y = rows(1_000)
    model = model_for()

    class Enough(Exception):
        pass

    def give_up(number: int, frame: FrameType | None) -> None:
        raise Enough

    with handler(give_up):
        with ctrl_c_after(0.1), pytest.raises(Enough):
            model.fit(X, y, epochs=LONG)
        assert signal.getsignal(signal.SIGINT) is give_up
    assert snapshot(model)["t"] > 0


def test_ignored_stays_ignored() -> None:
    X, y = rows()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        model_for().fit(X, y, epochs=1, callbacks=[lambda m: press_ctrl_c()])
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


# ---- the interrupt itself ----
def test_what_came_last_acts_at_the_end() -> None:
    def work() -> None:
        with Interrupt() as interrupt:
            press_ctrl_c()
            assert interrupt.asked
            reached.append("the end")

    reached: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["the end"]


def test_an_error_is_not_replaced_by_the_interrupt() -> None:
    def work() -> None:
        with Interrupt():
            press_ctrl_c()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()


# ---- elsewhere ----
def test_the_handler_is_restored_after_any_fit() -> None:
    X, y = rows()
    before = signal.getsignal(signal.SIGINT)
    during = []
    model_for().fit(X, y, epochs=1, callbacks=[lambda m: during.append(signal.getsignal(2))])
    assert signal.getsignal(signal.SIGINT) is before
    assert during[0] is not before
    broken = model_for()
    with pytest.raises(ZeroDivisionError):
        broken.fit(X, y, epochs=1, callbacks=[lambda m: 1 / 0])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_thread_trains_too_and_to_the_same_bits() -> None:
    """Only the main thread may set handlers; elsewhere training leaves them alone."""
    X, y = rows(100)
    here, there = model_for(sw.Dropout(0.5)), model_for(sw.Dropout(0.5))
    here.fit(X, y, epochs=3)
    thread = threading.Thread(target=lambda: there.fit(X, y, epochs=3))
    thread.start()
    thread.join()
    assert snapshot(here) == snapshot(there)
    assert here.history.history == there.history.history
