"""The article's exercises, each one a switch of its network, and its next step."""

from __future__ import annotations

from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import scratchwork as sw
from scratchwork.articles.page import Page
from scratchwork.articles.reports.spread import counted, deviation

from .scale import RATE, Scale, Split


@dataclass(frozen=True)
class Exercise:
    """A change of the network or of its training.

    Attributes
    ----------
    which : str
        The article's number of it.
    switch : str
        As it is typed.
    settings : dict
        Of ``hansen.network``.
    """

    which: str
    what: str
    switch: str
    settings: dict[str, Any] = field(default_factory=dict)
    batch_size: int = 1


MEAN_OF_32 = 32 * RATE
"""With it a batch moves as far as 32 images one at a time do at the article's rate."""


def exercises(inputs: int) -> tuple[Exercise, ...]:  # long: a table
    """A row each; the number of inputs is the first of all sizes."""
    small, large = (inputs, 64, 10), (inputs, 256, 128, 64, 10)
    momentum = {"optimizer": sw.SGD(MEAN_OF_32, momentum=0.9)}
    adagrad, adam = {"optimizer": sw.AdaGrad(0.01)}, {"optimizer": sw.Adam(0.001)}
    all_switches = 'activation="relu", biases=True, batch_size=32, optimizer=sw.Adam(0.001)'
    all_of_it = {"activation": "relu", "biases": True, **adam}
    return (
        Exercise("", "the article's network, gradient repaired", "network()"),
        Exercise("1", "ReLU", 'activation="relu"', {"activation": "relu"}),
        Exercise("1", "tanh", 'activation="tanh"', {"activation": "tanh"}),
        Exercise("2", "biases", "biases=True", {"biases": True}),
        Exercise("3", "sizes, one hidden layer", f"sizes={small}", {"sizes": small}),
        Exercise("3", "sizes, three hidden layers", f"sizes={large}", {"sizes": large}),
        Exercise("4", "mini-batches of 32", "batch_size=32", {}, 32),
        Exercise("4", "and a rate 32 times as large", "l_rate=0.032", {"l_rate": MEAN_OF_32}, 32),
        Exercise("5.1", "and momentum", "optimizer=sw.SGD(0.032, momentum=0.9)", momentum, 32),
        Exercise("5.2", "AdaGrad", "optimizer=sw.AdaGrad(0.01)", adagrad, 32),
        Exercise("5.3", "Adam", "optimizer=sw.Adam(0.001)", adam, 32),
        Exercise("1, 2, 4, 5.3", "ReLU, biases, batches, Adam", all_switches, all_of_it, 32),
    )  # fmt: skip


def show(page: Page, split: Split, scale: Scale) -> None:
    """A table of accuracy and time, and the network with convolutions."""
    split = Split(*(part[: scale.tried_images] for part in split.parts))
    seeds, epochs = counted(scale.tried_seeds, "seed"), counted(scale.tried_epochs, "epoch")
    spread = ": mean and standard deviation" if scale.tried_seeds > 1 else ""
    page.text(
        f"Accuracy on the held-out images after {epochs}, {seeds}{spread}. "
        "The time is that of the fastest of them, one network on one core. A mini-batch "
        "moves the weights by the mean of its gradients, as the article asks (it says that the "
        "size is usually below 64): at the same rate that is a thirty-second part of the way, "
        "hence the next line. All networks begin with weights from N(0, 1 / outputs)."
    )
    rows = [tried(page, each, split, scale) for each in exercises(split.sizes[0])]
    page.table(("exercise", "what", "the switch", "accuracy", "an epoch"), rows)
    page.compare("size of a mini-batch", "usually below 64", "32", "exercise 4")
    page.heading("Its next step: convolutions", 3)
    convolutions(page, split, scale)


def tried(page: Page, exercise: Exercise, split: Split, scale: Scale) -> tuple[str, ...]:
    page.say(f"exercises: {exercise.what}")
    model = split.network(**exercise.settings)
    accuracy, seconds = trained(model, split, exercise.batch_size, scale)
    return exercise.which, exercise.what, f"`{exercise.switch}`", accuracy, f"{seconds:.2f} s"


def trained(model: sw.Sequential, split: Split, batch_size: int, scale: Scale) -> tuple[str, float]:
    """The accuracy over several seeds, and the time of an epoch; images in their order."""
    x_train, x_val, y_train, y_val = split.parts
    results = sw.repeat(model, n=scale.tried_seeds, threads=1).fit(
        x_train, y_train, batch_size=batch_size, epochs=scale.tried_epochs,
        shuffle=False, validation_data=(x_val, y_val), verbose=0,
    )  # fmt: skip
    errors = [str(result.error) for result in results if result.error is not None]
    if errors:
        return f"{len(errors)} of {len(results)} failed: {errors[0]}", float("nan")
    accuracies = [100 * result.final["val_accuracy"] for result in results]
    seconds = min(history.seconds / len(history) for history in results.histories)
    return f"{deviation(accuracies, 2)} %", seconds


# ---- the next step ----
def lenet(side: int) -> sw.Sequential:
    """Two convolutions with pooling, three dense layers; for 28 x 28 or 8 x 8 pixels.

    LeCun et al. 1998, "Gradient-based learning applied to document recognition", figure 2, with
    ReLU for its tanh, the largest of four for their weighted sum, and softmax at its end.
    """
    kernel = 5 if side == 28 else 3
    layers = [
        sw.Reshape((side, side, 1)),
        sw.Conv2D(6, kernel, "relu", padding="same"), sw.MaxPool2D(2),
        sw.Conv2D(16, kernel, "relu"), sw.MaxPool2D(2),
        sw.Flatten(),
        sw.Dense(120, "relu"), sw.Dense(84, "relu"), sw.Dense(10),
    ]  # fmt: skip
    model = sw.Sequential(layers, input_shape=side * side)
    model.compile("cross_entropy", sw.Adam(0.001), metrics=["accuracy"], seed=0)
    return model


def summary(model: sw.Sequential) -> str:
    printed = StringIO()
    with redirect_stdout(printed):
        model.summary()
    return printed.getvalue()


def convolutions(page: Page, split: Split, scale: Scale) -> None:
    """The network that the article leaves for another one."""
    page.say("the network with convolutions")
    model, x_train = lenet(round(split.sizes[0] ** 0.5)), split.x_train
    epochs = min(5, scale.tried_epochs)
    history = model.fit(
        x_train, split.y_train, batch_size=64, epochs=epochs, verbose=0,
        validation_data=(split.x_val, split.y_val),
    )  # fmt: skip
    accuracies = ", ".join(f"{100 * x:.2f} %" for x in history["val_accuracy"])
    page.text(
        "The article leaves convolutions for another one. A network after LeNet-5, on the same "
        f"images, Adam 0.001, batches of 64, {counted(epochs, 'epoch')}, one seed: {accuracies}; "
        f"{history.seconds / epochs:.1f} s an epoch ({history.engine})."
    )
    page.code(summary(model))
    note = f"on the same split, {counted(epochs, 'epoch')}, Adam"
    page.compare(
        "with convolutions", "left for later", f"{100 * history['val_accuracy'][-1]:.2f} %", note
    )
