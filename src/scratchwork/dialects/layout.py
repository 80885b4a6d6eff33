"""Lines of code at most 100 columns wide, with comments in a column."""

from __future__ import annotations

import re
import textwrap
from typing import Any

WIDTH = 100
COMMENT_COLUMN = 50


def commented(code: str, comment: str) -> list[str]:
    """The code's lines, the comment behind the last, in its column where there is room."""
    if not comment:
        return fold(code)
    whole = f"{code:<{COMMENT_COLUMN - 2}}  # {comment}"
    if len(whole) <= WIDTH:
        return [whole]
    lines = fold(code, room=len(whole) - len(code))
    return [*lines[:-1], f"{lines[-1]}  # {comment}"]


def comment(text: str, indent: str) -> list[str]:
    """A comment of its own, broken between words and where the text has a new line."""
    mark = f"{indent}# "
    settings: dict[str, Any] = {"initial_indent": mark, "subsequent_indent": mark}
    return [row for line in text.splitlines() for row in textwrap.wrap(line, WIDTH, **settings)]


def fold(code: str, width: int = WIDTH, room: int = 0) -> list[str]:
    """Break a long line as a formatter does: inside parentheses, at commas or operators.

    ``room`` is what a comment behind the line needs.
    """
    if len(code) + room <= width:
        return [code]
    indent = code[: len(code) - len(code.lstrip())]
    head, body, tail = outer_parentheses(code.strip())
    return [f"{indent}{head}", *filled(body, f"{indent}    ", width), f"{indent}{tail}"]


def outer_parentheses(code: str) -> tuple[str, str, str]:
    """Head, inside and tail: of the call, return or tuple that ends the line, or of new ones."""
    match = re.match(r"(def \w+\(|(?:[\w, ]+ = )?[\w.]+\(|for [\w, ]+ in zip\(|\()", code)
    closing = re.search(r"\)[:,]?$", code)
    if match and closing and closes_at(code, match.end() - 1) == closing.start():
        return match.group(), code[match.end() : closing.start()], closing.group()
    parts = re.split(r"( [-+*/]?= |return )", code, maxsplit=1)
    if len(parts) == 1:
        return widest_parentheses(code)
    return f"{parts[0]}{parts[1]}(", parts[2], ")"


def widest_parentheses(code: str) -> tuple[str, str, str]:
    """Head, inside and tail of the longest of the parentheses and brackets."""
    pairs = [(i, closes_at(code, i)) for i, character in enumerate(code) if character in "(["]
    start, end = max(pairs, key=lambda pair: pair[1] - pair[0], default=(-1, -1))
    return (code[: start + 1], code[start + 1 : end], code[end:]) if end > start else ("", code, "")


def closes_at(code: str, opening: int) -> int:
    """Where the parenthesis at ``opening`` is closed."""
    depth = 0
    for i in range(opening, len(code)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return -1


def filled(body: str, indent: str, width: int) -> list[str]:
    """Fill lines with the pieces between commas and operators outside all parentheses."""
    if len(indent + body) <= width:
        return [indent + body]
    lines = [indent]
    for piece in split_outside(body):
        head, inside, tail = widest_parentheses(piece)
        too_long = bool(head) and len(indent) + len(piece.strip()) > width  # for any line
        if len(lines[-1]) + len((head if too_long else piece).rstrip()) > width:
            lines.append(indent)
        if not lines[-1].strip():
            head, piece = head.lstrip(), piece.lstrip()
        if too_long:
            lines[-1] += head
            lines += [*filled(inside, f"{indent}    ", width), indent + tail, indent]
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines if line.strip()]


def split_outside(body: str) -> list[str]:
    """Split behind commas and before + - * / @ that stand outside all parentheses."""
    pieces, start, depth = [], 0, 0
    for i, character in enumerate(body):
        depth += (character in "([") - (character in ")]")
        if depth == 0 and character == "," and i:
            pieces.append(body[start : i + 1] + " ")
            start = i + 2
        elif depth == 0 and body[i : i + 3] in (" + ", " - ", " * ", " / ", " @ "):
            pieces.append(body[start : i + 1])
            start = i + 1
    return [*pieces, body[start:]]
