"""The networks of the table in PyTorch, by PyTorch's own functions and optimizers, in float64.

Nothing of Scratchwork's mathematics is used: a description is read layer by layer with a table from
our layers to what a user of PyTorch would call. Arrays go by the names that our program prints.
Between layers images are (n, h, w, c), as ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tests import networks
from tests.networks import Array, Network
from torch import Tensor

import scratchwork as sw

from .answers import Answers, epochs

Named = Callable[[str], Tensor | None]
"""The layer's arrays: ``of("W")`` is W3 in layer 3, None if there is none."""

Forward = Callable[[Any, Tensor, Named, bool], Tensor]

ACTIVATIONS: dict[Any, Callable[[Tensor], Tensor]] = {
    "linear": lambda Z: Z,
    None: lambda Z: Z,
    "relu": F.relu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softmax": lambda Z: F.softmax(Z, dim=-1),
    networks.softsign: F.softsign,
    networks.swish: F.silu,
    networks.softplus: F.softplus,
}


# ---- layers ----
def dense(layer: sw.Dense, x: Tensor, of: Named, training: bool) -> Tensor:
    return ACTIVATIONS[layer.activation](F.linear(x, of("W").T, of("b")))


def convolution(layer: sw.Conv2D, x: Tensor, of: Named, training: bool) -> Tensor:
    (rows, columns), stride = two(layer.kernel_size), two(layer.stride)
    weight = of("W").T.reshape(layer.filters, rows, columns, x.shape[3]).permute(0, 3, 1, 2)
    images = x.permute(0, 3, 1, 2)
    if layer.padding == "same":
        images = F.pad(
            images,
            (*border(x.shape[2], columns, stride[1]), *border(x.shape[1], rows, stride[0])),
        )
    return ACTIVATIONS[layer.activation](
        F.conv2d(images, weight, of("b"), stride=stride).permute(0, 2, 3, 1)
    )


def border(size: int, window: int, stride: int) -> tuple[int, int]:
    """TensorFlow's "SAME": ceil(size / stride) windows, the odd zero behind."""
    left_over = size % stride or stride
    total = max(window - left_over, 0)
    return total // 2, (total + 1) // 2


def two(given: int | tuple[int, int]) -> tuple[int, int]:
    return given if isinstance(given, tuple) else (given, given)


def pooling(layer: sw.MaxPool2D, x: Tensor, of: Named, training: bool) -> Tensor:
    images = F.max_pool2d(x.permute(0, 3, 1, 2), layer.pool_size, layer.stride)
    return images.permute(0, 2, 3, 1)


def batch_norm(layer: sw.BatchNorm, x: Tensor, of: Named, training: bool) -> Tensor:
    channels_second = x.movedim(-1, 1)
    Z = F.batch_norm(
        channels_second, of("running_mean"), of("running_var"), of("scale"), of("shift"),
        training=training, momentum=layer.momentum, eps=layer.epsilon,
    )  # fmt: skip
    return Z.movedim(1, -1)


def dropout(layer: sw.Dropout, x: Tensor, of: Named, training: bool) -> Tensor:
    """PyTorch's dropout with a given mask: it cannot be told which entries to keep."""
    return x * of("M") / (1 - layer.rate) if training else x


def tied_autoencoder(
    layer: networks.TiedAutoencoder, x: Tensor, of: Named, training: bool
) -> Tensor:
    return F.linear(torch.tanh(F.linear(x, of("W").T, of("b"))), of("W"), of("c"))


def residual(layer: networks.Residual, x: Tensor, of: Named, training: bool) -> Tensor:
    return x + torch.tanh(F.linear(x, of("W").T, of("b")))


LAYERS: dict[type, Forward] = {
    sw.Dense: dense,
    sw.Activation: lambda layer, x, of, training: ACTIVATIONS[layer.function](x),
    sw.Flatten: lambda layer, x, of, training: x.flatten(start_dim=1),
    sw.Rescale: lambda layer, x, of, training: x * layer.scale + layer.offset,
    sw.Standardize: lambda layer, x, of, training: (x - of("mean")) / of("std"),
    sw.Dropout: dropout,
    sw.Conv2D: convolution,
    sw.MaxPool2D: pooling,
    sw.BatchNorm: batch_norm,
    networks.TiedAutoencoder: tied_autoencoder,
    networks.Residual: residual,
}


# ---- losses: (raw output, targets, "mean" or "sum" over the rows) ----
def cross_entropy(Z: Tensor, y: Tensor, reduction: str) -> Tensor:
    return F.cross_entropy(Z, y, reduction=reduction)


def binary_cross_entropy(Z: Tensor, y: Tensor, reduction: str) -> Tensor:
    """PyTorch takes the mean over several outputs too; ours adds them up."""
    total = F.binary_cross_entropy_with_logits(Z, y.reshape(Z.shape), reduction="sum")
    return total / len(Z) if reduction == "mean" else total


def mean_squared_error(Z: Tensor, y: Tensor, reduction: str) -> Tensor:
    """The mean over the outputs in either case; PyTorch's "sum" adds those up too."""
    loss = F.mse_loss(Z, y.reshape(Z.shape), reduction=reduction)
    return loss / Z.shape[1] if reduction == "sum" else loss


LOSSES: dict[str, Callable[[Tensor, Tensor, str], Tensor]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mean_squared_error": mean_squared_error,
}
LINKS = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}


def without_link(network: Network) -> Network:
    """The network up to its logits, as PyTorch's losses want them."""
    link, (*before, last) = LINKS.get(network.loss, ""), network.layers
    if isinstance(last, sw.Activation) and last.function == link:
        return replace(network, layers=tuple(before))
    if getattr(last, "activation", None) == link:
        return replace(network, layers=(*before, replace(last, activation=None)))
    return network


def penalty(network: Network, parameters: Mapping[str, Tensor], rows: int) -> Tensor | float:
    """L2 / (2 n) * sum(W**2) or L1 / n * sum(abs(W)) over trained matrices; n = 1 under "sum"."""
    kernels = [W for W in parameters.values() if W.ndim >= 2 and W.requires_grad]
    n = rows if network.reduction == "mean" else 1
    match network.regularizer:
        case sw.L2(l2=strength):
            return strength / (2 * n) * sum(W.square().sum() for W in kernels)
        case sw.L1(l1=strength):
            return strength / n * sum(W.abs().sum() for W in kernels)
    return 0.0


# ---- optimizers ----
def sgd(rule: sw.SGD, parameters: list[Tensor], rate: float) -> torch.optim.Optimizer:
    return torch.optim.SGD(parameters, lr=rate, momentum=rule.momentum, nesterov=rule.nesterov)


def adam(rule: sw.Adam, parameters: list[Tensor], rate: float) -> torch.optim.Optimizer:
    betas = rule.beta_1, rule.beta_2
    return torch.optim.Adam(parameters, lr=rate, betas=betas, eps=rule.epsilon)


OPTIMIZERS: dict[type, Callable[[Any, list[Tensor], float], torch.optim.Optimizer]] = {
    sw.SGD: sgd,
    sw.Adam: adam,
}


class Trainer:
    """An optimizer and its schedule, which moves once a step."""

    def __init__(self, rule: sw.SGD | sw.Adam, parameters: list[Tensor]) -> None:
        rate, self.schedule = rule.learning_rate, None
        decay = rate if isinstance(rate, sw.ExponentialDecay) else None
        first = decay.learning_rate if decay else rate
        self.optimizer = OPTIMIZERS[type(rule)](rule, parameters, first)
        if decay:
            gamma = decay.decay_rate ** (1 / decay.decay_steps)
            self.schedule = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma)

    def step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        if self.schedule:
            self.schedule.step()


# ---- a network ----
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
        if not getattr(layer, "trainable", True):
            return []
        names = (f"{stem}{number}" for stem in ("W", "b", "c", "scale", "shift"))
        return [name for name in names if name in self.arrays]

    def output(self, X: Array, training: bool, masks: Mapping[str, Array] | None = None) -> Tensor:
        """The raw output; training moves BatchNorm's running statistics."""
        arrays = {**self.arrays, **{name: torch.tensor(m) for name, m in (masks or {}).items()}}
        x = torch.tensor(X)
        for number, layer in self.network.numbered():
            of = lambda name, number=number: arrays.get(f"{name}{number}")  # noqa: E731 # one line
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
            of = lambda name, number=number: self.arrays.get(f"{name}{number}")  # noqa: E731
            x = LAYERS[type(layer)](layer, x, of, False)

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
