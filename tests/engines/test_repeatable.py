"""The same seed gives the same bits: again, in another process, in chunks of any size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest

import scratchwork as sw
from scratchwork.training import loop
from tests.engines.agreement import Case, rows
from tests.engines.unusual import Own, drawn

LAYERS = (Own(drawn), sw.Dense(5, "relu"), sw.BatchNorm(), sw.Dropout(0.3), sw.Dense(3))
NETWORK = Case(LAYERS, *rows(4, count=23), {"optimizer": sw.Adam(0.01), "dtype": "float32"})

CHILD = """
import json, sys
from tests.engines.test_repeatable import bits
print(json.dumps(bits(1, 1, 1)))
"""


@pytest.fixture(autouse=True)
def plain(plain_python: None) -> None:
    """Which bits come out does not follow from what compiles them."""


def bits(*epochs: int) -> dict[str, Any]:
    """All that fits of so many epochs make, exactly."""
    model = NETWORK.model("numba")
    for each in epochs:
        model.fit(NETWORK.X, NETWORK.y, batch_size=4, epochs=each, verbose=0)
    assert model.history.engine == "numba"
    arrays = model.run.state.arrays()  # type: ignore[union-attr] # it is compiled
    found = {name: view.tobytes().hex() for name, view in arrays.items()}
    return found | {name: [x.hex() for x in model.history[name]] for name in model.history}


def test_again() -> None:
    assert bits(3) == bits(3)


def test_one_epoch_at_a_time() -> None:
    assert bits(1, 1, 1) == bits(3) == bits(1, 2)


@pytest.mark.parametrize("seconds", [0.0, 1e-4, 1e9])
def test_chunks_of_any_size(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = bits(3)
    monkeypatch.setattr(loop, "CHUNK_SECONDS", seconds)
    assert bits(3) == expected


def test_another_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == bits(3)


def test_another_seed_is_something_else() -> None:
    model = NETWORK.model("numba", seed=4)
    model.fit(NETWORK.X, NETWORK.y, batch_size=4, epochs=3, verbose=0)
    assert [x.hex() for x in model.history["loss"]] != bits(3)["loss"]
