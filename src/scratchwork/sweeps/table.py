"""Results as text, a line a point, and as columns, an entry a network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .grid import value_text

if TYPE_CHECKING:
    from .result import Point, Result


def table(points: Sequence[Point]) -> str:
    """Settings, number of networks, and of each figure the mean and the deviation behind +-."""
    settings = unique(point.settings for point in points)
    figures = unique(point.mean for point in points)
    several = any(len(point.results) > 1 for point in points)
    behind = ["+-"] if several else []
    spread = [head for name in figures for head in (name, *behind)]
    heads = [*settings, "networks", *spread, "failed"]
    rows = [cells(point, settings, figures, several) for point in points]
    if not any(point.failed for point in points):
        heads, rows = heads[:-1], [row[:-1] for row in rows]
    return aligned([heads, *rows])


def cells(point: Point, settings: list[str], figures: list[str], several: bool) -> list[str]:
    """One line of the table."""
    mean, deviation = point.mean, point.deviation
    shown = [
        value_text(point.settings[name]) if name in point.settings else "" for name in settings
    ]
    numbers = [
        f"{part[name]:{digits}}" if name in part else ""
        for name in figures
        for part, digits in ((mean, ".6g"), (deviation, ".2g"))[: 2 if several else 1]
    ]
    return [*shown, str(len(point.results)), *numbers, str(point.failed)]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Columns to the right, as wide as what stands in them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(f"{x:>{w}}" for x, w in zip(row, widths, strict=True)) for row in rows)
    return "\n".join(lines)


def unique(mappings: Iterable[Mapping[str, Any]]) -> list[str]:
    """All names, in the order in which they are met."""
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


# ---- for frames ----
def frame_columns(rows: Sequence[Result]) -> dict[str, list[Any]]:
    """Settings, repeat, seed, figures, best figures, epochs, seconds, error: an entry a network."""
    own: dict[str, list[Any]] = {
        "repeat": [row.repeat for row in rows],
        "seed": [row.seed for row in rows],
        **numbers_of([row.final for row in rows]),
        **numbers_of([{f"best_{k}": v for k, v in row.best.items()} for row in rows]),
        "epochs": [len(row.history) for row in rows],
        "seconds": [row.seconds for row in rows],
        "error": [str(row.error) if row.error else None for row in rows],
    }
    settings = {
        f"setting_{name}" if name in own else name: plain([row.settings.get(name) for row in rows])
        for name in unique(row.settings for row in rows)
    }
    return {**settings, **own}


def numbers_of(figures: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    return {name: [each.get(name, float("nan")) for each in figures] for name in unique(figures)}


def plain(values: list[Any]) -> list[Any]:
    """Numbers, texts or truth values as they are; else texts, so that a column has one type."""
    own = [value.item() if isinstance(value, np.generic) else value for value in values]
    kinds = {type(value) for value in own if value is not None}
    if kinds == {int, float}:
        return [None if value is None else float(value) for value in own]
    if len(kinds) <= 1 and kinds <= {int, float, bool, str}:
        return own
    return [None if value is None else value_text(value) for value in own]
