"""What is printed: with colours in a terminal, plain text elsewhere."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text


def say(line: str, style: str = "") -> None:
    """Print a line, styled in a terminal and plain elsewhere."""
    Console().print(Text(line, style), soft_wrap=True)


def show_program(program: str) -> None:
    """Print a program, in colours in a terminal and plain elsewhere."""
    console, text = Console(), Text(program.rstrip("\n"))
    if console.is_terminal:
        from rich.syntax import Syntax

        syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
        text = syntax.highlight(text.plain)
        text.rstrip()
    console.print(text, soft_wrap=True)
