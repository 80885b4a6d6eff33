"""PyTorch: an eager loop over tensors in memory, or the same with a compiled loss."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any

from ..data import Array
from ..workloads import Workload
from .peer import Peer

torch: Any = import_module("torch")
nn, functional = torch.nn, torch.nn.functional

ACTIVATIONS = {"relu": nn.ReLU, "sigmoid": nn.Sigmoid}
SMALL = 64
"""Up to so many features all rows are put in order at once, which is faster then; measured."""


def network(workload: Workload) -> Any:
    """The workload's network; images are (n, c, h, w) here."""
    activation = ACTIVATIONS[workload.activation]
    layers: list[Any] = []
    channels = (workload.image or (0,))[-1]
    for filters in workload.filters:
        layers += [nn.Conv2d(channels, filters, 3), activation(), nn.MaxPool2d(2)]
        channels = filters
    layers += [nn.Flatten()] if workload.filters else []
    for inputs, outputs in zip(workload.sizes, workload.sizes[1:], strict=False):
        layers += [nn.Linear(inputs, outputs), activation()]
    return nn.Sequential(*layers[:-1])


def set_weights(model: Any, workload: Workload, weights: Sequence[Array]) -> None:
    """Ours are (inputs, outputs), and their images have channels last."""
    with torch.no_grad():
        for i, parameter in enumerate(model.parameters()):
            given = torch.from_numpy(weights[i]).T
            if parameter.ndim == 4:
                filters, channels = parameter.shape[:2]
                given = given.reshape(filters, 3, 3, channels).permute(0, 3, 1, 2)
            elif workload.filters and i == 2 * len(workload.filters):
                side, channels = 5, workload.filters[-1]
                given = given.reshape(-1, side, side, channels).permute(0, 3, 1, 2)
            parameter.copy_(given.reshape(parameter.shape))


def thread_counts(workload: Workload, compiled: bool) -> list[int]:
    """What is tried. Compiling takes long and again for every number: there the size decides."""
    cores = os.cpu_count() or 1
    if compiled:
        large = workload.operations(workload.batch or workload.check_rows) > 1e8
        return [cores if large else 1]
    return sorted({1, cores})


class PyTorch(Peer):
    """Gradients are set to None, the loss is not read; threads are tried."""

    def __init__(
        self,
        workload: Workload,
        X: Array,
        y: Array,
        weights: Sequence[Array],
        threads: int = 0,
        compiled: bool = False,
    ) -> None:
        self.workload, self.y = workload, torch.from_numpy(y)
        self.X = self.rows(X)
        self.model = network(workload)
        set_weights(self.model, workload, weights)
        optimizer = getattr(torch.optim, workload.optimizer)
        self.optimizer = optimizer(self.model.parameters(), lr=workload.rate)
        self.run = torch.compile(self.model) if compiled else self.model
        self.loss = torch.compile(self.loss_of) if compiled else self.loss_of
        counts = [threads] if threads else thread_counts(workload, compiled)
        formats = (False, True) if workload.filters and not compiled else (False,)
        self.ways: list[Mapping[str, Any]] = [
            {"threads": count, "channels_last": last} for count in counts for last in formats
        ]

    def rows(self, X: Array) -> Any:
        found = torch.from_numpy(X)
        return found.permute(0, 3, 1, 2).contiguous() if self.workload.filters else found

    def choose(self, threads: int = 1, channels_last: bool = False) -> None:
        torch.set_num_threads(threads)
        if self.workload.filters:
            chosen = torch.channels_last if channels_last else torch.contiguous_format
            self.X = self.X.contiguous(memory_format=chosen)
            self.model.to(memory_format=chosen)

    def loss_of(self, x: Any, y: Any) -> Any:
        if self.workload.loss == "mean_squared_error":
            return functional.mse_loss(self.model(x), y)
        return functional.cross_entropy(self.model(x), y)

    def batches(self, rows: int, shuffle: bool) -> Iterator[tuple[Any, Any]]:
        batch = self.workload.batch
        if batch is None or batch >= rows:
            return iter([(self.X[:rows], self.y[:rows])])
        order = torch.randperm(rows) if shuffle else torch.arange(rows)
        if self.workload.sizes[0] <= SMALL and not self.workload.filters:
            return zip(self.X[order].split(batch), self.y[order].split(batch), strict=True)
        return ((self.X[some], self.y[some]) for some in order.split(batch))

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        loss, optimizer = self.loss, self.optimizer
        for _ in range(epochs):
            for x, y in self.batches(rows, shuffle):
                optimizer.zero_grad()
                loss(x, y).backward()
                optimizer.step()

    def raw(self, X: Array) -> Array:
        with torch.no_grad():
            found: Array = self.model(self.rows(X)).numpy()
            return found

    def answer(self, times: int) -> None:
        self.model.eval()
        row, model = self.X[:1], self.run
        with torch.inference_mode():
            for _ in range(times):
                torch.softmax(model(row), 1)


PEER = PyTorch
