"""Description: which layers and shapes make a network."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import refused


@pytest.mark.parametrize(
    "layers",
    [
        [sw.Dense(3), sw.Dense(2)],
        (sw.Dense(3), sw.Dense(2)),
        (sw.Dense(units) for units in (3, 2)),
        {"first": sw.Dense(3), "second": sw.Dense(2)}.values(),
    ],
    ids=["list", "tuple", "generator", "values"],
)
def test_forms_of_layers(layers: Any) -> None:
    assert sw.Sequential(layers).layers == (sw.Dense(3), sw.Dense(2))


@pytest.mark.parametrize(
    ("layers", "words"),
    [
        ([], ("at least one layer",)),
        ((), ("at least one layer",)),
        (iter(()), ("at least one layer",)),
        (None, ("a list of layers", "None")),
        (3, ("a list of layers", "3")),
        (sw.Dense(3), ("a list of layers", "[sw.Dense(10)]")),
        ([sw.Dense], ("layers[0]", "an instance")),
        ([sw.Dense(3), sw.Flatten], ("layers[1]", "Flatten", "an instance")),
        ([sw.Dense(3), "relu"], ("layers[1]", "'relu'", "build(x, scope)")),
        ([sw.Dense(3), None], ("layers[1]", "None")),
        ("dense", ("layers[0]", "'d'")),
    ],
    ids=lambda x: type(x).__name__ if "object at" in repr(x) else repr(x),
)
def test_bad_layers(layers: Any, words: tuple[str, ...]) -> None:
    refused(lambda: sw.Sequential(layers), ValueError, *words)


@pytest.mark.parametrize(
    ("given", "shape"),
    [
        (None, ()),
        (3, (3,)),
        (np.int64(3), (3,)),
        ((3,), (3,)),
        ((8, 8, 1), (8, 8, 1)),
        ([3], (3,)),
        ([8, 8, 1], (8, 8, 1)),
    ],
)
def test_forms_of_input_shape(given: Any, shape: tuple[int, ...]) -> None:
    flat = [sw.Flatten(), sw.Dense(2)]
    assert sw.Sequential(flat, input_shape=given).description.input_shape == shape
    first = [sw.Flatten(input_shape=given), sw.Dense(2)]
    found = sw.Sequential(first).description.input_shape
    assert found == shape
    assert all(type(size) is int for size in found)


@pytest.mark.parametrize(
    "given", [0, -1, 2.5, "x", True, (3, 0), (3, "x"), np.array([3])], ids=repr
)
def test_bad_input_shape(given: Any) -> None:
    refused(lambda: sw.Sequential([sw.Dense(2)], input_shape=given), ValueError, "input_shape >= 1")
    refused(lambda: sw.Sequential([sw.Dense(2, input_shape=given)]), ValueError, "input_shape >= 1")


def test_an_input_shape_is_given_once() -> None:
    first = [sw.Dense(3, input_shape=4), sw.Dense(2)]
    refused(lambda: sw.Sequential(first, input_shape=5), ValueError, "(5,)", "(4,)", "give it once")
    later = [sw.Dense(3), sw.Dense(2, input_shape=3)]
    refused(lambda: sw.Sequential(later), ValueError, "layers[1]", "first layer only", "3")
    assert sw.Sequential(first, input_shape=[4]).description.input_shape == (4,)


def test_a_description_does_not_change() -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.description.layers = ()  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        model.layers[0].units = 5  # type: ignore[attr-defined]


def test_changing_the_list_afterwards_changes_nothing() -> None:
    layers = [sw.Dense(3), sw.Dense(2)]
    model = sw.Sequential(layers, input_shape=3)
    layers.append(sw.Dense(9))
    assert len(model.layers) == 2


def test_layers_that_do_not_fit_say_where() -> None:
    model = sw.Sequential([sw.Dense(3, activation="relu"), sw.Conv2D(2, 3)], input_shape=4)
    refused(lambda: model.compile("cross_entropy"), ValueError, "layer 2: Conv2D(2, 3)", "(n, 3)")
    images = sw.Sequential([sw.Dense(3)], input_shape=(28, 28))
    refused(
        lambda: images.source("predict"), ValueError,
        "layer 1: Dense(3)", "(n, features)", "(n, 28, 28)", "Flatten()",
    )  # fmt: skip


def test_layers_that_do_not_fit_leave_no_seed_behind() -> None:
    model = sw.Sequential([sw.Dense(3)])
    model.compile("cross_entropy", seed=4)
    refused(lambda: model.fit(np.zeros((5, 28, 28)), np.zeros(5)), ValueError, "Flatten()")
    assert model.description.input_shape == ()
    model.fit(np.ones((5, 2)), [0, 1, 2, 0, 1], epochs=1)
    assert model.seed == 4
