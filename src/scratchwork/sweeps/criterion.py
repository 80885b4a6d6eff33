"""Which figure says what is better, and in which direction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan

from ..description import Description
from ..metrics import METRICS, TopK

LOWER = ("loss", "penalty", "mean_absolute_error", "mean_squared_error")
"""What is better when it is less; scikit-learn's scorers are all better when they are more."""


def directions(description: Description) -> dict[str, bool]:
    """Whether more is better, by name; a user's own metric says nothing of that.

    Metrics come first, in their order, then the loss.
    """
    own = [
        metric.name
        for metric in description.metrics
        if isinstance(metric, TopK) or METRICS.get(metric.name) == metric
    ]
    names = (*own, *description.scorers, "loss", "penalty")
    return {name: name not in LOWER for name in names}


def best_of(values: Iterable[float], more: bool) -> float:
    """The best of the finite values; NaN if there is none."""
    found = [value for value in values if isfinite(value)]
    return (max(found) if more else min(found)) if found else nan


@dataclass(frozen=True)
class Criterion:
    """The figure by which networks are compared: ``val_accuracy``, more is better."""

    name: str = "loss"
    more: bool = False

    def key(self, value: float) -> float:
        """A number that is the smaller, the better: NaN is worst."""
        return float("inf") if value != value else -value if self.more else value

    def __str__(self) -> str:
        return f"{self.name}, {'highest' if self.more else 'lowest'} in the last epoch"


def criterion(descriptions: Sequence[Description], columns: Sequence[Iterable[str]]) -> Criterion:
    """The first that every network has: a metric on validation data, its loss, then in training."""
    shared = set.intersection(*map(set, columns)) if columns else set()
    for prefix in ("val_", ""):
        for name, more in (directions(descriptions[0]) if descriptions else {}).items():
            if prefix + name in shared and name != "penalty":
                return Criterion(prefix + name, more)
    return Criterion()
