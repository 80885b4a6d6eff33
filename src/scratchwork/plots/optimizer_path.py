"""The paths of several optimizers over the loss of two parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..errors import DataError, DescriptionError
from ..layers.layer import describe
from ..model import Sequential
from ..optimizers import Optimizer, Rule, optimizer
from ..settings import whole
from ..storage import Array
from .plane import WHERE, Entry, Plane, label
from .style import GREY, figure_of, ink, legend_over, line_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import QuadContourSet
    from matplotlib.lines import Line2D

    from .style import AnyFigure

Range: TypeAlias = tuple[float, float]

POINTS, LEVELS, MOST_MARKERS = 41, 15, 25


@dataclass(eq=False, kw_only=True)
class OptimizerPathDisplay:
    """Where optimizers go from one start, over contours of the loss; darker is higher.

    Parameters
    ----------
    names : pair of str
        Of the two parameters: ``("W1[0, 0]", "b1[0]")``.
    a, b : array (k,), (m,)
        Their numbers on the grid.
    loss : array (m, k)
        What training minimises, with penalties, of all rows; NaN where it is not finite.
    paths : dict of str to array (epochs + 1, 2)
        The points after each epoch, the start first; one that diverged has fewer.
    finals : dict of str to float
        The loss at the last point of each, NaN for one that diverged.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    lines_ : dict of str to Line2D
    contours_ : QuadContourSet

    Examples
    --------
    >>> import numpy as np, scratchwork as sw
    >>> X = np.linspace(-1, 1, 50)[:, None]
    >>> model = sw.Sequential([sw.Dense(1)])
    >>> model.compile("mean_squared_error", seed=0)
    >>> display = sw.plots.OptimizerPathDisplay.from_estimator(
    ...     model, X, 3 * X + 1, optimizers=[sw.SGD(0.1), sw.Adam(0.3)], epochs=30
    ... )
    >>> display.names, list(display.paths)
    (('W1[0, 0]', 'b1[0]'), ['SGD(0.1)', 'Adam(0.3)'])
    >>> display.paths["SGD(0.1)"][-1].round(2).tolist()
    [2.68, 1.0]
    """

    names: tuple[str, str]
    a: Array
    b: Array
    loss: Array
    paths: Mapping[str, Array]
    finals: Mapping[str, float]
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    lines_: dict[str, Line2D] = field(init=False, repr=False)
    contours_: QuadContourSet = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, model: Sequential, X: Any, y: Any, *,
        optimizers: Sequence[Optimizer] | Mapping[str, Optimizer],
        parameters: Sequence[Entry] | None = None, start: Sequence[float] | None = None,
        epochs: int = 50, batch_size: int | None = None,
        ranges: tuple[Range, Range] | None = None, ax: Axes | None = None,
    ) -> OptimizerPathDisplay:  # fmt: skip
        """Train with each optimizer, and compute the loss around the paths.

        Parameters
        ----------
        model : Sequential
            Compiled; it is not changed, and its own optimizer plays no part.
        X, y : array
            The rows to train on.
        optimizers : sequence of str or optimizer, or dict of label to such
        parameters : pair of (name, index), optional
            ``[("W1", (0, 0)), ("b1", 0)]``; by default those of a network that has but two. All
            others are held at what they are.
        start : pair of float, optional
            By default where the model is.
        epochs : int >= 1
        batch_size : int >= 1, optional
            None takes all rows at once: a point is a step. Smaller ones are for networks of two
            numbers, as others could be held between epochs alone; a point is an epoch.
        ranges : pair of (low, high), optional
            Of the picture; by default around the paths that lead down.
        ax : matplotlib Axes, optional

        Raises
        ------
        DescriptionError, NotReadyError
            If there is no compiled model, or a setting is unknown or out of range.
        DataError
            If a parameter has no such number, or X and y do not fit.
        """
        whole(WHERE, "epochs", epochs)
        plane, rules = Plane(model, X, y, parameters), labelled(optimizers)
        if batch_size is not None and sum(x.size for x in plane.held.values()) > 2:
            todo = "leave it out: others are held between steps then"
            expected = "batch_size=None where there are other parameters"
            raise DescriptionError(WHERE, expected, repr(batch_size), todo)
        begin = plane.here() if start is None else pair("start", "two finite numbers", start)
        paths = {key: plane.path(rule, begin, epochs, batch_size) for key, rule in rules.items()}
        finals = {
            key: plane.loss(path[-1]) if len(path) == epochs + 1 else np.nan
            for key, path in paths.items()
        }
        first = plane.loss(begin)
        down = [path for key, path in paths.items() if finals[key] <= first]
        around = np.concatenate(down or [path[:2] for path in paths.values()])
        a, b = (np.linspace(*x, POINTS) for x in ends(around, ranges))
        names = label(plane.places[0]), label(plane.places[1])
        loss = plane.surface(a, b)
        if not np.nanmax(loss, initial=-np.inf) > np.nanmin(loss, initial=np.inf):
            got = "the same everywhere" if np.isfinite(loss).any() else "none that is finite"
            raise DataError(WHERE, "a loss that changes with them", got, "choose other ranges")
        return cls(names=names, a=a, b=b, loss=loss, paths=paths, finals=finals).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> OptimizerPathDisplay:
        """Draw contours, and on them each path with its markers."""
        from matplotlib.patheffects import Normal, Stroke

        self.ax_ = ax = new_axes(ax)
        self.figure_ = figure_of(ax)
        levels = levels_of(self.loss)
        high = 2.2 * levels[-1] - 1.2 * levels[0]  # greys that stay light
        ax.contourf(self.a, self.b, self.loss, levels, cmap="Greys", vmin=levels[0], vmax=high)
        self.contours_ = ax.contour(
            self.a, self.b, self.loss, levels, colors=GREY, linewidths=0.6
        )  # fmt: skip
        ax.clabel(self.contours_, levels[2::4], fontsize="small", fmt="%.3g")
        self.lines_ = {}
        halo = [Stroke(linewidth=4, foreground="white"), Normal()]
        for i, (name, path) in enumerate(self.paths.items()):
            final = self.finals[name]
            ending = f"loss {final:.3g}" if np.isfinite(final) else f"diverged in epoch {len(path)}"
            marked = {*range(0, len(path), -(-len(path) // MOST_MARKERS)), len(path) - 1}
            (self.lines_[name],) = ax.plot(
                *path.T, label=f"{name}: {ending}", markevery=sorted(marked), path_effects=halo,
                **line_style(i, markers=True),
            )  # fmt: skip
        start = next(iter(self.paths.values()))[0]
        ax.plot(*start, "o", color=ink(), markersize=9, zorder=4, label="start")
        ax.set(xlabel=self.names[0], ylabel=self.names[1])
        ax.set(xlim=(self.a[0], self.a[-1]), ylim=(self.b[0], self.b[-1]))
        legend_over(ax, 2, loc="lower left", bbox_to_anchor=(0, 1), fontsize="small")
        return self


def labelled(given: Sequence[Optimizer] | Mapping[str, Optimizer]) -> dict[str, Rule]:
    """The optimizers by their labels, by default the calls that make them."""
    if isinstance(given, Mapping):
        return {str(name): optimizer(each) for name, each in given.items()}
    rules = [optimizer(each) for each in ([given] if isinstance(given, str) else given)]
    if not rules:
        raise DescriptionError(WHERE, "at least one optimizer", "none", "give [sw.SGD(0.1)]")
    return {describe(rule): rule for rule in rules}


def pair(name: str, expected: str, given: Any) -> tuple[float, float]:
    """Two finite numbers, or an error."""
    array = np.array(given, object)
    if array.shape != (2,) or not all(isinstance(x, Real) and isfinite(x) for x in array):
        raise DataError(WHERE, f"{name} as {expected}", repr(given), "give one for each parameter")
    return float(array[0]), float(array[1])


def ends(points: Array, ranges: Sequence[Range] | None) -> list[Range]:
    """Of both axes: those given, or from the least to the largest point with a margin."""
    if ranges is None:
        low, high = points.min(axis=0), points.max(axis=0)
        margin = np.where(high > low, 0.2 * (high - low), 0.5)
        return [*zip(low - margin, high + margin, strict=True)]
    expected = "(low, high) of both, low < high"
    found = [pair("ranges", expected, each) for each in ranges]
    if len(found) != 2 or not all(low < high for low, high in found):
        raise DataError(WHERE, f"ranges as {expected}", repr(ranges), "give one for each parameter")
    return found


def levels_of(loss: Array) -> Array:
    """Heights whose contours lie evenly in a bowl: their squares roots do."""
    low, high = np.nanmin(loss), np.nanmax(loss)
    found: Array = low + (high - low) * np.linspace(0, 1, LEVELS) ** 2
    return found
