"""A drawing of a network: neurons and weights of a small one, blocks with shapes of a large one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import DataError, DescriptionError
from ..layers.dense import Dense
from ..layers.layer import describe
from ..network import RecordedLayer, recorded_layers
from ..predicting import Predictor
from ..settings import one_of, whole
from .blocks import Block, draw_blocks
from .neurons import Column, draw_neurons
from .style import built, figure_of, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .style import AnyFigure

WHERE = "NetworkDisplay"
WIDEST, MOST_COLUMNS = 64, 6
"""Larger networks are drawn as blocks, unless neurons are asked for."""


@dataclass(eq=False, kw_only=True)
class NetworkDisplay:
    """The neurons and weights of a network of Dense layers, or its layers as blocks.

    A weight is a line, the thicker and darker the further from 0: solid and blue above 0, dashed
    and red below, on one scale for the whole network. A neuron shows its bias in the same colours,
    and its sign. Of wide layers the first and the last neurons are shown, and their number.

    A block is a layer, as wide as the logarithm of its outputs; sheets are the channels of images.
    What has parameters is dark.

    Parameters
    ----------
    columns : list of Column
        Neurons, or none where blocks are drawn.
    blocks : list of Block
    most : int
        How many neurons of a layer are shown.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    artists_ : dict of str to matplotlib artists
        For neurons "positive" and "negative" (LineCollection) and "neurons" (a PathCollection for
        each column), for blocks "blocks" (a list of patches for each).

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.mlp([2, 16, 2])
    >>> display = sw.plots.NetworkDisplay.from_estimator(model)
    >>> [len(column.biases) for column in display.columns]
    [2, 16, 2]
    >>> images = sw.Sequential([sw.Conv2D(8, 3), sw.Flatten(), sw.Dense(10)], (28, 28, 1))
    >>> display = sw.plots.NetworkDisplay.from_estimator(images)
    >>> display.blocks[1].shape, display.blocks[1].parameters
    ('(n, 26, 26, 8)', 80)
    """

    columns: list[Column]
    blocks: list[Block]
    most: int = 16
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    artists_: dict[str, Any] = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls, model: Predictor, *, style: Literal["auto", "neurons", "blocks"] = "auto",
        most: int = 16, ax: Axes | None = None,
    ) -> NetworkDisplay:  # fmt: skip
        """Draw a network with the numbers that it has now.

        Parameters
        ----------
        model : Sequential
            Built or trained.
        style : "auto", "neurons" or "blocks"
            "auto" draws neurons where all layers that change the width are Dense, there are at most
            five of them, and none is wider than 64.
        most : int >= 2
            How many neurons of a layer are shown; of wider ones the rest is left out.
        ax : matplotlib Axes, optional

        Raises
        ------
        NotReadyError
            If the model was not built: its input shape is not known.
        DescriptionError
            If a setting is unknown, or neurons are asked for and a layer is not of neurons.
        DataError
            If neurons are drawn and a weight is not finite.
        """
        one_of(WHERE, "style", style, ("auto", "neurons", "blocks"))
        whole(WHERE, "most", most, least=2)
        if isinstance(model, Predictor):
            model.ready(WHERE)  # whose input shape is known has numbers, or draws the first ones
        description = built(WHERE, model).description
        layers = recorded_layers(description, "infer")
        columns, obstacle = columns_of(model, layers)
        widths = [len(column.biases) for column in columns]
        small = len(widths) <= MOST_COLUMNS and max(widths, default=0) <= WIDEST
        if style == "neurons" and obstacle:
            todo = 'leave style out, or take style="blocks"'
            raise DescriptionError(f'{WHERE}(style="neurons")', "Dense layers", obstacle, todo)
        if style == "blocks" or obstacle or (style == "auto" and not small):
            columns = []
        if not all(np.isfinite(each.weights).all() for each in columns):
            todo = "look at model.parameters, or fit with a lower learning rate"
            raise DataError(WHERE, "finite weights", "NaN or infinity among them", todo)
        return cls(columns=columns, blocks=Block.each(layers), most=most).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> NetworkDisplay:
        """Draw neurons where there are columns, else blocks."""
        size = (max(6.4, 1.9 * len(self.columns)), 4.8)
        if not self.columns:
            size = (6.4, 0.5 + 0.62 * len(self.blocks))
        self.ax_ = new_axes(ax, size)
        self.figure_ = figure_of(self.ax_)
        self.ax_.set_axis_off()
        if self.columns:
            self.artists_ = draw_neurons(self.ax_, self.columns, self.most)
        else:
            self.artists_ = {"blocks": draw_blocks(self.ax_, self.blocks)}
        return self


def columns_of(model: Predictor, layers: tuple[RecordedLayer, ...]) -> tuple[list[Column], str]:
    """A column for the input and for each Dense layer; or the layer that has no neurons.

    What leaves the shape as it is (an activation, dropout, a normalization) is told in words under
    the column before it.
    """
    parameters = model.parameters
    given = layers[0].given.shape
    if len(given) != 2:
        return [], f"rows of shape {tuple(size.number for size in given[1:])}"
    width = given[1].number
    columns = [
        Column(np.zeros((0, width)), np.zeros(width), ["input"], feature_names(model, width))
    ]
    for each in layers:
        if isinstance(each.layer, Dense):
            W, *b = (np.asarray(parameters[str(x.name)], float) for x in each.parameters)
            bias = b[0] if b else np.zeros(W.shape[1])
            columns.append(Column(W, bias, [describe(each.layer)], []))
        elif [s.number for s in each.output.shape] == [s.number for s in each.given.shape]:
            columns[-1].words.append(describe(each.layer))
        else:
            return [], each.note
    classes = model.classes_
    if classes is not None and len(classes) == len(columns[-1].biases):
        columns[-1].names.extend(map(str, classes))
    return columns, ""


def feature_names(model: Predictor, width: int) -> list[str]:
    names = model.feature_names_in_
    return [] if names is None or len(names) != width else [str(name) for name in names]
