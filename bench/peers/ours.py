"""Scratchwork, through its public door."""

from __future__ import annotations

import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from ..data import Array
from ..workloads import Workload
from .peer import Peer

sw: Any = import_module("scratchwork")


def compiled(model: Any, workload: Workload, engine: str, **more: Any) -> Any:
    """The model, compiled for the workload."""
    optimizer = getattr(sw, workload.optimizer)(workload.rate)
    model.compile(workload.loss, optimizer, engine=engine, seed=0, **more)
    return model


def layers(workload: Workload) -> list[Any]:
    """The description of the workload's network."""
    found: list[Any] = []
    for filters in workload.filters:
        found += [sw.Conv2D(filters, 3, workload.activation), sw.MaxPool2D(2)]
    found += [sw.Flatten()] if workload.filters else []
    hidden = [sw.Dense(size, activation=workload.activation) for size in workload.sizes[1:-1]]
    return [*found, *hidden, sw.Dense(workload.sizes[-1])]


class Ours(Peer):
    """Order, metrics and history are part of every fit."""

    def __init__(
        self,
        workload: Workload,
        X: Array,
        y: Array,
        weights: Sequence[Array],
        engine: str = "numba",
    ) -> None:
        self.workload, self.X, self.y = workload, X, y
        metrics = ["accuracy"] if workload.loss == "cross_entropy" else []
        self.model = compiled(sw.Sequential(layers(workload)), workload, engine, metrics=metrics)
        self.model.build(X.shape[1:])
        self.model.set_parameters(dict(zip(self.model.parameters, weights, strict=True)))
        self.asked, self.ran = engine, engine

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        self.fit(rows, epochs, self.workload.batch, shuffle)

    def fit(self, rows: int, epochs: int, batch: int | None, shuffle: bool = True) -> None:
        history = self.model.fit(
            self.X[:rows], self.y[:rows], batch_size=batch, epochs=epochs, shuffle=shuffle,
            verbose=0,
        )  # fmt: skip
        self.ran = history.engine
        if self.asked not in ("auto", self.ran):
            raise RuntimeError(f"engine {self.asked} was asked for, {self.ran} ran")

    def raw(self, X: Array) -> Array:
        found: Array = self.model.predict(X, raw=True)
        return found

    def answer(self, times: int) -> None:
        predict, row = self.model.predict, self.X[:1]
        for _ in range(times):
            predict(row)

    def overhead(self) -> float:
        """From fits of 50 and 450 epochs of a single step each: what 400 epochs take.

        The cost of calling fit is in both and goes away; the step itself is subtracted later.
        """
        seconds = []
        for epochs in (50, 450):
            started = time.perf_counter()
            self.fit(self.workload.batch or 1, epochs, self.workload.batch)
            seconds.append(time.perf_counter() - started)
        return (seconds[1] - seconds[0]) / 400

    def description(self) -> str:
        return f"engine {self.ran}"


PEER = Ours
