"""The gradient checker: what the library derives, printed and run, against central differences.

Everything is float64. The entries of an input are moved one by one; the slope comes from five
points (Fornberg 1988, table 1: an error of order step**4), so that a right gradient agrees to about
1e-11 and a rule that is wrong by 0.1 % is far outside the tolerance.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from scratchwork.description import Description
from scratchwork.dialects.load import function, load
from scratchwork.dialects.numpy import print_program
from scratchwork.dialects.numpy_functions import function_texts
from scratchwork.dialects.numpy_module import imports
from scratchwork.network import record_network
from scratchwork.program.gradient import differentiate
from scratchwork.program.ir import Program, Statement, Value
from scratchwork.program.record import Builder, recording
from scratchwork.program.scope import as_sizes
from scratchwork.programs import finish
from tests.cases import Array, Input

TOLERANCE = 1e-6
"""The largest error, relative to the entry or to a thousandth of the input's largest slope."""
STEP = 1e-3
SMALLEST = 1e-6  # slopes below this are rounding: what cannot change the result has gradient 0


class KinkError(ValueError):
    """The differences depend on the step: there is a kink nearby, so they prove nothing."""


@dataclass(frozen=True)
class Problem:
    """Something recorded: its result, what it was given, and what its gradient is asked for."""

    y: Value
    given: Mapping[Value, Any]
    wrt: tuple[Value, ...]


Record = Callable[[Builder], Problem]


# ---- what can be checked ----
def of_function(f: Callable[..., Value], inputs: Iterable[Input], numbers: Iterable[Any]) -> Record:
    """A function of Values at the numbers given; all its float arrays are to have a gradient."""

    def record(recorder: Builder) -> Problem:
        operands: list[Any] = []
        given: dict[Value, Any] = {}
        for i, number in zip(inputs, numbers, strict=True):
            value = input_value(i, "rng" if i.kind == "rng" else f"x{len(operands) + 1}")
            if value is None:
                operands.append(number)
                continue
            given[value] = number
            if value.shape and value.shape[0].batch and recorder.batch is None:
                recorder.batch = value
            operands.append(recorder.rows if i.kind == "rows" else value)
        wrt = tuple(x for x in given if x.dtype == "model" and x in operands)
        return Problem(f(*operands), given, wrt)

    return record


def input_value(i: Input, name: str) -> Value | None:
    """The Value for an input; None for Python numbers, which are passed as they are."""
    sizes = as_sizes(i.shape)
    if i.kind in ("literal", "zero", "one"):
        return None
    if i.kind == "number":
        return Value((), "weak", "hyperparameter", name)
    dtypes = {"mask": "bool", "choice": "bool", "labels": "int", "rng": "generator"}
    return Value(sizes, dtypes.get(i.kind, "model"), "input", name)


def of_network(description: Description, X: Array, numbers: Mapping[str, Array]) -> Record:
    """A network's raw output in training, by its input and every trainable parameter."""

    def record(recorder: Builder) -> Problem:
        network = record_network(description, recorder, "train")
        scope = network.scope
        everything = {"X": X, "rng": np.random.default_rng(5), "t": 1, "epoch": 0, **numbers}
        arrays = (*scope.inputs.values(), *scope.parameters, *scope.state_values)
        given = {value: everything[value.name] for value in arrays} | scope.hyperparameters
        return Problem(network.output, given, (scope.inputs["X"], *scope.trainable))

    return record


# ---- running and differentiating ----
def loaded(program: Program, dtype: str = "float64") -> Callable[..., Any]:
    """The program's text, printed and loaded."""
    parts = [function_texts([program]), print_program(program, dtype)]
    body = "\n\n".join(part for part in parts if part)
    return function(load(f"{imports(body)}\n\n{body}", "numpy"), program.name)


def call(code: Callable[..., Any], given: Mapping[Value, Any]) -> tuple[Any, ...]:
    """Call with a fresh copy of the generator, so that every call draws the same."""
    named = {str(value.name): fresh(number) for value, number in given.items()}
    count = code.__code__.co_argcount + code.__code__.co_kwonlyargcount
    result = code(**{key: named[key] for key in code.__code__.co_varnames[:count]})
    return result if isinstance(result, tuple) else (result,)


def fresh(number: Any) -> Any:
    return copy.deepcopy(number) if isinstance(number, np.random.Generator) else number


def program_of(recorder: Builder, given: Mapping[Value, Any], outputs: list[Value]) -> Program:
    """What was recorded as a program that returns ``outputs``, checked after every pass."""
    statements = (*recorder.prologue, *recorder.statements)
    return finish(Program("check", tuple(given), (), (), {}, statements, {}, tuple(outputs)))


def result(record: Record, dtype: str = "float64") -> Any:
    """What the recorded function gives."""
    with recording() as recorder:
        problem = record(recorder)
        program = program_of(recorder, problem.given, [problem.y])
    return call(loaded(program, dtype), problem.given)[0]


def gradients(
    record: Record, cotangent: Any, *, rules: bool = True, dtype: str = "float64"
) -> dict[str, Array]:
    """The derived gradients by name; ``rules=False`` ignores rules by hand and uses the bodies."""
    with recording() as recorder:
        problem = record(recorder)
        if not rules:
            recorder.statements = [without_rule(s) for s in recorder.statements]
        dy = Value(problem.y.shape, "model", "input", "dy")
        found = differentiate(problem.y, problem.wrt, seed=dy)
        given = {**problem.given, dy: cotangent}
        names = [str(x.name) for x in found]
        outputs = [problem.y, *found.values()]
        program = program_of(recorder, given, outputs)
    _, *arrays = call(loaded(program, dtype), given)
    return dict(zip(names, arrays, strict=True))


def without_rule(s: Statement) -> Statement:
    """The statement as if its function had no gradient rule, nor those that it calls."""
    if not s.body:
        return s
    return replace(s, op=replace(s.op, vjp=None), body=tuple(without_rule(x) for x in s.body))


def differences(record: Record, cotangent: Any) -> dict[str, Array]:
    """The gradients by central differences, from the program without its backward part.

    Raises
    ------
    KinkError
        If half the step gives something else.
    """
    with recording() as recorder:
        problem = record(recorder)
        code = loaded(program_of(recorder, problem.given, [problem.y]))
    found = {}
    for x in problem.wrt:
        slopes, finer = (slopes_of(code, problem.given, x, cotangent, h) for h in (STEP, STEP / 2))
        if np.abs(slopes - finer).max() > 0.1 * TOLERANCE * max(np.abs(finer).max(), 1):
            raise KinkError(f"{x.name}: choose numbers further from the kink")
        found[str(x.name)] = finer
    return found


def slopes_of(
    code: Callable[..., Any], given: Mapping[Value, Any], x: Value, cotangent: Any, h: float
) -> Array:
    """d(sum(cotangent * y)) / dx, entry by entry."""
    at = np.asarray(given[x], np.float64)
    slopes = np.zeros(at.shape)
    for entry in np.ndindex(at.shape):

        def moved(k: int, entry: tuple[int, ...] = entry) -> Array:
            there = at.copy()
            there[entry] += k * h
            return np.asarray(call(code, {**given, x: there})[0])

        slope = (8 * (moved(1) - moved(-1)) - (moved(2) - moved(-2))) / (12 * h)
        slopes[entry] = (cotangent * slope).sum()
    return slopes


# ---- verdicts ----
def relative_error(found: Array, true: Array) -> float:
    """The largest error over the entries, each relative to itself or to the floor; NaN is infinite.

    The floor is a thousandth of the largest true entry: an entry that happens to be close to 0 next
    to large ones is not held to more digits than they have.
    """
    if not (np.isfinite(found).all() and np.isfinite(true).all()):
        return np.inf
    floor = max(1e-3 * np.abs(true).max(), SMALLEST)
    errors = np.abs(found - true) / np.maximum(np.maximum(np.abs(true), np.abs(found)), floor)
    return float(errors.max())


def random_cotangent(record: Record, seed: int = 1) -> Any:
    """Random numbers of the shape of the result, none of them small."""
    shape = np.shape(result(record))
    rng = np.random.default_rng(seed)
    return np.asarray(rng.uniform(0.5, 1.5, shape) * rng.choice([-1.0, 1.0], shape))


def check_gradients(record: Record, *, rules: bool = True, seed: int = 1) -> dict[str, Array]:
    """Compare every entry of every gradient with differences; return the gradients.

    Raises
    ------
    AssertionError
        If a gradient is missing, has another shape or dtype, is NaN, or is wrong by more than 1e-6.
    """
    cotangent = random_cotangent(record, seed)
    found = gradients(record, cotangent, rules=rules)
    compare(found, differences(record, cotangent))
    return found


def compare(found: Mapping[str, Array], true: Mapping[str, Array]) -> None:
    """Fail for the first gradient that is missing or wrong."""
    for name, slopes in true.items():
        assert name in found, f"no gradient of {name}"
        dx = np.asarray(found[name])
        assert (dx.shape, dx.dtype) == (slopes.shape, np.float64), f"d{name}: {dx.shape} {dx.dtype}"
        error = relative_error(dx, slopes)
        assert error <= TOLERANCE, f"d{name} is wrong by {error:.1e}: {dx} instead of {slopes}"


def check_rule(record: Record) -> dict[str, Array]:
    """Hold rules by hand against differences, and to 1e-12 against what the bodies give."""
    cotangent = random_cotangent(record)
    by_hand, derived = (gradients(record, cotangent, rules=rules) for rules in (True, False))
    true = differences(record, cotangent)
    compare(by_hand, true)
    compare(derived, true)
    for name, dx in by_hand.items():
        error = relative_error(dx, derived[name])
        assert error <= 1e-12, f"d{name}: rule and body differ by {error:.1e}"
    return by_hand
