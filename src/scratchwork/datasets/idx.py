"""Read IDX, the format in which MNIST was published: a header of sizes, then the numbers.

    byte 0, 1    zero
    byte 2       the type of the numbers, see TYPES
    byte 3       how many dimensions
    4 bytes for each dimension: its size, the most significant byte first
    the numbers, the last dimension running fastest, the most significant byte first

Y. LeCun, C. Cortes and C. Burges, 'The MNIST database of handwritten digits', section 'File formats
for the MNIST database'.
"""

from __future__ import annotations

import gzip
import math
import zlib
from os import PathLike
from pathlib import Path
from typing import BinaryIO

import numpy as np

from scratchwork.datasets.dataset import Array
from scratchwork.errors import DataError, FileError

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_BYTES = 2**26  # MNIST's largest file holds 47,040,000
MOST_DIMENSIONS = 4
FRESH = "get a fresh copy of the file"


def read_idx(path: str | PathLike[str], *, most_bytes: int = MOST_BYTES) -> Array:
    """Read one IDX file, plain or compressed with gzip (told by its content, not its name).

    The sizes in the header are checked against the bytes that are there before an array is made,
    and a compressed file is unpacked only as far as its header says.

    Parameters
    ----------
    path : path of the file
    most_bytes : int > 0
        Refuse a file whose numbers would take more bytes than this.

    Returns
    -------
    array of the shape and type in the header, in the byte order of this machine

    Raises
    ------
    FileError
        When the file is missing or cannot be opened.
    DataError
        When it is no IDX file, or is damaged, cut short, longer or larger than it may be.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels-idx1-ubyte")
    ...     count = path.write_bytes(bytes([0, 0, 0x08, 1, 0, 0, 0, 3]) + bytes([5, 0, 4]))
    ...     read_idx(path)
    array([5, 0, 4], dtype=uint8)
    """
    try:
        with open(path, "rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if zipped else open(path, "rb") as stream:
            return _read(stream, Path(path), most_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(str(path), "a whole gzip file", f"a damaged one ({error})", FRESH) from None
    except OSError as error:
        got = error.strerror or str(error)
        raise FileError(str(path), "an IDX file", got, "check the path") from error


def _read(stream: BinaryIO | gzip.GzipFile, path: Path, most_bytes: int) -> Array:
    dtype, shape = _read_header(stream, path)
    size = dtype.itemsize * math.prod(shape)
    if size > most_bytes:
        got = f"a header that claims {size:,}: shape {shape}"
        raise DataError(str(path), f"at most {most_bytes:,} bytes of numbers", got, FRESH)
    body = stream.read(size + 1)
    if len(body) != size:
        got = "more" if len(body) > size else f"{len(body):,}"
        raise DataError(str(path), f"{size:,} bytes of numbers for shape {shape}", got, FRESH)
    numbers = np.frombuffer(body, dtype).reshape(shape)
    return numbers.astype(dtype.newbyteorder("="))  # a copy, so that it may be written to


def _read_header(
    stream: BinaryIO | gzip.GzipFile, path: Path
) -> tuple[np.dtype[np.generic], tuple[int, ...]]:
    magic = stream.read(4)
    known = len(magic) == 4 and magic[:2] == b"\0\0" and magic[2] in TYPES
    if not (known and 1 <= magic[3] <= MOST_DIMENSIONS):
        types = ", ".join(f"{code:02x}" for code in TYPES)
        expected = f"IDX, bytes 00 00, type ({types}), dimensions (01 to {MOST_DIMENSIONS:02x})"
        raise DataError(str(path), expected, magic.hex(" ") or "an empty file", FRESH)
    sizes = stream.read(4 * magic[3])
    if len(sizes) != 4 * magic[3]:
        got = f"{len(sizes)} bytes of them"
        raise DataError(str(path), f"the sizes of {magic[3]} dimensions", got, FRESH)
    return np.dtype(TYPES[magic[2]]), tuple(np.frombuffer(sizes, ">u4").tolist())
