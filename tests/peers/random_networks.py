"""Descriptions drawn at random, always the same: combinations that nobody thought of.

All draws come from ``random()``, the one method whose stream Python promises to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any, Literal, TypeVar

import scratchwork as sw
from scratchwork.activations import ACTIVATIONS, Activation
from scratchwork.initializers import Initializer
from scratchwork.layers.layer import Buildable
from tests.networks import Network

T = TypeVar("T")

COUNT = 50
NONLINEAR: tuple[Activation, ...] = tuple(name for name in ACTIVATIONS if name != "linear")
KERNELS: tuple[Initializer, ...] = (
    "glorot_uniform",
    "glorot_normal",
    "he_uniform",
    "he_normal",
    sw.Normal(0.4),
)
REGULARIZERS = (None, None, None, sw.L1(0.03), sw.L2(0.4))
OUTPUTS: dict[str, tuple[tuple[str, ...], int, tuple[str | None, ...]]] = {
    "cross_entropy": (("classes", "one_hot", "probabilities"), 2, (None, "softmax")),
    "binary_cross_entropy": (("answers",), 1, (None, "sigmoid")),
    "mean_squared_error": (("numbers",), 1, (None, "tanh", "softmax")),
    "mean_absolute_error": (("numbers",), 1, (None, "tanh", "softmax")),
    "huber": (("numbers",), 1, (None, "tanh", "softmax")),
    "log_cosh": (("numbers",), 1, (None, "tanh", "softmax")),
    "poisson": (("counts",), 1, (None, "tanh")),
    "quantile": (("numbers",), 1, (None, "tanh")),
    "hinge": (("answers",), 1, (None, "tanh")),
    "categorical_hinge": (("classes", "one_hot"), 2, (None,)),
}
"""For each loss its targets, the least number of outputs, and what may be the last activation."""


class Draw:
    """Choices from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed).random
        self.turn = 5 * seed

    def number(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def one(self, choices: Sequence[T]) -> T:
        return choices[self.number(0, len(choices) - 1)]

    def in_turn(self, choices: Sequence[T]) -> T:
        """One choice after the other: each as often as any other."""
        self.turn += 1
        return choices[self.turn % len(choices)]

    def happens(self, probability: float) -> bool:
        return self.random() < probability


def random_network(seed: int) -> Network:
    """A network of random depth, widths, layers, loss, optimizer and batch size."""
    draw = Draw(seed)
    images = draw.happens(0.5)
    shape = (draw.number(6, 9), draw.number(6, 9), draw.number(1, 3))
    hidden = image_layers(draw) if images else dense_layers(draw, draw.number(0, 5))
    loss = tuple(OUTPUTS)[seed % len(OUTPUTS)]  # each as often as any other
    targets, least, last = OUTPUTS[loss]
    outputs = draw.number(least, 4) if loss != "quantile" else 1  # of one quantile, the median
    activation = draw.one(last) if outputs > 1 or "softmax" not in last else None
    reduction: Literal["mean", "sum"] = draw.one(("mean", "mean", "sum"))
    batch_size = draw.number(6, 9)
    network = Network(
        layers=(*preprocessing(draw), *hidden, sw.Dense(outputs, activation=activation)),
        input_shape=shape if images else (draw.number(2, 6),),
        outputs=outputs,
        loss=loss,
        targets=draw.one(targets),  # type: ignore[arg-type] # the tuples hold its choices
        optimizer=optimizer(draw, 1.0 if reduction == "mean" else 0.1),
        regularizer=draw.one((None, sw.L1(0.05), sw.L2(0.3))),
        reduction=reduction,
        rows=batch_size * draw.number(3, 4) + draw.number(4, batch_size - 1),
        batch_size=batch_size,
        seed=seed,
    )
    return replace(network, zero_gradients=biases_before_batchnorm(network))


def preprocessing(draw: Draw) -> tuple[Buildable, ...]:
    return draw.one(((), (), (sw.Rescale(0.5, offset=0.25),), (sw.Standardize(),)))


def dense_layers(draw: Draw, depth: int) -> tuple[Buildable, ...]:
    return tuple(layer for _ in range(depth) for layer in dense_block(draw))


def dense_block(draw: Draw) -> tuple[Buildable, ...]:
    """Dense with its activation, or Dense, BatchNorm and an activation."""
    dense = sw.Dense(
        draw.number(3, 9),
        use_bias=draw.happens(0.8),
        kernel_initializer=draw.one(KERNELS),
        bias_initializer=sw.Constant(draw.one((0.0, 0.1))),
        kernel_regularizer=draw.one(REGULARIZERS),
        trainable=draw.happens(0.85),
    )
    return normalized(draw, dense)


def normalized(draw: Draw, layer: sw.Dense | sw.Conv2D) -> tuple[Buildable, ...]:
    """The layer with an activation of its own, or followed by a norm and one."""
    activation = draw.in_turn(NONLINEAR)
    if draw.happens(0.6):
        return (replace(layer, activation=activation),)
    norm = layer_norm(draw) if draw.happens(0.4) else batch_norm(draw)
    return layer, norm, sw.Activation(activation)


def batch_norm(draw: Draw) -> sw.BatchNorm:
    return sw.BatchNorm(momentum=draw.one((0.1, 0.3)), epsilon=draw.one((1e-5, 1e-3)))


def layer_norm(draw: Draw) -> sw.LayerNorm:
    """With few features a small epsilon lets rounding grow from step to step."""
    return sw.LayerNorm(epsilon=draw.one((0.01, 0.1)))


def image_layers(draw: Draw) -> tuple[Buildable, ...]:
    """One or two convolutions; images of 6 x 6 are large enough for any of them."""
    zeros = (sw.ZeroPad2D(draw.one((1, (0, 1), ((1, 0), (2, 1))))),) if draw.happens(0.5) else ()
    first = convolution(draw, draw.one(("valid", "same")))
    pool = draw.one((sw.MaxPool2D, sw.AveragePool2D))(2, stride=draw.one((None, 1)))
    second = convolution(draw, "same") if draw.happens(0.5) else ()
    flat = draw.one((sw.Flatten(), sw.Reshape(-1), sw.GlobalAveragePool2D()))
    return *zeros, *first, pool, *second, flat, *dense_layers(draw, draw.number(0, 1))


def convolution(draw: Draw, padding: Any) -> tuple[Buildable, ...]:
    layer = sw.Conv2D(
        draw.number(3, 4),
        (draw.number(1, 3), draw.number(1, 3)),
        stride=(draw.number(1, 2), draw.number(1, 2)),
        padding=padding,
        use_bias=draw.happens(0.8),
        kernel_initializer=draw.one(KERNELS),
        kernel_regularizer=draw.one(REGULARIZERS),
        trainable=draw.happens(0.9),
    )
    return normalized(draw, layer)


def optimizer(draw: Draw, scale: float) -> sw.SGD | sw.Adam:
    """Any optimizer; gradients that are sums over the batch take a smaller rate."""
    rules: tuple[sw.SGD | sw.Adam, ...] = (
        sw.SGD(0.1 * scale),
        sw.SGD(0.03 * scale, momentum=0.9),
        sw.SGD(0.03 * scale, momentum=0.8, nesterov=True),
        sw.Adam(0.01),
        sw.Adam(0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-6),
    )
    rule = draw.one(rules)
    rate: Any = rule.learning_rate
    decay = sw.ExponentialDecay(rate, draw.one((0.5, 0.9)), draw.number(5, 50))
    return rule if draw.happens(0.7) else replace(rule, learning_rate=decay)


def biases_before_batchnorm(network: Network) -> tuple[str, ...]:
    """See ``Network.zero_gradients``; here an activation follows every BatchNorm."""
    return tuple(
        f"b{number}"
        for (number, layer), (_, following) in pairwise(network.numbered())
        if isinstance(following, sw.BatchNorm)
        and getattr(layer, "use_bias", False)
        and getattr(layer, "trainable", True)
    )


RANDOM_NETWORKS = {f"random_{seed}": random_network(seed) for seed in range(COUNT)}
