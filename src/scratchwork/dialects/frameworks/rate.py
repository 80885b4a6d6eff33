"""A schedule that a framework lacks, as a function: the lines by which our step has its rate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...layers.layer import describe
from ...program.ir import Program
from ..layout import fold
from ..numpy import arguments, print_line, signature, spell
from ..spelling import Spelling
from .plan import lacking
from .text import docstring

COUNTED = {"t": "step t, from 1", "epoch": "an epoch, from 0"}


def rate_function(
    schedule: Any, program: Program, framework: str, table: Mapping[str, Spelling]
) -> str:
    """def rate(t, *, learning_rate=0.1, decay_steps=1000.0): its lines, spelled by a table."""
    if len(program.inputs) != 1 or not program.lines:
        got, todo = "a rate that is not computed from t or epoch alone", "use one of them"
        raise lacking(f"learning_rate {describe(schedule)}", framework, got, todo)
    values = arguments(program, program.lines, (), program.outputs)
    *lines, last = program.lines
    counted = COUNTED[str(program.inputs[0].name)]
    return "\n".join([
        *fold(signature("rate", values, program.hyperparameters)),
        docstring(f"{type(schedule).__name__}: the learning rate of {counted}."),
        *(row for line in lines for row in print_line(line, table, "    ")),
        *fold(f"    return {spell(last.statement, last, table).text}"),
    ])  # fmt: skip


def by_epoch(program: Program) -> bool:
    """Whether a rate is one of the epoch, and not of the step."""
    return any(value.name == "epoch" for value in program.inputs)
