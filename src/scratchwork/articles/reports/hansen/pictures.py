"""The article's figures and printouts, redone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scratchwork.articles.page import Page
from scratchwork.articles.reports.display import whole
from scratchwork.datasets import one_hot

from .published import forward, weights_of
from .scale import Scale, Split
from .side_by_side import SideBySide

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def show(page: Page, split: Split, scale: Scale, both: SideBySide) -> None:
    """All of them, in the article's order."""
    page.figure("digits", "Ten of the training images (the article's first figure).",
                lambda: digits(split))  # fmt: skip
    page.figure("network", "The network: inputs, two hidden layers, ten outputs.",
                lambda: network(split))  # fmt: skip
    page.figure("transpose", "W3 and its transpose, first weights of seed 0: rows become columns.",
                lambda: transpose(split))  # fmt: skip
    page.text("What the program prints, seed 0 (whatever is compiled is in the first line's time):")
    page.code(both.printed)
    scores = both.published.scores
    seed = int(scores[-1].argmax())
    page.text(
        "The published code in the same form, for the seed with the highest number; all seeds ran "
        "at once, so that no time is its own:"
    )
    epochs = (f"Epoch: {i}, Accuracy: {x[seed]:.2f}%" for i, x in enumerate(scores) if i)
    page.code("\n".join(epochs))
    one_image(page, split)


def digits(split: Split) -> Figure:
    import scratchwork as sw

    return whole(sw.plots.ImagesDisplay.from_images(split.x_train, split.y_train))


def network(split: Split) -> Figure:
    import scratchwork as sw

    return whole(sw.plots.NetworkDisplay.from_estimator(split.network(), style="neurons"))


def transpose(split: Split) -> Figure:
    import matplotlib.pyplot as plt

    W3 = weights_of(split.network())[3]
    figure, axes = plt.subplots(
        1, 2, figsize=(8, 4.2), layout="constrained", width_ratios=(64, 10 * 1.6)
    )
    limit = np.abs(W3).max()
    for ax, matrix, name in zip(axes, (W3, W3.T), ("W3", "W3.T"), strict=True):
        drawn = ax.imshow(matrix, cmap="cividis", vmin=-limit, vmax=limit, interpolation="nearest")
        ax.set(title=f"{name} {matrix.shape}", xticks=[], yticks=[])
    figure.colorbar(drawn, ax=axes, label="weight")
    return figure


def one_image(page: Page, split: Split) -> None:
    """The article's y_train, output and their difference, for a real image."""
    x, y = split.x_train[0], one_hot(split.y_train[:1], 10)[0]
    output = forward(weights_of(split.network()), x)[1][3]
    page.text(
        "`y_train`, `output` and their difference for the first training image, before training "
        "(the article shows made ones):"
    )
    lines = (("y_train", y), ("output", output), ("output - y_train", output - y))
    page.code("\n".join(f"{name:>16} {vector(numbers)}" for name, numbers in lines))
    shown, label = np.array([0.2, 0.2, 0.5, 0.3, 0.6]), one_hot([2], 5)[0]
    difference = ", ".join(f"{x:.1f}" for x in shown - label)
    page.compare(
        "output - y_train, its example", "0.2, 0.2, -0.5, 0.3, 0.6", difference,
        f"these five of ten probabilities add up to {shown.sum():.1f}",
    )  # fmt: skip
    page.compare("len(y_train), len(output)", "10, 10", f"{len(y)}, {len(output)}")


def vector(numbers: Any) -> str:
    return " ".join(f"{x:6.2f}" for x in numbers)
