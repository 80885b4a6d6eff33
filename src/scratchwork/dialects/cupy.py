"""The CuPy dialect: the NumPy program on a GPU, with CuPy's name before each function.

CuPy's functions have NumPy's names and arguments, so that the table is NumPy's own. What differs is
the frame: the first numbers are drawn by NumPy, as in every other dialect, and moved to the GPU.
``FUNCTIONS`` and ``METHODS`` are all that is called, with the place in CuPy's documentation by
which each was checked. It has not run on a GPU yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..program.ir import Program, Statement
from . import numpy_spellings
from .numpy import print_program
from .numpy_functions import function_texts, variance_text
from .numpy_module import head, print_epoch
from .spelling import Code, Spelling

REFERENCE = "https://docs.cupy.dev/en/stable/reference"
FUNCTIONS: dict[str, str] = {
    "cp.abs": f"{REFERENCE}/comparison.html",  # a page of its own has cupy.absolute, the same
    **{
        f"cp.{name}": f"{REFERENCE}/generated/cupy.{name}.html"
        for name in (
            *("arange", "array", "asarray", "full_like", "zeros"),
            *("cos", "exp", "expm1", "floor", "log", "log1p", "sign", "sin", "sqrt", "tanh"),
            *("broadcast_to", "clip", "expand_dims", "maximum", "minimum", "pad", "where"),
            "lib.stride_tricks.sliding_window_view",
        )
    },
}
"""Every function that a program of this dialect calls: where CuPy's documentation has it."""
METHODS: dict[str, str] = {
    **dict.fromkeys(
        (
            *("argmax", "astype", "copy", "max", "mean", "min", "reshape", "sum", "transpose"),
            "var",
        ),
        f"{REFERENCE}/generated/cupy.ndarray.html",
    ),
    **dict.fromkeys(
        ("random", "standard_normal"), f"{REFERENCE}/generated/cupy.random.Generator.html"
    ),
}
"""The methods of arrays, and of the generator that a step with draws is given."""

ON_GPU = '''
def on_gpu(*arrays):
    """Arrays of NumPy on the GPU: rows, and what initialize() draws."""
    return tuple(cp.asarray(array) for array in arrays)
'''


def print_cupy(
    programs: Sequence[Program], description: str, dtype: str, means: Mapping[str, bool]
) -> str:
    """The whole text: initialize by NumPy, and what runs on the GPU.

    Parameters
    ----------
    programs : sequence of Program
        Those of a description, ``initialize`` first.
    description : str
        The calls that make it, for the head.
    dtype : "float32" or "float64"
    means : dict of str to bool
        Which outputs are means over rows; others are sums.
    """
    drawn, *others = programs
    texts = [
        function_texts([drawn]),
        print_program(drawn, dtype),
        ON_GPU,
        as_cupy(function_texts(others)),
        as_cupy(variance_text(others)),
    ]
    for program in others:
        texts.append(print_program(program, dtype, spellings))
        if program.name == "train_step":
            texts.append(print_epoch(program, means))
    body = "\n\n\n".join(text.strip("\n") for text in texts if text)
    return f"{head(description, dtype, 'CuPy')}\n{imports(body)}\n\n{body}\n"


def imports(body: str) -> str:
    lines = ["import math", ""] * ("math." in body) + ["import cupy as cp"]
    return "\n".join([*lines, *["import numpy as np"] * ("np." in body)]) + "\n"


def as_cupy(text: str) -> str:
    """The text with CuPy's functions for NumPy's; types and constants are NumPy's own in CuPy."""
    text = text.replace("np.", "cp.")
    for name in ("float32", "float64", "nan"):
        text = text.replace(f"cp.{name}", f"np.{name}")
    return text


def spellings(dtype: str) -> dict[str, Spelling]:
    """NumPy's table, each function by CuPy's name."""
    return {name: renamed(spell) for name, spell in numpy_spellings.spellings(dtype).items()}


def renamed(spell: Spelling) -> Spelling:
    def spelled(s: Statement, inputs: Sequence[Code]) -> Code:
        found = spell(s, inputs)
        return Code(as_cupy(found.text), found.level)

    return spelled
