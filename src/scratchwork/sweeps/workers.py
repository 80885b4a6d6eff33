"""Training members in threads, while the main thread makes more of them and draws the bar."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from threading import Event
from typing import TYPE_CHECKING, Any

from ..training.interrupt import Interrupt
from ..training.progress import Bar, NotebookBar, Progress, Verbose, progress
from .member import Member
from .result import result_line

if TYPE_CHECKING:
    from concurrent.futures import Future

REDRAW_SECONDS = 0.1
"""How often the main thread looks at the bar, and for Ctrl-C."""


class Overview:
    """One bar over the rows of all networks, or a line for each that is finished.

    Parameters
    ----------
    verbose : "auto", 0, 1 or 2
    rows : int
        Those of one network, times its epochs.
    networks : int
    """

    def __init__(self, verbose: Verbose, rows: int, networks: int) -> None:
        self.shown: Progress = progress(verbose, rows * networks)
        self.rows, self.networks, self.lines = rows, networks, verbose == 2
        self.drawn = self.finished = 0
        self.looked = 0.0
        self.members: list[Member] = []

    def draw(self) -> None:
        """Catch up with what the threads have done, now and then."""
        if time.perf_counter() - self.looked < REDRAW_SECONDS:
            return
        self.looked = time.perf_counter()
        now = sum(member.count.rows for member in self.members)
        name(self.shown, f"{self.finished} of {self.networks} networks")
        if now > self.drawn:
            self.shown.advance(now - self.drawn)
            self.drawn = now

    def finish(self, member: Member) -> None:
        """Count a network that has ended, maybe before its last epoch."""
        self.finished += 1
        member.count.rows = self.rows
        if self.lines and member.result is not None:
            print(result_line(member.result), flush=True)


def name(shown: Progress, text: str) -> None:
    """Say what a bar is about."""
    if isinstance(shown, Bar):
        shown.bar.update(shown.task, description=text)
    elif isinstance(shown, NotebookBar):
        shown.text = text


def train_all(
    members: Iterator[Member], threads: int, stop: Event, overview: Overview,
    train: Callable[[Member], None],
) -> None:  # fmt: skip
    """Train every member; the first error, and Ctrl-C, stop all at their next chunk.

    The main thread makes ``members`` while the first ones train: to print a program takes about as
    long as to train a small network.
    """
    from concurrent.futures import ThreadPoolExecutor  # only here: it loads logging

    ended: SimpleQueue[tuple[Member, Future[None]]] = SimpleQueue()

    def submit(member: Member) -> None:
        future = pool.submit(train, member)
        future.add_done_callback(lambda done: ended.put((member, done)))
        overview.members.append(member)

    with ThreadPoolExecutor(threads) as pool, Interrupt() as interrupt, overview.shown:
        try:
            for member in members:
                submit(member)
                collect(ended, overview, wait=0)
                interrupt.deliver()
            while overview.finished < len(overview.members):
                collect(ended, overview, wait=REDRAW_SECONDS)
                interrupt.deliver()
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def collect(ended: SimpleQueue[Any], overview: Overview, wait: float) -> None:
    """Take note of the members that have ended; an error of one is raised here."""
    for member, future in arrived(ended, wait):
        future.result()
        overview.finish(member)
    overview.draw()


def arrived(ended: SimpleQueue[Any], wait: float) -> Iterator[Any]:
    """What is in the queue; the first may take a while."""
    try:
        yield ended.get(wait > 0, wait or None)
        while True:
            yield ended.get_nowait()
    except Empty:
        return
