"""Against PyTorch, live: every network of the table and 50 random ones.

Forward, loss and every gradient to 1e-10 of the array's largest entry, and every parameter to 1e-8
after 100 steps, all in float64 from the same numbers. What PyTorch computes is in
``torch_networks``; where it is not installed, ``test_recorded`` compares with what it said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from tests.networks import NETWORKS, Array, Network

from .answers import STEPS, Answers, drifting, our_answers
from .compare import NOTHING, ONE_STEP, TRAINED, assert_near
from .peer import require
from .random_networks import RANDOM_NETWORKS

require("torch")

from .torch_networks import TorchNetwork, batches, one_thread, torch_answers  # noqa: E402

COMPARED = {
    name: network
    for name, network in {**NETWORKS, **RANDOM_NETWORKS}.items()
    if not network.draws()  # their masks are given to PyTorch, see below
}
each_network = pytest.mark.parametrize("name", COMPARED)


@cache
def answers(name: str) -> tuple[Answers, Answers]:
    """(ours, PyTorch's), computed once for all tests of a network."""
    ours = our_answers(COMPARED[name])
    return ours, torch_answers(COMPARED[name], ours.start)


@each_network
def test_forward(name: str) -> None:
    ours, theirs = answers(name)
    assert_near(ours.output, theirs.output, ONE_STEP, "the raw output")
    assert_near(ours.prediction, theirs.prediction, ONE_STEP, "the prediction")


@each_network
def test_loss(name: str) -> None:
    ours, theirs = answers(name)
    assert_near(ours.loss, theirs.loss, ONE_STEP, "the loss")


@each_network
def test_gradients(name: str) -> None:
    """Of every parameter that is trained, and of none that is frozen."""
    ours, theirs = answers(name)
    assert_same_gradients(ours.gradients, theirs.gradients, COMPARED[name].zero_gradients)


def assert_same_gradients(
    ours: Mapping[str, Array], theirs: Mapping[str, Array], zero: tuple[str, ...] = ()
) -> None:
    assert ours.keys() == theirs.keys()
    for name in theirs:
        if name in zero:
            assert max(np.abs(ours[name]).max(), np.abs(theirs[name]).max()) <= NOTHING, name
        else:
            assert_near(ours[name], theirs[name], ONE_STEP, f"d{name}")


@each_network
def test_running_statistics_after_one_step(name: str) -> None:
    ours, theirs = answers(name)
    assert ours.running.keys() == theirs.running.keys()
    for statistic in theirs.running:
        assert_near(ours.running[statistic], theirs.running[statistic], ONE_STEP, statistic)


@each_network
def test_training(name: str) -> None:
    """The losses of all epochs, every parameter, the layers' state, and the trained network."""
    network, (ours, theirs) = COMPARED[name], answers(name)
    assert_near(ours.losses, theirs.losses, TRAINED, "the losses")
    assert ours.final.keys() == theirs.final.keys()
    left_out = drifting(network)
    for array in theirs.final.keys() - set(left_out):
        assert_near(ours.final[array], theirs.final[array], TRAINED, f"the trained {array}")
    replaced = {array: theirs.final[array] for array in left_out}
    output = trained_output(network, {**ours.final, **replaced}) if replaced else ours.final_output
    assert_near(output, theirs.final_output, TRAINED, "the trained network's output")


def trained_output(network: Network, numbers: dict[str, Array]) -> Array:
    model = network.model()
    model.set_parameters(numbers)
    output: Array = model.predict(network.data()[0], raw=True)
    return output


@pytest.mark.parametrize("name", [n for n, network in COMPARED.items() if network.zero_gradients])
def test_what_cannot_change_the_loss_stays_where_it_is(name: str) -> None:
    """Adam makes of rounding what rounding can be: 100 steps of learning_rate * 1e-15 / 1e-8."""
    ours, theirs = answers(name)
    for parameter in COMPARED[name].zero_gradients:
        for side in (ours, theirs):
            assert np.abs(side.final[parameter] - side.start[parameter]).max() <= 1e-6, parameter


# ---- dropout and noise: our draws, PyTorch's everything else ----
DRAWS = {"dropout": ("M0", "M1"), "noise": ("noise0", "noise1")}
each_drawing = pytest.mark.parametrize("name", DRAWS)


def drawn_in(step: Mapping[str, Array]) -> dict[str, Array]:
    names = [name for names in DRAWS.values() for name in names]
    return {name: step[name] for name in names if name in step}


@each_drawing
def test_draws_in_one_step(name: str) -> None:
    model, (X, y) = NETWORKS[name].moved_model(), NETWORKS[name].data()
    step = model.trace(X, y)
    peer = TorchNetwork(NETWORKS[name], model.parameters)
    loss = peer.loss(X, y, drawn_in(step))
    shapes = dict(zip(DRAWS[name], ((37, 5), (37, 9)), strict=True))
    assert {drawn: array.shape for drawn, array in drawn_in(step).items()} == shapes
    assert_near(step["loss"], loss.item(), ONE_STEP, "the loss")
    theirs = peer.gradients(loss)
    assert_same_gradients({name: step[f"d{name}"] for name in theirs}, theirs)


@each_drawing
def test_draws_are_left_out_of_predictions(name: str) -> None:
    model, (X, _) = NETWORKS[name].moved_model(), NETWORKS[name].data()
    output, prediction = TorchNetwork(NETWORKS[name], model.parameters).predict(X)
    assert_near(model.predict(X, raw=True), output, ONE_STEP, "the raw output")
    assert_near(model.predict(X), prediction, ONE_STEP, "the prediction")


@each_drawing
def test_training_with_draws(name: str) -> None:
    """One batch at a time, so that each step's draws can be seen before it."""
    network = NETWORKS[name]
    model, (X, y) = network.moved_model(), network.data()
    peer, seen = TorchNetwork(network, model.parameters), set()
    with one_thread():
        for _ in range(STEPS // 5):
            for rows in batches(network):
                drawn = drawn_in(model.trace(X[rows], y[rows]))
                seen.add(drawn[DRAWS[name][1]].tobytes())
                model.fit(X[rows], y[rows], batch_size=None, epochs=1, shuffle=False, verbose=0)
                peer.step(X[rows], y[rows], drawn)
    assert len(seen) == STEPS
    for array, theirs in peer.numbers().items():
        assert_near(model[array], theirs, TRAINED, f"the trained {array}")
