"""The table of metrics, and which of them makes sense under which loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from ..activations import softmax
from ..errors import DescriptionError
from ..losses import Loss
from ..program.ir import Value, apply
from ..program.primitives import equal, expand_dims, first_maximum
from ..program.record import call
from ..program.scope import Scope
from ..settings import Described, as_ints, whole


@dataclass(frozen=True)
class Outcome:
    """What a metric compares: the raw output Z, targets y as given and Y as the loss has them."""

    Z: Value
    y: Value
    Y: Value
    loss: Loss
    scope: Scope

    @property
    def outputs(self) -> int:
        return self.Z.shape[1].number

    @cached_property
    def P(self) -> Value:
        """The predictions, as ``predict`` gives them."""
        P = call(self.loss.link, self.Z)
        return P if P is self.Z else P.named("P")

    @cached_property
    def R(self) -> Value:
        """The residuals of the predictions."""
        return (self.P - self.Y).named("R")

    @cached_property
    def D(self) -> Value:
        """The distances, with a line of their own where the loss is their mean, too."""
        D = abs(self.R)
        return D.named("D") if self.loss.name == "mean_absolute_error" else D

    @cached_property
    def squares(self) -> Value:
        return (self.R**2).named("squares")

    @property
    def of_classes(self) -> bool:
        """Whether the largest output says which class it is."""
        return self.loss.classes or (self.outputs > 1 and not self.loss.answers)

    @cached_property
    def right(self) -> Value:
        """(n, k): whether each output answers yes where the target is yes."""
        right = equal(self.loss.raw_threshold < self.Z, self.Y > 0.5)
        return right.named("right") if self.outputs > 1 else right


class Metric(Protocol):
    """What the program computes besides the loss, under a name; a mean over rows."""

    @property
    def name(self) -> str: ...

    def record(self, outcome: Outcome) -> Value: ...


def accuracy(outcome: Outcome) -> Value:
    """The share of rows whose class is right.

    The class is the largest output; with one output, or where each output answers yes or no
    (binary_cross_entropy, hinge), all answers of a row must be right: yes where the prediction is
    above one half, under hinge above 0.
    """
    if outcome.of_classes:
        y, Y = outcome.y, outcome.Y
        labels = y if y.ndim == 1 else apply("argmax", Y, axis=1)
        return equal(apply("argmax", outcome.Z, axis=1), labels).mean()
    right = outcome.right
    if outcome.outputs > 1:
        right = equal(right.sum(axis=1), outcome.outputs)
    return right.mean()


def binary_accuracy(outcome: Outcome) -> Value:
    """The share of single answers that are right, however many a row has."""
    return outcome.right.named("right").mean()  # a line that accuracy shares


def mean_absolute_error(outcome: Outcome) -> Value:
    """mean(abs(R)) over rows and outputs."""
    return outcome.D.mean()


def mean_squared_error(outcome: Outcome) -> Value:
    """mean(R**2) over rows and outputs. Of probabilities it is Brier's score."""
    return outcome.squares.mean()


def r2(outcome: Outcome) -> Value:
    """1 - mean(R**2 / y_variance), the mean over outputs as scikit-learn's r2_score.

    y_variance is that of each output's targets over all rows given to ``fit`` or ``evaluate``, so
    that batches add up to the whole. NaN where the targets of an output are all the same, as those
    of a single row are.
    """
    column = outcome.y.ndim == 1
    shape = () if column else outcome.Y.shape[1:]
    variance = Value(shape, "model", "input", "y_variance")
    variance = outcome.scope.inputs.setdefault("y_variance", variance)
    return 1 - (outcome.squares / variance).mean()


# ---- which metric makes sense where ----
def needs_classes(metric: str, outcome: Outcome) -> None:
    """Refuse a loss whose outputs are rates or quantiles."""
    if outcome.loss.one_target or outcome.loss.name == "poisson":
        raise unfit(metric, outcome, "a loss for classes", 'use metrics=["mean_absolute_error"]')


def needs_answers(metric: str, outcome: Outcome) -> None:
    needs_classes(metric, outcome)
    if outcome.loss.classes:
        raise unfit(metric, outcome, "outputs that answer yes or no", 'use metrics=["accuracy"]')


def needs_targets(metric: str, outcome: Outcome) -> None:
    if outcome.loss.one_target and outcome.outputs > 1:
        expected = "an output for each target"
        raise unfit(metric, outcome, expected, "leave it out: each output is another quantile")


def needs_numbers(metric: str, outcome: Outcome) -> None:
    needs_targets(metric, outcome)
    if outcome.loss.classes:
        raise unfit(metric, outcome, "a loss for numbers", 'use metrics=["accuracy"]')


def unfit(metric: str, outcome: Outcome, expected: str, todo: str) -> DescriptionError:
    got = f'loss="{outcome.loss.name}" with {outcome.outputs} output{"s" * (outcome.outputs > 1)}'
    return DescriptionError(f"metric {metric}", expected, got, todo)


@dataclass(frozen=True)
class Known:
    """A row of the table: what it computes, and which losses it refuses."""

    function: Callable[[Outcome], Value]
    check: Callable[[str, Outcome], None]

    @property
    def name(self) -> str:
        return self.function.__name__

    def record(self, outcome: Outcome) -> Value:
        self.check(self.name, outcome)
        return self.function(outcome)


METRICS: dict[str, Known] = {
    metric.name: metric
    for metric in (
        Known(accuracy, needs_classes),
        Known(binary_accuracy, needs_answers),
        Known(mean_absolute_error, needs_targets),
        Known(mean_squared_error, needs_targets),
        Known(r2, needs_numbers),
    )
}
"""By the names that ``compile(metrics=...)`` takes, besides ``top_5_accuracy`` and the like."""


@dataclass(frozen=True)
class TopK(Described):
    """The share of rows whose right class is among the k largest outputs: ``top_3_accuracy``.

    A class stands behind those with a larger output; one of equal output does not push it down, so
    with ties it may be kinder than accuracy. With targets that are probabilities the right class is
    the most probable. The name is taken as well: ``metrics=["top_3_accuracy"]``. Keras'
    TopKCategoricalAccuracy has k = 5, scikit-learn's scorer ``top_k_accuracy`` k = 2.

    Parameters
    ----------
    k : int >= 1
        Less than the number of classes.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(10)], input_shape=4)
    >>> model.compile(loss="cross_entropy", metrics=["accuracy", sw.TopK(3)], seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("Z_right", "top_3"))), sep="\\n")
    Z_right = (Z1 * Y).sum(axis=1)
    top_3_accuracy = ((Z_right[:, None] < Z1).sum(axis=1) < 3).mean()
    """

    k: int

    def __post_init__(self) -> None:
        whole("TopK", "k", self.k)
        as_ints(self, "k")

    @property
    def name(self) -> str:
        return f"top_{self.k}_accuracy"

    def record(self, outcome: Outcome) -> Value:
        loss, Z, Y = outcome.loss, outcome.Z, outcome.Y
        if not (loss.classes or loss.link is softmax):
            raise unfit(self.name, outcome, "a loss for classes", 'use metrics=["accuracy"]')
        if self.k >= outcome.outputs:
            expected, todo = f"more than {self.k} classes", "choose a smaller k: it would be 1"
            raise unfit(self.name, outcome, expected, todo)
        one_hot = Y if outcome.y.ndim == 1 else first_maximum(Y, 1)
        Z_right = (Z * one_hot).sum(axis=1).named("Z_right")
        better = expand_dims(Z_right, 1) < Z
        return (better.sum(axis=1) < self.k).mean()
