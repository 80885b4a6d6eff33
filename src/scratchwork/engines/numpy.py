"""The NumPy engine: runs the text that ``source()`` shows, with BLAS held to one thread."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from ..dialects.load import function, load
from ..dialects.numpy_functions import variance_of
from ..program.check import mixes_rows
from ..programs import Source
from ..storage import Array

EVALUATION_ROWS = 1024

EPOCH_OF = {"train_epoch": "train_step"}  # the program behind a function that is a loop


class NumpyEngine:
    """The functions of a network's printed program.

    Parameters
    ----------
    source : Source
        Text and programs, from ``programs.source``.
    source_file : path, optional
        A file for the text, for breakpoints.
    """

    name = "numpy"

    def __init__(self, source: Source, source_file: str | Path | None = None) -> None:
        self.source = source
        self.module = load(source.text, self.name, source_file)
        self.arguments = {name: self.asked(name) for name in source.functions}
        self.outputs = {
            name: tuple(str(value.name) for value in program.outputs)
            for name, program in source.programs.items()
        }

        self.mixing = {name for name, program in source.programs.items() if mixes_rows(program)}

    def asked(self, name: str) -> tuple[str, ...]:
        """What a function takes; its settings are left to their defaults."""
        program = self.source.programs[EPOCH_OF.get(name, name)]
        settings = {str(value.name) for value in program.hyperparameters}
        wanted = inspect.signature(function(self.module, name)).parameters
        return tuple(argument for argument in wanted if argument not in settings)

    def function(self, name: str) -> Callable[..., Any]:
        """One of the running functions; ``inspect.getsource`` of it is ``source(name)``."""
        return function(self.module, name)

    def call(self, name: str, values: Mapping[str, Any]) -> Any:
        """Run a function with the values it asks for by name; settings keep their defaults."""
        # OpenBLAS now and then raises this flag for finite products (numpy/numpy#24067)
        with np.errstate(invalid="ignore"):
            return self.function(name)(**{key: values[key] for key in self.arguments[name]})

    def named(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Run a function; what it returns, by name."""
        result = self.call(name, values)
        return dict(zip(self.outputs[name], as_tuple(result), strict=True))

    def train(self, values: Mapping[str, Any], totals: Mapping[str, float]) -> dict[str, float]:
        """Run train_epoch over ``values["order"]``; its sums, added to ``totals``.

        Raises
        ------
        FloatingPointError
            If a loss is not finite; the step that computed it has changed nothing.
        """
        # what is not finite is found and named by the caller; NumPy's warnings would double that
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            before = {f"{name}_sum": totals.get(name, 0.0) for name in self.outputs["train_step"]}
            sums = self.call("train_epoch", {**values, **before})
        return dict(zip(self.outputs["train_step"], as_tuple(sums), strict=True))

    def evaluate(self, values: Mapping[str, Any], targets: str) -> dict[str, float]:
        """The means of loss and metrics over all rows, block by block."""
        X, y = values["X"], values[targets]
        if "y_variance" in self.arguments["evaluate"]:
            spread = variance_of(y)  # type: ignore[no-untyped-call] # printed as it stands
            values = {**values, "y_variance": spread}
        totals = dict.fromkeys(self.outputs["evaluate"], 0.0)
        for rows in self.blocks("evaluate", len(X)):
            part = self.named("evaluate", {**values, "X": X[rows], targets: y[rows]})
            for name, value in part.items():
                weight = len(X[rows]) if self.source.means.get(name, True) else 1
                totals[name] += weight * float(value)
        return {name: total / len(X) for name, total in totals.items()}

    def predict(self, values: Mapping[str, Any], name: str) -> Array:
        """The program ``predict`` or ``raw`` for all rows, block by block."""
        X = values["X"]
        blocks = self.blocks(name, len(X))
        parts = [self.call(name, {**values, "X": X[rows]}) for rows in blocks]
        # one part is copied only where it is X itself, of a network that does nothing
        whole = len(parts) == 1 and not np.may_share_memory(parts[0], X)
        P: Array = parts[0] if whole else np.concatenate(parts)
        return P

    def blocks(self, name: str, rows: int) -> Iterator[slice]:
        """Blocks of rows, so that memory does not grow with the data; one where rows meet."""
        size = rows if name in self.mixing else EVALUATION_ROWS
        for start in range(0, max(rows, 1), max(size, 1)):
            yield slice(start, start + max(size, 1))


def as_tuple(result: Any) -> tuple[Any, ...]:
    if result is None:  # of a function that returns nothing: there are no parameters
        return ()
    return result if isinstance(result, tuple) else (result,)


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold BLAS to one thread, for repeatable runs; without threadpoolctl it is left alone.

    Most BLAS have one number of threads for the whole process. Where several of Python's threads
    are in here, the first one to leave must not give the others' back.
    """
    found = controller()
    if found is None:
        yield
        return
    with HOLD.shared([each for each in found.lib_controllers if each.user_api == "blas"]):
        yield


class Hold:
    """BLAS at one thread while anyone is in here, and the numbers that it had before."""

    def __init__(self) -> None:
        self.lock, self.holders = RLock(), 0
        self.before: list[int] = []

    @contextmanager
    def shared(self, libraries: Sequence[Any]) -> Iterator[None]:
        """The first one in remembers the numbers; the last one out gives them back."""
        with self.lock:
            mine = [each.num_threads for each in libraries]
            if not self.holders:
                self.before = mine
            self.holders += 1
            for each in libraries:
                each.set_num_threads(1)
        try:
            yield
        finally:
            with self.lock:
                self.holders -= 1
                for each, own, number in zip(libraries, mine, self.before, strict=True):
                    if is_of_one_thread(each):
                        each.set_num_threads(own)
                    elif not self.holders:
                        give_back(each, number)


def is_of_one_thread(library: Any) -> bool:
    """Whether each of Python's threads has its own number: OpenBLAS made with OpenMP."""
    layer = getattr(library, "threading_layer", None)
    return bool(library.internal_api == "openblas" and layer == "openmp")


def give_back(library: Any, number: int) -> None:
    """Set the number of threads, whoever set it last.

    From threadpoolctl 3.8 on only the thread that set it can do so, until it is released.
    """
    release = getattr(library, "clear_controlling_thread", None)
    if release is not None:
        release(force=True)
    library.set_num_threads(number)
    if release is not None:
        release()


HOLD = Hold()


@cache
def controller() -> Any:
    """Of the BLAS libraries of this process, or None. Finding them takes a millisecond: once."""
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()
