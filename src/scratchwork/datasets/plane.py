"""Points of a plane in shapes that no straight line separates: what their makers share."""

from __future__ import annotations

import math

import numpy as np

from scratchwork.datasets.dataset import Array, Dataset, split
from scratchwork.errors import DescriptionError
from scratchwork.settings import LARGEST_SIZE, brief, within
from scratchwork.streams import Stream, generator

FEATURES = ("x1", "x2")


def check_points(name: str, n: object, noise: object, least: int = 2) -> None:
    """Refuse fewer points than classes, and a noise that is no standard deviation."""
    check_whole(name, "n", n, least, 1000)
    check_number(name, "noise", noise, "a number >= 0", 0, math.inf, 0.1)


def check_whole(name: str, setting: str, value: object, least: int, usual: int) -> None:
    """Refuse anything but a whole number of at least `least`."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not least <= value <= LARGEST_SIZE:  # type: ignore[operator]
        expected = f"a whole number >= {least}"
        expected += f" and <= {LARGEST_SIZE}" * (whole and value > least)  # type: ignore[operator]
        raise DescriptionError(
            f"{name}({setting})", expected, brief(value), f"try {setting}={usual}"
        )


def check_number(
    name: str, setting: str, value: object, expected: str, low: float, high: float, usual: float
) -> None:
    """Refuse anything but a number in [low, high)."""
    if not (isinstance(value, (int, float, np.number)) and within(value, low, high)):
        raise DescriptionError(
            f"{name}({setting})", expected, brief(value), f"try {setting}={usual}"
        )


def scattered(
    points: Array,
    labels: Array,
    class_names: tuple[str, ...],
    description: str,
    *,
    noise: float,
    seed: int,
    validation: int | float,
    test: int | float,
) -> Dataset:
    """Add normal noise to both coordinates of the points, and split them.

    Parameters
    ----------
    points : array (n, 2)
    labels : array (n,)
        Positions in `class_names`.
    class_names : tuple of str
    description : str
    noise : float >= 0
        The standard deviation.
    seed : int >= 0
    validation, test : float in [0, 1) or int >= 0
        A fraction of the points, or (an int) a number of points.
    """
    rng = generator(seed, Stream.SPLIT, epoch=1)  # the split itself draws from epoch 0
    X = (points + noise * rng.standard_normal(points.shape)).astype(np.float32)
    parts = split(X, labels.astype(np.int64), seed=seed, validation=validation, test=test)
    return Dataset(*parts, class_names, description, feature_names=FEATURES, target_name="class")
