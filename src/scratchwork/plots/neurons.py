"""Neurons in columns, and the weights between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any

import numpy as np

from ..storage import Array
from .style import COLORS, figure_of, ink, legend_over, readable_on, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection, PathCollection

POSITIVE, NEGATIVE = COLORS[0], COLORS[3]
GAP = 2.6
"""The place of neurons that are left out, in neurons."""

DASHES = (0, (4, 2))
SMALL, SMALLEST = 0.05, 9
"""Biases below this share of the largest, and neurons below this size in points, have no sign."""

LETTERS = 22
"""The width of a caption."""


@dataclass(frozen=True, eq=False)
class Column:
    """The neurons of one layer.

    Attributes
    ----------
    weights : array (neurons before, neurons)
        Empty for the input.
    biases : array (neurons,)
    words : list of str
        What stands under it.
    names : list of str
        What stands beside its neurons: features or classes; none where they are not known.
    """

    weights: Array
    biases: Array
    words: list[str]
    names: list[str]


def draw_neurons(ax: Axes, columns: Sequence[Column], most: int) -> dict[str, Any]:
    """Draw all columns, and what colours and dashes mean; the artists by kind."""
    rows = [shown_of(len(column.biases), most) for column in columns]
    places = [heights(shown, len(each.biases)) for shown, each in zip(rows, columns, strict=True)]
    tallest = 2 * max(float(y[0]) for y in places) + 1.6
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(-tallest / 2, tallest / 2))
    weights = draw_weights(ax, columns, rows, places)
    scale = max(float(abs(column.biases).max()) for column in columns)
    size = diameter(ax, tallest)
    neurons = [
        draw_column(ax, x, column, rows[x], places[x], (size, scale))
        for x, column in enumerate(columns)
    ]
    draw_legend(ax, columns, scale)
    return {**weights, "neurons": neurons}


def shown_of(width: int, most: int) -> Array:
    """The numbers of the neurons that are shown: all, or the first and the last."""
    every = np.arange(width)
    if width <= most:
        return every
    return np.delete(every, slice(most - most // 2, width - most // 2))


def heights(rows: Array, width: int) -> Array:
    """Where neurons stand, from the top down around 0, with a gap where some are left out."""
    y = np.arange(len(rows), dtype=float)
    if len(rows) < width:
        y[len(rows) - len(rows) // 2 :] += GAP - 1
    found: Array = y[-1] / 2 - y
    return found


def diameter(ax: Axes, tallest: float) -> float:
    """Of a neuron, in points."""
    height = ax.get_window_extent().height * 72 / figure_of(ax).dpi
    return float(np.clip(0.6 * height / tallest, 3, 24))


# ---- weights ----
def draw_weights(
    ax: Axes, columns: Sequence[Column], rows: Sequence[Array], places: Sequence[Array]
) -> dict[str, LineCollection]:
    """Draw a line for each weight between neurons that are shown, the largest in front."""
    scale = max((float(abs(each.weights).max()) for each in columns[1:]), default=0) or 1
    lines, weights = [], []
    for left, right in pairwise(range(len(columns))):
        W = columns[right].weights[np.ix_(rows[left], rows[right])] / scale
        for (i, y), (j, z) in product(enumerate(places[left]), enumerate(places[right])):
            lines.append([(left, y), (right, z)])
            weights.append(W[i, j])
    order = np.argsort(np.abs(weights))
    ends, sizes = np.array(lines)[order], np.array(weights)[order]
    return {
        "positive": draw_lines(ax, ends[sizes > 0], sizes[sizes > 0], POSITIVE, "solid"),
        "negative": draw_lines(ax, ends[sizes < 0], -sizes[sizes < 0], NEGATIVE, DASHES),
    }


def draw_lines(ax: Axes, ends: Array, sizes: Array, color: str, dashes: Any) -> LineCollection:
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba_array

    colors = np.tile(to_rgba_array(color), (len(sizes), 1))
    colors[:, 3] = 0.12 + 0.88 * sizes
    drawn = LineCollection([*ends], colors=colors, linewidths=0.3 + 2.2 * sizes, linestyle=dashes)
    ax.add_collection(drawn)
    return drawn


# ---- neurons ----
def draw_column(
    ax: Axes, x: int, column: Column, rows: Array, y: Array, sizes: tuple[float, float]
) -> PathCollection:
    """Draw the neurons of a layer, the signs of their biases, and what stands beside and below."""
    size, scale = sizes
    shades = column.biases[rows] / (scale or 1)
    faces = [face(shade) for shade in shades]
    drawn = ax.scatter(
        np.full(len(y), x), y, s=size**2, c=faces, edgecolors="black", linewidths=1, zorder=3
    )
    for place, shade, color in zip(y, shades, faces, strict=True):
        if abs(shade) > SMALL and size > SMALLEST:
            sign = "+" if shade > 0 else "\N{MINUS SIGN}"
            ax.text(
                x,
                place,
                sign,
                size=0.6 * size,
                color=readable_on(color),
                zorder=4,
                ha="center",
                va="center",
            )
    if len(rows) < len(column.biases):
        ax.scatter([x] * 3, np.array([-0.5, 0, 0.5]), s=6, color=ink(), zorder=3)
    caption = [line for each in column.words for line in words(each, LETTERS)]
    if len(rows) < len(column.biases):
        caption.append(f"({len(rows)} of {len(column.biases)} shown)")
    ax.annotate(
        "\n".join(caption), (x, 0), xycoords=("data", "axes fraction"), ha="center", va="top"
    )  # fmt: skip
    for row, place in zip(rows, y, strict=True):
        if column.names:
            side, ha = (1, "left") if len(column.weights) else (-1, "right")
            ax.annotate(
                column.names[row], (x, place), (side * (0.5 * size + 4), 0), ha=ha, va="center",
                textcoords="offset points",
            )  # fmt: skip
    return drawn


def face(shade: float) -> Any:
    """White for a bias of 0, the full colour of its sign for the largest."""
    from matplotlib.colors import to_rgb

    color = np.array(to_rgb(POSITIVE if shade > 0 else NEGATIVE))
    return tuple(1 - abs(shade) * (1 - color))


def draw_legend(ax: Axes, columns: Sequence[Column], scale: float) -> None:
    """Say above the drawing what colours, dashes and signs mean, and how large the largest is."""
    from matplotlib.lines import Line2D

    weights = np.concatenate([each.weights.ravel() for each in columns])
    texts = f"weight > 0, up to {weights.max():.2g}", f"weight < 0, down to {weights.min():.2g}"
    entries = [
        Line2D([], [], color=POSITIVE, linewidth=2.5, label=texts[0]),
        Line2D([], [], color=NEGATIVE, linewidth=2.5, linestyle=DASHES, label=texts[1]),
    ]
    if scale:
        entries.append(
            Line2D([], [], linestyle="none", marker="o", markersize=9, markerfacecolor=face(0.5),
                   markeredgecolor="black", label=f"bias, + or \N{MINUS SIGN}, up to {scale:.2g}")
        )  # fmt: skip
    legend_over(
        ax, 3, handles=entries, loc="lower center", bbox_to_anchor=(0.5, 1), borderaxespad=0,
        handlelength=2.4, columnspacing=1.2, fontsize="small",
    )  # fmt: skip
