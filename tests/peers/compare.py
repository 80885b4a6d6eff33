"""How near two results must be, and the few numbers of an array that are enough to know it by."""

from __future__ import annotations

import math

import numpy as np

ONE_STEP = 1e-10
"""For outputs, losses and gradients: the largest difference, by the largest entry of the array."""

TRAINED = 1e-8
"""The same after 100 steps."""

NOTHING = 1e-12
"""What a gradient that is zero by algebra may be of rounding: absolute."""


def assert_near(ours: object, theirs: object, tolerance: float, what: str) -> None:
    """Fail unless max(abs(ours - theirs)) <= tolerance * max(abs(theirs)); NaN fails too."""
    a, b = np.asarray(ours), np.asarray(theirs)
    assert a.shape == b.shape, f"{what}: shape {a.shape}, expected {b.shape}"
    difference, scale = float(np.abs(a - b).max()), float(np.abs(b).max())
    assert difference <= tolerance * scale, (
        f"{what} differs by {difference:.3g}, its largest entry is {scale:.3g}: "
        f"relative {difference / (scale or 1):.3g}, allowed {tolerance:.0e}"
    )


def fingerprint(array: object) -> list[float]:
    """[norm, product with 2 + cos(1), 2 + cos(2), ...].

    The product tells arrays with the same entries in another order apart, and its weights stay away
    from 0, so that each entry counts.
    """
    flat = np.asarray(array, np.float64).ravel()
    weights = 2 + np.cos(np.arange(1, flat.size + 1))
    return [math.sqrt(float(flat @ flat)), float(flat @ weights)]


def assert_known_by(
    array: object, recorded: list[float], tolerance: float, what: str, because: str = ""
) -> None:
    """Fail unless the array has this fingerprint: both numbers to tolerance * norm."""
    ours = fingerprint(array)
    difference = float(np.abs(np.subtract(ours, recorded)).max())
    assert difference <= tolerance * recorded[0], (
        f"{what} has the fingerprint {ours}, recorded is {recorded}: "
        f"they differ by {difference:.3g}. {because}"
    )
