"""Circles and spirals: points at the right places, with the right noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from scratchwork.datasets import Dataset, circles, spirals
from scratchwork.errors import DataError, DescriptionError

Array = np.ndarray[Any, Any]
BOTH = pytest.mark.parametrize("make", [circles, spirals])


def together(data: Dataset) -> tuple[Array, Array]:
    X = np.concatenate([data.X_train, data.X_val, data.X_test])
    return X, np.concatenate([data.y_train, data.y_val, data.y_test])


@BOTH
def test_shapes_types_and_names(make: Callable[..., Dataset]) -> None:
    data = make(seed=0)
    assert data.sizes == (700, 150, 150)
    assert (data.X_train.dtype, data.y_train.dtype) == (np.float32, np.int64)
    assert np.bincount(data.y_val).tolist() == [75, 75]
    assert data.feature_names == ("x1", "x2")
    assert len(data.class_names) == 2
    assert data.target_kind == "classes"


@BOTH
def test_the_seed_decides_points_and_split(make: Callable[..., Dataset]) -> None:
    first, again, other = (make(100, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.X_train, again.X_train)
    assert np.array_equal(first.y_train, again.y_train)
    assert not np.array_equal(np.sort(together(first)[0], 0), np.sort(together(other)[0], 0))


@BOTH
def test_noise_is_a_standard_deviation(make: Callable[..., Dataset]) -> None:
    data, clean = (make(20_000, noise=noise, seed=1) for noise in (0.2, 0.0))
    difference = data.X_train - clean.X_train  # the split is the same, so rows correspond
    assert np.abs(difference.std(axis=0) / 0.2 - 1).max() < 0.03
    assert np.abs(difference.mean(axis=0)).max() < 0.03 * 0.2


def test_circles_are_scikit_learns() -> None:
    source = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the circles' peer")
    X, y = together(circles(101, radius=0.3, noise=0.0))
    expected, labels = source.make_circles(101, shuffle=False, noise=None, factor=0.3)
    assert np.bincount(y).tolist() == [50, 51]
    for label in (0, 1):
        ours, theirs = X[y == label], expected[labels == label]
        angles = (np.arctan2(*points.round(6).T) for points in (ours, theirs))
        order = [np.argsort(angle.round(5), kind="stable") for angle in angles]
        assert np.allclose(ours[order[0]], theirs[order[1]], atol=1e-6)


def test_arms_follow_their_equation() -> None:
    X, y = together(spirals(300, arms=3, turns=0.75, noise=0.0))
    r, angle = np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0])
    expected = 2 * np.pi * (0.75 * r + y / 3)
    assert np.abs(np.exp(1j * angle) - np.exp(1j * expected)).max() < 1e-5
    assert np.allclose(np.sort(r[y == 2]), np.arange(1, 101) / 100, atol=1e-6)


def test_arms_differ_by_at_most_one_point() -> None:
    _, y = together(spirals(101, arms=4))
    assert np.bincount(y).tolist() == [26, 25, 25, 25]


@pytest.mark.parametrize(
    ("make", "settings", "message"),
    [
        (circles, {"n": 1}, "circles(n) expects a whole number >= 2, got 1; try n=1000"),
        (circles, {"n": 10.0}, "circles(n) expects a whole number >= 2, got 10.0; try n=1000"),
        (circles, {"noise": -1}, "circles(noise) expects a number >= 0, got -1; try noise=0.1"),
        (circles, {"radius": 1}, "circles(radius) expects a number in [0, 1), got 1; "),
        (circles, {"radius": None}, "circles(radius) expects a number in [0, 1), got None; "),
        (spirals, {"arms": 1}, "spirals(arms) expects a whole number >= 2, got 1; try arms=2"),
        (spirals, {"n": 4, "arms": 5}, "spirals(n) expects a whole number >= 5, got 4; "),
        (spirals, {"turns": float("nan")}, "spirals(turns) expects a number >= 0, got nan; "),
    ],
)
def test_what_is_out_of_range(
    make: Callable[..., Dataset], settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(DescriptionError) as caught:
        make(**settings)
    assert str(caught.value).startswith(message)


@BOTH
def test_too_few_points_for_the_parts(make: Callable[..., Dataset]) -> None:
    with pytest.raises(DataError, match="every one of the 2 classes in the validation part"):
        make(4)
    assert len(make(2, validation=0, test=0).X_train) == 2
