"""Text becomes running code: the one place that executes generated programs."""

from __future__ import annotations

import hashlib
import linecache
import sys
import weakref
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from ..files import program_path, refuse_foreign, sealed, write_all


def load(text: str, dialect: str, source_file: str | Path | None = None) -> ModuleType:
    """Run the text of a program as a module, so that debuggers and tracebacks show its lines.

    The text stands in Python's line cache under the hash of its content, or in ``source_file``,
    where an editor can set breakpoints. The file ends with one line more, the hash of the text.

    Raises
    ------
    DescriptionError
        If ``source_file`` is no name of a program.
    FileError
        If the file cannot be written, or is there and was not written by Scratchwork or was
        changed since. It is then as it was.
    """
    module = ModuleType(f"scratchwork_program_{dialect}")
    if source_file is None:
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        filename = f"<scratchwork {dialect} {digest}>"
        show_lines(text, filename, module)
    else:
        path, text = program_path(source_file, "compile(source_file)"), sealed(text)
        filename = str(write_source(text, path))
    module.__file__ = filename
    exec(compile(text, filename, "exec"), module.__dict__)
    return module


def load_file(path: Path, text: str, name: str) -> ModuleType:
    """Run the text of a file as the module ``name``; other processes find what it compiles to.

    The text is that of the file, so that what was checked is what runs. Numba keeps its files
    beside a function's file, and finds the module by its name.
    """
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        exec(compile(text, str(path), "exec"), module.__dict__)
    except BaseException:
        del sys.modules[name]
        raise
    return module


SHOWN: Counter[str] = Counter()
"""How many living modules have their lines in Python's line cache, by file name."""


def show_lines(text: str, filename: str, module: ModuleType) -> None:
    """Put a text into the line cache, for as long as a function of the module lives."""
    # no modification time: linecache.checkcache() leaves such an entry alone
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    SHOWN[filename] += 1
    module.__dict__["__module__"] = module  # its functions keep it alive
    weakref.finalize(module, hide_lines, filename)


def hide_lines(filename: str) -> None:
    SHOWN[filename] -= 1
    if not SHOWN[filename]:
        del SHOWN[filename]
        linecache.cache.pop(filename, None)


def write_source(text: str, path: Path) -> Path:
    """Write a program where the user asked for it, but never over a file of theirs."""
    path = path.absolute()
    refuse_foreign(path)
    write_all({path: lambda file: file.write(text.encode())})
    linecache.checkcache(str(path))
    return path


def function(module: ModuleType, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(module, name)
    return found
