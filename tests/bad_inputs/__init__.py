"""Bad inputs with the message that each gets, as text to be read.

``test_bad_inputs`` runs it, and ``python -m tests.bad_inputs`` writes the present messages.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scratchwork as sw

FILES = sorted(Path(__file__).parent.glob("*.md"))
PROMPT = "    >>> "
WIDTH = 100
ROWS = np.random.default_rng(0).normal(size=(9, 3)).round(2)
NAMES: dict[str, Any] = {"sw": sw, "np": np, "X": ROWS, "y": np.arange(9) % 4}
"""What every example may use: nine rows of three features, of four classes."""


@dataclass(frozen=True)
class Example:
    """A call that is refused, what stands before it in its section, and the message it gets."""

    file: str
    line: int
    setup: str
    call: str
    message: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.call[:50]}"


def examples() -> list[Example]:
    return [example for file in FILES for example in examples_in(file)]


def examples_in(file: Path) -> Iterator[Example]:
    """A section begins at a heading; calls without a message prepare those below them."""
    setup, lines = "", file.read_text(encoding="utf-8").splitlines()
    for i, line in enumerate(lines):
        if line.startswith("#"):
            setup = ""
        if not line.startswith(PROMPT):
            continue
        call = line.removeprefix(PROMPT)
        message = message_after(lines, i)
        if message:
            yield Example(file.stem, i + 1, setup, call, message)
        else:
            setup += f"{call}\n"


def message_after(lines: list[str], i: int) -> str:
    """The indented lines below a call, as one line."""
    rows = []
    for row in lines[i + 1 :]:
        if not row.startswith("    ") or row.startswith(PROMPT):
            break
        rows.append(row.strip())
    return " ".join(rows)


def shown(error: BaseException) -> str:
    """An error as the document shows it, on one line."""
    return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")


def wrapped(message: str) -> list[str]:
    """A message in lines that are indented as in the document."""
    return textwrap.wrap(
        message, WIDTH, initial_indent="    ", subsequent_indent="        ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def rewritten(text: str) -> str:
    """The document with the message that each call gets; what gets none prepares those below."""
    setup, out = "", []
    for line in text.splitlines():
        if line.startswith("    ") and not line.startswith(PROMPT):
            continue
        out.append(line)
        if line.startswith("#"):
            setup = ""
        if line.startswith(PROMPT):
            call, names = line.removeprefix(PROMPT), dict(NAMES)
            exec(setup, names)
            try:
                exec(call, names)
            except sw.ScratchworkError as error:
                out += wrapped(shown(error))
            else:
                setup += f"{call}\n"
    return "\n".join(out) + "\n"
