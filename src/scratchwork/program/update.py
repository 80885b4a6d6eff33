"""The optimizer's statements: a rule, recorded once on a generic parameter, for every parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Protocol

from ..errors import ProgramError
from .ir import Loop, Program, Size, Statement, Value, apply
from .passes import lower
from .scope import Scope

MOST_WRITTEN_OUT = 8
"""Up to this many parameters have their own update lines; more share a loop."""


class Optimizer(Protocol):
    """An optimizer: its fields are its settings, ``update`` is its rule."""

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value: ...


class RuleScope:
    """What an optimizer's ``update(W, dW, scope)`` may ask for.

    Attributes
    ----------
    t : Value
        The number of this step, from 1.
    """

    def __init__(self, scope: Scope) -> None:
        self.t = scope.inputs["t"]
        self.states: dict[Value, float] = {}
        self.updates: dict[Value, Value] = {}

    def state(self, name: str, initial: float = 0.0) -> Value:
        """Numbers kept from step to step, one for each of the parameter's."""
        value = Value(GENERIC, "model", "state", name)
        self.states[value] = initial
        return value

    def update(self, state: Value, value: Value) -> Value:
        """Let ``state`` become ``value``."""
        self.updates[state] = value
        return value


GENERIC = (Size(0, "size"),)


@dataclass(frozen=True, eq=False)
class Rule:
    """What the optimizer does to one parameter W with the gradient dW."""

    W: Value
    dW: Value
    states: Mapping[Value, float]
    updates: Mapping[Value, Value]
    statements: tuple[Statement, ...]
    note: str


def is_zero(description: object) -> bool:
    """Whether every number of a description is 0: what it does is structure, and left out."""
    numbers = [getattr(description, f.name) for f in fields(description)]  # type: ignore[arg-type] # a dataclass
    return bool(numbers) and all(number == 0 for number in numbers)


def record_rule(optimizer: Optimizer, scope: Scope) -> Rule:
    """Record the rule. What is the same for all parameters (rates) stays in the program itself."""
    recorder = scope.recorder
    note = f"update: {type(optimizer).__name__}"
    start = len(recorder.statements)
    with recorder.at(phase="update", note=note, suffix=""):
        scope.own_names.clear()
        optimizer = scope.symbolic(optimizer)
        W, dW = Value(GENERIC, "model", "parameter", "W"), Value(GENERIC, name="dW")
        rule_scope = RuleScope(scope)
        before = len(recorder.statements)
        new = optimizer.update(W, dW, rule_scope)
        if not isinstance(new, Value) or new.shape != GENERIC:
            raise ProgramError(
                note,
                "update() to return the new W, of W's shape",
                repr(new),
                "return it: return W - self.learning_rate * dW",
            )
    recorded = lower_statements(recorder.statements[start:])
    if any(scope.inputs["t"] in s.values for s in recorded):
        note = f"{note}\nt is the number of this step, from 1"
        recorded = tuple(replace(s, note=note) for s in recorded)
    body = recorded[before - start :]
    generic = dependents({W, dW, *rule_scope.states}, body)
    recorder.statements[start:] = [s for s in recorded if s.target not in generic]
    updates = {**rule_scope.updates, W: new}
    own = tuple(s for s in body if s.target in generic or s.target.name is None)
    return Rule(W, dW, rule_scope.states, updates, own, note)


def lower_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    whole = Program("rule", (), (), (), {}, tuple(statements), {}, ())
    return lower(whole).statements


def dependents(given: set[Value], statements: Iterable[Statement]) -> set[Value]:
    found = set(given)
    for s in statements:
        if found.intersection(s.values):
            found.add(s.target)
    return found


def record_update(rule: Rule, gradients: Mapping[Value, Value], scope: Scope) -> tuple[Loop, ...]:
    """Record the rule for each parameter, or give one Loop over all if they are many."""
    rows = [own_values(rule, parameter, dW, scope) for parameter, dW in gradients.items()]
    if len(rows) > MOST_WRITTEN_OUT:
        given = (rule.W, *rule.states, rule.dW)
        program = Program(rule.note, given, (), (), {}, rule.statements, rule.updates, ())
        return (Loop(program, tuple(rows)),)
    for row in rows:
        values = dict(row)
        for s in rule.statements:
            values[s.target] = instance(s, values, scope)
        for key, value in rule.updates.items():
            scope.update(row[key], values.get(value, value))
    return ()


def own_values(rule: Rule, parameter: Value, dW: Value, scope: Scope) -> dict[Value, Value]:
    row = {rule.W: parameter}
    for state in rule.states:
        row[state] = Value(parameter.shape, "model", "state", f"{state.name}_{parameter.name}")
        scope.state_values.append(row[state])
    return {**row, rule.dW: dW}


def instance(s: Statement, values: Mapping[Value, Value], scope: Scope) -> Value:
    inputs = tuple(values.get(x, x) if isinstance(x, Value) else x for x in s.inputs)
    with scope.recorder.at(phase="update", note=s.note):
        y = scope.recorder.append(s.op.name, inputs, s.attrs)
    if s.target.name:
        y.name = f"{s.target.name}_{values[next(iter(values))].name}"
    return y


def initial_state(rule: Rule, parameter: Value, scope: Scope) -> None:
    """Record the first numbers of the optimizer's state for one parameter."""
    for state, initial in rule.states.items():
        value = apply("full", initial, shape=parameter.shape)
        value.name = f"{state.name}_{parameter.name}"
        scope.state_values.append(value)
