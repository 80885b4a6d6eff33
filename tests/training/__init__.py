"""Tests of training, and the small things that they share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw

Array = np.ndarray[Any, Any]


def rows(n: int = 10, d: int = 3, classes: int = 4, seed: int = 1) -> tuple[Array, Array]:
    """X (n, d) and class numbers y (n,)."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.integers(0, classes, n)


def classifier(
    *layers: Any, loss: Any = "cross_entropy", outputs: int = 4, **settings: Any
) -> sw.Sequential:
    """A small compiled network for X (n, 3)."""
    hidden = layers or (sw.Dense(5, activation="relu"),)
    model = sw.Sequential([*hidden, sw.Dense(outputs)], input_shape=3)
    model.compile(loss=loss, **{"optimizer": sw.SGD(0.1), "seed": 0, **settings})
    return model


def snapshot(model: sw.Sequential) -> dict[str, Any]:
    """All that training changes, to the bit: parameters, states, step and epoch."""
    assert model.run is not None
    state = model.run.state
    return {"t": state.t, "epoch": state.epoch} | {
        name: (array.dtype, array.shape, array.tobytes()) for name, array in state.arrays().items()
    }


def everything(model: sw.Sequential) -> dict[str, Any]:
    """What a call that was refused must leave as it was."""
    numbers = snapshot(model) if model.run is not None else None
    history = model.history
    return {
        "numbers": numbers,
        "seed": model.seed,
        "description": model.description,
        "history": repr(history.history),
        "epochs": list(history.epoch),
        "history's seed": history.seed,
        "last fit": model.last_fit,
    }


def refused(call: Callable[[], object], builtin: type[Exception], *words: str) -> None:
    """The call raises an error of ours, of the builtin type, that has all four parts."""
    with pytest.raises(sw.ScratchworkError) as caught:
        call()
    error = caught.value
    assert isinstance(error, builtin)
    for part in (error.where, error.expected, error.got, error.todo):
        assert isinstance(part, str)
        assert part
        assert part in str(error)
    for word in words:
        assert word in str(error)
