"""The spirals: arms that wind around each other."""

from __future__ import annotations

import math

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset
from scratchwork.datasets.plane import check_number, check_points, check_whole, scattered

DESCRIPTION = """\
Arms of a spiral around the origin of the plane, with normal noise, one class an arm. They end at
radius 1. After K. J. Lang and M. J. Witbrock, 'Learning to tell two spirals apart', Proceedings of
the 1988 Connectionist Models Summer School. Made by a formula: no source, no licence.
"""


@checked
def spirals(
    n: int = 1000,
    *,
    arms: int = 2,
    turns: float = 1.5,
    noise: float = 0.03,
    seed: int = 0,
    validation: int | float = 0.15,
    test: int | float = 0.15,
) -> Dataset:
    """Make arms of a spiral that wind around each other, one class each.

    With r evenly spaced in (0, 1], arm k has the points r (cos t, sin t) with the angle
    t = 2 pi (turns r + k / arms), each plus noise. Along a ray from the origin, neighbouring arms
    are 1 / (arms * turns) apart.

    Parameters
    ----------
    n : int >= 2, and at least one point an arm
        Points in all; the arms differ by at most one point.
    arms : int >= 2
        The number of classes.
    turns : float >= 0
        How often each arm goes around the origin: more is harder.
    noise : float >= 0
        Standard deviation of the normal noise added to both coordinates, in units of the length
        from the origin to an arm's end.
    seed : int >= 0
        Decides the noise, and which point lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the points, or (an int) a number of points.

    Returns
    -------
    Dataset
        ``X_train`` (n, 2), ``X_val`` and ``X_test`` are float32, labels int64, 0 to arms - 1.

    Raises
    ------
    DescriptionError
        When an argument is out of range.
    DataError
        When `n` is too small for every part to hold every class.

    Notes
    -----
    After K. J. Lang and M. J. Witbrock, 'Learning to tell two spirals apart', Proceedings of the
    1988 Connectionist Models Summer School, whose two arms have three turns and no noise.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> data = datasets.spirals(300, arms=3, noise=0.0, seed=0)
    >>> data.class_names
    ('arm 1', 'arm 2', 'arm 3')
    >>> float(np.hypot(*data.X_train.T).max())
    1.0
    """
    check_whole("spirals", "arms", arms, 2, 2)
    check_points("spirals", n, noise, least=arms)
    check_number("spirals", "turns", turns, "a number >= 0", 0, math.inf, 1.5)
    labels = np.sort(np.arange(n) % arms)
    r = np.concatenate([_radii(count) for count in np.bincount(labels)])
    t = 2 * np.pi * (turns * r + labels / arms)
    points = r[:, None] * np.stack([np.cos(t), np.sin(t)], axis=1)
    names = tuple(f"arm {k + 1}" for k in range(arms))
    sizes = {"validation": validation, "test": test}
    return scattered(points, labels, names, DESCRIPTION, noise=noise, seed=seed, **sizes)


def _radii(count: int) -> Array:
    return np.arange(1, count + 1) / count
