"""Which engine runs a fit. It follows from the description, the sizes, the epochs and what is
installed, never from a clock or from what a cache holds: the same call makes the same choice.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

from ..errors import DescriptionError
from ..program.amount import has_rows, length, multiply_adds
from ..program.ir import Program
from ..settings import one_of
from .engine import ENGINES, EngineName

VARIABLE = "SCRATCHWORK_ENGINE"
"""What engine="auto" means, where it is set: a whole test suite can run with one engine."""

WORTH_COMPILING = 10.0
"""Seconds in NumPy: compiling takes some 4 s, and then training less than half as long."""

LINE_SECONDS, FLOP_SECONDS, ENTRY_SECONDS = 1.5e-6, 3e-11, 1e-9
"""What NumPy takes: for each line, each operation in a product, each entry of an array."""


@dataclass(frozen=True)
class Choice:
    """An engine, and why."""

    name: EngineName
    reason: str

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


ASKED = "as asked for"
BEFORE_FIT = Choice("numpy", "auto: nothing to compile for, before a fit")


def check_engine(where: str, given: EngineName) -> EngineName:
    """The name of an engine, or an error for one that there is not.

    Raises
    ------
    DescriptionError
        For an unknown name, given or in ``SCRATCHWORK_ENGINE`` where it counts; for "numba" where
        Numba or SciPy is missing.
    """
    one_of(where, "engine", given, ENGINES)
    if given == "auto":
        preferred()
    elif given == "numba" and not has_numba():
        todo = f'pip install numba scipy, or take engine "numpy"{unset(where)}'
        expected = 'Numba and SciPy, which engine "numba" needs'
        raise DescriptionError(where, expected, "not both installed", todo)
    return given


def preferred() -> EngineName:
    """What the environment lets "auto" mean; "auto" itself where it says nothing."""
    given: Any = os.environ.get(VARIABLE) or "auto"
    return "auto" if given == "auto" else check_engine(VARIABLE, given)


def unset(where: str) -> str:
    return f", or unset {VARIABLE}" if where == VARIABLE else ""


@cache
def has_numba() -> bool:
    """Whether Numba, and SciPy for its products, are installed."""
    try:
        return all(find_spec(name) is not None for name in ("numba", "scipy"))
    except (ImportError, ValueError):  # an import that is blocked, or half a module
        return False


def first_choice(given: EngineName) -> Choice:
    """The choice before a fit has said how much there is to do."""
    if given != "auto":
        return Choice(given, ASKED)
    name = preferred()
    return BEFORE_FIT if name == "auto" else Choice(name, f"auto: {VARIABLE}={name}")


def choose(given: EngineName, step: Program, rows: int, batch_size: int, epochs: int) -> Choice:
    """The engine for a fit of this size."""
    first = first_choice(given)
    if first is not BEFORE_FIT:
        return first
    if not has_numba():
        return Choice("numpy", "auto: Numba and SciPy are not installed")
    seconds = numpy_seconds(step, rows, batch_size, epochs)
    worth = seconds >= WORTH_COMPILING
    enough = "long enough" if worth else "too short"
    reason = f"auto: some {shown(seconds)} s in NumPy, {enough} to compile"
    return Choice("numba" if worth else "numpy", reason)


def shown(seconds: float) -> str:
    """A rough number: 0.0021, 1.4, 23, 1,800."""
    return f"{seconds:,.0f}" if seconds >= 10 else f"{seconds:.2g}"


def numpy_seconds(step: Program, rows: int, batch_size: int, epochs: int) -> float:
    """Roughly what the NumPy program would take on one core of these years."""
    batches = -(-rows // batch_size)
    lines = len(step.lines) + sum(len(x.rows) * len(x.rule.lines) for x in step.loops)
    return epochs * (batches * LINE_SECONDS * lines + rows * row_seconds(step)) + (
        epochs * batches * update_seconds(step)
    )


def row_seconds(step: Program) -> float:
    """For each row: products, and entries of arrays with rows."""
    seconds = 0.0
    for s in step.statements:
        if s.op.name == "matmul" and any(map(has_rows, s.values)):
            seconds += 2 * FLOP_SECONDS * multiply_adds(s)
        elif has_rows(s.target):
            seconds += ENTRY_SECONDS * length(s.target)
    return seconds


def update_seconds(step: Program) -> float:
    """For each step: the entries that the optimizer goes over."""
    entries = sum(length(s.target) for s in step.statements if s.phase == "update")
    for loop in step.loops:
        sizes = sum(length(row[loop.rule.given[0]]) for row in loop.rows)
        entries += sizes * len(loop.rule.statements)
    return entries * ENTRY_SECONDS
