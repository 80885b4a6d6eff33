"""Write docs/reference from the docstrings and the tables of what is registered.

python scripts/update_reference.py [--check]
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "src")]

import framework_lines  # noqa: E402
from reference_lines import MAKERS, printed  # noqa: E402

import scratchwork as sw  # noqa: E402
from scratchwork import activations, initializers, layers, losses, metrics, optimizers  # noqa: E402
from scratchwork.layers.layer import describe  # noqa: E402

FOLDER = ROOT / "docs" / "reference"
WIDTH = 100
SECTION = re.compile(r"^([A-Z]\w+)\n-{3,}\n", re.MULTILINE)
PLACE = r"(?:section|equation|Algorithm|Figure|lecture)s? [\w.]*\w(?: (?:and|to) \d+)?"
AUTHORS = r"""[A-Z](?:[^.;:()"`]|et al\.){0,60}?"""
PAPER = re.compile(rf'({AUTHORS} (?:19|20)\d\d, "[^"]+"(?:, {PLACE})?)')

INSIDE = {"unknown", "ready", "begin", "begun", "styled"}
"""Methods that other methods use."""


@dataclass(frozen=True)
class Page:
    """One page: what is on it, by the names that a user types."""

    title: str
    about: str
    entries: Mapping[str, Any]


# ---- what is on which page ----
def public(package: str) -> dict[str, Any]:
    """The public classes that come from one package."""
    found = {name: getattr(sw, name) for name in sw.__all__}
    inside = f"scratchwork.{package}"
    return {
        name: value
        for name, value in found.items()
        if inspect.isclass(value) and f"{value.__module__}.".startswith(f"{inside}.")
    }


def strings(table: Mapping[str, Any]) -> dict[str, Any]:
    """The rows of a table, by the quoted names that ``compile`` and layers take."""
    return {f'"{name}"': value for name, value in table.items()}


def methods(kind: type) -> dict[str, Any]:
    """The public methods and properties of a class and its bases, in their order."""
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__[:-1]):
        found |= {name: each for name, each in vars(base).items() if documented(name, each)}
    return {f"{kind.__name__}.{name}": each for name, each in found.items()}


def displays() -> dict[str, Any]:
    """The pictures, and what makes each."""
    found: dict[str, Any] = {}
    for name in sw.plots.__all__:
        kind = getattr(sw.plots, name)
        makers = [each for each in vars(kind) if each.startswith("from_")]
        found[f"plots.{name}"] = kind
        found |= {f"{name}.{each}": getattr(kind, each) for each in makers}
    return found


def documented(name: str, member: object) -> bool:
    shown = not name.startswith("_") and name not in INSIDE
    return (
        shown
        and bool(getattr(member, "__doc__", None))
        and (inspect.isfunction(member) or isinstance(member, property | cached_property))
    )


def pages() -> dict[str, Page]:
    """All pages, by the names of their files."""
    loss_table = {name: loss.function for name, loss in losses.LOSSES.items()}
    named = {name: getattr(sw, name) for name in layers.__all__ if name != "describe"}
    return {
        "layers": Page(
            "Layers", "Given to `sw.Sequential([...])`, or your own with `build`.", named
        ),
        "activations": Page(
            "Activations", "Given to a layer by name, as an object, or as a function of Values.",
            strings(activations.ACTIVATIONS) | public("activations"),
        ),
        "losses": Page(
            "Losses", "Given to `compile(loss=...)`. Z is the raw output, Y the targets, L (n,).",
            strings(loss_table) | public("losses"),
        ),
        "optimizers": Page(
            "Optimizers", "Given to `compile(optimizer=...)`, also by name.",
            {kind.__name__: kind for kind in optimizers.OPTIMIZERS.values()},
        ),
        "schedules": Page(
            "Schedules", "Given as `learning_rate` to any optimizer.", public("schedules")
        ),
        "initializers": Page(
            "Initializers", "Given as `kernel_initializer` or `bias_initializer`.",
            strings(initializers.INITIALIZERS) | public("initializers"),
        ),
        "regularizers": Page(
            "Regularizers", "Given to `compile(regularizer=...)` or as a `kernel_regularizer`.",
            public("regularizers"),
        ),
        "metrics": Page(
            "Metrics", "Given to `compile(metrics=[...])`.",
            strings({name: x.function for name, x in metrics.METRICS.items()}) | public("metrics"),
        ),
        "datasets": Page(
            "Data sets", "Each returns rows for training, validation and test.",
            {f"datasets.{name}": getattr(sw.datasets, name) for name in sw.datasets.__all__},
        ),
        "model": Page(
            "The model", "From a description to numbers, and the views into it.",
            {"Sequential": sw.Sequential, **methods(sw.Sequential), "mlp": sw.mlp},
        ),
        "networks": Page(
            "Many networks", "One description many times, or a grid of them, on all cores.",
            {"repeat": sw.repeat, "sweep": sw.sweep, "Networks.fit": sw.sweeps.Networks.fit,
             "Results": sw.Results, **methods(sw.Results), "Point": sw.sweeps.Point,
             **methods(sw.sweeps.Point), "Result": sw.sweeps.Result, **methods(sw.sweeps.Result)},
        ),
        "pictures": Page(
            "Pictures", "[A page with every picture](../pictures.md) shows what each looks like.",
            displays(),
        ),
    }  # fmt: skip


# ---- from a docstring to Markdown ----
def signature(name: str, value: Any) -> Iterator[str]:
    """The call without annotations; nothing for names and properties."""
    if name.startswith('"') or not callable(value):
        return
    parameters = [
        each.replace(annotation=each.empty)
        for each in inspect.signature(value).parameters.values()
        if each.name != "self"
    ]
    text = str(inspect.Signature(parameters)).replace("'", '"')
    yield f"```python\n{wrapped(name, text[1:-1])}\n```"


def wrapped(name: str, arguments: str) -> str:
    """A call as the formatter leaves it: on one line, its arguments on one, or each on its own."""
    if len(f"{name}({arguments})") <= WIDTH:
        return f"{name}({arguments})"
    inside = f"    {arguments}"
    if len(inside) > WIDTH:
        inside = ",\n".join(f"    {each}" for each in arguments.split(", ")) + ","
    return f"{name}(\n{inside}\n)"


def sections(text: str) -> dict[str, str]:
    """The parts of a NumPy docstring by their headings; what stands above them is ''."""
    first, *rest = SECTION.split(inspect.cleandoc(text))
    return {"": first.strip()} | dict(zip(rest[::2], map(str.rstrip, rest[1::2]), strict=True))


def prose(text: str) -> str:
    """Docstring text as Markdown: ``x`` becomes `x`, asterisks stay asterisks."""
    parts = re.split(r"(`+[^`]+`+)", text)
    plain = [part.replace("*", r"\*").replace("<", "&lt;") for part in parts[::2]]
    code = [f"`{part.strip('`')}`" for part in parts[1::2]]
    return "".join(x for pair in zip(plain, [*code, ""], strict=True) for x in pair)


def listed(text: str) -> Iterator[str]:
    """Parameters and what is raised, as a list."""
    for block in re.split(r"\n(?=\S)", text):
        head, *rest = block.split("\n")
        name, _, kind = head.partition(" : ")
        line = f"- **`{name}`**" + (f" : {prose(kind)}" if kind else "")
        yield line + ("  \n  " + prose(" ".join(map(str.strip, rest))) if rest else "")


def body(text: str) -> Iterator[str]:
    """A docstring as Markdown, part by part."""
    for heading, part in sections(text).items():
        if heading == "Examples":
            yield f"```pycon\n{part}\n```"
        elif heading in ("Parameters", "Raises", "Returns", "Attributes", "Yields"):
            yield f"**{heading}**\n\n" + "\n".join(listed(part))
        elif heading:
            yield f"**{heading}**\n\n{prose(part)}"
        else:
            yield prose(part)


def paper(text: str) -> str:
    found = PAPER.search(" ".join(sections(text)[""].split()))
    return prose(found.group(1)) if found else ""


def row(key: str, page: Page, name: str, value: Any, lines: list[str]) -> str:
    """A line of the table at the head of a page."""
    text, shown = value.__doc__ or "", "<br>".join(f"`{line}`" for line in lines)
    kind = type(value).__name__
    if kind in page.entries:  # the name of an object: its class has a section
        cells = [label(name), f"[`{describe(value)}`](#{anchor(kind)})", shown, ""]
    else:
        first = " ".join(sections(text)[""].split("\n\n")[0].split())
        cells = [f"[{label(name)}](#{anchor(name)})", prose(first)]
        cells += [shown, paper(text)] if key in MAKERS else []
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def label(name: str) -> str:
    return f"`{name}`"


def anchor(name: str) -> str:
    """As GitHub makes it from a heading."""
    return re.sub(r"[^\w -]", "", name.lower()).replace(" ", "-")


def page_text(key: str, page: Page) -> str:
    lines = {name: printed(name, value, key) for name, value in page.entries.items()}
    rows = [row(key, page, name, value, lines[name]) for name, value in page.entries.items()]
    heads = ["", "what", "in the program", "source"][: 4 if key in MAKERS else 2]
    table = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *rows]
    texts = [f"# {page.title}", page.about, "\n".join(table)]
    for name, value in page.entries.items():
        if type(value).__name__ not in page.entries:
            texts.append(f"## {label(name)}")
            texts += signature(name, value)
            texts += body(value.__doc__ or "")
    note = "<!-- made from the docstrings by scripts/update_reference.py -->"
    return "\n\n".join([note, *texts]) + "\n"


def reference() -> dict[Path, str]:
    """The files of docs/reference and their texts."""
    made = {FOLDER / f"{name}.md": page_text(name, page) for name, page in pages().items()}
    return {**made, FOLDER / "frameworks.md": framework_lines.page()}


def main() -> None:
    files = reference()
    old = {path: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    if "--check" in sys.argv and old != files:
        changed = sorted(path.name for path in {*old, *files} if old.get(path) != files.get(path))
        raise SystemExit(f"not up to date, run scripts/update_reference.py: {', '.join(changed)}")
    for path in old.keys() - files.keys():
        path.unlink()
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
