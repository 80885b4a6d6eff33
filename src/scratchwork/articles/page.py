"""A page of the report, written in Markdown and shown in a browser as well."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..files import write_all

if TYPE_CHECKING:
    from matplotlib.figure import Figure

STYLE = """\
body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; font: 17px/1.55 system-ui, sans-serif;
       color: #1a1a1a; background: #fff }
h1, h2, h3 { line-height: 1.25; margin-top: 2em } h1 { margin-top: 0 }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums }
th, td { padding: .3em .8em; border-bottom: 1px solid #ccc; text-align: left; vertical-align: top }
th { border-bottom: 2px solid #333 }
pre { background: #f5f5f2; padding: .8em 1em; overflow-x: auto; font-size: 14px; line-height: 1.4 }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .92em }
img { max-width: 100% } a { color: #0050a0 }
"""


@dataclass(frozen=True)
class Comparison:
    """A number of the article beside ours."""

    what: str
    article: str
    ours: str
    note: str = ""


@dataclass
class Page:
    """What is put on it stands there in that order; ``save`` writes the files.

    Attributes
    ----------
    folder : path
        ``report.md`` and ``index.html`` are written into it, ``figures/`` and ``numbers.json``
        where there are some.
    title : str
    say : function of a line
        Told what is being done, as it may take long.
    """

    folder: Path
    title: str
    say: Callable[[str], None] = print
    parts: list[str] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)

    def heading(self, text: str, level: int = 2) -> None:
        """A heading of a section (2) or of a part of it (3)."""
        self.parts.append(f"{'#' * level} {text}")

    def text(self, *paragraphs: str) -> None:
        """Paragraphs, in Markdown."""
        self.parts.extend(paragraphs)

    def code(self, text: str, language: str = "text") -> None:
        """A program (language "python") or what was printed ("text")."""
        self.parts.append(f"```{language}\n{text.rstrip()}\n```")

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """A table; numbers are rounded by who gives them."""
        self.parts.append(table(columns, rows))

    def compare(self, what: str, article: str, ours: str, note: str = "") -> None:
        """A number of the article beside ours: in the table at the top, and in the overview."""
        self.comparisons.append(Comparison(what, article, ours, note))

    def figure(self, name: str, caption: str, draw: Callable[[], Figure]) -> None:
        """A picture, as ``figures/NAME.png``; without matplotlib a sentence instead."""
        if find_spec("matplotlib") is None:
            self.text(f'*{caption} (no picture: `pip install "scratchwork[plot]"`)*')
            return
        from matplotlib.pyplot import close

        file = self.folder / "figures" / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        figure = draw()
        figure.savefig(file, dpi=110, bbox_inches="tight", metadata={"Software": None})
        close(figure)  # pyplot would keep it
        self.text(f"![{caption}](figures/{file.name})", f"*{caption}*")

    @property
    def markdown(self) -> str:
        """The whole page."""
        rows = [(c.what, c.article, c.ours, c.note) for c in self.comparisons]
        top = [table(("", "the article", "here", ""), rows)] if rows else []
        return "\n\n".join([f"# {self.title}", *top, *self.parts]) + "\n"

    def save(self) -> None:
        """Write the page, as Markdown and as HTML, and its numbers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        texts = {"report.md": self.markdown, "index.html": html(self.title, self.markdown)}
        if self.comparisons:
            numbers = json.dumps([asdict(c) for c in self.comparisons], indent=1)
            texts["numbers.json"] = numbers + "\n"
        write_all({self.folder / name: writer(text) for name, text in texts.items()})


def writer(text: str) -> Callable[..., object]:
    """What writes a text into an open file."""
    return lambda file: file.write(text.encode())


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(cell(x) for x in line)} |" for line in lines)


def cell(content: object) -> str:
    """A cell's text, which may hold no bar and no line break."""
    return str(content).replace("|", "\\|").replace("\n", " ")


def html(title: str, markdown: str) -> str:
    """The page for a browser, which needs nothing but its figures."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark").enable("table").render(markdown)
    body = body.replace('report.md"', 'index.html"')  # links between pages stay among their kind
    head = f'<meta charset="utf-8">\n<title>{escape(title)}</title>\n<style>\n{STYLE}</style>'
    return f'<!doctype html>\n<html lang="en">\n{head}\n<body>\n{body}</body>\n</html>\n'
