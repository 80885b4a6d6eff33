"""What each thing of ours is in PyTorch and Keras: the lines that it adds to a small network."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reference_lines import LAYERS, SCHEDULES

import scratchwork as sw
from scratchwork import activations, losses, optimizers
from scratchwork.dialects.cupy import FUNCTIONS, METHODS
from scratchwork.dialects.frameworks import FRAMEWORKS
from scratchwork.errors import DescriptionError
from scratchwork.layers.layer import describe

LAST = sw.Dense(97)
"""The last layer, whose lines are known by this number."""
MADE = r"nn\.(?!Module|Sequential|\w+Loss|functional|utils)\w+|(?<!model\.)\blayers\.[A-Z]"
RATE = r"torch\.optim|^optimizer, |optimizer=|keras\.optimizers\.schedules"
SHOWN = {
    "layers": rf"{MADE}|randn|self\.mean0\)|x = x [*/]|x\.reshape|requires_grad",
    "activations": MADE,
    "losses": r"criterion = |loss=keras",
    "optimizers": RATE,
    "schedules": RATE,
    "regularizers": r"weight\.|^penalty = ",
    "settings": rf"{MADE}|{RATE}|clip_grad|requires_grad|randn|criterion = |loss=keras",
}
"""Which lines are shown, by the group: those that make the thing."""
DOCUMENTED = re.compile(
    r'(?:def (criterion|loss|rate|penalty)\([^"]*|class (\w+)\(keras.*):\n\s+"""(.*?)\.?("""|\n)'
)
"""A function or class that the text has for it, with the first line of its docstring."""


@dataclass(frozen=True)
class Own:
    """A layer of the reader's."""

    def build(self, x: Any, scope: Any) -> Any:
        return x / 2


def own(Z: Any) -> Any:
    """An activation of the reader's."""
    return Z * Z


def own_loss(Z: Any, Y: Any) -> Any:
    """A loss of the reader's."""
    return abs(Z - Y).sum(axis=1)


SETTINGS: dict[str, dict[str, Any]] = {
    "clip_value": {"optimizer": sw.SGD(0.5, clip_value=1.0)},
    "clip_norm": {"optimizer": sw.SGD(0.5, clip_norm=1.0)},
    "clip_value and clip_norm": {"optimizer": sw.SGD(0.5, clip_value=1.0, clip_norm=1.0)},
    "momentum": {"optimizer": sw.SGD(0.5, momentum=0.9)},
    "nesterov": {"optimizer": sw.SGD(0.5, momentum=0.9, nesterov=True)},
    "rate_in_velocity": {"optimizer": sw.SGD(0.5, momentum=0.9, rate_in_velocity=True)},
    "rate_in_velocity, with a schedule": {
        "optimizer": sw.SGD(sw.ExponentialDecay(0.5), momentum=0.9, rate_in_velocity=True)
    },
    "momentum, with a schedule": {"optimizer": sw.SGD(sw.ExponentialDecay(0.5), momentum=0.9)},
    "Adam(epsilon_hat=True)": {"optimizer": sw.Adam(epsilon_hat=True)},
    "Adam(amsgrad=True)": {"optimizer": sw.Adam(amsgrad=True)},
    "RMSProp(centered=True)": {"optimizer": sw.RMSProp(centered=True)},
    "RMSProp(momentum=0.9)": {"optimizer": sw.RMSProp(momentum=0.9)},
    'reduction="sum"': {"reduction": "sum"},
    "trainable=False": {"layers": (sw.Dense(4, trainable=False),)},
    "GaussianNoise(2.0)": {"layers": (sw.GaussianNoise(2.0),)},
    "a layer of your own": {"layers": (Own(),)},
    "an activation of your own": {"layers": (sw.Activation(own),)},
    "a loss of your own": {"loss": own_loss},
}


def rows() -> Iterator[tuple[str, str, dict[str, Any], tuple[int, ...]]]:
    """(group, name, what is set, the shape of a row) of everything that has a row in the table."""
    for name, (layer, shape) in LAYERS.items():
        flat = () if len(shape) == 1 and name != "Reshape" else (sw.Flatten(),)
        yield "layers", name, {"layers": (layer, *flat)}, shape
    for name in activations.ACTIVATIONS:
        if name != "linear":
            yield "activations", name, {"layers": (sw.Activation(name),)}, (4,)
    for name in losses.LOSSES:
        yield "losses", name, {"loss": name}, (4,)
    for kind in optimizers.OPTIMIZERS.values():
        yield "optimizers", kind.__name__, {"optimizer": kind(0.25)}, (4,)
    for schedule in SCHEDULES.values():
        yield "schedules", describe(schedule), {"optimizer": sw.SGD(schedule)}, (4,)
    for penalty in (sw.L1(0.1), sw.L2(0.1)):
        yield "regularizers", describe(penalty), {"regularizer": penalty}, (4,)
    for name, settings in SETTINGS.items():
        yield "settings", name, settings, (4,)


@cache
def plain(group: str, framework: str, shape: tuple[int, ...]) -> Counter[str]:
    """What the network without anything has of it."""
    flat = () if len(shape) == 1 else (sw.Flatten(),)
    return Counter(lines(group, text(framework, {"layers": flat}, shape)))


def text(framework: str, settings: Mapping[str, Any], shape: tuple[int, ...]) -> str:
    """A small network with a thing, in a framework."""
    given = {"loss": "mean_squared_error", "optimizer": sw.SGD(0.5), "seed": 0, **settings}
    last = sw.Dense(1) if given["loss"] == "quantile" else LAST
    model = sw.Sequential([*given.pop("layers", ()), last], input_shape=shape)
    model.compile(**given)
    return str(model.source(framework))


def lines(group: str, text: str) -> list[str]:
    """What makes a thing: functions by what they say of themselves, and lines of code."""
    found = [re.sub(r"^self\.block\d+ = ", "", line.strip()) for line in text.splitlines()]
    kept = [line for line in found if re.search(SHOWN[group], line)]
    code = [line for line in kept if "97" not in line and not line.startswith(("#", "class ", '"'))]
    says = [f"`{match[1] or match[2]}`: {match[3]}" for match in DOCUMENTED.finditer(text)]
    return [*says, *(f"`{line.rstrip(',')}`" for line in code)]


def cell(
    group: str, name: str, framework: str, settings: Mapping[str, Any], shape: tuple[int, ...]
) -> str:
    """What a thing is there, or why it is not there."""
    try:
        found = Counter(lines(group, text(framework, settings, shape)))
    except DescriptionError as error:
        return f"**refused**: {error.got}"
    if group != "losses" and name != "Flatten":
        found -= plain(group, framework, shape) + Counter(("`nn.Flatten()`", "`layers.Flatten()`"))
    return "<br>".join(found.elements())


def table(group: str) -> str:
    """The rows of a group."""
    head = [
        f"## {group.capitalize()}",
        "",
        f"| | {' | '.join(FRAMEWORKS.values())} |",
        "|---|---|---|",
    ]
    found = [row[1:] for row in rows() if row[0] == group]
    for name, settings, shape in found:
        cells = [cell(group, name, framework, settings, shape) for framework in FRAMEWORKS]
        head.append(f"| `{name}` | {' | '.join(each.replace('|', '&#124;') for each in cells)} |")
    return "\n".join(head)


def cupy_table() -> str:
    """The calls of the CuPy dialect, each with its place in CuPy's documentation."""
    named = {**FUNCTIONS, **{f".{name}": address for name, address in METHODS.items()}}
    lines = [
        f"| `{name}` | [{address.split('/')[-1]}]({address}) |" for name, address in named.items()
    ]
    return "\n".join(["| | documentation |", "|---|---|", *lines])


def page() -> str:
    """The page of docs/reference."""
    return "\n\n".join([
        "<!-- made from the tables of the dialects by scripts/update_reference.py -->",
        "# PyTorch, Keras and CuPy",
        'What each thing of ours is in `model.source("pytorch")` and `model.source("keras")`: the '
        "lines that it adds to a small network, or the function that is written for it. What is "
        "refused raises a `DescriptionError` that names the layer or setting. See "
        "[Other frameworks](../frameworks.md).",
        *(table(group) for group in SHOWN),
        "## CuPy",
        'Every call that `model.source("cupy")` prints, and by which page of CuPy\'s documentation '
        "it was checked. It has not run on a GPU yet.",
        cupy_table(),
    ]) + "\n"  # fmt: skip


if __name__ == "__main__":
    print(page())
