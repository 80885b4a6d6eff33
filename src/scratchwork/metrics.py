"""Metrics that are computed by the program itself, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from .activations import sigmoid
from .losses import Loss
from .program.ir import Value, apply
from .program.primitives import equal
from .settings import one_of


def accuracy(Z: Value, y: Value, Y: Value, loss: Loss) -> Value:
    """The share of rows whose class is right.

    The class is the largest output; with one output, or under binary_cross_entropy, each answer is
    yes where the prediction is above one half, and all answers of a row must be right.
    """
    if loss.classes or (Z.shape[1].number > 1 and loss.link is not sigmoid):
        labels = y if y.ndim == 1 else apply("argmax", Y, axis=1)
        return equal(apply("argmax", Z, axis=1), labels).mean()
    threshold = 0 if loss.link is sigmoid else 0.5
    right = equal(threshold < Z, Y > 0.5)
    wrong = right if right.shape[1].number == 1 else equal(right.sum(axis=1), right.shape[1].number)
    return wrong.mean()


METRICS: dict[str, Callable[[Value, Value, Value, Loss], Value]] = {"accuracy": accuracy}


def metrics(given: Sequence[str] | str | None) -> tuple[str, ...]:
    """What a user's ``metrics=`` means: names, one name, or none."""
    if given is None:
        return ()
    listed = isinstance(given, Iterable) and not isinstance(given, str)
    names = tuple(given) if listed else (given,)
    for name in names:
        one_of("compile", "metrics", name, tuple(METRICS))
    return tuple(dict.fromkeys(names))  # type: ignore[arg-type] # each is one of METRICS
