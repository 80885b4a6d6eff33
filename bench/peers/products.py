"""The machine itself: how fast products of large matrices are, the floor of all training."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ..data import Array
from ..workloads import Workload
from .peer import Peer

threadpoolctl: Any = import_module("threadpoolctl")

SIDE = 1024
OPERATIONS = 2 * SIDE**3


class Products(Peer):
    """A step is one product of float32 matrices of 1024 x 1024 with NumPy's BLAS."""

    def __init__(
        self, workload: Workload, X: Array, y: Array, weights: Sequence[Array], threads: int = 1
    ) -> None:
        rng = np.random.default_rng(0)
        self.A, self.B = (rng.standard_normal((SIDE, SIDE)).astype(np.float32) for _ in range(2))
        self.out = np.empty_like(self.A)
        for library in threadpoolctl.ThreadpoolController().lib_controllers:
            library.set_num_threads(threads)

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        self.answer(epochs)

    def raw(self, X: Array) -> Array:
        return self.out

    def answer(self, times: int) -> None:
        for _ in range(times):
            np.dot(self.A, self.B, out=self.out)


PEER = Products
