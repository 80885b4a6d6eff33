"""A grid: names and their values, turned into the settings of each of its points."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from ..arguments import check_call
from ..errors import DescriptionError
from ..layers.layer import text
from ..model import Sequential

Settings: TypeAlias = Mapping[str, Any]
Grid: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""Names and lists of values; such a dict is inferred as one of objects, and is taken as it is."""

EXAMPLE = 'give {"width": [8, 16], "learning_rate": [0.1, 0.01]}'


def points(grid: Grid) -> list[dict[str, Any]]:
    """The settings of every point, the last name's values changing fastest.

    Raises
    ------
    DescriptionError
        If the grid is empty, or something in it is no list of values.

    Examples
    --------
    >>> points({"width": range(3, 5), "learning_rate": [0.1, 0.01]})[1]
    {'width': 3, 'learning_rate': 0.01}
    >>> len(points([{"width": [3, 4]}, {"depth": [1, 2, 3]}]))
    5
    """
    several = isinstance(grid, list | tuple)
    parts: Sequence[Any] = grid if several else [grid]  # type: ignore[assignment]
    if not parts:
        raise DescriptionError("sweep(grid)", "names and their values", "an empty grid", EXAMPLE)
    return [point for part in parts for point in product_of(part)]


def product_of(grid: object) -> list[dict[str, Any]]:
    if not isinstance(grid, Mapping):
        got = repr(grid) if isinstance(grid, str | int | float) else type(grid).__name__
        expected = "a dict of names and their values, or a list of such dicts"
        raise DescriptionError("sweep(grid)", expected, got, EXAMPLE)
    if not grid:
        raise DescriptionError("sweep(grid)", "names and their values", "an empty dict", EXAMPLE)
    columns = [values_of(name, values) for name, values in grid.items()]
    return [dict(zip(grid, values, strict=True)) for values in product(*columns)]


def values_of(name: object, values: Any) -> list[Any]:
    """The values of one name: a list, range, array or anything else that has an order."""
    where = f"sweep(grid[{name!r}])"
    if not isinstance(name, str) or not name.isidentifier():
        raise DescriptionError(where, "the name of a setting of build", repr(name), EXAMPLE)
    # letters of a text, names of a dict and sets, whose order differs from run to run
    unordered = isinstance(values, str | bytes | Mapping | set | frozenset | Sequential)
    if unordered or not isinstance(values, Iterable):
        given = text(values) if not isinstance(values, Sequential) else "a Sequential"
        todo = f'put it in a list: "{name}": [{given}]'
        if isinstance(values, set | frozenset):
            todo = "give a list: a set has no order"
        raise DescriptionError(where, "a list of values", given, todo)
    found = [x.item() if isinstance(x, np.generic) else x for x in listed(values)]
    if not found:
        raise DescriptionError(where, "at least one value", "none", "leave the name out")
    return found


def listed(values: Iterable[Any]) -> list[Any]:
    """The rows of an array as lists."""
    return values.tolist() if isinstance(values, np.ndarray) and values.ndim else list(values)


def check_names(build: Callable[..., Any], settings: Settings) -> None:
    """Refuse names that build does not take, as far as it says what it takes."""
    try:
        signature = inspect.signature(build)
    except (TypeError, ValueError):  # of a function made in C
        return
    check_call(getattr(build, "__name__", "build"), signature, (), settings)


def settings_text(settings: Settings) -> str:
    """``width=3, optimizer=Adam(0.01)``"""
    return ", ".join(f"{name}={value_text(value)}" for name, value in settings.items())


def value_text(value: object) -> str:
    """A value of a grid in one short line: layers and optimizers as the calls that make them."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(value_text, value))}]"
    return f"{value:.6g}" if isinstance(value, float) else text(value)
