"""The description of a network and its training: everything that its programs are made from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .layers.layer import Buildable
from .losses import Loss, TargetKind
from .program.update import Optimizer
from .regularizers import Regularizer

Reduction = Literal["mean", "sum"]
DTypeName = Literal["float32", "float64"]


@dataclass(frozen=True)
class Description:
    """A network, what it is trained for, and how.

    ``input_shape`` is that of one row; ``targets`` says what y is (see ``losses.TargetKind``).
    """

    layers: tuple[Buildable, ...]
    input_shape: tuple[int, ...]
    loss: Loss | None = None
    optimizer: Optimizer | None = None
    regularizer: Regularizer | None = None
    metrics: tuple[str, ...] = ()
    reduction: Reduction = "mean"
    targets: TargetKind = "matrix"
    dtype: DTypeName = "float32"
