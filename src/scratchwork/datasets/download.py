"""Download one file once: checked against its SHA-256, and never left half written."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from scratchwork.errors import DataError, FileError

MOST_BYTES = 20_000_000
SECONDS = 30.0
CHUNK = 2**16
OTHERWISE = "try again later, or fetch the file yourself and give its path"


def cache_folder(platform: str = sys.platform) -> Path:
    """Return this library's folder in the user's cache; it need not exist.

    ``%LOCALAPPDATA%\\scratchwork`` on Windows, ``~/Library/Caches/scratchwork`` on macOS, else
    ``$XDG_CACHE_HOME/scratchwork`` or ``~/.cache/scratchwork``.

    Parameters
    ----------
    platform : str
        A value of ``sys.platform``.

    Examples
    --------
    >>> cache_folder("darwin").relative_to(Path.home()).as_posix()
    'Library/Caches/scratchwork'
    """
    if platform == "darwin":
        return Path.home() / "Library" / "Caches" / "scratchwork"
    variable, usual = "XDG_CACHE_HOME", Path.home() / ".cache"
    if platform == "win32":
        variable, usual = "LOCALAPPDATA", Path.home() / "AppData" / "Local"
    chosen = Path(os.environ.get(variable, ""))
    return (chosen if chosen.is_absolute() else usual) / "scratchwork"


def download(
    url: str,
    sha256: str,
    target: Path,
    *,
    most_bytes: int = MOST_BYTES,
    seconds: float = SECONDS,
) -> Path:
    """Download `url` to `target`, which appears whole or not at all.

    The bytes go to a file beside `target`, are hashed on the way, and the file is renamed when the
    hash is right. After any failure, an interrupt included, nothing is left.

    Parameters
    ----------
    url : str
    sha256 : str
        The hash of the right file, 64 hexadecimal digits.
    target : path
        Its folder is made if it is missing.
    most_bytes : int > 0
        Stop when more bytes than this arrive.
    seconds : float > 0
        The longest wait for the server, for the connection and for each piece.

    Returns
    -------
    path
        `target`.

    Raises
    ------
    FileError
        When the server cannot be reached or the file cannot be written.
    DataError
        When the file is too large or its hash is wrong.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     source = Path(folder, "three.txt")
    ...     _ = source.write_bytes(b"abc")
    ...     sha256 = hashlib.sha256(b"abc").hexdigest()
    ...     download(source.as_uri(), sha256, Path(folder, "copy.txt")).read_bytes()
    b'abc'
    """
    from http.client import HTTPException  # slow to import, and most sessions download nothing

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".download-", dir=target.parent) as folder:
            partial = Path(folder, target.name)
            found = _copy(url, partial, most_bytes, seconds)
            if found != sha256:
                raise DataError(url, f"a file with SHA-256 {sha256}", found, OTHERWISE)
            os.replace(partial, target)
    except (OSError, HTTPException) as error:
        raise FileError(url, f"a download to {target}", str(error), OTHERWISE) from error
    return target


def _copy(url: str, partial: Path, most_bytes: int, seconds: float) -> str:
    """Copy the bytes of `url` to `partial` and return their SHA-256."""
    digest, count = hashlib.sha256(), 0
    with _open(url, seconds) as response, partial.open("wb") as file:
        while chunk := response.read(CHUNK):
            count += len(chunk)
            if count > most_bytes:
                raise DataError(url, f"at most {most_bytes:,} bytes", "more", OTHERWISE)
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _open(url: str, seconds: float) -> BinaryIO:
    from urllib.error import HTTPError
    from urllib.request import urlopen

    try:
        return cast(BinaryIO, urlopen(url, timeout=seconds))
    except HTTPError as error:
        error.close()  # it would keep the connection open
        raise
