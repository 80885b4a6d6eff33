"""What was measured, and the numbers that are made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from .peers import PEAKS
from .peers.products import OPERATIONS
from .workloads import OURS, Workload


@dataclass
class Row:
    """One peer with one workload.

    Attributes
    ----------
    seconds : list of float
        Of a step, a prediction or a whole process, one a round.
    overheads : list of float
        Of an epoch of one step, where that is asked.
    prepared, last : mapping
        The worker's answers: loss, way and first seconds; memory.
    error : str
        Why there are no numbers.
    """

    seconds: list[float] = field(default_factory=list)
    overheads: list[float] = field(default_factory=list)
    prepared: Mapping[str, Any] = field(default_factory=dict)
    last: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    def median(self) -> float | None:
        return median(self.seconds) if self.seconds else None

    def spread(self) -> float | None:
        """The slowest round divided by the fastest."""
        return max(self.seconds) / min(self.seconds) if self.seconds else None


Table = dict[str, Row]
Results = dict[str, Table]


def ratio(table: Table, peer: str, ours: str = OURS) -> float | None:
    """The median over the rounds of the peer's time divided by ours in the same round."""
    theirs, own = table.get(peer, Row()).seconds, table.get(ours, Row()).seconds
    count = min(len(theirs), len(own))
    if not count:
        return None
    return median(a / b for a, b in zip(theirs[:count], own[:count], strict=True))


def peak(table: Table, threads: int) -> float | None:
    """Operations a second of large products in the same rounds."""
    seconds = table.get(PEAKS[threads - 1], Row()).median()
    return OPERATIONS / seconds if seconds else None


def floor(workload: Workload, table: Table, threads: int) -> float | None:
    """Seconds of the products of one step at that peak."""
    found, rows = peak(table, threads), workload.batch or workload.check_rows
    return workload.operations(rows) / found if found else None


def middle_loss(table: Table) -> float | None:
    """The median of the losses that the peers reached."""
    losses = [row.prepared.get("loss") for row in table.values()]
    known = [loss for loss in losses if loss is not None]
    return median(known) if known else None


def deviation(table: Table, peer: str) -> float | None:
    """How far the peer's loss is from the middle, as a part of that."""
    middle, loss = middle_loss(table), table[peer].prepared.get("loss")
    return abs(loss - middle) / abs(middle) if middle and loss is not None else None
