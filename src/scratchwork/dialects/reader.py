"""A trained network as one file that needs NumPy alone: predict, a command, a check."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..program.ir import Program
from .layout import fold
from .numpy import function_texts, print_function
from .numpy_module import head, owner


@dataclass(frozen=True)
class Reader:
    """What the text says besides the program: names, and its arrays as text or in a file.

    ``arrays`` maps each name to an expression; where it is empty they are in ``arrays_file``.
    ``classes`` is empty where the outputs are not classes.
    """

    description: str
    seed: int
    dtype: str
    module: str
    input_shape: tuple[int, ...]
    classes: Sequence[str]
    binary: bool
    arrays: Mapping[str, str]
    arrays_file: str


def reader_text(program: Program, plan: Reader) -> str:
    """The file: head, the program, its numbers, and the command."""
    names = [str(x.name) for x in (*program.parameters, *program.state)]
    parts = [
        function_texts([program]).rstrip(),
        print_function(program, "forward", program.lines, (), plan.dtype),
        predict_text(names, plan),
        answer_text(plan),
        READ_ROWS.format(width=width(plan), shape=("-1", *map(str, plan.input_shape))).replace(
            "'", ""
        ),
        MAIN,
        numbers_text(plan),
        'if __name__ == "__main__":\n    main(sys.argv[1:])\n',
    ]
    body = "\n\n\n".join(part.strip("\n") for part in parts if part)
    return f"{reader_head(plan)}{imports(body)}\n\n\n{body}\n"


def width(plan: Reader) -> int:
    product = 1
    for size in plan.input_shape:
        product *= size
    return product


def reader_head(plan: Reader) -> str:
    doc = f'''"""A trained network; it needs NumPy alone.

from {plan.module} import predict      predict(X) for X (n, {", ".join(map(str, plan.input_shape))})
python {plan.module}.py rows.csv       an answer for each row of numbers
python {plan.module}.py --check        repeats three stored answers
"""
'''
    return head(plan.description, plan.dtype) + f"{owner(plan.seed)}\n" + f"\n{doc}\n"


def imports(body: str) -> str:
    names = [name for name in ("base64", "math", "sys") if f"{name}." in body]
    lines = [f"import {name}" for name in names]
    lines += ["from pathlib import Path"] if "Path(" in body else []
    return "\n".join([*lines, "", "import numpy as np"])


def predict_text(names: Sequence[str], plan: Reader) -> str:
    shape = ", ".join(["n", *map(str, plan.input_shape)])
    arguments = ", ".join(["X", *(f'NUMBERS["{name}"]' for name in names)])
    return "\n".join([
        "def predict(X):",
        f'    """{"Probabilities" if plan.classes else "Outputs"} for X ({shape})."""',
        f"    X = np.ascontiguousarray(X, np.{plan.dtype})",
        *fold(f"    return forward({arguments})"),
    ])  # fmt: skip


def answer_text(plan: Reader) -> str:
    """answer(P): one line of output for one row of predictions."""
    if not plan.classes:
        return ANSWER
    lines = fold(f"CLASSES = ({', '.join(map(json.dumps, plan.classes))})")
    best = "int(P[0] > 0.5)" if plan.binary else "int(P.argmax())"
    chance = "P[0] if k else 1 - P[0]" if plan.binary else "P[k]"
    return "\n".join([
        *lines,
        "",
        "",
        "def answer(P):",
        '    """The class of a row of probabilities, and how sure the network is."""',
        f"    k = {best}",
        f'    return f"{{CLASSES[k]}} ({{{chance}:.1%}})"',
    ])  # fmt: skip


ANSWER = '''
def answer(P):
    """A row of outputs as text."""
    return ", ".join(f"{p:.6g}" for p in P)
'''

READ_ROWS = '''
def read_rows(path):
    """Rows of {width} numbers from a CSV file, with or without a line of names."""
    with open(path, encoding="utf-8") as file:
        first = file.readline()
    try:
        [float(cell) for cell in first.split(",")]
        names = 0
    except ValueError:
        names = 1
    try:
        X = np.loadtxt(path, delimiter=",", ndmin=2, skiprows=names)
    except ValueError as error:
        raise SystemExit(f"{{path}}: {{error}}") from None
    if X.shape[1] != {width}:
        raise SystemExit(f"{{path}}: expected {width} numbers a row, got {{X.shape[1]}}")
    return X.reshape{shape}
'''

MAIN = '''
def check():
    """Whether the stored rows still get their stored answers."""
    P = predict(NUMBERS["check_rows"])
    right = np.isclose(P, NUMBERS["check_answers"], rtol=1e-4, atol=1e-6).all(axis=1)
    print(f"{right.sum()} of {len(right)} stored answers repeated")
    return bool(right.all())


def main(words):
    """python FILE rows.csv, or python FILE --check."""
    if words == ["--check"]:
        raise SystemExit(0 if check() else 1)
    if len(words) != 1 or words[0].startswith("-"):
        raise SystemExit(__doc__)
    try:
        X = read_rows(words[0])
    except OSError as error:
        raise SystemExit(f"{words[0]}: {error.strerror}") from None
    for P in predict(X):
        print(answer(P))
'''


def numbers_text(plan: Reader) -> str:
    """NUMBERS: the arrays by name, from the text itself or from the file beside it."""
    if not plan.arrays:
        return f'NUMBERS = dict(np.load(Path(__file__).with_name("{plan.arrays_file}")))'
    entries = "\n".join(f'    "{name}": {text},' for name, text in plan.arrays.items())
    numbers = f"NUMBERS = {{\n{entries}\n}}"
    return f"{DECODE}\n\n\n{numbers}" if "decode(" in entries else numbers


DECODE = '''
def decode(text, dtype, *shape):
    """An array from its bytes in base64, written little-endian."""
    return np.frombuffer(base64.b64decode(text), np.dtype(dtype).newbyteorder("<")).reshape(shape)

'''.strip("\n")
