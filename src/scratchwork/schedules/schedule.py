"""What all schedules share: their one method, and the checks of their settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..program.ir import Value
from ..settings import as_floats


class Schedule(Protocol):
    """``rate(t, epoch)`` gives the learning rate of step t."""

    def rate(self, t: Value, epoch: Value) -> Value: ...


def check(schedule: object, **rules: Callable[[str, str, object], None]) -> None:
    """Check each setting by its rule, and make numbers Python floats."""
    for name, rule in rules.items():
        rule(type(schedule).__name__, name, getattr(schedule, name))
    as_floats(schedule, *rules)


def height(start: float, end: float) -> float:
    """start - end; an end of 0 leaves nothing to subtract."""
    return start if end == 0 else start - end


def above(end: float, rest: Value) -> Value:
    """end + rest; an end of 0 leaves nothing to add."""
    return rest if end == 0 else end + rest
