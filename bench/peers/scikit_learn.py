"""scikit-learn: an MLP whose partial_fit of all rows is an epoch of mini-batches."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from ..data import Array
from ..workloads import Workload
from .peer import Peer

neural_network: Any = import_module("sklearn.neural_network")
threadpoolctl: Any = import_module("threadpoolctl")

ACTIVATIONS = {"relu": "relu", "sigmoid": "logistic"}


class ScikitLearn(Peer):
    """Threads of BLAS are tried. For two classes it has one output instead of two."""

    def __init__(self, workload: Workload, X: Array, y: Array, weights: Sequence[Array]) -> None:
        self.workload, self.X = workload, X
        self.y = y.ravel()
        regression = workload.loss == "mean_squared_error"
        kind = neural_network.MLPRegressor if regression else neural_network.MLPClassifier
        self.more = {} if regression else {"classes": np.unique(y)}
        self.model = kind(
            hidden_layer_sizes=workload.sizes[1:-1], activation=ACTIVATIONS[workload.activation],
            solver=workload.optimizer.lower(), learning_rate_init=workload.rate, alpha=0.0,
            momentum=0.0, nesterovs_momentum=False, batch_size=workload.batch or len(X),
            random_state=0,
        )  # fmt: skip
        self.set_weights(weights)
        self.ways: list[Mapping[str, Any]] = [
            {"threads": count} for count in sorted({1, os.cpu_count() or 1})
        ]
        self.limits = threadpoolctl.ThreadpoolController()

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Its arrays exist after a first step; the optimizer then begins anew."""
        self.model.set_params(batch_size=1)
        self.model.partial_fit(self.X[:1], self.y[:1], **self.more)
        del self.model._optimizer
        self.model.set_params(batch_size=self.workload.batch or len(self.X))
        W, b = list(weights[::2]), list(weights[1::2])
        if self.model.n_outputs_ == 1 and W[-1].shape[1] == 2:
            W[-1], b[-1] = W[-1][:, 1:] - W[-1][:, :1], b[-1][1:] - b[-1][:1]
        for own, given in zip(self.model.coefs_ + self.model.intercepts_, W + b, strict=True):
            own[...] = given

    def choose(self, threads: int = 1) -> None:
        for library in self.limits.lib_controllers:
            library.set_num_threads(threads)

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        X, y = self.X[:rows], self.y[:rows]
        self.model.set_params(shuffle=shuffle)
        for _ in range(epochs):
            self.model.partial_fit(X, y)

    def raw(self, X: Array) -> Array:
        if self.workload.loss == "mean_squared_error":
            found: Array = self.model.predict(X)[:, None]
            return found
        logits: Array = np.log(np.maximum(self.model.predict_proba(X), 1e-30))
        return logits

    def answer(self, times: int) -> None:
        row = self.X[:1]
        for _ in range(times):
            self.model.predict_proba(row)


PEER = ScikitLearn
