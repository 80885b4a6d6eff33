"""Regularizers: a penalty on the kernels, added to the loss. Biases are not regularised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, Protocol

from .errors import DescriptionError
from .program.ir import Operand, Value
from .program.primitives import sign
from .program.record import composite
from .settings import Described, advice, as_floats, not_negative
from .synonyms import refuse_foreign


class Regularizer(Protocol):
    """A penalty: its fields are strengths, ``penalty(n, kernels)`` records it for all kernels.

    With ``reduction="sum"`` n is 1. A class may have ``formula`` and ``sum_formula``, its penalty
    with reduction "mean" and "sum", to stand in the program's comment.
    """

    def penalty(self, n: Operand, kernels: Sequence[Value]) -> Value: ...


def regularizer(given: Regularizer | None) -> Regularizer | None:
    """What a user's ``regularizer=`` means: anything with a ``penalty``, or none."""
    expected = "one such as sw.L2(0.1), or None"
    refuse_foreign("regularizer", given, ("L1", "L2"), "sw.{}(...)", expected)
    if given is not None and (isinstance(given, type) or not hasattr(given, "penalty")):
        raise DescriptionError(
            "regularizer",
            expected,
            repr(given),
            advice(given, ()) if isinstance(given, type) else strength(given),
        )
    return given


def strength(given: object) -> str:
    """What to do about a regularizer by name, which in Keras means a strength of 0.01."""
    word = given.lower() if isinstance(given, str) else ""
    keras = {"l1": "sw.L1(n * 0.01)", "l2": "sw.L2(2 * n * 0.01)"}.get(word)
    if keras is None:
        return "give an instance: sw.L2(0.1)"
    return f"give its strength; Keras' {word!r} is {keras}, n the rows of a batch"


def l2_gradient(
    dy: Value, y: Value, l2: Value, n: Value, *kernels: Value
) -> tuple[Value | None, ...]:
    return None, None, *(dy * (l2 / n * W) for W in kernels)


@composite(vjp=l2_gradient)
def l2_penalty(l2: Value, n: Value, *kernels: Value) -> Value:
    return l2 / (2 * n) * total([(W**2).sum() for W in kernels])


def l1_gradient(
    dy: Value, y: Value, l1: Value, n: Value, *kernels: Value
) -> tuple[Value | None, ...]:
    return None, None, *(dy * (l1 / n * sign(W)) for W in kernels)


@composite(vjp=l1_gradient)
def l1_penalty(l1: Value, n: Value, *kernels: Value) -> Value:
    return l1 / n * total([abs(W).sum() for W in kernels])


def total(parts: Sequence[Value]) -> Value:
    return reduce(lambda a, b: a + b, parts)


@dataclass(frozen=True)
class L2(Described):
    """The penalty ``l2 / (2 n) * sum(W**2)`` over the kernels, n the rows of the batch.

    With ``reduction="sum"`` it is n times that. Keras' ``L2(k)`` is ``l2 = 2 n k`` and PyTorch's
    ``weight_decay=w`` in SGD is ``l2 = n w`` (and there it acts on biases too).

    Parameters
    ----------
    l2 : float >= 0
        The strength, lambda in most books.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", regularizer=sw.L2(0.1), seed=0)
    >>> lines = [line.split("#")[0].strip() for line in model.source().splitlines()]
    >>> print(next(line for line in lines if line.startswith("dW1 =")))
    dW1 = X.T @ dZ1 + l2 / n * W1
    """

    l2: float
    formula: ClassVar[str] = "l2 / (2 n) * sum(W**2)"
    sum_formula: ClassVar[str] = "l2 / 2 * sum(W**2)"

    def __post_init__(self) -> None:
        not_negative("L2", "l2", self.l2)
        as_floats(self, "l2")

    def penalty(self, n: Operand, kernels: Sequence[Value]) -> Value:
        return l2_penalty(self.l2, n, *kernels)


@dataclass(frozen=True)
class L1(Described):
    """The penalty ``l1 / n * sum(abs(W))`` over the kernels, n the rows of the batch.

    Keras' ``L1(k)`` is ``l1 = n k``.

    Parameters
    ----------
    l1 : float >= 0

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", regularizer=sw.L1(0.1), seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("penalty =", "dW1 ="))), sep="\\n")
    penalty = l1 / n * np.abs(W1).sum()
    dW1 = X.T @ dZ1 + l1 / n * np.sign(W1)
    """

    l1: float
    formula: ClassVar[str] = "l1 / n * sum(abs(W))"
    sum_formula: ClassVar[str] = "l1 * sum(abs(W))"

    def __post_init__(self) -> None:
        not_negative("L1", "l1", self.l1)
        as_floats(self, "l1")

    def penalty(self, n: Operand, kernels: Sequence[Value]) -> Value:
        return l1_penalty(self.l1, n, *kernels)
