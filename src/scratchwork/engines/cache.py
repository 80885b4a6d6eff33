"""Compiled programs: text becomes a module of Numba functions, compiled once and kept on disk."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import RLock
from types import ModuleType

from ..dialects.load import load, load_file
from ..errors import ScratchworkError
from .cache_folder import PROGRAM, SUMS, find, place, remove, seal, sweep

KEPT, NOT_KEPT = "\nCACHE = True\n", "\nCACHE = False\n"
"""The line of a program that says whether Numba keeps its machine code."""
CODE_OPTIONS = (
    *("CPU_NAME", "CPU_FEATURES", "OPT", "LOOP_VECTORIZE", "SLP_VECTORIZE", "ENABLE_AVX"),
    *("BOUNDSCHECK", "DEBUGINFO_DEFAULT"),
)
"""Numba's options that change machine code; what it keeps does not tell them apart."""
PLACE_OPTIONS = ("CACHE_DIR", "CACHE_LOCATOR_CLASSES")
"""Numba's options that would move its files to where nobody checks them."""

MODULES: dict[str, ModuleType] = {}
LOCK = RLock()


class CompileError(ScratchworkError, RuntimeError):
    """Numba is missing, or cannot compile a program; the program can still run in NumPy."""


def compiled(text: str) -> ModuleType:
    """Return a program's module, its functions compiled or read from the cache.

    The same text gives the same module. Threads that ask at once compile once; processes that
    ask at once may each compile, and one result is kept. Whatever is wrong with the cache costs
    a compilation at most: nothing damaged is executed, and where nothing can be written the
    program is compiled in memory.

    Parameters
    ----------
    text : str
        A program that imports NumPy, Numba and llvmlite alone, whose functions have explicit
        signatures and ``cache=CACHE``, with a line ``CACHE = True`` after the first.

    Raises
    ------
    CompileError
        When Numba is missing or refuses the program.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    key = digest + " as Python" * no_compiler()  # not for those who want it compiled later
    if key not in MODULES:
        with LOCK:
            if key not in MODULES:
                MODULES[key] = from_numba(text, digest)
    return MODULES[key]


def no_compiler() -> bool:
    """Whether Numba was told to leave functions as Python's, to look into them."""
    with suppress(ImportError):
        from numba import config

        return bool(config.DISABLE_JIT)
    return False


def from_numba(text: str, digest: str) -> ModuleType:
    try:
        versions = numba_versions()
        # whatever the folder did, a compilation in memory tells whether the text is to blame
        with suppress(Exception):
            if programs := place(versions, digest):
                return from_folder(programs, text, digest)
        return load(text.replace(KEPT, NOT_KEPT, 1), "numba")
    except Exception as error:
        message = str(error).strip() or "no message"
        raise CompileError(
            'engine "numba"',
            "Numba, and a program that it can compile",
            f"{type(error).__name__}: {message.splitlines()[0]}",
            'install a Numba that fits this Python and NumPy, or choose engine="numpy"',
        ) from error


def from_folder(programs: Path, text: str, digest: str) -> ModuleType:
    """Read a program from its builds, or build it."""
    name = f"scratchwork_compiled_{digest[:16]}"  # Numba's files hold it: the same in all processes
    with files_beside_the_program():
        if build := find(programs, digest):
            try:
                return load_file(build / PROGRAM, text, name)
            except Exception:  # whole, but of no use
                remove(build)
        module = build_program(programs, text, name)
    sweep(programs.parents[1])
    return module


def build_program(programs: Path, text: str, name: str) -> ModuleType:
    """Compile in a new folder; what is left of a compilation that fails is removed."""
    programs.mkdir(mode=0o700, exist_ok=True)  # it went with the last build
    build = Path(tempfile.mkdtemp(dir=programs))
    try:
        (build / PROGRAM).write_bytes(text.encode())
        module = load_file(build / PROGRAM, text, name)
        seal(build)
        return module
    finally:
        if not (build / SUMS).is_file():
            remove(build)


# ---- Numba ----
def numba_versions() -> str:
    """The folder of all that decides about machine code, besides the program."""
    import numba
    import numpy as np

    options = [str(getattr(numba.config, name, None)) for name in CODE_OPTIONS]
    rest = "\n".join([processor(), np.__version__, *options])
    digest = hashlib.sha256(rest.encode()).hexdigest()[:12]
    python = f"{sys.implementation.cache_tag}{getattr(sys, 'abiflags', '')}"
    return f"numba-{numba.__version__}-{python}-{digest}"


@cache
def processor() -> str:
    """Name and features, as LLVM reads them; a millisecond."""
    import llvmlite.binding as llvm  # type: ignore[import-untyped, unused-ignore]

    return f"{llvm.get_host_cpu_name()}\n{llvm.get_host_cpu_features().flatten()}"


@contextmanager
def files_beside_the_program() -> Iterator[None]:
    """Let Numba keep its files beside the program, whatever NUMBA_CACHE_DIR says."""
    from numba import config

    given = {name: getattr(config, name, "") for name in PLACE_OPTIONS}
    try:
        vars(config).update(dict.fromkeys(PLACE_OPTIONS, ""))
        yield
    finally:
        vars(config).update(given)
