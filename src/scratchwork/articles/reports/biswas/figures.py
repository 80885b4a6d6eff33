"""The article's digits, and its loss beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scratchwork.articles.reports.display import whole

from .printed import AT
from .runs import Array, Run, Training

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Runs = dict[Training, Run]


def digits(images: Array, labels: Array) -> Figure:
    """Ten of them by chance, with their labels."""
    from scratchwork import plots

    chosen = np.random.default_rng(0).integers(0, len(images), 10)
    titles = [f"label = {label}" for label in labels[chosen]]
    return whole(plots.ImagesDisplay.from_images(images[chosen], titles))


def losses(runs: Runs) -> Figure:
    """Every run as a line, and the article's numbers as points; below, ours minus the article's."""
    import matplotlib.pyplot as plt

    from scratchwork.plots.style import line_style, open_axes

    figure, (above, below) = plt.subplots(2, 1, figsize=(6.4, 6.4), layout="constrained")
    for i, (training, run) in enumerate(runs.items()):
        style = line_style(i) | {"linewidth": 1.5}
        count = np.arange(len(run.losses)) + 2  # the article's
        above.plot(count, run.losses, label=f"{training.dtype}, seed {training.seed}", **style)
        difference = [run.at(k) - float(AT[k]) for k in run.tenths if k in AT]
        below.plot(run.tenths[: len(difference)], difference, **style)
    last = max(len(run.losses) for run in runs.values())
    shown = {k: float(loss) for k, loss in AT.items() if k <= last}
    above.scatter([*shown], [*shown.values()], s=14, color="black", zorder=4, label="the article")
    above.set(ylabel="loss")
    above.legend()
    below.axhline(0, color="black", linewidth=0.8)
    below.set(xlabel="iteration", ylabel="ours minus the article's")
    for ax in (above, below):
        open_axes(ax)
    return figure


def starts(runs: dict[str, Run]) -> Figure:
    """The loss from several first weights."""
    import matplotlib.pyplot as plt

    from scratchwork.plots.style import line_style, open_axes

    figure, ax = plt.subplots(layout="constrained")
    for i, (label, run) in enumerate(runs.items()):
        ax.plot(np.arange(len(run.losses)) + 1, run.losses, label=label, **line_style(i))
    ax.set(xlabel="updates", ylabel="loss")
    ax.legend()
    open_axes(ax)
    return figure
