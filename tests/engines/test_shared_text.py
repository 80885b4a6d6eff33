"""One text for all widths, rates and batches of a structure: a search compiles once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines.numba import NumbaEngine

pytestmark = pytest.mark.usefixtures("plain_python")

Build = Callable[[int], Any]
"""Layers of a width."""

FLAT: dict[str, Build] = {
    "plain": lambda w: [sw.Dense(w, "relu"), sw.Dense(w + 3, "tanh"), sw.Dense(3)],
    "equal widths": lambda w: [sw.Dense(w, "relu"), sw.Dense(w, "relu"), sw.Dense(3)],
    "dropout": lambda w: [sw.Dropout(0.1 * w / 20), sw.Dense(w, "selu"), sw.Dense(3)],
    "softmax inside": lambda w: [sw.Dense(w, "softmax"), sw.Dense(3)],
    "layer norm": lambda w: [sw.Dense(w), sw.LayerNorm(), sw.Activation("relu"), sw.Dense(3)],
    "batch norm": lambda w: [sw.Dense(w), sw.BatchNorm(), sw.Activation("relu"), sw.Dense(3)],
}
IMAGES: dict[str, Build] = {
    "convolution": lambda w: [sw.Conv2D(w, 3, "relu"), sw.MaxPool2D(2), sw.Flatten(), sw.Dense(3)],
    "average": lambda w: [sw.Conv2D(w, 3, "relu"), sw.GlobalAveragePool2D(), sw.Dense(3)],
    "same": lambda w: [sw.Conv2D(w, 3, padding="same"), sw.BatchNorm(), sw.Flatten(), sw.Dense(3)],
}


def texts(
    layers: Any, shape: tuple[int, ...], optimizer: Any, rows: int, batch_size: int, **settings: Any
) -> dict[str, str]:
    """The compiled programs' texts of a network that was trained and used."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(rows, *shape)), rng.integers(0, 3, rows)
    model = sw.Sequential(layers, input_shape=shape)
    model.compile("cross_entropy", optimizer, seed=0, engine="numba", **settings)
    model.fit(X, y, batch_size=batch_size, epochs=1, verbose=0)
    model.evaluate(X, y)
    model.predict(X)
    run = model.run
    assert run is not None
    engine = run.engine()
    assert isinstance(engine, NumbaEngine)
    names = ("train_step", "evaluate", "predict")
    return {name: engine.part(name, run.state).made.text for name in names}


@pytest.mark.parametrize("name", FLAT)
@pytest.mark.parametrize("optimizer", [sw.SGD, sw.Adam])
def test_dense(name: str, optimizer: Any) -> None:
    one = texts(FLAT[name](7), (5,), optimizer(0.1), 12, 8)
    for width, inputs, rate, rows, batch in ((11, 6, 0.2, 17, 9), (20, 9, 0.03, 20, 12)):
        assert texts(FLAT[name](width), (inputs,), optimizer(rate), rows, batch) == one


@pytest.mark.parametrize("name", IMAGES)
def test_images(name: str) -> None:
    """Images of one shape: windows are written into the text."""
    one = texts(IMAGES[name](3), (6, 7, 2), sw.SGD(0.1), 12, 8)
    assert texts(IMAGES[name](5), (6, 7, 4), sw.SGD(0.2), 12, 6) == one


def test_more_classes() -> None:
    layers = [sw.Dense(6, "relu"), sw.Dense(4)], [sw.Dense(6, "relu"), sw.Dense(9)]
    one, other = (texts(each, (5,), sw.SGD(0.1), 12, 8) for each in layers)
    assert one == other


def test_strengths_and_limits() -> None:
    def of(number: float) -> dict[str, str]:
        optimizer = sw.Adam(sw.CosineDecay(number, 10 * number), clip_norm=number)
        layers = FLAT["plain"](int(20 * number))
        return texts(layers, (5,), optimizer, 12, 8, regularizer=sw.L2(number))

    assert of(0.3) == of(0.5)


def test_another_structure_has_another_text() -> None:
    one = texts(FLAT["plain"](7), (5,), sw.SGD(0.1), 12, 8)
    deeper = [sw.Dense(7, "relu"), *FLAT["plain"](7)]
    assert texts(deeper, (5,), sw.SGD(0.1), 12, 8)["train_step"] != one["train_step"]
    momentum = texts(FLAT["plain"](7), (5,), sw.SGD(0.1, momentum=0.9), 12, 8)
    assert momentum["train_step"] != one["train_step"]
    assert momentum["predict"] == one["predict"]
