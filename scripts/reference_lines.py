"""What the program prints for each thing on the pages of docs/reference: the equation that runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import scratchwork as sw

FLAT, IMAGE = (4,), (8, 8, 3)
LAYERS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "Activation": (sw.Activation("relu"), FLAT),
    "AveragePool2D": (sw.AveragePool2D(2), IMAGE),
    "BatchNorm": (sw.BatchNorm(), FLAT),
    "Conv2D": (sw.Conv2D(4, 3), IMAGE),
    "Dense": (sw.Dense(2, "relu"), FLAT),
    "Dropout": (sw.Dropout(0.5), FLAT),
    "Flatten": (sw.Flatten(), IMAGE),
    "GaussianNoise": (sw.GaussianNoise(0.1), FLAT),
    "GlobalAveragePool2D": (sw.GlobalAveragePool2D(), IMAGE),
    "LayerNorm": (sw.LayerNorm(), FLAT),
    "MaxPool2D": (sw.MaxPool2D(2), IMAGE),
    "Rescale": (sw.Rescale(0.1), FLAT),
    "Reshape": (sw.Reshape((2, 2)), FLAT),
    "Standardize": (sw.Standardize(), FLAT),
    "ZeroPad2D": (sw.ZeroPad2D(1), IMAGE),
}
"""A small example of each layer, and the shape of a row that it takes."""

SCHEDULES: dict[str, Any] = {
    "CosineDecay": sw.CosineDecay(0.1),
    "ExponentialDecay": sw.ExponentialDecay(0.1),
    "InverseTimeDecay": sw.InverseTimeDecay(0.1),
    "OneCycle": sw.OneCycle(0.1, 1000),
    "PiecewiseConstant": sw.PiecewiseConstant((10, 20), (0.1, 0.05, 0.01)),
    "PolynomialDecay": sw.PolynomialDecay(0.1),
    "StepDecay": sw.StepDecay(0.1),
}


def printed(name: str, value: Any, page: str) -> list[str]:
    """The lines of a program that are due to this entry of a page, none where there are none."""
    return MAKERS[page](name, value) if page in MAKERS else []


def step(*layers: Any, shape: tuple[int, ...] = FLAT, **settings: Any) -> str:
    """The training step of a small network."""
    model = sw.Sequential(list(layers), input_shape=shape)
    model.compile(**{"loss": "mean_squared_error", "optimizer": "SGD", "seed": 0} | settings)
    return model.source()


def between(text: str, start: str, end: str) -> list[str]:
    """The statements between two texts, without comments."""
    inside = text.partition(start)[2].partition("\n")[2].partition(end)[0]
    lines = [row.split("  #")[0].strip() for row in inside.splitlines()]
    kept = [line for line in lines if line and not line.startswith(("#", "if ", "raise "))]
    return joined(kept)


def joined(lines: list[str]) -> list[str]:
    """Statements that go over several lines, each on one."""
    statements: list[str] = []
    for line in lines:
        if statements and statements[-1].count("(") > statements[-1].count(")"):
            gap = "" if statements[-1].endswith("(") or line.startswith(")") else " "
            statements[-1] += gap + line
        else:
            statements.append(line)
    return statements


def of_layer(name: str, value: Any) -> list[str]:
    if name == "Layer":
        return []  # the base of the others
    layer, shape = LAYERS[name]
    text = step(layer, sw.Flatten(), sw.Dense(1), shape=shape)
    prologue, _, rest = text.partition("# ---- forward ----")
    draws = [line for line in between(prologue, ":", "forward") if "rng." in line]
    return [*draws, *between(rest, f"# layer {int(layer.numbered)}: {name}", "# layer ")]


def of_activation(name: str, value: Any) -> list[str]:
    if isinstance(value, type):
        return []  # as the object that the name stands for
    return [x for x in between(step(sw.Dense(3, value)), "forward ----", "# ----") if "W1" not in x]


def of_loss(name: str, value: Any) -> list[str]:
    if isinstance(value, type):
        return []
    several = name in ('"cross_entropy"', '"categorical_hinge"')
    text = step(sw.Dense(3 if several else 1), loss=name.strip('"'))
    prologue = between(text, ":", "# ---- forward")
    lines = [*prologue, *between(text, "# ---- loss", "# ---- ")]
    return [line for line in lines if not line.startswith(("loss =", "n =", "Y ="))]


def of_optimizer(name: str, value: Any) -> list[str]:
    text = step(sw.Dense(1, use_bias=False), optimizer=value())
    return between(text, "# ---- update", "return")


def of_schedule(name: str, value: Any) -> list[str]:
    text = step(sw.Dense(1, use_bias=False), optimizer=sw.SGD(SCHEDULES[name]))
    return [line for line in between(text, "# ---- update", "return") if "W1" not in line]


def of_initializer(name: str, value: Any) -> list[str]:
    if isinstance(value, type):
        return []
    model = sw.Sequential([sw.Dense(3, kernel_initializer=value, use_bias=False)], input_shape=4)
    return between(model.source("initialize"), "):", "return")


def of_regularizer(name: str, value: Any) -> list[str]:
    text = step(sw.Dense(1, use_bias=False), regularizer=value(0.1))
    return [x for x in between(text, ":", "return") if re.match("penalty =|dW1 =", x)]


def of_metric(name: str, value: Any) -> list[str]:
    classes = dict.fromkeys(('"accuracy"', "TopK"), "cross_entropy")
    losses = {**classes, '"binary_accuracy"': "binary_cross_entropy"}
    loss = losses.get(name, "mean_squared_error")
    given = sw.TopK(3) if isinstance(value, type) else name.strip('"')
    text = step(sw.Dense(6), loss=loss, metrics=[given])
    return between(text, "# metric: ", "# ----")


MAKERS: dict[str, Callable[[str, Any], list[str]]] = {
    "layers": of_layer,
    "activations": of_activation,
    "losses": of_loss,
    "optimizers": of_optimizer,
    "schedules": of_schedule,
    "initializers": of_initializer,
    "regularizers": of_regularizer,
    "metrics": of_metric,
}
