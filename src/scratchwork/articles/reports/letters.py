"""An article's letters beside ours, each with the line of our program that computes it."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import UnknownNameError
from ..page import Page


def letters(page: Page, source: str, rows: Sequence[tuple[str, str]]) -> None:
    """A table of the article's letters, ours, and the generated line.

    Parameters
    ----------
    source : str
        Of the program.
    rows : pairs of str
        What the article calls it, and our name.
    """
    columns = ("the article", "here", "the generated line")
    page.table(columns, [(theirs, f"`{ours}`", f"`{line(source, ours)}`") for theirs, ours in rows])


def line(source: str, name: str) -> str:
    """The line that computes a name, without its comment.

    Raises
    ------
    UnknownNameError
        If no line does.
    """
    for row in source.splitlines():
        text = row.split("  #")[0].strip()
        if text.startswith((f"{name} = ", f"{name} -= ")):
            return text
    raise UnknownNameError("letters", "a name of the program", name, "print model.source()")
