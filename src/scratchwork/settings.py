"""Checks of a description's numbers, each with an error naming setting, range and value."""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Integral, Real
from typing import Any, Self

from .errors import DescriptionError


class Described:
    """The base of what a description is made of: dataclasses that refuse unknown settings by name.

    ``SGD(lr=0.1)`` says that the setting is called learning_rate here.
    """

    def __new__(cls, *given: object, **settings: object) -> Self:
        known = inspect.signature(cls).parameters if settings else {}
        for name in settings:
            if name not in known:
                raise unknown_setting(cls.__name__, name, known)
        return super().__new__(cls)


def unknown_setting(where: str, name: str, known: Iterable[str]) -> DescriptionError:
    """The error for a setting that there is not; what others call ours is named."""
    listed = ", ".join(known)
    return DescriptionError(where, f"settings {listed}", f"{name}=", advice(name, known))


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


SYNONYMS = {
    "categoricalcrossentropy": "cross_entropy",
    "sparsecategoricalcrossentropy": "cross_entropy",
    "crossentropyloss": "cross_entropy",
    "logloss": "cross_entropy",
    "binarycrossentropy": "binary_cross_entropy",
    "bce": "binary_cross_entropy",
    "bceloss": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy",
    "mse": "mean_squared_error",
    "mseloss": "mean_squared_error",
    "squarederror": "mean_squared_error",
    "acc": "accuracy",
    "categoricalaccuracy": "accuracy",
    "sparsecategoricalaccuracy": "accuracy",
    "identity": "linear",
    "logistic": "sigmoid",
    "glorot": "glorot_uniform",
    "xavier": "glorot_uniform",
    "xavieruniform": "glorot_uniform",
    "xaviernormal": "glorot_normal",
    "he": "he_normal",
    "kaiminguniform": "he_uniform",
    "kaimingnormal": "he_normal",
}
"""What others call ours, without case and underscores: for hints only, not taken as names."""

DIFFERENT = {
    *("gelu", "elu", "selu", "celu", "silu", "swish", "mish", "prelu", "leakyrelu", "relu6"),
    *("hardsigmoid", "logsigmoid", "logsoftmax", "softplus", "meanabsoluteerror"),
    *("adamw", "nadam", "radam", "adamax"),
}
"""Names of other things, which only look like ours: no hint."""


def advice(given: object, known: Iterable[object]) -> str:
    """What to do about what is not known: the nearest name, or an instance of a class."""
    if isinstance(given, type):
        return f"give an instance: {instance_of(given)}"
    names = {str(name).lower(): name for name in known}
    word = given.lower() if isinstance(given, str) else ""
    plain = word.replace("_", "").replace("-", "").replace(" ", "")
    near = [SYNONYMS[plain]] if SYNONYMS.get(plain) in names else []
    if not near and plain not in DIFFERENT:
        near = get_close_matches(word, names, n=1, cutoff=0.75)
    return f"did you mean {names[near[0]]!r}?" if near else "choose one of them"


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
