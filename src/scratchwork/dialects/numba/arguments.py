"""What the function of the numba dialect takes: names and types."""

from __future__ import annotations

from ...program.amount import has_rows
from ...program.ir import Value
from .frame import Frame
from .products import PRODUCTS

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
    "shared": "{F}[::1]",
}
"""Arguments and their types; a program leaves out what it does not need."""


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
    unused |= set() if frame.module.split else {"shared"}
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
