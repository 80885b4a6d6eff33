"""The folder of compiled programs: whose it is, what in it is whole, and what is old.

::

    <root>/compiled/<Numba, Python, processor>/<SHA-256 of the text>/<a build>/
        program.py
        __pycache__/    Numba's files: an index (.nbi) and machine code (.nbc) for each function
        SHA256SUMS      the hashes of all these, written last

Every process builds in a new folder of its own, so that no lock is needed; a build counts from
the moment its list of hashes is there.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from ..datasets.download import cache_folder
from ..errors import ScratchworkWarning
from ..programs import callers_level

PROGRAM, SUMS = "program.py", "SHA256SUMS"
NUMBA_FILES = (".nbi", ".nbc")
DAY = 24 * 60 * 60.0
UNUSED_SECONDS = 90 * DAY
UNFINISHED_SECONDS = DAY  # nothing compiles for longer
MOST_BYTES = 500_000_000


# ---- whose it is ----
def place(*names: str) -> Path | None:
    """Return a folder inside the cache, made where it is missing.

    Where the cache is not ours or takes no files, it is in a private folder of this process, and
    a warning says so once; None where that fails too, or ``SCRATCHWORK_CACHE`` is ``off``.

    Parameters
    ----------
    *names : str
        The folder in the cache, the folder in that, and so on.
    """
    if os.environ.get("SCRATCHWORK_CACHE") == "off":
        return None
    roots: tuple[Callable[[], Path], ...] = (kept, private)
    for root in roots:
        with suppress(OSError, RuntimeError, ValueError):  # no home; a path that cannot be
            path = own(root())
            for name in names:
                path = own(path / name)
            return path
        warn_once(refusal())
    return None


@cache
def warn_once(reason: str) -> None:
    """Compiling takes seconds: who pays them in every process should know."""
    text = (
        f"compiled programs are not kept for the next process: {reason or 'no files can be made'}; "
        "set SCRATCHWORK_CACHE to a folder of yours, or to off"
    )
    warnings.warn(text, ScratchworkWarning, stacklevel=callers_level())


def kept() -> Path:
    """The folder that outlives the process; that of its own, as data sets may be read by all."""
    chosen = os.environ.get("SCRATCHWORK_CACHE")
    return (Path(chosen).expanduser().absolute() if chosen else cache_folder()) / "compiled"


@cache
def private() -> Path:
    """A new folder for this process, removed at its end."""
    folder = tempfile.mkdtemp(prefix="scratchwork-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)


def own(path: Path) -> Path:
    """Make a folder if it is missing; refuse one that others could have written to."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = path.lstat()  # of a symbolic link itself
    ours = stat.S_ISDIR(status.st_mode) and os.access(path, os.W_OK | os.X_OK)
    if hasattr(os, "geteuid"):  # Windows has neither owners nor modes of this kind
        ours = ours and status.st_uid == os.geteuid() and not status.st_mode & 0o077
    if not ours:
        raise PermissionError(f"{path} is not a folder of this user alone")
    return path


def refusal() -> str:
    """Why programs are not kept for the next process; "" if they are. Nothing is made."""
    try:
        folder = kept()
        if os.path.lexists(folder):
            own(folder)  # it is there: this only looks at it
            return ""
        above = next(path for path in folder.parents if path.exists())
        return "" if os.access(above, os.W_OK | os.X_OK) else f"{above} cannot be written"
    except (OSError, RuntimeError, ValueError) as error:
        return str(error)


# ---- what is whole ----
def find(programs: Path, digest: str) -> Path | None:
    """Return a build whose every file matches its hash; builds that do not match are removed.

    Parameters
    ----------
    programs : path
        The folder of the builds of one text.
    digest : str
        The SHA-256 of that text.
    """
    for build in finished(programs):
        if intact(build, digest):
            with suppress(OSError):
                os.utime(build)  # used now
            return build
        remove(build)
    return None


def finished(programs: Path) -> Iterator[Path]:
    """The builds with a list of hashes. Others are being made, or were left by a killed process."""
    return (build for build in folders(programs) if os.path.lexists(build / SUMS))


def intact(build: Path, digest: str) -> bool:
    """Whether the files are those of the list, all and no others, and the text is the one asked."""
    try:
        sums = (build / SUMS).read_bytes()
        return sums == listing(build) and sums.startswith(line(digest, PROGRAM))
    except OSError:
        return False


def seal(build: Path) -> None:
    """Let a build count, if Numba has kept anything and no other build came first."""
    if numba_files(build) and not any(finished(build.parent)):
        partial = build / f"{SUMS}.part"
        partial.write_bytes(listing(build))
        os.replace(partial, build / SUMS)


def listing(build: Path) -> bytes:
    """Names and hashes of the files that are executed or unpickled, for ``sha256sum -c``."""
    names = [PROGRAM, *numba_files(build)]
    return b"".join(line(hash_of(build / name), name) for name in names)


def line(digest: str, name: str) -> bytes:
    return f"{digest}  {name}\n".encode()


def hash_of(path: Path) -> str:
    if not stat.S_ISREG(path.lstat().st_mode):  # a symbolic link, a device, a pipe
        raise OSError(f"{path} is not an ordinary file")
    return hashlib.sha256(path.read_bytes()).hexdigest()


def numba_files(build: Path) -> list[str]:
    """What Numba may unpickle, by name; files that it is still writing end otherwise."""
    inside = build / "__pycache__"
    if inside not in folders(build):
        return []
    return [f"__pycache__/{x}" for x in sorted(os.listdir(inside)) if x.endswith(NUMBA_FILES)]


# ---- what is old ----
def sweep(root: Path) -> None:
    """Remove builds that were not used for 90 days or never finished; over 500 MB, the oldest.

    Parameters
    ----------
    root : path
        The whole cache, all versions of Numba and Python.
    """
    now, total = time.time(), 0
    for used, build in sorted(builds(root), reverse=True):
        complete = (build / SUMS).is_file()
        total += size(build)
        if now - used > (UNUSED_SECONDS if complete else UNFINISHED_SECONDS) or total > MOST_BYTES:
            remove(build)


def builds(root: Path) -> Iterator[tuple[float, Path]]:
    """Every build, with the time of its last use."""
    for version in folders(root):
        for programs in folders(version):
            for build in folders(programs):
                with suppress(OSError):
                    yield build.stat().st_mtime, build


def contents(root: Path) -> tuple[int, int]:
    """How many finished builds there are in the whole cache, and the bytes of all builds."""
    found = [build for _, build in builds(root)]
    return sum((build / SUMS).is_file() for build in found), sum(map(size, found))


def size(build: Path) -> int:
    found = 0
    for folder, _, names in os.walk(build):
        for name in names:
            with suppress(OSError):
                found += os.lstat(os.path.join(folder, name)).st_size
    return found


def remove(build: Path) -> None:
    """Remove a build as far as that can be done, and its folder when it was the last there."""
    with suppress(OSError):
        os.unlink(build / SUMS)  # first, so that half of it never counts
    shutil.rmtree(build, ignore_errors=True)
    with suppress(OSError):
        build.parent.rmdir()


def folders(path: Path) -> list[Path]:
    """The folders in a folder, without symbolic links; none where it cannot be read."""
    try:
        with os.scandir(path) as entries:
            return [path / x.name for x in entries if x.is_dir(follow_symlinks=False)]
    except OSError:
        return []
