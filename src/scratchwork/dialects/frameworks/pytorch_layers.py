"""Our layers in PyTorch's words: a table from each class to the modules and lines that it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from ... import layers
from ...activations import ACTIVATIONS, ELU, LeakyReLU
from ...layers.convolution import same_padding
from ...layers.images import pair
from ...layers.layer import describe, text
from ...layers.shape import both
from .plan import Placed, counterpart, lacking, own

NAME = "PyTorch"


@dataclass(frozen=True)
class Part:
    """A module of the network, or a line between modules.

    ``code`` makes the module or is the line; ``weights`` has for each of its arrays the name there
    and what it is of ours; ``kernel`` is our name of its weight; ``buffers`` are arrays of a line.
    ``remark`` is a comment where PyTorch and Scratchwork differ.
    """

    code: str
    module: bool = True
    weights: tuple[tuple[str, str], ...] = ()
    kernel: str = ""
    frozen: bool = False
    buffers: tuple[tuple[str, tuple[int, ...]], ...] = ()
    remark: str = ""


@dataclass
class Chain:
    """The parts so far. ``channels_second`` says where images have their channels at this point."""

    parts: list[Part] = field(default_factory=list)
    channels_second: bool = False

    def module(self, code: str, **settings: Any) -> None:
        self.parts.append(Part(code, **settings))

    def line(self, code: str, **settings: Any) -> None:
        self.parts.append(Part(code, module=False, **settings))

    def put_channels(self, second: bool, axes: int) -> None:
        """Move the channels behind n, as PyTorch's layers want them, or back to the end."""
        if axes > 2 and second != self.channels_second:
            rest = range(1, axes - 1) if second else range(2, axes)
            order = (0, axes - 1, *rest) if second else (0, *rest, 1)
            self.line(f"x = x.permute{order}{PERMUTED.get((second, axes), '')}")
            self.channels_second = second


PERMUTED = {
    (True, 4): "  # (n, h, w, c) becomes (n, c, h, w)",
    (False, 4): "  # (n, c, h, w) becomes (n, h, w, c)",
}


def parts_of(placed: Iterator[Placed] | tuple[Placed, ...]) -> list[Part]:
    """The network as modules and lines, in their order."""
    chain = Chain()
    for each in placed:
        counterpart(LAYERS, each.layer, each.note, NAME, "a layer")(each, chain)
    return chain.parts


# ---- layers with weights ----
def arrays(placed: Placed, *theirs: str) -> tuple[tuple[str, str], ...]:
    """Their names with our arrays, as they are."""
    ours = (*placed.parameters, *placed.state)
    return tuple((name, f'arrays["{our}"]') for name, our in zip(theirs, ours, strict=False))


def dense(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    bias = "" if layer.use_bias else ", bias=False"
    (weight, W), *rest = arrays(placed, "weight", "bias")
    chain.module(
        f"nn.Linear({placed.given[0]}, {layer.units}{bias})",
        weights=((weight, f"{W}.T"), *rest),
        kernel=placed.parameters[0],
        frozen=not layer.trainable,
    )
    activate(placed, layer.activation, chain)


def convolution(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    (height, width), stride = pair(layer.kernel_size), pair(layer.stride)
    channels, settings = placed.given[2], []
    chain.put_channels(True, 4)
    if stride != (1, 1):
        settings.append(f"stride={one_or_two(stride)}")
    if layer.padding == "same":
        down = same_padding(placed.given[0], height, stride[0])
        across = same_padding(placed.given[1], width, stride[1])
        if down[0] == down[1] and across[0] == across[1]:
            settings += [f"padding={one_or_two((down[0], across[0]))}"] * any(down + across)
        else:
            chain.module(f"nn.ZeroPad2d({(*across, *down)})")
    settings += ["bias=False"] * (not layer.use_bias)
    given = [str(channels), str(layer.filters), one_or_two((height, width)), *settings]
    (weight, W), *rest = arrays(placed, "weight", "bias")
    shape = (height, width, channels, layer.filters)
    chain.module(
        f"nn.Conv2d({', '.join(given)})",
        weights=((weight, f"{W}.reshape{shape}.transpose(3, 2, 0, 1)"), *rest),
        kernel=placed.parameters[0],
        frozen=not layer.trainable,
    )
    activate(placed, layer.activation, chain)


def one_or_two(given: tuple[int, int]) -> str:
    return str(given[0] if given[0] == given[1] else given)


def batch_norm(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    axes = len(placed.given) + 1
    kind = {2: "1d", 3: "1d", 4: "2d", 5: "3d"}.get(axes)
    if kind is None:
        got = f"{axes} axes: {NAME} has no BatchNorm for more than 5"
        raise lacking(placed.note, NAME, got, "put Reshape() before it")
    chain.put_channels(True, axes)
    settings = [f"eps={layer.epsilon}"] * (layer.epsilon != 1e-5)
    settings += [f"momentum={layer.momentum}"] * (layer.momentum != 0.1)
    chain.module(
        f"nn.BatchNorm{kind}({', '.join([str(placed.given[-1]), *settings])})",
        weights=arrays(placed, "weight", "bias", "running_mean", "running_var"),
    )


def layer_norm(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    chain.put_channels(False, len(placed.given) + 1)
    epsilon = f", eps={layer.epsilon}" if layer.epsilon != 1e-5 else ""
    code = f"nn.LayerNorm({placed.given[-1]}{epsilon})"
    chain.module(code, weights=arrays(placed, "weight", "bias"))


def standardize(placed: Placed, chain: Chain) -> None:
    chain.put_channels(False, len(placed.given) + 1)
    mean, std = placed.state
    chain.line(
        f"x = (x - self.{mean}) / self.{std}",
        weights=tuple((name, f'arrays["{name}"]') for name in placed.state),
        buffers=((mean, placed.given), (std, placed.given)),
    )


# ---- activations ----
MODULES = {
    "relu": "nn.ReLU()",
    "sigmoid": "nn.Sigmoid()",
    "tanh": "nn.Tanh()",
    "leaky_relu": "nn.LeakyReLU()",
    "elu": "nn.ELU()",
    "selu": "nn.SELU()",
    "gelu": 'nn.GELU(approximate="tanh")',
    "silu": "nn.SiLU()",
    "softplus": "nn.Softplus()",
    "softsign": "nn.Softsign()",
    "hard_sigmoid": "nn.Hardsigmoid()",
    "mish": "nn.Mish()",
}

REMARKS = {"gelu": "  # Scratchwork's form; PyTorch's default is by erf"}


def activate(placed: Placed, given: Any, chain: Chain) -> None:
    """The module of an activation; linear is none."""
    name = given if isinstance(given, str) else named(given)
    if given is None or name == "linear":
        return
    if name == "softmax":
        last = 1 if chain.channels_second or len(placed.made) == 1 else -1
        chain.module(f"nn.Softmax(dim={last})")
    elif name in MODULES:
        chain.module(MODULES[name], remark=REMARKS.get(name, ""))
    elif type(given) is LeakyReLU:
        chain.module(f"nn.LeakyReLU({given.negative_slope})")
    elif type(given) is ELU:
        chain.module(f"nn.ELU({given.alpha})")
    else:
        raise own(placed.note, NAME, "an activation", text(given))


def named(given: Any) -> str:
    """The name of one of our activations that was given as a function or object."""
    return next((name for name, each in ACTIVATIONS.items() if each is given), "")


# ---- layers without weights ----
def pool(kind: str) -> Callable[[Placed, Chain], None]:
    def pooled(placed: Placed, chain: Chain) -> None:
        layer: Any = placed.layer
        window, stride = pair(layer.pool_size), pair(layer.stride or layer.pool_size)
        settings = f", stride={one_or_two(stride)}" if stride != window else ""
        chain.put_channels(True, 4)
        chain.module(f"nn.{kind}({one_or_two(window)}{settings})")

    return pooled


def pool_all(placed: Placed, chain: Chain) -> None:
    chain.put_channels(True, 4)
    chain.module("nn.AdaptiveAvgPool2d(1)")
    chain.module("nn.Flatten()")
    chain.channels_second = False


def zero_pad(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    rows, columns = map(pair, both(layer.padding))
    chain.put_channels(True, 4)
    chain.module(f"nn.ZeroPad2d({(*columns, *rows)})")


def flatten(placed: Placed, chain: Chain) -> None:
    """In our order, c fastest; with one channel, or one pixel, the orders are the same."""
    channels, pixels = placed.given[-1], prod(placed.given[:-1])
    if channels > 1 and pixels > 1:
        chain.put_channels(False, len(placed.given) + 1)
    chain.channels_second = False
    chain.module("nn.Flatten()")


def reshape(placed: Placed, chain: Chain) -> None:
    if len(placed.made) == 1:
        flatten(placed, chain)
        return
    chain.put_channels(False, len(placed.given) + 1)
    chain.line(f"x = x.reshape(-1, {', '.join(map(str, placed.made))})")


def rescale(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    scaled, scale = text(layer.scale), f"x * {layer.scale}"
    if scaled.startswith("1 / "):
        scale = f"x / {scaled.removeprefix('1 / ')}"
    offset = f" {'-' if layer.offset < 0 else '+'} {abs(layer.offset)}" if layer.offset else ""
    chain.line(f"x = {scale}{offset}")


def noise(placed: Placed, chain: Chain) -> None:
    layer: Any = placed.layer
    chain.line(f"if self.training:\n    x = x + {layer.stddev} * torch.randn_like(x)")


def dropout(placed: Placed, chain: Chain) -> None:
    chain.module(f"nn.{describe(placed.layer)}")


LAYERS: dict[type, Callable[[Placed, Chain], None]] = {
    layers.Dense: dense,
    layers.Conv2D: convolution,
    layers.BatchNorm: batch_norm,
    layers.LayerNorm: layer_norm,
    layers.Standardize: standardize,
    layers.Activation: lambda placed, chain: activate(
        placed, getattr(placed.layer, "function", None), chain
    ),
    layers.MaxPool2D: pool("MaxPool2d"),
    layers.AveragePool2D: pool("AvgPool2d"),
    layers.GlobalAveragePool2D: pool_all,
    layers.ZeroPad2D: zero_pad,
    layers.Flatten: flatten,
    layers.Reshape: reshape,
    layers.Rescale: rescale,
    layers.GaussianNoise: noise,
    layers.Dropout: dropout,
}
"""Every layer that we have; a user's own is refused by name."""
