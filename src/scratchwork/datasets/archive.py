"""Read the arrays of an .npz file: what a header claims is checked before memory is asked for.

An .npz file is a zip archive of .npy files: a magic number, a header with type and shape, then the
numbers. Pickled objects, which could run code, are never loaded.

NumPy Enhancement Proposal 1, 'A simple file format for NumPy arrays'; PKWARE's 'APPNOTE.TXT'.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tokenize import TokenError
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from scratchwork.datasets.dataset import Array
from scratchwork.errors import DataError, FileError, ScratchworkError

KINDS = "biufUS"
"""Booleans, whole numbers, numbers, texts: what an array of data may hold."""
LONGEST_HEADER = 2**14
"""Bytes; NumPy itself takes no header of more than 10,000."""
DEFLATE_RATIO = 1032
"""Deflate makes at most so many bytes of one."""
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, EOFError, RuntimeError),  # from the archive
    *(ValueError, TokenError, SyntaxError, MemoryError, OverflowError),  # from a header inside it
    OSError,  # from a place before the file's beginning
)
READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclass(frozen=True)
class Header:
    """What an array in the archive claims to be."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @property
    def nbytes(self) -> int:
        return self.dtype.itemsize * math.prod(self.shape)

    def __str__(self) -> str:
        return f"{self.shape} {self.dtype}"


class Archive:
    """An open .npz file.

    Parameters
    ----------
    path : path
    todo : str
        What the user can do when the file is damaged or holds something else.

    Raises
    ------
    FileError
        When the file cannot be read.
    DataError
        When it is no archive, or damaged.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "two.npz")
    ...     np.savez(path, X=np.ones((3, 2)), y=np.arange(3))
    ...     with Archive(path) as archive:
    ...         print(archive.names, archive.header("X"))
    ...         print(archive.read("y", most_bytes=1000))
    ('X', 'y') (3, 2) float64
    [0 1 2]
    """

    def __init__(self, path: Path, todo: str = "get a fresh copy of the file") -> None:
        self.path, self.todo = path, todo
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            got = error.strerror or str(error)
            todo = f"check the path; {todo}"
            raise FileError(str(path), "an .npz file", got, todo) from error
        except DAMAGE as error:
            raise _damaged(str(path), error, todo) from error
        members = [name for name in self._zip.namelist() if name.endswith(".npy")]
        self.names = tuple(name.removesuffix(".npy") for name in members)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    def header(self, name: str) -> Header:
        """Read type and shape of an array; objects are refused."""
        with self._refusals(self._where(name)), self._zip.open(f"{name}.npy") as member:
            return self._header(name, member)[0]

    def read(self, name: str, *, most_bytes: int) -> Array:
        """Read an array of at most so many bytes.

        Raises
        ------
        DataError
            When it is larger, or not as large as its header claims, or damaged, or holds objects.
        """
        with self._refusals(self._where(name)), self._zip.open(f"{name}.npy") as member:
            self._refuse_size(name, *self._header(name, member), most_bytes)
            member.seek(0)
            array = np.lib.format.read_array(member, allow_pickle=False)
            member.read(1)  # at its end the checksum is tested
        return array

    def _where(self, name: str) -> str:
        return f"{self.path}: {name}"

    def _header(self, name: str, member: IO[bytes]) -> tuple[Header, int]:
        """Return the header and its length; no more is read than a header takes."""
        beginning = BytesIO(member.read(LONGEST_HEADER))
        version = np.lib.format.read_magic(beginning)
        if version not in READERS:
            got = ".".join(map(str, version))
            raise DataError(self._where(name), "version 1.0 or 2.0 of .npy", got, self.todo)
        shape, _, dtype = READERS[version](beginning)
        if dtype.kind not in KINDS or any(size < 0 for size in shape):
            got = f"{shape} {dtype}"
            todo = "save numbers or texts" if dtype.hasobject else self.todo
            raise DataError(self._where(name), "an array of numbers or texts", got, todo)
        return Header(shape, dtype), beginning.tell()

    def _refuse_size(self, name: str, header: Header, begin: int, most_bytes: int) -> None:
        """Refuse what is too large, and what the archive cannot hold."""
        where, info = self._where(name), self._zip.getinfo(f"{name}.npy")
        if header.nbytes > most_bytes:
            expected, got = f"at most {most_bytes:,} bytes", f"{header.nbytes:,}: {header}"
            raise DataError(where, expected, got, self.todo)
        claimed = f"{header.nbytes:,} bytes for {header}"
        if info.file_size - begin != header.nbytes:
            raise DataError(where, claimed, f"{info.file_size - begin:,}", self.todo)
        deflated = info.compress_type == zipfile.ZIP_DEFLATED
        packed = min(info.compress_size, self.path.stat().st_size)
        if info.file_size > packed * (DEFLATE_RATIO if deflated else 1):
            got = f"{packed:,} compressed ones, too few to hold them"
            raise DataError(where, claimed, got, self.todo)

    @contextmanager
    def _refusals(self, where: str) -> Iterator[None]:
        try:
            yield
        except ScratchworkError:
            raise
        except DAMAGE as error:
            raise _damaged(where, error, self.todo) from error


def _damaged(where: str, error: Exception, todo: str) -> DataError:
    return DataError(where, "an .npz file", f"something else or a damaged one ({error})", todo)
