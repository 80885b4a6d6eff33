"""What a picture of a sweep is made of: a row for each network, from results or from arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, TypeAlias

import numpy as np

from ..errors import DataError
from ..settings import closest
from ..storage import Array
from ..sweeps import Results
from ..sweeps.grid import settings_text, value_text
from ..training.arrays import as_numbers

Row: TypeAlias = tuple[str, Any, float]
"""Of one network: its series, its swept value, its figure."""

WHERE = "SweepDisplay"


# ---- from results ----
def rows_of_results(
    results: Results | Mapping[str, Results], name: str | None, figure: str | None
) -> tuple[list[Row], str, str]:
    """A row for each network that has the setting, and what name and figure are."""
    given = dict(results) if isinstance(results, Mapping) else {"": results}
    found = [(str(label), row) for label, each in given.items() for row in checked(each)]
    if not found:
        raise DataError(WHERE, "results of networks", "none", "fit the sweep first")
    by = next(each.by for each in given.values() if each.rows)
    name = one_known("name", name, (row.settings for _, row in found))
    figure = one_known("figure", figure, (row.final for _, row in found), by)
    others = several_valued(row.settings for _, row in found) - {name}
    rows = [
        (series_text(label, row.settings, others), row.settings[name], row.final[figure])
        for label, row in found
        if name in row.settings and figure in row.final
    ]
    return rows, name, figure


def checked(given: Any) -> Results:
    if not isinstance(given, Results):
        todo = "give what sweep(...).fit(...) returned; for arrays there is from_arrays"
        raise DataError(WHERE, "Results, or a dict of them", type(given).__name__, todo)
    return given


def one_known(
    what: str, given: str | None, tables: Iterable[Mapping[str, Any]], default: str | None = None
) -> str:
    """The name given, or the first there is, or an error that lists those there are."""
    names = list(dict.fromkeys(name for table in tables for name in table))
    if not names:
        todo = "sweep a setting; results of repeat have a table, or from_arrays"
        raise DataError(WHERE, "results of a sweep", "those of one network repeated", todo)
    name = given or default or names[0]
    if name not in names:
        expected = f"{what} one of {', '.join(names)}"
        raise DataError(WHERE, expected, repr(given), closest(given, names))
    return name


def several_valued(tables: Iterable[Mapping[str, Any]]) -> set[str]:
    """The settings that have more than one value."""
    found = {(key, value_text(value)) for table in tables for key, value in table.items()}
    return {key for key, count in Counter(key for key, _ in found).items() if count > 1}


def series_text(label: str, settings: Mapping[str, Any], keys: Container[str]) -> str:
    """``10 epochs, rate=0.1``"""
    others = settings_text({key: value for key, value in settings.items() if key in keys})
    return ", ".join(filter(None, [label, others]))


# ---- from arrays ----
def rows_of_arrays(values: Sequence[Any], scores: Any) -> list[Row]:
    """A row for each score; each entry of a dict is a series."""
    rows: list[Row] = []
    if not len(values):
        raise DataError(f"{WHERE}(values)", "at least one value", "none", "give what was swept")
    for label, given in (scores if isinstance(scores, Mapping) else {"": scores}).items():
        array = as_numbers(given, f"{WHERE}(scores)")
        if array.ndim not in (1, 2) or len(array) != len(values) or not array.size:
            expected = f"scores of shape ({len(values)},) or ({len(values)}, repeats)"
            raise DataError(WHERE, expected, str(array.shape), "give a row for each value")
        for value, row in zip(values, array.reshape(len(values), -1), strict=True):
            rows += [(str(label), value, float(score)) for score in row]
    return rows


# ---- in the order of the picture ----
def arranged(rows: Sequence[Row]) -> tuple[list[Any], dict[str, list[Array]]]:
    """The different values, numbers in rising order; and of each series the scores for each."""
    values = list({identity(value): plain(value) for _, value, _ in rows}.values())
    if are_numbers(values):
        values.sort()
    known = {identity(value): i for i, value in enumerate(values)}
    scores: dict[str, list[list[float]]] = {}
    for series, value, score in rows:
        scores.setdefault(series, [[] for _ in values])[known[identity(value)]].append(score)
    return values, {series: [np.array(each) for each in at] for series, at in scores.items()}


# ---- values ----
def are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(value, Real) and not isinstance(value, bool) for value in values)


def identity(value: Any) -> Any:
    """What makes two values one: 1 and 1.0 are, 1 and True are not."""
    return float(value) if are_numbers([value]) else value_text(value)


def plain(value: Any) -> Any:
    """Python's numbers for those of NumPy, which print as np.float64(0.1)."""
    return value.item() if isinstance(value, np.generic) else value
