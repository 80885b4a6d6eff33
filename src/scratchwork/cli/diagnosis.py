"""doctor: what is installed, what runs, and what is missing."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..datasets.download import cache_folder
from ..engines.blas import controller
from ..engines.cache import numba_versions
from ..engines.cache_folder import contents, kept, refusal
from ..engines.choice import VARIABLE, check_engine, has_numba, preferred
from ..engines.engine import ENGINES, EngineName
from ..engines.team import cores
from ..errors import DescriptionError
from ..version import __version__

PACKAGES = {
    "numpy": "computes everything",
    "threadpoolctl": "holds BLAS to one thread, so that runs repeat to the last bit",
    "click": "this command line",
    "rich": "bars and colours",
    "numba": "compiles long trainings: engine numba",
    "llvmlite": "makes Numba's machine code",
    "scipy": "multiplies matrices for Numba",
    "narwhals": "tables of pandas and polars as X and y",
    "scikit-learn": "its metrics by name: metrics=['f1_macro']",
    "pandas": "history.to_frame(), tables as X and y",
    "polars": "history.to_frame('polars'), tables as X and y",
}
"""What Scratchwork uses, and for what. All but NumPy may be missing."""

OPTIONAL = ("pandas", "polars")

ABOUT = {
    "numpy": "the NumPy text, on one thread",
    "numba": "compiled, on up to {cores} threads",
}


def report() -> Iterator[tuple[str, str, str]]:
    """(what, what was found, and what to do about it or nothing)."""
    yield "scratchwork", f"{__version__} in {Path(__file__).parents[1]}", ""
    yield "Python", f"{platform.python_version()} in {sys.prefix}", ""
    yield "machine", f"{platform.system()} {platform.machine()}, {cores()} CPUs", ""
    for package, purpose in PACKAGES.items():
        yield package, *installed(package, purpose)
    for name in ENGINES:
        yield f"engine {name}", *engine(name)
    yield "BLAS", *blas()
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        if variable in os.environ:
            yield variable, os.environ[variable], ""
    yield "compiled programs", *compiled_programs()
    yield "downloads", *cache()
    yield "MNIST", *mnist()


def installed(package: str, purpose: str) -> tuple[str, str]:
    try:
        return version(package), ""
    except PackageNotFoundError:
        found = "missing (optional)" if package in OPTIONAL else "missing"
        return f"{found}: {purpose}", f"pip install {package}"


def engine(name: EngineName) -> tuple[str, str]:
    """What an engine is, and whether it can run here."""
    try:
        check_engine(name, name)
        if name == "auto":
            return automatic(), ""
        if name == "numba":
            numba_versions()  # it may be installed, and not fit Python or NumPy
    except DescriptionError as error:
        return f"{error.where} expects {error.expected}, got {error.got}", error.todo
    except Exception as error:  # of any kind: it comes from an import
        return f"cannot be loaded: {error}", "pip install --upgrade numba scipy"
    return ABOUT[name].format(cores=cores()), ""


def automatic() -> str:
    """What "auto" means here."""
    if (taken := preferred()) != "auto":
        return f"{taken}: {VARIABLE}={taken}"
    return "numba for long trainings, else numpy" if has_numba() else "numpy, without Numba"


def compiled_programs() -> tuple[str, str]:
    """Where compiled programs are kept, how many, and how large they are."""
    if os.environ.get("SCRATCHWORK_CACHE") == "off":
        return "not kept: SCRATCHWORK_CACHE=off", ""
    if why := refusal():
        return f"kept for one process alone: {why}", "set SCRATCHWORK_CACHE to a folder of yours"
    number, size = contents(kept())
    return f"{number} programs, {size / 1e6:.1f} MB in {kept()}", ""


def blas() -> tuple[str, str]:
    """The libraries that multiply matrices, with their threads outside of training."""
    found = controller()
    if found is None:
        return "not known: threadpoolctl is missing", "pip install threadpoolctl"
    libraries = [each for each in found.info() if each["user_api"] == "blas"]
    shown = (f"{x['internal_api']} {x['version']}, {x['num_threads']} threads" for x in libraries)
    return "; ".join(shown) or "none that threadpoolctl knows", ""


def cache() -> tuple[str, str]:
    """Where a downloaded MNIST is kept, and whether it can be."""
    folder = cache_folder()
    above = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(above, os.W_OK):
        return f"{folder}, which cannot be written", "set XDG_CACHE_HOME to a folder of yours"
    return f"{folder}{'' if folder.exists() else ', not there yet'}", ""


def mnist() -> tuple[str, str]:
    """Where mnist() would look first."""
    given = os.environ.get("SCRATCHWORK_MNIST")
    if given is None:
        kept = any(cache_folder().glob("*mnist*")) if cache_folder().exists() else False
        return ("in the cache" if kept else "none here; it is downloaded when asked for"), ""
    if Path(given).exists():
        return f"{given} (SCRATCHWORK_MNIST)", ""
    return f"{given} (SCRATCHWORK_MNIST), which is missing", "set it to an .npz file or a folder"
