"""The tables of networks use all that there is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import scratchwork as sw
from scratchwork.activations import ACTIVATIONS
from scratchwork.layers import __all__ as layer_names
from scratchwork.losses import LOSSES
from tests.networks import NETWORKS, Network

from .random_networks import COUNT, RANDOM_NETWORKS

LAYERS = set(layer_names) - {"Layer", "describe"}
OPTIMIZERS = {"SGD", "Adam"}  # of networks; all are compared in test_optimizers


def used(network: Network) -> Iterator[str]:
    """The names of all layers, activations and settings of a network."""
    for layer in network.layers:
        yield type(layer).__name__
        activation = getattr(layer, "activation", getattr(layer, "function", None))
        yield str(getattr(activation, "__name__", activation))
    yield from (network.loss, network.targets, f"reduction {network.reduction}")
    yield type(network.optimizer).__name__
    yield type(network.optimizer.learning_rate).__name__
    yield type(network.regularizer).__name__


def test_every_registered_thing_has_a_row() -> None:
    found = {name for network in NETWORKS.values() for name in used(network)}
    settings = {"L1", "L2", "ExponentialDecay", "reduction mean", "reduction sum"}
    named = set(ACTIVATIONS) - {"linear"}  # spelled None
    assert {*LAYERS, *named, *LOSSES, *OPTIMIZERS, *settings} <= found


def test_random_networks_use_all_but_draws() -> None:
    """Not once or twice: the seeds were not lucky."""
    times = Counter(name for network in RANDOM_NETWORKS.values() for name in set(used(network)))
    assert len(RANDOM_NETWORKS) == COUNT
    draws = {"Dropout", "GaussianNoise"}
    assert not draws & set(times)
    wanted = {*LAYERS, *ACTIVATIONS, *LOSSES, *OPTIMIZERS, "L1", "L2", "ExponentialDecay"}
    rare = {name: times[name] for name in wanted - {*draws, "linear"} if times[name] < 5}
    assert not rare


def test_every_epoch_ends_with_a_smaller_batch() -> None:
    networks = {**NETWORKS, **RANDOM_NETWORKS}
    assert all(2 <= row.rows % row.batch_size < row.batch_size for row in networks.values())


def test_a_row_gives_the_same_numbers_each_time() -> None:
    network = NETWORKS["lenet"]
    one, two = network.moved_model(), network.moved_model()
    assert all((one[name] == two[name]).all() for name in one.parameters)
    assert all((a == b).all() for a, b in zip(network.data(), network.data(), strict=True))
    assert isinstance(one, sw.Sequential)
