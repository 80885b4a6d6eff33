"""Trainings of the article's network, each kept in the report's folder once it was made."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from scratchwork.articles import biswas
from scratchwork.articles.article import Images
from scratchwork.articles.page import Page
from scratchwork.files import write_all
from scratchwork.model import Sequential
from scratchwork.version import __version__

Array = NDArray[Any]
FILE = "losses.json"
EPSILON = 1e-8  # inside the article's logarithm


@dataclass(frozen=True)
class Data:
    """The article's rows; those of the test as it has them, and as they should be.

    Attributes
    ----------
    X, scaled : array (n, pixels)
        From 0 to 1.
    raw : array (n, pixels)
        Whole numbers.
    images : array (n, height, width)
        Those of the training.
    """

    X: Array
    y: Array
    raw: Array
    scaled: Array
    y_test: Array
    images: Array


@cache
def load(images: Images, rows: int | None = None) -> Data:
    """The data set, or the first rows of it for the training."""
    (x_train, y_train), (x_test, y_test) = biswas.load(images)
    x_train, y_train = x_train[:rows], y_train[:rows]
    top = float(x_train.max())
    raw, scaled = biswas.rows(x_test), biswas.rows(x_test, top)
    return Data(biswas.rows(x_train, top), y_train, raw, scaled, y_test, x_train)


@dataclass(frozen=True)
class Training:
    """What is trained: the whole data where ``rows`` is None, from N(0, 0.01**2) by default."""

    images: Images
    dtype: Literal["float32", "float64"]
    seed: int
    iterations: int
    rows: int | None = None
    weights: str = ""

    def __str__(self) -> str:
        """Such as "mnist, float64, seed 0, 1000 iterations"."""
        more = [f"{self.rows} rows"] * (self.rows is not None) + [self.weights] * bool(self.weights)
        return ", ".join(
            [self.images, self.dtype, f"seed {self.seed}", f"{self.iterations} iterations", *more]
        )


@dataclass(frozen=True)
class Run:
    """A training that was made: the loss before every update, and what it says of the tests.

    Attributes
    ----------
    losses : list of float
        ``losses[0]`` is that of the first weights.
    seconds : float
        In ``fit``.
    test : dict
        Accuracies in percent, losses and the mean highest probability, each of the test images as
        they should be ("scaled") and as the article has them ("raw"); ``changed``, the percentage
        that is given another class; ``epsilon``, how much 1e-8 takes off the last training loss.
    """

    losses: list[float]
    seconds: float
    engine: str
    test: dict[str, float]

    def at(self, iteration: int) -> float:
        """What the article calls the loss of this iteration: that before update k - 1."""
        return self.losses[iteration - 2]

    @property
    def tenths(self) -> list[int]:
        """The iterations that the article would print."""
        return list(range(10, len(self.losses) + 1, 10))


def measured(page: Page, training: Training) -> Run:
    """The run from the report's folder, or a new one, which is then kept there."""
    file, key = page.folder / FILE, f"{__version__}: {training}"
    if key not in kept(file):
        page.say(str(training))
        run = train(training)
        save(file, kept(file) | {key: asdict(run)})
    return Run(**kept(file)[key])


def kept(file: Path) -> dict[str, Any]:
    """The runs that the folder has."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return found


def save(file: Path, runs: dict[str, Any]) -> None:
    """Write them, a line for each."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{json.dumps(key)}: {json.dumps(run)}" for key, run in runs.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    write_all({file: lambda opened: opened.write(text.encode())})


def train(training: Training) -> Run:
    """Train, and look at the test images both ways."""
    data = load(training.images, training.rows)
    X = data.X.astype(training.dtype)
    model = biswas.network(
        X.shape[1], dtype=training.dtype, seed=training.seed, weights=training.weights or None
    )
    begin = time.perf_counter()
    losses = biswas.gradient_descent(model, X, data.y, training.iterations)
    seconds = time.perf_counter() - begin
    rounded = [round(loss, 9) for loss in losses]
    P = right(model.predict(X), data.y)
    test = judged(model, data) | {"epsilon": float(np.log1p(EPSILON / P).mean())}
    return Run(rounded, round(seconds, 1), model.history.engine, test)


def right(P: Array, y: Array) -> Array:
    """The probability of each row's own class, in float64."""
    return np.asarray(P[np.arange(len(y)), y], np.float64)


def judged(model: Sequential, data: Data) -> dict[str, float]:
    """What the network says of the test images, divided by the largest pixel and as they are."""
    found: dict[str, float] = {}
    both = {"scaled": model.predict(data.scaled), "raw": model.predict(data.raw)}
    for name, P in both.items():
        found[f"accuracy {name}"] = float(100 * np.mean(P.argmax(axis=1) == data.y_test))
        found[f"loss {name}"] = float(-np.log(right(P, data.y_test) + EPSILON).mean())
        found[f"certainty {name}"] = float(P.max(axis=1).mean())
    scaled, raw = (P.argmax(axis=1) for P in both.values())
    return found | {"changed": float(100 * np.mean(scaled != raw))}
