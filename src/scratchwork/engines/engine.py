"""What an engine is: the programs of a network, loaded, that run over batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

from ..description import Description
from ..programs import Source
from ..storage import Array

if TYPE_CHECKING:
    import numpy as np

    from ..training.state import Plan, State

EngineName: TypeAlias = Literal["auto", "numpy", "numba"]
ENGINES: tuple[EngineName, ...] = ("auto", "numpy", "numba")


class Engine(Protocol):
    """Runs a network's programs; the NumPy text is there whatever runs.

    Attributes
    ----------
    name : "numpy" or "numba"
    source : Source
        The programs and their NumPy text.
    outputs, arguments : dict of str to tuple of str
        What each program returns, and what its function takes, by name.
    mixing : set of str
        The programs that take all rows at once.
    pace : int
        How many batches the training loop gives it at a time.
    """

    name: str
    source: Source
    outputs: dict[str, tuple[str, ...]]
    arguments: dict[str, tuple[str, ...]]
    mixing: set[str]
    pace: int

    @property
    def loaded(self) -> bool: ...

    def at(
        self, source: Source, description: Description, source_file: str | Path | None
    ) -> Engine: ...

    def alone(self) -> Engine: ...

    def obstacle(self, state: State, batch_size: int) -> str: ...

    def function(self, name: str) -> Callable[..., Any]: ...

    def call(self, name: str, values: Mapping[str, Any]) -> Any: ...

    def named(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]: ...

    def train(
        self, state: State, plan: Plan, order: Array, rng: np.random.Generator | None,
        totals: Mapping[str, float],
    ) -> dict[str, float]: ...  # fmt: skip

    def evaluate(self, state: State, X: Array, y: Array, targets: str) -> dict[str, float]: ...

    def predict(self, state: State, X: Array, name: str) -> Array: ...
