"""The pages of docs: their code runs and prints what they show; the reference is up to date."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

from scratchwork.articles import ARTICLES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(path.name for path in DOCS.glob("*.md"))


def script(name: str) -> ModuleType:
    """A file of scripts/ as a module."""
    specification = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module  # where dataclasses look for it
    specification.loader.exec_module(module)
    return module


SLOW = {"pictures.md": [pytest.mark.compiled, pytest.mark.numpy_engine]}
"""Pages that train for longer than plain Python would take."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=SLOW.get(name, [])) for name in PAGES])
def test_code_prints_what_stands_behind_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = (DOCS / name).read_text(encoding="utf-8")
    assert script("update_pages").updated(text, name) == text


def test_a_page_with_a_wrong_output_is_found() -> None:
    updated = script("update_pages").updated
    assert updated("```python\nprint(1)\n```\n\n```text\n2\n```\n", "page") == (
        "```python\nprint(1)\n```\n\n```text\n1\n```\n"
    )
    inside = "```python\nprint(1)\n```\n\n</td></tr>\n</table>\n\n```text\n"
    assert updated(inside + "2\n```\n", "page") == inside + "1\n```\n"


def test_the_reference_is_up_to_date() -> None:
    made = script("update_reference").reference()
    found = {path: path.read_text(encoding="utf-8") for path in made if path.exists()}
    stale = [path.name for path in made if found.get(path) != made[path]]
    assert stale == [], "run scripts/update_reference.py"
    assert set(made) == set((DOCS / "reference").glob("*.md"))


def test_links_lead_somewhere() -> None:
    found = [
        (page, link.partition("#")[0])
        for page in DOCS.rglob("*.md")
        for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    ]
    assert len(found) > 50
    lost = [f"{page.name}: {to}" for page, to in found if to and not (page.parent / to).exists()]
    assert not [link for link in lost if "://" not in link]


def test_the_index_names_every_page() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = {path.relative_to(DOCS) for path in DOCS.rglob("*.md")} - {Path("README.md")}
    articles = {page for page in pages if page.match("articles/*/report.md")}
    assert [page for page in pages - articles if f"({page.as_posix()})" not in index] == []
    overview = (DOCS / "articles" / "report.md").read_text(encoding="utf-8")
    assert [page for page in articles if f"({page.parent.name}/report.md)" not in overview] == []
    assert {page.parent.name for page in articles} == {*ARTICLES}
