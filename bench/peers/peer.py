"""What a worker asks of a peer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from ..data import Array
from ..workloads import Workload


class Peer(ABC):
    """One library with one network in memory.

    Parameters
    ----------
    workload : Workload
    X, y : array
        Rows and classes, or targets (n, 1).
    weights : sequence of array
        W1, b1, W2, ... to begin with.
    **settings
        Of the row in the table of peers.
    """

    ways: Sequence[Mapping[str, Any]] = ({},)

    @abstractmethod
    def __init__(
        self, workload: Workload, X: Array, y: Array, weights: Sequence[Array], **settings: Any
    ) -> None: ...

    def choose(self, *given: Any, **way: Any) -> None:
        """Go on in one of the ``ways``; the worker tries all and keeps the fastest."""
        return

    @abstractmethod
    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        """Train on the first rows, and return when the numbers are there."""

    @abstractmethod
    def raw(self, X: Array) -> Array:
        """The last layer's outputs (n, outputs), or other logits of the same probabilities."""

    def answer(self, times: int) -> None:
        """Predict the probabilities of the first row, so many times."""
        raise NotImplementedError

    def overhead(self) -> float:
        """Seconds that an epoch takes beyond its steps."""
        raise NotImplementedError

    def description(self) -> str:
        """What the report shall say about how it ran."""
        return ""
