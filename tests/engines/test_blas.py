"""BLAS at one thread: who holds it, who gives it back, and what is loaded later."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from scratchwork.engines.blas import Hold, Library, one_thread

threadpoolctl = pytest.importorskip("threadpoolctl")


def blas_threads() -> list[int]:
    return [x["num_threads"] for x in threadpoolctl.threadpool_info() if x["user_api"] == "blas"]


def in_thread(function: object) -> None:
    thread = threading.Thread(target=function)  # type: ignore[arg-type]
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def two_threads() -> Iterator[list[int]]:
    """BLAS as on a machine with cores to spare, whatever this one has."""
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        if set(blas_threads()) != {2}:
            pytest.skip("this BLAS has one thread at most")
        yield blas_threads()


def test_within_there_is_one_thread_and_then_those_from_before(two_threads: list[int]) -> None:
    with one_thread():
        with one_thread():
            pass
        assert set(blas_threads()) == {1}
    assert blas_threads() == two_threads


def test_an_error_within_gives_them_back(two_threads: list[int]) -> None:
    with pytest.raises(ZeroDivisionError), one_thread():
        _ = 1 / 0
    assert blas_threads() == two_threads


def test_another_thread_than_the_one_that_set_the_number_can_hold_it(
    two_threads: list[int],
) -> None:
    """With threadpoolctl 3.8 the thread that set the limit is the only one that it obeys."""
    seen: list[list[int]] = []

    def hold() -> None:
        with one_thread():
            seen.append(blas_threads())

    in_thread(hold)
    assert seen == [[1] * len(two_threads)]
    assert blas_threads() == two_threads


def test_what_is_set_from_outside_meanwhile_is_held_by_the_next_one_in(
    two_threads: list[int],
) -> None:
    with one_thread():
        with threadpoolctl.threadpool_limits(2, user_api="blas"), one_thread():
            assert set(blas_threads()) == {1}
        assert set(blas_threads()) == {1}
    assert blas_threads() == two_threads


def test_many_threads_come_and_go(two_threads: list[int]) -> None:
    wrong: list[list[int]] = []
    begin = threading.Barrier(8)

    def hold() -> None:
        begin.wait(10)
        for _ in range(50):
            with one_thread():
                wrong.extend(x for x in [blas_threads()] if set(x) != {1})

    threads = [threading.Thread(target=hold) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not wrong
    assert blas_threads() == two_threads


def library(path: str, *, own: bool) -> Library:
    """A BLAS of four threads, one number for all of Python's threads or one for each."""

    class Numbers(threading.local if own else object):  # type: ignore[misc]
        number = 4

    numbers = Numbers()
    return Library(path, lambda: numbers.number, lambda n: setattr(numbers, "number", n), own)


def test_where_each_thread_has_its_own_number_each_gives_back_its_own() -> None:
    """OpenBLAS made with OpenMP; another thread that is still in changes nothing about it."""
    openmp = library("openmp", own=True)
    hold, seen = Hold([openmp]), []

    def other() -> None:
        seen.append(openmp.number())
        with hold:
            seen.append(openmp.number())
        seen.append(openmp.number())

    with hold:
        in_thread(other)
        with hold:
            pass
        assert openmp.number() == 1
    assert seen == [4, 1, 4]
    assert openmp.number() == 4


def test_what_comes_back_is_the_number_from_before_everyone() -> None:
    one = library("one", own=False)
    hold = Hold([one])
    with hold:
        one.set_number(3)
        with hold:
            assert one.number() == 1
    assert one.number() == 4


@pytest.mark.parametrize("own", [False, True])
def test_a_library_that_is_loaded_within_is_held_from_then_on(own: bool) -> None:
    first, late = library("first", own=own), library("late", own=own)
    hold = Hold([first])
    with hold:
        hold.add([library("first", own=own), late])
        assert (first.number(), late.number()) == (1, 1)
    assert (first.number(), late.number()) == (4, 4)
    hold.add([late, third := library("third", own=own)])
    assert hold.libraries == [first, late, third]
    assert third.number() == 4


SCIPY = """
import sys
import numpy
from scratchwork.engines.blas import one_thread, refresh
from threadpoolctl import threadpool_info

def numbers():
    return {x["filepath"]: x["num_threads"] for x in threadpool_info() if x["user_api"] == "blas"}

with one_thread():
    pass
assert "scipy" not in sys.modules
with one_thread():
    import scipy.linalg.blas
    before = numbers()
    refresh()
    within = numbers()
after = numbers()
with one_thread():
    again = numbers()
assert set(within.values()) == set(again.values()) == {1}, (within, again)
assert all(after[path] == before[path] for path in before if before[path] != 1), (before, after)
print(len(after))
"""


def test_refresh_finds_the_blas_of_scipy() -> None:
    """Numba's products go through it; it is loaded after the first hold, here within another."""
    pytest.importorskip("scipy")
    done = subprocess.run(
        [sys.executable, "-c", SCIPY],
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= 1
