"""What is refused as MNIST: missing, damaged, harmful, or something else."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.mnist_layouts import NAMES, write_idx_folder, write_npz
from tests.datasets.npz_layouts import claim

from scratchwork.datasets import mnist
from scratchwork.errors import DataError, FileError


@pytest.mark.parametrize("key", NAMES)
def test_a_folder_without_one_file(tmp_path: Path, small: dict[str, Any], key: str) -> None:
    folder = write_idx_folder(tmp_path, small)
    (folder / NAMES[key]).unlink()
    with pytest.raises(FileError) as caught:
        mnist(folder)
    assert caught.value.where == str(folder)
    dotted = NAMES[key].replace("-idx", ".idx")
    assert caught.value.expected == f"{NAMES[key]} or {dotted}, plain or .gz"
    assert all(name in caught.value.todo for name in NAMES.values())


@pytest.mark.parametrize("key", NAMES)
def test_an_npz_file_without_one_array(tmp_path: Path, small: dict[str, Any], key: str) -> None:
    del small[key]
    with pytest.raises(DataError, match=rf"expects an .npz file with {key}, got") as caught:
        mnist(write_npz(tmp_path / "mnist.npz", small))
    assert all(other in caught.value.got for other in small)


@pytest.mark.parametrize(
    ("change", "expected", "got"),
    [
        ({"x_train": np.zeros((60, 28, 27), np.uint8)}, "uint8", "(60, 28, 27) uint8"),
        ({"x_train": np.zeros((60, 784), np.uint8)}, "uint8", "(60, 784) uint8"),
        ({"x_train": np.zeros((60, 28, 28))}, "images (n, 28, 28)", "(60, 28, 28) float64"),
        ({"x_test": np.zeros((0, 28, 28), np.uint8)}, "uint8", "(0, 28, 28) uint8"),
        ({"y_train": np.zeros(59, np.uint8)}, "labels (60,)", "labels (59,) uint8"),
        ({"y_train": np.zeros((60, 1), np.uint8)}, "labels (60,)", "labels (60, 1) uint8"),
        ({"y_test": np.zeros(10)}, "of whole numbers", "labels (10,) float64"),
        ({"y_test": np.arange(1, 11)}, "labels 0 to 9", "labels 1 to 10"),
        ({"y_test": np.arange(-1, 9)}, "labels 0 to 9", "labels -1 to 8"),
    ],
)
def test_arrays_of_a_wrong_kind(
    tmp_path: Path, small: dict[str, Any], change: dict[str, Any], expected: str, got: str
) -> None:
    path = write_npz(tmp_path / "mnist.npz", small | change)
    with pytest.raises(DataError) as caught:
        mnist(path)
    part = next(iter(change)).split("_")[1]
    assert caught.value.where == f"{path}: x_{part}"
    assert expected in caught.value.expected
    assert caught.value.got == got


def test_pickles_are_never_loaded(tmp_path: Path, small: dict[str, Any]) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "harm",)

    path = write_npz(tmp_path / "mnist.npz", small | {"y_test": np.array([Harmful()])})
    with pytest.raises(DataError, match=r"an array of numbers or texts, got .* object"):
        mnist(path)
    assert not (tmp_path / "harm").exists()


def test_an_array_larger_than_mnists_is_not_unpacked(tmp_path: Path, small: dict[str, Any]) -> None:
    path = write_npz(tmp_path / "mnist.npz", {k: small[k] for k in NAMES if k != "x_test"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_test.npy", claim((85_600, 28, 28)) + bytes(2**26), compresslevel=1)
    with pytest.raises(DataError, match="expects at most 67,108,864 bytes, got 67,110,400"):
        mnist(path)


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06"])
def test_a_file_that_is_no_npz(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"expects an \.npz file, got something else") as caught:
        mnist(path)
    assert caught.value.where == str(path)
    assert "Keras' mnist.npz or by a folder with the four IDX files" in caught.value.todo


def test_a_damaged_npz_is_always_one_of_our_errors(npz: Path) -> None:
    good = npz.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(good), 150):
        damaged = bytearray(good)
        damaged[place] ^= int(rng.integers(1, 256))
        npz.write_bytes(damaged)
        try:
            mnist(npz)
        except DataError:
            refused += 1
    assert refused > 100  # a byte of the archive's dates, for instance, does no harm
    npz.write_bytes(good[: len(good) // 2])
    with pytest.raises(DataError, match="a damaged one"):
        mnist(npz)
