"""The peers: which module speaks for each, what it needs, and how its process is started."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from ..workloads import (
    COMPILED,
    JAX,
    KERAS,
    NUMPY,
    ONNX,
    OURS,
    SKLEARN,
    TORCH,
    TORCH_ONE,
)
from .peer import Peer

PEAKS = ("peak, 1 thread", "peak, 2 threads")


@dataclass(frozen=True)
class Entry:
    """A row of the table of peers."""

    module: str
    needs: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    compiler: bool = False

    def missing(self) -> str:
        """What is not installed, or nothing."""
        missing = [name for name in self.needs if find_spec(name) is None]
        if self.compiler and not any(map(shutil.which, ("g++", "clang++", "c++"))):
            missing.append("a C++ compiler")
        return ", ".join(missing)

    def load(self) -> type[Peer]:
        """The class, with which its library is imported."""
        found: type[Peer] = import_module(f"bench.peers.{self.module}").PEER
        return found


PEERS = {
    OURS: Entry("ours", ("scratchwork",), {"engine": "numba"}),
    NUMPY: Entry("ours", ("scratchwork",), {"engine": "numpy"}),
    TORCH: Entry("pytorch", ("torch",)),
    TORCH_ONE: Entry("pytorch", ("torch",), {"threads": 1}),
    COMPILED: Entry("pytorch", ("torch",), {"compiled": True}, compiler=True),
    JAX: Entry("with_jax", ("jax",), environment={"JAX_PLATFORMS": "cpu"}),
    KERAS: Entry(
        "with_keras",
        ("keras", "jax"),
        environment={"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
    ),
    SKLEARN: Entry("scikit_learn", ("sklearn", "threadpoolctl")),
    ONNX: Entry("onnx_runtime", ("onnx", "onnxruntime")),
    PEAKS[0]: Entry("products", ("threadpoolctl",), {"threads": 1}),
    PEAKS[1]: Entry("products", ("threadpoolctl",), {"threads": 2}),
}
