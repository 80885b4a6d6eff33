"""The article's section on Keras, as it stands and repaired."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import scratchwork as sw
from scratchwork.articles.page import Page
from scratchwork.datasets import one_hot

from .frameworks import SIZES, Raw, Trained, not_run, train_ours
from .published import share_right

EPOCHS = 10
FEW = slice(0, 320)


@dataclass(frozen=True)
class Loss:
    """One of Keras' classes of losses, and the settings that it gets."""

    what: str
    kind: str
    from_logits: bool


AS_IT_STANDS = Loss("BinaryCrossentropy(), as it stands", "BinaryCrossentropy", False)
LOSSES = (
    AS_IT_STANDS,
    Loss("BinaryCrossentropy(from_logits=True)", "BinaryCrossentropy", True),
    Loss("CategoricalCrossentropy(from_logits=True)", "CategoricalCrossentropy", True),
)


def backend() -> str | None:
    """What Keras computes with, of what is installed; None without Keras."""
    if find_spec("keras") is None:
        return None
    installed = (name for name in ("jax", "torch", "tensorflow") if find_spec(name))
    return os.environ.get("KERAS_BACKEND") or next(installed, None)


def network(raw: Raw, loss: Loss) -> Any:
    """The article's network in Keras, compiled."""
    os.environ["KERAS_BACKEND"] = backend() or ""  # read when Keras is imported first
    import keras

    keras.utils.set_random_seed(0)
    first, second, outputs = SIZES
    model = keras.Sequential(
        [
            keras.Input(raw.x_train.shape[1:]),
            keras.layers.Flatten(),
            keras.layers.Dense(first, activation="sigmoid"),
            keras.layers.Dense(second, activation="sigmoid"),
            keras.layers.Dense(outputs),
        ]
    )
    function = getattr(keras.losses, loss.kind)(from_logits=loss.from_logits)
    model.compile(optimizer="SGD", loss=function, metrics=["accuracy"])
    return model


def train(raw: Raw, loss: Loss, epochs: int = EPOCHS) -> tuple[Trained, float]:
    """SGD 0.01, batches of 32; the time is that of the fastest epoch, as the first one compiles.

    The second number is the accuracy on test images that were not divided.
    """
    model, fastest = network(raw, loss), float("inf")
    x, Y = as_images(raw, raw.x_train), one_hot(raw.y_train, 10)
    for _ in range(epochs):
        begin = time.perf_counter()
        history = model.fit(x, Y, verbose=0)
        fastest = min(fastest, time.perf_counter() - begin)
    scaled = accuracy_of(raw, model, as_images(raw, raw.x_val))
    unscaled = accuracy_of(raw, model, raw.x_val.astype("float32"))
    return Trained(history.history["loss"][-1], scaled, fastest), unscaled


def as_images(raw: Raw, x: Any) -> Any:
    """Pixels 0 to 1, as images."""
    return raw.scaled(x).reshape(x.shape)


def accuracy_of(raw: Raw, model: Any, x: Any) -> float:
    return share_right(model.predict(x, verbose=0).argmax(axis=1), raw.y_val)


# ---- validation data that are neither scaled nor one-hot ----
def answer_of_keras(raw: Raw) -> str:
    """What Keras says to them."""
    x, Y = as_images(raw, raw.x_train[FEW]), one_hot(raw.y_train[FEW], 10)
    held_out = raw.x_val[FEW], raw.y_val[FEW]
    try:
        network(raw, AS_IT_STANDS).fit(x, Y, validation_data=held_out, verbose=0)
    except ValueError as error:
        return str(error).splitlines()[0]
    return "nothing: it takes them"


def our_answer(raw: Raw) -> str:
    """What is said here."""
    x, Y = raw.scaled(raw.x_train[FEW]), one_hot(raw.y_train[FEW], 10)
    model = sw.mlp([x.shape[1], *SIZES], "sigmoid")
    model.compile("BinaryCrossentropy", sw.SGD(0.01), seed=0)
    images = raw.x_val[FEW].astype("float32")
    held_out = images.reshape(len(images), -1), raw.y_val[FEW]
    try:
        model.fit(x, Y, epochs=1, validation_data=held_out, verbose=0)
    except sw.ScratchworkError as error:
        return str(error)
    return "nothing: it takes them"


# ---- on the page ----
def run(page: Page, raw: Raw) -> dict[str, tuple[Trained, float]]:
    """The losses in Keras, and ours; nothing without Keras."""
    if backend() is None:
        return {}
    found = {}
    for loss in LOSSES:
        page.say(f"Keras, {EPOCHS} epochs: {loss.what}")
        found[loss.what] = train(raw, loss)
    return {**found, "ours, cross_entropy": (train_ours(raw, EPOCHS, 32, 0.01, normal=False), 0.0)}


def show(page: Page, raw: Raw | None, results: Mapping[str, tuple[Trained, float]]) -> None:
    """What is wrong in it, a table, and the validation data."""
    page.text(
        "The last layer, `Dense(10)`, has no activation, and `BinaryCrossentropy` takes what it "
        "gives for probabilities: numbers below 0 or above 1 are cut off, and have no gradient. "
        "`from_logits=True` repairs that; it still asks ten separate questions and takes the mean "
        "of the ten, so that steps are small. The categorical cross-entropy asks for the one class."
    )
    if raw is None or not results:
        page.text(f"Not run here: {not_run(raw, 'Keras')}.")
        return
    page.table(
        ("Keras, batches of 32, SGD 0.01", "loss of the last epoch", "accuracy (test images)",
         "an epoch"),
        [(what, *trained.cells) for what, (trained, _) in results.items()],
    )  # fmt: skip
    page.text(f"{EPOCHS} epochs as in the article, one seed, Keras' backend {backend()}.")
    stands, (repaired, unscaled) = (results[x.what] for x in (AS_IT_STANDS, LOSSES[-1]))
    page.compare("Keras: accuracy", "not given", f"{stands[0].accuracy:.2f} % as it stands",
                 f"{repaired.accuracy:.2f} % with the categorical cross-entropy")  # fmt: skip
    page.text(
        "The validation data that the article then passes were never divided, and their labels are "
        f"no one-hot rows. Keras ends the first epoch with: *{answer_of_keras(raw)}* Here the "
        f"fit does not begin: *{our_answer(raw)}* One-hot rows alone would hide the rest: the "
        f"network with the categorical cross-entropy has {repaired.accuracy:.2f} % of the test "
        f"images right, and of the same images, not divided, {unscaled:.2f} %."
    )
