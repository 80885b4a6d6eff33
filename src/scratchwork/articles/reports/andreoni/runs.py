"""What is trained for the report: both networks, the other readings, lists of sizes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

import scratchwork as sw

from ....engines.team import cores
from ... import andreoni
from ..spread import counted
from . import by_hand

Rows = tuple[Any, Any]


@dataclass(frozen=True)
class Plan:
    """How much is trained.

    Attributes
    ----------
    seeds : dict of hidden layers to int
        Of the article's two networks, for as many iterations as there.
    other_seeds : dict of hidden layers to int
        Of each of these networks with the other reading of N(0, 1 / n_out).
    published_seeds : int
        Of the small network with the published gradient of the last bias.
    lists : sequence of hidden layers
    list_repeats, list_iterations, epochs : int
        For each list: networks, iterations on all rows, and epochs of batches of 64.
    timed : int
        Iterations that are timed.
    ways : dict of str to (str, str)
        Of ours, with engine and dtype; nothing is compiled for a quick run.
    share : float
        Of the iterations, and of MNIST's rows.
    """

    seeds: dict[tuple[int, ...], int]
    other_seeds: dict[tuple[int, ...], int]
    published_seeds: int
    lists: Sequence[tuple[int, ...]]
    list_repeats: int
    list_iterations: int
    epochs: int
    timed: int
    ways: Mapping[str, tuple[str, str]]
    share: float = 1.0

    def iterations(self, hidden: tuple[int, ...]) -> int:
        """For this network."""
        return max(2, round(self.share * andreoni.HIDDEN[hidden]))


WAYS = {
    "ours in NumPy, float64": ("numpy", "float64"),
    "ours compiled, float64": ("numba", "float64"),
    "ours in NumPy, float32": ("numpy", "float32"),
    "ours compiled, float32": ("numba", "float32"),
}
"""Of ours: engine and dtype."""

SMALL, LARGE = andreoni.HIDDEN
LISTS = [(), SMALL, (32,), (64,), (128,), (64, 64), (64, 32, 16), (128, 64), LARGE]
FULL = Plan({SMALL: 5, LARGE: 3}, {SMALL: 3}, 3, LISTS, 2, 100, 10, 5, WAYS)
IN_NUMPY = {way: how for way, how in WAYS.items() if "numpy" in how}
QUICK = Plan({SMALL: 2, LARGE: 1}, {SMALL: 2}, 2, [(), SMALL, (64,)], 1, 20, 1, 2, IN_NUMPY, 0.05)


@dataclass(frozen=True)
class Data:
    """Rows to train on, and those that are held out."""

    train: Rows
    val: Rows

    def sizes(self, hidden: Sequence[int]) -> list[int]:
        """The article's list for this network: ``[784, 10, 10]``."""
        return [self.train[0].shape[1], *hidden, 10]


def load(images: str, plan: Plan) -> Data:
    """The rows; of MNIST the plan's share of them."""
    X, y = andreoni.load_rows(images)
    rows = round(plan.share * len(y)) if images == "mnist" else len(y)
    return Data(*andreoni.shuffle_and_split(X[:rows], y[:rows]))


@dataclass(frozen=True)
class Trained:
    """The rows, the plan, and what was trained by it."""

    data: Data
    plan: Plan
    images: str
    results: dict[tuple[int, ...], sw.Results]
    other: dict[tuple[int, ...], sw.Results]
    published: sw.Results

    @cached_property
    def final(self) -> sw.Sequential:
        """The first of the large networks."""
        return self.results[LARGE][0].model


def finals(results: sw.Results, name: str) -> list[float]:
    """The last figure of this name of each network."""
    return [result.final[name] for result in results]


# ---- networks ----
def exchanged(
    layers_size: Sequence[int], change: Callable[[Any], Any] = lambda layer: layer, **settings: Any
) -> sw.Sequential:
    """The article's network with its layers changed, or compiled otherwise."""
    model = andreoni.init_params(layers_size)
    layers = [change(layer) for layer in model.layers]
    model = sw.Sequential(layers, input_shape=layers_size[0])
    given: dict[str, Any] = {"metrics": ["accuracy"], "seed": 0} | settings
    model.compile("cross_entropy", sw.SGD(0.1), **given)
    return model


def other_reading(layer: Any) -> Any:
    """1 / n_out as the standard deviation."""
    spread = sw.Normal(1 / layer.units)
    return replace(layer, kernel_initializer=spread, bias_initializer=spread)


@sw.composite(vjp=lambda dZ, Z, x, b: (dZ, dZ.sum() + 0 * b))
def add_bias(x: sw.Value, b: sw.Value) -> sw.Value:
    """x + b, with the published gradient: one number for all entries of b."""
    return x + b


@dataclass(frozen=True)
class PublishedLast(sw.Layer):
    """The last layer with the published gradient of its bias."""

    units: int

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        spread = sw.VarianceScaling(1.0, "fan_out", "normal")
        W = scope.parameter("W", (x.shape[1], self.units), spread, kernel=True)
        b = scope.parameter("b", (self.units,), spread)
        return add_bias(x @ W, b).named("Z")


def published(layer: Any) -> Any:
    """The published gradient in the last layer."""
    return PublishedLast(layer.units) if layer.activation == "softmax" else layer


def convolutional(pixels: int) -> sw.Sequential:
    """Two convolutions with pooling between them, for square images of so many pixels."""
    side = round(pixels**0.5)
    layers = [
        sw.Reshape((side, side, 1)),
        sw.Conv2D(8, 3, activation="relu", padding="same"),
        sw.MaxPool2D(2),
        sw.Conv2D(16, 3, activation="relu", padding="same"),
        sw.MaxPool2D(2),
        sw.Flatten(),
        sw.Dense(64, activation="relu"),
        sw.Dense(10),
    ]
    model = sw.Sequential(layers, input_shape=pixels)
    model.compile("cross_entropy", sw.Adam(), metrics=["accuracy"], seed=0)
    return model


def first(model: sw.Sequential) -> sw.Sequential:
    """The article's network of these sizes with the numbers that it began with."""
    sizes = [model["W1"].shape[0], *(layer.units for layer in model.layers)]  # type: ignore[attr-defined]
    return andreoni.init_params(sizes, seed=model.seed or 0)


# ---- trainings ----
def trained(model: sw.Sequential, data: Data, seeds: int, iterations: int) -> sw.Results:
    """All rows at once, with so many seeds."""
    networks = sw.repeat(model, seeds)
    results: sw.Results = andreoni.gradient_descent_optimization(
        networks, data.train, data.val, iterations
    )
    return results


def lists(data: Data, plan: Plan) -> dict[str, sw.Results]:
    """Every list of sizes, on all rows at once and in batches of 64."""

    def build(hidden: tuple[int, ...]) -> sw.Sequential:
        return andreoni.init_params(data.sizes(hidden))

    networks = sw.sweep(build, {"hidden": plan.lists}, repeats=plan.list_repeats)
    at_once = andreoni.gradient_descent_optimization(
        networks, data.train, data.val, plan.list_iterations
    )
    batches = networks.fit(
        *data.train, batch_size=64, epochs=plan.epochs, validation_data=data.val, verbose=0
    )
    return {
        f"all rows at once, {plan.list_iterations} updates": at_once,
        f"batches of 64, {counted(plan.epochs, 'epoch')}": batches,
    }


# ---- time ----
def seconds_by_hand(data: Data, hidden: Sequence[int], iterations: int) -> float:
    """Of an iteration of the article's method, on one core or on all, whichever is faster."""
    layers = by_hand.layers_of(andreoni.init_params(data.sizes(hidden)))
    steps = by_hand.train(layers, *data.train, 2 * iterations + 2)
    return min(seconds_a_step(steps, iterations, threads) for threads in {1, cores()})


def seconds_a_step(steps: Iterator[object], number: int, threads: int) -> float:
    """The next of so many steps, after one that is not counted."""
    with threadpool_limits(threads):
        next(steps)
        begin = time.perf_counter()
        for _ in range(number):
            next(steps)
        return (time.perf_counter() - begin) / number


def seconds_of_ours(
    data: Data, hidden: Sequence[int], iterations: int, engine: str, dtype: str
) -> float:
    """Of an iteration of ours; what is compiled was compiled before."""
    model = exchanged(data.sizes(hidden), dtype=dtype, engine=engine)
    settings: dict[str, Any] = {"batch_size": None, "shuffle": False, "verbose": 0}
    model.fit(*data.train, epochs=1, **settings)
    begin = time.perf_counter()
    model.fit(*data.train, epochs=iterations, **settings)
    return (time.perf_counter() - begin) / iterations


def timed(data: Data, hidden: Sequence[int], plan: Plan) -> dict[str, float]:
    """Seconds an iteration, by way."""
    ours = {way: seconds_of_ours(data, hidden, plan.timed, *how) for way, how in plan.ways.items()}
    return {"the article's method, float64": seconds_by_hand(data, hidden, plan.timed), **ours}


# ---- the softmax without shift, and agreement ----
def not_numbers(data: Data, hidden: Sequence[int], white: float) -> tuple[float, float]:
    """The share of images without probabilities where pixels go to white: published, and ours."""
    model = andreoni.init_params(data.sizes(hidden))
    X = white * data.val[0].astype(np.float64)
    with np.errstate(all="ignore"):  # the overflow is what is shown
        P = by_hand.forward(by_hand.layers_of(model), X.T)[-1]
    ours = model.predict(X.astype(np.float32))
    return float(np.isnan(P).any(axis=0).mean()), float(np.isnan(ours).any(axis=1).mean())


def largest_difference(data: Data, hidden: Sequence[int], iterations: int) -> float:
    """Between the losses of the published method and ours with its gradient, in float64."""
    model = exchanged(data.sizes(hidden), published, dtype="float64")
    steps = by_hand.train(by_hand.layers_of(model), *data.train, iterations)
    theirs = [loss for loss, _ in steps]
    history = andreoni.gradient_descent_optimization(
        sw.repeat(model, 1), data.train, data.val, iterations
    )[0].history
    return float(np.abs(np.array(theirs) - history["loss"]).max())
