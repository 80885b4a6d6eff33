"""Moons: two half circles at the right places, with the right noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scratchwork.datasets import Dataset, moons
from scratchwork.errors import DataError, DescriptionError
from scratchwork.streams import Stream, generator


def together(data: Dataset) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    X = np.concatenate([data.X_train, data.X_val, data.X_test])
    return X, np.concatenate([data.y_train, data.y_val, data.y_test])


def test_shapes_and_types() -> None:
    data = moons(seed=0)
    assert (data.X_train.shape, data.X_val.shape, data.X_test.shape) == (
        (700, 2),
        (150, 2),
        (150, 2),
    )
    assert data.X_train.dtype == np.float32
    assert data.y_train.dtype == np.int64
    assert data.class_names == ("upper", "lower")
    assert data.images is None
    assert np.bincount(data.y_val).tolist() == [75, 75]


def test_without_noise_the_points_lie_on_half_circles() -> None:
    X, y = together(moons(400, noise=0.0))
    upper, lower = X[y == 0], X[y == 1]
    assert len(upper) == len(lower) == 200
    assert np.allclose(np.hypot(*upper.T), 1, atol=1e-6)
    assert np.allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1, atol=1e-6)
    assert upper[:, 1].min() > -1e-6
    assert lower[:, 1].max() < 0.5 + 1e-6


def test_the_points_are_scikit_learns() -> None:
    source = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the moons' peer")
    X, y = together(moons(101, noise=0.0))
    expected, labels = source.make_moons(101, shuffle=False, noise=None)
    for label in (0, 1):
        ours = X[y == label]
        theirs = expected[labels == label]
        across = np.argsort(ours[:, 0]), np.argsort(theirs[:, 0])
        assert np.allclose(ours[across[0]], theirs[across[1]], atol=1e-6)


def test_an_odd_point_goes_to_the_lower_moon() -> None:
    _, y = together(moons(101))
    assert np.bincount(y).tolist() == [50, 51]


@pytest.mark.parametrize("noise", [0.05, 0.3])
def test_noise_is_a_standard_deviation(noise: float) -> None:
    data = moons(20_000, noise=noise, seed=1)
    clean = moons(20_000, noise=0.0, seed=1)  # the split is the same, so rows correspond
    difference = data.X_train - clean.X_train
    assert np.abs(difference.std(axis=0) / noise - 1).max() < 0.03
    assert np.abs(difference.mean(axis=0)).max() < 0.03 * noise


def test_the_seed_decides_points_and_split() -> None:
    first, again, other = (moons(100, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.X_train, again.X_train)
    assert np.array_equal(first.y_train, again.y_train)
    assert not np.array_equal(first.y_train, other.y_train)
    assert not np.array_equal(np.sort(together(first)[0], 0), np.sort(together(other)[0], 0))


def test_noise_and_split_draw_from_different_generators() -> None:
    noisy, clean = (
        together(moons(50, noise=1.0, seed=3))[0],
        together(moons(50, noise=0, seed=3))[0],
    )
    drawn = generator(3, Stream.SPLIT, epoch=1).standard_normal((50, 2))
    assert np.allclose(np.sort(noisy - clean, axis=0), np.sort(drawn, axis=0), atol=1e-5)


@pytest.mark.parametrize("n", [1, 0, -3, 10.0, True, None])
def test_a_number_of_points_out_of_range(n: object) -> None:
    with pytest.raises(DescriptionError, match=r"moons\(n\) expects a whole number >= 2, got"):
        moons(n)  # type: ignore[arg-type]


@pytest.mark.parametrize("noise", [-0.1, float("nan"), float("inf"), "0.1", None])
def test_a_noise_out_of_range(noise: object) -> None:
    with pytest.raises(DescriptionError, match=r"moons\(noise\) expects a number >= 0, got"):
        moons(noise=noise)  # type: ignore[arg-type]


def test_too_few_points_for_the_parts() -> None:
    with pytest.raises(DataError, match="every one of the 2 classes in the validation part"):
        moons(4)
    assert len(moons(2, validation=0, test=0).X_train) == 2
