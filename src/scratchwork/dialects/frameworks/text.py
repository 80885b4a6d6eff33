"""Pieces of a framework's text, laid out as a formatter would: calls, functions, docstrings."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..layout import WIDTH


def enclosed(head: str, items: Sequence[str], end: str, room: int = 0) -> str:
    """head, items, end on one line; or the items on the next; or each on a line of its own.

    ``room`` is how far the lines will be moved to the right.
    """
    inside = ", ".join(items)
    if len(f"{head}{inside}{end}") + room <= WIDTH:
        return f"{head}{inside}{end}"
    if len(f"    {inside}") + room <= WIDTH and end == ")":
        return f"{head}\n    {inside}\n{end}"
    return "\n".join([head, *(f"    {item}," for item in items), end])


def call(function: str, arguments: Sequence[str]) -> str:
    """function(a, b)"""
    return enclosed(f"{function}(", arguments, ")")


def docstring(text: str, indent: str = "    ") -> str:
    """The text as a docstring, its first sentence alone where one line is too short for all."""
    whole = f'{indent}"""{text}"""'
    if len(whole) <= WIDTH:
        return whole
    first, _, rest = text.partition(". ")
    settings = {"initial_indent": indent, "subsequent_indent": indent}
    lines = textwrap.wrap(f'"""{first}.', WIDTH, **settings)  # type: ignore[arg-type] # a dict
    body = textwrap.wrap(rest, WIDTH, **settings)  # type: ignore[arg-type]
    return "\n".join([*lines, *([""] if body else []), *body, f'{indent}"""'])


def function(signature: str, text: str, lines: Iterable[str]) -> str:
    """def f(X, y): its docstring and its lines."""
    body = [f"    {row}" for line in lines for row in line.splitlines()]
    return "\n".join([f"def {signature}:", docstring(text), *body])


def joined(pieces: Iterable[str]) -> str:
    """The pieces that are not empty, with two empty lines around each definition, else one."""
    parts = [piece for piece in pieces if piece]
    text = parts[0]
    for before, part in pairwise(parts):
        apart = defines(before) or defines(part) or part.startswith("if __name__")
        text += ("\n\n\n" if apart else "\n\n") + part
    return text


def defines(piece: str) -> bool:
    return piece.startswith(("def ", "class ", "@"))
