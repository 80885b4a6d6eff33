"""What is trained on each data set, unless options say otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..datasets import Dataset, digits, mnist, moons
from ..layers import Dense, Dropout, Flatten, Rescale, Standardize
from ..layers.layer import Buildable
from ..model import Sequential
from ..optimizers import OPTIMIZERS


@dataclass(frozen=True)
class Task:
    """A data set and the network for it.

    Parameters
    ----------
    load : function of (path or None, seed) -> Dataset
    input_shape : tuple of int
        Of one row.
    classes : int
        The outputs of the network.
    before : tuple of layers
        From raw values to what the first Dense layer takes.
    layers, dropout, batch_size, epochs
        The options of the same names, chosen on the validation rows of seeds 0 to 9.
    """

    load: Callable[[Path | None, int], Dataset]
    input_shape: tuple[int, ...]
    classes: int
    before: tuple[Buildable, ...]
    layers: tuple[int, ...]
    dropout: float
    batch_size: int
    epochs: int


TASKS = {
    "digits": Task(
        load=lambda path, seed: digits(seed=seed),
        input_shape=(64,),
        classes=10,
        before=(Rescale(1 / 16),),
        layers=(128, 64),
        dropout=0.2,
        batch_size=16,
        epochs=30,
    ),
    "moons": Task(
        load=lambda path, seed: moons(seed=seed),
        input_shape=(2,),
        classes=2,
        before=(Standardize(),),
        layers=(32, 16),
        dropout=0.0,
        batch_size=8,
        epochs=20,
    ),
    "mnist": Task(
        load=lambda path, seed: mnist(path, seed=seed),
        input_shape=(28, 28),
        classes=10,
        before=(Rescale(1 / 255), Flatten()),
        layers=(128, 64),
        dropout=0.1,
        batch_size=64,
        epochs=10,
    ),
}


@dataclass(frozen=True)
class Settings:
    """What the options say, the task's own where one is not given."""

    task: str
    layers: tuple[int, ...]
    activation: str
    dropout: float
    optimizer: str
    learning_rate: float | None
    batch_size: int
    epochs: int
    seed: int

    @classmethod
    def of(cls, task: str, **options: Any) -> Settings:
        """Complete the options with the task's defaults."""
        own = {k: v for k, v in vars(TASKS[task]).items() if k in options and options[k] is None}
        return cls(task, **{**options, **own})

    def model(self) -> Sequential:
        """The network, described and compiled."""
        task, rate = TASKS[self.task], self.learning_rate
        hidden: list[Buildable] = []
        for units in self.layers:
            hidden.append(Dense(units, activation=self.activation))
            hidden += [Dropout(self.dropout)] if self.dropout else []
        layers = [*task.before, *hidden, Dense(task.classes)]
        make = OPTIMIZERS[self.optimizer]
        optimizer = make() if rate is None else make(learning_rate=rate)
        model = Sequential(layers, input_shape=task.input_shape)
        model.compile("cross_entropy", optimizer, metrics=["accuracy"], seed=self.seed)
        return model

    def headline(self, data: Dataset) -> str:
        """What is trained, on how much: one line."""
        sizes = (data.X_train[0].size, *self.layers, TASKS[self.task].classes)
        kind = (self.activation,) * bool(self.layers) + (self.optimizer,)
        network = ", ".join(("-".join(map(str, sizes)), *kind))
        parts = {"training": data.X_train, "validation": data.X_val, "test": data.X_test}
        rows = ", ".join(f"{len(X)} {part}" for part, X in parts.items())
        return f"{self.task}: {network}; rows: {rows}"
