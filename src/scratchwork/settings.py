"""Checks of a description's numbers, each with an error naming setting, range and value."""

from __future__ import annotations

import math

from .errors import DescriptionError


def number(where: str, name: str, value: object, low: float, high: float, expected: str) -> None:
    """Refuse anything but a number in [low, high)."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and low <= value < high
    if not fits:
        raise DescriptionError(where, expected, f"{name}={value!r}", f"choose {name} in that range")


def positive(where: str, name: str, value: object) -> None:
    """Refuse what is not a finite number above 0."""
    number(where, name, value, 5e-324, math.inf, f"a finite number {name} > 0")


def not_negative(where: str, name: str, value: object) -> None:
    """Refuse what is not a finite number of at least 0."""
    number(where, name, value, 0, math.inf, f"a finite number {name} >= 0")


def fraction(where: str, name: str, value: object) -> None:
    """Refuse what is not in [0, 1)."""
    number(where, name, value, 0, 1, f"0 <= {name} < 1")


def whole(where: str, name: str, value: object, least: int = 1) -> None:
    """Refuse what is not a whole number of at least ``least``."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or int(value.__index__()) < least:
        raise DescriptionError(
            where, f"a whole number {name} >= {least}", repr(value), f"give {name} as an int"
        )


def one_of(where: str, name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse what is none of the choices."""
    if value not in choices:
        raise DescriptionError(
            where, f"{name} one of {', '.join(choices)}", repr(value), "choose one"
        )


def as_floats(description: object, *names: str) -> None:
    """Turn whole numbers of a frozen dataclass into floats: momentum=0 is momentum=0.0."""
    for name in names:
        value = getattr(description, name)
        if isinstance(value, int):
            object.__setattr__(description, name, float(value))
