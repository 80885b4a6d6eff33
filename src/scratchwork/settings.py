"""Checks of a description's numbers, each with an error naming setting, range and value."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, Self

from .arguments import check_call
from .arguments import unknown_setting as unknown_setting
from .errors import DescriptionError
from .synonyms import OTHERS, meant, named, nearest, plain

SIZES = ("units", "filters", "input_shape")
"""Settings that are sizes of arrays; epochs and seeds may be as large as one likes."""
LARGEST_SIZE = 10**8


class Described:
    """The base of what a description is made of: dataclasses that refuse wrong settings by name.

    ``SGD(lr=0.1)`` says that the setting is called learning_rate here; ``Dense()`` that units is
    missing.
    """

    def __new__(cls, *given: object, **settings: object) -> Self:
        signature = signature_of(cls)  # type: ignore[arg-type] # a class can be hashed
        check_call(cls.__name__, signature, given, settings)
        return super().__new__(cls)

    def __reduce__(self) -> tuple[Callable[[type[Self]], Self], tuple[type[Self]], Any]:
        return bare, (type(self),), self.__getstate__()  # copies are made without settings


@lru_cache(maxsize=256)  # reading it takes longer than all else that a description does
def signature_of(kind: type[Any]) -> inspect.Signature:
    return inspect.signature(kind)


def bare(kind: type[Any]) -> Any:
    """An object of the class without any settings, for pickle and copy to fill."""
    return object.__new__(kind)


def number(where: str, name: str, value: object, low: float, high: float, expected: str) -> None:
    """Refuse anything but a number in [low, high)."""
    if not isinstance(value, Real) or isinstance(value, bool) or not within(value, low, high):
        is_number = isinstance(value, Real) and not isinstance(value, bool)
        todo = f"choose {name} in that range" if is_number else f"give {name} as a number"
        raise DescriptionError(where, expected, f"{name}={brief(value)}", todo)


def within(value: Any, low: float, high: float) -> bool:
    """Whether a number is in [low, high), also as the float that it will be: 10**400 is none."""
    try:
        return bool(low <= value < high and math.isfinite(float(value)))
    except OverflowError:
        return False


def brief(value: object) -> str:
    """The repr, of huge whole numbers their size: of more than 4300 digits Python prints none."""
    huge = isinstance(value, int) and value.bit_length() > 100
    return f"a whole number of {value.bit_length()} bits" if huge else repr(value)  # type: ignore[attr-defined]


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
    """Refuse what is not a whole number of at least ``least``, or is too large for a size."""
    expected = f"a whole number {name} >= {least}"
    if not is_whole(value, least):
        in_range = isinstance(value, Integral) and not isinstance(value, bool)
        todo = f"choose {name} in that range" if in_range else f"give {name} as an int"
        raise DescriptionError(where, expected, brief(value), todo)
    if name in SIZES and int(value) > LARGEST_SIZE:  # type: ignore[call-overload]
        expected = f"{expected} and <= {LARGEST_SIZE}"
        raise DescriptionError(where, expected, brief(value), f"choose {name} in that range")


def is_whole(value: object, least: int) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= least


def flag(where: str, name: str, value: object) -> None:
    """Refuse what is neither True nor False."""
    if not isinstance(value, bool):
        todo = f"give {name}=True or leave it out"
        raise DescriptionError(where, f"{name} True or False", f"{name}={value!r}", todo)


def one_of(where: str, name: str, value: object, choices: tuple[str, ...]) -> None:
    """Refuse what is none of the choices."""
    if not isinstance(value, str | int) or value not in choices:
        known = ", ".join(map(str, choices))
        raise DescriptionError(
            where, f"{name} one of {known}", repr(value), closest(value, choices)
        )


def advice(given: object, known: Iterable[object]) -> str:
    """What to do about what is not known: give an instance, use another, or the nearest name."""
    if isinstance(given, type):
        return f"give an instance: {instance_of(given)}"
    word, names = given if isinstance(given, str) else "", tuple(map(str, known))
    if meant(word, names) is None and plain(word) in OTHERS:
        return OTHERS[plain(word)]
    return closest(word, names)


def closest(given: object, known: Iterable[str]) -> str:
    """The known name that a word means, or is near to."""
    word, names = given if isinstance(given, str) else "", tuple(map(str, known))
    near = meant(word, names) or nearest(word, names)
    return f"did you mean {near!r}?" if near else "choose one of them"


def as_names(description: object, table: Iterable[str], *settings: str) -> None:
    """Turn names in a frozen dataclass into ours: "ReLU" is "relu" in all that is printed."""
    for setting in settings:
        given = getattr(description, setting)
        name = named(setting, given, table)
        if name is not None:
            object.__setattr__(description, setting, name)


def instance_of(given: type) -> str:
    """How an instance of the class is made: ``sw.Adam()``, ``sw.L2(...)`` where it needs more."""
    try:
        settings = inspect.signature(given).parameters.values()
        needs = any(x.default is x.empty and x.kind is not x.VAR_KEYWORD for x in settings)
    except (TypeError, ValueError):  # a class made in C may have no signature
        needs = True
    name = given.__name__
    public = getattr(sys.modules["scratchwork"], name, None) is given
    return f"{'sw.' * public}{name}({'...' * needs})"


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
