"""The team: threads that run one function together, and the choice of how many."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import team
from scratchwork.engines.team import AGAIN, GONE, LONGEST, TRIES, Crew, may_help, run_together

pytest.importorskip("numba")


def test_every_thread_gets_its_number() -> None:
    seen: set[tuple[int, int]] = set()

    def work(thread: int, threads: int, sync: Any) -> int:
        seen.add((thread, threads))
        return 10 * thread

    sync = np.ones(16, np.int64)
    assert run_together(work, [0, 3, sync], 3, sync) == 0
    assert seen == {(0, 3), (1, 3), (2, 3)}
    assert not sync.any()


def test_an_error_in_this_thread_lets_the_others_go() -> None:
    sync, left = np.zeros(16, np.int64), threading.Event()

    def work(thread: int, threads: int, sync: Any) -> int:
        if thread == 0:
            raise KeyboardInterrupt
        while not sync[GONE]:  # as a barrier would wait for the one that does not come
            pass
        left.set()
        return 0

    with pytest.raises(KeyboardInterrupt):
        run_together(work, [0, 2, sync], 2, sync)
    assert left.is_set()
    assert run_together(lambda *_: 7, [0, 2, sync], 2, sync) == 7  # the helper is there again


def test_a_thread_of_many_has_no_team() -> None:
    found: list[bool] = []
    worker = threading.Thread(target=lambda: found.append(may_help()))
    worker.start()
    worker.join()
    assert found == [False]


def test_one_core_has_no_team(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(team, "cores", lambda: 1)
    assert not may_help()
    assert team.most_threads(8) == 1


def test_the_faster_number_is_kept_and_the_other_tried_again() -> None:
    crew = Crew(2)
    assert crew.threads() == 2
    tried = []
    for _ in range(2 * TRIES):
        tried.append(crew.threads())
        crew.took(tried[-1], 10, 0.9 if tried[-1] == 2 else 1.0)
    assert tried.count(1) == TRIES
    assert [crew.threads() for _ in range(3)] == [2, 2, 2]
    tried = []
    for _ in range(AGAIN):
        tried.append(crew.threads())
        crew.took(tried[-1], 10, 0.9 if tried[-1] == 2 else 1.0)
    assert tried.count(1) == 1


def test_a_first_chunk_that_took_long_decides_nothing() -> None:
    """It waits for threads to start and memory to come, and may take ten times as long."""
    crew = Crew(2)
    crew.took(crew.threads(), 1, 0.015)
    for _ in range(2 * TRIES):
        number = crew.threads()
        crew.took(number, 10, 0.012 if number == 2 else 0.02)
    assert crew.threads() == 2


def test_a_number_that_was_bad_is_tried_ever_more_seldom() -> None:
    crew = Crew(2)
    tries = []
    for chunk in range(3 * LONGEST):
        number = crew.threads()
        crew.took(number, 10, 1.0 if number == 1 else 9.0)
        if number == 2:
            tries.append(chunk)
    assert 3 < len(tries) < 20
    assert np.diff(tries).max() <= LONGEST


def test_a_short_chunk_says_nothing() -> None:
    crew = Crew(2)
    crew.took(2, 1, 1e-6)
    assert crew.threads() == 2
    assert not crew.seconds


def wide() -> tuple[sw.Sequential, Any, Any]:
    """A network whose batches have two slices."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 200)).astype(np.float32)
    y = rng.integers(0, 5, 500)
    model = sw.Sequential([sw.Dense(200, "relu"), sw.Dropout(0.2), sw.Dense(5)])
    settings: dict[str, Any] = {"metrics": ["accuracy"], "engine": "numba", "seed": 0}
    model.compile("cross_entropy", sw.Adam(clip_norm=1.0), **settings)
    return model, X, y


@pytest.mark.compiled
def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    results = []
    monkeypatch.setattr(team, "cores", lambda: 2)
    for threads in (1, 2, 2):
        monkeypatch.setattr(Crew, "threads", lambda self, threads=threads: threads)
        model, X, y = wide()
        history = model.fit(X, y, batch_size=128, epochs=3, verbose=0)
        (part,) = (p for e in model.run.engines.values() for p in e.parts.values())  # type: ignore[union-attr]
        assert part.crew.most == 2
        results.append((history.history, model.parameters))
    first = results[0]
    for other in results[1:]:
        assert other[0] == first[0]
        assert all((other[1][name] == first[1][name]).all() for name in first[1])
