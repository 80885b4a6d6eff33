"""What a user's ``metrics=`` means, and metrics of their own."""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import DescriptionError, ShapeError
from ..losses import check_arguments
from ..program.ir import N, Statement, Value, shape_text
from ..program.passes import RESERVED
from ..program.record import call
from ..settings import advice
from ..synonyms import named
from .table import METRICS, Metric, Outcome, TopK


@dataclass(frozen=True)
class Own:
    """A user's metric: a function of Values (P, Y) -> one number a row, or their mean."""

    function: Callable[[Value, Value], Value]

    def __post_init__(self) -> None:
        check_name(self.name)
        check_arguments(f"metric {self.name}", self.function, ("P", "Y"), "predictions first")

    @property
    def name(self) -> str:
        return getattr(self.function, "__name__", type(self.function).__name__)

    def record(self, outcome: Outcome) -> Value:
        if self.name in outcome.scope.names:
            raise taken(self.name)
        measured = call(self.function, outcome.P, outcome.Y)
        if measured.shape == (N,):
            return measured.mean()
        if measured.shape or not is_mean(measured, outcome.scope.recorder.statements):
            # blocks of rows are averaged, which is right for a mean and for no other number
            raise ShapeError(
                f"metric {self.name}",
                "one number a row, (n,), or their mean",
                shape_text(measured.shape) if measured.shape else "() that is no .mean()",
                "take the mean over the outputs with .mean(axis=1)",
            )
        return measured


def is_mean(number: Value, statements: Iterable[Statement]) -> bool:
    """Whether the last thing done for a number was a mean over all rows."""
    for s in statements:
        if s.target is number:
            if s.body:
                return is_mean(number, s.body)
            return s.op.name == "mean" and s.values[0].shape[0] == N
        if is_mean(number, s.body):
            return True
    return False


TAKEN = {*RESERVED, "X", "Y", "y", "n", "t", "epoch", "rng", "loss", "penalty", "y_variance"}


def check_name(name: str) -> None:
    """Refuse a function whose name the program could not print, or that means something else."""
    printable = name.isascii() and name.isidentifier() and not keyword.iskeyword(name)
    if not printable or name in TAKEN or name in METRICS or name.startswith("val_"):
        raise taken(name)


def taken(name: str) -> DescriptionError:
    todo = "define it with def and a name of its own: it is printed, and stands in history"
    return DescriptionError("metrics", "functions with a name of their own", repr(name), todo)


GivenMetric: TypeAlias = str | Metric | Callable[[Value, Value], Value]
TOP_K = re.compile(r"top_?(\d+)(?:_?accuracy)?$", re.IGNORECASE)


def metric(given: object) -> Metric | None:
    """What one of a user's ``metrics=`` means; None for what is no name of ours."""
    if isinstance(given, TopK):
        return given
    if callable(given) and not isinstance(given, type):
        named("metrics", given, METRICS)  # refuses what belongs to another library
        return Own(given)
    name = named("metrics", given, (*METRICS, "top_5_accuracy"))
    if name in METRICS:
        return METRICS[name]
    top = TOP_K.match(name or (given if isinstance(given, str) else ""))
    return TopK(int(top[1])) if top else None


def listed(given: object) -> tuple[object, ...]:
    """A user's ``metrics=``: several, one, or none."""
    if given is None:
        return ()
    several = isinstance(given, Iterable) and not isinstance(given, str | type)
    return tuple(given) if several else (given,)  # type: ignore[arg-type] # checked above


def names_of(metrics: Iterable[Metric], scorers: Iterable[str]) -> str:
    """As ``compile`` takes them: ``["accuracy", "top_3_accuracy", my_metric, "f1_macro"]``."""
    shown = [x.name if isinstance(x, Own) else f'"{x.name}"' for x in metrics]
    shown += [f'"{name}"' for name in scorers]
    return f"[{', '.join(shown)}]"


def unknown(given: object, others: Iterable[str] = (), todo: str = "") -> DescriptionError:
    """The error for what is no metric: ours are named, and the nearest of others too."""
    names = (*METRICS, "top_5_accuracy")
    expected = f"metrics of {', '.join(names)}, sw.TopK(3), a function of Values (P, Y)"
    expected += ", or a scorer of scikit-learn" * bool(others)
    near = advice(given, (*names, *others))
    return DescriptionError(
        "compile", expected, repr(given), (near == "choose one of them" and todo) or near
    )
