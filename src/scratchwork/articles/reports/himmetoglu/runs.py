"""What is trained for the report: lambdas, sizes, and what the article did not try."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import scratchwork as sw

from ... import himmetoglu
from ...himmetoglu import Pair
from . import by_hand

WAYS = {"sigmoid, then softmax": himmetoglu.squashed, "softmax alone": None}
"""The last layer's activation: the article's way, and the repair."""


@dataclass(frozen=True)
class Plan:
    """How much is trained.

    Attributes
    ----------
    lambdas : sequence of float
        Tried with 48 and 32 neurons, both ways.
    sizes, size_lambdas : sequences
        Every size meets each of these lambdas, without the last sigmoid.
    repeats, size_repeats, epochs : int
    engines : dict of str to str
        Which of ours are timed, under their names.
    """

    lambdas: Sequence[float]
    sizes: Sequence[tuple[int, int]]
    size_lambdas: Sequence[float]
    repeats: int
    size_repeats: int
    epochs: int
    engines: Mapping[str, str]


ENGINES = {"ours in NumPy": "numpy", "ours compiled": "numba"}
LAMBDAS = himmetoglu.LAMBDA_L2
LAMBDA = LAMBDAS[4]
"""The one that the notebook chooses."""
FULL = Plan(LAMBDAS, himmetoglu.SIZES, LAMBDAS[1:5], 10, 5, 1000, ENGINES)
QUICK = Plan(
    LAMBDAS[2:6:2], [(16, 16), (48, 32)], LAMBDAS[4:5], 2, 2, 100, {"ours in NumPy": "numpy"}
)


@dataclass(frozen=True)
class Found:
    """The sweeps over lambda, by way, and that over sizes."""

    lambdas: dict[str, sw.Results]
    sizes: sw.Results


def sweeps(plan: Plan, train: Pair, valid: Pair, say: Callable[[str], None]) -> Found:
    """Train everything that is chosen from; no test row is looked at."""
    lambdas = {}
    for way, last in WAYS.items():
        say(f"{way}: {len(plan.lambdas)} lambdas, {plan.repeats} seeds each")
        lambdas[way] = himmetoglu.choose(
            train, valid, last=last, lambdas=plan.lambdas, repeats=plan.repeats, epochs=plan.epochs
        )
    say(f"{len(plan.sizes)} sizes, lambdas: {len(plan.size_lambdas)}")
    sizes = himmetoglu.choose(
        train, valid, last=None, sizes=plan.sizes, lambdas=plan.size_lambdas,
        repeats=plan.size_repeats, epochs=plan.epochs,
    )  # fmt: skip
    return Found(lambdas, sizes)


def lambda_of_each_seed(results: sw.Results) -> Counter[float]:
    """Which lambda one network a lambda would have chosen, seed by seed: the first best."""
    chosen: Counter[float] = Counter()
    for seed in sorted({row.seed for row in results}):
        rows = [row for row in results if row.seed == seed]
        best = max(rows, key=lambda row: row.final["val_accuracy"])
        chosen[best.settings["lam"]] += 1
    return chosen


def figures(networks: Any, name: str) -> list[float]:
    """The last figure of this name of each network of a point."""
    return [result.final[name] for result in networks.results]


def tested(networks: Any, test: Pair) -> list[float]:
    """The accuracy of each on the test rows."""
    return [result.model.evaluate(*test)["accuracy"] for result in networks.results]


@dataclass(frozen=True)
class Data:
    """The rows, and what was trained on them."""

    train: Pair
    valid: Pair
    test: Pair
    found: Found
    plan: Plan

    def best(self, way: str) -> Any:
        """The point of the sweep over lambda with the best mean on the validation rows."""
        return self.found.lambdas[way].best_point


def point_at(results: sw.Results, lam: float, sizes: tuple[int, int] = (48, 32)) -> Any:
    """The networks of one lambda and one pair of sizes."""
    wanted = {"sizes": sizes, "lam": lam}
    return next(point for point in results.points if point.settings == wanted)


def lam_text(point: Any) -> str:
    """``lambda 0.5995``"""
    return f"lambda {point.settings['lam']:.4f}"


def validated(results: sw.Results, lam: float, sizes: tuple[int, int] = (48, 32)) -> str:
    """Mean and deviation of a point of the sweep."""
    point = point_at(results, lam, sizes)
    return f"{point.mean['val_accuracy']:.4f} +- {point.deviation['val_accuracy']:.4f}"


# ---- the network with something exchanged ----
def recompiled(layers: Sequence[Any], lam: float, engine: Any = "auto") -> sw.Sequential:
    """Other layers, or another engine, with the article's optimizer and penalty."""
    network = sw.Sequential(layers, input_shape=64)
    network.compile(
        "cross_entropy", sw.SGD(0.2, momentum=0.9), regularizer=sw.L2(lam), metrics=["accuracy"],
        dtype="float64", engine=engine, seed=0,
    )  # fmt: skip
    return network


def scaled(lam: float, activation: str = "sigmoid") -> sw.Sequential:
    """Pixels from 0 to 1 instead of 0 to 16, and softmax alone."""
    weights = "glorot_uniform"
    hidden = [sw.Dense(n, activation, kernel_initializer=weights) for n in (48, 32)]
    return recompiled([sw.Rescale(1 / 16), *hidden, sw.Dense(10)], lam)


def repeated(
    network: sw.Sequential, train: Pair, valid: Pair, repeats: int, epochs: int,
    batch_size: int | None = None,
) -> sw.Results:  # fmt: skip
    """The same network with so many seeds."""
    return sw.repeat(network, repeats).fit(
        *train, batch_size=batch_size, epochs=epochs, validation_data=valid, verbose=0
    )


# ---- time, and agreement ----
def seconds_by_hand(train: Pair, valid: Pair, epochs: int) -> float:
    """The article's method, with a look at the validation rows after every epoch."""
    layers = by_hand.layers_of(himmetoglu.nnet(0.6))
    begin = time.perf_counter()
    for _ in by_hand.train(layers, *train, 0.6, epochs):
        by_hand.loss(layers, by_hand.forward(layers, valid[0])[1], valid[1], 0.6)
    return time.perf_counter() - begin


def seconds_of_ours(train: Pair, valid: Pair, epochs: int, engine: str) -> float:
    """The same by one of our engines; what is compiled was compiled before."""
    network = recompiled(himmetoglu.nnet().layers, 0.6, engine)
    himmetoglu.train_network(network, train, valid, 1)
    begin = time.perf_counter()
    himmetoglu.train_network(network, train, valid, epochs)
    return time.perf_counter() - begin


def timed(
    train: Pair, valid: Pair, epochs: int, rounds: int, engines: Mapping[str, str]
) -> dict[str, float]:
    """Seconds for 1,000 epochs, medians of rounds in alternation."""
    ways = {"the article's method": partial(seconds_by_hand, train, valid, epochs)} | {
        name: partial(seconds_of_ours, train, valid, epochs, engine)
        for name, engine in engines.items()
    }
    rows = [[way() for way in ways.values()] for _ in range(rounds)]
    return dict(zip(ways, 1000 / epochs * np.median(rows, axis=0), strict=True))


def largest_difference(train: Pair, lam: float, epochs: int) -> float:
    """Between our parameters and those of the article's method, from the same first ones."""
    network = himmetoglu.nnet(lam)
    layers = by_hand.layers_of(network)
    for _ in by_hand.train(layers, *train, lam, epochs):
        pass
    himmetoglu.train_network(network, train, None, epochs)
    theirs, ours = (np.concatenate([a.ravel() for layer in each for a in layer])
                    for each in (layers, by_hand.layers_of(network)))  # fmt: skip
    return float(abs(theirs - ours).max())


def limits(outputs: Sequence[float] = (1.0, *[0.0] * 9)) -> tuple[float, float]:
    """The largest probability and the least loss of ten outputs between 0 and 1."""
    P = by_hand.softmax(np.array(outputs)[:, None])[0, 0]
    return float(P), float(-np.log(P))
