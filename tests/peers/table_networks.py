"""A network for each row of the tables: what a framework's program must be able to train."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import scratchwork as sw
from tests.cases import ACTIVATIONS, LAYERS, LOSSES, OPTIMIZERS, REGULARIZERS, LayerCase, LossCase
from tests.networks import HIDDEN, NETWORKS, Array, Network

from .random_networks import RANDOM_NETWORKS

TARGETS = {"labels": "classes", "answer": "answers", "number": "numbers", "count": "counts"}
"""What a network calls the targets of a loss, where the names differ."""


@dataclass(frozen=True)
class OneTarget(Network):
    """One number a row, however many outputs there are."""

    def data(self) -> tuple[Array, Array]:
        X, Y = super().data()
        return X, Y if Y.ndim == 1 else Y[:, 0]


def with_loss(case: LossCase) -> Network:
    kind: Any = TARGETS.get(case.targets, case.targets)
    network = OneTarget if case.loss.one_target else Network
    layers = sw.Dense(6, "tanh"), sw.Dense(case.outputs)
    return network(layers, (4,), case.outputs, case.given or case.name, kind)


def with_layers(case: LayerCase) -> Network:
    """What has the case's layers inside, and something to train behind them."""
    layers = (*case.layers, sw.Flatten(), sw.Dense(3))
    return Network(layers, case.input_shape, 3, rows=19, batch_size=4)


def rows() -> Iterator[tuple[str, Network]]:
    plain = NETWORKS["two_layers"]
    yield from NETWORKS.items()
    yield from islice(RANDOM_NETWORKS.items(), 25)
    for layer in LAYERS:
        yield f"layer {layer}", with_layers(layer)
    for case in ACTIVATIONS:
        layers = sw.Dense(6, case.given or case.name), *HIDDEN
        yield f"activation {case}", replace(plain, layers=layers)
    for loss in LOSSES:
        yield f"loss {loss}", with_loss(loss)
        yield (
            f"loss {loss} sum",
            replace(
                with_loss(loss), reduction="sum", optimizer=sw.SGD(0.01), regularizer=sw.L2(0.2)
            ),
        )
    for rule in OPTIMIZERS:
        yield f"optimizer {rule}", replace(plain, optimizer=rule.optimizer)
    for penalty in REGULARIZERS:
        yield f"regularizer {penalty}", replace(plain, regularizer=penalty.regularizer)


TABLE_NETWORKS = dict(rows())
