"""The optimizer's statements: a rule, recorded once on a generic parameter, for every parameter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Protocol

from ..errors import ProgramError, ShapeError
from .clipping import record_clipping
from .ir import Loop, Program, Shape, Statement, Value, apply
from .passes import lower, unique
from .rule import GENERIC, RuleScope, by_shape, check_rule
from .scope import Scope

__all__ = ["Optimizer", "Rule", "RuleScope", "initial_state", "record_rule", "record_update"]

MOST_WRITTEN_OUT = 8
"""Up to this many parameters have their own update lines; more share a loop."""


class Optimizer(Protocol):
    """An optimizer: its fields are its settings, ``update`` is its rule."""

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value: ...


@dataclass(frozen=True, eq=False)
class Rule:
    """What the optimizer does to one parameter W with the gradient dW.

    ``gradients`` are the parameters' as the rule takes them; ``shared`` are numbers of which there
    is one for all parameters.
    """

    W: Value
    dW: Value
    states: Mapping[Value, float]
    updates: Mapping[Value, Value]
    statements: tuple[Statement, ...]
    note: str
    gradients: Mapping[Value, Value]
    shared: Mapping[Value, float] = field(default_factory=dict)


def is_zero(description: object) -> bool:
    """Whether every number of a description is 0: what it does is structure, and left out."""
    numbers = [getattr(description, f.name) for f in fields(description)]  # type: ignore[arg-type] # a dataclass
    return bool(numbers) and all(number == 0 for number in numbers)


# ---- recorded once ----
def record_rule(
    optimizer: Optimizer, scope: Scope, gradients: Mapping[Value, Value] | None = None
) -> Rule:
    """Record the rule. What is the same for all parameters (rates) stays in the program itself."""
    recorder, note = scope.recorder, f"update: {type(optimizer).__name__}"
    with recorder.at(phase="update", note=note, suffix=""):
        scope.own_names.clear()
        start = len(recorder.statements)
        optimizer = scope.symbolic(optimizer)
        rates = recorder.statements[start:]
        del recorder.statements[start:]
        clipped = record_clipping(optimizer, gradients or {}, scope)  # before the rates
        start = len(recorder.statements)
        recorder.statements += rates
        before = len(recorder.statements)
        W, dW = Value(GENERIC, "model", "parameter", "W"), Value(GENERIC, name="dW")
        rule_scope = RuleScope(scope)
        try:
            new = new_parameter(optimizer.update(W, clipped.scaled(dW), rule_scope), note)
        except ShapeError as error:
            raise by_shape(note, error.where.removeprefix(f"{note}: ")) from None
    recorded = lower_statements(recorder.statements[start:])
    note = "\n".join([note, *remarks(recorded, scope)])
    recorded = tuple(replace(s, note=note) for s in recorded)
    generic = dependents({W, dW, *rule_scope.states}, recorded)
    check_rule([s for s in recorded if s.target in generic], rule_scope)
    recorder.statements[start:] = [s for s in recorded if s.target not in generic]
    fixed = dependents({*rule_scope.shared}, recorded) - generic
    own = tuple(
        s
        for s in recorded[before - start :]
        if s.target in generic or (s.target.name is None and s.target not in fixed)
    )
    updates = {**rule_scope.updates, W: new}
    states, shared = rule_scope.states, rule_scope.shared
    return Rule(W, dW, states, updates, own, note, clipped.gradients, shared)


def new_parameter(new: object, note: str) -> Value:
    """What update() returned, or an error if it is no new W."""
    if isinstance(new, Value) and new.shape == GENERIC:
        return new
    raise ProgramError(
        note,
        "update() to return the new W, of W's shape",
        repr(new),
        "return it: return W - self.learning_rate * dW",
    )


def remarks(recorded: Sequence[Statement], scope: Scope) -> list[str]:
    """What the counts are that the statements read."""
    read = {x for s in recorded for x in s.values}
    told = {"t": "t is the number of this step, from 1", "epoch": "epoch is counted from 0"}
    return [text for name, text in told.items() if scope.inputs[name] in read]


def lower_statements(statements: Iterable[Statement]) -> tuple[Statement, ...]:
    whole = Program("rule", (), (), (), {}, tuple(statements), {}, ())
    return lower(whole).statements


def dependents(given: set[Value], statements: Iterable[Statement]) -> set[Value]:
    found = set(given)
    for s in statements:
        if found.intersection(s.values):
            found.add(s.target)
    return found


# ---- for every parameter ----
def record_update(rule: Rule, scope: Scope, most: int | None = None) -> tuple[Loop, ...]:
    """Record the rule for each parameter, or give one Loop over all if they are more than most."""
    for state in rule.shared:
        scope.state_values.append(state)
        if state in rule.updates:
            scope.update(state, rule.updates[state])
    updates = {key: value for key, value in rule.updates.items() if key not in rule.shared}
    rows = [own_values(rule, parameter, dW, scope) for parameter, dW in rule.gradients.items()]
    if len(rows) > (MOST_WRITTEN_OUT if most is None else most):
        given = (rule.W, *rule.states, rule.dW)
        program = Program(rule.note, given, (), (), {}, rule.statements, updates, ())
        return (Loop(program, tuple(rows)),)
    for row in rows:
        values = dict(row)
        for s in rule.statements:
            values[s.target] = instance(s, values, str(row[rule.W].name), scope)
        for key, value in updates.items():
            scope.update(row[key], values.get(value, value))
    return ()


def own_values(rule: Rule, parameter: Value, dW: Value, scope: Scope) -> dict[Value, Value]:
    row = {rule.W: parameter}
    for state in rule.states:
        name = state_name(state, parameter, scope)
        row[state] = Value(parameter.shape, "model", "state", name)
        scope.state_values.append(row[state])
    return {**row, rule.dW: dW}


def state_name(state: Value, parameter: Value, scope: Scope) -> str:
    """``m_W1``; a layer that has called a number of its own so keeps the name."""
    name = unique(f"{state.name}_{parameter.name}", scope.names)
    scope.names.add(name)
    return name


def instance(s: Statement, values: Mapping[Value, Value], name: str, scope: Scope) -> Value:
    """The statement for the parameter of that name; what is named after dW is so after dW1."""
    inputs = tuple(values.get(x, x) if isinstance(x, Value) else x for x in s.inputs)
    with scope.recorder.at(phase="update", note=s.note):
        y = scope.recorder.append(s.op.name, inputs, s.attrs)
    if s.target.name:
        after = s.target.name.endswith("_dW")
        y.name = f"{s.target.name[:-1]}{name}" if after else f"{s.target.name}_{name}"
    return y


def initial_state(rule: Rule, parameters: Sequence[Value], scope: Scope) -> None:
    """Record the first numbers of the optimizer's state, those for all parameters first."""
    for state, initial in rule.shared.items():
        scope.state_values.append(begun(str(state.name), initial, ()))
    for state, initial in rule.states.items():  # one after the other: each is a flat vector
        for parameter in parameters:
            name = state_name(state, parameter, scope)
            scope.state_values.append(begun(name, initial, parameter.shape))


def begun(name: str, initial: float, shape: Shape) -> Value:
    value = apply("full", initial, shape=shape)
    value.name = name
    return value
