"""What tests of engines share."""

from __future__ import annotations

import pytest


@pytest.fixture
def plain_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run compiled texts as Python, where an index out of range is an error."""
    numba = pytest.importorskip("numba")
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    monkeypatch.setenv("SCRATCHWORK_CACHE", "off")
