"""Tests of many networks at once, and the networks that they share."""

from __future__ import annotations

from typing import Any

import scratchwork as sw


def build(width: int = 5, learning_rate: float = 0.1, **settings: Any) -> sw.Sequential:
    """A compiled classifier of three features into four classes."""
    model = sw.Sequential([sw.Dense(width, activation="relu"), sw.Dropout(0.2), sw.Dense(4)])
    given = {"loss": "cross_entropy", "metrics": ["accuracy"], "seed": 7, **settings}
    model.compile(optimizer=sw.SGD(learning_rate), **given)
    return model


def bits(results: sw.Results) -> list[Any]:
    """All that training made, to the bit: figures and parameters of each network."""
    return [
        (row.seed, row.history.history, [x.tobytes() for x in row.model.parameters.values()])
        for row in results
    ]
