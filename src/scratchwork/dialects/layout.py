"""Lines of code at most 100 columns wide, with comments in a column."""

from __future__ import annotations

import re

WIDTH = 100
COMMENT_COLUMN = 50


def commented(code: str, comment: str) -> list[str]:
    """The code's lines, the comment behind the last, in its column where there is room."""
    if not comment:
        return fold(code)
    whole = f"{code:<{COMMENT_COLUMN - 2}}  # {comment}"
    if len(whole) <= WIDTH:
        return [whole]
    lines = fold(code, WIDTH - len(whole) + len(code))
    return [*lines[:-1], f"{lines[-1]}  # {comment}"]


def fold(code: str, width: int = WIDTH) -> list[str]:
    """Break a line that is too long as a formatter does: inside parentheses, at commas or operators."""
    if len(code) <= width:
        return [code]
    indent = code[: len(code) - len(code.lstrip())]
    head, body, tail = outer_parentheses(code.strip())
    inner = indent + "    "
    one_line = inner + body
    if len(one_line) <= WIDTH:
        return [f"{indent}{head}", one_line, f"{indent}{tail}"]
    return [f"{indent}{head}", *filled(body, inner), f"{indent}{tail}"]


def outer_parentheses(code: str) -> tuple[str, str, str]:
    """Head, inside and tail: of the call or return that ends the line, or of new parentheses."""
    match = re.match(r"(def \w+\(|(?:[\w, ]+ = )?[\w.]+\(|for [\w, ]+ in zip\()", code)
    closing = re.search(r"\):?$", code)
    if match and closing and closes_at(code, match.end() - 1) == closing.start():
        return match.group(), code[match.end() : closing.start()], closing.group()
    target, operator, value = re.split(r"( [-+*/]?= |return )", code, maxsplit=1)
    return f"{target}{operator}(", value, ")"


def closes_at(code: str, opening: int) -> int:
    """Where the parenthesis at ``opening`` is closed."""
    depth = 0
    for i in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return -1


def filled(body: str, indent: str) -> list[str]:
    """Fill lines with the pieces between commas and operators that stand outside all parentheses."""
    pieces = split_outside(body)
    lines = [indent]
    for piece in pieces:
        if len(lines[-1]) + len(piece.rstrip()) > WIDTH and lines[-1].strip():
            lines.append(indent)
        lines[-1] += piece if lines[-1].strip() else piece.lstrip()
    return [line.rstrip() for line in lines]


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
