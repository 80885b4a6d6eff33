"""Layers and activations as Keras has them: a table "our class -> their constructor"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeAlias

from ... import layers
from ...activations import ACTIVATIONS, ELU, Activation, LeakyReLU, activation
from ...layers.images import Pair, pair
from ...layers.layer import text
from ...layers.shape import both
from .plan import Placed, counterpart, lacking, own

KERAS = "Keras"


class Made(NamedTuple):
    """What a row of a list is: a constructor's call, and a remark where Keras differs."""

    code: str
    remark: str = ""


def call(place: str, /, *given: str, **settings: str) -> str:
    """A call in one line; a setting without a text is left out."""
    named = [f"{key}={value}" for key, value in settings.items() if value]
    return f"{place}({', '.join([*given, *named])})"


def where_not(default: object, value: object) -> str:
    """The text of a setting, or none if it is what Keras takes anyway."""
    return "" if value == default else text(value)


def print_layers(placed: Placed) -> tuple[Made, ...]:
    """The layers of Keras that one of ours becomes; arrays are those of the first."""
    row = counterpart(LAYERS, placed.layer, placed.note, KERAS, "a layer")
    return tuple(row(placed, placed.layer))


def print_arrays(placed: Placed) -> Iterator[str]:
    """The arrays of a layer in the order of Keras' ``weights``, as the text takes them."""
    if isinstance(placed.layer, layers.Standardize):
        return  # constants of its constructor
    for name in (*placed.parameters, *placed.state):
        array = f'start["{name}"]'
        if isinstance(placed.layer, layers.Conv2D) and name == placed.parameters[0]:
            window, channels = pair(placed.layer.kernel_size), placed.given[-1]
            array += f".reshape{(*window, channels, placed.layer.filters)}"
        yield array


# ---- activations ----
SAME = {
    *("relu", "sigmoid", "tanh", "softmax", "elu", "selu", "silu", "softplus", "softsign"),
    *("hard_sigmoid", "mish"),
}
"""Those that have one name and one definition in both libraries."""

GELU = Made("ops.gelu", 'the form with tanh; Keras\' "gelu" has the error function')


def print_activation(given: Activation, placed: Placed) -> Made | str:
    """What ``activation=`` takes, or as a text the layer that it must be; empty for none."""
    function = activation(given)
    if type(function) is LeakyReLU or type(function) is ELU:  # not classes made of them
        return rectifier(function)
    name = next((name for name, known in ACTIVATIONS.items() if known is function), "")
    if name == "linear":
        return ""
    if name == "gelu":
        return GELU
    if name not in SAME:
        title = getattr(function, "__name__", type(function).__name__)
        raise own(placed.note, KERAS, "an activation", title)
    return Made(text(name))


def rectifier(function: LeakyReLU | ELU) -> Made | str:
    """The two that have a number."""
    if isinstance(function, LeakyReLU):
        slope = function.negative_slope
        return call("layers.LeakyReLU", negative_slope=text(slope)) if slope else Made('"relu"')
    if function.alpha in (0, 1):
        return Made('"elu"' if function.alpha else '"relu"')
    return call("layers.ELU", alpha=text(function.alpha))


def activated(
    name: str, *given: str, placed: Placed, function: Activation, **settings: str
) -> Iterator[Made]:
    """A layer with an activation, which has a layer of its own where it has a number."""
    found = print_activation(function, placed)
    if isinstance(found, Made):
        yield Made(call(name, *given, activation=found.code, **settings), found.remark)
        return
    yield Made(call(name, *given, **settings))
    if found:
        yield Made(found)


# ---- layers ----
def dense(placed: Placed, layer: layers.Dense) -> Iterator[Made]:
    return activated(
        "layers.Dense", text(layer.units), placed=placed, function=layer.activation,
        use_bias=where_not(True, layer.use_bias), trainable=where_not(True, layer.trainable),
    )  # fmt: skip


def convolution(placed: Placed, layer: layers.Conv2D) -> Iterator[Made]:
    return activated(
        "layers.Conv2D", text(layer.filters), text(layer.kernel_size), placed=placed,
        function=layer.activation, strides=where_not(1, layer.stride),
        padding=where_not("valid", layer.padding), use_bias=where_not(True, layer.use_bias),
        trainable=where_not(True, layer.trainable),
    )  # fmt: skip


def activation_layer(placed: Placed, layer: layers.Activation) -> Iterator[Made]:
    found = print_activation(layer.function, placed)
    if isinstance(found, Made):
        yield Made(call("layers.Activation", found.code), found.remark)
    elif found:
        yield Made(found)


def pool(name: str) -> Callable[[Placed, Any], Iterator[Made]]:
    def row(placed: Placed, layer: Any) -> Iterator[Made]:
        yield Made(call(name, text(layer.pool_size), strides=where_not(None, layer.stride)))

    return row


def plain(name: str, *settings: str) -> Callable[[Placed, Any], Iterator[Made]]:
    """A layer whose settings are ours, in this order."""

    def row(placed: Placed, layer: Any) -> Iterator[Made]:
        yield Made(call(name, *(text(getattr(layer, setting)) for setting in settings)))

    return row


def zeros(placed: Placed, layer: layers.ZeroPad2D) -> Iterator[Made]:
    sides: tuple[Pair, Pair] = both(layer.padding)
    whole = text(layer.padding if sides[0] == sides[1] else tuple(map(pair, sides)))
    yield Made(call("layers.ZeroPadding2D", whole))


def noise(placed: Placed, layer: layers.GaussianNoise) -> Iterator[Made]:
    if layer.stddev > 1:
        todo = "keep stddev <= 1, or keep the NumPy program: source()"
        raise lacking(placed.note, KERAS, "noise whose stddev is above 1", todo)
    yield Made(call("layers.GaussianNoise", text(layer.stddev)))


def rescaling(placed: Placed, layer: layers.Rescale) -> Iterator[Made]:
    yield Made(
        call("layers.Rescaling", text(layer.scale), offset=where_not(0.0, layer.offset)),
    )


def normalization(placed: Placed, layer: layers.Standardize) -> Iterator[Made]:
    mean, std = (f'start["{name}"]' for name in placed.state)
    axes = tuple(range(1, len(placed.given) + 1))
    axis = text(axes) if len(axes) > 1 else ""
    yield Made(call("layers.Normalization", axis=axis, mean=mean, variance=f"{std} ** 2"))


def batch_norm(placed: Placed, layer: layers.BatchNorm) -> Iterator[Made]:
    kept = float(f"{1 - layer.momentum:.12g}")
    yield Made(
        call(
            "layers.BatchNormalization",
            momentum=where_not(0.99, kept),
            epsilon=where_not(1e-3, layer.epsilon),
        ),
        "momentum is what is kept; Keras' moving variance is the biased one",
    )


def layer_norm(placed: Placed, layer: layers.LayerNorm) -> Iterator[Made]:
    yield Made(call("layers.LayerNormalization", epsilon=where_not(1e-3, layer.epsilon)))


Row: TypeAlias = Callable[[Placed, Any], Iterator[Made]]

LAYERS: dict[type, Row] = {
    layers.Activation: activation_layer,
    layers.AveragePool2D: pool("layers.AveragePooling2D"),
    layers.BatchNorm: batch_norm,
    layers.Conv2D: convolution,
    layers.Dense: dense,
    layers.Dropout: plain("layers.Dropout", "rate"),
    layers.Flatten: plain("layers.Flatten"),
    layers.GaussianNoise: noise,
    layers.GlobalAveragePool2D: plain("layers.GlobalAveragePooling2D"),
    layers.LayerNorm: layer_norm,
    layers.MaxPool2D: pool("layers.MaxPooling2D"),
    layers.Rescale: rescaling,
    layers.Reshape: plain("layers.Reshape", "shape"),
    layers.Standardize: normalization,
    layers.ZeroPad2D: zeros,
}
