"""NETWORKS: small networks that between them use everything a description can say.

Each row has all that a test needs to build its model and its data, always the same. The golden
files, the gradient checks and the comparisons with other libraries run over this one table, so a
new layer, loss or optimizer gets its place in all of them by a row here. Sizes are small and
unequal: a transposed array then has a wrong shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

import scratchwork as sw
from scratchwork.layers.layer import Buildable

Array = np.ndarray[Any, Any]
Targets = Literal["classes", "one_hot", "probabilities", "answers", "counts", "numbers", "inputs"]
"""Class numbers; the same as rows; rows that sum to 1; zeros and ones; 0, 1, 2, ...; any numbers;
X itself.
"""


PLAIN = sw.SGD(0.1)


@dataclass(frozen=True)
class Network:
    """A description, and data for it.

    The batch does not divide the rows, so that every epoch ends with a smaller one: 37 rows by 8
    are five steps, the last with 5 rows.

    Parameters
    ----------
    outputs : int
        Of the last layer; with one output the targets are (n,), otherwise (n, outputs).
    zero_gradients : tuple of str
        Parameters that cannot change the loss: what is only added on the way to a BatchNorm, which
        takes the batch's mean away again. What is computed for their gradients is rounding alone.
    seed : int
        Of parameters and data.
    """

    layers: tuple[Buildable, ...]
    input_shape: tuple[int, ...]
    outputs: int
    loss: str = "cross_entropy"
    targets: Targets = "classes"
    optimizer: sw.SGD | sw.Adam = PLAIN
    regularizer: sw.L1 | sw.L2 | None = None
    reduction: Literal["mean", "sum"] = "mean"
    rows: int = 37
    batch_size: int = 8
    zero_gradients: tuple[str, ...] = ()
    seed: int = 0

    def model(self, dtype: Literal["float32", "float64"] = "float64") -> sw.Sequential:
        """The compiled model, with the numbers that the initializers draw."""
        model = sw.Sequential(self.layers, input_shape=self.input_shape)
        model.compile(
            loss=self.loss,
            optimizer=self.optimizer,
            regularizer=self.regularizer,
            reduction=self.reduction,
            dtype=dtype,
            seed=self.seed,
        )
        return model

    def moved_model(self) -> sw.Sequential:
        """The model with all numbers moved: no bias is 0, no scale 1, as after some training."""
        model = self.model()
        rng = np.random.default_rng([self.seed, 2])
        names = (*model.parameters, *self.state_names())
        model.set_parameters({name: moved(name, model[name], rng) for name in names})
        assert model.run is not None
        model.run.prepared = False  # the first fit measures its rows, as the other library's does
        return model

    def data(self) -> tuple[Array, Array]:
        """X (rows, *input_shape) and its targets."""
        rng = np.random.default_rng([self.seed, 1])
        X = rng.normal(size=(self.rows, *self.input_shape))
        return X, make_targets(self, X, rng)

    def numbered(self) -> Iterator[tuple[int, Buildable]]:
        """The layers with the numbers that stand behind the names of their arrays."""
        number = 0
        for layer in self.layers:
            number += getattr(layer, "numbered", True)
            yield number, layer

    def state_names(self) -> tuple[str, ...]:
        """The arrays that layers keep from step to step and that have no gradient."""
        return tuple(
            f"{name}{number}"
            for number, layer in self.numbered()
            for name in STATE.get(type(layer), ())
        )

    def draws(self) -> bool:
        """Whether a training step draws random numbers."""
        return any(isinstance(layer, sw.Dropout | sw.GaussianNoise) for layer in self.layers)


def moved(name: str, value: Array, rng: np.random.Generator) -> Array:
    """An array moved at random; what divides stays well above 0."""
    if name.startswith(("running_var", "std")):
        return value * rng.uniform(0.5, 1.5, value.shape)
    return value + rng.normal(0, 0.1, value.shape)


def make_targets(network: Network, X: Array, rng: np.random.Generator) -> Array:
    """Targets of the kind that the row asks for."""
    rows, outputs = len(X), network.outputs
    shape = (rows,) if outputs == 1 else (rows, outputs)
    match network.targets:
        case "classes":
            return rng.integers(0, outputs, rows)
        case "one_hot":
            return np.eye(outputs)[rng.integers(0, outputs, rows)]
        case "probabilities":
            return rng.dirichlet(np.ones(outputs), rows)
        case "answers":
            return rng.integers(0, 2, shape).astype(np.float64)
        case "counts":
            return rng.integers(0, 4, shape).astype(np.float64)
        case "inputs":
            return X
        case _:
            return rng.normal(size=shape)


# ---- what a user may bring: activations and layers of their own ----
def softsign(Z: sw.Value) -> sw.Value:
    """A = Z / (1 + abs(Z)), by operators alone."""
    return Z / (1 + abs(Z))


def swish(Z: sw.Value) -> sw.Value:
    """A = Z * sigmoid(Z), with NumPy's exp."""
    return Z / (1 + np.exp(-Z))


def softplus(Z: sw.Value) -> sw.Value:
    """A = log(1 + exp(Z)), with two of NumPy's functions."""
    return np.log1p(np.exp(Z))


@dataclass(frozen=True)
class TiedAutoencoder:
    """R = tanh(X @ W + b) @ W.T + c: W is used twice, so its gradient has two parts."""

    units: int

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        inputs = x.shape[-1]
        kernel = sw.VarianceScaling(1.0, "fan_avg", "uniform")
        W = scope.parameter("W", (inputs, self.units), kernel, kernel=True)
        b = scope.parameter("b", (self.units,), sw.Constant(0.0))
        c = scope.parameter("c", (inputs,), sw.Constant(0.0))
        A = np.tanh((x @ W + b).named("Z")).named("A")
        return (A @ W.T + c).named("R")


@dataclass(frozen=True)
class Residual:
    """R = X + tanh(X @ W + b): the input is used twice, so its gradient has two parts."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        size = x.shape[-1]
        W = scope.parameter("W", (size, size), sw.Normal(0.5), kernel=True)
        b = scope.parameter("b", (size,), sw.Constant(0.0))
        A = np.tanh((x @ W + b).named("Z")).named("A")
        return (x + A).named("R")


@dataclass(frozen=True)
class MaxScale:
    """A = X / top, top the largest entry of each feature in all batches before, or 1."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        top = scope.state("running_max", x.shape[-1:], 1.0)
        axes = tuple(range(x.ndim - 1))
        scope.update(top, np.maximum(top, abs(x).max(axis=axes)))
        return (x / top).named("A")


STATE: Mapping[type, tuple[str, ...]] = {
    sw.BatchNorm: ("running_mean", "running_var"),
    sw.Standardize: ("mean", "std"),
    MaxScale: ("running_max",),
}


# ---- the table ----
HIDDEN = (sw.Dense(7, "relu"), sw.Dense(4))

NETWORKS: dict[str, Network] = {
    # ---- dense networks, each loss and optimizer ----
    "logistic_regression": Network((sw.Dense(1),), (3,), 1, "binary_cross_entropy", "answers"),
    "two_layers": Network(HIDDEN, (5,), 4),
    "deep": Network(
        (
            sw.Dense(9, "tanh"), sw.Dense(8, "sigmoid"),
            sw.Dense(7, "relu", kernel_initializer="he_normal"), sw.Dense(6, "tanh"), sw.Dense(3),
        ),
        (5,), 3, optimizer=sw.Adam(0.01), regularizer=sw.L2(0.1),
    ),
    "adam": Network(HIDDEN, (5,), 4, optimizer=sw.Adam(0.01, beta_1=0.8, beta_2=0.99)),
    "momentum": Network(HIDDEN, (5,), 4, optimizer=sw.SGD(0.05, momentum=0.9)),
    "nesterov": Network(HIDDEN, (5,), 4, optimizer=sw.SGD(0.05, momentum=0.9, nesterov=True)),
    "decay": Network(
        HIDDEN, (5,), 4,
        optimizer=sw.SGD(sw.ExponentialDecay(0.2, decay_rate=0.5, decay_steps=30)),
    ),
    "decay_adam": Network(
        HIDDEN, (5,), 4, optimizer=sw.Adam(sw.ExponentialDecay(0.05, decay_rate=0.9, decay_steps=7))
    ),
    "l1": Network(HIDDEN, (5,), 4, regularizer=sw.L1(0.05)),
    "l2": Network(HIDDEN, (5,), 4, regularizer=sw.L2(0.5)),
    "sum": Network(
        HIDDEN, (5,), 4, optimizer=sw.SGD(0.01), regularizer=sw.L2(0.5), reduction="sum"
    ),
    "regression": Network(
        (sw.Dense(6, "tanh"), sw.Dense(3)), (4,), 3, "mean_squared_error", "numbers"
    ),
    "one_number": Network(
        (sw.Dense(6, "sigmoid"), sw.Dense(1)), (4,), 1, "mean_squared_error", "numbers",
        optimizer=sw.Adam(0.01), regularizer=sw.L1(0.1), reduction="sum",
    ),
    "one_hot": Network(HIDDEN, (5,), 4, targets="one_hot"),
    "probabilities": Network(
        HIDDEN, (5,), 4, targets="probabilities", reduction="sum", optimizer=sw.SGD(0.01)
    ),
    "several_answers": Network(
        (sw.Dense(6, "relu"), sw.Dense(3)), (4,), 3, "binary_cross_entropy", "answers"
    ),
    "absolute": Network(
        (sw.Dense(6, "tanh"), sw.Dense(3)), (4,), 3, "mean_absolute_error", "numbers"
    ),
    "huber": Network((sw.Dense(6, "tanh"), sw.Dense(3)), (4,), 3, "huber", "numbers"),
    "log_cosh": Network(
        (sw.Dense(6, "tanh"), sw.Dense(1)), (4,), 1, "log_cosh", "numbers",
        reduction="sum", optimizer=sw.SGD(0.01),
    ),
    "poisson": Network((sw.Dense(6, "tanh"), sw.Dense(2)), (4,), 2, "poisson", "counts"),
    "quantile": Network((sw.Dense(6, "tanh"), sw.Dense(1)), (4,), 1, "quantile", "numbers"),
    "hinge": Network((sw.Dense(6, "tanh"), sw.Dense(1)), (4,), 1, "hinge", "answers"),
    "categorical_hinge": Network(HIDDEN, (5,), 4, "categorical_hinge"),
    # ---- what a Dense may be told ----
    "no_bias": Network(
        (sw.Dense(6, "tanh", use_bias=False), sw.Dense(4, use_bias=False)), (5,), 4
    ),
    "frozen": Network(
        (sw.Dense(6, "tanh"), sw.Dense(5, "relu", trainable=False), sw.Dense(3)),
        (4,), 3, optimizer=sw.Adam(0.01), regularizer=sw.L2(0.3),
    ),
    "kernel_regularizers": Network(
        (
            sw.Dense(7, "tanh", kernel_regularizer=sw.L1(0.05)),
            sw.Dense(6, "relu", kernel_regularizer=sw.L2(0)),
            sw.Dense(5, "relu", kernel_regularizer=sw.L2(0.7), trainable=False),
            sw.Dense(4),
        ),
        (5,), 4, regularizer=sw.L2(0.3),
    ),
    "softmax_link": Network((sw.Dense(6, "relu"), sw.Dense(4, "softmax")), (5,), 4),
    "sigmoid_link": Network(
        (sw.Dense(6, "relu"), sw.Dense(1), sw.Activation("sigmoid")), (5,), 1,
        "binary_cross_entropy", "answers",
    ),
    "softmax_inside": Network(
        (sw.Dense(5, "softmax"), sw.Dense(3, "softmax")), (4,), 3,
        "mean_squared_error", "one_hot", optimizer=sw.SGD(0.5),
    ),
    # ---- preprocessing and draws ----
    "preprocessing": Network((sw.Rescale(1 / 16, offset=-0.5), sw.Standardize(), *HIDDEN), (5,), 4),
    "dropout": Network(
        (sw.Dropout(0.2), sw.Dense(9, "relu"), sw.Dropout(0.5), sw.Dense(4)), (5,), 4
    ),
    "noise": Network(
        (sw.GaussianNoise(0.3), sw.Dense(9, "relu"), sw.GaussianNoise(0.1), sw.Dense(4)), (5,), 4
    ),
    # ---- images ----
    "convnet": Network(
        (
            sw.Conv2D(3, 3, "relu"),
            sw.MaxPool2D(2),
            sw.Conv2D(4, (3, 2), "tanh", stride=2, padding="same"),
            sw.Flatten(),
            sw.Dense(3),
        ),
        (9, 8, 2), 3, optimizer=sw.SGD(0.05, momentum=0.9), rows=19, batch_size=4,
    ),
    "lenet": Network(
        (
            sw.Conv2D(3, 3, padding="same"), sw.BatchNorm(), sw.Activation("relu"),
            sw.MaxPool2D(2),
            sw.Conv2D(4, 3, use_bias=False), sw.BatchNorm(momentum=0.3, epsilon=1e-3),
            sw.Activation("relu"),
            sw.Flatten(),
            sw.Dense(6), sw.BatchNorm(), sw.Activation("tanh"),
            sw.Dense(3),
        ),
        (8, 8, 1), 3, optimizer=sw.Adam(0.01), regularizer=sw.L2(0.1), rows=19, batch_size=4,
        zero_gradients=("b1", "b6"),
    ),
    "overlapping_pool": Network(
        (
            sw.Standardize(),
            sw.Conv2D(2, (2, 3), stride=(1, 2), padding="same"),
            sw.MaxPool2D(3, stride=2),
            sw.MaxPool2D((2, 1), stride=1),
            sw.Activation("sigmoid"),
            sw.Flatten(),
            sw.Dense(3),
        ),
        (9, 11, 2), 3, optimizer=sw.Adam(0.01), rows=19, batch_size=4,
    ),
    "averages": Network(
        (
            sw.ZeroPad2D(((1, 0), (0, 2))),
            sw.Conv2D(3, (2, 3), "tanh", kernel_regularizer=sw.L2(0.4)),
            sw.AveragePool2D(2),
            sw.LayerNorm(epsilon=0.1),  # with 1e-5 three channels make rounding grow with each step
            sw.ZeroPad2D((0, 1)),
            sw.Conv2D(4, 2),
            sw.AveragePool2D((2, 3), stride=1),
            sw.Activation("sigmoid"),
            sw.GlobalAveragePool2D(),
            sw.Dense(3),
        ),
        (8, 9, 2), 3, optimizer=sw.SGD(0.05, momentum=0.9), regularizer=sw.L1(0.02),
        rows=19, batch_size=4,
    ),
    "reshape": Network(
        (
            sw.Reshape((4, -1, 2)), sw.Conv2D(3, 2, "tanh"), sw.Reshape((3, 6)),
            sw.LayerNorm(0.1), sw.Reshape(-1), sw.Dense(4),
        ),
        (24,), 4, optimizer=sw.Adam(0.01), rows=19, batch_size=4,
    ),
    "layernorm": Network(
        (sw.LayerNorm(), sw.Dense(6), sw.LayerNorm(1e-3), sw.Activation("relu"), sw.Dense(3)),
        (4,), 3,
        "mean_squared_error", "numbers", optimizer=sw.SGD(0.1, momentum=0.5),
    ),
    "batchnorm": Network(
        (sw.BatchNorm(), sw.Dense(6), sw.BatchNorm(), sw.Activation("relu"), sw.Dense(3)), (4,), 3,
        "mean_squared_error", "numbers", optimizer=sw.SGD(0.1, momentum=0.5),
        zero_gradients=("shift1", "b2"),
    ),
    # ---- a user's own layers and activations ----
    "tied_autoencoder": Network(
        (TiedAutoencoder(3),), (6,), 6, "mean_squared_error", "inputs", regularizer=sw.L2(0.2)
    ),
    "residual": Network(
        (Residual(), Residual(), sw.Dense(3)), (4,), 3, optimizer=sw.SGD(0.05, momentum=0.9)
    ),
    "own_state": Network((MaxScale(), sw.Dense(6, "tanh"), MaxScale(), sw.Dense(3)), (4,), 3),
    # ---- activations ----
    "rectifiers": Network(
        (
            sw.Dense(9, "leaky_relu"), sw.Dense(8, "elu"), sw.Dense(7, "selu"),
            sw.Dense(8, "gelu"), sw.Dense(7, sw.LeakyReLU(0.2)), sw.Dense(3),
        ),
        (5,), 3,
    ),
    "smooth": Network(
        (
            sw.Dense(9, "silu"), sw.Dense(8, "softplus"), sw.Dense(7, "softsign"),
            sw.Dense(8, "hard_sigmoid"), sw.Dense(7, "mish"), sw.Dense(6, sw.ELU(0.7)),
            sw.Dense(3),
        ),
        (5,), 3, optimizer=sw.Adam(0.01),
    ),
    "own_activations": Network(
        (sw.Dense(6, softsign), sw.Dense(5, swish), sw.Activation(softplus), sw.Dense(2)),
        (4,), 2,
    ),
}  # fmt: skip
