"""Against PyTorch at kinks, ties and ends of the range, which random data never meet."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

import scratchwork as sw
from tests.networks import NETWORKS, Array, Network

from .compare import ONE_STEP, assert_near
from .peer import require

require("torch")

from .torch_networks import TorchNetwork  # noqa: E402


def compare_step(network: Network, numbers: Mapping[str, Array], X: Array, y: Array) -> None:
    """Raw output, loss and gradients of one step from these numbers."""
    model = network.model()
    model.set_parameters(numbers)
    step, peer = model.trace(X, y), TorchNetwork(network, model.parameters)
    loss = peer.loss(X, y)
    assert_near(model.predict(X, raw=True), peer.predict(X)[0], ONE_STEP, "the raw output")
    assert_near(step["loss"], loss.item(), ONE_STEP, "the loss")
    for name, gradient in peer.gradients(loss).items():
        assert_near(step[f"d{name}"], gradient, ONE_STEP, f"d{name}")


@pytest.mark.parametrize("pool", [sw.MaxPool2D(2), sw.MaxPool2D(3, stride=1)])
def test_ties_and_kinks(pool: sw.MaxPool2D) -> None:
    """A pool takes the first of equal maxima, and relu is flat at 0.

    With pixels -1, 0, 1 in two channels and weights of 1 most windows have a tie between different
    pixels, and many sums are exactly 0.
    """
    layers = (sw.Conv2D(1, 1, "relu"), pool, sw.Flatten(), sw.Dense(2))
    rng = np.random.default_rng(0)
    X, y = rng.integers(-1, 2, (7, 6, 6, 2)).astype(np.float64), rng.integers(0, 2, 7)
    compare_step(Network(layers, (6, 6, 2), 2), {"W1": np.ones((2, 1))}, X, y)


def test_l1_at_zero() -> None:
    network = NETWORKS["l1"]
    W1 = network.model()["W1"]
    W1[::2] = 0.0
    compare_step(network, {"W1": W1}, *network.data())


@pytest.mark.parametrize(
    "name",
    ["two_layers", "probabilities", "logistic_regression", "several_answers", "sigmoid_link"],
)
def test_large_logits(name: str) -> None:
    """Logits of several thousand: exp of them would overflow in either direction."""
    network = NETWORKS[name]
    numbers = {name: 1e3 * W for name, W in network.moved_model().parameters.items()}
    compare_step(network, numbers, *network.data())


@pytest.mark.parametrize(
    "name", ["softmax_inside", "own_activations", "deep", "rectifiers", "smooth"]
)
def test_saturated_activations(name: str) -> None:
    """The first layer's sums in the tens: sigmoid, tanh, softmax and their like at their ends."""
    network = NETWORKS[name]
    numbers = network.moved_model().parameters
    compare_step(network, {**numbers, "W1": 30 * numbers["W1"]}, *network.data())


def test_a_batch_of_two_rows_under_batchnorm() -> None:
    """The fewest there can be; the unbiased variance is twice the biased one."""
    network = NETWORKS["batchnorm"]
    model, (X, y) = network.moved_model(), network.data()
    state = {name: model[name] for name in network.state_names()}
    step, peer = model.trace(X[:2], y[:2]), TorchNetwork(network, {**model.parameters, **state})
    assert_near(step["loss"], peer.loss(X[:2], y[:2]).item(), ONE_STEP, "the loss")
    for name in state:
        assert_near(step.updated[name], peer.numbers()[name], ONE_STEP, name)
