"""Every example in a docstring runs and prints what it says; so do the blocks of README.md."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import scratchwork

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(scratchwork.__path__, "scratchwork.")
    if not module.name.endswith("__main__")
)
EXACT = 0  # no NORMALIZE_WHITESPACE: what an example prints is a program, to the last column


@pytest.fixture(autouse=True)
def aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Examples write into a folder of their own and fetch nothing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SCRATCHWORK_OFFLINE", "1")


@pytest.mark.parametrize("name", ["scratchwork", *MODULES])
def test_docstrings(name: str) -> None:
    module = importlib.import_module(name)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=EXACT, verbose=False)
    for example in doctest.DocTestFinder(exclude_empty=True).find(module, name):
        runner.run(example, out=report.append)
    assert not runner.failures, "".join(report)


def test_there_are_examples_to_run() -> None:
    """A finder that finds nothing would let everything pass."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [
        example
        for name in MODULES
        for example in finder.find(importlib.import_module(name), name)
        if example.examples
    ]
    assert len(found) >= 20


def blocks(text: str) -> list[str]:
    """The python blocks, in their order."""
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_blocks_are_found() -> None:
    text = "a\n```python\nx = 1\n```\n```\nnot this\n```\n```python\ny = 2\n```\n"
    assert blocks(text) == ["x = 1\n", "y = 2\n"]


@pytest.mark.compiled
@pytest.mark.skipif(not README.exists(), reason="README.md is not written yet")
def test_readme() -> None:
    """In one namespace, from top to bottom, as a reader would type them."""
    found = blocks(README.read_text(encoding="utf-8"))
    assert found
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in found:
        exec(compile(block, str(README), "exec"), namespace)
