"""sweep: every point of a grid, what is built there, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.sweeps import bits, build
from tests.training import refused, rows

X, y = rows(40)


def settings(results: sw.Results) -> list[dict[str, Any]]:
    return [row.settings for row in results]


def test_a_grid_is_every_pair() -> None:
    grid = {"width": range(2, 4), "learning_rate": [0.1, 0.01]}
    results = sw.sweep(build, grid, repeats=2).fit(X, y, epochs=1)
    assert settings(results) == [
        {"width": width, "learning_rate": rate}
        for width in (2, 3)
        for rate in (0.1, 0.01)
        for _ in "ab"
    ]
    assert [row.repeat for row in results] == [0, 1] * 4
    assert [row.seed for row in results] == [7, 8] * 4
    assert [model["W1"].shape[1] for model in results.models] == [2] * 4 + [3] * 4


def test_each_network_is_the_one_that_build_gives() -> None:
    grid = {"width": [3, 6], "learning_rate": [0.5, 0.05]}
    results = sw.sweep(build, grid, repeats=1).fit(X, y, batch_size=8, epochs=2)
    for row in results:
        alone = build(**row.settings)
        assert alone.fit(X, y, batch_size=8, epochs=2).history == row.history.history


def test_the_number_of_threads_changes_no_bit() -> None:
    grid = {"width": range(2, 6)}
    found = [sw.sweep(build, grid, threads=k).fit(X, y, epochs=2) for k in (1, 2, 4)]
    assert bits(found[0]) == bits(found[1]) == bits(found[2])


def test_dicts_in_a_list_stand_side_by_side() -> None:
    grid = [{"width": [2, 3]}, {"learning_rate": [0.5]}]
    results = sw.sweep(build, grid, repeats=1).fit(X, y, epochs=1)
    assert settings(results) == [{"width": 2}, {"width": 3}, {"learning_rate": 0.5}]
    assert "Dense" not in str(results)


def test_values_may_be_optimizers_layers_and_lists_of_layers() -> None:
    def build(optimizer: Any, hidden: Any, last: Any) -> sw.Sequential:
        model = sw.Sequential([*hidden, last])
        model.compile("cross_entropy", optimizer, seed=0)
        return model

    grid = {
        "optimizer": [sw.Adam(0.01), "sgd"],
        "hidden": [[], [sw.Dense(3, "relu"), sw.Dropout(0.5)]],
        "last": [sw.Dense(4)],
    }
    results = sw.sweep(build, grid, repeats=1).fit(X, y, epochs=1)
    assert [len(model.layers) for model in results.models] == [1, 3, 1, 3]
    shown = str(results)
    assert 'hidden=[Dense(3, "relu"), Dropout(0.5)]' in shown or "hidden=[]" in shown
    assert "Adam(0.01)" in shown
    frame = results.to_frame("pandas")
    assert list(frame["optimizer"]) == ["Adam(0.01)"] * 2 + ['"sgd"'] * 2
    assert frame["hidden"][1] == '[Dense(3, "relu"), Dropout(0.5)]'


def test_numbers_of_numpy_become_python_s() -> None:
    rates = np.logspace(-2, -1, 3)[1:]
    for grid in (
        {"learning_rate": rates, "width": np.arange(2, 4)},
        {"learning_rate": [*rates], "width": [*np.arange(2, 4)]},
    ):
        results = sw.sweep(build, grid, repeats=1).fit(X, y, epochs=1)
        assert {type(value) for row in results for value in row.settings.values()} == {int, float}
        assert "0.0316228" in str(results)
        assert "0.03162277" not in str(results)


def test_a_point_is_built_once() -> None:
    calls: list[int] = []

    def counted(width: int) -> sw.Sequential:
        calls.append(width)
        return build(width)

    sw.sweep(counted, {"width": [2, 3]}, repeats=3).fit(X, y, epochs=1)
    assert calls == [2, 3]


def test_large_features_are_warned_of_once() -> None:
    with pytest.warns(sw.errors.ScratchworkWarning) as caught:
        sw.sweep(build, {"width": [2, 3, 4]}, repeats=2).fit(1000 * X, y, epochs=1)
    assert len(caught) == 1


def test_a_network_that_rescales_does_not_hide_one_that_does_not() -> None:
    def built(scaled: bool) -> sw.Sequential:
        first = [sw.Standardize()] if scaled else []
        model = sw.Sequential([*first, sw.Dense(4)])
        model.compile("cross_entropy", sw.SGD(1e-6), seed=0)
        return model

    with pytest.warns(sw.errors.ScratchworkWarning, match="from which networks learn badly"):
        sw.sweep(built, {"scaled": [True, False]}, repeats=2).fit(1000 * X, y, epochs=1)


GRIDS: dict[str, tuple[Any, str]] = {
    "empty dict": ({}, "an empty dict"),
    "empty list": ([], "an empty grid"),
    "an empty dict in a list": ([{"width": [3]}, {}], "an empty dict"),
    "no values": ({"width": []}, "at least one value"),
    "a text": ({"width": "relu"}, 'put it in a list: "width": ["relu"]'),
    "a number": ({"width": 3}, 'put it in a list: "width": [3]'),
    "a layer": ({"width": sw.Dense(3)}, 'put it in a list: "width": [Dense(3)]'),
    "a dict": ({"width": {"a": 1}}, "put it in a list"),
    "a set": ({"width": {3, 4}}, "a set has no order"),
    "a model": ({"width": build()}, "a Sequential"),
    "a name that is none": ({3: [1]}, "the name of a setting"),
    "no dict": ("width", "a dict of names and their values"),
    "a number alone": (3, "a dict of names and their values"),
    "pairs": ([("width", [3])], "got tuple"),
    "a misspelled name": ({"widht": [3]}, "settings width, learning_rate"),
}


@pytest.mark.parametrize("name", GRIDS)
def test_what_is_no_grid_is_refused(name: str) -> None:
    grid, word = GRIDS[name]

    def only(width: int = 3, learning_rate: float = 0.1) -> sw.Sequential:
        return build(width, learning_rate)

    refused(lambda: sw.sweep(only, grid), ValueError, word)


def trained(width: int) -> sw.Sequential:
    model = build(width)
    model.fit(X, y, epochs=1)
    return model


def fails(width: int) -> sw.Sequential:
    raise LookupError("no such width")


BUILDS: dict[str, tuple[Callable[..., Any], type[Exception], str]] = {
    "none": (lambda width: None, ValueError, "got None; end build with: return model"),
    "a class": (lambda width: sw.Sequential, ValueError, "the class Sequential"),
    "a number": (lambda width: 3, ValueError, "got int"),
    "uncompiled": (lambda width: sw.mlp([3, width, 4]), RuntimeError, "compile("),
    "trained": (trained, ValueError, "make a new one in build"),
    "raises": (fails, ValueError, "got LookupError: no such width"),
    "a wrong layer": (lambda width: build(-width), ValueError, "got DescriptionError: Dense"),
}


@pytest.mark.parametrize("name", BUILDS)
def test_what_build_does_wrong_is_refused_with_its_point(name: str) -> None:
    function, builtin, word = BUILDS[name]
    networks = sw.sweep(function, {"width": [5]})
    refused(lambda: networks.fit(X, y), builtin, "build(width=5)", word)


def test_a_later_point_that_fails_ends_the_sweep_and_keeps_what_is_done() -> None:
    def build_two(width: int) -> sw.Sequential:
        while width == 3 and len(done) < 2:  # until the networks of the first point have ended
            pass
        return build(width) if width < 3 else fails(width)

    done: list[object] = []
    networks = sw.sweep(build_two, {"width": [2, 3, 4]}, repeats=2)
    refused(lambda: networks.fit(X, y, epochs=1, callbacks=[done.append]), ValueError, "width=3")
    assert settings(networks.results_) == [{"width": 2}] * len(networks.results_)


def test_a_later_point_that_fit_refuses_is_named() -> None:
    def classes(width: int) -> sw.Sequential:
        model = sw.Sequential([sw.Dense(width)])
        model.compile("cross_entropy", seed=0)
        return model

    networks = sw.sweep(classes, {"width": [4, 1]}, repeats=1)
    refused(lambda: networks.fit(X, y, epochs=1), ValueError, "width=1: loss cross_entropy")


def test_what_networks_show_of_themselves() -> None:
    networks = sw.sweep(build, {"width": [2, 3]}, repeats=2)
    assert repr(networks) == "<4 networks, 2 points x 2; not fitted>"
    refused(lambda: networks.results_, AttributeError, "call fit(X, y)")
    networks.fit(X, y, epochs=1)
    assert repr(networks) == "<4 networks, 2 points x 2; fitted>"
    assert repr(sw.repeat(build(), 5)) == "<5 networks, one point; not fitted>"


@pytest.mark.parametrize("given", [build(), "build", None, 3])
def test_what_cannot_build_is_refused(given: Any) -> None:
    refused(lambda: sw.sweep(given, {"width": [3]}), ValueError, "sw.repeat takes a model")


def test_an_unknown_setting_is_refused() -> None:
    refused(lambda: sw.sweep(build, {"width": [3]}, n=3), ValueError, "repeats")  # type: ignore[call-arg]
    refused(lambda: sw.sweep(build, {"width": [3]}, repeats=0), ValueError, "repeats >= 1")
