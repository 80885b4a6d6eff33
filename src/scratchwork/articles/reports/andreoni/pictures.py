"""The figures of article 5."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import scratchwork as sw

from ..display import whole
from . import runs
from .runs import Rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def digits(rows: Rows) -> Figure:
    """Ten of the images, with their labels."""
    return whole(sw.plots.ImagesDisplay.from_images(*rows, cmap="gray_r"))


def curves(history: Any) -> Figure:
    """Accuracy and loss by iteration."""
    display = sw.plots.LearningCurveDisplay.from_history(history, names=["accuracy", "loss"])
    for ax in display.axes_.flat:
        ax.set_xlabel("iteration")
    return whole(display)


def weights(model: sw.Sequential) -> Figure:
    """How far training has moved the weights of each neuron of the first layer."""
    moved = runs.first(model)
    moved["W1"] = model["W1"] - moved["W1"]
    return whole(sw.plots.WeightsDisplay.from_estimator(moved, columns=5))


def drawing(sizes: Sequence[int]) -> Figure:
    """The layers of a list of sizes."""
    return whole(sw.plots.NetworkDisplay.from_estimator(sw.mlp(sizes)))


def confusion(model: sw.Sequential, rows: Rows) -> Figure:
    """Which digits are taken for which."""
    return whole(sw.plots.ConfusionMatrixDisplay.from_estimator(model, *rows))


def worst(model: sw.Sequential, rows: Rows) -> Figure:
    """The mistakes that cost most."""
    return whole(sw.plots.MistakesDisplay.from_estimator(model, *rows, cmap="gray_r"))


def lists(found: dict[str, sw.Results]) -> Figure:
    """Accuracy on the held-out rows by list of sizes."""
    return whole(sw.plots.SweepDisplay.from_results(found, name="hidden", figure="val_accuracy"))
