"""The gradient and the accuracy, as published and repaired, over several seeds."""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

import scratchwork as sw
from scratchwork.articles import hansen
from scratchwork.articles.page import Page
from scratchwork.articles.reports.spread import counted, deviation

from .published import ThreeNumbers, published_accuracy, share_right, weights_of
from .scale import RATE, Scale, Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Gradient:
    """What networks that were trained by one of the two gradients answer for the held-out images.

    Attributes
    ----------
    answers : array (networks, n)
        Class numbers after the last epoch.
    scores, accuracies : array (epochs + 1, networks)
        In percent: as the article counts, where that was asked, and as it is. The first row stands
        before training.
    """

    answers: Any
    scores: Any
    accuracies: Any


@dataclass(frozen=True)
class SideBySide:
    """Both gradients, from the same first weights.

    Attributes
    ----------
    learned : array (networks, 3)
        The number that the published gradient takes from W1, W2, W3.
    printed : str
        What the program printed for seed 0.
    seconds : float
        An epoch of the program, compiled.
    """

    published: Gradient
    repaired: Gradient
    learned: Any
    printed: str
    seconds: float


def run_both(page: Page, split: Split, scale: Scale) -> SideBySide:
    """Train the networks of all seeds with either gradient."""
    printed, seconds = run_program(page, split, scale)
    published, learned = run_published(page, split, scale)
    return SideBySide(published, run_repaired(page, split, scale), learned, printed, seconds)


def run_program(page: Page, split: Split, scale: Scale) -> tuple[str, float]:
    """What the program prints, and the seconds of one more epoch."""
    page.say("the program")
    dnn, printed = split.network(), StringIO()
    with redirect_stdout(printed):
        history = hansen.train(dnn, split.parts, scale.epochs)
        if history.engine != "numpy":
            history = hansen.train(dnn, split.parts, 1)  # now that it is compiled
    lines = printed.getvalue().splitlines()
    return "\n".join(lines[: scale.epochs]), history.seconds / len(history)


def run_published(page: Page, split: Split, scale: Scale) -> tuple[Gradient, Any]:
    """The published gradient, all networks at a time."""
    networks = ThreeNumbers.of([weights_of(split.network(seed)) for seed in range(scale.seeds)])
    answers = [networks.predict(split.x_val)]
    for epoch in range(scale.epochs):
        page.say(f"the published gradient, epoch {epoch + 1} of {scale.epochs}")
        networks.train(split.x_train, split.y_train, RATE)
        answers.append(networks.predict(split.x_val))
    y = split.y_val
    scores = [[published_accuracy(each, y) for each in epoch] for epoch in answers]
    accuracies = [[share_right(each, y) for each in epoch] for epoch in answers]
    return Gradient(answers[-1], np.array(scores), np.array(accuracies)), networks.c


def run_repaired(page: Page, split: Split, scale: Scale) -> Gradient:
    """The true gradient, by the article's program."""
    page.say(f"the repaired gradient, {counted(scale.seeds, 'network')}")
    held_out = split.x_val, split.y_val
    results = sw.repeat(split.network(), n=scale.seeds).fit(
        split.x_train, split.y_train, batch_size=1, epochs=scale.epochs, shuffle=False,
        validation_data=held_out, verbose=0,
    )  # fmt: skip
    before = [split.network(seed).evaluate(*held_out)["accuracy"] for seed in range(scale.seeds)]
    after = np.array([history["val_accuracy"] for history in results.histories])
    answers = np.stack([model.predict_classes(split.x_val) for model in results.models])
    scores = np.array([[published_accuracy(each, split.y_val) for each in answers]])
    return Gradient(answers, scores, 100 * np.vstack([before, after.T]))


# ---- on the page ----
def show(page: Page, split: Split, scale: Scale, both: SideBySide) -> None:
    """What was measured: numbers beside the article's, a table with a row a seed, curves."""
    epochs, seeds = counted(scale.epochs, "epoch"), counted(scale.seeds, "seed")
    scores, right = both.published.scores[-1], both.published.accuracies[-1]
    repaired = both.repaired.accuracies
    page.compare(
        "accuracy, over several runs", "0 % to 95 %",
        f"{scores.min():.1f} % to {scores.max():.1f} %",
        f"gradient and accuracy as published, {epochs}, {seeds}",
    )  # fmt: skip
    page.compare(
        "the same networks, counted right", "not given",
        f"{right.min():.1f} % to {right.max():.1f} %", "guessing gives 10 %",
    )  # fmt: skip
    for epoch in sorted({1, scale.epochs}):
        page.compare(
            f"gradient repaired, epoch {epoch}", "not given", f"{deviation(repaired[epoch], 2)} %",
            f"mean and standard deviation over {seeds}",
        )  # fmt: skip
    page.text(
        f"Both gradients begin with the same weights, for {seeds}, and see the same images in the "
        f"same order; {epochs}, rate {RATE}. The published accuracy of the repaired networks is "
        "given too: it says as little about them."
    )
    page.table(
        ("seed", "published gradient: most frequent answer", "as the article counts",
         "accuracy", "repaired gradient: as the article counts", "accuracy"),
        [row(both, seed) for seed in range(scale.seeds)],
    )  # fmt: skip
    caption = (
        "Accuracy on the held-out images after every epoch, a line a seed: counted right (left), "
        "and after the last epoch as the article counts (right)."
    )
    page.figure("side_by_side", caption, lambda: draw(both))


def row(both: SideBySide, seed: int) -> tuple[str, ...]:
    answers = np.bincount(both.published.answers[seed], minlength=10)
    return (
        f"{seed}",
        f"{answers.argmax()}, for {100 * answers.max() / answers.sum():.1f} %",
        *(f"{x[-1][seed]:.1f} %" for x in (both.published.scores, both.published.accuracies)),
        *(f"{x[-1][seed]:.1f} %" for x in (both.repaired.scores, both.repaired.accuracies)),
    )


def draw(both: SideBySide) -> Figure:
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
    epochs = range(len(both.repaired.accuracies))
    styles: dict[str, dict[str, Any]] = {
        "repaired": {"color": "#0072B2", "marker": "o"},
        "published": {"color": "#D55E00", "marker": "x", "linestyle": "--"},
    }
    for name, style in styles.items():
        gradient: Gradient = getattr(both, name)
        lines = left.plot(epochs, gradient.accuracies, linewidth=1, markersize=4, **style)
        lines[0].set_label(f"{name} gradient")
        points = {**style, "linestyle": "none", "markerfacecolor": "none"}
        right.plot(gradient.scores[-1], label=f"{name} gradient", **points)
    left.set(title="counted right", xlabel="epoch", ylabel="accuracy, %", ylim=(-4, 104))
    left.set_xticks(epochs)
    right.set(title="as the article counts", xlabel="seed", xticks=range(len(both.learned)))
    mark_constant_answers(right, both.published.answers.shape[1])
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    for ax in (left, right):
        ax.spines[["top", "right"]].set_visible(False)
        ax.grid(alpha=0.25)
    return figure


def mark_constant_answers(ax: Axes, images: int) -> None:
    """The scores of networks that always give one class, the upper of which is the highest."""
    for column, what in ((9, "always 0"), (1, "always 1")):
        score = column * images / 1000
        ax.axhline(score, color="black", linewidth=0.8, linestyle=":")
        place = ax.get_yaxis_transform()
        ax.text(1.01, score, what, transform=place, va="center", fontsize=9)
    ax.set_ylim(-0.04 * 9 * images / 1000, 1.06 * 9 * images / 1000)
