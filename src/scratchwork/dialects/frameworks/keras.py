"""The Keras dialect: a description as a fluent user of Keras 3 would write it, for any backend."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from ...activations import linear, sigmoid, softmax
from ...description import Description
from ...losses import Loss
from ..layout import WIDTH, comment, fold
from ..reader import names_text
from .keras_layers import KERAS, Made, print_arrays, print_layers
from .keras_losses import print_loss
from .keras_metrics import print_metrics
from .keras_optimizers import print_optimizer
from .plan import Plan, document, head, made_up
from .text import enclosed, joined


def print_keras(description: Description, plan: Plan) -> str:
    """The text: the model with its numbers, what it is trained for, and a main part.

    Parameters
    ----------
    description : Description
    plan : Plan

    Raises
    ------
    DescriptionError
        If Keras has no counterpart of a layer, the loss, the optimizer or the regularizer.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, "relu"), sw.Dense(2)], input_shape=4)
    >>> model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), seed=0)
    >>> text = model.source("keras")
    >>> print(text[text.index("model = ") : text.index("model.layers")], end="")
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu"),
            layers.Dense(2),
        ]
    )
    """
    model, places = model_text(plan, description.input_shape)
    definition, loss = print_loss(description, plan, places)
    rate, rule, optimizer = print_optimizer(plan.optimizer, plan.rate)
    classes = names_text("CLASSES", plan.classes).strip()
    settings = compile_text(loss, optimizer, description, plan)
    pieces = [classes, model, definition, rate.text, rule, settings]
    body = joined([*pieces, main_text(plan, rate.callback)])
    top = f"{head(KERAS, plan)}\n{document(KERAS, 'keras', plan)}"
    return f"{top}\n\n{imports(body)}\n\n{beginning(plan)}\n\n{body}\n"


def imports(body: str) -> str:
    names = [name for name in ("layers", "ops") if re.search(rf"(?<![\w.]){name}\.", body)]
    return "\n".join([
        *["import math"] * ("math." in body),
        "from pathlib import Path",
        "",
        "import keras",
        "import numpy as np",
        *([f"from keras import {', '.join(names)}"] if names else []),
    ])  # fmt: skip


def beginning(plan: Plan) -> str:
    """What must be said before the model is made, and its numbers."""
    return "\n".join([
        *FLOAT64 * (plan.dtype == "float64"),
        f"keras.utils.set_random_seed({plan.seed % 2**32})  # order and draws are Keras' own",
        f'with np.load(Path(__file__).with_name("{plan.arrays_file}")) as file:',
        "    start = dict(file)",
    ])  # fmt: skip


FLOAT64 = [
    "# with PyTorch and JAX, Keras computes products in float32 even so",
    'keras.config.set_floatx("float64")',
]


# ---- the model ----
def model_text(plan: Plan, shape: tuple[int, ...]) -> tuple[str, Mapping[str, int]]:
    """The model with its weights, and at which place among its layers each kernel is."""
    rows, weights = [Made(f"keras.Input({shape})")], []
    places: dict[str, int] = {}
    for placed in plan.layers:
        place = len(rows) - 1  # keras.Input is none of model.layers
        places |= dict.fromkeys(placed.parameters[:1], place)
        weights += set_weights(place, list(print_arrays(placed)))
        rows += print_layers(placed)
    listed = [line for row in without_repeats(rows) for line in remarked(row, " " * 8)]
    made = ["model = keras.Sequential(", "    [", *listed, "    ]", ")"]
    return "\n".join([*made, *weights]), places


def set_weights(place: int, arrays: list[str]) -> list[str]:
    """Our arrays into a layer of Keras."""
    if not arrays:
        return []
    return [enclosed(f"model.layers[{place}].set_weights(", [f"[{', '.join(arrays)}]"], ")")]


def without_repeats(rows: Iterable[Made]) -> Iterator[Made]:
    """Each remark where it is made first."""
    seen: set[str] = set()
    for row in rows:
        yield Made(row.code, "" if row.remark in seen else row.remark)
        seen.add(row.remark)


def remarked(row: Made, indent: str) -> list[str]:
    """An entry of a list with its remark behind it, or above where there is no room."""
    line = f"{indent}{row.code},"
    if not row.remark:
        return fold(line)
    if len(line) + len(row.remark) + 4 <= WIDTH:
        return [f"{line}  # {row.remark}"]
    return [*comment(row.remark, indent), *fold(line)]


# ---- what it is trained for, and how ----
def compile_text(loss: str, optimizer: str, description: Description, plan: Plan) -> str:
    metrics, without = print_metrics(description, plan)
    rows = [Made(f"loss={loss}"), Made(f"optimizer={optimizer}")]
    if metrics or without:
        rows.append(Made(f"metrics=[{', '.join(metrics)}]", without))
    lines = [line for row in rows for line in remarked(row, " " * 4)]
    return "\n".join(["model.compile(", *lines, ")"])


def main_text(plan: Plan, callback: str) -> str:
    """Train, on the rows of the file or on some that are made up."""
    settings = {
        "batch_size": str(plan.batch_size),
        "epochs": str(plan.epochs),
        "shuffle": "" if plan.shuffle else "False",
        "callbacks": f"[{callback}]" if callback else "",
        "validation_data": f"({', '.join(rows('val'))})" if "X_val" in plan.parts else "",
    }
    given = rows("train") if "X_train" in plan.parts else ["X", "y"]
    named = [f"{name}={value}" for name, value in settings.items() if value]
    lines = [
        *([] if "X_train" in plan.parts else random_rows(plan)),
        enclosed("model.fit(", [*given, *named], ")", room=4),
        *([f"model.evaluate({', '.join(rows('test'))})"] if "X_test" in plan.parts else []),
        *predictions(plan.loss),
    ]
    return 'if __name__ == "__main__":\n' + textwrap.indent("\n".join(lines), "    ")


def rows(part: str) -> list[str]:
    return [f'start["X_{part}"]', f'start["y_{part}"]']


def random_rows(plan: Plan) -> list[str]:
    """Numbers in the place of rows, to be replaced."""
    shape, y = (64, *plan.layers[0].given), TARGETS[plan.targets].format(plan.outputs)
    return [made_up(plan), f"X, y = np.random.random({shape}), {y}"]


TARGETS: Mapping[str, str] = {
    "labels": "np.random.randint({}, size=64)",
    "column": "np.random.randint(2, size=64)",
    "matrix": "np.eye({0})[np.random.randint({0}, size=64)]",
}
"""How some y is made up."""


def predictions(loss: Loss) -> list[str]:
    """How to get what our ``predict`` gives, where the network itself gives something else."""
    link = getattr(loss.link, "__name__", "")
    if loss.link is linear:
        return []
    what = "probabilities" if loss.link in (softmax, sigmoid) else "predictions"
    return [f"# {what}: keras.ops.{link}(model.predict(X))"]
