"""The team: threads that run one compiled function together and meet at its barriers.

Between chunks of batches the others wait at a lock; inside a chunk they spin, which costs a tenth
of a microsecond where a lock costs fifty. Who computes what follows from the batch alone, so that
their number changes no bit.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from typing import Any, TypeAlias

import numpy as np

from ..storage import Array
from .blas import one_thread

State: TypeAlias = "SimpleQueue[BaseException | None]"
Task: TypeAlias = tuple[Callable[..., Any], Sequence[Any], State]

GONE = 1
"""Where in ``sync`` it stands that a thread of the team will not come."""

SHORTEST = 0.004
"""Seconds that a chunk must take to say something about speed."""

TRIES = 3
"""Chunks with each number of threads before one is kept: a first may wait for what comes once."""

AGAIN, LONGEST = 64, 4096
"""After so many chunks the other number of threads is tried once more, later if it was bad."""

FADING = 1.1
"""A time is forgotten by this factor each time that it is not reached again."""

PATIENCE = 1.5
"""Worse than the best by this, and it is not tried again for twice as long."""


class Mate(threading.Thread):
    """A thread that waits for its part of a chunk."""

    def __init__(self) -> None:
        super().__init__(daemon=True, name="scratchwork team")
        self.tasks: SimpleQueue[Task] = SimpleQueue()
        self.start()

    def run(self) -> None:
        while True:
            function, arguments, done = self.tasks.get()
            done.put(None)  # it is here, and has all that it needs
            found = None
            try:
                with one_thread():
                    function(*arguments)
            except BaseException as error:  # such as MemoryError: the caller raises it
                found = error
                arguments[2][GONE] = 1
            done.put(found)
            del function, arguments, done, found  # no array is held while it waits


MATES: list[Mate] = []
LOCK = threading.Lock()
"""One team runs at a time: two would wait for one another's processors."""


def forget() -> None:
    """In a forked process: its parent's threads are not there, and nobody holds the lock."""
    global LOCK
    MATES.clear()
    LOCK = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


def cores() -> int:
    """The processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def may_help() -> bool:
    """Whether other processors are ours: not in a thread or process that is one of many."""
    main = threading.current_thread() is threading.main_thread()
    return main and multiprocessing.parent_process() is None and cores() > 1


def run_together(
    function: Callable[..., Any], arguments: Sequence[Any], threads: int, sync: Array
) -> Any:
    """Call ``function(k, threads, sync, ...)`` in this thread, k = 0, and in others.

    An interrupt may come at any line: the others are then told not to wait for this one, and have
    come to their end before it goes on. What one of them raises is raised here.
    """
    with LOCK:
        try:
            while len(MATES) < threads - 1:
                MATES.append(Mate())
            sync[:] = 0
            states: list[State] = [SimpleQueue() for _ in range(threads - 1)]
            for k, (mate, state) in enumerate(zip(MATES, states, strict=False), start=1):
                mate.tasks.put((function, (k, *arguments[1:]), state))
            for state in states:
                state.get()
            made = function(*arguments)
            errors = [error for state in states if (error := state.get()) is not None]
        except BaseException:
            sync[GONE] = 1  # they stop waiting for us
            dismiss()
            raise
        if errors:
            raise errors[0]
        return made


def dismiss() -> None:
    """Wait until the team is through with what it was given."""
    end: State = SimpleQueue()
    for mate in MATES:
        mate.tasks.put((int, (), end))
    for _ in range(2 * len(MATES)):  # each says that it has begun, and that it is done
        end.get()


class Crew:
    """How many threads run the chunks of one program: as many as were faster.

    Parameters
    ----------
    most : int
        As many as a batch has slices.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.seconds: dict[int, float] = {}
        self.tries = dict.fromkeys((1, most), 0)
        self.chunks = 0
        self.kept, self.again = most, AGAIN

    def threads(self) -> int:
        """The number for the next chunk."""
        other = self.most if self.kept == 1 else 1
        behind = self.tries[other] < min(self.tries[self.kept], TRIES)
        return other if behind or self.chunks % self.again == self.again - 1 else self.kept

    def took(self, threads: int, batches: int, seconds: float) -> None:
        """Take note of a chunk's time; one that was too short says nothing."""
        if seconds < SHORTEST:
            return
        self.chunks += 1
        self.tries[threads] += 1
        # the best of late: what else the machine did now and then says nothing
        before = self.seconds.get(threads, math.inf)
        self.seconds[threads] = min(FADING * before, seconds / batches)
        slower = self.seconds[threads] > PATIENCE * min(self.seconds.values())
        self.again = min(self.again * 2, LONGEST) if slower else self.again
        self.kept = min(self.seconds, key=lambda each: self.seconds[each])

    def run(self, function: Callable[..., Any], arguments: list[Any], sync: Array) -> int:
        """Call the compiled function with the number of threads that is due."""
        if self.most == 1:
            alone: int = function(*arguments)
            return alone
        threads = self.threads() if may_help() else 1
        arguments[1] = threads
        before = time.perf_counter()
        if threads == 1:
            made: int = function(*arguments)
        else:
            made = run_together(function, arguments, threads, sync)
        self.took(threads, max(made, 1), time.perf_counter() - before)
        return made


def most_threads(slices: int) -> int:
    return int(np.clip(cores(), 1, slices))
