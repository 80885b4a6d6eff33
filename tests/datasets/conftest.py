"""No way to the user's own files and settings, and a small dataset in MNIST's shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.mnist_layouts import write_npz

from scratchwork.datasets.download import cache_folder


@pytest.fixture
def small() -> dict[str, Any]:
    """Sixty training and ten test images, each class equally often."""
    rng = np.random.default_rng(0)
    return {
        "x_train": rng.integers(0, 256, (60, 28, 28), dtype=np.uint8),
        "y_train": np.arange(60, dtype=np.uint8) % 10,
        "x_test": rng.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        "y_test": np.arange(10, dtype=np.uint8)[::-1].copy(),
    }


@pytest.fixture(autouse=True)
def own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Point the cache into the test's own folder, and forget the user's settings."""
    for name in ("SCRATCHWORK_MNIST", "SCRATCHWORK_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return cache_folder()


@pytest.fixture
def npz(tmp_path: Path, small: dict[str, Any]) -> Path:
    return write_npz(tmp_path / "mnist.npz", small)
