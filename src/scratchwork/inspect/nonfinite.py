"""Finding the first line of the program whose result is not finite."""

from __future__ import annotations

import ast
import inspect
import math
import re
from traceback import walk_tb
from types import CodeType
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NonFiniteError
from ..storage import Array
from ..streams import go_back, stream_of
from ..training.state import Plan, State, step_values
from .watch import watch

if TYPE_CHECKING:
    from ..engines.engine import Engine

STEP_ERRORS = (ArithmeticError, ValueError, TypeError)
"""What a step raises where its numbers leave their range: math.sqrt(-1), a complex rate."""

CAUSES = "lower the learning rate, rescale the inputs, or clip what grows"


class Found(Exception):
    """Carries the line out of the running program, before any later line is run."""


def find_and_raise(
    engine: Engine, state: State, plan: Plan, order: Array, rng: np.random.Generator | None,
    made: int = 0,
) -> None:  # fmt: skip
    """Go through a chunk that failed, step by step, and raise an error that names the line.

    The state is left as it was before the step that made a number infinite or NaN. Of the steps
    that the engine could make, all but the last are made by it again, not one by one.
    """
    whole, draws = state.snapshot(), stream_of(rng)
    made = again(engine, state, plan, order, rng, made - 1) if made > 1 else 0
    for start in range(made * plan.batch_size, len(order), plan.batch_size):
        rows = order[start : start + plan.batch_size]
        before, stream = state.copy(), stream_of(rng)
        values = step_values(state, plan, rng) | {"X": plan.X[rows], plan.targets: plan.y[rows]}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if not step_is_finite(engine, state, values):
                state.restore(before)
                go_back(rng, stream)
                line, value = first_line(engine, values)
                state.restore(before)
                raise non_finite_error(engine, line, value, before)
        state.t += 1
    state.go_back(whole)  # what one engine cannot find, by a rounding, the caller raises as it is
    go_back(rng, draws)


def again(
    engine: Engine, state: State, plan: Plan, order: Array, rng: np.random.Generator | None,
    steps: int,
) -> int:  # fmt: skip
    """Let the engine make the first steps of a chunk, as many as leave all numbers finite."""
    before, draws = state.snapshot(), stream_of(rng)
    while steps:
        try:
            engine.train(state, plan, order[: steps * plan.batch_size], rng, {})
            state.check_finite()
        except STEP_ERRORS:
            state.go_back(before)
            go_back(rng, draws)
            steps //= 2
            continue
        state.t += steps
        break
    return steps


def step_is_finite(engine: Engine, state: State, values: dict[str, Any]) -> bool:
    try:
        engine.call("train_step", values)
        state.check_finite()
    except STEP_ERRORS:
        return False
    return True


def first_line(engine: Engine, values: dict[str, Any]) -> tuple[int, str]:
    """The number of the first line whose result is not finite, and what that is."""
    code = engine.function("train_step").__code__
    known = {name for name, value in values.items() if not is_finite(value)}
    known |= {*engine.outputs["train_step"]} - {
        "loss",
        "penalty",
    }  # metrics: nothing depends on them

    def seen(line: int, variables: dict[str, Any]) -> None:
        for name, value in variables.items():
            if name not in known and not is_finite(value):
                raise Found(line, f"{name} with NaN or infinity")

    try:
        watch(lambda: engine.call("train_step", values), code, seen)
    except Found as found:
        line, name = found.args
        return line, name
    except FloatingPointError:
        pass
    except STEP_ERRORS as error:  # of Python's numbers: a schedule's power or root
        return failed_line(error, code), type(error).__name__
    return code.co_firstlineno, f"{', '.join(sorted(known)) or 'loss'} with NaN or infinity"


def failed_line(error: BaseException, code: CodeType) -> int:
    return next(line for frame, line in walk_tb(error.__traceback__) if frame.f_code is code)


def is_finite(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f":
        return bool(np.isfinite(value).all())
    return True


def non_finite_error(engine: Engine, line: int, name: str, state: State) -> NonFiniteError:
    source, first = inspect.getsourcelines(engine.function("train_step"))
    text = statement(source, line - first)
    heading = r" *# (layer|regularizer|metric|----)"
    above = [row.strip() for row in source[: line - first] if re.match(heading, row)]
    section = next((row.strip("# -") for row in reversed(above)), "the first lines")
    where = f"epoch {state.epoch}, step {state.t + 1}: {section}"
    return NonFiniteError(where, "finite numbers", f"{name} from `{text}`", CAUSES)


def statement(source: list[str], line: int) -> str:
    """The whole of the statement that a line (from 0) belongs to, without its comments."""
    nodes = [node for node in ast.walk(ast.parse("".join(source))) if isinstance(node, ast.stmt)]
    around = [(node.lineno - 1, node.end_lineno or 0) for node in nodes]
    start, end = max((a, b) for a, b in around if a <= line < b)
    return " ".join(row.split("  # ")[0].strip() for row in source[start:end])
