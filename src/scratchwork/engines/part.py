"""One compiled function, with the vectors that it works in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

from ..dialects.numba.compiled import Compiled
from ..program.ir import Value
from ..storage import Array
from ..training.interrupt import Interrupt
from ..training.state import State
from .blas import refresh
from .cache import compiled, no_compiler
from .team import Crew, most_threads

BLOCK_BYTES = 4_000_000
"""What the arrays of a block of rows take together, at most."""

SLICE_FLOPS = 5_000_000
"""A slice of a batch has at least this much to do."""


class Part:
    """A compiled program; what depends on the batch is made anew when that changes.

    Parameters
    ----------
    made : Compiled
    dtype : "float32" or "float64"
    """

    def __init__(self, made: Compiled, dtype: str) -> None:
        self.made, self.dtype = made, dtype
        with Interrupt():  # half an import of Numba would be of no use to the rest of the process
            self.function = getattr(compiled(made.text), made.name)
            self.gemm = 0
        if no_compiler():  # Python's loops tell of numbers that are looked at afterwards
            self.function = np.errstate(all="ignore")(self.function)
        else:
            self.gemm = gemm_address(dtype)
        refresh()  # Numba's products have a BLAS of their own
        self.settings = np.zeros(len(made.settings))
        self.fixed: dict[str, Any] = {
            "sync": np.zeros(16, np.int64),
            "gemm": self.gemm,
            "sizes": np.array(made.sizes, np.int64),
            "starts": np.array(made.starts, np.int64),
            "ranges": np.array(made.ranges, np.int64).reshape(-1, 3),
            "numbers": np.zeros(made.numbers),
            "settings": self.settings,
        }
        self.batch_size, self.crew = 0, Crew(1)
        self.sized: dict[str, Any] = {}
        self.at = {name: i for i, name in enumerate(made.arguments)}
        self.arguments: list[Any] = []
        self.lock = Lock()

    def alone(self) -> Part:
        """The same function, with vectors of its own."""
        twin: Part = object.__new__(Part)
        twin.__dict__.update(self.__dict__)
        twin.settings = self.settings.copy()
        own = {"sync": np.zeros(16, np.int64), "numbers": np.zeros(self.made.numbers)}
        twin.fixed = {**self.fixed, **own, "settings": twin.settings}
        twin.batch_size, twin.sized, twin.lock = 0, {}, Lock()
        return twin

    def set(self, hyperparameters: Mapping[Value, float]) -> None:
        """Take over the numbers of a program's settings."""
        numbers = {str(value.name): number for value, number in hyperparameters.items()}
        self.settings[:] = [numbers[name] for name in self.made.settings]

    def resize(self, batch_size: int) -> None:
        """Make what depends on the size of a batch."""
        made = self.made
        slices = slice_count(made, batch_size)
        self.batch_size = batch_size
        self.crew = Crew(most_threads(slices) if self.gemm else 1)  # Python has no atomic numbers
        outputs = made.split[1] if "shared" in self.at else 0
        self.sized = {
            "batch_size": batch_size,
            "slices": slices,
            "block": block_rows(made, -(-batch_size // slices)),
            "gradients": np.zeros((slices, made.gradient_size), self.dtype),
            "sums": np.zeros((slices, made.sums)),
            "draws": np.zeros(made.draws * batch_size),
            "shared": np.zeros((slices + 1) * batch_size * outputs, self.dtype),
        }
        values = {"thread": 0, "threads": 1, **self.fixed, **self.sized}
        self.arguments = [values.get(name) for name in made.arguments]

    def run(
        self, data: Mapping[str, Array], given: Mapping[str, Any], state: State, batch_size: int
    ) -> int:
        """Call the function for all batches; how many it went through."""
        at = self.at
        with self.lock:  # two threads may evaluate one model
            if batch_size != self.batch_size:
                self.resize(batch_size)
            arguments = self.arguments.copy()
            for name, array in data.items():
                if (place := at.get("all_" + name)) is not None:
                    arguments[place] = as_rows(array)
            for name, value in given.items():
                if name in at:
                    arguments[at[name]] = value
            arguments[at["parameters"]] = state.parameters.flat
            arguments[at["layers"]] = state.layers.flat
            arguments[at["optimizer"]] = state.optimizer.flat
            return self.crew.run(self.function, arguments, self.fixed["sync"])


def slice_count(made: Compiled, rows: int) -> int:
    """How many slices a batch has: it follows from the program and the batch alone."""
    if made.whole or rows < 64 or rows * made.row_flops < 2 * SLICE_FLOPS:
        return 1
    return 2 if rows < 1024 else min(8, rows // 512)


def block_rows(made: Compiled, rows: int) -> int:
    """How many rows are gone through together: all of a small batch, a cache full of a large."""
    return rows if made.whole else max(1, min(rows, BLOCK_BYTES // max(made.row_bytes, 1)))


def is_by_inputs(made: Compiled, rows: int) -> bool:
    """Whether the first layer of a batch is shared out by its inputs: where these are many."""
    slices = slice_count(made, rows)
    return slices > 1 and made.split[0] > 2 * rows and block_rows(made, rows) == rows


def as_rows(X: Array) -> Array:
    """Images as rows of numbers, side by side; a read-only array passes as one that is not."""
    rows = np.ascontiguousarray(X.reshape(len(X), -1) if X.ndim > 2 else X)
    return rows if rows.flags.writeable else np.asarray(Unlocked(rows))


@cache
def gemm_address(dtype: str) -> int:
    """Where SciPy's BLAS has the product of two matrices."""
    from numba.extending import get_cython_function_address

    name = {"float32": "sgemm", "float64": "dgemm"}[dtype]
    address: int = get_cython_function_address("scipy.linalg.cython_blas", name)
    return address


class Unlocked:
    """The memory of an array without its lock: the compiled function's type has none, and writes
    nothing to it.
    """

    def __init__(self, array: Array) -> None:
        place, _ = array.__array_interface__["data"]
        self.array = array
        self.__array_interface__ = {**array.__array_interface__, "data": (place, False)}
