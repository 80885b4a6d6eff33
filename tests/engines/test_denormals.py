"""A compiled step counts numbers below 1e-38 as 0; nothing else of the process does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.dialects.numba.denormals import X86
from scratchwork.errors import NonFiniteError

pytest.importorskip("numba")

TINY = np.float32(1e-40)
X, y = np.zeros((8, 3), np.float32), np.arange(8) % 2


def tiny_momentum(rate: float = 1e-3) -> sw.Sequential:
    """A network whose first moments have faded below what float32 has digits for."""
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    model.compile("cross_entropy", sw.Adam(rate), engine="numba", seed=0)
    model["m_W1"] = np.full((3, 2), TINY)
    return model


@pytest.mark.compiled
@pytest.mark.skipif(not X86, reason="other processors keep them, at little cost")
def test_a_step_counts_them_as_0() -> None:
    model = tiny_momentum()
    model.fit(X, y, batch_size=4, epochs=1, verbose=0)
    assert not model["m_W1"].any()


@pytest.mark.compiled
@pytest.mark.parametrize("fails", [False, True])
def test_behind_a_fit_they_are_what_they_were(fails: bool) -> None:
    model, given = tiny_momentum(), X.copy()
    if fails:
        model["W1"] = np.full((3, 2), 3e38)
        given[5] = 10.0
        with pytest.raises(NonFiniteError):
            model.fit(given, y, batch_size=4, epochs=1, verbose=0)
    else:
        model.fit(given, y, batch_size=4, epochs=1, verbose=0)
    half: Any = TINY / np.float32(2)
    assert half > 0


@pytest.mark.compiled
def test_predicting_keeps_them() -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=1)
    model.compile("mean_squared_error", engine="numba", seed=0)
    model["W1"], model["b1"] = [[1.0]], [0.0]
    rows = np.full((10, 1), TINY)
    np.testing.assert_array_equal(model.predict(rows), rows)
