"""What a user of PyTorch would call for each of our layers, losses and optimizers.

Nothing of Scratchwork's mathematics is used. Between layers images are (n, h, w, c), as ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

import scratchwork as sw
from tests import networks
from tests.networks import Network

Named = Callable[[str], Any]
"""The layer's arrays: ``of("W")`` is W3 in layer 3; None if there is no such array."""

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
        across, down = border(x.shape[2], columns, stride[1]), border(x.shape[1], rows, stride[0])
        images = F.pad(images, (*across, *down))  # the last axis first
    Z = F.conv2d(images, weight, of("b"), stride=stride)
    return ACTIVATIONS[layer.activation](Z.permute(0, 2, 3, 1))


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
    """By hand, with a given mask: F.dropout cannot be told which entries to keep."""
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
        rate: Any = rule.learning_rate
        decays = isinstance(rate, sw.ExponentialDecay)
        first = rate.learning_rate if decays else rate
        gamma = rate.decay_rate ** (1 / rate.decay_steps) if decays else 1.0
        self.optimizer = OPTIMIZERS[type(rule)](rule, parameters, first)
        self.schedule = torch.optim.lr_scheduler.ExponentialLR(self.optimizer, gamma)

    def step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call] # torch's
        self.optimizer.step()
        self.schedule.step()
