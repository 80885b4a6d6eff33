"""Read MNIST's four arrays from Keras' .npz or from a folder with the four IDX files."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from scratchwork.datasets.archive import Archive
from scratchwork.datasets.dataset import Array
from scratchwork.datasets.idx import MOST_BYTES, read_idx
from scratchwork.errors import DataError, FileError

IDX_NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}
FILES = ", ".join(IDX_NAMES.values())
WANTED = "replace it by Keras' mnist.npz or by a folder with the four IDX files"


def read_mnist(path: Path) -> dict[str, Array]:
    """Read MNIST's arrays from `path`, an .npz file or a folder with IDX files.

    Parameters
    ----------
    path : path of the file or folder

    Returns
    -------
    dict
        ``x_train`` and ``x_test`` (n, 28, 28), uint8; ``y_train`` and ``y_test`` (n,), int64, 0
        to 9.

    Raises
    ------
    FileError
        When a file is missing or cannot be opened.
    DataError
        When a file is damaged or holds something else.
    """
    arrays = read_folder(path) if path.is_dir() else read_npz(path)
    for part in ("train", "test"):
        x, y = arrays[f"x_{part}"], arrays[f"y_{part}"]
        _check(f"{path}: x_{part}", x, y)
        arrays[f"y_{part}"] = y.astype(np.int64)
    return arrays


def read_folder(folder: Path) -> dict[str, Array]:
    """Read the four IDX files, plain or .gz, in either of the two spellings of their names."""
    return {key: read_idx(_find(folder, name)) for key, name in IDX_NAMES.items()}


def _find(folder: Path, name: str) -> Path:
    spellings = (name, name.replace("-idx", ".idx"))
    for path in [folder / (spelling + end) for end in ("", ".gz") for spelling in spellings]:
        if path.is_file():
            return path
    expected = f"{spellings[0]} or {spellings[1]}, plain or .gz"
    raise FileError(str(folder), expected, "a folder without it", f"put there {FILES}")


def read_npz(path: Path) -> dict[str, Array]:
    """Read the four arrays of an .npz file in Keras' layout; never unpickles anything."""
    with Archive(path, WANTED) as archive:
        for key in IDX_NAMES:
            if key not in archive.names:
                got = ", ".join(archive.names) or "an archive without arrays"
                raise DataError(str(path), f"an .npz file with {key}", got, WANTED)
        return {key: archive.read(key, most_bytes=MOST_BYTES) for key in IDX_NAMES}


def _check(where: str, x: Array, y: Array) -> None:
    if x.dtype != np.uint8 or x.ndim != 3 or x.shape[1:] != (28, 28) or len(x) == 0:
        got = f"{x.shape} {x.dtype}"
        raise DataError(where, "images (n, 28, 28) uint8", got, WANTED)
    if y.dtype.kind not in "iu" or y.shape != (len(x),):
        got = f"labels {y.shape} {y.dtype}"
        raise DataError(where, f"labels ({len(x)},) of whole numbers", got, WANTED)
    if y.min() < 0 or y.max() > 9:
        got = f"labels {y.min()} to {y.max()}"
        raise DataError(where, "labels 0 to 9", got, WANTED)
