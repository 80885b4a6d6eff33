"""Schedules: a learning rate that changes with the step ``t`` (from 1) or the ``epoch`` (from 0).

A schedule is recorded as scalar lines of the program, the last of them ``rate = ...``; its fields
are hyperparameters. A user's own is a frozen dataclass with ``rate(self, t, epoch)``. Those that
hold a rate for a while count epochs, if not told otherwise; those that follow a curve count steps.
"""

from .cosine import CosineDecay, OneCycle
from .decay import ExponentialDecay, InverseTimeDecay, PolynomialDecay
from .schedule import Schedule
from .stairs import PiecewiseConstant, StepDecay

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "OneCycle",
    "PiecewiseConstant",
    "PolynomialDecay",
    "Schedule",
    "StepDecay",
]
