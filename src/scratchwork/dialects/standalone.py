"""A whole training program as one file that needs NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..program.ir import Program, Value
from .layout import fold
from .numpy import arguments, function_texts, print_function, print_program
from .numpy_module import additions, changes_of, head, owner, print_gradients


@dataclass(frozen=True)
class Training:
    """What the text is to do: settings of the fit, and where its arrays are.

    ``targets`` is the name of y in the program and ``targets_dtype`` what it is cast to;
    ``means`` says of each output whether it is a mean over rows; ``given`` names the arrays that
    come from the file and not from an initializer.
    """

    description: str
    seed: int
    dtype: str
    batch_size: int
    epochs: int
    first_epoch: int
    first_step: int
    shuffle: bool
    targets: str
    targets_dtype: str
    means: Mapping[str, bool]
    given: tuple[str, ...]
    arrays_file: str
    block: int


def training_text(programs: Mapping[str, Program], plan: Training) -> str:
    """The file: head, imports, the functions of the network, the loop, and the main part."""
    step = programs["train_step"]
    before, after = changes_of(step)
    crossing = handed_over(step)
    parts = [
        function_texts(programs.values()).rstrip(),
        print_program(programs["initialize"], plan.dtype) if not plan.given else "",
        print_program(programs["prepare"], plan.dtype) if "prepare" in programs else "",
        print_gradients(step, (*step.outputs, *crossing), plan.dtype),
        print_function(step, "update", after, step.loops, plan.dtype, ()),
        print_program(programs["evaluate"], plan.dtype),
        print_program(programs["predict"], plan.dtype),
        GENERATOR,
        evaluate_rows(programs["evaluate"], plan),
        train(programs, before_arguments(step, before, crossing), crossing, plan),
        main(programs, plan),
    ]
    body = "\n\n\n".join(part.rstrip() for part in parts if part)
    return f"{training_head(plan)}{imports(body)}\n\n{constants(plan)}\n\n\n{body}\n"


def handed_over(step: Program) -> tuple[Value, ...]:
    """What the update takes from the gradients' function."""
    before, after = changes_of(step)
    made = {line.target for line in before}
    read = [x for line in after for x in line.reads]
    read += [x for loop in step.loops for x in (*loop.reads, *loop.scalars)]
    return tuple(x for x in dict.fromkeys(read) if x in made)


def before_arguments(
    step: Program, before: Sequence[object], crossing: Sequence[Value]
) -> list[str]:
    values = arguments(step, changes_of(step)[0], (), (*step.outputs, *crossing))
    return [str(x.name) for x in values if x not in step.hyperparameters]


def training_head(plan: Training) -> str:
    doc = (
        f'"""Trains the network above with NumPy alone, on the arrays of {plan.arrays_file}.\n\n'
        "It prints the losses of the fit that it was written from, to the last digit on the same\n"
        'machine with the same NumPy.\n"""\n'
    )
    return head(plan.description, plan.dtype) + f"{owner(plan.seed)}\n" + f"\n{doc}\n"


def imports(body: str) -> str:
    names = ["import math", "import os"] if "math." in body else ["import os"]
    return "\n".join([
        *names,
        "from pathlib import Path",
        "",
        'for name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):',
        '    os.environ[name] = "1"  # one thread adds in one order; set before NumPy loads',
        "",
        "import numpy as np  # noqa: E402",
    ])  # fmt: skip


def constants(plan: Training) -> str:
    return "\n".join([
        f"SEED = {plan.seed}",
        "INIT, ORDER, DRAWS = 0, 1, 2  # one random stream for each, begun anew in every epoch",
        f'ARRAYS = Path(__file__).with_name("{plan.arrays_file}")',
    ])  # fmt: skip


GENERATOR = '''
def generator(stream, epoch=0):
    """The random numbers of one stream in one epoch."""
    return np.random.default_rng(np.random.SeedSequence(SEED, spawn_key=(stream, epoch)))
'''.lstrip()


def array_names(program: Program) -> list[str]:
    """The parameters and state that a program takes."""
    return [str(x.name) for x in (*program.parameters, *program.state)]


def evaluate_rows(program: Program, plan: Training) -> str:
    """evaluate over all rows, in blocks, so that memory does not grow."""
    names, outputs = array_names(program), [str(x.name) for x in program.outputs]
    call = f"evaluate({', '.join(['X[rows]', f'{plan.targets}[rows]', *names])})"
    lines = [
        *fold(f"def evaluate_rows({', '.join(['X', plan.targets, *names])}):"),
        '    """The means over all rows, a block at a time."""',
        f"    {' = '.join(f'{name}_sum' for name in outputs)} = 0.0",
        f"    for start in range(0, len(X), {plan.block}):",
        f"        rows = np.arange(start, min(start + {plan.block}, len(X)))",
        *fold(f"        {', '.join(outputs)} = {call}"),
        *(f"        {line}" for line in additions(outputs, plan.means, "rows")),
        f"    return {', '.join(f'{name}_sum / len(X)' for name in outputs)}",
    ]
    return "\n".join(lines) + "\n"


def train(
    programs: Mapping[str, Program], given: list[str], crossing: Sequence[Value], plan: Training
) -> str:
    """The loop over epochs and batches."""
    step = programs["train_step"]
    outputs = [str(x.name) for x in step.outputs]
    settings = f"validation=None, epochs={plan.epochs}, batch_size={plan.batch_size}"
    epochs = f"{plan.first_epoch}, {plan.first_epoch} + epochs" if plan.first_epoch else "epochs"
    order = "generator(ORDER, epoch).permutation(len(X))" if plan.shuffle else "np.arange(len(X))"
    lines = [
        f"def train(X, {plan.targets}, {settings}):",
        '    """Train, printing a line an epoch; give back parameters and state."""',
        *first_numbers(programs, plan),
        f"    t = {plan.first_step}  # steps made",
        f"    for epoch in range({epochs}):",
        f"        {' = '.join(f'{name}_sum' for name in outputs)} = 0.0",
        *(["        rng = generator(DRAWS, epoch)"] if "rng" in given else []),
        f"        order = {order}",
        "        for start in range(0, len(order), batch_size):",
        "            rows = order[start : start + batch_size]",
        "            t += 1",
        *batch_lines(step, given, crossing, plan),
        *report_lines(programs["evaluate"], outputs),
        *fold(f"    return {', '.join(array_names(programs['evaluate']))}"),
    ]
    return "\n".join(lines) + "\n"


def batch_lines(
    step: Program, given: list[str], crossing: Sequence[Value], plan: Training
) -> list[str]:
    """One step: the gradients, the update, the sums."""
    outputs = [str(x.name) for x in step.outputs]
    made = ", ".join([*outputs, *(str(x.name) for x in crossing)])
    values = arguments(step, changes_of(step)[1], step.loops, ())
    changed = ", ".join(str(x.name) for x in values if x not in step.hyperparameters)
    call = ", ".join(f"{x}[rows]" if x in ("X", plan.targets) else x for x in given)
    return [
        *fold(f"            {made} = gradients({call})"),
        *fold(f"            update({changed})"),
        *(f"            {line}" for line in additions(outputs, plan.means, "rows")),
    ]


def first_numbers(programs: Mapping[str, Program], plan: Training) -> list[str]:
    """W1, b1, ... = initialize(...), or the numbers that the fit began with."""
    names = ", ".join(str(x.name) for x in programs["initialize"].outputs)
    if plan.given:
        return [
            "    start = np.load(ARRAYS)  # no initializer made them: the fit began with them",
            *fold(
                f'    {names} = (start[f"start_{{name}}"] for name in {plan.given!r})'.replace(
                    "'", '"'
                )
            ),
        ]
    lines = fold(f"    {names} = initialize(generator(INIT))")
    if "prepare" in programs:
        fitted = programs["prepare"]
        arrays = ", ".join(["X", *array_names(fitted)])
        made = ", ".join(str(x.name) for x in fitted.outputs)
        call = ", ".join(f"{name}.astype(np.float64)" for name in arrays.split(", "))
        lines += fold(f"    {made} = (a.astype(np.{plan.dtype}) for a in prepare({call}))")
    return lines


def report_lines(program: Program, outputs: list[str]) -> list[str]:
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


def main(programs: Mapping[str, Program], plan: Training) -> str:
    """Load the arrays, train, and report on the test rows."""
    outputs = [str(x.name) for x in programs["evaluate"].outputs]
    shown = ", ".join(f"{name} {{{name}:.4f}}" for name in outputs)
    return f'''
def rows_of(arrays, part):
    """X and {plan.targets} of one part of the data, or None."""
    if f"X_{{part}}" not in arrays:
        return None
    X = np.ascontiguousarray(arrays[f"X_{{part}}"], np.{plan.dtype})
    return X, arrays[f"y_{{part}}"].astype(np.{plan.targets_dtype})


if __name__ == "__main__":
    if not ARRAYS.exists():
        names = "X_train, y_train (and X_val, y_val, X_test, y_test)"
        raise SystemExit(f"{{ARRAYS}} is missing: save {{names}} there with np.savez")
    arrays = np.load(ARRAYS)
    if "X_train" not in arrays:
        raise SystemExit(f"{{ARRAYS}} has no X_train: add X_train and y_train with np.savez")
    numbers = train(*rows_of(arrays, "train"), validation=rows_of(arrays, "val"))
    if rows_of(arrays, "test"):
        {", ".join(outputs)} = evaluate_rows(*rows_of(arrays, "test"), *numbers)
        print(f"test: {shown}")
'''.lstrip()
