"""--plot: one picture of a training, the learning curves and beside them what fits the data."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..datasets import Dataset
from ..errors import DescriptionError, FileError
from ..files import write_all
from ..model import Sequential

if TYPE_CHECKING:
    from matplotlib.figure import SubFigure

SUFFIXES = (".png", ".svg")
HEIGHT = 4.6
"""Inches of a row of pictures."""


def check_picture(path: Path) -> None:
    """Refuse, before anything is trained, a name that says no format; and load matplotlib."""
    if path.suffix.lower() not in SUFFIXES:
        todo = f"choose another name, such as {path.stem or 'training'}.png"
        raise DescriptionError("--plot", "a file name that ends in .png or .svg", str(path), todo)
    if path.is_dir():
        raise FileError(f"write {path}", "a file", "a folder", "choose another name")
    from .. import plots  # noqa: F401 # says what to install where there is no matplotlib


def draw(model: Sequential, data: Dataset, path: Path) -> None:
    """Write the picture: learning curves, and what the network says of the test rows."""
    from matplotlib.figure import Figure

    from ..plots import LearningCurveDisplay

    second = beside_curves(model, data)
    curves = [name for name in model.history if not name.startswith(("val_", "penalty"))]
    widths = [4.3 * len(curves), *([5.6] if second else [])]
    figure = Figure(figsize=(sum(widths), HEIGHT), layout="constrained")
    parts = figure.subfigures(1, len(widths), width_ratios=widths, squeeze=False)[0]
    LearningCurveDisplay.from_estimator(model, ax=parts[0].subplots())
    if second:
        second(model, data, parts[1])
    kind = path.suffix[1:].lower()
    write_all({path: lambda file: figure.savefig(file, format=kind, dpi=150)})


def beside_curves(model: Sequential, data: Dataset) -> Callable[..., None] | None:
    """What draws the second picture: of two features, of images, of other classes; or none."""
    loss, X = model.description.loss, data.X_test
    if not data.class_names or loss is None or not (loss.classes or loss.answers):
        return None
    if X.shape[1:] == (2,):
        return boundary
    images = data.images is not None or X.ndim == 3 or (X.ndim == 4 and X.shape[3] in (1, 3))
    return mistakes if images else confusion


def boundary(model: Sequential, data: Dataset, part: SubFigure) -> None:
    """The decision boundary and the test rows."""
    from ..plots import DecisionBoundaryDisplay

    display = DecisionBoundaryDisplay.from_estimator(
        *(model, data.X_test, data.y_test), class_names=data.class_names, ax=part.subplots()
    )
    display.ax_.set(**dict(zip(("xlabel", "ylabel"), data.feature_names, strict=False)))


def mistakes(model: Sequential, data: Dataset, part: SubFigure) -> None:
    """The worst mistakes among the test rows."""
    from ..plots import MistakesDisplay

    display = MistakesDisplay.from_estimator(
        *(model, data.X_test, data.y_test), class_names=data.class_names, rows=3, columns=4,
        ax=part.subplots(),
    )  # fmt: skip
    part.suptitle(display.heading)


def confusion(model: Sequential, data: Dataset, part: SubFigure) -> None:
    """Which classes of the test rows are taken for which."""
    from ..plots import ConfusionMatrixDisplay

    ConfusionMatrixDisplay.from_estimator(
        *(model, data.X_test, data.y_test), display_labels=data.class_names, ax=part.subplots()
    )
