"""The other libraries' code on the pages of docs runs as it stands there, beside ours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .peer import require

DOCS = Path(__file__).parents[2] / "docs"
THEIRS = re.compile(r"^```py\n(.*?)\n```", re.MULTILINE | re.DOTALL)


def run(page: str) -> dict[str, Any]:
    """All blocks of the other library, in one namespace."""
    names: dict[str, Any] = {"__name__": page}
    for block in THEIRS.findall((DOCS / page).read_text(encoding="utf-8")):
        exec(compile(block, page, "exec"), names)
    return names


def test_pytorch() -> None:
    require("torch")
    names = run("coming-from-pytorch.md")
    assert names["accuracy"] > 0.9
    assert names["W"].shape == (64, 128)
    assert "Residual" in names


def test_scikit_learn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("sklearn")
    require("pandas")
    monkeypatch.chdir(tmp_path)
    i = np.arange(60)
    table = np.column_stack([40 + 3 * i, 1 + i % 4, 2.5 + i / 20 - i % 4 / 10])
    np.savetxt("houses.csv", table, delimiter=",", header="area,rooms,price", comments="")
    names = run("coming-from-scikit-learn.md")
    assert names["accuracy"] > 0.9
    assert names["r2"] > 0.5
