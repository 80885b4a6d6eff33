"""Article 4, Tae: moons, 2-64-2; accuracy over 100 runs, and against the number of neurons."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

import numpy as np

import scratchwork as sw
from scratchwork.articles import tae
from scratchwork.articles.article import LEFT_OUT, Options, lasting
from scratchwork.articles.page import Page
from scratchwork.articles.reports.letters import letters

from . import by_hand
from .figures import article_figures, wide_figure
from .mistakes import both_ways
from .numbers import MEAN, QUICK, Size, Trained, accuracies, compare, percent, spread, train

LETTERS = (
    ("A_1 = X W_1 + b_1", "Z1"), ("Z_1 = max(0, A_1)", "A1"), ("A_2 = Z_1 W_2 + b_2", "Z2"),
    ("Z_2 = softmax(A_2)", "P"), ("label - z2 (`db2_temp`, the other sign)", "dZ2"),
    ("dW2", "dW2"), ("db2", "db2"), ("`db1_temp`, before its gate", "dA1"),
    ("`db1_temp[z1 <= 0] = 0`", "dZ1"), ("dW1", "dW1"), ("db1", "db1"),
    ("theta := theta - alpha dL/dtheta", "W1"),
)  # fmt: skip


def report(page: Page, options: Options) -> None:
    """Run the article and all around it, and write the page."""
    size = QUICK if options.quick else Size()
    if options.quick:
        left_out = (
            f"Here: {QUICK.runs} networks instead of 1,000, {len(QUICK.neurons)} widths instead of "
            f"37, one wider network, one trial each, {QUICK.mistaken} networks for each mistake."
        )
        page.text(LEFT_OUT, left_out)
    trained = train(page, size)
    compare(page, trained, size)
    lines = code_lines(tae.network) + code_lines(tae.fit)
    page.compare("lines of the network's code", "56", f"{lines}", "`network` and `fit`")
    what_it_says(page)
    what_we_measure(page, trained, size)
    its_time(page, trained)
    page.heading("Its figures and printouts")
    printouts(page, trained)
    article_figures(page, trained)
    page.heading("Its letters beside ours")
    letters(page, tae.network().source(), LETTERS)
    both_ways(page, size.mistaken)
    next_step(page, trained, size)
    page.heading("The program")
    page.code(tae.network().source(), "python")


def code_lines(function: object) -> int:
    """Lines of a function, without its docstring."""
    text = inspect.getsource(function)  # type: ignore[arg-type]
    documentation = inspect.getdoc(function) or ""
    return len(text.splitlines()) - len(documentation.splitlines())


def what_it_says(page: Page) -> None:
    page.heading("What the article says")
    page.text(
        "Jake Tae trains a network with one hidden layer on 3,750 of 5,000 points of two moons and "
        "tests it on the other 1,250. All parameters, biases too, begin as N(0, 1); mini-batches "
        "have 10 points; the rate is 1e-4 and the gradients of a batch are added, not averaged. "
        "The body of his function `sgd` is missing from the text that we have; as his `backward` "
        "gives label minus output, it must add alpha times that.",
        "After 10 epochs he reports 95 % over 100 runs, then one network of 99 neurons with 95 %, "
        "then a curve of 3 to 39 neurons after 100 epochs, at about 98 % from 30 on. He takes the "
        "lower figures of the wider networks for overfitting, wants to see a wider range, and "
        "stops, as that took too long.",
    )


def what_we_measure(page: Page, trained: Trained, size: Size) -> None:
    page.heading("What we measure")
    repeated = accuracies(trained.repeated)
    error = repeated.std() / np.sqrt(size.runs)
    difference = repeated.mean() - MEAN
    page.text(
        f"Its mean lies {abs(difference):.4f} {'below' if difference > 0 else 'above'} ours. The "
        f"mean of {size.runs} runs has a standard error of {error:.4f}, so that chance alone "
        f"{'explains this' if abs(difference) < 2 * error else 'hardly explains this'}. Ours are "
        f"the seeds 0 to {len(repeated) - 1}, in float64.",
        "An epoch by the article's method, from our first numbers and in the same order of rows, "
        f"ends at {agreement(by_hand.largest_difference())}.",
    )


def agreement(difference: float) -> str:
    """Of the parameters of both methods."""
    if difference == 0:
        return "the same parameters as ours, to the last bit"
    return f"parameters that differ from ours by {difference:.1e} at most"


def its_time(page: Page, trained: Trained) -> None:
    """Of the article's way the time of one epoch is measured, and multiplied."""
    page.say("the article's method, timed")
    page.heading("Time")
    page.text(
        "The article's method, written anew: NumPy, with softmax and one-hot labels row by row. "
        "One epoch was timed on this machine (the faster of two), and multiplied by their "
        "number. Ours is the whole time, with compiling."
    )
    rows = []
    given = (trained.repeated, trained.with_99, trained.narrow, *trained.wider.values())
    for (what, seconds), results in zip(trained.seconds.items(), given, strict=True):
        width = int(np.mean([len(result.model["b1"]) for result in results]))
        epochs = sum(len(result.history) for result in results)
        batch_size = 20 if results is trained.with_99 else 10
        theirs = epochs * by_hand.seconds_an_epoch(width, batch_size)
        engine = results[0].history.engine
        rows.append((what, lasting(theirs), lasting(seconds), f"{theirs / seconds:.0f}", engine))
    page.table(("", "the article's way", "here", "times", "engine"), rows)


def printouts(page: Page, trained: Trained) -> None:
    """As the article's cells print them."""
    found = accuracies(trained.repeated)
    page.code(
        f"X[0:5]\n{tae.X[:5]}\n\ny_train[:5]\n{tae.y_train[:5]}\n\n"
        f"Mean Accuracy: {found.mean():.5g}, Standard Deviation: {found.std():.5g}\n\n"
        f"{accuracies(trained.with_99)[0]}"
    )


def next_step(page: Page, trained: Trained, size: Size) -> None:
    """The wider range, at 10 and at 100 epochs."""
    page.heading("The range that took too long")
    both = [*trained.by_width(100)]
    page.text(
        f"{len(both)} widths from {both[0]} to {both[-1]}, each at 10 and at 100 epochs. The "
        "article's 95 % are 64 and 99 neurons after 10 epochs, its 98 % are 30 to 40 neurons after "
        f"100. {with_equal_epochs(trained)}"
    )
    columns = ("neurons", "10 epochs", "100 epochs", "training minus test, 100 epochs")
    page.table(columns, [*bands(trained, both)])
    wide_figure(page, trained)
    faster = sw.repeat(tae.network(alpha=1e-3), size.mistaken)
    page.text(
        f"A higher rate does it, too: {spread(tae.fit(faster, 10, 10))} with 64 neurons after "
        f"10 epochs at rate 1e-3 ({size.mistaken} seeds)."
    )


def with_equal_epochs(trained: Trained) -> str:
    """Whether wider networks are worse when they are trained as long."""
    means = {
        epochs: [100 * trained.mean(epochs, *band)[0] for band in ((30, 39), (40, 99))]
        for epochs in (10, 100)
    }
    said = " and ".join(
        f"{wide:.1f} % against {narrow:.1f} % after {epochs}"
        for epochs, (narrow, wide) in means.items()
    )
    measured = f"Trained as long, 40 to 99 neurons have {said} epochs for 30 to 39"
    if any(wide < narrow for narrow, wide in means.values()):
        return f"{measured}."
    return (
        f"{measured}: it is the epochs, not overfitting, that separate the two. How much better "
        "the networks are on the rows that they were trained on is in the last column."
    )


def bands(trained: Trained, widths: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Rows of a table: some widths together, at both numbers of epochs."""
    for low, high in ((3, 29), (30, 39), (40, 99), (100, 179), (180, 256)):
        inside = [width for width in widths if low <= width <= high]
        if inside:
            means = (percent(*trained.mean(epochs, low, high)) for epochs in (10, 100))
            span = f"{inside[0]} to {inside[-1]}" if len(inside) > 1 else f"{inside[0]}"
            yield span, *means, gap(trained, low, high)


def gap(trained: Trained, low: int, high: int) -> str:
    """How much better the networks are on the rows that they were trained on."""
    results = [*trained.narrow, *trained.wider[100]]
    gaps = [
        result.final["accuracy"] - result.final["val_accuracy"]
        for result in results
        if low <= result.settings["n_hidden"] <= high
    ]
    return f"{100 * np.mean(gaps):+.2f} points"
