"""What is compared: a network's numbers before, in and after training, from either library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

import scratchwork as sw
from tests.networks import Array, Network

STEPS = 100


@dataclass(frozen=True)
class Answers:
    """The numbers of a network, started from ``Network.moved_model``.

    Parameters
    ----------
    start : dict of str to array
        Parameters and state before training, by the names that the program prints.
    output, prediction : array (n, outputs)
        Of all rows, in inference, before training: raw, and after the loss's link.
    loss : float
        Of the first batch, in training, with the penalty.
    gradients : dict of str to array
        Of that loss, for every parameter that is trained.
    running : dict of str to array
        The state of BatchNorm after one step with that batch.
    losses : array (epochs,)
        The mean loss of each epoch of at least STEPS steps.
    final : dict of str to array
        Parameters and state after them.
    final_output : array (n, outputs)
    """

    start: Mapping[str, Array]
    output: Array
    prediction: Array
    loss: float
    gradients: Mapping[str, Array]
    running: Mapping[str, Array]
    losses: Array
    final: Mapping[str, Array]
    final_output: Array


def epochs(network: Network) -> int:
    """As many epochs as make STEPS steps."""
    steps = -(-network.rows // network.batch_size)
    return -(-STEPS // steps)


def drifting(network: Network) -> tuple[str, ...]:
    """What rounding alone moves: under Adam, the zero gradients and the running means behind them.

    Adam divides a gradient by its own size and epsilon = 1e-8, which makes a step of up to 1e-10 of
    a rounding error of 1e-16, and any two machines round differently. The bias does not change the
    loss, but BatchNorm's running mean follows it. No two libraries can agree on these numbers.
    """
    if not isinstance(network.optimizer, sw.Adam):
        return ()
    behind = (f"running_mean{int(name.removeprefix('b')) + 1}" for name in network.zero_gradients)
    return *network.zero_gradients, *behind


@cache
def our_answers(network: Network) -> Answers:
    """Scratchwork's numbers, computed once for all tests of a network."""
    model, (X, y) = network.moved_model(), network.data()
    parameters, state = model.parameters, network.state_names()
    names = (*parameters, *state)
    rows = slice(network.batch_size)
    start = {name: model[name] for name in names}
    output, prediction = model.predict(X, raw=True), model.predict(X)
    step = model.trace(X[rows], y[rows])
    history = model.fit(
        X, y, batch_size=network.batch_size, epochs=epochs(network), shuffle=False, verbose=0
    )
    return Answers(
        start=start,
        output=output,
        prediction=prediction,
        loss=float(step["loss"]),
        gradients={name: step[f"d{name}"] for name in parameters if f"d{name}" in step},
        running={name: step.updated[name] for name in state if name.startswith("running")},
        losses=np.array(history["loss"]),
        final={name: model[name] for name in names},
        final_output=model.predict(X, raw=True),
    )
