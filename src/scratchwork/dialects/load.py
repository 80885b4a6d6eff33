"""Text becomes running code: the one place that executes generated programs."""

from __future__ import annotations

import hashlib
import linecache
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..errors import FileError

MARK = "# Scratchwork "


def load(text: str, dialect: str, source_file: str | Path | None = None) -> ModuleType:
    """Run the text of a program as a module, so that debuggers and tracebacks show its lines.

    The text stands in Python's line cache under the hash of its content, or in ``source_file``,
    where an editor can set breakpoints.

    Raises
    ------
    FileError
        If the file cannot be written, or is there and was not written by Scratchwork.
    """
    if source_file is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        filename = f"<scratchwork {dialect} {digest}>"
        # no modification time: linecache.checkcache() leaves such an entry alone
        linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    else:
        filename = str(write_source(text, Path(source_file)))
    module = ModuleType(f"scratchwork_program_{dialect}")
    module.__file__ = filename
    exec(compile(text, filename, "exec"), module.__dict__)
    return module


def write_source(text: str, path: Path) -> Path:
    """Write a program where the user asked for it, but never over a file of theirs."""
    path = path.absolute()
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(MARK):
            raise FileError(
                str(path),
                "a new file or a program of Scratchwork",
                "another file",
                "choose another name for source_file",
            )
        path.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, FileError):
            raise
        raise FileError(
            str(path),
            "a file that can be written",
            str(error),
            "choose another place for source_file",
        ) from error
    linecache.checkcache(str(path))
    return path


def function(module: ModuleType, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(module, name)
    return found
