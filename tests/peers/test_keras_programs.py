"""The programs that ``write(dialect="keras")`` prints, run: 100 steps of every row of the tables.

They are fed our rows in our order, in float64, and must have our losses. Keras runs on PyTorch
here, which CI has for the other comparisons.
"""

from __future__ import annotations

import json
import os
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DescriptionError
from tests.cases import SCHEDULES, RootDecay
from tests.networks import NETWORKS, Array, Network
from tests.test_schedules import rates

from .answers import epochs
from .compare import ONE_STEP, assert_near
from .peer import require
from .table_networks import TABLE_NETWORKS

os.environ["KERAS_BACKEND"] = "torch"
require("torch")
keras: Any = require("keras")

from .torch_networks import batches, one_thread  # noqa: E402

REFUSED = {
    "tied_autoencoder": "layer 1: TiedAutoencoder(3)",
    "residual": "layer 1: Residual()",
    "own_state": "layer 1: MaxScale()",
    "own_activations": "layer 1: Dense(6, softsign)",
    "layer noise-image": "layer 0: GaussianNoise(2.0)",
    "optimizer clip-both": "optimizer SGD(0.5, clip_value=0.08, clip_norm=0.2)",
    "optimizer clip-nothing": "optimizer SGD(0.1, clip_value=1000000.0, clip_norm=1000000.0)",
}
"""What Keras cannot express, and how the error begins."""

ONE_FILTER = "layer conv-same"
"""PyTorch's convolution in float64 cannot have a single filter: an error of its own."""

COMPARED = {name: row for name, row in TABLE_NETWORKS.items() if name not in {*REFUSED, ONE_FILTER}}

NEAR = 1e-6
"""Losses and outputs after 100 steps: PyTorch has 1 / 6, the slope of hard_sigmoid, in float32."""


@pytest.fixture(autouse=True)
def doubles(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All in float64: on PyTorch Keras makes the result of a product float32, whatever floatx is.

    With that rounding, which has nothing to do with the program, a network with BatchNorm under
    Adam is somewhere else after 100 steps.
    """
    dtypes = sys.modules["keras.src.backend.common.dtypes"]
    monkeypatch.setitem(dtypes.BIT64_TO_BIT32_DTYPE, "float64", "float64")
    keras.config.set_dtype_policy("float64")  # in a new process the text's set_floatx does it
    with one_thread():
        yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def written(network: Network, folder: Path) -> tuple[sw.Sequential, Any]:
    """Our model, and that of its program in Keras, with the same numbers."""
    model = network.moved_model()
    return model, of_program(model, network, folder)


def of_program(model: sw.Sequential, network: Network, folder: Path) -> Any:
    """Keras' model, made by the program of ours."""
    data, size = network.data(), network.batch_size
    path, _ = model.write(folder / "net.py", dialect="keras", data=data, batch_size=size)
    return runpy.run_path(str(path))["model"]


def raw_output(theirs: Any, X: Array) -> Array:
    output: Array = theirs(X, training=False).detach().numpy()
    return output


def their_losses(network: Network, theirs: Any) -> list[float]:
    """The mean loss of each epoch over the rows, batch by batch, as our history has it."""
    X, y = network.data()
    losses = []
    for _ in range(epochs(network)):
        total = 0.0
        for rows in batches(network):
            weight = len(X[rows]) if network.reduction == "mean" else 1
            total += weight * float(theirs.train_on_batch(X[rows], y[rows]))
        losses.append(total / len(X))
    return losses


def has(network: Network, *kinds: type) -> bool:
    return any(isinstance(layer, kinds) for layer in network.layers)


def assert_same_training(network: Network, ours: sw.Sequential, theirs: Any, near: float) -> None:
    """The losses of 100 steps, and the network after them."""
    X, y = network.data()
    settings: dict[str, Any] = {"batch_size": network.batch_size, "epochs": epochs(network)}
    history = ours.fit(X, y, shuffle=False, verbose=0, **settings)
    assert_near(history["loss"], their_losses(network, theirs), near, "the losses")
    if not has(network, sw.BatchNorm):  # whose running variance is another one in Keras
        assert_near(ours.predict(X, raw=True), raw_output(theirs, X), near, "the trained output")


@pytest.mark.parametrize("name", COMPARED)
def test_the_program_is_our_network(name: str, tmp_path: Path) -> None:
    network, (X, _) = COMPARED[name], COMPARED[name].data()
    ours, theirs = written(network, tmp_path)
    if not has(network, sw.Standardize):  # which the program has fitted already
        assert_near(ours.predict(X, raw=True), raw_output(theirs, X), ONE_STEP, "the raw output")
    if not network.draws():  # others than ours
        assert_same_training(network, ours, theirs, NEAR)


def test_one_filter_in_single_precision(tmp_path: Path) -> None:
    keras.config.set_dtype_policy("float32")
    network = TABLE_NETWORKS[ONE_FILTER]
    model = network.model("float32")
    assert_same_training(network, model, of_program(model, network, tmp_path), 1e-5)


@pytest.mark.parametrize("name", REFUSED)
def test_what_keras_cannot_express_is_an_error(name: str) -> None:
    with pytest.raises(DescriptionError, match="a counterpart in Keras") as caught:
        TABLE_NETWORKS[name].model().source("keras")
    assert str(caught.value).startswith(f"{REFUSED[name]} expects")


@pytest.mark.parametrize("name", ["dropout", "noise"])
def test_draws_are_made_in_training_and_as_large(name: str, tmp_path: Path) -> None:
    """Keras' own draws: after the first layer the same share is 0, or the spread is the same."""
    network = NETWORKS[name]
    _, theirs = written(network, tmp_path)
    ones = np.ones((4000, 5))
    drawn = theirs.layers[0](ones, training=True).numpy()
    if name == "dropout":
        assert set(np.unique(drawn)) == {0.0, 1.25}
        assert np.mean(drawn == 0) == pytest.approx(0.2, abs=0.02)
    else:
        assert drawn.std() == pytest.approx(0.3, rel=0.05)
    assert (theirs.layers[0](ones, training=False).numpy() == 1).all()


MORE_SCHEDULES = (
    sw.StepDecay(0.1, 0.5, every=7.5, unit="steps"),
    sw.PiecewiseConstant((2.5, 7, 7.5), (0.1, 0.02, 0.7, 0.05), unit="steps"),
    sw.ExponentialDecay(0.1, 0.5, 7.5, staircase=True),
    sw.PolynomialDecay(0.1, 30.5, power=1.5),
    sw.CosineDecay(0.1, 17.5, 0.01),
    sw.CosineDecay(0.1, 9.5, period_factor=1),
    sw.CosineDecay(0.1, 5, 0.01, period_factor=2),
    sw.CosineDecay(0.1, 1, period_factor=4),
    sw.CosineDecay(0.1, 10, 0.02, warmup_steps=7.5, period_factor=1),
    sw.OneCycle(1 / 3, 30, warmup_fraction=0.45, div_factor=5, final_div_factor=20),
    RootDecay(0.1, 10.0),
)


@pytest.mark.parametrize(
    "schedule", [*(case.schedule for case in SCHEDULES), *MORE_SCHEDULES], ids=repr
)
def test_schedules_are_ours(schedule: Any, tmp_path: Path) -> None:
    """The rates of the first steps."""
    network = replace(NETWORKS["two_layers"], optimizer=sw.SGD(schedule))
    _, theirs = written(network, tmp_path)
    found = []
    for step in range(40):
        theirs.optimizer.iterations.assign(step)
        found.append(float(theirs.optimizer.learning_rate))
    np.testing.assert_allclose(found, rates(schedule, 40), rtol=1e-9, atol=1e-15)


METRICS: dict[str, tuple[str, ...]] = {
    "two_layers": ("accuracy", "top_2_accuracy"),
    "one_hot": ("accuracy", "top_3_accuracy"),
    "logistic_regression": ("accuracy", "binary_accuracy"),
    "hinge": ("accuracy",),
    "several_answers": ("binary_accuracy",),
    "regression": ("mean_absolute_error", "mean_squared_error", "r2"),
    "one_number": ("mean_absolute_error", "mean_squared_error"),
}


@pytest.mark.parametrize("name", METRICS)
def test_metrics_are_ours(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    model, (X, y) = network.moved_model(), network.data()
    model.compile(network.loss, network.optimizer, metrics=list(METRICS[name]), dtype="float64")
    theirs = of_program(model, network, tmp_path).test_on_batch(X, y, return_dict=True)
    ours = model.evaluate(X, y)
    assert theirs.keys() == {"loss", *METRICS[name]}
    for metric in METRICS[name]:
        assert_near(ours[metric], float(theirs[metric]), ONE_STEP, metric)


def test_metrics_that_keras_lacks_are_named() -> None:
    model = NETWORKS["several_answers"].model()
    model.compile("binary_cross_entropy", metrics=["accuracy", "binary_accuracy"], seed=0)
    text = str(model.source("keras"))
    assert 'metrics=[keras.metrics.BinaryAccuracy(name="binary_accuracy", threshold=0)]' in text
    assert "# Keras has no accuracy of this output" in text


# ---- as scripts ----
BY_EPOCHS = {
    "stairs": sw.StepDecay(0.1, 0.5, every=3),
    "pieces": sw.PiecewiseConstant((2, 5), (0.1, 0.3, 0.05)),
    "stairs_between": sw.StepDecay(0.1, 0.5, every=2.5),
}
MADE_UP = {
    "lenet": NETWORKS["lenet"],
    "quantile": NETWORKS["quantile"],
    "regression": NETWORKS["regression"],
    "one_cycle": replace(NETWORKS["l2"], optimizer=sw.Nadam(sw.OneCycle(0.1, 30))),
}
RUN = """
import json, runpy, sys
import keras
found = {}
for path in sys.argv[2:]:
    keras.utils.clear_session()
    keras.config.set_floatx("float32")
    model = runpy.run_path(path, run_name="__main__")["model"]
    found[path] = model.history.history
    model.save(path + ".keras")
open(sys.argv[1], "w").write(json.dumps(found))
"""


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], list[Any]]:
    """A folder of programs, what Keras says when each is run as it stands, and what we say."""
    folder, ours = tmp_path_factory.mktemp("scripts"), []
    for name, schedule in BY_EPOCHS.items():
        network = replace(NETWORKS["two_layers"], optimizer=sw.SGD(schedule, momentum=0.5))
        model, (X, y) = network.moved_model(), network.data()
        start = model.parameters
        rows = {"X_train": X[:29], "y_train": y[:29], "X_val": X[29:], "y_val": y[29:]}
        history = model.fit(
            X[:29], y[:29], validation_data=(X[29:], y[29:]),
            batch_size=8, epochs=9, shuffle=False, verbose=0,
        )  # fmt: skip
        ours.append(history)
        model.set_parameters(start)
        model.write(folder / f"{name}.py", dialect="keras", data=rows)
    for name, network in MADE_UP.items():
        network.model("float32").write(folder / f"{name}.py", dialect="keras", epochs=1)
    paths = sorted(str(path) for path in folder.glob("*.py"))
    output = folder / "found.json"
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(output), *paths],
        capture_output=True, text=True, timeout=110,
        env={**os.environ, "KERAS_BACKEND": "torch"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {Path(path).stem: history for path, history in json.loads(output.read_text()).items()}
    return folder, found, ours


def test_schedules_by_epochs_are_callbacks(scripts: Any) -> None:
    """As it stands Keras computes products in float32."""
    _, found, ours = scripts
    for name, history in zip(BY_EPOCHS, ours, strict=True):
        np.testing.assert_allclose(found[name]["loss"], history["loss"], rtol=1e-5)
        np.testing.assert_allclose(found[name]["val_loss"], history["val_loss"], rtol=1e-5)


@pytest.mark.parametrize("name", MADE_UP)
def test_without_data_it_runs_on_made_up_rows(scripts: Any, name: str) -> None:
    assert np.isfinite(scripts[1][name]["loss"]).all()


def test_models_with_rules_of_ours_can_be_saved(scripts: Any) -> None:
    folder, found, _ = scripts
    assert {path.name for path in folder.glob("*.keras")} == {f"{name}.py.keras" for name in found}
