"""The types of a program: Value, Op, Statement, Line, Loop, Program. Start reading here.

A program is a list of statements, each of which computes one Value from others. Values know their
shape and nothing of numbers or text: engines hold the arrays, dialects write the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal, TypeAlias

from .value import (
    BUILDER,
    Attrs,
    Axis,
    DType,
    N,
    Operand,
    Role,
    Shape,
    Size,
    Value,
    apply,
    builder,
    shape_text,
)

Phase: TypeAlias = Literal["prologue", "forward", "loss", "backward", "update"]
PHASES: tuple[Phase, ...] = ("prologue", "forward", "loss", "backward", "update")
DTypeRule: TypeAlias = DType | Mapping[DType, DType] | None
"""An operation's result: one dtype always, another for some inputs, or that of the inputs."""


@dataclass(frozen=True)
class Op:
    """What a statement does: a row of ``primitives``, or a composite (an activation, a loss ...).

    ``shape(*shapes, **attrs)`` gives the result's shape or raises a ShapeError. ``vjp(dy, y,
    *inputs, **attrs)`` records the gradient with respect to each input (None for one that has
    none), given that of the result. A composite has no shape rule and needs no vjp: its body has
    both.
    """

    name: str
    shape: Callable[..., Shape] | None = None
    vjp: Callable[..., tuple[Operand | None, ...]] | None = None
    dtype: DTypeRule = None
    elementwise: bool = False
    view: bool = False
    draws: bool = False


@dataclass(frozen=True, eq=False)
class Statement:
    """``target = op(*inputs, **attrs)``. A composite keeps its ``body``, which ends in target."""

    target: Value
    op: Op
    inputs: tuple[Operand, ...]
    attrs: Attrs
    phase: Phase
    note: str
    body: tuple[Statement, ...] = ()

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The Values among the inputs."""
        return tuple(x for x in self.inputs if isinstance(x, Value))

    @cached_property
    def reads(self) -> tuple[Value, ...]:
        """All that must exist before: the inputs, and what the body takes from outside."""
        made = {s.target for s in self.body}
        return (*self.values, *(x for s in self.body for x in s.reads if x not in made))

    @cached_property
    def makes(self) -> tuple[Value, ...]:
        """What exists after it: its target, and what a composite's body computes."""
        return (self.target, *(x for s in self.body for x in s.makes))


@dataclass(frozen=True, eq=False)
class Line:
    """One line of text to be: a statement, with the statements that are written inside it.

    ``writes`` is the parameter or state that the line changes in place.
    """

    statement: Statement
    inlined: Mapping[Value, Statement]
    phase: Phase
    writes: Value | None = None

    @property
    def target(self) -> Value:
        return self.statement.target

    @property
    def after_loops(self) -> bool:
        """Whether it changes a layer's state: such lines end the update, behind the optimizer's."""
        return self.phase == "update" != self.statement.phase

    @cached_property
    def reads(self) -> tuple[Value, ...]:
        """The names that stand on the line's right side."""

        def leaves(statement: Statement) -> Iterator[Value]:
            for x in statement.values:
                yield from leaves(self.inlined[x]) if x in self.inlined else (x,)

        return tuple(leaves(self.statement))

    @cached_property
    def views(self) -> Value | None:
        """The value in whose memory the line's result lies: V = W.T changes when W does."""
        s = self.statement
        while s.op.view or s.op.name in ("broadcast_to", "crop"):
            x = s.inputs[0]
            if not isinstance(x, Value) or x not in self.inlined:
                return x if isinstance(x, Value) else None
            s = self.inlined[x]
        return None


@dataclass(frozen=True, eq=False)
class Loop:
    """An update rule, written once and run for each parameter: ``for W, m, dW in zip(...)``."""

    rule: Program
    rows: tuple[Mapping[Value, Value], ...]  # for each parameter: the rule's value -> ours

    @property
    def reads(self) -> tuple[Value, ...]:
        return tuple(value for row in self.rows for value in row.values())

    @property
    def writes(self) -> tuple[Value, ...]:
        """The parameters and state that the loop changes."""
        return tuple(row[key] for row in self.rows for key in self.rule.updates)

    @property
    def scalars(self) -> tuple[Value, ...]:
        """What the rule reads that is the same for every parameter (rates, the step ``t``)."""
        own = set(self.rows[0]) | {s.target for s in self.rule.statements}
        return tuple(
            dict.fromkeys(x for s in self.rule.statements for x in s.values if x not in own)
        )


@dataclass(frozen=True, eq=False)
class Program:
    """The statements of one function, what it takes, changes and returns.

    ``gradients`` maps each trainable parameter that the loss reaches to its gradient, ``updates``
    each parameter and state to its new value; ``lines`` is filled by the last pass.
    """

    name: str
    inputs: tuple[Value, ...]
    parameters: tuple[Value, ...]
    state: tuple[Value, ...]
    hyperparameters: Mapping[Value, float]
    statements: tuple[Statement, ...]
    updates: Mapping[Value, Value]
    outputs: tuple[Value, ...]
    gradients: Mapping[Value, Value] = field(default_factory=dict)
    minimum_rows: int = 1
    loops: tuple[Loop, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def given(self) -> tuple[Value, ...]:
        """Every value that exists before the first statement."""
        return (*self.inputs, *self.parameters, *self.state, *self.hyperparameters)

    def having(self, **changes: Any) -> Program:
        return replace(self, **changes)


OPS: dict[str, Op] = {}
"""The primitives by name; ``primitives`` fills it."""

__all__ = [
    "BUILDER",
    "OPS",
    "PHASES",
    "Attrs",
    "Axis",
    "DType",
    "DTypeRule",
    "Line",
    "Loop",
    "N",
    "Op",
    "Operand",
    "Phase",
    "Program",
    "Role",
    "Shape",
    "Size",
    "Statement",
    "Value",
    "apply",
    "builder",
    "shape_text",
]
