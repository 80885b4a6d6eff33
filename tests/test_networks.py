"""mlp: the common case in one call."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import refused


@pytest.mark.parametrize("sizes", [[3, 7, 5, 2], (3, 7, 5, 2), np.array([3, 7, 5, 2])])
def test_layers(sizes: Any) -> None:
    model = sw.mlp(sizes, activation="tanh")
    assert model.layers == (
        sw.Dense(7, activation="tanh"),
        sw.Dense(5, activation="tanh"),
        sw.Dense(2),
    )
    assert model.description.input_shape == (3,)
    assert (
        repr(model)
        == 'Sequential([Dense(7, "tanh"), Dense(5, "tanh"), Dense(2)], input_shape=(3,))'
    )


def test_hidden_layers_have_relu_and_the_last_has_none() -> None:
    layers = sw.mlp([3, 7, 2]).layers
    assert [layer.activation for layer in layers] == ["relu", None]  # type: ignore[attr-defined]


def test_without_hidden_layers() -> None:
    assert sw.mlp([3, 2]).layers == (sw.Dense(2),)


def test_it_trains() -> None:
    data = sw.datasets.moons(300, seed=0)
    model = sw.mlp([2, 16, 2])
    model.compile("cross_entropy", sw.Adam(0.05), metrics=["accuracy"], seed=0)
    model.fit(data.X_train, data.y_train, epochs=20)
    assert model.evaluate(data.X_test, data.y_test)["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([], ("two sizes", "[]")),
        ([784], ("two sizes", "[784]")),
        (784, ("two sizes", "784")),
        (None, ("two sizes", "None")),
        ([0, 2], ("input_shape", "0")),
        ([3, -1, 2], ("units", "-1")),
        ([3, 2.5], ("units", "2.5")),
        (["a", 2], ("input_shape", "'a'")),
    ],
    ids=repr,
)
def test_bad_sizes(sizes: Any, words: tuple[str, ...]) -> None:
    refused(lambda: sw.mlp(sizes), ValueError, *words)


def test_a_bad_activation() -> None:
    refused(lambda: sw.mlp([3, 4, 2], activation="rellu"), ValueError, "'relu'?")
