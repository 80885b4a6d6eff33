"""A user's own file, looked at before it is opened: there, an ordinary file, not too large."""

from __future__ import annotations

import os
import stat
from os import PathLike
from pathlib import Path

from scratchwork.errors import DataError, DescriptionError, FileError
from scratchwork.settings import whole

MOST_BYTES = 2**30
"""A larger file, or larger arrays in it, are read only where `most_bytes` allows them."""


def source_file(
    path: str | PathLike[str], where: str, what: str, most_bytes: int = MOST_BYTES
) -> Path:
    """Return the path of an ordinary file of at most so many bytes; ``~`` is the home folder.

    A folder, a device or a pipe is refused: reading one may never end.

    Parameters
    ----------
    path : str or path
    where : str
        The function that was called, for messages.
    what : str
        What the file should be: "a .csv file".
    most_bytes : int > 0

    Raises
    ------
    FileError
        When there is no such file, it is none, or it may not be read.
    DataError
        When it is larger, or empty.
    DescriptionError
        When `path` is no path, or `most_bytes` no number of bytes.
    """
    whole(f"{where}(most_bytes)", "most_bytes", most_bytes)
    if not isinstance(path, (str, PathLike)):
        got, todo = type(path).__name__, "arrays that you have go to fit as they are"
        raise DescriptionError(f"{where}(path)", f"the path of {what}", got, todo)
    try:
        found = Path(path).expanduser()
        status = os.stat(found)
    except (OSError, ValueError, RuntimeError) as error:  # also a zero byte, or nobody's home
        got = getattr(error, "strerror", None) or str(error)
        todo = f"check the path; the current folder is {Path.cwd()}"
        raise FileError(str(path), what, got, todo) from None
    if not stat.S_ISREG(status.st_mode):
        got = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or a pipe"
        raise FileError(str(path), what, got, "give an ordinary file")
    if status.st_size == 0:
        raise DataError(str(path), what, "an empty file", "get a whole copy")
    if status.st_size > most_bytes:
        todo = f"if it is right, allow it with most_bytes={status.st_size}"
        raise DataError(str(path), f"at most {most_bytes:,} bytes", f"{status.st_size:,}", todo)
    return found
