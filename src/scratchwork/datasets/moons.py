"""The moons: two half circles that no straight line separates."""

from __future__ import annotations

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset
from scratchwork.datasets.plane import check_points, scattered

NAMES = ("upper", "lower")

DESCRIPTION = """\
Two interleaving half circles of radius 1 in the plane, with normal noise, 2 classes. The upper one
has its centre at (0, 0), the lower one at (1, 0.5). Made by a formula: no source, no licence.
"""


@checked
def moons(
    n: int = 1000,
    *,
    noise: float = 0.1,
    seed: int = 0,
    validation: int | float = 0.15,
    test: int | float = 0.15,
) -> Dataset:
    """Make two interleaving half circles, one class each.

    With t evenly spaced from 0 to pi, the points are (cos t, sin t) for class 0, "upper", and
    (1 - cos t, 0.5 - sin t) for class 1, "lower", each plus noise. This is the geometry of
    scikit-learn's ``make_moons``; the noise of a given seed is not the same.

    Parameters
    ----------
    n : int >= 2
        Points in all; half of them in each class, and an odd one in "lower".
    noise : float >= 0
        Standard deviation of the normal noise added to both coordinates, in radii.
    seed : int >= 0
        Decides the noise, and which point lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the points, or (an int) a number of points.

    Returns
    -------
    Dataset
        ``X_train`` (n, 2), ``X_val`` and ``X_test`` are float32, labels int64, 0 or 1.

    Raises
    ------
    DescriptionError
        When an argument is out of range.
    DataError
        When `n` is too small for every part to hold both classes.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> data = datasets.moons(200, noise=0.0, seed=0)
    >>> upper = data.X_train[data.y_train == 0]
    >>> bool(np.allclose(np.hypot(upper[:, 0], upper[:, 1]), 1))
    True
    """
    check_points("moons", n, noise)
    points, labels = _half_circles(n)
    sizes = {"validation": validation, "test": test}
    return scattered(points, labels, NAMES, DESCRIPTION, noise=noise, seed=seed, **sizes)


def _half_circles(n: int) -> tuple[Array, Array]:
    t_upper, t_lower = np.linspace(0, np.pi, n // 2), np.linspace(0, np.pi, n - n // 2)
    upper = np.stack([np.cos(t_upper), np.sin(t_upper)], axis=1)
    lower = np.stack([1 - np.cos(t_lower), 0.5 - np.sin(t_lower)], axis=1)
    labels = np.repeat([0, 1], [len(upper), len(lower)])
    return np.concatenate([upper, lower]), labels
