"""The programs that ``write(dialect="pytorch")`` writes, run in PyTorch: they train as ours do.

Every network of the tables that PyTorch can express: each written file is executed, trained by its
own loop on the same rows in the same order, and must reach the losses of our fit, and its answers.
All in float64, where 1e-5 means something: losses differ by less than 1e-8, but under clip_norm,
which PyTorch computes otherwise, by 2e-7.
"""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DescriptionError
from tests import cases
from tests.networks import Array, Network

from .answers import STEPS, epochs
from .compare import assert_near
from .peer import require
from .random_networks import RANDOM_NETWORKS
from .table_networks import TABLE_NETWORKS

torch = require("torch")

REACHED = 1e-5
"""The largest difference of a loss after 100 steps, by the largest loss."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads only cost time at these sizes; and a program may set the default dtype."""
    threads, dtype = torch.get_num_threads(), torch.get_default_dtype()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    torch.set_default_dtype(dtype)


def program_of(folder: Path) -> tuple[dict[str, Any], list[Any]]:
    """The names of a written file, with our numbers in its model, and the rows beside it."""
    program, arrays = runpy.run_path(str(folder / "net.py")), np.load(folder / "net.npz")
    program["load_weights"](arrays)
    return program, [torch.tensor(arrays[name]) for name in ("X_train", "y_train")]


def compare(network: Network, folder: Path) -> None:
    """Train both, from the same numbers, and compare every epoch's loss and the predictions."""
    model, data = network.moved_model(), network.data()
    settings: Any = {"epochs": epochs(network), "batch_size": network.batch_size}
    model.write(folder / "net.py", dialect="pytorch", data=data, **settings)
    program, rows = program_of(folder)
    with contextlib.redirect_stdout(io.StringIO()):
        losses = program["train"](*rows, shuffle=False)
    history = model.fit(*data, shuffle=False, verbose=0, **settings)
    assert len(losses) * -(-network.rows // network.batch_size) >= STEPS
    assert_near(history["loss"], losses, REACHED, "the losses")
    assert_near(model.predict(data[0]), program["predict"](rows[0]).numpy(), REACHED, "the answers")
    evaluated = program["evaluate"](*rows)
    assert_near(model.evaluate(*data)["loss"], evaluated, REACHED, "evaluate")


REFUSED = {
    "tied_autoencoder": "layer 1: TiedAutoencoder(3)",
    "residual": "layer 1: Residual()",
    "own_state": "layer 1: MaxScale()",
    "own_activations": "layer 1: Dense(6, softsign)",
    "optimizer lion": "optimizer Lion(0.01, beta_1=0.8, beta_2=0.9, weight_decay=0.1)",
    "optimizer lion-0": "optimizer Lion(0.01)",
    "optimizer epsilon-hat": "optimizer Adam(0.02, beta_2=0.9, epsilon=0.001, epsilon_hat=True)",
    "optimizer nesterov-rate-in-velocity": "optimizer SGD",
}
"""What PyTorch cannot express, and how the error begins."""

TABLES = {**TABLE_NETWORKS, **RANDOM_NETWORKS}
COMPARED = [name for name, row in TABLES.items() if name not in REFUSED and not row.draws()]


@pytest.mark.parametrize("name", COMPARED)
def test_every_row_of_the_tables_trains_as_ours(name: str, tmp_path: Path) -> None:
    compare(TABLES[name], tmp_path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_cannot_express_is_refused_by_name(name: str) -> None:
    with pytest.raises(DescriptionError, match=re.escape(f"{REFUSED[name]} expects a counterpart")):
        TABLES[name].model().source("pytorch")


PLAIN = Network((sw.Dense(6, "tanh"), sw.Dense(3)), (4,), 3)
MORE_SCHEDULES = (
    sw.StepDecay(0.1, 0.5, every=3),
    sw.StepDecay(0.1, 0.5, every=2.5),
    sw.StepDecay(0.1, 0.5, every=7.5, unit="steps"),
    sw.PiecewiseConstant((5, 12), (0.1, 0.05, 0.025)),
    sw.PiecewiseConstant((2.5, 7), (0.1, 0.02, 0.05)),
    sw.ExponentialDecay(0.1, 0.5, 7.5, staircase=True),
    sw.PolynomialDecay(0.1, 60.5, power=1.5),
    sw.CosineDecay(0.1, 17.5, 0.01),
    sw.CosineDecay(0.1, 9.5, period_factor=1),
    sw.CosineDecay(0.1, 15, period_factor=2),
    sw.CosineDecay(0.1, 10, 0.02, warmup_steps=7.5, period_factor=1),
    sw.OneCycle(0.5, 60, warmup_fraction=0.45, div_factor=5, final_div_factor=20),
    sw.OneCycle(0.1, 60.5),
    cases.RootDecay(0.1, 10.0),
    sw.OneCycle(0.1, 50, warmup_fraction=0.02),
)
SCHEDULES = (*(row.schedule for row in cases.SCHEDULES), *MORE_SCHEDULES)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=repr)
def test_schedules(schedule: Any, tmp_path: Path) -> None:
    """Beyond the ends of those that have one."""
    compare(replace(PLAIN, optimizer=sw.SGD(schedule, momentum=0.5)), tmp_path)


# ---- draws: ours in the place of PyTorch's, and PyTorch's everything else ----
@pytest.mark.parametrize("name", [name for name, row in TABLES.items() if row.draws()])
def test_draws(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step at a time, so that what we drew can be given to the program's step."""
    network = TABLES[name]
    model, (X, y) = network.moved_model(), network.data()
    model.write(tmp_path / "net.py", dialect="pytorch", data=(X, y))
    program, _ = program_of(tmp_path)
    masks: list[Array] = []
    noises: list[Array] = []
    monkeypatch.setattr(torch.nn.functional, "dropout", dropped(masks))
    monkeypatch.setattr(torch, "randn_like", lambda x: torch.tensor(noises.pop(0)))
    for first in range(0, network.rows, network.batch_size):
        rows = slice(first, first + network.batch_size)
        step = model.trace(X[rows], y[rows])
        masks += [step[key] for key in step if re.match(r"M\d+(_\d)?$", key)]
        drawn = [step[key] for key in step if key.startswith("noise")]
        noises += [x / stddev for x, stddev in zip(drawn, deviations(network), strict=True)]
        loss = program["train_step"](torch.tensor(X[rows]), torch.tensor(y[rows]))
        model.fit(X[rows], y[rows], batch_size=None, epochs=1, shuffle=False, verbose=0)
        assert not masks
        assert not noises
        assert_near(float(step["loss"]), loss, REACHED, "the loss")
    answers = program["predict"](torch.tensor(X)).numpy()
    assert_near(model.predict(X), answers, REACHED, "the answers, without draws")


def dropped(masks: list[Array]) -> Callable[..., Any]:
    def dropout(x: Any, p: float, training: bool, inplace: bool) -> Any:
        return x * torch.tensor(masks.pop(0)) / (1 - p) if training else x

    return dropout


def deviations(network: Network) -> list[float]:
    noises = (layer for layer in network.layers if isinstance(layer, sw.GaussianNoise))
    return [layer.stddev for layer in noises if layer.stddev]


# ---- the file as its reader runs it ----
def test_float32(tmp_path: Path) -> None:
    """The default: losses agree as far as float32 goes."""
    data = sw.datasets.digits(seed=0)
    model = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(32, "relu"), sw.Dense(10)])
    model.compile("cross_entropy", sw.Adam(0.01), metrics=["accuracy"], seed=0)
    model.write(tmp_path / "net.py", dialect="pytorch", data=data, epochs=3)
    program, (X, y) = program_of(tmp_path)
    assert X.dtype == torch.float32
    history = model.fit(data.X_train, data.y_train, epochs=3, shuffle=False, verbose=0)
    with contextlib.redirect_stdout(io.StringIO()):
        assert_near(history["loss"], program["train"](X, y, shuffle=False), 1e-4, "the losses")
    loss, accuracy = program["evaluate"](X, y)
    ours = model.evaluate(data.X_train, data.y_train)
    assert_near(ours["loss"], loss, 1e-4, "the loss")
    assert ours["accuracy"] == pytest.approx(accuracy, abs=2 / len(X))


METRICS = {
    "classes": ("cross_entropy", 4, ["accuracy", "top_2_accuracy", "mean_absolute_error"]),
    "one_hot": ("cross_entropy", 4, ["accuracy", "top_2_accuracy", "mean_squared_error"]),
    "answers": ("binary_cross_entropy", 3, ["accuracy", "binary_accuracy", "mean_squared_error"]),
    "answer": ("hinge", 1, ["accuracy", "binary_accuracy"]),
    "numbers": ("mean_squared_error", 3, ["r2", "mean_absolute_error", "accuracy"]),
    "number": ("huber", 1, ["r2", "mean_squared_error"]),
    "counts": ("poisson", 2, ["r2", "mean_absolute_error"]),
}


@pytest.mark.parametrize("targets", METRICS)
def test_metrics(targets: Any, tmp_path: Path) -> None:
    loss, outputs, names = METRICS[targets]
    kind: Any = {"answer": "answers", "number": "numbers"}.get(targets, targets)
    X, y = Network((sw.Dense(outputs),), (4,), outputs, loss, kind).data()
    if "accuracy" in names and targets == "numbers":
        y = (y > 0).astype(float)
    model = sw.Sequential([sw.Dense(outputs)])
    model.compile(loss, metrics=names, dtype="float64", seed=0)
    model.write(tmp_path / "net.py", dialect="pytorch", data=(X, y))
    program, rows = program_of(tmp_path)
    found = program["evaluate"](*rows)
    ours = model.evaluate(X, y)
    assert list(found) == pytest.approx([ours[name] for name in ("loss", *names)], rel=1e-6)


@pytest.mark.parametrize("given", [True, False])
def test_the_file_runs_by_itself(given: bool, tmp_path: Path) -> None:
    """With data it trains on them and reports; without, on rows in the place of the reader's."""
    data = sw.datasets.moons(n=60, seed=0)
    model = sw.Sequential([sw.Standardize(), sw.Dense(4, "relu"), sw.Dense(2)], input_shape=2)
    model.compile("cross_entropy", sw.SGD(0.1), metrics=["accuracy"], seed=0)
    model.fit(data.X_train, data.y_train, epochs=1, verbose=0)
    model.write(tmp_path / "net.py", dialect="pytorch", data=data if given else None, epochs=2)
    command = [sys.executable, str(tmp_path / "net.py")]
    printed = subprocess.run(command, capture_output=True, check=True, timeout=100).stdout.decode()
    lines = printed.splitlines()
    assert [line.split(":")[0] for line in lines[:2]] == ["epoch 1", "epoch 2"]
    assert [line.split(":")[0] for line in lines[2:]] == ["validation", "test"] * given
