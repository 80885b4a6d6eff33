"""The whole text of a network in the numpy dialect: functions, epoch, head."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

from ..program.amount import has_rows
from ..program.ir import Line, Program, Value
from ..version import __version__
from .layout import fold
from .load import function, load
from .numpy import arguments, print_function, print_program
from .numpy_functions import function_texts
from .spelling import literal


def head(description: str, dtype: str, made_for: str = "engine numpy") -> str:
    """Who made the text, of what: no date, so that equal descriptions give equal bytes."""
    lines = [f"# Scratchwork {__version__}, {made_for}, {dtype}", *comment(description)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def owner(seed: int) -> str:
    """The last line of a written file's head."""
    return f"# seed {seed}. This file is yours: change it, keep it, share it."


def comment(text: str) -> list[str]:
    """A description as comment lines, broken where a formatter would."""
    return [f"# {line}" for part in text.splitlines() for line in fold(part, 98)]


def imports(body: str) -> str:
    return ("import math\n\n" if "math." in body else "") + "import numpy as np\n"


def functions(programs: Sequence[Program], dtype: str, means: Mapping[str, bool]) -> dict[str, str]:
    """Each function's text by name; train_epoch stands behind train_step."""
    texts: dict[str, str] = {}
    for program in programs:
        texts[program.name] = print_program(program, dtype)
        if program.name == "train_step":
            texts["train_epoch"] = print_epoch(program, means)
    return texts


def module(
    programs: Sequence[Program], texts: Mapping[str, str], description: str, dtype: str
) -> str:
    """The text that is loaded and runs."""
    parts = [function_texts(programs).rstrip(), *(text.rstrip() for text in texts.values())]
    body = "\n\n\n".join(part for part in parts if part) + "\n"
    return f"{head(description, dtype)}\n{imports(body)}\n\n{body}"


def loaded(program: Program, dtype: str = "float64") -> Callable[..., Any]:
    """A program that stands alone, as a function of its inputs by name, read or not."""
    texts = functions([program], dtype, {})
    code = function(load(module([program], texts, "", dtype), "numpy"), program.name)
    read = signature(code).parameters
    return lambda **given: code(**{name: given[name] for name in given if name in read})


def changes_of(step: Program) -> tuple[list[Line], list[Line]]:
    """A step's lines, before the update and of the update."""
    before = [line for line in step.lines if line.phase != "update"]
    return before, [line for line in step.lines if line.phase == "update"]


def print_gradients(step: Program, outputs: Sequence[Value], dtype: str) -> str:
    """The step without its update, as a function that changes nothing."""
    return print_function(step, "gradients", changes_of(step)[0], (), dtype, outputs)


def gradients_module(step: Program, dtype: str) -> str:
    """A module with the one function that gives loss and gradients."""
    text = print_gradients(step, (step.outputs[0], *step.gradients.values()), dtype)
    body = "\n\n".join(part for part in (function_texts([step]), text) if part)
    return f"{imports(body)}\n\n{body}"


def print_epoch(step: Program, means: Mapping[str, bool]) -> str:
    """The loop over batches. It goes on from given sums, so that chunks add up as one."""
    values = arguments(step, step.lines, step.loops, step.outputs)
    settings = {str(x.name): step.hyperparameters[x] for x in values if x in step.hyperparameters}
    data = [str(x.name) for x in values if x.shape and has_rows(x)]  # a loss may not read y
    others = (str(x.name) for x in values if x not in step.hyperparameters)
    rest = [name for name in others if name not in data]
    outputs = [str(x.name) for x in step.outputs]
    sums = [f"{name}_sum" for name in outputs]
    defaults = ["batch_size=32", *(f"{name}=0.0" for name in sums)]
    defaults += [f"{name}={literal(value).text}" for name, value in settings.items()]
    given = [*(f"{name}[rows]" for name in data), *rest, *(f"{name}={name}" for name in settings)]
    lines = [
        *fold(f"def train_epoch({', '.join([*data, 'order', *rest, '*', *defaults])}):"),
        "    for start in range(0, len(order), batch_size):",
        "        rows = order[start : start + batch_size]",
        *fold(f"        {', '.join(outputs)} = train_step({', '.join(given)})"),
        *(f"        {line}" for line in additions(outputs, means, "rows")),
        *(["        t += 1"] if "t" in rest else []),
        f"    return {', '.join(sums)}",
    ]
    return "\n".join(lines) + "\n"


def additions(outputs: Sequence[str], means: Mapping[str, bool], rows: str) -> list[str]:
    """loss_sum += len(rows) * float(loss): a mean counts for its rows, a sum for itself."""
    return [
        f"{name}_sum += {f'len({rows}) * ' if means.get(name, True) else ''}float({name})"
        for name in outputs
    ]
