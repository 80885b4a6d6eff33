"""The whole text of one program in the numba dialect: head, functions, kernels, frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...program.ir import Program
from ...program.plan import plan
from ..layout import fold
from .arguments import argument_types, signature_lines
from .compiled import Compiled, numbers_of
from .denormals import denormals_text
from .epoch import epoch_body
from .frame import Form, Frame, new_frame
from .functions import function_texts
from .loops import loop_texts
from .products import product_texts
from .spellings import FUNCTIONS
from .team import team_text

HEAD = """\
import math

import numba
import numpy as np
from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic, overload

CACHE = True
F = np.{dtype}
FLAGS = {{"nsz", "arcp", "contract", "reassoc", "afn"}}
kernel = numba.njit(
    nogil=True, fastmath=FLAGS, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
"""


def print_module(
    program: Program, means: Mapping[str, bool], dtype: str, places: Mapping[str, int],
    optimizer: Iterable[str] = (), form: Form = "rows",
) -> Compiled:  # fmt: skip
    """Print a program.

    Parameters
    ----------
    program : Program
        With its update as a loop over parameters.
    means : mapping
        Which outputs are means over rows.
    dtype : "float32" or "float64"
    places : mapping
        Where each array begins in its flat vector; "" is the end of the parameters.
    optimizer : iterable of str
        The arrays that are the optimizer's.
    form : "rows", "few" or "inputs"
        How a batch is gone through; "inputs" is for programs with an ``input_split``.

    Raises
    ------
    NotImplementedError
        If the program does what the dialect has no words for.
    """
    frame = new_frame(plan(program), means, places, optimizer, form)
    body = list(epoch_body(frame))  # what it calls is known when it is written
    arguments = argument_types(frame, dtype)
    name = {"train_step": "train"}.get(program.name, program.name)
    head = fold(f"def {name}({', '.join(arguments)}):")
    function = "\n".join([*signature_lines(list(arguments.values())), *head, *body])
    parts = [*called(frame, dtype), function]
    text = HEAD.format(dtype=dtype) + "\n\n" + "\n\n\n".join(parts) + "\n"
    return numbers_of(frame, name, text, tuple(arguments), dtype)


def called(frame: Frame, dtype: str) -> list[str]:
    """The text of all functions that the program's function calls."""
    names, kernels = frame.module.functions, frame.module.kernels
    texts = [
        function_texts(names & FUNCTIONS, dtype),
        team_text(),
        denormals_text() if frame.trains else "",
        product_texts(names),
        loop_texts(names - FUNCTIONS),
        *(f"@kernel\ndef {name}{text}" for name, text in kernels.items()),
    ]
    return [text.rstrip() for text in texts if text]
