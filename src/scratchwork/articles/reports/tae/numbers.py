"""Trainings that the report needs, and the article's numbers beside theirs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scratchwork as sw
from scratchwork.articles import tae
from scratchwork.articles.page import Page

Array = NDArray[Any]

# what the article prints
FIRST_ROWS = [
    [-0.1196884, 1.03684845], [0.03370055, 0.2493631], [0.03864294, 0.33033539],
    [0.22222051, 1.03355193], [0.74448612, 0.69288687],
]  # fmt: skip
FIRST_LABELS = [0, 1, 0, 1, 0]
ONE_HOT = [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
SOFTMAX = [[0.5, 0.5], [0.04742587, 0.95257413]]
MEAN, DEVIATION, WITH_99 = 0.94541, 0.019558, 0.9496


@dataclass(frozen=True)
class Size:
    """How much is trained: the whole, or the quick form."""

    sets: int = 10
    runs: int = 100
    neurons: Sequence[int] = range(3, 40)
    wider: Sequence[int] = range(40, 257)
    trials: int = 3
    mistaken: int = 100


QUICK = Size(sets=1, runs=5, neurons=(3, 39), wider=(99,), trials=1, mistaken=2)


@dataclass
class Trained:
    """Results, and the seconds that each of them took."""

    repeated: sw.Results
    with_99: sw.Results
    narrow: sw.Results
    wider: dict[int, sw.Results]
    seconds: dict[str, float] = field(default_factory=dict)

    def by_width(self, epochs: int) -> dict[int, Array]:
        """The accuracies of the trials of every width."""
        results = [*self.wider[epochs], *(self.narrow if epochs == 100 else ())]
        found: dict[int, list[float]] = {}
        for result in results:
            accuracy = result.final["val_accuracy"]
            found.setdefault(result.settings["n_hidden"], []).append(accuracy)
        return {width: np.array(found[width]) for width in sorted(found)}

    def mean(self, epochs: int, low: int, high: int) -> tuple[float, float]:
        """Mean and deviation over the networks of ``low`` to ``high`` neurons."""
        chosen = [x for width, x in self.by_width(epochs).items() if low <= width <= high]
        together = np.concatenate(chosen)
        return float(together.mean()), float(together.std())


def train(page: Page, size: Size) -> Trained:
    """All that the figures and tables are made of."""
    seconds: dict[str, float] = {}

    def timed(what: str, networks: Any, batch_size: int, epochs: int) -> sw.Results:
        page.say(what)
        begin = time.perf_counter()
        results: sw.Results = tae.fit(networks, batch_size, epochs)
        seconds[what] = time.perf_counter() - begin
        return results

    def widths(of: Sequence[int]) -> Any:
        return sw.sweep(tae.network, {"n_hidden": of}, repeats=size.trials)

    runs = size.sets * size.runs
    both = [*size.neurons, *size.wider]
    return Trained(
        timed(f"{runs} networks of 64 neurons", sw.repeat(tae.network(), runs), 10, 10),
        timed(f"{runs} networks of 99 neurons", sw.repeat(tae.network(99), runs), 20, 10),
        timed(named(size.neurons, size.trials, 100), widths(size.neurons), 10, 100),
        {
            100: timed(named(size.wider, size.trials, 100), widths(size.wider), 10, 100),
            10: timed(named(both, size.trials, 10), widths(both), 10, 10),
        },
        seconds,
    )


def named(widths: Sequence[int], trials: int, epochs: int) -> str:
    """Such as "37 widths from 3 to 39, each 3 times, 100 epochs"."""
    span = f"from {widths[0]} to {widths[-1]}" if len(widths) > 1 else f"of {widths[0]}"
    times = "once" if trials == 1 else f"{trials} times"
    number = f"{len(widths)} width{'s' * (len(widths) > 1)}"
    return f"{number} {span}, each {times}, {epochs} epochs"


def accuracies(results: sw.Results) -> Array:
    """Of each network on the test rows, in its last epoch."""
    return np.array([result.final["val_accuracy"] for result in results])


def spread(results: sw.Results) -> str:
    """``0.9454 +- 0.0196``, the deviation over n as in the article."""
    found = accuracies(results)
    return f"{found.mean():.4f} +- {found.std():.4f}"


def softmax(rows: Sequence[Sequence[float]]) -> Array:
    """By a network that is nothing else."""
    model = sw.Sequential([sw.Activation("softmax")], input_shape=len(rows[0]))
    model.compile("mean_squared_error", dtype="float64", seed=0)
    return np.asarray(model.predict(rows))


def exact(page: Page) -> None:
    """The printed arrays, to their last digit."""
    labels = tae.y_train[:5]
    one_hot = tae.network().trace(tae.X_train[:5], labels)["Y"]
    for what, article, ours in (
        ("X[0:5]", FIRST_ROWS, tae.X[:5]),
        ("y_train[:5]", FIRST_LABELS, labels),
        ("one_hot_encode(y_train[:5])", ONE_HOT, one_hot),
        ("softmax([[10, 10], [1, 4]])", SOFTMAX, softmax([[10, 10], [1, 4]])),
    ):
        array = np.asarray(ours)
        found = np.round(array, 8) if array.dtype == np.float64 else array.astype(int)
        equal = int((found == article).sum())
        note = f"{equal} of {found.size} equal"
        page.compare(what, short(np.asarray(article)), short(found), note)


def short(array: Array) -> str:
    """Its rows in one line."""
    return str(array.tolist())


def compare(page: Page, trained: Trained, size: Size) -> None:
    """Every number of the article beside ours."""
    settings(page, size)
    exact(page)
    repeated, with_99 = accuracies(trained.repeated), accuracies(trained.with_99)
    sets = repeated.reshape(size.sets, size.runs)
    means, deviations = sets.mean(axis=1), sets.std(axis=1)
    note = f"{size.sets} x {size.runs} seeds: the means of the sets lie at {between(means)}"
    page.compare("mean accuracy, 64 neurons", f"{MEAN}", f"{repeated.mean():.5f}", note)
    note = f"divided by n as there; of the sets {between(deviations)}"
    page.compare("its standard deviation", f"{DEVIATION}", f"{repeated.std():.6f}", note)
    below = 100 * (with_99 < WITH_99).mean()
    note = f"one run there; of our {len(with_99)} seeds {below:.0f} % are below it"
    page.compare("99 neurons, batch 20", f"{WITH_99}", spread(trained.with_99), note)
    low, high = max(30, size.neurons[0]), size.neurons[-1]
    mean, deviation = trained.mean(100, low, high)
    count = sum(low <= x.settings["n_hidden"] <= high for x in trained.narrow)
    ours = percent(mean, deviation)
    page.compare("30 to 40 neurons, 100 epochs", "about 98 %", ours, f"networks: {count}")


def settings(page: Page, size: Size) -> None:
    """What is trained, and on what."""
    rows = f"{len(tae.X):,}, {len(tae.X_train):,} of them to train on"
    page.compare("points of the moons, noise", "5,000, 0.1", f"{rows}, 0.1", "random_state 42")
    shape = ", ".join(str(tae.network()[name].shape) for name in ("W1", "b1", "W2", "b2"))
    page.compare("shapes of W1, b1, W2, b2", "(2, 64), (64,), (64, 2), (2,)", shape)
    ours = f"10, 1e-4, 10, {size.sets * size.runs:,}"
    page.compare("batch, rate, epochs, runs", "10, 1e-4, 10, 100", ours)
    widths = named(size.neurons, size.trials, 100)
    page.compare("against the number of neurons", "3 to 39, each 3 times, 100 epochs", widths)


def percent(mean: float, deviation: float) -> str:
    """``97.5 +- 0.4 %``"""
    return f"{100 * mean:.1f} +- {100 * deviation:.1f} %"


def between(values: Array) -> str:
    """The smallest and the largest."""
    return f"{values.min():.4f} to {values.max():.4f}" if len(values) > 1 else f"{values[0]:.4f}"
