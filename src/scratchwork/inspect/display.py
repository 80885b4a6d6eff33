"""What is shown: plain text as a string, colored where a person looks at it.

The colors come from rich where it is installed; without it everything is plain.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from rich.text import Text

Styles: TypeAlias = tuple[tuple[str, str], ...]
"""Pairs of a regular expression and the style, in the terminal's colors, of what it finds."""

HEADING: Styles = ((r"\A.*", "bold"),)

NOTEBOOK = '<pre style="white-space:pre;overflow-x:auto;line-height:normal">{code}</pre>'

MIDDLE = {
    "black": (118, 118, 118), "red": (215, 58, 73), "green": (46, 130, 60),
    "yellow": (166, 104, 0), "blue": (38, 115, 196), "magenta": (168, 78, 190),
    "cyan": (14, 126, 138), "white": (118, 118, 118),
}  # fmt: skip
"""The terminal's colors in a notebook: each can be read on white and on black."""


class Shown:
    """What is plain as ``str`` and colored in an interactive terminal and in notebooks.

    A class gives its text by ``__str__`` and its colors by ``styles`` or ``styled``.
    """

    styles: ClassVar[Styles] = HEADING

    def styled(self) -> Text:
        """The text with its colors."""
        from rich.text import Text

        text = Text(str(self))
        for pattern, style in self.styles:
            text.highlight_regex(pattern, style)
        return text

    def __repr__(self) -> str:
        return colored(self) if is_looked_at() else str(self)

    def __rich__(self) -> Text:
        return self.styled()

    def _repr_html_(self) -> str | None:
        """For notebooks; None, where rich is missing, leaves them the plain text."""
        return html(self)


class SourceText(Shown, str):
    """The text of a program: a str in all things but how it is shown."""

    def styled(self) -> Text:
        """The program as Python, in the terminal's own colors; its phases stand out."""
        from rich.syntax import Syntax

        syntax = Syntax("", "python", theme="ansi_dark", background_color="default")
        text = syntax.highlight(str(self))
        text.highlight_regex(r"# ----.*", "bold")
        text.rstrip()
        return text


def is_looked_at() -> bool:
    """Whether a repr goes to the eyes of a person: a prompt in a terminal."""
    prompt = hasattr(sys, "ps1") or bool(sys.flags.interactive)
    return prompt and is_terminal(sys.stdout)


def is_terminal(stream: Any) -> bool:
    """Whether a stream is a terminal; without a window (pythonw) there is no stream at all."""
    return stream is not None and bool(stream.isatty())


def colored(shown: Shown) -> str:
    """The text with the codes that color it in this terminal, if it has colors."""
    try:
        from rich.console import Console

        text = shown.styled()
    except ImportError:
        return str(shown)
    console = Console()
    with console.capture() as capture:
        console.print(text, soft_wrap=True, end="")
    return capture.get()


def html(shown: Shown) -> str | None:
    """The text as HTML for a notebook, light or dark."""
    try:
        from rich.console import Console
        from rich.terminal_theme import TerminalTheme

        text = shown.styled()
    except ImportError:
        return None
    console = Console(record=True, file=io.StringIO(), force_jupyter=False, color_system="standard")
    console.print(text, soft_wrap=True, end="")
    theme = TerminalTheme((255, 255, 255), (0, 0, 0), list(MIDDLE.values()))
    return console.export_html(theme=theme, code_format=NOTEBOOK, inline_styles=True)


def in_notebook() -> bool:
    """Whether this is the kernel of a notebook."""
    return getattr(shell(), "kernel", None) is not None


def shell() -> Any:
    """IPython's shell, where there is one; nothing is imported to find out."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def show(shown: Shown) -> None:
    """Print, once: colored in a notebook or terminal, and plain elsewhere."""
    if in_notebook():
        from IPython.display import display

        display(shown)
    else:
        print(colored(shown) if is_terminal(sys.stdout) else shown)
