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
from ..version import __version__

PACKAGES = {
    "numpy": "computes everything",
    "threadpoolctl": "holds BLAS to one thread, so that runs repeat to the last bit",
    "click": "this command line",
    "rich": "bars and colours",
    "narwhals": "tables of pandas and polars as X and y",
    "scikit-learn": "its metrics by name: metrics=['f1_macro']",
    "pandas": "history.to_frame(), tables as X and y",
    "polars": "history.to_frame('polars'), tables as X and y",
}
"""What Scratchwork uses, and for what. All but NumPy may be missing."""

OPTIONAL = ("pandas", "polars")


def report() -> Iterator[tuple[str, str, str]]:
    """(what, what was found, and what to do about it or nothing)."""
    yield "scratchwork", f"{__version__} in {Path(__file__).parents[1]}", ""
    yield "Python", f"{platform.python_version()} in {sys.prefix}", ""
    yield "machine", f"{platform.system()} {platform.machine()}, {cores()} CPUs", ""
    for package, purpose in PACKAGES.items():
        yield package, *installed(package, purpose)
    yield "engines", "numpy, on one thread", ""
    yield "BLAS", *blas()
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        if name in os.environ:
            yield name, os.environ[name], ""
    yield "cache", *cache()
    yield "MNIST", *mnist()


def cores() -> int:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def installed(package: str, purpose: str) -> tuple[str, str]:
    try:
        return version(package), ""
    except PackageNotFoundError:
        found = "missing (optional)" if package in OPTIONAL else "missing"
        return f"{found}: {purpose}", f"pip install {package}"


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
