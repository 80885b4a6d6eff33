"""Write small files in MNIST's layouts, by the format's definition and not by our reader."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np

NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def idx_bytes(array: np.ndarray[Any, Any], code: int = 0x08) -> bytes:
    header = struct.pack(">BBBB", 0, 0, code, array.ndim)
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def write_idx_folder(folder: Path, arrays: dict[str, Any], dot: str = "-", end: str = "") -> Path:
    for key, name in NAMES.items():
        content = idx_bytes(arrays[key])
        path = folder / (name.replace("-idx", f"{dot}idx") + end)
        path.write_bytes(gzip.compress(content) if end else content)
    return folder


def write_npz(path: Path, arrays: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **arrays)
    return path
