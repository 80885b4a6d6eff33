"""The examples in the docstrings run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import inspect
from types import ModuleType

import pytest

MODULES = ["streams", *(f"datasets.{name}" for name in ("dataset", "digits", "moons", "idx"))]


class Finder(doctest.DocTestFinder):
    """Finds the examples of functions below ``checked``, too."""

    def _from_module(self, module: ModuleType | None, object: object) -> bool:
        return super()._from_module(module, inspect.unwrap(object))  # type: ignore[misc,arg-type]


@pytest.mark.parametrize("name", [*MODULES, "datasets.download", "datasets.mnist"])
def test_examples(name: str) -> None:
    runner = doctest.DocTestRunner(verbose=False)
    for example in Finder().find(importlib.import_module(f"scratchwork.{name}")):
        runner.run(example)
    assert runner.tries > 0
    assert runner.failures == 0
