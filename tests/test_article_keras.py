"""An article's program for Keras runs, once its imports and the name of the loss are changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.datasets.mnist_layouts import write_npz

IMPORTS = """
from scratchwork.datasets import mnist
from scratchwork.datasets import one_hot as to_categorical
from scratchwork import Dense, Flatten, Sequential
"""

ARTICLE = """
(x_train, y_train), (x_val, y_val) = mnist.load_data()

x_train = x_train.astype('float32') / 255
y_train = to_categorical(y_train)

model = Sequential([
    Flatten(input_shape=(28, 28)),
    Dense(128, activation='sigmoid'),
    Dense(64, activation='sigmoid'),
    Dense(10)
])

model.compile(optimizer='SGD',
              loss="BinaryCrossentropy",
              metrics=['accuracy'])

model.fit(x_train, y_train, epochs=10)
"""

VALIDATION = "model.fit(x_train, y_train, epochs=10, validation_data=(x_val, y_val))"


def made_digits(rows: int, seed: int) -> tuple[Any, Any]:
    """Images of ten bars, one for each class, under noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(rows) % 10
    images = rng.integers(0, 60, (rows, 28, 28))
    images[np.arange(rows), 2 * labels + 4] += 180
    return images.astype(np.uint8), labels.astype(np.uint8)


def few(path: Path | None) -> dict[str, Any]:
    """The first rows of real MNIST, or made images of that shape."""
    if path is None:
        parts = [*made_digits(400, 0), *made_digits(100, 1)]
    else:
        with np.load(path) as found:
            parts = [found[name][:2000] for name in ("x_train", "y_train", "x_test", "y_test")]
    return dict(zip(("x_train", "y_train", "x_test", "y_test"), parts, strict=True))


pytestmark = pytest.mark.compiled


@pytest.fixture(scope="module", params=["made", "real"])
def article(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the article's lines leave behind."""
    given = os.environ.get("SCRATCHWORK_MNIST")
    if request.param == "real" and given is None:
        pytest.skip("SCRATCHWORK_MNIST is not set")
    path = Path(given) if given is not None and request.param == "real" else None
    file = write_npz(tmp_path_factory.mktemp("mnist") / "mnist.npz", few(path))
    names: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SCRATCHWORK_MNIST", str(file))
        exec(IMPORTS + ARTICLE, names)
    return names


def test_the_article_trains(article: Any) -> None:
    model = article["model"]
    assert len(model.history["loss"]) == 10
    assert model.history["loss"][-1] < 0.95 * model.history["loss"][0]
    assert article["x_train"].shape[1:] == (28, 28)
    assert article["y_train"].shape[1:] == (10,)


def test_the_article_s_validation_rows_get_an_error_that_says_what_to_do(article: Any) -> None:
    """They are neither scaled nor one-hot there, which Keras takes without a word."""
    before = article["model"].parameters
    with pytest.raises(sw.ScratchworkError) as caught:
        exec(VALIDATION, article)
    assert "validation" in str(caught.value)
    assert "10 answers a row" in str(caught.value)
    assert all(np.array_equal(article["model"][name], before[name]) for name in before)


def test_with_rows_like_those_of_training_it_validates(article: Any) -> None:
    exec(
        "x_val, y_val = x_val.astype('float32') / 255, to_categorical(y_val)", names := {**article}
    )
    exec(VALIDATION, names)
    assert np.isfinite(article["model"].history["val_loss"][-10:]).all()
