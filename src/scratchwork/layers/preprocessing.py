"""Preprocessing as layers: its lines are part of the program, also in written files."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import ClassVar

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.primitives import equal, sqrt, where
from ..program.scope import Scope
from ..settings import as_floats
from .layer import Layer


@dataclass(frozen=True)
class Rescale(Layer):
    """A = X * scale + offset, the same for every feature.

    Parameters
    ----------
    scale : float
        1 / 255 for pixels 0..255.
    offset : float

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.Rescale(1 / 16)], input_shape=2).source("predict"), end="")
    def predict(X, *, scale0=0.0625):
        # ---- forward ----
        # layer 0: Rescale(0.0625)
        A0 = X * scale0                               # (n, 2)
        return A0
    """

    scale: float
    offset: float = 0.0
    numbered: ClassVar[bool] = False

    def __post_init__(self) -> None:
        for name in ("scale", "offset"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Real) or value - value != 0:
                raise DescriptionError(
                    "Rescale", f"a finite number {name}", repr(value), "give a float"
                )
            if not isinstance(value, int):
                as_floats(self, name)

    def build(self, x: Value, scope: Scope) -> Value:
        A = x * scope.hyperparameter("scale", float(self.scale))
        if self.offset:
            A = A + scope.hyperparameter("offset", float(self.offset))
        return A.named("A")


@dataclass(frozen=True)
class Standardize(Layer):
    """A = (X - mean) / std, with the mean and standard deviation of the training rows.

    They are computed once, in float64, from the rows of the first ``fit`` and kept as state; a
    feature that never varies has no spread and is divided by 1. Before any fit they are 0 and 1.
    For images (n, h, w, c) each pixel has its own.

    Examples
    --------
    >>> import scratchwork as sw
    >>> print(sw.Sequential([sw.Standardize()], input_shape=2).source("predict"), end="")
    def predict(X, mean0, std0):
        # ---- forward ----
        # layer 0: Standardize()
        A0 = (X - mean0) / std0                       # (n, 2)
        return A0
    """

    numbered: ClassVar[bool] = False

    def build(self, x: Value, scope: Scope) -> Value:
        mean = scope.fitted("mean", lambda: x.mean(axis=0), initial=0.0)

        def spread() -> Value:
            # of equal entries the mean may be off by a rounding, which must not become the spread
            with scope.recorder.at(note="a feature that never varies is divided by 1"):
                varies = (x.max(axis=0) > x.min(axis=0)).named("varies")
                std = (sqrt(((x - mean) ** 2).mean(axis=0)) * varies).named("spread")
                return where(equal(std, 0), 1, std)

        std = scope.fitted("std", spread, initial=1.0)
        return ((x - mean) / std).named("A")
