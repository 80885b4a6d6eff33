"""The figures of article 2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import scratchwork as sw

from ..display import whole
from . import runs

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def against_lambda(found: dict[str, sw.Results]) -> Figure:
    """Accuracy on the validation rows, a series a way: all of it, and its upper end."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4), layout="constrained")
    lambdas = [point.settings["lam"] for point in next(iter(found.values())).points]
    for ax in (left, right):
        sw.plots.SweepDisplay.from_results(found, name="lam", figure="val_accuracy", ax=ax)
        shown = lambdas[:: 1 if len(lambdas) < 5 else 3]
        ax.set_xticks(shown, [short(lam) for lam in shown])
        ax.set(xlabel="lambda", ylabel="accuracy, validation")
    right.set(ylim=(0.92, 0.98), title="from 0.92 on", ylabel="")
    right.get_legend().remove()
    return figure


def short(lam: float) -> str:
    """0.028, 100"""
    return f"{float(f'{lam:.2g}'):g}"


def by_sizes(found: sw.Results) -> Figure:
    """A mark for each lambda over each pair of sizes."""
    display = sw.plots.SweepDisplay.from_results(found, name="sizes", figure="val_accuracy")
    ax = display.ax_
    ax.set(ylabel="accuracy, validation", xlabel="neurons in the two hidden layers")
    lambdas = dict.fromkeys(point.settings["lam"] for point in found.points)
    if len(lambdas) > 1:
        ax.legend(display.lines_, [f"lambda {short(lam)}" for lam in lambdas], loc="lower right")
    return whole(display)


def losses(history: sw.training.history.History) -> Figure:
    """Loss in training and validation, and the least that ten sigmoids can have."""
    display = sw.plots.LearningCurveDisplay.from_history(history, names=["loss"])
    ax = display.axes_[0, 0]
    least = runs.limits()[1]
    ax.axhline(least, color="black", linewidth=1, linestyle=":")
    ax.text(len(history), least, f"log(e + 9) - 1 = {least:.4f}", ha="right", va="bottom")
    return whole(display)


def worst(model: sw.Sequential, X: Any, y: Any) -> Figure:
    """The worst mistakes."""
    return whole(sw.plots.MistakesDisplay.from_estimator(model, X, y, cmap="gray_r"))


def certainty(data: Any) -> Figure:
    """Histograms of the largest probability of each row, both ways."""
    import matplotlib.pyplot as plt

    from ....plots.style import COLORS, HATCHES

    figure, ax = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    edges = np.linspace(0, 1, 41).tolist()
    for k, way in enumerate(runs.WAYS):
        P = data.best(way).results[0].model.predict(data.valid[0]).max(axis=1)
        ax.hist(
            P, edges, label=way, color=COLORS[2 * k], hatch=HATCHES[k], edgecolor="black", alpha=0.8
        )
    ax.axvline(runs.limits()[0], color="black", linestyle=":", label="e / (e + 9)")
    ax.set(xlabel="probability of the chosen class", ylabel="rows")
    ax.legend()
    return figure
