"""Seeds: the same seed gives the same bits, in this process and in any other."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import classifier, everything, refused, rows, snapshot

PROGRAM = """
import hashlib, sys
import numpy as np
import scratchwork as sw

data = sw.datasets.moons(200, seed=0)
model = sw.Sequential([sw.Dropout(0.1), sw.Dense(8, activation="relu"), sw.Dense(2)])
model.compile("cross_entropy", sw.Adam(0.01), seed=int(sys.argv[1]), metrics=["accuracy"])
history = model.fit(data.X_train, data.y_train, batch_size=16, epochs=3)
numbers = [model[name].tobytes() for name in ("W1", "b1", "W2", "b2", "m_W1", "v_W1")]
print(hashlib.sha256(b"".join(numbers) + repr(history.history).encode()).hexdigest())
"""


def in_a_fresh_process(seed: int) -> str:
    command = [sys.executable, "-c", PROGRAM, str(seed)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_two_fresh_processes_agree_on_every_bit() -> None:
    first, second, other = (in_a_fresh_process(seed) for seed in (3, 3, 4))
    assert first == second
    assert first != other


@pytest.mark.parametrize("layers", [(), (sw.Dropout(0.5),)], ids=["plain", "dropout"])
def test_another_seed_is_another_network(layers: tuple[Any, ...]) -> None:
    X, y = rows()
    models = [classifier(*layers, seed=seed) for seed in (0, 0, 1)]
    for model in models:
        model.fit(X, y, epochs=2, batch_size=4)
    first, same, other = (snapshot(model) for model in models)
    assert first == same
    assert first["W1"] != other["W1"]


def test_dropout_draws_from_the_seed_and_the_epoch() -> None:
    """Another mask in each epoch, the same masks for the same seed."""
    X, y = rows()
    model, twin = classifier(sw.Dropout(0.5)), classifier(sw.Dropout(0.5))
    first = model.trace(X, y)["M0"]
    assert np.array_equal(first, twin.trace(X, y)["M0"])
    model.fit(X, y, epochs=1)
    assert not np.array_equal(first, model.trace(X, y)["M0"])


def test_no_seed_draws_one_and_keeps_it() -> None:
    X, y = rows()
    models = [classifier(sw.Dropout(0.5), seed=None) for _ in range(2)]
    for model in models:
        model.fit(X, y, epochs=2)
    first, second = models
    assert isinstance(first.seed, int)
    assert first.seed >= 0
    assert first.seed != second.seed
    assert first.history.seed == first.seed
    again = classifier(sw.Dropout(0.5), seed=first.seed)
    again.fit(X, y, epochs=2)
    assert snapshot(again) == snapshot(first)


def test_compiling_again_without_a_seed_keeps_it() -> None:
    model = classifier(seed=5)
    model.compile("cross_entropy")
    assert model.seed == 5


@pytest.mark.parametrize("look", ["source", "summary", "predict", "parameters", "repr"])
def test_looking_before_compile_does_not_undo_the_seed(look: str) -> None:
    """Whoever prints the network first, as one does, still gets the network of the seed."""
    X, _ = rows()
    model = sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)], input_shape=3)
    {
        "source": lambda: model.source("predict"),
        "summary": model.summary,
        "predict": lambda: model.predict(X),
        "parameters": lambda: model.parameters,
        "repr": lambda: repr(model),
    }[look]()
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    assert snapshot(model) == snapshot(classifier())


def test_a_new_seed_draws_again_what_was_never_trained() -> None:
    model = classifier(seed=1)
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    assert snapshot(model) == snapshot(classifier(seed=0))


@pytest.mark.parametrize("seed", [-1, 1.0, 0.5, True, "0", int, [1]], ids=repr)
def test_what_is_no_seed(seed: Any) -> None:
    model = classifier(seed=3)
    before = everything(model)
    refused(lambda: model.compile("cross_entropy", seed=seed), ValueError, "seed", repr(seed))
    assert everything(model) == before


@pytest.mark.parametrize("seed", [0, np.int64(3), 2**32, 2**130], ids=repr)
def test_any_whole_number_is_a_seed(seed: Any) -> None:
    model = classifier(seed=seed)
    assert model.seed == int(seed)
    assert type(model.seed) is int
