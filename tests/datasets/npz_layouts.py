"""Write .npz files by the format's definition, so that headers can claim what is not there."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path


def claim(shape: object, dtype: str = "|u1", version: tuple[int, int] = (1, 0)) -> bytes:
    """The beginning of an .npy file: magic number and header, before any numbers."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}"
    size = struct.pack("<H" if version == (1, 0) else "<I", 64 + len(header))
    return b"\x93NUMPY" + bytes(version) + size + header.encode() + b" " * 63 + b"\n"


def write_members(path: Path, members: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path
