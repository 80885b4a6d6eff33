"""The decision boundary of a network of two features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import ShapeError
from ..model import Sequential
from ..settings import not_negative, one_of, whole
from ..storage import Array
from ..training.frames import column_names
from ..training.inputs import refuse_empty
from .answers import answers, class_numbers, names_of
from .style import COLORS, HATCHES, MARKERS, as_finite, built, figure_of, legend_over, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection
    from matplotlib.contour import QuadContourSet
    from matplotlib.image import AxesImage
    from matplotlib.patches import Patch

    from .style import AnyFigure

Response = Literal["probabilities", "classes"]
WHERE = "DecisionBoundaryDisplay.from_estimator"
PALEST, FULLEST = 0.10, 0.50
"""How much of its colour a region has where nothing is certain, and where all is."""


@dataclass(eq=False, kw_only=True)
class DecisionBoundaryDisplay:
    """What a network says over a plane of two features; make one by ``from_estimator``.

    Each class has a colour, the paler the less certain the network is, and a marker for its points;
    black lines are where another class becomes the largest. Without points, regions are hatched.

    Parameters
    ----------
    extent : (float, float, float, float)
        The least and the largest first feature, then the second.
    outputs : array (h, w, classes)
        Over the plane: the first axis is the second feature, rising.
    response : "probabilities" or "classes"
    class_names : sequence of str
    X, y : array (n, 2) and (n,), or None
        Points, and the numbers of their classes.
    xlabel, ylabel : str

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    surface_ : AxesImage
        The colours.
    boundary_ : list of QuadContourSet
        The lines, and the hatches without points.
    points_ : list of PathCollection
        A class each, where there are points.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.mlp([2, 16, 2], activation="relu")
    >>> model.compile("cross_entropy", seed=0)
    >>> history = model.fit(data.X_train, data.y_train, epochs=2)
    >>> Display = sw.plots.DecisionBoundaryDisplay
    >>> display = Display.from_estimator(model, data.X_test, data.y_test)
    >>> display.outputs.shape, len(display.points_)
    ((200, 200, 2), 2)
    """

    extent: tuple[float, float, float, float]
    outputs: Array
    response: Response
    class_names: Sequence[str]
    X: Array | None = None
    y: Array | None = None
    xlabel: str = "X[:, 0]"
    ylabel: str = "X[:, 1]"
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    surface_: AxesImage = field(init=False, repr=False)
    boundary_: list[QuadContourSet] = field(init=False, repr=False)
    points_: list[PathCollection] = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls,
        model: Sequential,
        X: Any,
        y: Any = None,
        *,
        response: Response = "probabilities",
        grid_resolution: int = 200,
        margin: float = 0.1,
        class_names: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> DecisionBoundaryDisplay:
        """Ask a network over the plane around X, and draw what it says.

        Parameters
        ----------
        X : array (n, 2)
            Rows that say how large the plane is; drawn as points where y is given.
        y : array (n,), optional
            Their labels, as in ``fit``.
        response : "probabilities" or "classes"
            Whether colours grow pale where the network is less certain.
        grid_resolution : int >= 2
            How often it is asked along each feature.
        margin : float >= 0
            How far the plane goes beyond the points, as a share of their range.
        class_names : sequence of str, optional
            In the order of the outputs; by default the labels.
        ax : matplotlib Axes, optional

        Raises
        ------
        NotReadyError, DescriptionError
            If the model has no numbers yet, or tells no classes apart.
        ShapeError
            If X, or what the network takes, is not two features.
        DataError
            If X is not finite, or y does not fit.
        """
        one_of(WHERE, "response", response, ("probabilities", "classes"))
        whole(WHERE, "grid_resolution", grid_resolution, 2)
        not_negative(WHERE, "margin", margin)
        run = built(WHERE, model).run
        assert run is not None  # built() has looked
        run.seen.check_columns(X, f"{WHERE}(X)")
        taken, points = run.description.input_shape, as_finite(f"{WHERE}(X)", X)
        refuse_other_shapes(taken, points)
        extent = plane_around(points, margin)
        x0, x1 = (np.linspace(*ends, grid_resolution) for ends in (extent[:2], extent[2:]))
        plane = np.stack(np.meshgrid(x0, x1), axis=-1)
        found = answers(WHERE, model, plane.reshape(-1, 2)).outputs
        numbers = None if y is None else class_numbers(f"{WHERE}(y)", model, y, len(points))
        known = model.feature_names_in_
        names = column_names(X) or (() if known is None else tuple(known))
        labels = dict(zip(("xlabel", "ylabel"), map(str, names), strict=False))
        return cls(
            extent=extent,
            outputs=found.reshape(*plane.shape[:2], -1),
            response=response,
            class_names=legend_names(names_of(WHERE, model, found.shape[1], class_names)),
            X=points,
            y=numbers,
            **labels,
        ).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> DecisionBoundaryDisplay:
        """Draw regions, boundaries and points."""
        self.ax_ = ax = new_axes(ax)
        self.figure_ = figure_of(ax)
        self.surface_ = ax.imshow(
            region_colors(self.outputs, self.response), extent=self.extent, origin="lower",
            aspect="auto", interpolation="bilinear",
        )  # fmt: skip
        self.boundary_ = self.lines(ax)
        self.points_ = [] if self.y is None else self.points(ax)
        known: list[Any] = self.points_ or self.hatches(ax)
        ax.set(xlabel=self.xlabel, ylabel=self.ylabel)
        ax.set(xlim=self.extent[:2], ylim=self.extent[2:])
        columns = min(len(self.class_names), 5)
        legend_over(ax, columns, handles=known, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        return self

    def lines(self, ax: Axes) -> list[QuadContourSet]:
        """Where each class stops being the largest; of two classes one line says it."""
        drawn = range(1 if len(self.class_names) == 2 else len(self.class_names))
        leads = [lead(self.outputs, k) for k in drawn]
        style: dict[str, Any] = {"colors": "black", "linewidths": 1.5, "extent": self.extent}
        crossing = [each for each in leads if each.min() < 0 < each.max()]
        return [ax.contour(each, levels=[0.0], **style) for each in crossing]

    def hatches(self, ax: Axes) -> list[Patch]:
        """A hatch over each class's region; what the legend shows of them."""
        from matplotlib.patches import Patch

        number = len(self.class_names)
        patterns = [HATCHES[k % len(HATCHES)] for k in range(number)]
        levels: Any = np.arange(number + 1) - 0.5
        style: dict[str, Any] = {"colors": "none", "hatches": patterns, "extent": self.extent}
        self.boundary_.append(ax.contourf(self.outputs.argmax(axis=2), levels=levels, **style))
        return [
            Patch(facecolor=mixed(k, FULLEST), edgecolor="black", hatch=patterns[k], label=name)
            for k, name in enumerate(self.class_names)
        ]

    def points(self, ax: Axes) -> list[PathCollection]:
        """The points of each class, with a colour and a marker of its own."""
        assert self.X is not None
        assert self.y is not None
        size = float(np.clip(36 * 400 / len(self.X), 12, 36))
        style: dict[str, Any] = {"s": size, "edgecolors": "black", "linewidths": 0.7, "zorder": 3}
        places = [self.X[self.y == k].T for k in range(len(self.class_names))]
        return [
            ax.scatter(
                *(xs, ys), marker=marker(k), color=COLORS[k % len(COLORS)], label=name, **style
            )
            for k, ((xs, ys), name) in enumerate(zip(places, self.class_names, strict=True))
        ]


def refuse_other_shapes(taken: tuple[int, ...], X: Array) -> None:
    """Refuse a network, or points, of anything but two features."""
    todo = "train a network on two of the columns: model.fit(X[:, [0, 1]], y)"
    if taken != (2,):
        raise ShapeError(WHERE, "a network of 2 features", f"one of input {taken}", todo)
    refuse_empty(X.shape, f"{WHERE}(X)")
    if X.ndim != 2 or X.shape[1] != 2:
        raise ShapeError(f"{WHERE}(X)", "X of shape (n, 2)", str(X.shape), "give those 2 columns")


def legend_names(names: Sequence[str]) -> list[str]:
    """Names as they stand in a legend: ``class 0`` where they are numbers."""
    return [f"class {name}" if name.lstrip("-").isdigit() else name for name in names]


def plane_around(X: Array, margin: float) -> tuple[float, float, float, float]:
    """The range of each feature, and a margin around it."""
    low, high = X.min(axis=0).astype(float), X.max(axis=0).astype(float)
    room = np.where(high > low, margin * (high - low), 1.0)
    (x0, y0), (x1, y1) = (low - room).tolist(), (high + room).tolist()
    return x0, x1, y0, y1


def lead(outputs: Array, k: int) -> Array:
    """How far the output of class k is before the best of the others."""
    others = np.delete(outputs, k, axis=2).max(axis=2)
    return np.asarray(outputs[..., k] - others)


def region_colors(outputs: Array, response: Response) -> Array:
    """The colour (h, w, 3) of the winner, the paler the less it is before the others."""
    number = outputs.shape[2]
    winners = outputs.argmax(axis=2)
    surest, chance = outputs.max(axis=2), 1 / number
    certain = np.clip((surest - chance) / (1 - chance), 0, 1)
    amount = np.full(winners.shape, 0.35)
    if response == "probabilities":
        amount = PALEST + (FULLEST - PALEST) * certain
    colors = np.array([mixed(k, 1.0) for k in range(number)])
    return np.asarray(1 - amount[..., None] * (1 - colors[winners]))


def mixed(k: int, amount: float) -> tuple[float, float, float]:
    """So much of a class's colour, and white."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - amount * (1 - part) for part in to_rgb(COLORS[k % len(COLORS)]))
    return red, green, blue


def marker(k: int) -> str:
    """A class's marker; where colours begin again, they meet other markers."""
    return MARKERS[(k + k // len(COLORS)) % len(MARKERS)]
