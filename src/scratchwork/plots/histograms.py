"""Histograms of activations and gradients by layer, over the epochs of a training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError, DescriptionError, NotReadyError
from ..model import Sequential
from ..storage import Array
from .recorder import LayerNumbers, LayerRecorder
from .style import AMOUNTS, GREY, built, faint, figure_of, new_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PolyCollection

    from .style import AnyFigure

MOST_EPOCHS = 6
BINS = 60
OVERLAP = 1.5
"""The height of a ridge, in distances between two."""


@dataclass(eq=False, kw_only=True)
class LayerHistogramDisplay:
    """Ridges of activations and gradients: a row a layer, in it an epoch a ridge.

    Every ridge is as high as the others, so that its shape is seen. Entries that are exactly 0 are
    left out of it and counted beside it, with dead units, which are 0 for all rows. Gradients have
    one logarithmic scale for all layers: where they vanish, those of early layers lie far left.

    Parameters
    ----------
    records : dict of int to list of LayerNumbers
        By epoch.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The frame around all, without lines.
    axes_ : array of Axes (layers, 2)
    figure_ : matplotlib Figure
    ridges_ : array of lists of PolyCollection (layers, 2)

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.mlp([2, 16, 16, 2], activation="sigmoid")
    >>> model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    >>> recorder = sw.plots.LayerRecorder(data.X_val, data.y_val)
    >>> history = model.fit(data.X_train, data.y_train, epochs=5, callbacks=[recorder])
    >>> display = sw.plots.LayerHistogramDisplay.from_recorder(recorder)
    >>> display.axes_.shape
    (3, 2)
    """

    records: Mapping[int, Sequence[LayerNumbers]]
    ax_: Axes = field(init=False, repr=False)
    axes_: Array = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    ridges_: Array = field(init=False, repr=False)

    @classmethod
    def from_recorder(
        cls, recorder: LayerRecorder, *, epochs: Iterable[int] | None = None, ax: Axes | None = None
    ) -> LayerHistogramDisplay:
        """Draw what a recorder has kept.

        Parameters
        ----------
        recorder : LayerRecorder
        epochs : sequence of int, optional
            Some of ``recorder.records``; by default at most six, with the first and the last.
        ax : matplotlib Axes, optional
            Its place is divided.

        Raises
        ------
        NotReadyError
            If nothing was recorded.
        DataError
            If an epoch was not.
        """
        where = "LayerHistogramDisplay"
        if not isinstance(recorder, LayerRecorder):
            todo = "give the sw.plots.LayerRecorder that fit had as a callback"
            raise DescriptionError(where, "a recorder", type(recorder).__name__, todo)
        known = sorted(recorder.records)
        if not known:
            todo = "give it to fit: callbacks=[recorder]"
            raise NotReadyError(where, "a recorder that has recorded", "an empty one", todo)
        if epochs is None:
            places = np.linspace(0, len(known) - 1, min(MOST_EPOCHS, len(known)))
            epochs = [known[round(place)] for place in places]
        chosen = list(epochs)
        for epoch in chosen:
            if epoch not in recorder.records:
                expected = f"epochs of {', '.join(map(str, known))}"
                raise DataError(where, expected, repr(epoch), "choose among recorder.records")
        return cls(records={epoch: recorder.records[epoch] for epoch in chosen}).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls, model: Sequential, X: Any, y: Any, *, ax: Axes | None = None
    ) -> LayerHistogramDisplay:
        """Draw the network as it is now, on these rows.

        Raises
        ------
        NotReadyError
            If the model was not built, or has no loss.
        """
        built("LayerHistogramDisplay", model)
        recorder = LayerRecorder(X, y)
        recorder(model)
        return cls.from_recorder(recorder, ax=ax)

    def plot(self, *, ax: Axes | None = None) -> LayerHistogramDisplay:
        """Draw a row for each layer: activations on the left, gradients on the right."""
        notes = [numbers.note for numbers in next(iter(self.records.values()))]
        height = 0.8 + len(notes) * (0.65 + 0.13 * len(self.records))
        self.ax_, self.axes_ = new_grid(ax, len(notes), 2, (9.6, height))
        self.figure_ = figure_of(self.ax_)
        self.ridges_ = np.empty((len(notes), 2), object)
        limits = log_limits(self.records.values())
        for i, (note, (left, right)) in enumerate(zip(notes, self.axes_, strict=True)):
            numbers = [layers[i] for layers in self.records.values()]
            outputs, gradients = zip(*((x.activations, x.gradient) for x in numbers), strict=True)
            beside = [zeros_text(each.activations, each.dead) for each in numbers]
            bins = np.linspace(*extent(outputs), BINS + 1)
            self.ridges_[i, 0] = self.ridges(left, outputs, bins, beside)
            bins = np.geomspace(*limits, BINS + 1)
            sizes = [np.abs(each) for each in gradients]
            self.ridges_[i, 1] = self.ridges(right, sizes, bins, [*map(zeros_text, gradients)])
            right.set_xscale("log")
            right.tick_params(labelbottom=i == len(notes) - 1)
            left.set_title(note, loc="left", fontsize="medium")
            left.set_ylabel("epoch")
        self.axes_[-1, 0].set_xlabel("activations")
        self.axes_[-1, 1].set_xlabel("size of the gradient, abs(dW)")
        return self

    def ridges(
        self, ax: Axes, values: Sequence[Array], bins: Array, beside: Sequence[str]
    ) -> list[PolyCollection]:
        """A ridge for each epoch, from the top to the bottom, each over those before it."""
        from matplotlib import colormaps

        drawn: list[PolyCollection] = []
        shades = colormaps[AMOUNTS](np.linspace(0.25, 0.95, len(values) + 1)[1:])
        for i, entries in enumerate(values):
            counts, _ = np.histogram(np.clip(visible(entries), bins[0], bins[-1]), bins)
            top = -i + OVERLAP * counts / max(counts.max(), 1)
            style = {"facecolor": shades[i], "edgecolor": "white", "linewidth": 0.6}
            drawn.append(
                ax.fill_between(bins, [*top, top[-1]], -i, step="post", zorder=2 + i, **style)
            )
            ax.axhline(-i, color=GREY, linewidth=0.5, zorder=2 + i)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.set(xlim=(bins[0], bins[-1]), ylim=(0.92 - len(values), OVERLAP + 0.1))
        lines = range(0, -len(values), -1)
        ax.set_yticks(lines, map(str, self.records), va="bottom")
        ax.tick_params(axis="y", length=0)
        right = ax.secondary_yaxis("right")
        right.set_yticks(lines, beside, va="bottom", fontsize="small", color=faint())
        right.tick_params(length=0)
        right.spines[:].set_visible(False)
        return drawn


def visible(entries: Array) -> Array:
    """The finite entries that are not exactly 0."""
    flat = entries.ravel()
    found: Array = flat[np.isfinite(flat) & (flat != 0)]
    return found


def zeros_text(entries: Array, dead: int = 0) -> str:
    """``52% zero, 3 dead``; of a layer that is not trained ``not trained``."""
    if not entries.size:
        return "not trained"
    share = float((entries == 0).mean())
    # 100% are all of them, and 0% none
    percent = round(100 * share) if share in (0, 1) else np.clip(round(100 * share), 1, 99)
    texts = [f"{percent}% zero" * (share > 0), f"{dead} dead" * (dead > 0)]
    return ", ".join(filter(None, texts))


def extent(given: Sequence[Array]) -> tuple[float, float]:
    """From the least to the largest entry of all, and never of no width."""
    entries = np.concatenate([visible(each) for each in given])
    low, high = (float(entries.min()), float(entries.max())) if entries.size else (0.0, 1.0)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def log_limits(records: Iterable[Sequence[LayerNumbers]]) -> tuple[float, float]:
    """Powers of ten around the gradients of all layers, but for the smallest two percent."""
    gradients = [np.abs(visible(each.gradient)) for layers in records for each in layers]
    low = min((float(np.quantile(each, 0.02)) for each in gradients if each.size), default=0.1)
    high = max((float(each.max()) for each in gradients if each.size), default=1.0)
    return 10.0 ** np.floor(np.log10(low)), 10.0 ** np.ceil(np.log10(high))
