"""Layers: frozen dataclasses with ``build(self, x, scope) -> Value``. One file a family."""

from .convolution import Conv2D, MaxPool2D
from .dense import Activation, Dense
from .layer import Layer, describe
from .normalization import BatchNorm
from .preprocessing import Rescale, Standardize
from .regularization import Dropout
from .shape import Flatten

__all__ = [
    "Activation",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "MaxPool2D",
    "Rescale",
    "Standardize",
    "describe",
]
