"""The table of losses, what a user's ``loss=`` means, and the recording of a loss."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, is_dataclass, replace
from math import inf
from typing import Any, Literal, TypeAlias

from ..activations import linear, sigmoid, softmax
from ..errors import DescriptionError, ShapeError
from ..layers.layer import describe
from ..program.ir import N, Value, shape_text
from ..program.primitives import exp
from ..program.record import call
from ..program.scope import Scope
from ..settings import Described, advice
from ..synonyms import named
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

TargetKind = Literal["labels", "column", "matrix"]
"""What y is: class numbers (n,), one number a row (n,), or one row a row (n, k)."""


@dataclass(frozen=True)
class Loss(Described):
    """What the library knows of a loss: its function, its link, and which targets it takes.

    Parameters
    ----------
    function : function of Values (Z, Y) -> L (n,), or a dataclass with such a ``__call__``
        Numbers of a dataclass are settings of the program.
    link : function of Values
        From the raw output to predictions.
    classes : bool
        Whether one of several classes is right; integer class numbers are taken.
    answers : bool
        Whether each output answers yes or no; so it is where the link is the sigmoid.
    whole : bool
        Whether targets are 0 and 1 and nothing between.
    least, most : float
        The range of the targets.
    one_target : bool
        Whether y is one number a row, however many outputs there are.
    formula : str
        The definition, where the text computes it in another form.
    """

    function: Callable[[Value, Value], Value]
    link: Callable[[Value], Value] = linear
    classes: bool = False
    answers: bool = False
    whole: bool = False
    least: float = -inf
    most: float = inf
    one_target: bool = False
    formula: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", self.answers or self.link is sigmoid)

    @property
    def name(self) -> str:
        """``cross_entropy``; of a dataclass, its name in that form."""
        of_class = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(self.function).__name__).lower()
        name: str = getattr(self.function, "__name__", of_class)
        return ascii(name)[1:-1]  # programs are ASCII

    @property
    def title(self) -> str:
        """The name, or the call that makes it where settings are not the defaults."""
        shown = describe(self.function) if is_dataclass(self.function) else "()"
        return self.name if shown.endswith("()") else shown

    @property
    def raw_threshold(self) -> float:
        """A raw output above it answers yes."""
        return 0 if self.answers else 0.5

    @property
    def threshold(self) -> float:
        """A prediction above it answers yes."""
        return 0 if self.answers and self.link is linear else 0.5


LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(
        cross_entropy, softmax, classes=True, least=0, most=1, formula=CrossEntropy().formula
    ),
    "binary_cross_entropy": Loss(
        binary_cross_entropy, sigmoid, least=0, most=1, formula=BinaryCrossEntropy().formula
    ),
    "mean_squared_error": Loss(mean_squared_error),
    "mean_absolute_error": Loss(mean_absolute_error),
    "huber": Loss(
        Huber(),
        formula="L = mean(R**2 / 2 where abs(R) <= delta, else delta * (abs(R) - delta / 2))",
    ),
    "log_cosh": Loss(log_cosh, formula="L = mean(log(cosh(R)))"),
    "poisson": Loss(poisson, exp, least=0),
    "quantile": Loss(Quantile(), one_target=True),
    "hinge": Loss(
        hinge, answers=True, whole=True, least=0, most=1,
        formula="L = mean(max(1 - T * Z, 0)), T = 1 for yes and -1 for no",
    ),
    "categorical_hinge": Loss(
        categorical_hinge, classes=True, whole=True, least=0, most=1,
        formula="L = max(1 + max(V) - z, 0), z the output of the right class, V the others",
    ),
}  # fmt: skip
"""By the names that ``compile(loss=...)`` takes; a class means the object with its defaults."""

CLASSES: dict[type, str] = {
    CrossEntropy: "cross_entropy",
    BinaryCrossEntropy: "binary_cross_entropy",
    Huber: "huber",
    Quantile: "quantile",
}
"""The rows of ``LOSSES`` whose losses have settings."""

GivenLoss: TypeAlias = str | Callable[[Value, Value], Value] | Loss

TARGETS = {"y", "y_true", "ytrue", "true", "target", "targets", "label", "labels", "actual"}
"""What a loss's argument is called when it is the targets, in lower case."""


def loss(given: GivenLoss) -> Loss:
    """What a user's ``loss=`` means: a name, a loss with settings, a function of Values, a Loss."""
    if isinstance(given, Loss):
        check_arguments(f"loss {given.name}", given.function, ("Z", "Y"), "output first")
        return given
    if type(given) in CLASSES:
        known = LOSSES[CLASSES[type(given)]]
        formula = getattr(given, "formula", known.formula)
        return replace(known, function=given, formula=formula)  # type: ignore[arg-type] # callable
    for known in LOSSES.values():
        if given is known.function:
            return known
    name = named("loss", given, LOSSES)
    if name is not None:
        return LOSSES[name]
    if callable(given) and not isinstance(given, type):
        return loss(Loss(given))
    raise DescriptionError(
        "loss", f"one of {', '.join(LOSSES)}, or a function of Values (Z, Y)", repr(given),
        advice(given, LOSSES),
    )  # fmt: skip


def check_arguments(
    where: str, function: Callable[..., Any], wanted: tuple[str, str], order: str
) -> None:
    """Refuse a function of (targets, output), the order of Keras, which would train wrongly."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # a function made in C may have no signature
        return
    names = list(signature.parameters)
    expected, got = f"the arguments ({', '.join(wanted)}): {order}", f"({', '.join(names)})"
    try:
        signature.bind(*wanted)
    except TypeError:
        raise DescriptionError(where, expected, got, "give others a default") from None
    if [name.lower() in TARGETS for name in names[:2]] == [True, False]:
        raise DescriptionError(where, expected, got, "swap them")


def quoted(loss: Loss) -> str:
    """As ``compile`` takes it: ``"huber"``, or ``Huber(2.0)``."""
    return f'"{loss.name}"' if loss.title == loss.name else loss.title


def record_loss(loss: Loss, Z: Value, Y: Value, scope: Scope) -> Value:
    """Record L, one number a row. Numbers of a loss that is a dataclass are hyperparameters."""
    check_output(loss, Z, Y)
    scope.own_names.clear()
    L = call(scope.symbolic(loss.function), Z, Y)
    if L.shape != (N,):
        raise ShapeError(
            f"loss {loss.name}",
            "one number a row, (n,)",
            shape_text(L.shape),
            "sum or average over the outputs with .sum(axis=1)",
        )
    return L.named("L")


def check_output(loss: Loss, Z: Value, Y: Value) -> None:
    """Refuse a network whose output does not fit the loss."""
    if Z.ndim != 2 or (Z.shape != Y.shape and not loss.one_target):
        raise ShapeError(
            f"loss {loss.name}",
            f"output {shape_text(Y.shape) if Z.ndim == 2 and not loss.one_target else '(n, k)'}",
            shape_text(Z.shape),
            "change the last layer, or add Flatten()",
        )
    if loss.classes and Z.shape[1].number == 1:
        binary = "hinge" if loss.whole else "binary_cross_entropy"
        raise ShapeError(
            f"loss {loss.name}",
            "an output for each class, two or more",
            shape_text(Z.shape),
            f'use Dense(2), or loss="{binary}" with targets 0 and 1',
        )
