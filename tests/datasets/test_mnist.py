"""MNIST: its split, each way to the files, and the real data where they are."""

from __future__ import annotations

import hashlib
import importlib
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.mnist_layouts import write_idx_folder, write_npz

from scratchwork.datasets import mnist
from scratchwork.errors import DataError, DescriptionError, FileError

REAL = os.environ.get("SCRATCHWORK_MNIST")
module = importlib.import_module("scratchwork.datasets.mnist")


def test_an_npz_file(npz: Path, small: dict[str, Any]) -> None:
    data = mnist(npz, seed=0)
    assert (data.X_train.shape, data.X_val.shape) == ((50, 28, 28), (10, 28, 28))
    assert data.X_train.dtype == data.X_test.dtype == np.uint8
    assert data.y_train.dtype == data.y_test.dtype == np.int64
    assert np.array_equal(data.X_test, small["x_test"])
    assert np.array_equal(data.y_test, small["y_test"])
    assert data.class_names == tuple("0123456789")
    assert data.images is None


def test_validation_is_split_off_the_training_images(npz: Path, small: dict[str, Any]) -> None:
    data = mnist(npz, seed=0)
    X = np.concatenate([data.X_train, data.X_val])
    y = np.concatenate([data.y_train, data.y_val])
    pairs = [(x.tobytes(), int(label)) for x, label in zip(X, y, strict=True)]
    source = zip(small["x_train"], small["y_train"], strict=True)
    assert sorted(pairs) == sorted((x.tobytes(), int(label)) for x, label in source)
    assert np.bincount(data.y_val).tolist() == [1] * 10


def test_the_seed_decides(npz: Path) -> None:
    first, again, other = (mnist(npz, seed=seed).X_val for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_validation_as_a_number_of_rows(npz: Path) -> None:
    assert len(mnist(npz, validation=20).X_val) == 20
    assert len(mnist(npz, validation=0).X_train) == 60
    with pytest.raises(DescriptionError, match="at least one of the 60 rows left for training"):
        mnist(npz, validation=10_000)


@pytest.mark.parametrize("dot", ["-", "."])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_a_folder_of_idx_files(
    tmp_path: Path, npz: Path, small: dict[str, Any], dot: str, end: str
) -> None:
    data, same = mnist(str(write_idx_folder(tmp_path, small, dot, end))), mnist(npz)
    for name in ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test"):
        assert np.array_equal(getattr(data, name), getattr(same, name))


def test_the_variable_names_a_file_or_a_folder(
    npz: Path, small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(npz))
    assert len(mnist().X_train) == 50
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(write_idx_folder(npz.parent, small)))
    assert len(mnist().X_train) == 50


def test_a_tilde_is_the_home_folder(
    small: dict[str, Any], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_npz(Path.home() / "mine.npz", small)
    assert len(mnist("~/mine.npz").X_train) == 50
    monkeypatch.setenv("SCRATCHWORK_MNIST", "~/mine.npz")
    assert len(mnist().X_train) == 50


def test_the_path_comes_before_the_variable_and_that_before_the_cache(
    npz: Path, small: dict[str, Any], own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, pixel in ((own_cache / "mnist.npz", 1), (npz.parent / "variable.npz", 2)):
        write_npz(path, small | {"x_test": np.full_like(small["x_test"], pixel)})
    assert mnist().X_test.max() == 1
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(npz.parent / "variable.npz"))
    assert mnist().X_test.max() == 2
    assert mnist(npz).X_test.max() > 2


def test_a_download_happens_once(
    npz: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "URL", npz.as_uri())
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(npz.read_bytes()).hexdigest())
    assert len(mnist().X_train) == 50
    assert list(own_cache.iterdir()) == [own_cache / "mnist.npz"]
    npz.unlink()
    assert len(mnist().X_train) == 50


def assert_names_all_ways(message: str, own_cache: Path) -> None:
    ways = ("mnist(path)", "four IDX files (plain or .gz)", "SCRATCHWORK_MNIST", "downloaded once")
    for way in (*ways, f"mnist.npz to {own_cache}", module.URL, "SCRATCHWORK_OFFLINE=1"):
        assert way in message


def test_a_download_with_a_wrong_hash(
    npz: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "URL", npz.as_uri())
    with pytest.raises(DataError, match=f"a file with SHA-256 {module.SHA256}, got ") as caught:
        mnist()
    assert_names_all_ways(caught.value.todo, own_cache)
    assert list(own_cache.iterdir()) == []


def test_a_download_that_fails(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "URL", (own_cache / "nothing").as_uri())
    with pytest.raises(FileError, match="a download to") as caught:
        mnist()
    assert_names_all_ways(caught.value.todo, own_cache)
    assert list(own_cache.iterdir()) == []


def test_offline_nothing_is_downloaded(
    npz: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        pytest.fail("a download was tried")

    monkeypatch.setattr(module, "download", forbidden)
    monkeypatch.setenv("SCRATCHWORK_OFFLINE", "1")
    with pytest.raises(FileError) as caught:
        mnist()
    assert caught.value.where == "mnist()"
    assert caught.value.expected == "the MNIST files"
    assert caught.value.got.startswith(f"no {own_cache / 'mnist.npz'}, and SCRATCHWORK_OFFLINE")
    assert_names_all_ways(caught.value.todo, own_cache)
    assert not own_cache.exists()
    assert len(mnist(npz).X_train) == 50  # a file is as good as ever


@pytest.mark.parametrize("value", ["", "0"])
def test_offline_can_be_switched_off(
    value: str, npz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "URL", npz.as_uri())
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(npz.read_bytes()).hexdigest())
    monkeypatch.setenv("SCRATCHWORK_OFFLINE", value)
    assert len(mnist().X_train) == 50


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_missing_path(
    by_variable: bool, tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "nothing.npz"
    if by_variable:
        monkeypatch.setenv("SCRATCHWORK_MNIST", str(path))
    with pytest.raises(FileError, match=f"got {path}, missing; give mnist") as caught:
        mnist(None if by_variable else path)
    assert caught.value.where == (
        "the variable SCRATCHWORK_MNIST" if by_variable else "mnist(path)"
    )
    assert_names_all_ways(caught.value.todo, own_cache)


def test_load_data_gives_pairs_as_keras_does(
    npz: Path, small: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(npz))
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert np.array_equal(x_train, small["x_train"])
    assert np.array_equal(y_train, small["y_train"])
    assert np.array_equal(x_test, small["x_test"])
    assert np.array_equal(y_test, small["y_test"])
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype(np.uint8)}
    assert np.array_equal(mnist.load_data(npz)[0][0], x_train)
    with pytest.raises(FileError, match="missing"):
        mnist.load_data(npz.parent / "nothing.npz")


@pytest.mark.skipif(not REAL, reason="set SCRATCHWORK_MNIST to mnist.npz or the IDX files' folder")
def test_the_real_mnist() -> None:
    assert REAL is not None
    data = mnist(REAL, seed=0)
    assert data.X_train.shape == (50_000, 28, 28)
    assert data.X_val.shape == (10_000, 28, 28)
    assert data.X_test.shape == (10_000, 28, 28)
    tests = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    training = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(data.y_test).tolist() == tests
    assert data.y_test[:10].tolist() == [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]
    assert (np.bincount(data.y_train) + np.bincount(data.y_val)).tolist() == training
    assert np.abs(np.bincount(data.y_val) - np.array(training) / 6).max() < 1
    assert round(float(data.X_test.mean() / 255), 4) == 0.1325
