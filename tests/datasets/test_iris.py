"""The irises are Fisher's, raw, and come with the package."""

from __future__ import annotations

import numpy as np
import pytest

from scratchwork import datasets


def test_shapes_types_and_names() -> None:
    data = datasets.iris(seed=0)
    assert data.sizes == (105, 23, 22)
    assert data.X_train.shape == (105, 4)
    assert (data.X_train.dtype, data.y_train.dtype) == (np.float32, np.int64)
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert data.feature_names[0] == "sepal length (cm)"
    assert data.target_name == "species"
    assert "Fisher" in data.description


def test_two_flowers_are_the_paper_s_and_not_uci_s() -> None:
    """Rows 35 and 38 of the source, which are both 4.9, 3.1, 1.5, 0.1 in UCI's file."""
    data = datasets.iris(validation=0, test=0)
    rows = data.X_train.round(1).astype(str).tolist()
    assert rows.count(["4.9", "3.1", "1.5", "0.2"]) == 1
    assert rows.count(["4.9", "3.6", "1.4", "0.1"]) == 1


def test_equal_to_scikit_learn() -> None:
    source = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the irises' peer")
    irises, data = source.load_iris(), datasets.iris(validation=0, test=0)
    ours = np.column_stack([data.X_train, data.y_train])
    theirs = np.column_stack([irises.data.astype(np.float32), irises.target])
    assert sorted(ours.tolist()) == sorted(theirs.tolist())
    assert data.class_names == tuple(irises.target_names)
    assert list(data.feature_names) == irises.feature_names


def test_the_seed_decides_and_classes_are_in_proportion() -> None:
    first, again, other = (datasets.iris(seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first.X_train, again.X_train)
    assert not np.array_equal(first.X_train, other.X_train)
    assert np.bincount(first.y_train).tolist() == [35, 35, 35]
