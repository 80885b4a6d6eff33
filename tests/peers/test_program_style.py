"""The texts for PyTorch, Keras and CuPy, as ruff checks them by default."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scratchwork.dialects.frameworks import FRAMEWORKS
from scratchwork.errors import DescriptionError

from .peer import require
from .random_networks import RANDOM_NETWORKS
from .table_networks import TABLE_NETWORKS

require("ruff")


@pytest.mark.parametrize("dialect", [*FRAMEWORKS, "cupy"])
def test_ruff_has_nothing_to_say(dialect: str, tmp_path: Path) -> None:
    for name, network in {**TABLE_NETWORKS, **RANDOM_NETWORKS}.items():
        try:
            text = network.model("float32").source(dialect)
        except DescriptionError:
            continue  # of a user's own layers, see tests/dialects/test_frameworks.py
        (tmp_path / f"{name.replace(' ', '_')}.py").write_text(str(text), encoding="utf-8")
    assert len(list(tmp_path.iterdir())) > 200
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stdout
