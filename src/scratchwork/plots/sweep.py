"""A result against a swept value, numbers or categories, with its spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..storage import Array
from ..sweeps import Results
from ..sweeps.grid import value_text
from .style import COLORS, faint, figure_of, line_style, new_axes, open_axes
from .sweep_rows import are_numbers, arranged, rows_of_arrays, rows_of_results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.lines import Line2D

    from .style import AnyFigure

MOST_LETTERS = 64
"""How many fit side by side under the axis."""

MOST_MARKERS = 30


@dataclass(eq=False, kw_only=True)
class SweepDisplay:
    """A figure such as ``val_accuracy`` against a swept value: means, spread, single networks.

    Numbers have a line through the means and a band of one standard deviation (n - 1) up and down,
    on a logarithmic scale if they lie more evenly there; categories have bars instead. Every
    network is a small dot. Networks that failed are left out, and counted above the axis.

    Parameters
    ----------
    name : str
        Of the swept value.
    values : list
        Numbers in rising order, or categories.
    figure : str
        What was measured.
    scores : dict of str to list of array
        Of each series, for each value the figures of its networks; NaN where one failed.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    lines_ : list of Line2D
        The means of each series.
    points_ : list of PathCollection
        The networks of each series.
    spreads_ : list
        A PolyCollection or an ErrorbarContainer for each series.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> def build(width):
    ...     model = sw.mlp([2, width, 2])
    ...     model.compile("cross_entropy", sw.SGD(0.5), metrics=["accuracy"], seed=0)
    ...     return model
    >>> networks = sw.sweep(build, {"width": [1, 2, 4, 8]}, repeats=3)
    >>> short = networks.fit(data.X_train, data.y_train, epochs=1)
    >>> long = networks.fit(data.X_train, data.y_train, epochs=5)
    >>> display = sw.plots.SweepDisplay.from_results({"1 epoch": short, "5 epochs": long})
    >>> display.ax_.get_xlabel(), display.ax_.get_ylabel()
    ('width', 'accuracy')

    Figures of any origin, a row for each value:

    >>> display = sw.plots.SweepDisplay.from_arrays(["SGD", "Adam"], [[0.9, 0.8], [0.9, 1.0]])
    """

    name: str
    values: Sequence[Any]
    figure: str
    scores: Mapping[str, Sequence[Array]]
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    lines_: list[Line2D] = field(init=False, repr=False)
    points_: list[PathCollection] = field(init=False, repr=False)
    spreads_: list[Any] = field(init=False, repr=False)

    # ---- where the figures come from ----
    @classmethod
    def from_results(
        cls, results: Results | Mapping[str, Results], *, name: str | None = None,
        figure: str | None = None, ax: Axes | None = None,
    ) -> SweepDisplay:  # fmt: skip
        """Draw the results of ``sw.sweep(...).fit(...)``.

        Parameters
        ----------
        results : Results, or dict of label to Results
            Several have a series each, as for 10 and for 100 epochs.
        name : str, optional
            The swept setting along the axis; by default the first. Each combination of the others
            is a series.
        figure : str, optional
            Such as "val_accuracy" or "loss", of the last epoch; by default ``results.by``.
        ax : matplotlib Axes, optional

        Raises
        ------
        DataError
            If there are no results, or none of this name or figure.
        """
        rows, name, figure = rows_of_results(results, name, figure)
        values, scores = arranged(rows)
        return cls(name=name, values=values, figure=figure, scores=scores).plot(ax=ax)

    @classmethod
    def from_arrays(
        cls, values: Sequence[Any], scores: Any, *, name: str = "value", figure: str = "score",
        ax: Axes | None = None,
    ) -> SweepDisplay:  # fmt: skip
        """Draw figures of any origin.

        Parameters
        ----------
        values : sequence (k,)
            Numbers or categories.
        scores : array (k,) or (k, repeats), or dict of label to such arrays
            NaN where one failed. Each entry of a dict is a series.
        name, figure : str
            What stands along the axes.
        ax : matplotlib Axes, optional

        Raises
        ------
        DataError
            If the scores have not as many rows as there are values.
        """
        values, scores = arranged(rows_of_arrays(values, scores))
        return cls(name=name, values=values, figure=figure, scores=scores).plot(ax=ax)

    # ---- the picture ----
    def plot(self, *, ax: Axes | None = None) -> SweepDisplay:
        """Draw every series: means and their spread, and a dot for each network."""
        self.ax_ = ax = new_axes(ax)
        self.figure_ = figure_of(ax)
        self.lines_, self.points_, self.spreads_ = [], [], []
        numbers = are_numbers(self.values)
        x = np.array(self.values if numbers else range(len(self.values)), float)
        for i, (label, scores) in enumerate(self.scores.items()):
            aside = 0 if numbers else 0.16 * (i - (len(self.scores) - 1) / 2)
            self.draw(ax, i, x + aside, scores, label, numbers)
        for position, count in zip(x, self.failed(), strict=True):
            if count:
                ax.text(
                    *(position, 0.01), f"{count} failed", transform=ax.get_xaxis_transform(),
                    ha="center", fontsize="small", color=faint(),
                )  # fmt: skip
        if numbers:
            set_scale(ax, x)
            set_ticks(ax, x, [f"{value:g}" for value in x])
        else:
            texts = [value_text(value).strip('"') for value in self.values]
            narrow = len(x) * max(map(len, texts)) > MOST_LETTERS
            ax.set_xticks(
                x, texts, rotation=25 if narrow else 0, ha="right" if narrow else "center"
            )
            ax.set_xlim(-0.5, len(x) - 0.5)
        ax.set(xlabel=self.name, ylabel=self.figure)
        if any(self.scores):
            ax.legend()
        open_axes(ax)
        return self

    def draw(
        self, ax: Axes, i: int, x: Array, scores: Sequence[Array], label: str, numbers: bool
    ) -> None:
        """Draw series i; its line is interrupted where all networks failed."""
        found = [each[np.isfinite(each)] for each in scores]
        mean = np.array([each.mean() if each.size else np.nan for each in found])
        spread = np.array([each.std(ddof=1) if each.size > 1 else np.nan for each in found])
        style = line_style(i, markers=True) | ({} if numbers else {"linestyle": "none"})
        style["markevery"] = -(-len(x) // MOST_MARKERS) if numbers else 1
        self.lines_ += ax.plot(x, mean, label=label or None, zorder=3, **style)
        beside = 0 if numbers else 0.07  # a bar
        dots = np.repeat(x + beside, [each.size for each in found]), np.concatenate(found)
        color = COLORS[i % len(COLORS)]
        self.points_.append(ax.scatter(*dots, s=12, color=color, alpha=0.45, linewidths=0))
        if numbers:
            low, high = mean - spread, mean + spread
            self.spreads_.append(ax.fill_between(x, low, high, color=color, alpha=0.18, lw=0))
        else:
            bars = ax.errorbar(x, mean, spread, fmt="none", ecolor=color, capsize=5, elinewidth=1.5)
            self.spreads_.append(bars)

    def failed(self) -> list[int]:
        """How many networks failed at each value, in all series."""
        columns = zip(*self.scores.values(), strict=True)
        return [sum(int((~np.isfinite(each)).sum()) for each in column) for column in columns]


# ---- the axis of numbers ----
def set_scale(ax: Axes, x: Array) -> None:
    """Take a logarithmic scale where the numbers lie more evenly on it."""
    above = x[x > 0]
    if len(above) > 2 and unevenness(np.log(above)) < unevenness(above):
        if x[0] > 0:
            ax.set_xscale("log")
        else:
            ax.set_xscale("symlog", linthresh=above[0])


def unevenness(x: Array) -> float:
    """The largest gap between neighbours, in smallest ones."""
    gaps = np.diff(x)
    return float(gaps.max() / gaps.min())


def set_ticks(ax: Axes, x: Array, texts: Sequence[str]) -> None:
    """Put ticks at the values, as far as there is room; many on a linear scale keep round ones."""
    low, high = ax.transAxes.transform([(0, 0), (1, 0)])[:, 0]
    places = (ax.transData.transform(np.column_stack([x, x]))[:, 0] - low) / (high - low)
    width = 0.02 + 0.013 * max(map(len, texts))
    kept: list[int] = []
    for i, place in enumerate(places):
        if not kept or place - places[kept[-1]] >= width:
            kept.append(i)
    if len(kept) == len(x) or ax.get_xscale() != "linear":
        ax.set_xticks(x[kept], [texts[i] for i in kept])
        ax.set_xticks([], minor=True)
