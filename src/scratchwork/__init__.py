"""Scratchwork: a neural network as the NumPy program that a careful person would have written.

>>> import scratchwork as sw
>>> data = sw.datasets.digits(seed=0)
>>> model = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(32, activation="relu"), sw.Dense(10)])
>>> model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), seed=0)
>>> history = model.fit(data.X_train, data.y_train, epochs=1)
>>> print(model.source("predict").splitlines()[0])
def predict(X, W1, b1, W2, b2, *, scale0=0.0625):
"""

import typing as _typing

from . import activations, datasets, errors, initializers, losses
from .activations import ELU, LeakyReLU
from .errors import ScratchworkError
from .initializers import (
    Constant,
    Normal,
    Orthogonal,
    TruncatedNormal,
    Uniform,
    VarianceScaling,
)
from .layers import (
    Activation,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePool2D,
    Layer,
    LayerNorm,
    MaxPool2D,
    Rescale,
    Reshape,
    Standardize,
    ZeroPad2D,
)
from .losses import BinaryCrossEntropy, CrossEntropy, Huber, Quantile
from .metrics import TopK
from .model import Sequential
from .networks import mlp
from .optimizers import SGD, AdaDelta, AdaGrad, Adam, Adamax, AdamW, Lion, Nadam, RMSProp
from .program.record import composite
from .program.scope import Scope
from .program.value import Value
from .regularizers import L1, L2
from .schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PiecewiseConstant,
    PolynomialDecay,
    StepDecay,
)
from .sweeps import Results, repeat, sweep
from .version import __version__

__all__ = [
    "ELU",
    "L1",
    "L2",
    "SGD",
    "Activation",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adamax",
    "AveragePool2D",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Constant",
    "Conv2D",
    "CosineDecay",
    "CrossEntropy",
    "Dense",
    "Dropout",
    "ExponentialDecay",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePool2D",
    "Huber",
    "InverseTimeDecay",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Lion",
    "MaxPool2D",
    "Nadam",
    "Normal",
    "OneCycle",
    "Orthogonal",
    "PiecewiseConstant",
    "PolynomialDecay",
    "Quantile",
    "RMSProp",
    "Rescale",
    "Reshape",
    "Results",
    "Scope",
    "ScratchworkError",
    "Sequential",
    "Standardize",
    "StepDecay",
    "TopK",
    "TruncatedNormal",
    "Uniform",
    "Value",
    "VarianceScaling",
    "ZeroPad2D",
    "__version__",
    "activations",
    "composite",
    "datasets",
    "errors",
    "initializers",
    "losses",
    "mlp",
    "repeat",
    "sweep",
]

if _typing.TYPE_CHECKING:
    from . import plots as plots
else:  # a type checker shall go on finding what is not there

    def __getattr__(name: str) -> object:
        """Load the pictures when they are asked for; say what others' names are here."""
        if name == "plots":
            import scratchwork.plots

            return scratchwork.plots
        from .synonyms import missing_name

        raise missing_name(name, __all__)
