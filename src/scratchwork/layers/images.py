"""What layers on images (n, h, w, c) share: settings of one number or two, and the check of x."""

from __future__ import annotations

from typing import TypeAlias

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.scope import Scope
from ..settings import is_whole

Pair: TypeAlias = int | tuple[int, int]


def pair(given: Pair) -> tuple[int, int]:
    """(rows, columns) from one number or two."""
    return given if isinstance(given, tuple) else (given, given)


def check_pair(where: str, name: str, given: object) -> None:
    """Refuse all but one whole number, or two, of at least 1."""
    if not is_whole(given, 1) and not are_two(given, 1):
        expected = f"a whole number {name} >= 1, or two (rows, columns)"
        raise DescriptionError(where, expected, repr(given), f"give {name} as an int or a tuple")


def are_two(given: object, least: int) -> bool:
    """Whether given is a tuple of two whole numbers of at least ``least``."""
    return isinstance(given, tuple) and len(given) == 2 and all(is_whole(x, least) for x in given)


def check_images(x: Value, scope: Scope, todo: str) -> None:
    """Refuse what are no images."""
    if x.ndim != 4:
        raise scope.shape_error("images (n, h, w, c)", x, todo)
