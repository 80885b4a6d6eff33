"""Finding the first line of the program whose result is not finite."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import NonFiniteError
from ..storage import Array
from ..training.state import Plan, State, step_values
from .watch import watch

if TYPE_CHECKING:
    from ..engines.numpy import NumpyEngine

CAUSES = "lower the learning rate, rescale the inputs, or clip what grows"


class Found(Exception):
    """Carries the line out of the running program, before any later line is run."""


def find_and_raise(
    engine: NumpyEngine, state: State, plan: Plan, order: Array, rng: np.random.Generator
) -> None:
    """Go through a chunk that failed, step by step, and raise an error that names the line.

    The state is left as it was before the step that made a number infinite or NaN.
    """
    for start in range(0, len(order), plan.batch_size):
        rows = order[start : start + plan.batch_size]
        before, draws = state.copy(), rng.bit_generator.state
        values = step_values(state, plan, rng) | {"X": plan.X[rows], plan.targets: plan.y[rows]}
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            if not step_is_finite(engine, state, values):
                state.restore(before)
                rng.bit_generator.state = draws
                line, value = first_line(engine, values)
                state.restore(before)
                raise non_finite_error(engine, line, value, before)
        state.t += 1


def step_is_finite(engine: NumpyEngine, state: State, values: dict[str, Any]) -> bool:
    try:
        engine.call("train_step", values)
    except FloatingPointError:
        return False
    return bool(np.isfinite(state.parameters.flat).all() and np.isfinite(state.state.flat).all())


def first_line(engine: NumpyEngine, values: dict[str, Any]) -> tuple[int, str]:
    """The number of the first line after which some array is not finite, and that array's name."""
    code = engine.function("train_step").__code__
    known = {name for name, value in values.items() if not is_finite(value)}

    def seen(line: int, variables: dict[str, Any]) -> None:
        for name, value in variables.items():
            if name not in known and not is_finite(value):
                raise Found(line, name)

    try:
        watch(lambda: engine.call("train_step", values), code, seen)
    except Found as found:
        line, name = found.args
        return line, name
    except FloatingPointError:
        pass
    return code.co_firstlineno, ", ".join(sorted(known)) or "loss"


def is_finite(value: object) -> bool:
    if isinstance(value, np.ndarray | np.floating) and value.dtype.kind == "f":
        return bool(np.isfinite(value).all())
    return True


def non_finite_error(engine: NumpyEngine, line: int, name: str, state: State) -> NonFiniteError:
    source, first = inspect.getsourcelines(engine.function("train_step"))
    text = source[line - first].split("  # ")[0].strip()
    above = [
        row.strip() for row in source[: line - first] if re.match(r" *# (layer|loss|----)", row)
    ]
    section = next((row.strip("# -") for row in reversed(above)), "the first lines")
    where = f"epoch {state.epoch}, step {state.t + 1}: {section}"
    return NonFiniteError(
        where, "finite numbers", f"{name} with NaN or infinity from `{text}`", CAUSES
    )
