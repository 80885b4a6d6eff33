"""One network of many, and the networks of one point of a grid with their means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np

from ..errors import NonFiniteError
from ..inspect.display import Shown
from ..model import Sequential
from ..training.history import History
from .criterion import best_of, directions
from .grid import settings_text
from .table import table


@dataclass(frozen=True, repr=False, eq=False)
class Result(Shown):
    """One network of many.

    Attributes
    ----------
    settings : dict
        Those of its point of the grid.
    point, repeat : int
        The number of its point, and of the repeat there, from 0.
    seed : int
    history : History
    error : NonFiniteError or None
        Why it ended early, if its loss was not finite.
    model : Sequential
        As the training left it.
    callbacks : tuple
        Its own copies of those that ``fit`` was given.
    names : tuple of str
        Those of its figures; of a network without a finished epoch those that others have.
    """

    settings: dict[str, Any]
    point: int
    repeat: int
    seed: int
    history: History
    error: NonFiniteError | None
    model: Sequential
    callbacks: tuple[Callable[..., Any], ...] = ()
    names: tuple[str, ...] = ()

    @property
    def final(self) -> dict[str, float]:
        """The figures of the last epoch, those of the model; NaN if it ended with an error."""
        return {name: nan if self.error else self.history[name][-1] for name in self.names}

    @property
    def best(self) -> dict[str, float]:
        """Each figure's best over the epochs; a user's own metrics, of unknown sense, have none."""
        found = directions(self.model.description)
        return {
            name: best_of(
                () if self.error else self.history[name], found[name.removeprefix("val_")]
            )
            for name in self.names
            if name.removeprefix("val_") in found
        }

    @property
    def seconds(self) -> float:
        """The time spent in fit, with validation and callbacks."""
        return self.history.seconds

    def __str__(self) -> str:
        return result_line(self)


def result_line(result: Result) -> str:
    """``width=3, repeat 0: loss 0.1234, val_accuracy 0.9671``"""
    place = f"{settings_text(result.settings)}, " * bool(result.settings)
    figures = ", ".join(f"{name} {value:.4f}" for name, value in result.final.items())
    return f"{place}repeat {result.repeat}: {result.error or figures}"


@dataclass(frozen=True, repr=False, eq=False)
class Point(Shown):
    """The networks of one point of the grid.

    Attributes
    ----------
    settings : dict
    results : tuple of Result
        Its repeats.
    """

    settings: dict[str, Any]
    results: tuple[Result, ...]

    @property
    def failed(self) -> int:
        """How many ended with an error; means and deviations are those of the others."""
        return sum(result.error is not None for result in self.results)

    @property
    def mean(self) -> dict[str, float]:
        """The means of the figures of the last epoch over the repeats; NaN if all failed."""
        return {name: float(np.mean(values or [nan])) for name, values in self.figures.items()}

    @property
    def deviation(self) -> dict[str, float]:
        """Their standard deviations (n - 1); NaN of fewer than two networks."""
        return {
            name: float(np.std(values, ddof=1)) if len(values) > 1 else nan
            for name, values in self.figures.items()
        }

    @cached_property
    def figures(self) -> dict[str, list[float]]:
        """The figures of the last epoch, a list over the repeats that did not fail each."""
        names = dict.fromkeys(name for result in self.results for name in result.names)
        finals = [result.final for result in self.results if result.error is None]
        return {name: [final[name] for final in finals if name in final] for name in names}

    def __str__(self) -> str:
        return table((self,))
