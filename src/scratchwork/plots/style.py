"""What all pictures share: colours, markers and lines, axes to draw on, and what is asked first."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..errors import DescriptionError, NotReadyError
from ..predicting import Predictor
from ..storage import Array
from ..training.arrays import as_numbers
from ..training.inputs import not_finite

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure, SubFigure

    AnyFigure: TypeAlias = Figure | SubFigure

# ---- what tells things apart, with colours and without ----
COLORS = (
    *("#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"),  # blue, orange, green, red, sky
    *("#CC79A7", "#000000", "#F0E442"),  # purple, black, yellow
)
"""Okabe and Ito 2008, "Color Universal Design": neighbours differ in lightness, too."""

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "*")
LINES = ("-", "--", "-.", ":")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---")
SIGNED = ("#00163F", "#0072B2", "#9A9A9A", "#F5C842", "#FFF9B0")
"""Of numbers around 0: blue and dark below, grey at 0, yellow and light above."""

AMOUNTS = "Blues"
"""Colours of numbers from 0: white to dark."""

GREY, PALE_GREY = "#595959", "#B5B5B5"
WIDTH = 2.0
"""Of lines that are the subject of a picture, in points."""


def line_style(index: int, *, markers: bool = False) -> dict[str, Any]:
    """How the series of this number is drawn by ``ax.plot``: colour, dashes, and a marker."""
    style = {"color": COLORS[index % len(COLORS)], "linestyle": LINES[index % len(LINES)]}
    marker = {"marker": MARKERS[index % len(MARKERS)], "markersize": 6} if markers else {}
    return {**style, "linewidth": WIDTH, **marker}


def signed_colors() -> LinearSegmentedColormap:
    """The colours of numbers around 0; unlike others, their order is seen in grey, too."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("signed", SIGNED)


def readable_on(color: Any) -> str:
    """ "black" or "white", whichever is easier to read on the colour (WCAG 2.2's contrast)."""
    from matplotlib.colors import to_rgb

    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return "black" if linear @ (0.2126, 0.7152, 0.0722) > 0.179 else "white"


def ink() -> str:
    """The colour of text: black, and white in a dark style."""
    from matplotlib import rcParams

    return str(rcParams["text.color"])


def faint() -> str:
    """The colour of text that is not the subject: a grey, a light one in a dark style."""
    return GREY if readable_on(ink()) == "white" else PALE_GREY


# ---- where to draw ----
def new_axes(ax: Axes | None, size: tuple[float, float] = (6.4, 4.8)) -> Axes:
    """The axes given, or those of a new figure whose labels have room; size in inches."""
    if ax is None:
        import matplotlib.pyplot as plt

        return plt.subplots(figsize=size, layout="constrained")[1]
    if not hasattr(ax, "get_subplotspec"):
        todo = "give one of plt.subplots(), or leave it out"
        raise DescriptionError("plot(ax)", "the axes of a figure", type(ax).__name__, todo)
    return ax


def new_grid(
    ax: Axes | None, rows: int, columns: int, size: tuple[float, float]
) -> tuple[Axes, Array]:
    """Rows x columns of axes in the place of one, which stays as a frame without lines.

    Where one is enough, it is that one itself.

    Returns
    -------
    Axes, array of Axes (rows, columns)
    """
    frame = new_axes(ax, size)
    if rows == columns == 1:
        return frame, np.array([[frame]], object)
    place = frame.get_subplotspec()
    if place is None:
        todo = "make it by subplots() or add_subplot()"
        raise DescriptionError("plot(ax)", "axes in a grid", "axes at a place of their own", todo)
    frame.set_axis_off()
    grid = place.subgridspec(rows, columns, wspace=0.08, hspace=0.08)
    figure = figure_of(frame)
    cells = [[figure.add_subplot(grid[i, j]) for j in range(columns)] for i in range(rows)]
    return frame, np.array(cells, object)


def figure_of(ax: Axes) -> AnyFigure:
    """The figure that axes stand in, or the part of one."""
    return ax.figure


def legend_over(ax: Axes, columns: int, **settings: Any) -> None:
    """A legend without a frame over axes, in fewer columns where their place has no room for all.

    Room is the width of the figure, or of the axes' share of its grid.
    """
    place = ax.get_subplotspec()
    top = None if place is None else place.get_topmost_subplotspec()
    share = 1.0 if top is None else len(top.colspan) / top.get_gridspec().ncols
    room = share * figure_of(ax).bbox.width
    for ncols in range(columns, 0, -1):
        legend = ax.legend(ncols=ncols, frameon=False, **settings)
        if legend.get_window_extent().width <= room:
            return


def open_axes(ax: Axes) -> None:
    """Leave out the frame above and on the right, and draw a faint grid behind the lines."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(alpha=0.25)
    ax.set_axisbelow(True)


# ---- what is asked first ----
def built(where: str, model: object) -> Predictor:
    """The model, or an error for what is none, or has no numbers yet.

    A network that was built and not trained has a picture, too: that of its first numbers.
    """
    if not isinstance(model, Predictor):
        todo = "give a sw.Sequential; for others there is from_predictions"
        raise DescriptionError(where, "a model of scratchwork", type(model).__name__, todo)
    if model.run is None:
        todo = "call fit(X, y) first, or build(X) to see the first numbers"
        raise NotReadyError(where, "a trained network", "one without numbers yet", todo)
    return model


def as_finite(where: str, given: Any) -> Array:
    """An array of finite numbers, or an error that says where the first other one stands."""
    array = as_numbers(given, where)
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise not_finite(array, array, where)
    return array


def words(text: str, letters: int) -> list[str]:
    """One or two lines of so many letters; what is longer ends in dots."""
    return wrap(text, letters, max_lines=2, placeholder=" ...", break_long_words=False)
