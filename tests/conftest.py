"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what tests compile out of the user's folder."""
    with pytest.MonkeyPatch.context() as patch:
        if "SCRATCHWORK_CACHE" not in os.environ:
            patch.setenv("SCRATCHWORK_CACHE", str(tmp_path_factory.mktemp("compiled")))
        yield


@pytest.fixture(autouse=True)
def engine_of_the_test(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is about NumPy's engine has it, whatever the run is about (tests/engine.py)."""
    if request.node.get_closest_marker("numpy_engine"):
        monkeypatch.delenv("SCRATCHWORK_ENGINE", raising=False)


@pytest.fixture(autouse=True)
def pictures_put_away() -> Iterator[None]:
    """Close what was drawn: matplotlib keeps every figure, and warns of more than twenty."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
