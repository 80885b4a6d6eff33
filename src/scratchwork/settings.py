"""Checks of a description's numbers, each with an error naming setting, range and value."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any

from .errors import DescriptionError


def number(where: str, name: str, value: object, low: float, high: float, expected: str) -> None:
    """Refuse anything but a number in [low, high)."""
    if not isinstance(value, Real) or isinstance(value, bool) or not within(value, low, high):
        raise DescriptionError(where, expected, f"{name}={value!r}", f"choose {name} in that range")


def within(value: Any, low: float, high: float) -> bool:
    return bool(low <= value < high)


def positive(where: str, name: str, value: object) -> None:
    """Refuse what is not a finite number above 0."""
    number(where, name, value, 5e-324, math.inf, f"a finite number {name} > 0")


def not_negative(where: str, name: str, value: object) -> None:
    """Refuse what is not a finite number of at least 0."""
    number(where, name, value, 0, math.inf, f"a finite number {name} >= 0")


def finite(where: str, name: str, value: object) -> None:
    """Refuse what is not a finite number."""
    number(where, name, value, -sys.float_info.max, math.inf, f"a finite number {name}")


def fraction(where: str, name: str, value: object) -> None:
    """Refuse what is not in [0, 1)."""
    number(where, name, value, 0, 1, f"0 <= {name} < 1")


def whole(where: str, name: str, value: object, least: int = 1) -> None:
    """Refuse what is not a whole number of at least ``least``."""
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise DescriptionError(
            where, f"a whole number {name} >= {least}", repr(value), f"give {name} as an int"
        )


def one_of(where: str, name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse what is none of the choices."""
    if not isinstance(value, str | int) or value not in choices:
        known = ", ".join(map(str, choices))
        raise DescriptionError(where, f"{name} one of {known}", repr(value), advice(value, choices))


def advice(given: object, known: Iterable[object]) -> str:
    """What to do about a name that is not known: the nearest that is, whatever its case."""
    names = {str(name).lower(): name for name in known}
    near = get_close_matches(given.lower(), names, n=1) if isinstance(given, str) else []
    return f"did you mean {names[near[0]]!r}?" if near else "choose one of them"


def as_ints(description: object, *names: str) -> None:
    """Turn whole numbers of a frozen dataclass, or tuples of them, into Python's: NumPy's own print
    as np.int64(10).
    """
    for name in names:
        value = getattr(description, name)
        if isinstance(value, tuple):
            object.__setattr__(description, name, tuple(int(number) for number in value))
        elif isinstance(value, Integral):
            object.__setattr__(description, name, int(value))


def as_floats(description: object, *names: str) -> None:
    """Turn numbers of a frozen dataclass into Python floats: momentum=0 is momentum=0.0.

    NumPy's own, as np.logspace gives them, would turn float32 arrays into float64.
    """
    for name in names:
        value = getattr(description, name)
        if isinstance(value, Real):
            object.__setattr__(description, name, float(value))
