"""A function of Values as a program of its own: recorded, printed, loaded and called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from scratchwork.dialects.load import load
from scratchwork.dialects.numpy import print_program
from scratchwork.dialects.numpy_functions import function_texts
from scratchwork.program.check import check
from scratchwork.program.ir import OPS, N, Program, Shape, Size, Value
from scratchwork.program.lines import lines
from scratchwork.program.passes import lower, name
from scratchwork.program.record import recording

Array = np.ndarray[Any, Any]
SHAPES: Mapping[str, Shape] = {
    "X": (N, Size(3)),
    "U": (N, Size(3)),
    "A": (Size(3), Size(3)),
    "B": (Size(3), Size(3)),
    "w": (Size(3),),
}


def record(function: Callable[..., Any], *names: str, weak: tuple[str, ...] = ()) -> Program:
    """The program that a function of inputs makes; the names say their shapes (see SHAPES).

    ``weak`` are numbers. What the function returns (a Value or a tuple) are the outputs.
    """
    with recording() as recorder:
        arrays = [Value(SHAPES[key], "model", "input", key) for key in names]
        numbers = [Value((), "weak", "input", key) for key in weak]
        rng = Value((), "generator", "input", "rng")
        recorder.batch = next((x for x in arrays if x.shape[0].batch), None)
        given = (*arrays, *numbers)
        made = function(*given, rng) if "rng" in function.__code__.co_varnames else function(*given)
    outputs = made if isinstance(made, tuple) else (made,)
    statements = (*recorder.prologue, *recorder.statements)
    return check(Program("f", (*given, rng), (), (), {}, statements, {}, outputs))


def printed(program: Program) -> str:
    """The text of a program as it stands, composites lowered and nothing else improved."""
    return print_program(check(name(check(lines(unmarked(lower(program)))))), "float64")


def unmarked(program: Program) -> Program:
    """stop_gradient has no text, as ``simplify`` takes it away; here it is written as a copy."""
    mark, copy = OPS["stop_gradient"], OPS["copy"]
    statements = (replace(s, op=copy) if s.op is mark else s for s in program.statements)
    return program.having(statements=tuple(statements))


def body(program: Program) -> list[str]:
    """The printed lines between ``def`` and ``return``, without comments."""
    rows = [row.strip().split("  #")[0].strip() for row in printed(program).splitlines()[1:-1]]
    return [row for row in rows if not row.startswith("#")]


def run(program: Program, values: Mapping[str, Any]) -> tuple[Array, ...]:
    """What the printed program returns for these arrays."""
    text = printed(program)
    module = load(f"import math\nimport numpy as np\n{function_texts([program])}\n{text}", "numpy")
    wanted = text[text.index("(") + 1 : text.index("):")].split(", ")
    with np.errstate(all="ignore"):
        result = module.f(**{key: values[key] for key in wanted if key})
    return result if isinstance(result, tuple) else (result,)
