"""How much of the article a run takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from scratchwork.articles import hansen
from scratchwork.articles.article import Options
from scratchwork.model import Sequential

RATE = 0.001
"""The article's."""


@dataclass(frozen=True)
class Scale:
    """Numbers of images, epochs and networks.

    Attributes
    ----------
    images : int, optional
        The first of the training images; None takes all. Of the exercises it is the held-out ones
        as well.
    epochs, seeds : int
        Of the article's network.
    tried_images, tried_epochs, tried_seeds : int
        Of each exercise.
    timed : int
        Images of which an epoch's time is computed, where an epoch would take a minute.
    frameworks : bool
        Whether PyTorch and Keras run.
    """

    images: int | None = None
    epochs: int = 10
    seeds: int = 10
    tried_images: int | None = None
    tried_epochs: int = 10
    tried_seeds: int = 3
    timed: int = 1000
    frameworks: bool = True

    @classmethod
    def of(cls, options: Options) -> Scale:
        return cls(5000, 1, 2, 1000, 1, 1, 100, False) if options.quick else cls()


@dataclass(frozen=True)
class Split:
    """The article's four arrays: pixels 0 to 1, class numbers."""

    x_train: Any
    x_val: Any
    y_train: Any
    y_val: Any

    @property
    def sizes(self) -> tuple[int, ...]:
        """Of the article's network; 8 x 8 digits have 64 inputs."""
        return (self.x_train.shape[1], *hansen.SIZES[1:])

    @property
    def parts(self) -> tuple[Any, ...]:
        """In the order of scikit-learn's train_test_split, as the program takes them."""
        return self.x_train, self.x_val, self.y_train, self.y_val

    def first(self, rows: int | None) -> Split:
        """The same with the first training images alone."""
        return Split(self.x_train[:rows], self.x_val, self.y_train[:rows], self.y_val)

    def network(self, seed: int = 0, **settings: Any) -> Sequential:
        """The article's network for these images, or with other settings."""
        return hansen.network(**{"sizes": self.sizes, "seed": seed, **settings})
