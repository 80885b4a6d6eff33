"""The whole text of one program in the numba dialect: head, functions, kernels, frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod

from ..program.fusion import has_rows
from ..program.ir import Program, Value
from ..program.plan import plan
from .layout import fold
from .numba_epoch import epoch_body
from .numba_frame import Frame, gradient_size, is_flat, length, new_frame
from .numba_functions import function_texts
from .numba_loops import loop_texts
from .numba_products import PRODUCTS, product_texts
from .numba_spellings import FUNCTIONS
from .numba_team import team_text

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


@dataclass(frozen=True)
class Compiled:
    """A text, and the numbers that an engine gives to its function.

    ``arguments`` are the function's, in order; ``sizes``, ``starts`` and ``ranges`` are read from
    vectors, so that networks of one structure share the text.
    """

    name: str
    source: str  # with comments, which speak of sizes and settings
    arguments: tuple[str, ...]
    data: tuple[str, ...]
    sizes: tuple[int, ...]
    starts: tuple[int, ...]
    ranges: tuple[tuple[int, int, int], ...]
    settings: tuple[str, ...]
    output_shape: tuple[int, ...]  # of a row of predictions
    gradient_size: int
    sums: int
    numbers: int
    draws: int  # random numbers a row
    row_bytes: int  # of what a block keeps for each of its rows
    row_flops: int  # of the products, for each row
    whole: bool

    @cached_property
    def text(self) -> str:
        """What is compiled: without comments, so that all networks of a structure share it."""
        return re.sub(r"(?m)^ *#.*\n|  #.*$", "", self.source)


ALWAYS = {
    "thread": "int64",
    "threads": "int64",
    "sync": "int64[::1]",
    "gemm": "int64",
    "order": "int64[::1]",
    "batch_size": "int64",
    "slices": "int64",
    "block": "int64",
    "totals": "float64[::1]",
    "t": "int64",
    "epoch": "int64",
    "rng": "npy_rng",
    "draws": "float64[::1]",
    "parameters": "{F}[::1]",
    "layers": "{F}[::1]",
    "optimizer": "{F}[::1]",
    "gradients": "{F}[:, ::1]",
    "sums": "float64[:, ::1]",
    "numbers": "float64[::1]",
    "sizes": "int64[::1]",
    "starts": "int64[::1]",
    "ranges": "int64[:, ::1]",
    "settings": "float64[::1]",
}


def compiled(
    program: Program, means: Mapping[str, bool], dtype: str, places: Mapping[str, int],
    optimizer: Iterable[str] = (), few: bool = False,
) -> Compiled:  # fmt: skip
    """The text of a program, and what its function is given."""
    frame = new_frame(plan(program), means, places, optimizer, few)
    body = list(epoch_body(frame))
    arguments = argument_types(frame, dtype)
    name = {"train_step": "train"}.get(program.name, program.name)
    function = [
        *signature_lines(list(arguments.values())),
        *fold(f"def {name}({', '.join(arguments)}):"),
        *body,
    ]
    functions = frame.module.functions
    helpers = [
        function_texts(functions & FUNCTIONS, dtype).rstrip(),
        team_text().rstrip(),
        product_texts(functions).rstrip(),
        loop_texts(functions - FUNCTIONS).rstrip(),
        *(f"@kernel\ndef {k}{text}".rstrip() for k, text in frame.module.kernels.items()),
        "\n".join(function),
    ]
    text = HEAD.format(dtype=dtype) + "\n\n" + "\n\n\n".join(x for x in helpers if x) + "\n"
    numbers = [*frame.plan.dimensions.numbers.values(), *frame.plan.counts.values()]
    return Compiled(
        name=name,
        source=text,
        arguments=tuple(arguments),
        data=tuple(str(x.name) for x in frame.data),
        sizes=tuple(numbers),
        starts=tuple(frame.module.starts),
        ranges=tuple(ranges(frame)),
        settings=tuple(str(x.name) for x in frame.program.hyperparameters),
        output_shape=tuple(s.number for s in program.outputs[0].shape[1:]),
        gradient_size=gradient_size(frame),
        sums=len(frame.plan.totals),
        numbers=1 + len(frame.crossing),
        draws=sum(length(s.target) for s in frame.plan.draws),
        row_bytes=row_bytes(frame, dtype),
        row_flops=row_flops(frame),
        whole=frame.plan.whole,
    )


def argument_types(frame: Frame, dtype: str) -> dict[str, str]:
    """What the function takes, each with its type."""
    types = {name: text.format(F=dtype) for name, text in ALWAYS.items()}
    program = frame.program
    data = {f"all_{x.name}": array_type(x, dtype) for x in frame.data}
    given = {str(x.name) for x in program.inputs}
    unused = set() if frame.trains else {"order"}
    if frame.predicts:
        unused |= {"totals"}
        data["out"] = f"{dtype}[{', '.join([':'] * (program.outputs[0].ndim - 1) + ['::1'])}]"
    unused |= {name for name in ("t", "epoch") if name not in given}
    unused |= set() if frame.plan.draws else {"rng", "draws"}
    unused |= set() if frame.loop else {"ranges"}
    unused |= set() if frame.module.functions & {*PRODUCTS} else {"gemm"}
    others = {
        str(x.name): array_type(x, dtype) if x.shape else "float64"
        for x in program.inputs
        if str(x.name) not in ("t", "epoch", "rng") and not (x.shape and has_rows(x))
    }
    kept = {name: text for name, text in types.items() if name not in unused}
    head = {name: kept.pop(name) for name in ("thread", "threads", "sync")}
    return {**head, **data, **kept, **others}


def array_type(x: Value, dtype: str) -> str:
    """Images are given as rows. Nothing is written: were the type read-only, all that reads rows
    from here or from a block would be compiled twice.
    """
    kind = "int64" if x.dtype == "int" else dtype
    return f"{kind}[{', '.join([':'] * (min(x.ndim, 2) - 1) + ['::1'])}]"


def signature_lines(types: list[str]) -> list[str]:
    lines = ["@numba.njit("]
    text = f"int64({', '.join(types)})"
    words = fold_words(text, 90)
    lines += [f'    "{word}"' for word in words]
    lines[-1] += ","
    lines += [
        '    nogil=True, fastmath=FLAGS, error_model="numpy", cache=CACHE, no_cfunc_wrapper=True',
        ")",
    ]
    return lines


def fold_words(text: str, width: int) -> list[str]:
    """A text in pieces that end behind commas."""
    pieces, line = [], ""
    for word in text.split(", "):
        if line and len(line) + len(word) + 2 > width:
            pieces.append(line)
            line = ""
        line += f"{word}, "
    return [*pieces, line.removesuffix(", ")]


def ranges(frame: Frame) -> list[tuple[int, int, int]]:
    """Stretches of the flat vectors that the update goes over: parameters, states, length."""
    if frame.loop is None:
        return []
    rows = frame.loop.rows
    W, *states, dW = [*rows[0]]
    first = frame.places[str(rows[0][states[0]].name)] if states else 0
    found: list[tuple[int, int, int]] = []
    for row in rows:
        if row[dW] in frame.module.direct:
            continue
        p = frame.places[str(row[W].name)]
        s = frame.places[str(row[states[0]].name)] - first if states else 0
        size = length(row[W])
        if found and is_flat(frame.loop):
            before = found[-1]
            if before[0] + before[2] == p and (not states or before[1] + before[2] == s):
                found[-1] = (before[0], before[1], before[2] + size)
                continue
        found.append((p, s, size))
    return found


def row_bytes(frame: Frame, dtype: str) -> int:
    arrays = [*frame.row_arrays, *frame.data]
    return sum(length(x) for x in arrays) * (8 if dtype == "float64" else 4)


def row_flops(frame: Frame) -> int:
    """Multiplications and additions of the products, for each row of the batch."""
    total = 0
    for s in frame.program.statements:
        if s.op.name == "matmul" and any(has_rows(x) for x in s.values):
            a, b = (x.shape for x in s.inputs if isinstance(x, Value))
            total += 2 * prod((a[0].number, a[1].number, b[1].number))
    return total
