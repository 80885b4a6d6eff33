"""Keras on the JAX backend: Sequential, compile, fit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ..data import Array
from ..workloads import Workload
from .peer import Peer

keras: Any = import_module("keras")

LOSSES = {
    "cross_entropy": lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    "mean_squared_error": keras.losses.MeanSquaredError,
}
CALLS = ("model(x)", "predict_on_batch", "predict")


def network(workload: Workload) -> Any:
    shape = workload.image or workload.sizes[:1]
    layers: list[Any] = [keras.Input(shape)]
    for filters in workload.filters:
        layers += [
            keras.layers.Conv2D(filters, 3, activation=workload.activation),
            keras.layers.MaxPooling2D(2),
        ]
    layers += [keras.layers.Flatten()] if workload.filters else []
    for size in workload.sizes[1:-1]:
        layers.append(keras.layers.Dense(size, activation=workload.activation))
    return keras.Sequential([*layers, keras.layers.Dense(workload.sizes[-1])])


class Keras(Peer):
    """fit of arrays; one and 32 steps an execution are tried, and every call that predicts."""

    def __init__(self, workload: Workload, X: Array, y: Array, weights: Sequence[Array]) -> None:
        self.workload, self.X, self.y = workload, X, y
        self.model = network(workload)
        shapes = [each.shape for each in self.model.weights]
        given = [each.reshape(shape) for each, shape in zip(weights, shapes, strict=True)]
        self.model.set_weights(given)
        self.ways: list[Mapping[str, Any]] = [{"steps_per_execution": n} for n in (1, 32)]
        if workload.kind == "prediction":
            self.model = keras.Sequential([self.model, keras.layers.Softmax()])
            self.ways = [{"call": name} for name in CALLS]
        elif workload.batch is None or workload.kind == "first fit":
            self.ways = self.ways[:1]
        self.steps, self.call = 0, CALLS[0]

    def choose(self, steps_per_execution: int = 1, call: str = CALLS[0]) -> None:
        self.call = call
        if steps_per_execution != self.steps:
            self.steps = steps_per_execution
            optimizer = getattr(keras.optimizers, self.workload.optimizer)(self.workload.rate)
            loss = LOSSES[self.workload.loss]()
            self.model.compile(optimizer, loss, steps_per_execution=steps_per_execution)

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        batch = self.workload.batch or rows
        self.model.fit(
            self.X[:rows], self.y[:rows], batch_size=batch, epochs=epochs, shuffle=shuffle,
            verbose=0,
        )  # fmt: skip

    def raw(self, X: Array) -> Array:
        found: Array = self.model.predict(X, verbose=0)
        return np.log(found) if self.workload.kind == "prediction" else found

    def answer(self, times: int) -> None:
        row, model = self.X[:1], self.model
        calls: dict[str, Callable[[], object]] = {
            "model(x)": lambda: model(row).block_until_ready(),
            "predict_on_batch": lambda: model.predict_on_batch(row),
            "predict": lambda: model.predict(row, verbose=0),
        }
        call = calls[self.call]
        for _ in range(times):
            call()


PEER = Keras
