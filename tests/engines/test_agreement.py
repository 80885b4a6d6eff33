"""Every row of the tables in both engines; the compiled text runs as plain Python.

So an index out of range raises, and no second is spent on compiling.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.metrics import METRICS
from scratchwork.storage import Array
from tests import cases
from tests.engines.agreement import CLOSE, EXACT, Case, check, of_network, rows
from tests.networks import NETWORKS

pytestmark = pytest.mark.usefixtures("plain_python")


# ---- whole networks ----
@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    check(of_network(NETWORKS[name]))


DEEP = ("convnet", "lenet", "overlapping_pool", "averages", "reshape")  # slow as plain Python


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in DEEP])
def test_networks_in_float32(name: str) -> None:
    check(of_network(NETWORKS[name], dtype="float32"), CLOSE)


@pytest.mark.parametrize("batch_size", [1, 2, 37, None])
@pytest.mark.parametrize("name", ["two_layers", "adam", "dropout", "layernorm"])
def test_batches_of_any_size(name: str, batch_size: int | None) -> None:
    case = of_network(NETWORKS[name])
    check(Case(case.layers, case.X, case.y, case.settings, batch_size, 2))


# ---- what they are made of ----
@pytest.mark.parametrize("case", cases.ACTIVATIONS, ids=str)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_activations(case: cases.ActivationCase, dtype: str) -> None:
    """In the middle of a network and at its end."""
    X, _ = rows(5)
    activation = case.given or case.name
    layers = (sw.Dense(4, activation), sw.Dense(3, activation), sw.Dense(2, activation))
    settings = {"loss": "mean_squared_error", "optimizer": sw.SGD(0.01), "dtype": dtype}
    check(Case(layers, 2 * X, X[:, :2], settings, epochs=1), EXACT if dtype == "float64" else CLOSE)


@pytest.mark.parametrize("case", cases.LAYERS, ids=str)
def test_layers(case: cases.LayerCase) -> None:
    """First, where no gradient goes behind it, and last, where one comes out of the loss."""
    X, y = rows(*case.input_shape)
    momentum = {"optimizer": sw.SGD(0.05, momentum=0.5)}
    check(Case((*case.layers, sw.Flatten(), sw.Dense(3)), X, y, momentum, epochs=1))
    Y = np.random.default_rng(1).normal(size=(len(X), prod(case.output_shape)))
    inside = (sw.Flatten(), sw.Dense(prod(case.input_shape), "tanh"), sw.Reshape(case.input_shape))
    settings = {**momentum, "loss": "mean_squared_error"}
    layers = (*inside, *case.layers, sw.Flatten())
    # behind a Dense that a norm takes the mean of, bias and product are told apart by rounding
    check(Case(layers, X, Y, settings, epochs=1, loose=("b1",)))


FEW = (sw.Dense(4, "tanh"), sw.Dense(3))
MANY = (*(sw.Dense(3, "tanh") for _ in range(4)), sw.Dense(3))
"""Four parameters, each with lines of its own in NumPy's text, and ten, which share a loop."""


@pytest.mark.parametrize("layers", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize("case", cases.OPTIMIZERS, ids=str)
def test_optimizers(case: cases.OptimizerCase, layers: Any) -> None:
    check(Case(layers, *rows(3), {"optimizer": case.optimizer}, epochs=1))


@pytest.mark.parametrize("case", cases.OPTIMIZERS, ids=str)
def test_optimizers_in_float32(case: cases.OptimizerCase) -> None:
    check(Case(FEW, *rows(3), {"optimizer": case.optimizer, "dtype": "float32"}, epochs=1), CLOSE)


@pytest.mark.parametrize("case", cases.SCHEDULES, ids=str)
@pytest.mark.parametrize("optimizer", [sw.SGD, sw.Adam])
def test_schedules(case: cases.ScheduleCase, optimizer: Any) -> None:
    check(Case(FEW, *rows(3), {"optimizer": optimizer(case.schedule)}))


@pytest.mark.parametrize("case", cases.REGULARIZERS, ids=str)
@pytest.mark.parametrize("layers", [FEW, MANY], ids=["few", "many"])
def test_regularizers(case: cases.RegularizerCase, layers: Any) -> None:
    own = (sw.Dense(3, "tanh", kernel_regularizer=case.regularizer), *layers)
    for reduction in ("mean", "sum"):
        check(Case(layers, *rows(3), {"regularizer": case.regularizer, "reduction": reduction}))
    check(Case(own, *rows(3), {"optimizer": sw.Adam(0.01)}))


# ---- losses and metrics ----
def targets(case: cases.LossCase, count: int) -> Array:
    """Targets of the kind that a row of LOSSES asks for."""
    rng, k = np.random.default_rng(2), case.outputs
    shape = (count,) if case.targets in ("answer", "number", "count") else (count, k)
    match case.targets.rstrip("s"):
        case "label":
            return rng.integers(0, k, count)
        case "one_hot":
            return np.eye(k)[rng.integers(0, k, count)]
        case "probabilitie":
            return rng.dirichlet(np.ones(k), count)
        case "answer":
            return rng.integers(0, 2, shape).astype(np.float64)
        case "count":
            return rng.integers(0, 4, shape).astype(np.float64)
        case _:
            return rng.normal(size=shape)


def metrics(case: cases.LossCase) -> Iterator[Any]:
    """The metrics that go with a row of LOSSES."""
    for given in (*METRICS, sw.TopK(2), sw.TopK(3)):
        model = sw.Sequential([sw.Dense(case.outputs)], input_shape=3)
        try:
            model.compile(case.given or case.name, metrics=[given], seed=0)
            model.evaluate(np.ones((4, 3)), targets(case, 4))
        except ValueError:  # one that makes no sense under this loss
            continue
        yield given


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", cases.LOSSES, ids=str)
def test_losses_and_metrics(case: cases.LossCase, dtype: str) -> None:
    X, y = rows(3)[0], targets(case, 11)
    layers = (sw.Dense(4, "tanh"), sw.Dense(case.outputs))
    settings = {"loss": case.given or case.name, "metrics": [*metrics(case)], "dtype": dtype}
    tolerance = EXACT if dtype == "float64" else CLOSE
    check(Case(layers, X, y, settings, epochs=1), tolerance)
    if dtype == "float64":
        check(Case(layers, X, y, {**settings, "reduction": "sum"}, epochs=1))


def test_every_metric_is_met() -> None:
    found = {x.name if isinstance(x, sw.TopK) else x for c in cases.LOSSES for x in metrics(c)}
    assert found == {*METRICS, "top_2_accuracy", "top_3_accuracy"}
