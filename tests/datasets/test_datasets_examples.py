"""The examples in the docstrings run and print what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["streams", *(f"datasets.{name}" for name in ("dataset", "digits", "moons", "idx"))]


@pytest.mark.parametrize("name", [*MODULES, "datasets.download", "datasets.mnist"])
def test_examples(name: str) -> None:
    results = doctest.testmod(importlib.import_module(f"scratchwork.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
