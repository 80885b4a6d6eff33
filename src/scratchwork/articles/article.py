"""The table of the articles: who wrote them, what they train, how long it takes."""

from __future__ import annotations

import timeit
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from ..engines.blas import one_thread

Images = Literal["mnist", "digits"]

LEFT_OUT = (
    "**A quick run**: fewer epochs, seeds or rows than the article has; each part says which."
)


@dataclass(frozen=True)
class Options:
    """What a run may take: its whole time or a part of it, and which images.

    Attributes
    ----------
    quick : bool
        Fewer epochs, seeds and rows; the report says which.
    images : "mnist" or "digits"
        28 x 28 pixels, or the 8 x 8 ones that need no file.
    """

    quick: bool = False
    images: Images = "mnist"


@dataclass(frozen=True)
class Article:
    """One of the five.

    Attributes
    ----------
    name : str
        Of the program, and of its part of the report.
    data : str
        "mnist", "digits" or "moons": what the article trains on.
    seconds, quick_seconds : float
        What a run took on two cores in 2026, whose products took ``PRODUCT_SECONDS``.
    """

    name: str
    author: str
    title: str
    place: str
    settings: str
    data: str
    seconds: float
    quick_seconds: float

    @property
    def program(self) -> Path:
        """The file that --copy copies."""
        return Path(__file__).with_name(f"{self.name}.py")


ARTICLES = {
    article.name: article
    for article in (
        Article(
            "hansen",
            "Casper Hansen",
            "Neural networks from scratch",
            "IBM Developer, 2020",
            "784-128-64-10, sigmoid, one image at a time, SGD 0.001, 10 epochs",
            "mnist",
            1680.0,
            15.0,
        ),
        Article(
            "himmetoglu",
            "Burak Himmetoglu",
            "Yet another introduction to neural networks",
            "the blog of Open Data Science, 2017",
            "64-48-32-10 on the 8 x 8 digits, sigmoid, L2 chosen on the validation set",
            "digits",
            960.0,
            10.0,
        ),
        Article(
            "biswas",
            "Ananda Biswas",
            "Neural Network from Scratch",
            "a notebook, without a date",
            "784-500-150-10, ReLU, all 60,000 images at once, rate 0.1, 1,000 iterations",
            "mnist",
            3600.0,
            15.0,
        ),
        Article(
            "tae",
            "Jake Tae",
            "Building Neural Network From Scratch",
            "jaketae.github.io, 2020",
            "moons, 2-64-2, ReLU, batches of 10, rate 1e-4, 10 epochs, 100 runs",
            "moons",
            840.0,
            12.0,
        ),
        Article(
            "andreoni",
            "Riccardo Andreoni",
            "Building a Deep Neural Network from Scratch using Numpy",
            "Towards Data Science, 2022",
            "[784, 10, 10] and [784, 256, 128, 64, 10], ReLU, all rows at once, rate 0.1",
            "mnist",
            2760.0,
            10.0,
        ),
    )
}


PRODUCT_SECONDS = 0.0018
"""A product of 512 x 512 float32 matrices, one thread, on the machine of the table."""


def pace() -> float:
    """How many times as long as on the machine of the table an article may take here."""
    A = np.ones((512, 512), np.float32)
    with one_thread():
        return min(timeit.repeat(lambda: A @ A, number=1, repeat=10)) / PRODUCT_SECONDS


def lasting(seconds: float) -> str:
    """A rough time: 8 s, 4 min, 1.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
