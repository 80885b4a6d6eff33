"""From options to a compiled network: the task's own value where an option is not given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..activations import linear
from ..datasets import Dataset
from ..engines.choice import check_engine
from ..engines.engine import EngineName
from ..errors import DataError, DescriptionError, FileError
from ..layers import Activation, BatchNorm, Dense, Dropout
from ..layers.layer import Buildable
from ..losses import LOSSES
from ..model import Sequential
from ..optimizers import OPTIMIZERS
from ..regularizers import L2
from ..schedules import (
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    OneCycle,
    PolynomialDecay,
    Schedule,
    StepDecay,
)
from .tasks import TASKS, Columns, Task, task_of_file

Made = Callable[[float, int, int], Schedule]
SCHEDULES: Mapping[str, Made | None] = {
    "constant": None,
    "step": lambda rate, steps, epochs: StepDecay(rate, 0.1, every=max(1, -(-epochs // 3))),
    "exponential": lambda rate, steps, epochs: ExponentialDecay(rate, 0.01, steps),
    "inverse-time": lambda rate, steps, epochs: InverseTimeDecay(rate, 9.0, steps),
    "polynomial": lambda rate, steps, epochs: PolynomialDecay(rate, steps),
    "cosine": lambda rate, steps, epochs: CosineDecay(rate, steps),
    "warm-cosine": lambda rate, steps, epochs: CosineDecay(rate, steps, warmup_steps=steps / 10),
    "one-cycle": lambda rate, steps, epochs: OneCycle(rate, steps),
}
"""Schedules of a whole training, from the largest rate and the numbers of steps and epochs."""
SHOWN_CLASSES = 10


@dataclass(frozen=True)
class Settings:
    """What the options say, the task's own where one is not given."""

    task: Task
    data_path: Path | None
    target: str | None
    drop: tuple[str, ...]
    missing: str
    layers: tuple[int, ...]
    activation: str
    batch_norm: bool
    dropout: float
    loss: str
    l2: float
    optimizer: str
    learning_rate: float | None
    schedule: str
    batch_size: int
    epochs: int
    seed: int
    engine: EngineName

    @classmethod
    def of(
        cls,
        task: str,
        data: Path | None,
        target: str | None,
        drop: tuple[str, ...],
        missing: str,
        seed: int,
        **options: Any,
    ) -> Settings:
        """Complete the options with the task's defaults."""
        found = chosen_task(task, data, Columns(target, drop, missing), seed)
        own = {k: getattr(found, k) for k, v in options.items() if v is None and hasattr(found, k)}
        return cls(found, data, target, drop, missing, seed=seed, **{**options, **own})

    def data(self) -> Dataset:
        """The rows; an error names the option, not the argument of the function."""
        try:
            return self.task.load(self.data_path, self.seed)
        except (DataError, FileError) as error:
            raise type(error)(
                *(part.replace("mnist(path)", "--data") for part in error.args)
            ) from error

    def model(self) -> Sequential:
        """The network, described and compiled."""
        check_engine("--engine", self.engine)
        hidden = [layer for units in self.layers for layer in self.block(units)]
        after = self.task.after if LOSSES[self.loss].link is linear else ()
        layers = [*self.task.before, *hidden, Dense(self.outputs), *after]
        model = Sequential(layers, input_shape=self.task.input_shape)
        model.compile(
            self.loss,
            self.made_optimizer(),
            regularizer=L2(self.l2) if self.l2 else None,
            metrics=self.metrics(),
            engine=self.engine,
            seed=self.seed,
        )
        return model

    def block(self, units: int) -> list[Buildable]:
        """A hidden layer, with what the options put behind it."""
        if self.batch_norm:
            block = [Dense(units, use_bias=False), BatchNorm(), Activation(self.activation)]
        else:
            block = [Dense(units, activation=self.activation)]
        return [*block, *([Dropout(self.dropout)] if self.dropout else [])]

    @property
    def outputs(self) -> int:
        """An output for each class or number; one for a loss of yes or no."""
        if not self.task.classes:
            return self.task.outputs
        if LOSSES[self.loss].classes:
            return self.task.classes
        if LOSSES[self.loss].answers and self.task.classes > 2:
            raise DescriptionError(
                f"--loss {self.loss}",
                "two classes",
                f"{self.task.classes} in {self.task.name}",
                "use --loss cross_entropy",
            )
        return 1

    def metrics(self) -> tuple[str, ...]:
        """What is shown besides the loss."""
        loss = LOSSES[self.loss]
        if loss.classes or loss.answers:
            return ("accuracy",)
        return ("mean_absolute_error", "r2")

    def made_optimizer(self) -> Any:
        make: Any = OPTIMIZERS[self.optimizer]  # each has a learning_rate
        rate = make().learning_rate if self.learning_rate is None else self.learning_rate
        schedule = SCHEDULES[self.schedule]
        if schedule is None:
            return make(learning_rate=rate)
        make(learning_rate=rate)  # refuses what is no rate
        return make(learning_rate=schedule(rate, self.steps(), self.epochs))

    def steps(self) -> int:
        """Of the whole training."""
        return self.epochs * -(-self.task.rows // self.batch_size)

    def headline(self, data: Dataset) -> str:
        """What is trained, on how much: one line."""
        sizes = (data.X_train[0].size, *self.layers, self.outputs)
        kind = (self.activation,) * bool(self.layers) + (self.optimizer,)
        network = ", ".join(("-".join(map(str, sizes)), *kind))
        parts = {"training": data.X_train, "validation": data.X_val, "test": data.X_test}
        rows = ", ".join(f"{len(X)} {part}" for part, X in parts.items())
        wanted = f"{target_text(data)}; " if self.task.of_file else ""
        return f"{self.task.name}: {wanted}{network}; rows: {rows}"


def target_text(data: Dataset) -> str:
    """``species (setosa, versicolor, virginica)``: what is predicted in a file."""
    names = ", ".join(data.class_names[:SHOWN_CLASSES])
    more = len(data.class_names) - SHOWN_CLASSES
    classes = f"{names}, and {more} more" if more > 0 else names
    return f"{data.target_name or 'y'}{f' ({classes})' if classes else ''}"


def chosen_task(name: str, data: Path | None, columns: Columns, seed: int) -> Task:
    """The task of a data set or file, with options that do not belong to it refused."""
    if name in TASKS:
        for option in columns.given():
            raise DescriptionError(option, "a file of your own", name, "leave it out")
        if data is not None and name != "mnist":
            raise DescriptionError("--data", "mnist", name, "leave it out: its data are here")
        return TASKS[name]
    if data is not None:
        raise DescriptionError("--data", "mnist", name, f"leave it out: {name} is the data")
    return task_of_file(Path(name), columns, seed)
