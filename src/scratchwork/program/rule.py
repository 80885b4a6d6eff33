"""What an optimizer's rule may ask for, and what it may not do: it holds for any shape."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Real

from ..errors import ProgramError
from .ir import Size, Statement, Value
from .scope import Scope

GENERIC = (Size(0, "size"),)
"""The shape of the parameter that a rule is recorded on: any shape."""

WHOLE = {"sum", "mean", "norm", "stop_gradient", "copy", "cast", "broadcast_to"}
"""What may be done to a parameter of any shape besides arithmetic entry by entry."""


class RuleScope:
    """What an optimizer's ``update(W, dW, scope)`` may ask for.

    ``update`` is recorded once, for a parameter W of any shape: it may treat every entry alike, and
    take sums and means over all entries of one parameter.

    Attributes
    ----------
    t : Value
        The number of this step, from 1.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import scratchwork as sw
    >>> @dataclass(frozen=True)
    ... class MeanGradient:
    ...     learning_rate: float = 0.1
    ...
    ...     def update(self, W, dW, scope):
    ...         total = scope.state("total")
    ...         total = scope.update(total, total + dW)
    ...         return W - self.learning_rate * total / scope.t
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=MeanGradient(), seed=0)
    >>> print(*(line.strip() for line in model.source().splitlines()[-3:-1]), sep="\\n")
    total_W1 += dW1
    W1 -= learning_rate * total_W1 / t
    """

    def __init__(self, scope: Scope) -> None:
        self.t = scope.inputs["t"]
        self.note = scope.recorder.note
        self.states: dict[Value, float] = {}  # one for each parameter, by how they begin
        self.shared: dict[Value, float] = {}  # one for all
        self.updates: dict[Value, Value] = {}

    def state(self, name: str, initial: float = 0.0, shape: tuple[()] | None = None) -> Value:
        """Numbers kept from step to step.

        Parameters
        ----------
        name : str
            Printed with the parameter's behind it: ``m_W1``.
        initial : float
            What they begin as.
        shape : (), optional
            One number for all parameters. By default there is one for each of the parameter's.
        """
        if shape not in (None, ()):
            todo = "leave shape out, or give ()"
            raise ProgramError(self.note, f"{name} of W's shape, or of ()", repr(shape), todo)
        if not isinstance(initial, Real | Value):
            todo = "give a number"
            raise ProgramError(self.note, f"a number that {name} begins as", repr(initial), todo)
        if name in [state.name for state in (*self.states, *self.shared)]:
            todo = "give the second another name"
            raise ProgramError(self.note, "a name for each state", f"{name} twice", todo)
        value = Value(GENERIC if shape is None else (), "model", "state").named(name)
        (self.states if shape is None else self.shared)[value] = initial
        return value

    def update(self, state: Value, value: Value) -> Value:
        """Let ``state`` become ``value``, and give it back: the rule goes on with the new one.

        What was read of ``state`` before is the old one. The new value of a number for all
        parameters cannot depend on one of them.
        """
        if state not in self.states and state not in self.shared:
            todo = "update what scope.state() gave"
            raise ProgramError(self.note, "an update of a state", repr(state), todo)
        if state in self.updates:
            todo = "combine them into one"
            raise ProgramError(self.note, f"one update of {state.name}", "a second", todo)
        if not isinstance(value, Value) or value.shape != state.shape:
            shape = "W's shape" if state.shape else "shape ()"
            todo = "compute it from W, dW and states" if state.shape else "compute it from numbers"
            got = repr(value)
            raise ProgramError(self.note, f"a new {state.name} of {shape}", got, todo)
        self.updates[state] = value
        return value


def check_rule(statements: Sequence[Statement], rule: RuleScope) -> None:
    """Refuse what a parameter of any shape cannot mean, or could only mean for one of several."""
    made = {s.target for s in statements}
    for state in rule.shared:
        if rule.updates.get(state) in made:
            expected = f"a new {state.name} that is the same for all parameters"
            got, todo = "one from W, dW or a state", "leave shape=() out: one for each parameter"
            raise ProgramError(rule.note, expected, got, todo)
    for s in statements:
        if not (s.op.elementwise or s.op.name in WHOLE) or s.attrs.get("axis") is not None:
            axis = s.attrs.get("axis")
            raise by_shape(rule.note, f"{s.op.name}({'' if axis is None else f'axis={axis}'})")
        for x in s.values:
            if x in rule.shared and x in rule.updates:
                todo = f"use what scope.update({x.name}, ...) gives back"
                raise ProgramError(rule.note, f"the new {x.name}", "the old one", todo)


def by_shape(note: str, got: str) -> ProgramError:
    """The error for an operation that depends on the parameter's shape."""
    return ProgramError(
        note,
        "update() to treat every entry alike: parameters have different shapes",
        f"{got} of W, dW or a state",
        "use sums and means over all entries, without axis",
    )
