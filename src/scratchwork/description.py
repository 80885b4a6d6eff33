"""The description of a network and its training: everything that its programs are made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .errors import DescriptionError
from .layers.layer import Buildable, Layer, describe
from .losses import Loss, TargetKind
from .metrics import Metric
from .program.update import Optimizer
from .regularizers import Regularizer
from .settings import whole
from .synonyms import CLASSES, refuse_foreign

Reduction = Literal["mean", "sum"]
InputShape: TypeAlias = int | Sequence[int] | None
DTypeName = Literal["float32", "float64"]


@dataclass(frozen=True)
class Description:
    """A network, what it is trained for, and how.

    ``input_shape`` is that of one row, empty until it is known; ``targets`` says what y is (see
    ``losses.TargetKind``); ``scorers`` are names of scikit-learn's, which no program computes.
    """

    layers: tuple[Buildable, ...]
    input_shape: tuple[int, ...] = ()
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    regularizer: Regularizer | None = None
    metrics: tuple[Metric, ...] = ()
    scorers: tuple[str, ...] = ()
    reduction: Reduction = "mean"
    targets: TargetKind = "matrix"
    dtype: DTypeName = "float32"

    def __post_init__(self) -> None:
        first = check_input_shape(getattr(self.layers[0], "input_shape", None))
        if first and self.input_shape and first != self.input_shape:
            raise DescriptionError(
                "Sequential",
                "one input_shape",
                f"{self.input_shape}, and {first} on the first layer",
                "give it once",
            )


def check_layers(layers: Sequence[Buildable]) -> tuple[Buildable, ...]:
    """The layers, or an error for what is none."""
    if not isinstance(layers, Iterable):
        raise DescriptionError(
            "Sequential",
            "a list of layers",
            describe(layers) if isinstance(layers, Layer) else repr(layers),
            "put it in a list: [sw.Dense(10)]",
        )
    layers = tuple(layers)
    for i, layer in enumerate(layers):
        check_layer(i, layer)
    if not layers:
        raise DescriptionError("Sequential", "at least one layer", "none", "add sw.Dense(10)")
    return layers


def check_layer(i: int, layer: object) -> None:
    """Refuse what is no layer, and a layer behind the first that names an input_shape."""
    refuse_foreign(f"layers[{i}]", layer, CLASSES, "sw.{}", "a layer with build(x, scope)")
    if isinstance(layer, type) or not callable(getattr(layer, "build", None)):
        got, todo = repr(layer), "give an instance, such as sw.Dense(10)"
        if isinstance(layer, list | tuple):
            got, todo = f"a {type(layer).__name__}", "put all layers into one list"
        raise DescriptionError(f"layers[{i}]", "a layer with build(x, scope)", got, todo)
    if i and isinstance(layer, Layer) and layer.input_shape is not None:
        raise DescriptionError(
            f"layers[{i}]",
            "input_shape on the first layer only",
            f"input_shape={layer.input_shape!r}",
            "leave it out: it follows from the layer before",
        )


def check_input_shape(given: InputShape) -> tuple[int, ...]:
    """The shape of a row as a tuple, empty where it is not known."""
    if given is None:
        return ()
    shape = tuple(given) if isinstance(given, tuple | list) else (given,)
    for size in shape:
        whole("Sequential", "input_shape", size)
    return tuple(int(size) for size in shape)
