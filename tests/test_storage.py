"""Storage: named arrays that are views of one flat vector, also after copies and pickles."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from scratchwork.storage import Storage


@pytest.fixture
def numbers() -> Storage:
    arrays = {"W1": np.arange(6.0).reshape(2, 3), "b1": np.array([7.0, 8.0, 9.0]), "s": np.ones(())}
    return Storage(arrays, "float32")


def assert_views(storage: Storage) -> None:
    """Every array is a contiguous part of the flat vector, in order, without gaps."""
    start = 0
    for view in storage.values():
        assert np.shares_memory(view, storage.flat)
        assert view.flags.c_contiguous
        np.testing.assert_array_equal(view.ravel(), storage.flat[start : start + view.size])
        start += view.size
    assert start == storage.flat.size


def test_arrays_are_views_of_one_vector(numbers: Storage) -> None:
    assert numbers.flat.shape == (10,)
    assert numbers.flat.dtype == np.float32
    assert_views(numbers)


def test_a_change_of_the_vector_is_a_change_of_the_arrays(numbers: Storage) -> None:
    numbers.flat[:] = 1
    assert (numbers["W1"] == 1).all()
    numbers["b1"][1] = 5
    assert numbers.flat[7] == 5


def test_it_is_a_mapping_in_the_order_given(numbers: Storage) -> None:
    assert list(numbers) == ["W1", "b1", "s"]
    assert len(numbers) == 3
    assert "b1" in numbers
    assert "W2" not in numbers
    with pytest.raises(KeyError):
        numbers["W2"]


def test_what_is_given_is_copied() -> None:
    W = np.ones((2, 2))
    storage = Storage({"W": W}, "float64")
    W[...] = 5
    assert (storage["W"] == 1).all()


def test_a_copy_is_independent(numbers: Storage) -> None:
    copy = numbers.copy()
    numbers.flat[:] = 0
    np.testing.assert_array_equal(copy["b1"], [7, 8, 9])
    assert copy.flat.dtype == np.float32
    assert_views(copy)


def test_pickling_makes_the_views_again(numbers: Storage) -> None:
    """Pickle alone would make separate arrays, and an update of the vector would be lost."""
    again = pickle.loads(pickle.dumps(numbers))
    assert list(again) == list(numbers)
    np.testing.assert_array_equal(again.flat, numbers.flat)
    assert again.flat.dtype == np.float32
    assert_views(again)


def test_it_may_be_empty() -> None:
    storage = Storage({}, "float32")
    assert storage.flat.shape == (0,)
    assert len(storage) == 0
    assert len(pickle.loads(pickle.dumps(storage))) == 0
