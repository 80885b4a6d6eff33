"""Learning curves: loss and metrics by epoch, in training and validation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite, isnan, nan
from typing import TYPE_CHECKING

from ..errors import DataError, DescriptionError, NotReadyError
from ..guard import unknown_name
from ..metrics import METRICS
from ..model import Sequential
from ..storage import Array
from ..sweeps.criterion import LOWER, best_of
from ..synonyms import meant
from ..training.arrays import shortened
from ..training.history import History
from .style import built, faint, figure_of, line_style, new_grid, open_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from .style import AnyFigure

MOST_MARKS = 6
"""More changes of the learning rate than these are told in words, as under a schedule."""

FEW_EPOCHS = 25
"""Up to so many, each epoch has a marker."""


@dataclass(eq=False, kw_only=True)
class LearningCurveDisplay:
    """Loss and metrics by epoch; make one by ``from_history`` or ``from_estimator``.

    Training is a solid line, validation a dashed one. A star marks the best epoch of each picture,
    of validation where there is one; dotted lines stand before the epochs that began with another
    learning rate, and over each the new one. What changes more than 6 times, as under most
    schedules, is told under the axis.

    Parameters
    ----------
    history : History
    names : sequence of str
        What has a picture of its own, without ``val_``.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
        The axes in whose place the pictures stand.
    axes_ : array of Axes (rows, columns)
    lines_ : dict of str to Line2D
        By the names in the history: ``val_loss``.
    best_ : dict of str to Line2D
        The stars, by picture: of a metric of your own it is not known whether more is better.
    changes_ : list of Line2D
        Where the learning rate changed, in every picture.

    Examples
    --------
    >>> import scratchwork as sw
    >>> history = {"loss": [2.0, 1.0, 0.5], "val_loss": [2.1, 1.5, 1.7]}
    >>> display = sw.plots.LearningCurveDisplay.from_history(history)
    >>> list(display.lines_), display.best_["loss"].get_label()
    (['loss', 'val_loss'], 'best: 1.5, epoch 2')
    """

    history: History
    names: Sequence[str]
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    axes_: Array = field(init=False, repr=False)
    lines_: dict[str, Line2D] = field(init=False, repr=False)
    best_: dict[str, Line2D] = field(init=False, repr=False)
    changes_: list[Line2D] = field(init=False, repr=False)

    @classmethod
    def from_history(
        cls,
        history: History | Mapping[str, Sequence[float]],
        *,
        names: str | Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> LearningCurveDisplay:
        """Draw what ``fit`` returned.

        Parameters
        ----------
        history : History, or a dict of lists of equal length, an entry an epoch
            Also that of Keras: ``history.history``.
        names : str or sequence of str, optional
            ``["loss", "accuracy"]``, each in training and validation; by default the loss and all
            metrics, without the penalty.
        ax : matplotlib Axes, optional
            Of a grid, as plt.subplots() makes them; several pictures share its place.

        Raises
        ------
        NotReadyError
            If there is no epoch yet.
        UnknownNameError
            If a name is not in the history.
        """
        where = "LearningCurveDisplay.from_history"
        found = history if isinstance(history, History) else as_history(where, history)
        if not len(found):
            todo = "call fit(X, y) first"
            raise NotReadyError(where, "a history of at least one epoch", "an empty one", todo)
        known = [name for name in dict.fromkeys(map(bare, found)) if name != "penalty"]
        return cls(history=found, names=chosen(where, names, known, found)).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls, model: Sequential, *, names: str | Sequence[str] | None = None, ax: Axes | None = None
    ) -> LearningCurveDisplay:
        """Draw the history of a model, of all its fits; see ``from_history``."""
        built("LearningCurveDisplay.from_estimator", model)
        return cls.from_history(model.history, names=names, ax=ax)

    def plot(self, *, ax: Axes | None = None) -> LearningCurveDisplay:
        """Draw the curves, a picture for each name."""
        number = len(self.names)
        columns = {1: 1, 2: 2, 4: 2}.get(number, 3)
        rows = -(-number // columns)
        size = (6.4, 4.8) if number == 1 else (4.4 * columns, 3.8 * rows)
        self.ax_, self.axes_ = new_grid(ax, rows, columns, size)
        self.figure_ = figure_of(self.ax_)
        self.lines_, self.best_, self.changes_ = {}, {}, []
        for panel in self.axes_.flat[number:]:
            panel.set_axis_off()
        for panel, name in zip(self.axes_.flat, self.names, strict=False):
            self.draw(panel, name)
        return self

    def draw(self, ax: Axes, name: str) -> None:
        """One picture: a figure in training and in validation, and its marks."""
        from matplotlib.ticker import MaxNLocator

        epochs, found = [epoch + 1 for epoch in self.history.epoch], (name, f"val_{name}")
        for i, (each, label) in enumerate(zip(found, ("training", "validation"), strict=True)):
            if each in self.history:
                style = line_style(i, markers=len(epochs) <= FEW_EPOCHS)
                (line,) = ax.plot(epochs, self.history[each], label=label, **style)
                self.lines_[each] = line
        self.mark_best(ax, name)
        self.mark_changes(ax)
        ax.set(ylabel=name.replace("_", " "))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        if len(epochs) == 1:
            ax.set_xlim(epochs[0] - 1, epochs[0] + 1)
        ax.legend()
        open_axes(ax)

    def mark_best(self, ax: Axes, name: str) -> None:
        """A star at the best epoch, of validation where there is one."""
        shown = f"val_{name}" if f"val_{name}" in self.history else name
        values, more = self.history[shown], more_is_better(name)
        value = nan if more is None else best_of(values, more)
        if isnan(value):
            return
        epoch = self.history.epoch[values.index(value)] + 1
        (self.best_[name],) = ax.plot(
            *([epoch], [value]), marker="*", markersize=15, linestyle="none", color="#F0E442",
            markeredgecolor="black", zorder=3, label=f"best: {value:.4g}, epoch {epoch}",
        )  # fmt: skip

    def mark_changes(self, ax: Axes) -> None:
        """A dotted line where an epoch began with another learning rate, under the new number."""
        rates, places = self.history.learning_rate, changes(self.history.learning_rate)
        words = f"\nlearning rate {rates[0]:.3g} to {rates[-1]:.3g}" if places else ""
        marked = places if len(places) <= MOST_MARKS else []
        ax.set_xlabel("epoch" if marked else f"epoch{words}")
        for place in marked:
            x = self.history.epoch[place] + 0.5
            label = f"learning rate, at first {rates[0]:.3g}" if place == marked[0] else None
            line = ax.axvline(x, color=faint(), linestyle=":", linewidth=1.5, label=label)
            self.changes_.append(line)
            ax.annotate(
                *(f"{rates[place]:.3g}", (x, 1.0), (0, 3), ("data", "axes fraction")),
                "offset points", ha="center", va="bottom", fontsize="small", color=faint(),
            )  # fmt: skip


def bare(name: str) -> str:
    """The name of a figure, whether of training or of validation."""
    return name.removeprefix("val_")


def chosen(
    where: str, names: str | Sequence[str] | None, known: list[str], found: History
) -> Sequence[str]:
    """What has a picture of its own, without ``val_``: one name, several, or all that are known."""
    if names is None:
        return known
    asked = list(dict.fromkeys(map(bare, [names] if isinstance(names, str) else names)))
    if not asked:
        todo = "leave names out to see all"
        raise DescriptionError(f"{where}(names)", f"one of {', '.join(known)}", "no name", todo)
    for name in asked:
        if not any(each in found for each in (name, f"val_{name}")):
            raise unknown_name(f"{where}(names)", name, known)
    return asked


def as_history(where: str, given: Mapping[str, Sequence[float]]) -> History:
    """A dict of lists as a History."""
    if not isinstance(given, Mapping):
        todo = "give what fit returned, or history.history of Keras"
        raise DataError(where, "a History or a dict of lists", type(given).__name__, todo)
    columns = {name: as_column(where, name, column) for name, column in given.items()}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        got = ", ".join(f"{name} of {length}" for name, length in lengths.items())
        raise DataError(where, "lists of equal length", got, "give an entry for each epoch")
    epochs = list(range(max(lengths.values(), default=0)))
    rates = columns.pop("learning_rate", [float("nan")] * len(epochs))
    return History(history=columns, epoch=epochs, learning_rate=rates)


def as_column(where: str, name: str, given: Sequence[float]) -> list[float]:
    """The numbers of one name; NaN is one, and has no point."""
    try:
        return [float(value) for value in given]
    except (TypeError, ValueError):
        got = f"{name} {shortened(given)}"
        raise DataError(where, "lists of numbers", got, "give a number for each epoch") from None


def more_is_better(name: str) -> bool | None:
    """Whether a figure is better when it is more; None where it is not known."""
    ours = meant(name, (*METRICS, *LOWER)) or name
    if ours in LOWER:
        return False
    if ours in METRICS or re.fullmatch(r"top_\d+_accuracy", ours):
        return True
    from sklearn.metrics import get_scorer_names

    return True if name in get_scorer_names() else None


def changes(rates: Sequence[float]) -> list[int]:
    """The places whose number differs from the one before; where one is not known there is none."""
    return [
        i for i, (a, b) in enumerate(pairwise(rates), 1) if a != b and isfinite(a) and isfinite(b)
    ]
