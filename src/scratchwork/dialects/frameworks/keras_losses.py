"""Losses and penalties as Keras has them, or as functions of y_true and y_pred."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...description import Description
from ...layers.layer import describe, text
from ...regularizers import L1, L2
from ..layout import WIDTH, fold
from .keras_layers import KERAS, call, where_not
from .plan import Plan, loss_name, penalised
from .text import function


@dataclass(frozen=True)
class LossText:
    """A loss of Keras, or one written out.

    ``rows`` is the loss of each row, of y_true and y_pred, behind ``lines``; ``whole`` the object
    that is its mean, empty where Keras has none; ``says`` what the docstring calls it.
    """

    rows: str
    whole: Callable[[str], str] | None = None
    lines: tuple[str, ...] = ()
    says: str = ""


def known(kind: str, function: str, **settings: str) -> LossText:
    """One that Keras has, as an object and as a function."""
    rows = call(f"keras.losses.{function}", "y_true", "y_pred", **settings)
    logits = "of the logits" if "from_logits" in settings else "of the outputs"
    return LossText(
        rows,
        lambda reduction: call(f"keras.losses.{kind}", **settings, reduction=reduction),
        says=f"{function.replace('_', ' ')} {logits}".capitalize(),
    )


def cross_entropy(function: Any, plan: Plan) -> LossText:
    share = getattr(function, "label_smoothing", 0.0)
    if plan.targets == "labels" and not share:
        kind, name = "SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"
        return known(kind, name, from_logits="True")
    smoothing = where_not(0.0, share)
    whole = known(
        "CategoricalCrossentropy", "categorical_crossentropy",
        from_logits="True", label_smoothing=smoothing,
    )  # fmt: skip
    if plan.targets != "labels":
        return whole
    return LossText(
        whole.rows.replace("y_true", "Y"), lines=(one_hot(plan),),
        says="Categorical crossentropy of the logits; Keras' sparse one does not smooth",
    )  # fmt: skip


def one_hot(plan: Plan) -> str:
    return f'Y = ops.one_hot(ops.cast(y_true, "int32"), {plan.outputs})'


def binary_cross_entropy(function: Any, plan: Plan) -> LossText:
    smoothing = where_not(0.0, getattr(function, "label_smoothing", 0.0))
    found = known(
        "BinaryCrossentropy", "binary_crossentropy", from_logits="True", label_smoothing=smoothing
    )
    if plan.outputs == 1:
        return found
    return LossText(
        f"{plan.outputs} * {found.rows}",
        says="Binary crossentropy of the logits, added up over the outputs; Keras takes their mean",
    )


def huber(function: Any, plan: Plan) -> LossText:
    return known("Huber", "huber", delta=where_not(1.0, function.delta))


def poisson(function: Any, plan: Plan) -> LossText:
    return LossText(
        "ops.mean(ops.exp(y_pred) - y_true * y_pred, axis=-1)",
        says="Poisson loss of the logarithms of rates; Keras' takes the rates",
    )


def quantile(function: Any, plan: Plan) -> LossText:
    several = plan.outputs > 1
    q = f"ops.array({list(function.q)}, y_pred.dtype)" if several else text(quantiles(function)[0])
    return LossText(
        "ops.mean(ops.maximum(q * error, (q - 1) * error), axis=-1)",
        lines=(f"q = {q}", "error = ops.reshape(y_true, (-1, 1)) - y_pred"),
        says="The pinball loss: too low costs q, too high 1 - q; Keras has none",
    )


def quantiles(function: Any) -> tuple[float, ...]:
    return function.q if isinstance(function.q, tuple) else (function.q,)


def categorical_hinge(function: Any, plan: Plan) -> LossText:
    labels = plan.targets == "labels"
    right, Y = "ops.sum(Y * y_pred, axis=-1)", one_hot(plan) if labels else "Y = y_true"
    rivals = 'ops.max(ops.where(Y > 0.5, float("-inf"), y_pred), axis=-1)'
    return LossText(
        "ops.maximum(1 + wrong - right, 0)",
        lines=(Y, f"right = {right}", f"wrong = {rivals}"),
        says="Categorical hinge; Keras' counts a 0 among the outputs of the wrong classes",
    )


def same(kind: str, function: str) -> Callable[[Any, Plan], LossText]:
    return lambda given, plan: known(kind, function)


LOSS_TEXTS: dict[str, Callable[[Any, Plan], LossText]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mean_squared_error": same("MeanSquaredError", "mean_squared_error"),
    "mean_absolute_error": same("MeanAbsoluteError", "mean_absolute_error"),
    "huber": huber,
    "log_cosh": same("LogCosh", "log_cosh"),
    "poisson": poisson,
    "quantile": quantile,
    "hinge": same("Hinge", "hinge"),
    "categorical_hinge": categorical_hinge,
}
"""By our names."""


def print_loss(description: Description, plan: Plan, places: Mapping[str, int]) -> tuple[str, str]:
    """The definition of a loss function, if one is needed, and what ``compile`` takes.

    ``places`` are those of the kernels among the model's layers.

    A penalty depends on the rows of the batch, which Keras' regularizers do not know: it is added
    to the loss of each row, whose mean then has it once.
    """
    found = LOSS_TEXTS[loss_name(plan.loss, KERAS)](plan.loss.function, plan)
    mean = description.reduction == "mean"
    if found.whole is not None and not plan.penalties:
        return "", found.whole("" if mean else '"sum"')
    penalty = print_penalty(plan, places, mean)
    total = f"{'' if mean else 'n * '}{found.rows}{' + penalty' * bool(penalty)}"
    lines = [
        *(["n = ops.cast(ops.shape(y_pred)[0], y_pred.dtype)"] if penalty or not mean else []),
        *found.lines,
        *penalty,
        f"return {total}",
    ]
    folded = [row for line in lines for row in fold(line, WIDTH - 4)]
    return function("loss(y_true, y_pred)", says(found, plan, mean), folded), "loss"


def print_penalty(plan: Plan, places: Mapping[str, int], mean: bool) -> list[str]:
    """The lines that add up the penalties of all kernels."""
    terms = [
        one_penalty(given, [places[kernel] for kernel in kernels], mean)
        for given, kernels in penalised(plan, KERAS).items()
    ]
    return [f"penalty {'+=' if i else '='} {term}" for i, term in enumerate(terms)]


def one_penalty(given: L1 | L2, places: list[int], mean: bool) -> str:
    """One regularizer's share, as its ``formula`` has it."""
    one = len(places) == 1
    kernel = f"model.layers[{places[0] if one else 'i'}].kernel"
    if isinstance(given, L2):
        factor, part = f"{given.l2} / {'(2 * n)' if mean else '2'}", f"ops.sum({kernel}**2)"
    else:
        factor, part = f"{given.l1}{' / n' if mean else ''}", f"ops.sum(ops.abs({kernel}))"
    if one:
        return f"{factor} * {part}"
    first = f"range({len(places)})" if places == list(range(len(places))) else tuple(places)
    return f"{factor} * sum({part} for i in {first})"


def says(found: LossText, plan: Plan, mean: bool) -> str:
    """What the function is, and where it differs from what Keras has."""
    given: dict[str, Any] = {describe(penalty): penalty for _, penalty in plan.penalties}
    formulas = [f"{x}: {p.formula if mean else p.sum_formula}" for x, p in given.items()]
    parts = [f"{found.says}{', and '.join(['', *formulas])}."]
    if given and mean:
        parts.append("n are the rows of the batch, which Keras' regularizers cannot know.")
    if given:
        parts.append("Keras' evaluate() has the penalty, too.")
    if not mean:
        parts.append("Keras takes the mean over the rows: n times a row's loss makes it the sum.")
    return " ".join(parts)
