"""The engine that a run of the tests is about: ``SCRATCHWORK_ENGINE``, else NumPy.

Without the variable the tests ask for the same bits; with ``SCRATCHWORK_ENGINE=numba`` they ask
for the same numbers as far as the library promises them. Two marks tell the tests apart that one
of the runs cannot hold (see CONTRIBUTING.md):

- ``numpy_engine``: it is about NumPy's engine, or about what "auto" chooses; the variable is taken
  away for it.
- ``compiled``: plain Python in the place of compiled code (``NUMBA_DISABLE_JIT=1``) is too slow for
  it, or is not what it is about.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from scratchwork.errors import ScratchworkWarning

NUMPY = os.environ.get("SCRATCHWORK_ENGINE", "auto") != "numba"
NEAR = {"float32": 1e-5, "float64": 1e-10}
"""How far the engines may be apart, relative to the largest number of an array."""


def assert_same(
    actual: Mapping[str, Any], expected: Mapping[str, Any], dtype: str = "float32"
) -> None:
    """The same names and numbers: to the bit in NumPy, within ``NEAR`` under the other engine."""
    assert list(actual) == list(expected)
    for name, wanted in expected.items():
        if NUMPY:
            np.testing.assert_array_equal(actual[name], wanted, err_msg=name)
        else:
            assert_near(actual[name], wanted, NEAR[dtype], name)


def assert_near(actual: Any, expected: Any, tolerance: float, name: str = "") -> None:
    """Apart by no more than this part of the largest number."""
    largest = max(float(np.abs(expected).max(initial=0)), 1e-30)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=tolerance * largest, err_msg=name)


@contextmanager
def numpy_where_numba_cannot() -> Iterator[None]:
    """A fit may say that it runs in NumPy, where the tests are about the other engine."""
    with warnings.catch_warnings():
        if not NUMPY:
            warnings.filterwarnings("default", "fit runs in NumPy", ScratchworkWarning)
        yield
