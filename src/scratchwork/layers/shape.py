"""Layers that only change the shape."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

from ..program.ir import Size, Value
from ..program.scope import Scope
from .layer import Layer


@dataclass(frozen=True)
class Flatten(Layer):
    """One row of numbers for each image: (n, h, w, c) becomes (n, h * w * c), c fastest.

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.Flatten()], input_shape=(28, 28)).source("predict"), end="")
    def predict(X):
        # ---- forward ----
        # layer 0: Flatten()
        F0 = X.reshape(-1, 784)                       # (n, 784)
        return F0
    """

    numbered: ClassVar[bool] = False

    def build(self, x: Value, scope: Scope) -> Value:
        if x.ndim == 2:
            return x
        return x.reshape(x.shape[0], Size(prod(size.number for size in x.shape[1:]))).named("F")
