"""The digits are those of UCI and scikit-learn, raw, and come with the package."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest

from scratchwork import datasets
from scratchwork.errors import DescriptionError

COUNTS = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]  # optdigits.names, testing set
SHA256 = "87ff0c9e40dc7e2c0e34e7257799c2e3f3aec1a016363bb11cad869ec428a826"


def test_shapes_types_and_range() -> None:
    data = datasets.digits(seed=0)
    assert data.X_train.shape == (1258, 64)
    assert data.X_val.shape == (270, 64)
    assert data.X_test.shape == (269, 64)
    assert {X.dtype for X in (data.X_train, data.X_val, data.X_test)} == {np.dtype(np.float32)}
    assert {y.dtype for y in (data.y_train, data.y_val, data.y_test)} == {np.dtype(np.int64)}
    assert (data.X_train.min(), data.X_train.max()) == (0, 16)
    assert data.class_names == ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    assert "10.24432/C50P49" in data.description
    assert "CC BY 4.0" in data.description


def test_the_images_are_the_known_ones() -> None:
    data = datasets.digits()
    assert data.images is not None
    assert data.images.shape == (1797, 8, 8)
    assert data.images.dtype == np.uint8
    assert data.images.sum() == 561718
    assert data.images[0, 0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]  # first row of the source


def test_images_and_labels_have_the_known_checksum() -> None:
    packaged = resources.files("scratchwork.datasets").joinpath("digits.npz")
    assert len(packaged.read_bytes()) < 70_000
    with packaged.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        content = archive["images"].tobytes() + archive["labels"].tobytes()
    assert hashlib.sha256(content).hexdigest() == SHA256


def test_the_parts_together_are_the_source() -> None:
    data = datasets.digits(seed=4)
    X = np.concatenate([data.X_train, data.X_val, data.X_test])
    y = np.concatenate([data.y_train, data.y_val, data.y_test])
    assert data.images is not None
    assert sorted(map(bytes, X.astype(np.uint8))) == sorted(map(bytes, data.images))
    assert np.bincount(y).tolist() == COUNTS


def test_classes_are_in_proportion() -> None:
    data = datasets.digits(seed=2)
    for y in (data.y_train, data.y_val, data.y_test):
        ideal = np.array(COUNTS) * len(y) / 1797
        assert np.abs(np.bincount(y) - ideal).max() < 2


def test_the_seed_decides() -> None:
    first, again, other = (datasets.digits(seed=seed).X_train for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_each_call_gives_arrays_of_its_own() -> None:
    datasets.digits().X_train[:] = -1
    assert datasets.digits().X_train.min() == 0


def test_sizes_can_be_chosen() -> None:
    data = datasets.digits(validation=0, test=100)
    assert (len(data.X_train), len(data.X_val), len(data.X_test)) == (1697, 0, 100)
    with pytest.raises(DescriptionError, match="validation expects a fraction"):
        datasets.digits(validation=1.2)


def test_equal_to_scikit_learn() -> None:
    source = pytest.importorskip("sklearn.datasets", reason="scikit-learn is the digits' peer")
    images = datasets.digits().images
    assert images is not None
    assert np.array_equal(images, source.load_digits().images)


def test_importing_loads_nothing_heavy() -> None:
    program = (
        "import sys, scratchwork.datasets.dataset as d; "
        "import scratchwork.datasets as s; "
        "s.digits(); s.iris(); "
        "print(*{'sklearn', 'scipy', 'pandas', 'urllib.request', 'http.client'} & set(sys.modules))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert found.stdout.split() == []
