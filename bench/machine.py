"""Where it ran: processor, cores, load, versions."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DISTRIBUTIONS = (
    "numpy", "numba", "scipy", "torch", "jax", "keras", "scikit-learn", "onnx", "onnxruntime",
)  # fmt: skip


def processor() -> str:
    """The model's name, as the system gives it."""
    try:
        rows = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(row.split(": ", 1)[1] for row in rows if row.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def described() -> str:
    """A sentence on the machine."""
    cores, load = os.cpu_count(), os.getloadavg()[0]
    return (
        f"{processor()}, {cores} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}; load when the run ended: {load:.1f}"
    )


def versions() -> str:
    """What is installed of the libraries that take part."""
    return ", ".join(f"{name} {found}" for name in DISTRIBUTIONS if (found := version_of(name)))


def version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
