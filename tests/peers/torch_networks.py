"""The networks of the table in PyTorch, in float64, from the same numbers.

A description is read layer by layer with the tables of ``torch_functions``. Arrays go by the names
that our program prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

import scratchwork as sw
from tests.networks import Array, Network

from .answers import Answers, epochs
from .torch_functions import ACTIVATIONS, LAYERS, LINKS, LOSSES, Named, Trainer, penalty


def without_link(network: Network) -> Network:
    """The network up to its logits, as PyTorch's losses want them."""
    link, before = LINKS.get(network.loss, ""), network.layers[:-1]
    last: Any = network.layers[-1]
    if isinstance(last, sw.Activation) and last.function == link:
        return replace(network, layers=before)
    if getattr(last, "activation", None) == link:
        return replace(network, layers=(*before, replace(last, activation=None)))
    return network


class TorchNetwork:
    """A network of the table with numbers given by name.

    Parameters
    ----------
    network : Network
    start : dict of str to array
        Parameters and state.
    """

    def __init__(self, network: Network, start: Mapping[str, Array]) -> None:
        self.network = without_link(network)
        self.arrays = {name: torch.tensor(value) for name, value in start.items()}
        for number, layer in network.numbered():
            for name in self.trained(number, layer):
                self.arrays[name].requires_grad_()
        state = network.state_names()
        self.parameters = {name: a for name, a in self.arrays.items() if name not in state}
        self.trained_parameters = {n: a for n, a in self.parameters.items() if a.requires_grad}
        rule = network.optimizer
        self.trainer = Trainer(rule, list(self.trained_parameters.values()))

    def trained(self, number: int, layer: Any) -> list[str]:
        if not (getattr(layer, "trainable", True) and getattr(layer, "numbered", True)):
            return []  # frozen, or the number is that of the layer before
        names = (f"{stem}{number}" for stem in ("W", "b", "c", "scale", "shift"))
        return [name for name in names if name in self.arrays]

    def output(self, X: Array, training: bool, masks: Mapping[str, Array] | None = None) -> Tensor:
        """The raw output; training moves BatchNorm's running statistics."""
        given = {name: torch.tensor(mask) for name, mask in (masks or {}).items()}
        x = torch.tensor(X)
        for number, layer in self.network.numbered():
            of = named({**self.arrays, **given}, number)
            x = LAYERS[type(layer)](layer, x, of, training)
        return x

    def predict(self, X: Array) -> tuple[Array, Array]:
        """(raw output, the same after the loss's link), in inference."""
        with torch.no_grad():
            Z = self.output(X, training=False)
            P = ACTIVATIONS[LINKS.get(self.network.loss)](Z)
        return Z.numpy(), P.numpy()

    def loss(self, X: Array, y: Array, masks: Mapping[str, Array] | None = None) -> Tensor:
        """What is minimised: loss and penalty of one batch in training."""
        Z = self.output(X, training=True, masks=masks)
        loss = LOSSES[self.network.loss](Z, torch.tensor(y), self.network.reduction)
        return loss + penalty(self.network, self.parameters, len(X))

    def gradients(self, loss: Tensor) -> dict[str, Array]:
        trained = self.trained_parameters
        found = torch.autograd.grad(loss, list(trained.values()))
        return {name: dW.numpy() for name, dW in zip(trained, found, strict=True)}

    def step(self, X: Array, y: Array, masks: Mapping[str, Array] | None = None) -> float:
        """One training step; its loss before the update."""
        loss = self.loss(X, y, masks)
        self.trainer.step(loss)
        return loss.item()

    def standardize(self, X: Array) -> None:
        """Fit each Standardize to what reaches it; it stands before any layer that is trained."""
        x = torch.tensor(X)
        for number, layer in self.network.numbered():
            if isinstance(layer, sw.Standardize):
                self.arrays[f"mean{number}"] = x.mean(dim=0)
                self.arrays[f"std{number}"] = x.std(dim=0, correction=0)
            elif not isinstance(layer, sw.Rescale):
                return
            x = LAYERS[type(layer)](layer, x, named(self.arrays, number), False)

    def epoch(self, X: Array, y: Array) -> float:
        """Train on the rows in their order, batch by batch; the mean loss over the rows."""
        total = 0.0
        for rows in batches(self.network):
            weight = len(X[rows]) if self.network.reduction == "mean" else 1
            total += weight * self.step(X[rows], y[rows])
        return total / len(X)

    def numbers(self) -> dict[str, Array]:
        """Copies of parameters and state."""
        return {name: a.detach().numpy().copy() for name, a in self.arrays.items()}


def named(arrays: Mapping[str, Tensor], number: int) -> Named:
    """The arrays of the layer with this number."""
    return lambda name: arrays.get(f"{name}{number}")


def batches(network: Network) -> Iterator[slice]:
    for first in range(0, network.rows, network.batch_size):
        yield slice(first, first + network.batch_size)


@contextmanager
def one_thread() -> Iterator[None]:
    """Threads only cost time at these sizes."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def torch_answers(network: Network, start: Mapping[str, Array]) -> Answers:
    """PyTorch's numbers from the same start."""
    X, y = network.data()
    rows = slice(network.batch_size)
    with one_thread():
        once = TorchNetwork(network, start)
        output, prediction = once.predict(X)
        loss = once.loss(X[rows], y[rows])
        gradients = once.gradients(loss)
        trained = TorchNetwork(network, start)
        trained.standardize(X)
        losses = np.array([trained.epoch(X, y) for _ in range(epochs(network))])
        final_output, _ = trained.predict(X)
    running = {k: v for k, v in once.numbers().items() if k.startswith("running")}
    return Answers(
        start, output, prediction, loss.item(), gradients, running, losses,
        trained.numbers(), final_output,
    )  # fmt: skip
