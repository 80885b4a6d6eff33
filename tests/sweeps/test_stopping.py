"""Ctrl-C and errors while many networks train: all stop, nothing hangs, what is done is kept."""

from __future__ import annotations

import queue
import signal
import threading
import time
from collections import Counter

import pytest

import scratchwork as sw
from tests.sweeps import bits, build
from tests.training import rows
from tests.training.test_interrupt import LONG, ctrl_c_after, handler, press_ctrl_c

X, y = rows(200)


def first_two(model: sw.Sequential) -> bool:
    """Ends two networks; the others would go on for ever."""
    return model.seed in (7, 8)


@pytest.mark.parametrize("threads", [1, 3])
def test_ctrl_c_stops_all_and_keeps_what_is_finished(threads: int) -> None:
    epochs_after = Counter[str]()

    def press(model: sw.Sequential) -> bool:
        """Ctrl-C a good while after two networks have ended."""
        epochs_after["ended"] += first_two(model)
        epochs_after["others"] += epochs_after["ended"] == 2
        if epochs_after["others"] == 100:
            press_ctrl_c()
        return first_two(model)

    model = build(engine="numpy")  # which "auto" would not take for so many epochs
    networks = sw.repeat(model, n=6, threads=threads)
    before, running = signal.getsignal(signal.SIGINT), threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        networks.fit(X, y, epochs=LONG, callbacks=[press])
    assert threading.active_count() == running
    assert signal.getsignal(signal.SIGINT) is before
    assert [row.seed for row in networks.results_] == [7, 8]
    alone = sw.repeat(model, n=2).fit(X, y, epochs=1)
    assert bits(networks.results_) == bits(alone)


def test_ctrl_c_while_a_point_is_built() -> None:
    def slow(width: int) -> sw.Sequential:
        if width > 2:
            press_ctrl_c()
        return build(width)

    networks = sw.sweep(slow, {"width": [2, 3, 4]})
    with pytest.raises(KeyboardInterrupt):
        networks.fit(X, y, epochs=LONG)
    assert len(networks.results_) == 0


def test_a_handler_of_one_s_own_may_let_it_go_on() -> None:
    pressed: list[int] = []
    with handler(lambda number, frame: pressed.append(number)), ctrl_c_after(0.3):
        results = sw.repeat(build(), n=3).fit(X, y, epochs=3, callbacks=[lambda _: time.sleep(0.1)])
    assert pressed == [signal.SIGINT]
    assert len(results) == 3


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("error", [LookupError, queue.Empty])
def test_an_error_in_a_callback_ends_all(threads: int, error: type[Exception]) -> None:
    def fail(model: sw.Sequential) -> bool:
        if model.seed == 9:
            raise error("mine")
        return first_two(model)

    networks = sw.repeat(build(), n=6, threads=threads)
    running = threading.active_count()
    with pytest.raises(error, match="mine"):
        networks.fit(X, y, epochs=LONG, callbacks=[fail])
    assert threading.active_count() == running
    assert {row.seed for row in networks.results_} <= {7, 8}


def test_in_a_thread_of_one_s_own() -> None:
    """Where no signal arrives."""
    found: list[sw.Results] = []
    networks = sw.repeat(build(), n=3)
    thread = threading.Thread(target=lambda: found.append(networks.fit(X, y, epochs=2)))
    thread.start()
    thread.join(60)
    assert bits(found[0]) == bits(networks.fit(X, y, epochs=2))
