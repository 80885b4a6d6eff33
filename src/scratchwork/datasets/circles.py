"""The circles: one inside the other."""

from __future__ import annotations

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset
from scratchwork.datasets.plane import check_number, check_points, scattered

NAMES = ("outer", "inner")
DESCRIPTION = """\
Two circles around the origin of the plane, one inside the other, with normal noise, 2 classes. The
outer one has radius 1. Made by a formula: no source, no licence.
"""


@checked
def circles(
    n: int = 1000,
    *,
    radius: float = 0.5,
    noise: float = 0.1,
    seed: int = 0,
    validation: int | float = 0.15,
    test: int | float = 0.15,
) -> Dataset:
    """Make two circles, one inside the other, one class each.

    With t evenly spaced over one turn, the points are (cos t, sin t) for class 0, "outer", and
    radius * (cos t, sin t) for class 1, "inner", each plus noise. This is the geometry of
    scikit-learn's ``make_circles``, whose ``factor`` is called `radius` here and is 0.8 there, and
    whose noise is 0; the noise of a given seed is not the same.

    Parameters
    ----------
    n : int >= 2
        Points in all; half of them in each class, and an odd one in "inner".
    radius : float in [0, 1)
        The radius of the inner circle; the outer one's is 1.
    noise : float >= 0
        Standard deviation of the normal noise added to both coordinates, in outer radii.
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
    >>> data = datasets.circles(200, noise=0.0, seed=0)
    >>> inner = data.X_train[data.y_train == 1]
    >>> bool(np.allclose(np.hypot(inner[:, 0], inner[:, 1]), 0.5))
    True
    """
    check_points("circles", n, noise)
    check_number("circles", "radius", radius, "a number in [0, 1)", 0, 1, 0.5)
    outer, inner = _circle(n // 2), radius * _circle(n - n // 2)
    points = np.concatenate([outer, inner])
    labels = np.repeat([0, 1], [len(outer), len(inner)])
    sizes = {"validation": validation, "test": test}
    return scattered(points, labels, NAMES, DESCRIPTION, noise=noise, seed=seed, **sizes)


def _circle(n: int) -> Array:
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    return np.stack([np.cos(t), np.sin(t)], axis=1)
