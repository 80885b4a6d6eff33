"""Read MNIST's four arrays from Keras' .npz or from a folder with the four IDX files."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from tokenize import TokenError

import numpy as np

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
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError),  # from the archive
    *(ValueError, TokenError, MemoryError),  # from NumPy's header inside it
)


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
    try:
        with zipfile.ZipFile(path) as archive:
            return {key: _read_member(archive, path, f"{key}.npy") for key in IDX_NAMES}
    except DataError:
        raise
    except DAMAGE as error:
        got = f"something else or a damaged one ({error})"
        raise DataError(str(path), "an .npz file", got, WANTED) from error
    except OSError as error:
        got = error.strerror or str(error)
        raise FileError(str(path), "MNIST's .npz file", got, f"check the path; {WANTED}") from error


def _read_member(archive: zipfile.ZipFile, path: Path, member: str) -> Array:
    members = archive.namelist()
    if member not in members:
        got = ", ".join(members) or "an empty archive"
        raise DataError(str(path), f"an .npz file with {member}", got, WANTED)
    size = archive.getinfo(member).file_size
    if size > MOST_BYTES:
        expected = f"at most {MOST_BYTES:,} bytes"
        raise DataError(f"{path}: {member}", expected, f"{size:,}", WANTED)
    content = BytesIO(archive.read(member))  # whole, so that its checksum is tested first
    return np.lib.format.read_array(content, allow_pickle=False)


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
