"""The CuPy dialect: it cannot run here, so every call is one that CuPy's documentation has.

What the text computes is compared with the NumPy program's, to the last bit, by running it with a
module in CuPy's place that has the checked functions alone, as NumPy's.
"""

from __future__ import annotations

import inspect
import re
import sys
from functools import reduce
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.dialects.cupy import FUNCTIONS, METHODS
from tests.cases import INITIALIZERS
from tests.networks import NETWORKS, Array, Network
from tests.peers.random_networks import RANDOM_NETWORKS
from tests.peers.table_networks import TABLE_NETWORKS

TABLES = {**TABLE_NETWORKS, **RANDOM_NETWORKS}
for each in INITIALIZERS:
    kernel = sw.Dense(6, "tanh", kernel_initializer=each.initializer)
    TABLES[f"initializer {each}"] = Network((kernel, sw.Dense(3)), (4,), 3)


def on_the_gpu(text: str) -> str:
    """What stands behind initialize, which NumPy runs."""
    return text.partition("def on_gpu")[2]


@pytest.mark.parametrize("name", TABLES)
def test_every_call_is_one_that_was_checked(name: str) -> None:
    text = on_the_gpu(TABLES[name].model().source("cupy"))
    assert set(re.findall(r"\bcp\.[\w.]+", text)) <= FUNCTIONS.keys()
    methods = set(re.findall(r"(?<!\bcp)(?<!\bmath)(?<!stride_tricks)\.(\w+)\(", text))
    assert methods <= METHODS.keys()
    assert not re.findall(r"\bnp\.(?!float64|nan)\w+", text)


def test_metrics_call_what_was_checked() -> None:
    metrics = {
        "mean_squared_error": ["r2", "mean_absolute_error"],
        "cross_entropy": ["accuracy", "top_2_accuracy"],
        "binary_cross_entropy": ["accuracy", "binary_accuracy"],
    }
    for loss, names in metrics.items():
        model = sw.Sequential([sw.Dense(3)], input_shape=4)
        model.compile(loss, metrics=names, seed=0)
        text = on_the_gpu(model.source("cupy"))
        assert set(re.findall(r"\bcp\.[\w.]+", text)) <= FUNCTIONS.keys()


def waves(Z: sw.Value) -> Any:
    """What no layer of ours calls."""
    return np.sin(Z) + np.cos(Z) + np.floor(Z)


def total(Z: sw.Value, Y: sw.Value) -> Any:
    return (Z - Y).sum(axis=1)


def test_no_checked_function_is_without_use() -> None:
    """A name that no program has would be a check of nothing."""
    rows = (
        *NETWORKS.values(),
        TABLES["loss Quantile((0.1, 0.5, 0.9))-number"],
        Network((sw.Dense(3, waves),), (4,), 3, total, reduction="sum"),
    )
    texts = [str(row.model().source("cupy")) for row in rows]
    assert set(re.findall(r"\bcp\.[\w.]+", "".join(texts))) == set(FUNCTIONS)


def stand_in() -> ModuleType:
    """A module called cupy with the checked functions, as NumPy's, and nothing else."""
    module: Any = ModuleType("cupy")
    for name in FUNCTIONS:
        path = name.removeprefix("cp.").split(".")
        owner = module
        for part in path[:-1]:
            owner = owner.__dict__.setdefault(part, ModuleType(part))
        setattr(owner, path[-1], reduce(getattr, path, np))
    return module  # type: ignore[no-any-return] # a module that may have any name


@pytest.mark.parametrize("name", NETWORKS)
def test_it_computes_what_the_numpy_program_does(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cupy", stand_in())
    model, (X, y) = NETWORKS[name].model(), NETWORKS[name].data()
    model.trace(X, y)  # it sees which kind of targets these are
    ours, theirs = (stepped(model, text, X, y) for text in ("program", "cupy"))
    assert ours.keys() == theirs.keys()
    assert all((ours[key] == theirs[key]).all() for key in ours)


def stepped(model: sw.Sequential, text: str, X: Array, y: Array) -> dict[str, Array]:
    """What a step of the text returns, and what it leaves in the model's arrays."""
    functions: dict[str, Any] = {}
    exec(str(model.source(text)), functions)
    arrays = {name: model[name].copy() for name in model}
    if text == "cupy":
        arrays = dict(zip(arrays, functions["on_gpu"](*arrays.values()), strict=True))
    late = {"t": 1, "epoch": 0, "rng": np.random.default_rng(1), "X": X, "y": y, "Y": y}
    names = inspect.signature(functions["train_step"]).parameters.values()
    given = {**arrays, **late}
    outputs = functions["train_step"](*(given[x.name] for x in names if x.default is x.empty))
    return {"outputs": np.array(outputs), **arrays}


def test_the_program_of_a_deep_classifier() -> None:
    """784-500-150-10, with everything on the GPU."""
    model = sw.mlp([784, 500, 150, 10], activation="relu")
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    text = str(model.source("cupy"))
    assert text.startswith("# Scratchwork")
    assert ", CuPy, float32" in text.splitlines()[0]
    assert "import cupy as cp" in text
    step = text.partition("def train_step")[2].partition("def train_epoch")[0]
    assert step == model.source().replace("np.", "cp.").removeprefix("def train_step") + "\n\n"


def test_draws_of_a_step_come_from_the_generator_it_is_given() -> None:
    text = str(NETWORKS["dropout"].model().source("cupy"))
    assert "rng.random((n, 9)) >= rate1" in text


def test_before_a_loss_there_is_a_program_to_predict() -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    text = str(model.source("cupy"))
    assert "def predict(X, W1, b1):" in text
    assert "train_step" not in text
