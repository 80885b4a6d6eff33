"""The article's pictures, drawn again, and those that it stops before."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

import scratchwork as sw
from scratchwork.articles import tae
from scratchwork.articles.page import Page
from scratchwork.articles.reports.display import whole

from .numbers import Trained

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def article_figures(page: Page, trained: Trained) -> None:
    """Data, ReLU, the network with 16 neurons, the boundary, accuracy against neurons."""
    page.figure("moons", "The 3,750 training points: two moons, two classes.", moons)
    page.figure("relu", "ReLU from -10 to 10 and, dashed, its derivative.", relu)
    caption = "The network with 16 neurons, its first weights: dashed lines are negative."
    page.figure("network", caption, drawing)
    best = trained.repeated.best.model
    caption = "Where the best of the networks of 64 neurons changes its answer; test points."
    page.figure("boundary", caption, partial(boundary, best))
    caption = "Accuracy on the test rows against the number of neurons, 100 epochs: mean, spread."
    page.figure("neurons", caption, partial(narrow, trained.narrow))


def moons() -> Figure:
    import matplotlib.pyplot as plt

    from scratchwork.plots.style import COLORS, open_axes

    figure, ax = plt.subplots(layout="constrained")
    for label, marker in ((0, "o"), (1, "^")):
        points = tae.X_train[tae.y_train == label]
        style: dict[str, Any] = {"marker": marker, "color": COLORS[label], "edgecolors": "white"}
        x, y = points.T
        ax.scatter(x, y, label=f"class {label}", s=22, linewidths=0.4, **style)
    ax.set(xlabel="X[:, 0]", ylabel="X[:, 1]")
    ax.legend()
    open_axes(ax)
    return figure


def relu() -> Figure:
    from scratchwork import plots

    display = plots.ActivationDisplay.from_activation("relu", start=-10, stop=10)
    return whole(display)


def drawing() -> Figure:
    from scratchwork import plots

    return whole(plots.NetworkDisplay.from_estimator(tae.network(16)))


def boundary(model: sw.Sequential) -> Figure:
    from scratchwork import plots

    display = plots.DecisionBoundaryDisplay.from_estimator(model, tae.X_test, tae.y_test)
    return whole(display)


def narrow(results: sw.Results) -> Figure:
    from scratchwork import plots

    display = plots.SweepDisplay.from_results(results, figure="val_accuracy")
    display.ax_.set(xlabel="number of neurons", ylabel="accuracy on the test rows")
    return whole(display)


def wide_figure(page: Page, trained: Trained) -> None:
    """Beyond the article's range."""
    caption = "Accuracy on the test rows to 256 neurons: mean and spread, at 10 and 100 epochs."
    page.figure("wide", caption, partial(wide, trained))


def wide(trained: Trained) -> Figure:
    from scratchwork import plots

    found = {f"{epochs} epochs": trained.by_width(epochs) for epochs in (100, 10)}
    widths = [*found["100 epochs"]]
    scores = {label: np.array([of[w] for w in widths]) for label, of in found.items()}
    display = plots.SweepDisplay.from_arrays(widths, scores)
    for line in display.lines_:
        line.set_marker("")  # hundreds of widths
    display.ax_.legend(loc="lower right")
    display.ax_.set(xlabel="number of neurons", ylabel="accuracy on the test rows")
    return whole(display)
