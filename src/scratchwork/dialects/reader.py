"""A trained network as one file that needs NumPy alone: predict, a command, a check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from ..program.ir import Program, shape_text
from .numpy import print_function
from .numpy_functions import function_texts
from .numpy_module import head, owner
from .reader_texts import (
    BY_NAME,
    BY_ORDER,
    CHECK,
    COLUMNS,
    DECODE,
    LOADED,
    MAIN,
    NUMBER,
    READ_ROWS,
    RUN,
    TOLERANCES,
)

Answer: TypeAlias = Literal[
    "numbers", "array", "one of many", "one of two", "several", "best of many", "better of two"
]
"""What an output says: numbers, an array of them, which class it is, or which classes hold."""


@dataclass(frozen=True)
class Reader:
    """What the text says besides the program: names, and its arrays as text or in a file.

    ``numbers`` maps each parameter to an expression for it; it is None where they are in
    ``arrays_file``. ``examples`` and ``expected`` are the rows of the check and what they give.
    """

    description: str
    seed: int
    dtype: str
    module: str
    input_shape: tuple[int, ...]
    answer: Answer
    classes: Sequence[str]
    features: Sequence[str]
    numbers: Mapping[str, str] | None
    examples: str
    expected: str
    arrays_file: str


def reader_text(program: Program, plan: Reader) -> str:
    """The file: head, the program, the command, the numbers."""
    parts = [
        function_texts([program]).rstrip(),
        print_function(program, "forward", program.lines, (), plan.dtype),
        predict_text(program, plan),
        ANSWERS[plan.answer],
        read_rows_text(plan),
        CHECK.format(**TOLERANCES[plan.dtype]),
        main_text(plan),
        stored_numbers(plan) if plan.numbers is not None else loaded_numbers(plan),
        RUN,
    ]
    body = "\n\n\n".join(part.strip("\n") for part in parts if part)
    names = names_text("CLASSES", plan.classes) + names_text("FEATURES", plan.features)
    return f"{reader_head(plan)}{imports(body)}{names}\n\n\n{body}\n"


def sizes(plan: Reader) -> str:
    return ", ".join(map(str, plan.input_shape))


def reader_head(plan: Reader) -> str:
    """Who made the file, and the ways to use it."""
    width = prod(plan.input_shape)
    whole = "classes" if plan.answer in PROBABILITIES else "outputs"
    usage = {
        f"from {plan.module} import predict": f"predict(X) for X (n, {sizes(plan)})",
        f"python {plan.module}.py rows.csv": f"an answer for each row of {width} numbers",
        f"python {plan.module}.py rows.csv --probabilities": f"all {whole} as a table",
        f"python {plan.module}.py --check": "repeats the stored answers",
    }
    if not plan.module.isidentifier():  # no module can have that name
        del usage[f"from {plan.module} import predict"]
    lines = [f"{call:{max(map(len, usage))}}      {meaning}" for call, meaning in usage.items()]
    doc = ['"""A trained network; it needs NumPy alone.', "", *lines, '"""', "", ""]
    return head(plan.description, plan.dtype) + f"{owner(plan.seed)}\n\n" + "\n".join(doc)


def imports(body: str) -> str:
    names = [name for name in ("base64", "csv", "math", "os", "sys") if f"{name}." in body]
    lines = [f"import {name}" for name in names]
    lines += ["from pathlib import Path"] if "Path(" in body else []
    return "\n".join([*lines, "", "import numpy as np"])


def names_text(what: str, given: Sequence[str]) -> str:
    """CLASSES = ..., one name a line where they do not fit one."""
    if not given:
        return ""
    names = [quoted(name) for name in given]
    line = f"{what} = ({', '.join(names)})"
    if len(line) > 100 or len(names) == 1:
        line = "\n".join([f"{what} = (", *(f"    {name}," for name in names), ")"])
    return f"\n\n{line}"


def quoted(text: str) -> str:
    """A text as a Python literal in ASCII."""
    return json.dumps(text, ensure_ascii=False).encode("ascii", "backslashreplace").decode()


def predict_text(program: Program, plan: Reader) -> str:
    what = "Probabilities" if plan.answer in PROBABILITIES else "Outputs"
    rows = f"X (n, {sizes(plan)})"
    shapes = f"{shape_text(program.outputs[0].shape)} for {rows}"
    return "\n".join([
        "def predict(X):",
        f'    """{what} {shapes}."""',
        f"    X = np.ascontiguousarray(X, np.{plan.dtype})",
        f"    if X.shape[1:] != {plan.input_shape}:",
        f'        raise ValueError(f"predict expects {rows}, got {{X.shape}}")',
        '    with np.errstate(invalid="ignore"):  # BLAS gives false alarms for finite products',
        "        return forward(X, **NUMBERS)",
    ])  # fmt: skip


PROBABILITIES = {"one of many", "one of two", "several"}
ANSWERS: dict[Answer, str] = {
    "numbers": '''
def answer(P):
    """A row of outputs as text."""
    return ", ".join(f"{p:.6g}" for p in P)
''',
    "array": '''
def answer(P):
    """An array of outputs as text, on one line."""
    return ", ".join(f"{p:.6g}" for p in P.ravel())
''',
    "one of many": '''
def answer(P):
    """The class of a row of probabilities, and how sure the network is."""
    k = P.argmax()
    return f"{CLASSES[k]} ({P[k]:.1%})"
''',
    "one of two": '''
def answer(P):
    """The class of a row, whose one probability is that of the second class."""
    p = P[0]
    return f"{CLASSES[int(p > 0.5)]} ({max(p, 1 - p):.1%})"
''',
    "best of many": '''
def answer(P):
    """The class of the largest output."""
    return CLASSES[P.argmax()]
''',
    "better of two": '''
def answer(P):
    """The second class where the one output is above 0, the first where it is not."""
    return CLASSES[int(P[0] > 0)]
''',
    "several": '''
def answer(P):
    """Each class with its probability: a row may be of several."""
    return ", ".join(f"{name} {p:.1%}" for name, p in zip(CLASSES, P, strict=True))
''',
}


def read_rows_text(plan: Reader) -> str:
    """read_rows, and what it calls: with names of features, columns are found by them."""
    width = prod(plan.input_shape)
    slots = BY_NAME if plan.features else BY_ORDER
    slots = {name: text.format(width=width) for name, text in slots.items()}
    text = READ_ROWS.format(width=width, shape=f"-1, {sizes(plan)}", **slots)
    return f"{COLUMNS if plan.features else ''}\n{NUMBER}\n{text}"


def main_text(plan: Reader) -> str:
    """main, and the table of all outputs, which go by the names of the classes."""
    complete, header = "", "CLASSES"
    if plan.answer == "one of two":
        complete = "    P = np.hstack([1 - P, P])\n"
    elif plan.answer in ("numbers", "array", "better of two"):
        header = '[f"output {k}" for k in range(1, P.shape[1] + 1)]'
    return MAIN.format(complete=complete, header=header)


def stored_numbers(plan: Reader) -> str:
    """NUMBERS, EXAMPLES and ANSWERS as text."""
    entries = "".join(f'    "{name}": {text},\n' for name, text in (plan.numbers or {}).items())
    opening = "\n" if entries else ""
    numbers = (
        f"NUMBERS = {{{opening}{entries}}}\nEXAMPLES = {plan.examples}\nANSWERS = {plan.expected}"
    )
    decode = DECODE.format(dtype=plan.dtype, code="<f4" if plan.dtype == "float32" else "<f8")
    return f"{decode}\n\n{numbers}" if "decode(" in numbers else numbers


def loaded_numbers(plan: Reader) -> str:
    """NUMBERS, EXAMPLES and ANSWERS from the file beside."""
    return LOADED.format(file=plan.arrays_file)
