"""Scratchwork: a neural network as the NumPy program that a careful person would have written.

>>> import scratchwork as sw
>>> data = sw.datasets.digits(seed=0)
>>> model = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(32, activation="relu"), sw.Dense(10)])
>>> model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), seed=0)
>>> history = model.fit(data.X_train, data.y_train, epochs=1)
>>> print(model.source("predict").splitlines()[0])
def predict(X, W1, b1, W2, b2, *, scale0=0.0625):
"""

from . import activations, datasets, errors, initializers, losses
from .errors import ScratchworkError
from .initializers import Constant, Normal, VarianceScaling
from .layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Layer,
    MaxPool2D,
    Rescale,
    Standardize,
)
from .model import Sequential
from .networks import mlp
from .optimizers import SGD, Adam
from .program.record import composite
from .program.scope import Scope
from .program.value import Value
from .regularizers import L1, L2
from .schedules import ExponentialDecay
from .version import __version__

__all__ = [
    "L1",
    "L2",
    "SGD",
    "Activation",
    "Adam",
    "BatchNorm",
    "Constant",
    "Conv2D",
    "Dense",
    "Dropout",
    "ExponentialDecay",
    "Flatten",
    "Layer",
    "MaxPool2D",
    "Normal",
    "Rescale",
    "Scope",
    "ScratchworkError",
    "Sequential",
    "Standardize",
    "Value",
    "VarianceScaling",
    "__version__",
    "activations",
    "composite",
    "datasets",
    "errors",
    "initializers",
    "losses",
    "mlp",
]
