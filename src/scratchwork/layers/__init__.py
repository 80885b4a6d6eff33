"""Layers: frozen dataclasses with ``build(self, x, scope) -> Value``. One file a family."""

from .convolution import Conv2D
from .dense import Activation, Dense
from .layer import Layer, describe
from .normalization import BatchNorm, LayerNorm
from .pooling import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from .preprocessing import Rescale, Standardize
from .regularization import Dropout, GaussianNoise
from .shape import Flatten, Reshape, ZeroPad2D

__all__ = [
    "Activation",
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GaussianNoise",
    "GlobalAveragePool2D",
    "Layer",
    "LayerNorm",
    "MaxPool2D",
    "Rescale",
    "Reshape",
    "Standardize",
    "ZeroPad2D",
    "describe",
]
