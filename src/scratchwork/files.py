"""The files of a written program: whole, both or none, and never over a file of the user's."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from .dialects.load import MARK
from .errors import DescriptionError, FileError


def check_name(path: Path) -> None:
    """Refuse what is no ``.py``, and names that would not stand in the text as they are."""
    plain = path.name.isascii() and path.name.isprintable() and not {*'"\\'} & {*path.name}
    if path.suffix != ".py" or not plain:
        raise DescriptionError(
            "write",
            "a file name of plain ASCII that ends in .py",
            ascii(str(path)),
            "choose another, such as digits.py",
        )


def refuse_foreign(path: Path) -> None:
    """Never write over a file that Scratchwork did not write."""
    if os.path.lexists(path) and not is_ours(path):
        raise FileError(
            f"write {path}",
            "a new file or one that Scratchwork wrote",
            "a folder" if path.is_dir() else "another file",
            "choose another name, or move it away",
        )


def is_ours(path: Path) -> bool:
    """Whether the file says that Scratchwork wrote it."""
    try:
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as arrays:
                return "scratchwork.npy" in arrays.namelist()
        with open(path, "rb") as file:
            return file.read(len(MARK)) == MARK.encode()
    except (OSError, zipfile.BadZipFile):  # a folder, damaged, not to be read: not ours to replace
        return False


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
