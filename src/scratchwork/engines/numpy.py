"""The NumPy engine: runs the text that ``source()`` shows, with BLAS held to one thread."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..description import Description
from ..dialects.load import function, load
from ..program.check import mixes_rows
from ..programs import Source
from ..storage import Array
from ..training.state import Plan, State, step_values, variance
from .blas import one_thread

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
        self.source, self.pace = source, 1
        self.module = load(source.text, self.name, source_file)
        self.arguments = {name: self.asked(name) for name in source.functions}
        self.outputs = {
            name: tuple(str(value.name) for value in program.outputs)
            for name, program in source.programs.items()
        }

        self.mixing = {name for name, program in source.programs.items() if mixes_rows(program)}

    def at(
        self, source: Source, description: Description, source_file: str | Path | None
    ) -> NumpyEngine:
        """The engine at other settings."""
        return NumpyEngine(source, source_file)

    @property
    def loaded(self) -> bool:
        """Whether a program was loaded before; a text always is."""
        return True

    def obstacle(self, state: State, batch_size: int) -> str:
        """What keeps a fit from running; nothing does."""
        return ""

    def alone(self) -> NumpyEngine:
        """The engine for a network in another thread: it has no working arrays."""
        return self

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

    def train(
        self, state: State, plan: Plan, order: Array, rng: np.random.Generator | None,
        totals: Mapping[str, float],
    ) -> dict[str, float]:  # fmt: skip
        """Run train_epoch over the rows of an order; its sums, added to ``totals``.

        Raises
        ------
        FloatingPointError
            If a loss is not finite; the step that computed it has changed nothing.
        """
        values = step_values(state, plan, rng) | {"order": order, "batch_size": plan.batch_size}
        # what is not finite is found and named by the caller; NumPy's warnings would double that
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            before = {f"{name}_sum": totals.get(name, 0.0) for name in self.outputs["train_step"]}
            sums = self.call("train_epoch", {**values, **before})
        return dict(zip(self.outputs["train_step"], as_tuple(sums), strict=True))

    def evaluate(self, state: State, X: Array, y: Array, targets: str) -> dict[str, float]:
        """The means of loss and metrics over all rows, block by block."""
        values = {**state.arrays(), "y_variance": variance(y)}
        totals = dict.fromkeys(self.outputs["evaluate"], 0.0)
        for rows in self.blocks("evaluate", len(X)):
            part = self.named("evaluate", {**values, "X": X[rows], targets: y[rows]})
            for name, value in part.items():
                weight = len(X[rows]) if self.source.means.get(name, True) else 1
                totals[name] += weight * float(value)
        return {name: total / len(X) for name, total in totals.items()}

    def predict(self, state: State, X: Array, name: str) -> Array:
        """The program ``predict`` or ``raw`` for all rows, block by block."""
        values = state.arrays()
        with one_thread():
            if len(X) <= EVALUATION_ROWS:
                P: Array = self.call(name, {**values, "X": X})
                # copied where it is X itself, of a network that does nothing
                return P.copy() if np.may_share_memory(P, X) else P
            blocks = self.blocks(name, len(X))
            return np.concatenate([self.call(name, {**values, "X": X[rows]}) for rows in blocks])

    def blocks(self, name: str, rows: int) -> Iterator[slice]:
        """Blocks of rows, so that memory does not grow with the data; one where rows meet."""
        size = rows if name in self.mixing else EVALUATION_ROWS
        for start in range(0, max(rows, 1), max(size, 1)):
            yield slice(start, start + max(size, 1))


def as_tuple(result: Any) -> tuple[Any, ...]:
    if result is None:  # of a function that returns nothing: there are no parameters
        return ()
    return result if isinstance(result, tuple) else (result,)
