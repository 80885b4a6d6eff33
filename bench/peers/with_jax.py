"""JAX: one jitted epoch with a scan over its batches; for convolutions a jitted step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from ..data import Array
from ..workloads import Workload
from .peer import Peer

jax: Any = import_module("jax")
jnp, lax = jax.numpy, jax.lax

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid}


def forward(workload: Workload, parameters: Any, x: Any) -> Any:
    """The last layer's outputs."""
    activation = ACTIVATIONS[workload.activation]
    pairs = list(zip(parameters[::2], parameters[1::2], strict=True))
    count = len(workload.filters)
    for W, b in pairs[:count]:
        kernel = W.reshape(3, 3, -1, W.shape[1])
        x = lax.conv_general_dilated(
            x, kernel, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
        )
        window = (1, 2, 2, 1)
        x = lax.reduce_window(activation(x + b), -jnp.inf, lax.max, window, window, "VALID")
    x = x.reshape(len(x), -1)
    for W, b in pairs[count:-1]:
        x = activation(x @ W + b)
    W, b = pairs[-1]
    return x @ W + b


def loss_of(workload: Workload, parameters: Any, x: Any, y: Any) -> Any:
    Z = forward(workload, parameters, x)
    if workload.loss == "mean_squared_error":
        return ((Z - y) ** 2).mean()
    chosen = jnp.take_along_axis(jax.nn.log_softmax(Z), y[:, None], axis=1)
    return -chosen.mean()


def sgd(rate: float, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    return [p - rate * g for p, g in zip(parameters, gradients, strict=True)], state


def adam(rate: float, parameters: Any, gradients: Any, state: Any) -> tuple[Any, Any]:
    t, m, v = state
    t = t + 1
    m = [0.9 * m + 0.1 * g for m, g in zip(m, gradients, strict=True)]
    v = [0.999 * v + 0.001 * g * g for v, g in zip(v, gradients, strict=True)]
    scale, deviation = rate / (1 - 0.9**t), jnp.sqrt(1 - 0.999**t)
    after = [
        p - scale * m / (jnp.sqrt(v) / deviation + 1e-8)
        for p, m, v in zip(parameters, m, v, strict=True)
    ]
    return after, (t, m, v)


UNROLL = {"scan": 1, "scan, unroll=8": 8, "jitted step": 0}
UPDATES = {"SGD": sgd, "Adam": adam}


def step(workload: Workload, carry: Any, x: Any, y: Any) -> tuple[Any, Any]:
    """One update on these rows; carry is (parameters, optimizer state)."""
    parameters, state = carry
    loss, gradients = jax.value_and_grad(partial(loss_of, workload))(parameters, x, y)
    return UPDATES[workload.optimizer](workload.rate, parameters, gradients, state), loss


def epoch(
    workload: Workload,
    unroll: int,
    rows: int,
    shuffle: bool,
    carry: Any,
    key: Any,
    X: Any,
    y: Any,
) -> tuple[Any, Any]:
    """A permutation, a scan over its whole batches, and the short last one."""

    def one(carry: Any, some: Any) -> tuple[Any, Any]:
        return step(workload, carry, X[some], y[some])

    batch = workload.batch or rows
    order = jax.random.permutation(key, rows) if shuffle else jnp.arange(rows)
    whole = rows // batch * batch
    carry, losses = lax.scan(one, carry, order[:whole].reshape(-1, batch), unroll=unroll)
    if whole < rows:
        carry, _ = one(carry, order[whole:])
    return carry, losses


def loops(workload: Workload) -> list[str]:
    """What is tried: convolutions in a scan are slow, small steps alone are slower."""
    batch = workload.batch or 0
    if workload.filters or not batch or workload.kind == "prediction":
        return ["jitted step"]
    return ["scan", "scan, unroll=8"] + (["jitted step"] if batch > 10 else [])


class Jax(Peer):
    """Arrays are JAX's own and donated from step to step."""

    def __init__(self, workload: Workload, X: Array, y: Array, weights: Sequence[Array]) -> None:
        self.workload = workload
        self.X, self.y = jnp.asarray(X), jnp.asarray(y.astype("int32" if y.ndim == 1 else y.dtype))
        parameters = [jnp.asarray(each) for each in weights]
        zeros = [jnp.zeros_like(each) for each in parameters]
        adam_state = (jnp.float32(0), zeros, [jnp.zeros_like(each) for each in parameters])
        self.carry = (parameters, adam_state if workload.optimizer == "Adam" else ())
        self.key, self.rng = jax.random.key(0), np.random.default_rng(0)
        self.ways = [{"loop": name} for name in loops(workload)]
        self.epoch = jax.jit(partial(epoch, workload), static_argnums=(0, 1, 2), donate_argnums=3)
        self.step = jax.jit(partial(step, workload), donate_argnums=0)
        self.gathered = jax.jit(self.gathering, donate_argnums=0)
        self.forward = jax.jit(partial(forward, workload))
        self.probabilities = jax.jit(lambda p, x: jax.nn.softmax(forward(workload, p, x)))

    def choose(self, loop: str = "scan") -> None:
        self.unroll = UNROLL[loop]

    def gathering(self, carry: Any, X: Any, y: Any, some: Any) -> tuple[Any, Any]:
        return step(self.workload, carry, X[some], y[some])

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        for _ in range(epochs):
            self.key, key = jax.random.split(self.key)
            self.one_epoch(rows, shuffle, key)
        jax.block_until_ready(self.carry)

    def one_epoch(self, rows: int, shuffle: bool, key: Any) -> None:
        batch = self.workload.batch or rows
        if batch >= rows:
            all_rows = rows == len(self.X)  # a slice, even of everything, may be a copy
            X, y = (self.X, self.y) if all_rows else (self.X[:rows], self.y[:rows])
            self.carry, _ = self.step(self.carry, X, y)
        elif not self.unroll:
            order = self.rng.permutation(rows) if shuffle else np.arange(rows)
            for start in range(0, rows, batch):
                some = order[start : start + batch]
                self.carry, _ = self.gathered(self.carry, self.X, self.y, some)
        else:
            self.carry, _ = self.epoch(self.unroll, rows, shuffle, self.carry, key, self.X, self.y)

    def raw(self, X: Array) -> Array:
        found: Array = jax.device_get(self.forward(self.carry[0], X))
        return found

    def answer(self, times: int) -> None:
        row = self.X[:1]
        for _ in range(times):
            self.probabilities(self.carry[0], row).block_until_ready()


PEER = Jax
