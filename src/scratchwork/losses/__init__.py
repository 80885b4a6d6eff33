"""Losses: the network's raw output Z and the targets Y -> L, one number a row.

A loss knows its link, the function that turns raw output into predictions: softmax for
cross_entropy, the sigmoid for binary_cross_entropy, exp for poisson, none for mean_squared_error.
The library reduces L over the rows (mean or sum) and adds the regularizer's penalty.
"""

from .classification import (
    BinaryCrossEntropy,
    CrossEntropy,
    binary_cross_entropy,
    categorical_hinge,
    cross_entropy,
    hinge,
)
from .regression import (
    Huber,
    Quantile,
    log_cosh,
    mean_absolute_error,
    mean_squared_error,
    poisson,
)
from .table import LOSSES, GivenLoss, Loss, TargetKind, check_arguments, loss, quoted, record_loss

huber, quantile = Huber(), Quantile()
"""With their defaults, as objects beside the functions of the other names."""

__all__ = [
    "LOSSES",
    "BinaryCrossEntropy",
    "CrossEntropy",
    "GivenLoss",
    "Huber",
    "Loss",
    "Quantile",
    "TargetKind",
    "binary_cross_entropy",
    "categorical_hinge",
    "check_arguments",
    "cross_entropy",
    "hinge",
    "huber",
    "log_cosh",
    "loss",
    "mean_absolute_error",
    "mean_squared_error",
    "poisson",
    "quantile",
    "quoted",
    "record_loss",
]
