"""Optimizers: how a parameter W with gradient dW changes. Fields are settings, update() the rule.

The rule is recorded once, on a generic parameter. Numbers reach it as hyperparameters of the
program, so that changing a rate changes no text; a zero switches a part off and leaves no line.
"""

from __future__ import annotations

from typing import TypeAlias

from ..errors import DescriptionError
from ..program.update import Optimizer as Rule
from ..settings import advice
from ..synonyms import named
from .adam import Adam, Adamax, AdamW, Nadam
from .adaptive import AdaDelta, AdaGrad, RMSProp
from .lion import Lion
from .optimizer import RateAndClipping
from .sgd import SGD

OPTIMIZERS: dict[str, type[RateAndClipping]] = {
    kind.__name__: kind
    for kind in (SGD, Adam, AdamW, Adamax, Nadam, AdaGrad, RMSProp, AdaDelta, Lion)
}
Optimizer: TypeAlias = str | Rule


def optimizer(given: Optimizer) -> Rule:
    """What a user's ``optimizer=`` means: a name, or anything with an ``update``."""
    name = named("optimizer", given, OPTIMIZERS)
    if name is not None:
        return OPTIMIZERS[name]()
    if not isinstance(given, str | type) and hasattr(given, "update"):
        return given
    raise DescriptionError(
        "optimizer", f"one of {', '.join(OPTIMIZERS)}, or one such as sw.Adam(1e-3)", repr(given),
        advice(given, () if isinstance(given, type) else OPTIMIZERS),
    )  # fmt: skip


__all__ = [
    "OPTIMIZERS",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSProp",
    "RateAndClipping",
    "Rule",
    "optimizer",
]
