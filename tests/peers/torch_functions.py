"""What a user of PyTorch would call for each of our layers, losses and optimizers.

Nothing of Scratchwork's mathematics is used. Between layers images are (n, h, w, c), as ours.
"""

from __future__ import annotations

import math
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
    "exp": torch.exp,  # the link of poisson
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": F.selu,
    "gelu": lambda Z: F.gelu(Z, approximate="tanh"),
    "silu": F.silu,
    "softplus": lambda Z: F.softplus(Z, threshold=100),  # its own is 20, where 2e-9 is missing
    "softsign": F.softsign,
    "hard_sigmoid": lambda Z: F.relu6(Z + 3) / 6,  # hardsigmoid's own slope is a float32
    "mish": F.mish,
    sw.LeakyReLU(0.2): lambda Z: F.leaky_relu(Z, 0.2),
    sw.ELU(0.7): lambda Z: F.elu(Z, 0.7),
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


def two(given: Any) -> tuple[Any, Any]:
    return given if isinstance(given, tuple) else (given, given)


def pooling(layer: sw.MaxPool2D, x: Tensor, of: Named, training: bool) -> Tensor:
    images = F.max_pool2d(x.permute(0, 3, 1, 2), layer.pool_size, layer.stride)
    return images.permute(0, 2, 3, 1)


def averaging(layer: sw.AveragePool2D, x: Tensor, of: Named, training: bool) -> Tensor:
    images = F.avg_pool2d(x.permute(0, 3, 1, 2), layer.pool_size, layer.stride)
    return images.permute(0, 2, 3, 1)


def global_averaging(layer: sw.GlobalAveragePool2D, x: Tensor, of: Named, training: bool) -> Tensor:
    return F.adaptive_avg_pool2d(x.permute(0, 3, 1, 2), 1).flatten(start_dim=1)


def zero_padding(layer: sw.ZeroPad2D, x: Tensor, of: Named, training: bool) -> Tensor:
    rows, columns = (two(side) for side in two(layer.padding))
    return F.pad(x, (0, 0, *columns, *rows))  # the last axis first


def layer_norm(layer: sw.LayerNorm, x: Tensor, of: Named, training: bool) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], of("scale"), of("shift"), layer.epsilon)


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


def noise(layer: sw.GaussianNoise, x: Tensor, of: Named, training: bool) -> Tensor:
    """With given numbers, as dropout."""
    return x + of("noise") if training else x


def max_scale(layer: networks.MaxScale, x: Tensor, of: Named, training: bool) -> Tensor:
    top = of("running_max")
    before = top.clone()
    if training:
        top.copy_(torch.maximum(before, x.detach().abs().amax(dim=tuple(range(x.ndim - 1)))))
    return x / before


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
    sw.LayerNorm: layer_norm,
    sw.AveragePool2D: averaging,
    sw.GlobalAveragePool2D: global_averaging,
    sw.ZeroPad2D: zero_padding,
    sw.Reshape: lambda layer, x, of, training: x.reshape(len(x), *layer.shape),
    sw.GaussianNoise: noise,
    networks.MaxScale: max_scale,
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


def mean_over_outputs(function: Callable[..., Tensor], **settings: Any) -> Loss:
    """A loss of PyTorch whose "sum" adds up the outputs, too."""

    def loss(Z: Tensor, y: Tensor, reduction: str) -> Tensor:
        total = function(Z, y.reshape(Z.shape), reduction=reduction, **settings)
        return total / Z.shape[1] if reduction == "sum" else total

    return loss


def by_hand(rows: Callable[[Tensor, Tensor], Tensor]) -> Loss:
    """A loss that PyTorch lacks, from a number for each row and output."""

    def loss(Z: Tensor, y: Tensor, reduction: str) -> Tensor:
        L = rows(Z, y).reshape(len(Z), -1).mean(dim=1)
        return L.mean() if reduction == "mean" else L.sum()

    return loss


def log_cosh(Z: Tensor, y: Tensor) -> Tensor:
    R = Z - y.reshape(Z.shape)
    return R + F.softplus(-2 * R) - math.log(2)


def pinball(Z: Tensor, y: Tensor) -> Tensor:
    D = y.reshape(Z.shape) - Z
    return F.relu(D) / 2 + F.relu(-D) / 2


def hinge(Z: Tensor, y: Tensor) -> Tensor:
    """max(0, 1 - T Z): what its hinge_embedding_loss does with a target of -1."""
    distance = (2 * y.reshape(Z.shape) - 1) * Z
    return F.hinge_embedding_loss(distance, -torch.ones_like(Z), margin=1, reduction="none")


def categorical_hinge(Z: Tensor, y: Tensor) -> Tensor:
    right = F.one_hot(y, Z.shape[1]).bool() if y.ndim == 1 else y > 0
    others = Z.masked_fill(right, -math.inf).max(dim=1).values
    return F.relu(1 + others - Z[right])


Loss = Callable[[Tensor, Tensor, str], Tensor]
LOSSES: dict[str, Loss] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mean_squared_error": mean_over_outputs(F.mse_loss),
    "mean_absolute_error": mean_over_outputs(F.l1_loss),
    "huber": mean_over_outputs(F.huber_loss, delta=1.0),
    "log_cosh": by_hand(log_cosh),
    "poisson": mean_over_outputs(F.poisson_nll_loss, log_input=True),
    "quantile": by_hand(pinball),
    "hinge": by_hand(hinge),
    "categorical_hinge": by_hand(categorical_hinge),
}
LINKS = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid", "poisson": "exp"}


def penalty(network: Network, parameters: Mapping[str, Tensor], rows: int) -> Tensor | float:
    """The penalties of all trained matrices, each by its layer's rule or else the network's."""
    kernels = {name: W for name, W in parameters.items() if W.ndim >= 2 and W.requires_grad}
    n = rows if network.reduction == "mean" else 1
    layers = [(f"W{i}", x) for i, x in network.numbered() if hasattr(x, "kernel_regularizer")]
    own = {name: layer.kernel_regularizer for name, layer in layers}
    rules = {name: own.get(name) or network.regularizer for name in kernels}
    return sum(one_penalty(rules[name], W, n) for name, W in kernels.items())


def one_penalty(rule: Any, W: Tensor, n: int) -> Tensor | float:
    """L2 / (2 n) * sum(W**2) or L1 / n * sum(abs(W)); n = 1 under "sum"."""
    match rule:
        case sw.L2(l2=strength):
            return strength / (2 * n) * W.square().sum()
        case sw.L1(l1=strength):
            return strength / n * W.abs().sum()
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
