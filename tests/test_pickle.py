"""A model pickles as description and numbers: never source, never code."""

from __future__ import annotations

import copy
import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import classifier, rows, snapshot


@dataclass(frozen=True)
class Doubled:
    """A user's layer at module level: pickled by its name."""

    factor: float = 2.0

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        scale = scope.parameter("scale", x.shape[-1:], sw.Constant(self.factor))
        return (x * scale).named("D")


def cube(Z: sw.Value) -> sw.Value:
    return Z * Z * Z


def pickled(model: sw.Sequential) -> sw.Sequential:
    again = pickle.loads(pickle.dumps(model))
    assert isinstance(again, sw.Sequential)
    return again


COPIES: dict[str, Callable[[sw.Sequential], sw.Sequential]] = {
    **{
        f"pickle {protocol}": lambda model, protocol=protocol: pickle.loads(
            pickle.dumps(model, protocol)
        )
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
    },
    "deepcopy": copy.deepcopy,
}


def trained() -> sw.Sequential:
    X, y = rows(30)
    model = classifier(
        sw.Standardize(), sw.Dense(5, activation=cube), sw.BatchNorm(), Doubled(), sw.Dropout(0.3),
        optimizer=sw.Adam(0.01), regularizer=sw.L2(0.1), metrics=["accuracy"],
    )  # fmt: skip
    model.fit(X, y, epochs=2, batch_size=8)
    return model


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_going_on_gives_the_same_bits(duplicate: Callable[[sw.Sequential], sw.Sequential]) -> None:
    X, y = rows(30)
    model = trained()
    again = duplicate(model)
    assert snapshot(again) == snapshot(model)
    assert np.array_equal(again.predict(X), model.predict(X))
    assert again.source("program") == model.source("program")
    for one in (model, again):
        one.fit(X, y, epochs=3, batch_size=8)
    assert snapshot(again) == snapshot(model)
    assert again.history.history == model.history.history
    assert again.history.epoch == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_is_its_own(duplicate: Callable[[sw.Sequential], sw.Sequential]) -> None:
    X, y = rows(30)
    model = trained()
    again = duplicate(model)
    before, history = snapshot(model), copy.deepcopy(model.history)
    again.fit(X, y, epochs=1, batch_size=8)
    again["W1"] = np.zeros((3, 5))
    assert snapshot(model) == before
    assert model.history == history


def test_before_compile_and_before_any_shape() -> None:
    X, y = rows()
    model = pickled(sw.Sequential([sw.Dense(5, activation="relu"), sw.Dense(4)]))
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    model = pickled(model)
    model.fit(X, y, epochs=2)
    usual = classifier()
    usual.fit(X, y, epochs=2)
    assert snapshot(model) == snapshot(usual)


def test_all_that_a_model_does_works_after_it() -> None:
    X, y = rows(30)
    model = pickled(trained())
    assert model.verify(X[:8], y[:8])
    assert "dW1" in model.trace(X, y)
    assert model.evaluate(X, y) == trained().evaluate(X, y)
    model.summary()


def strings_and_globals(data: bytes) -> tuple[list[str], set[tuple[str, str]]]:
    """Every text in a pickle, and every (module, name) that it would import."""
    texts = [a for _, a, _ in pickletools.genops(data) if isinstance(a, str)]
    found: set[tuple[str, str]] = set()

    class Watching(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            found.add((module, name))
            return super().find_class(module, name)

    import io

    Watching(io.BytesIO(data)).load()
    return texts, found


def test_neither_source_nor_code_is_in_the_bytes() -> None:
    model = trained()
    data = pickle.dumps(model)
    texts, found = strings_and_globals(data)
    for word in (b"def ", b"train_step", b"import ", b"@ W1", b"np.maximum", b"co_code"):
        assert word not in data
    code = [line.split("  # ")[0].strip() for line in model.source("program").splitlines()]
    assert not [line for line in code if " = " in line and line.encode() in data]
    assert not [text for text in texts if "\n" in text]
    assert {module.split(".")[0] for module, _ in found} <= {"scratchwork", "numpy", "tests"}
    assert not {"exec", "eval", "compile", "_make_function", "CodeType"} & {
        name for _, name in found
    }


def test_its_size_is_that_of_its_numbers() -> None:
    model = sw.mlp([100, 200, 10])
    model.compile("cross_entropy", "Adam", seed=0)
    numbers = 4 * 3 * sum(array.size for array in model.parameters.values())
    assert numbers < len(pickle.dumps(model)) < numbers + 10_000


def test_errors_survive_it() -> None:
    """As worker processes send them back."""
    for error in (
        sw.errors.ShapeError("layer 2", "(n, 3)", "(n, 4)", "reshape"),
        sw.errors.NonFiniteError("epoch 1", "finite numbers", "Z1", "lower the rate"),
        sw.errors.FileError("a.py", "a file", "none", "make it"),
    ):
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error)
        assert (str(again), again.todo) == (str(error), error.todo)
