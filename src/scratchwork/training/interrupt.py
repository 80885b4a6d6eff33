"""Ctrl-C: noted at once, acted upon between chunks, so that no update is torn."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any


class Interrupt:
    """While active in the main thread, SIGINT sets ``asked``; a second one acts as usual.

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

    def __exit__(self, *_: object) -> None:
        if callable(self.before):
            signal.signal(signal.SIGINT, self.before)
