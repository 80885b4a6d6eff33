"""What the sections on PyTorch and Keras share: their images, and the same network here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork.articles.article import Images

from .scale import Split

SIZES = (128, 64, 10)


@dataclass(frozen=True)
class Raw:
    """Images (n, h, w) as the frameworks' loaders give them, pixels 0 to ``top``."""

    x_train: Any
    y_train: Any
    x_val: Any
    y_val: Any
    top: float

    @classmethod
    def of(cls, images: Images, split: Split) -> Raw:
        """MNIST as it is; the 8 x 8 digits in the parts that the page has."""
        if images == "mnist":
            (x, y), (x_val, y_val) = sw.datasets.mnist.load_data()
            return cls(x, y, x_val, y_val, 255)
        x, x_val = (16 * part.reshape(-1, 8, 8) for part in (split.x_train, split.x_val))
        return cls(x, split.y_train, x_val, split.y_val, 16)

    def scaled(self, x: Any) -> Any:
        """Rows of pixels 0 to 1."""
        return (x.reshape(len(x), -1) / self.top).astype("float32")


@dataclass(frozen=True)
class Trained:
    """What a training gave: the loss printed last, accuracy in percent, seconds an epoch."""

    loss: float
    accuracy: float
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        return f"{self.loss:.4f}", f"{self.accuracy:.2f} %", f"{self.seconds:.2f} s"


def not_run(raw: Raw | None, framework: str) -> str:
    """Why there are no numbers of it."""
    return "a quick run leaves it out" if raw is None else f"{framework} is not installed"


def normalized(raw: Raw) -> tuple[Any, Any]:
    """Training and test images minus the mean of the training pixels, by their deviation."""
    train, test = raw.scaled(raw.x_train), raw.scaled(raw.x_val)
    mean, deviation = np.float32(train.mean(dtype=float)), train.std()
    return (train - mean) / deviation, (test - mean) / deviation


def train_ours(raw: Raw, epochs: int, batch_size: int, rate: float, *, normal: bool) -> Trained:
    """The same network, with cross-entropy, on the same images."""
    x, x_val = normalized(raw) if normal else (raw.scaled(raw.x_train), raw.scaled(raw.x_val))
    model = sw.mlp([x.shape[1], *SIZES], "sigmoid")
    model.compile("cross_entropy", sw.SGD(rate), metrics=["accuracy"], seed=0)
    settings: dict[str, Any] = {"batch_size": batch_size, "shuffle": batch_size > 1, "verbose": 0}
    history = model.fit(x, raw.y_train, epochs=epochs, **settings)
    accuracy = 100 * model.evaluate(x_val, raw.y_val)["accuracy"]
    timed = model.fit(x, raw.y_train, epochs=1, **settings)
    return Trained(history["loss"][-1], accuracy, timed.seconds)
