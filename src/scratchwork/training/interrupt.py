"""Ctrl-C: noted at once, delivered between chunks, so that no update is torn."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupt:
    """While active in the main thread, SIGINT sets ``asked``; a second one acts as usual.

    ``deliver`` hands it to the handler that was there before: Python's own raises
    KeyboardInterrupt; a user's own may do what it likes, and where it returns, training goes on.

    Examples
    --------
    >>> with Interrupt() as interrupt:
    ...     interrupt.asked
    False
    """

    def __init__(self) -> None:
        self.asked = False
        self.before: Any = None

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self.before = signal.getsignal(signal.SIGINT)
            if callable(self.before):
                signal.signal(signal.SIGINT, self.note)
        return self

    def note(self, number: int, frame: FrameType | None) -> None:
        if self.asked:
            self.before(number, frame)
        self.asked = True

    def deliver(self) -> None:
        """Let a signal that has come act now."""
        if self.asked:
            self.asked = False
            self.before(signal.SIGINT, None)

    def __exit__(self, error: object, *_: object) -> None:
        if callable(self.before):
            signal.signal(signal.SIGINT, self.before)
        if error is None:
            self.deliver()
