"""What becomes of a program in the numba dialect: a text, and the numbers that it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from ...program.amount import has_rows, length, multiply_adds
from ...program.plan import is_flat
from .frame import Frame, gradient_size
from .input_split import input_split


@dataclass(frozen=True)
class Compiled:
    """A text, and the numbers that an engine gives to its function.

    ``arguments`` are the function's, in order; ``sizes``, ``starts`` and ``ranges`` are read from
    vectors, so that networks of one structure share the text.
    """

    name: str
    source: str  # with comments, which speak of sizes and settings
    arguments: tuple[str, ...]
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
    split: tuple[int, int]  # inputs and outputs of a first layer that can be shared out by inputs

    @cached_property
    def text(self) -> str:
        """What is compiled: without comments, so that all networks of a structure share it."""
        return re.sub(r"(?m)^ *#.*\n|  #.*$", "", self.source)


def numbers_of(
    frame: Frame, name: str, source: str, arguments: tuple[str, ...], dtype: str
) -> Compiled:
    """The text with the numbers of its network."""
    split = input_split(frame.plan)
    sizes = [*frame.plan.dimensions.numbers.values(), *frame.plan.counts.values()]
    return Compiled(
        name=name,
        source=source,
        arguments=arguments,
        sizes=tuple(sizes),
        starts=tuple(frame.module.starts),
        ranges=tuple(ranges(frame)),
        settings=tuple(str(x.name) for x in frame.program.hyperparameters),
        output_shape=tuple(s.number for s in frame.program.outputs[0].shape[1:]),
        gradient_size=gradient_size(frame),
        sums=len(frame.plan.totals),
        numbers=1 + len(frame.crossing),
        draws=sum(length(s.target) for s in frame.plan.draws),
        row_bytes=row_bytes(frame, dtype),
        row_flops=row_flops(frame),
        whole=frame.plan.whole or bool(frame.module.direct),  # a direct update reads one block
        split=split.sizes if split else (0, 0),
    )


def ranges(frame: Frame) -> list[tuple[int, int, int]]:
    """Stretches of the flat vectors that the update goes over: parameters, states, length.

    A first layer's weights that are shared out by inputs come first, by themselves.
    """
    if frame.loop is None:
        return []
    rows = frame.loop.rows
    W, *states, dW = [*rows[0]]
    first = frame.places[str(rows[0][states[0]].name)] if states else 0
    found: list[tuple[int, int, int]] = []
    split, own = frame.module.split, []
    for row in rows:
        if row[dW] in frame.module.direct:
            continue
        p = frame.places[str(row[W].name)]
        s = frame.places[str(row[states[0]].name)] - first if states else 0
        size = length(row[W])
        if split is not None and row[dW] is split.dW:
            own.append((p, s, size))
            continue
        if found and is_flat(frame.loop):
            before = found[-1]
            if before[0] + before[2] == p and (not states or before[1] + before[2] == s):
                found[-1] = (before[0], before[1], before[2] + size)
                continue
        found.append((p, s, size))
    assert len(own) == (split is not None)  # the text takes the first one for it
    return own + found


def row_bytes(frame: Frame, dtype: str) -> int:
    arrays = [*frame.row_arrays, *frame.data]
    return sum(length(x) for x in arrays) * (8 if dtype == "float64" else 4)


def row_flops(frame: Frame) -> int:
    """Multiplications and additions of the products, for each row of the batch."""
    reads_rows = (s for s in frame.program.statements if any(map(has_rows, s.values)))
    return 2 * sum(map(multiply_adds, reads_rows))
