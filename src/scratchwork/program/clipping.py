"""Clipping: what is done to the gradients before the optimizer's rule sees them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .ir import Value
from .primitives import clip, norm, where
from .scope import Scope

BY_VALUE = "each entry of a gradient is kept within -clip_value and clip_value"
BY_NORM = "all gradients together are one vector, kept no longer than clip_norm"


@dataclass(frozen=True)
class Clipped:
    """The gradient of each parameter, and a factor for all of them, if there is one."""

    gradients: Mapping[Value, Value]
    scale: Value | None = None

    def scaled(self, dW: Value) -> Value:
        """A gradient times the factor: a statement of the rule, so that a loop has it once."""
        return dW if self.scale is None else (self.scale * dW).named("scaled_dW")


def record_clipping(optimizer: Any, gradients: Mapping[Value, Value], scope: Scope) -> Clipped:
    """Record what clip_value and clip_norm of an optimizer ask for; None or 0 is not recorded.

    Only where the optimizer says ``clips``: a user's own may have settings of these names.
    """
    if not gradients or not getattr(optimizer, "clips", False):
        return Clipped(gradients)
    limit, longest = optimizer.clip_value, optimizer.clip_norm
    remarks = [text for text, x in ((BY_VALUE, limit), (BY_NORM, longest)) if x not in (None, 0)]
    note = "\n".join(["clipping", *remarks])
    with scope.recorder.at(phase="update", note=note, suffix=""):
        if limit not in (None, 0):
            gradients = {
                W: clip(dW, -limit, limit).named(f"clipped_d{W.name}")
                for W, dW in gradients.items()
            }
        return Clipped(gradients, None if longest in (None, 0) else scale(gradients, longest))


def scale(gradients: Mapping[Value, Value], longest: Value) -> Value:
    """The factor that makes a vector that is too long as long as it may be."""
    length = norm(*gradients.values()).named("norm")
    return where(length > longest, longest / length, 1).named("scale")
