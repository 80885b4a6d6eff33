"""The files of a written program: whole, both or none, and never over what is the user's."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from .errors import DescriptionError, FileError

MARK = "# Scratchwork "
"""How a program of ours begins."""
SEAL = "\n\n# text "
"""Before the hash in its last line, which tells whether it was changed."""
TAKEN = sys.stdlib_module_names | {"numpy", "scratchwork", "torch", "keras", "cupy"}
"""A file of such a name would be imported instead, by every program in its folder."""


# ---- names ----
def program_path(given: object, where: str, *, plain: bool = False) -> Path:
    """The path of a program; ``plain`` says that its name will stand in a text as it is."""
    path = Path(given) if isinstance(given, str | os.PathLike) else Path()
    fits = path.suffix == ".py" and path.name.isprintable()
    if plain:
        fits = fits and path.name.isascii() and not {*"'\"\\"} & {*path.name}
    if not fits:
        raise DescriptionError(
            where,
            f"a file name {'of plain ASCII ' if plain else ''}that ends in .py",
            ascii(str(given) if isinstance(given, os.PathLike) else given),
            "choose another, such as digits.py",
        )
    if path.stem in TAKEN:
        raise DescriptionError(
            where,
            "a name that no module of Python, NumPy, Scratchwork or a framework has",
            path.name,
            "choose another: programs in that folder would import this file instead",
        )
    return path


# ---- whose file it is ----
def sealed(text: str) -> str:
    """A program with the hash of its text as last line, so that no line moves."""
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"{text}{SEAL}{digest}: Scratchwork writes over this file only while it is unchanged\n"


def refuse_foreign(path: Path) -> None:
    """Never write over a file that Scratchwork did not write, or a program changed since."""
    if os.path.lexists(path) and (got := what_to_keep(path)):
        raise FileError(
            f"write {path}",
            "a new file or one that Scratchwork wrote",
            got,
            "choose another name, or move it away",
        )


def what_to_keep(path: Path) -> str:
    """What stands there and is the user's; nothing if it is ours to replace."""
    if path.is_dir():
        return "a folder"
    try:
        if not path.is_file():  # a device or a pipe may have no end
            return "another file"
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as arrays:
                return "" if "scratchwork.npy" in arrays.namelist() else "another file"
        with open(path, encoding="utf-8") as file:  # the rest of a large one is not read
            text = begun + file.read() if (begun := file.read(len(MARK))) == MARK else ""
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile):  # damaged, or not to be read
        return "another file"
    if not text.startswith(MARK):
        return "another file"
    return "" if sealed(text.rpartition(SEAL)[0]) == text else "one that was changed since"


# ---- writing ----
def write_all(files: Mapping[Path, Callable[[BinaryIO], object]]) -> None:
    """Write all files or none: whole into a temporary folder beside them, then into place."""
    paths = list(files)
    try:
        with tempfile.TemporaryDirectory(prefix=".write-", dir=paths[0].absolute().parent) as made:
            for path, content in files.items():
                with open(Path(made, path.name), "wb") as file:
                    content(file)
            put_in_place(Path(made), paths)
    except OSError as error:
        raise FileError(
            f"write {paths[0]}",
            "a folder that takes new files, and room there",
            error.strerror or str(error),
            "make the folder or room, or choose another place",
        ) from error


def put_in_place(made: Path, paths: Sequence[Path]) -> None:
    """Let finished files take their names; if one cannot, the first gets its old content back."""
    first, *others = paths
    old = made / "old"
    if first.exists():
        shutil.copy2(first, old)
    os.replace(made / first.name, first)
    try:
        for path in others:
            os.replace(made / path.name, path)
    except BaseException:
        os.replace(old, first) if old.exists() else first.unlink()
        raise
