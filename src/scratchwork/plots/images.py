"""Images with their labels, and with what a network says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..model import Sequential
from ..settings import whole
from ..training.labels import as_labels, check_length
from .answers import answers, class_numbers, names_of
from .pixels import ImageGrid, ImageShape, as_images, grid_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(eq=False, kw_only=True)
class ImagesDisplay(ImageGrid):
    """Images with labels and predictions; make one by ``from_images`` or ``from_estimator``.

    Over an image stands its label; where a prediction is wrong, both stand there in bold, and a
    thick frame is around the image.

    Parameters
    ----------
    images : array (n, h, w) or (n, h, w, 3)
    titles : sequence of str
        One an image.
    framed : sequence of bool
        Which are wrong.
    shape : (int, int)
        Rows and columns of the grid.
    cmap : str
        Colours of grey images.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
        The axes in whose place the images stand.
    axes_ : array of Axes (rows, columns)
    images_ : list of AxesImage

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.digits(seed=0)
    >>> display = sw.plots.ImagesDisplay.from_images(data.X_test, data.y_test)
    >>> display.axes_.shape, display.titles == [str(y) for y in data.y_test[:10]]
    ((2, 5), True)
    """

    @classmethod
    def from_images(
        cls,
        X: Any,
        y: Any = None,
        predictions: Any = None,
        *,
        image_shape: ImageShape | None = None,
        rows: int = 2,
        columns: int = 5,
        cmap: str = "gray",
        ax: Axes | None = None,
    ) -> ImagesDisplay:
        """Draw the first rows * columns images, with what is known of them.

        Parameters
        ----------
        X : array (n, h, w), (n, h, w, 1), (n, h, w, 3), or rows of pixels (n, h * w)
        y, predictions : array (n,), optional
            Labels of any kind, and what a network says.
        image_shape : (h, w) or (h, w, 3), optional
            Of one image, where rows of pixels are no square.
        rows, columns : int >= 1
        cmap : str
            Colours of grey images; ``"gray_r"`` shows large numbers as ink on paper.
        ax : matplotlib Axes, optional

        Raises
        ------
        ShapeError
            If rows are no images.
        DataError
            If a pixel is not finite, or there is not a label for each image.
        """
        where = "ImagesDisplay.from_images"
        whole(where, "rows", rows)
        whole(where, "columns", columns)
        images = as_images(f"{where}(X)", X, image_shape)
        number = min(rows * columns, len(images))
        labels = texts(f"{where}(y)", y, len(images))[:number]
        said = texts(f"{where}(predictions)", predictions, len(images))[:number]
        wrong = [bool(a and b and a != b) for a, b in zip(labels, said, strict=True)]
        return cls(
            images=images[:number],
            titles=[title(a, b) for a, b in zip(labels, said, strict=True)],
            framed=wrong,
            shape=grid_of(number, columns),
            cmap=cmap,
        ).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        model: Sequential,
        X: Any,
        y: Any,
        *,
        class_names: Sequence[str] | None = None,
        **settings: Any,
    ) -> ImagesDisplay:
        """Draw images with their labels and what a network says of them.

        Parameters
        ----------
        X, y : arrays
            As the network takes them; rows of X are images as in ``from_images``.
        class_names : sequence of str, optional
            In the order of the outputs; by default the labels.
        settings
            Those of ``from_images``: rows, columns, image_shape, cmap, ax.
        """
        where = "ImagesDisplay.from_estimator"
        found = answers(where, model, X)
        right = class_numbers(f"{where}(y)", model, y, len(found.predicted))
        names = np.array(names_of(where, model, found.outputs.shape[1], class_names))
        return cls.from_images(X, names[right], names[found.predicted], **settings)


def texts(where: str, labels: Any, rows: int) -> list[str]:
    """Labels as they are written over images; empty where there are none."""
    if labels is None:
        return [""] * rows
    array = as_labels(labels, where)
    check_length(array, rows, where)
    return [str(label) for label in array.reshape(rows).tolist()]


def title(label: str, said: str) -> str:
    """The label, or what is right and what was said instead."""
    if not said or said == label:
        return label
    return f"says {said}\nis {label}" if label else f"says {said}"
