"""A whole training program as one file that needs NumPy alone."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..program.ir import Program, Value
from .layout import WIDTH, filled, fold
from .numpy import arguments, print_function, print_program
from .numpy_functions import function_texts, variance_lines, variance_text
from .numpy_module import additions, changes_of, head, owner, print_gradients
from .reader import names_text

STREAMS = {"INIT": 0, "ORDER": 1, "DRAWS": 2}
"""As ``scratchwork.streams.Stream`` numbers them."""


@dataclass(frozen=True)
class Training:
    """What the text is to do: settings of the fit, and where its arrays are.

    ``targets`` is the name of y in the program and ``targets_dtype`` what it is cast to;
    ``means`` says of each output whether it is a mean over rows; ``given`` names the arrays that
    come from the file, not from an initializer; ``prepares`` whether layers are fitted to the rows
    first; ``repeats`` how near it comes to the fit whose settings it has, "" if they are of none;
    schedules count from epoch ``began``.
    """

    description: str
    seed: int
    dtype: str
    batch_size: int
    epochs: int
    first_epoch: int
    began: int
    first_step: int
    shuffle: bool
    targets: str
    targets_dtype: str
    input_shape: str
    targets_shape: str
    classes: Sequence[str]
    means: Mapping[str, bool]
    given: tuple[str, ...]
    prepares: bool
    repeats: str
    arrays_file: str
    block: str


def training_text(programs: Mapping[str, Program], plan: Training) -> str:
    """The file: head, imports, the functions of the network, the loop, and the main part."""
    step, prepares = programs["train_step"], plan.prepares and "prepare" in programs
    crossing = handed_over(step)
    drawn = programs["initialize"]
    functions = [
        GIVEN if plan.given else print_program(drawn, plan.dtype) if drawn.outputs else "",
        print_program(programs["prepare"], plan.dtype) if prepares else "",
        print_gradients(step, (*step.outputs, *crossing), plan.dtype),
        print_function(step, "update", changes_of(step)[1], step.loops, plan.dtype, ()),
        print_program(programs["evaluate"], plan.dtype),
        print_program(programs["predict"], plan.dtype),
        variance_text(programs.values()),
    ]
    loop = [
        evaluate_rows(programs["evaluate"], plan),
        train(programs, crossing, plan),
        ROWS_OF.format(**vars(plan)),
        main(programs, plan),
    ]
    streams = [name for name in STREAMS if any(f"generator({name}" in part for part in loop)]
    used = [p for name, p in programs.items() if name != "prepare" or prepares]
    parts = [function_texts(used), *functions, GENERATOR if streams else "", *loop]
    body = "\n\n\n".join(part.strip("\n") for part in parts if part)
    top = f"{training_head(plan)}\n\n{imports(body)}\n\n{constants(plan, streams)}"
    return f"{top}\n\n\n{body}\n"


def handed_over(step: Program) -> tuple[Value, ...]:
    """What the update takes from the gradients' function."""
    before, after = changes_of(step)
    made = {line.target for line in before}
    read = [x for line in after for x in line.reads]
    read += [x for loop in step.loops for x in (*loop.reads, *loop.scalars)]
    return tuple(x for x in dict.fromkeys(read) if x in made)


# ---- the head ----
def training_head(plan: Training) -> str:
    X, y = f"X_train {plan.input_shape}", f"y_train {plan.targets_shape}"
    text = (
        f"The rows are {X} and {y} in {plan.arrays_file}; X_val, y_val, X_test and y_test may be "
        "there too. "
    )
    if plan.repeats:
        text += "On the rows of the fit that it was written from it prints the losses of that fit, "
        text += f"{plan.repeats}."
    doc = ['"""Trains the network above with NumPy alone.', "", *textwrap.wrap(text, WIDTH), '"""']
    return head(plan.description, plan.dtype) + f"{owner(plan.seed)}\n\n" + "\n".join(doc)


def imports(body: str) -> str:
    return "\n".join([
        *(["import math"] if "math." in body else []),
        "import os",
        "from pathlib import Path",
        "",
        'for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):',
        '    os.environ[name] = "1"  # one thread adds in one order; set before NumPy loads',
        "",
        "import numpy as np  # noqa: E402",
    ])  # fmt: skip


def constants(plan: Training, streams: Sequence[str]) -> str:
    lines = [f'ARRAYS = Path(__file__).with_name("{plan.arrays_file}")']
    if streams:
        numbers = ", ".join(str(STREAMS[name]) for name in streams)
        meaning = "which random stream; each begins anew in every epoch"
        lines += [f"SEED = {plan.seed}", f"{', '.join(streams)} = {numbers}  # {meaning}"]
    return "\n".join(lines) + names_text("CLASSES", plan.classes)


GIVEN = '''
def initialize(arrays):
    """The numbers to begin with, which no initializer made, in the order that train() names."""
    return [arrays[name] for name in arrays if name.startswith("start_")]
'''

GENERATOR = '''
def generator(stream, epoch=0):
    """The random numbers of one stream in one epoch."""
    return np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(stream, epoch)))
'''


# ---- the loop ----
def array_names(program: Program) -> list[str]:
    """The parameters and state that a program takes."""
    return [str(x.name) for x in (*program.parameters, *program.state)]


def evaluate_rows(program: Program, plan: Training) -> str:
    """evaluate over all rows, in blocks, so that memory does not grow."""
    names, outputs = array_names(program), [str(x.name) for x in program.outputs]
    given = taken(program, arguments(program, program.lines, (), program.outputs))
    lines = [
        *fold(f"def evaluate_rows({', '.join(['X', plan.targets, *names])}):"),
        '    """The means over all rows, a block at a time."""',
        *variance_lines(program, plan.targets),
        f"    {' = '.join(f'{name}_sum' for name in outputs)} = 0.0",
        f"    for start in range(0, len(X), {plan.block}):",
        f"        rows = slice(start, start + {plan.block})",
        *fold(f"        {', '.join(outputs)} = evaluate({', '.join(given)})"),
        *(f"        {line}" for line in additions(outputs, plan.means, "X[rows]")),
        f"    return {', '.join(f'{name}_sum / len(X)' for name in outputs)}",
    ]
    return "\n".join(lines)


def train(programs: Mapping[str, Program], crossing: Sequence[Value], plan: Training) -> str:
    """The loop over epochs and batches."""
    step, results = programs["train_step"], array_names(programs["evaluate"])
    outputs = [str(x.name) for x in step.outputs]
    settings = f"validation=None, epochs={plan.epochs}, batch_size={plan.batch_size}"
    epochs = f"{plan.first_epoch}, {plan.first_epoch} + epochs" if plan.first_epoch else "epochs"
    order = "generator(ORDER, epoch).permutation(len(X))" if plan.shuffle else "np.arange(len(X))"
    inputs = {str(x.name) for x in step.inputs}
    lines = [
        f"def train(X, {plan.targets}, {settings}):",
        '    """Train, printing a line an epoch; give back parameters and state."""',
        *first_numbers(programs, plan),
        *variance_lines(step, plan.targets),
        *([f"    t = {plan.first_step}  # steps made"] if "t" in inputs else []),
        f"    for epoch in range({epochs}):",
        f"        {' = '.join(f'{name}_sum' for name in outputs)} = 0.0",
        *(["        rng = generator(DRAWS, epoch)"] if "rng" in inputs else []),
        f"        order = {order}",
        "        for start in range(0, len(order), batch_size):",
        "            rows = order[start : start + batch_size]",
        *(["            t += 1"] if "t" in inputs else []),
        *batch_lines(step, crossing, plan),
        *report_lines(programs["evaluate"], outputs),
        *fold(f"    return {as_tuple(results)}"),
    ]
    return "\n".join(lines)


def first_numbers(programs: Mapping[str, Program], plan: Training) -> list[str]:
    """W1, b1, ... = initialize(...); then what is fitted to the rows."""
    names = [str(x.name) for x in programs["initialize"].outputs]
    call = "initialize(np.load(ARRAYS))" if plan.given else "initialize(generator(INIT))"
    lines = assigned("    ", names, call, unpacked=bool(plan.given)) if names else []
    if not plan.prepares or "prepare" not in programs:
        return lines
    fitted = programs["prepare"]
    made, arrays = [str(x.name) for x in fitted.outputs], ["X", *array_names(fitted)]
    if plan.dtype == "float64":
        return [*lines, *assigned("    ", made, f"prepare({', '.join(arrays)})")]
    arguments = ", ".join(f"{name}.astype(np.float64)" for name in arrays)
    lines += ["    # fitted to the rows once, in float64"]
    lines += assigned("    ", made, f"prepare({arguments})")
    return [*lines, *(f"    {x} = {x}.astype(np.{plan.dtype})" for x in made)]


def batch_lines(step: Program, crossing: Sequence[Value], plan: Training) -> list[str]:
    """One step: the gradients, the update, the sums."""
    before, after = changes_of(step)
    outputs = [str(x.name) for x in step.outputs]
    made = (*step.outputs, *crossing)
    given = taken(step, arguments(step, before, (), made), plan.began)
    changed = taken(step, arguments(step, after, step.loops, ()), plan.began)
    indent = " " * 12
    return [
        *assigned(indent, [str(x.name) for x in made], f"gradients({', '.join(given)})"),
        *fold(f"{indent}update({', '.join(changed)})"),
        *(f"{indent}{line}" for line in additions(outputs, plan.means, "rows")),
    ]


def taken(step: Program, values: Sequence[Value], began: int = 0) -> list[str]:
    """The positional arguments, of X and y the batch; settings keep their defaults."""
    data = [x for x in step.inputs if x.shape and x.shape[0].batch]
    given = [x for x in values if x not in step.hyperparameters]
    names = [f"{x.name}[rows]" if x in data else str(x.name) for x in given]
    return [f"epoch - {began}" if began and name == "epoch" else name for name in names]


def assigned(indent: str, names: Sequence[str], call: str, *, unpacked: bool = False) -> list[str]:
    """``a, b = f(...)``, the names in parentheses where they are too many for one line.

    ``unpacked`` says that f gives back a sequence also for a single name.
    """
    targets = as_tuple(names) if unpacked else ", ".join(names)
    opening = call.index("(") + 1
    if len(f"{indent}{targets} = {call[:opening]}") <= WIDTH:
        return fold(f"{indent}{targets} = {call}")
    first, *rest = fold(f"{indent}{call}", room=len(") = "))
    inside = filled(targets, f"{indent}    ", WIDTH)
    return [f"{indent}(", *inside, f"{indent}) = {first.strip()}", *rest]


def as_tuple(names: Sequence[str]) -> str:
    """``W1, b1``, but ``(W1,)`` for one and ``()`` for none."""
    return ", ".join(names) if len(names) > 1 else f"({''.join(f'{name},' for name in names)})"


def report_lines(program: Program, outputs: Sequence[str]) -> list[str]:
    """The line that is printed after an epoch."""
    checked = [str(x.name) for x in program.outputs]
    names = ", ".join(["*validation", *array_names(program)])
    first, *others = (f"{name} {{{name}_sum / len(X)!r}}" for name in outputs)
    return [
        f'        report = f"epoch {{epoch + 1}}: {first}"',
        *(f'        report += f", {part}"' for part in others),
        "        if validation is not None:",
        *fold(f"            {', '.join(checked)} = evaluate_rows({names})"),
        *(f'            report += f", val_{name} {{{name}!r}}"' for name in checked),
        "        print(report)",
    ]


# ---- the main part ----
ROWS_OF = '''
def rows_of(arrays, part):
    """X and {targets} of one part of the data, or None."""
    if f"X_{{part}}" not in arrays:
        return None
    X = np.ascontiguousarray(arrays[f"X_{{part}}"], np.{dtype})
    return X, arrays[f"y_{{part}}"].astype(np.{targets_dtype})
'''

MAIN = """
if __name__ == "__main__":
    np.seterr(invalid="ignore")  # BLAS gives false alarms; a loss that is not finite ends this
    arrays = dict(np.load(ARRAYS)) if ARRAYS.exists() else {{}}
    for name in ({needed}):
        if name not in arrays:
            raise SystemExit(f"{{ARRAYS}} lacks {{name}}{advice}")
    numbers = train(*rows_of(arrays, "train"), validation=rows_of(arrays, "val"))
    if "X_test" in arrays:
        {outputs} = evaluate_rows(*rows_of(arrays, "test"), *numbers)
        print(f"test: {shown}")
"""


def main(programs: Mapping[str, Program], plan: Training) -> str:
    """Load the arrays, train, and report on the test rows."""
    outputs = [str(x.name) for x in programs["evaluate"].outputs]
    needed = ["X_train", "y_train", *([f"start_{plan.given[0]}"] if plan.given else [])]
    return MAIN.format(
        needed=", ".join(f'"{name}"' for name in needed),
        advice="" if plan.given else ": save X_train and y_train with np.savez",
        outputs=", ".join(outputs),
        shown=", ".join(f"{name} {{{name}:.4f}}" for name in outputs),
    )
