"""Rows of numbers as images, and a grid of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isqrt, prod
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from ..errors import ShapeError
from ..settings import is_whole
from ..storage import Array
from .style import COLORS, as_finite, figure_of, new_grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

    from .style import AnyFigure

SMALLEST_SIDE = 5
"""Rows of fewer than 25 numbers are no square images, unless a shape says so."""

CELL = 1.35
"""Inches for an image of a grid."""

ImageShape = tuple[int, ...]


@dataclass(eq=False, kw_only=True)
class ImageGrid:
    """Images in rows and columns, with a title over each and a frame around some; see plot."""

    images: Array
    titles: Sequence[str]
    framed: Sequence[bool]
    shape: tuple[int, int]
    cmap: str = "gray"
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    axes_: Array = field(init=False, repr=False)
    images_: list[AxesImage] = field(init=False, repr=False)

    def plot(self, *, ax: Axes | None = None) -> Self:
        """Draw the images, all on one scale of grey: 0 or the least is black.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Of a grid, as plt.subplots() makes them; the images share its place.
        """
        rows, columns = self.shape
        lines = max((text.count("\n") + 1 for text in self.titles if text), default=0)
        size = (CELL * columns + 0.3, (CELL + 0.2 * lines) * rows + 0.3)
        self.ax_, self.axes_ = new_grid(ax, rows, columns, size)
        self.figure_ = figure_of(self.ax_)
        for cell in self.axes_.flat[len(self.images) :]:
            cell.set_axis_off()
        cells = zip(self.axes_.flat, self.images, self.titles, self.framed, strict=False)
        self.images_ = [self.draw(*cell) for cell in cells]
        return self

    def draw(self, ax: Axes, image: Array, title: str, framed: bool) -> AxesImage:
        """One image; a frame is thick, and its title bold."""
        ax.set_title(title, fontweight="bold" if framed else "normal", fontsize="medium")
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set_visible(framed)
        ax.spines[:].set(linewidth=4, color=COLORS[3])
        low, high = min(float(self.images.min()), 0.0), float(self.images.max())
        return ax.imshow(image, cmap=self.cmap, vmin=low, vmax=high)


def grid_of(number: int, columns: int) -> tuple[int, int]:
    """Rows and columns for a number of things, of at most so many columns; one place for none."""
    return max(-(-number // columns), 1), max(min(number, columns), 1)


def as_images(where: str, given: Any, shape: ImageShape | None = None) -> Array:
    """Images (n, h, w), or (n, h, w, 3) in colours between 0 and 1.

    Parameters
    ----------
    given : array (n, h, w), (n, h, w, 1), (n, h, w, 3), or rows of pixels (n, h * w)
    shape : (h, w) or (h, w, 3), optional
        Of one image, where rows of pixels are no square.

    Raises
    ------
    ShapeError
        If rows are no images.
    DataError
        If a number is not finite.
    """
    X = as_finite(where, given)
    row = X.shape[1:]
    if shape is not None:
        X = X.reshape(-1, *checked_shape(where, shape, prod(row)))
    elif len(row) == 1 and square(row[0]):
        X = X.reshape(-1, isqrt(row[0]), isqrt(row[0]))
    if X.ndim == 4 and X.shape[3] == 1:
        X = X[..., 0]
    if not len(X) or X.ndim not in (3, 4) or (X.ndim == 4 and X.shape[3] != 3):
        expected = "images (n, h, w) or (n, h, w, 3), or rows of h * w pixels"
        raise ShapeError(where, expected, str(np.shape(given)), image_advice(np.shape(given)))
    return X if X.ndim == 3 else as_colors(X)


def square(number: int) -> bool:
    """Whether so many numbers are taken for a square image."""
    return isqrt(number) ** 2 == number >= SMALLEST_SIDE**2


def checked_shape(where: str, shape: Any, size: int) -> ImageShape:
    """The shape of an image of this size, or an error."""
    given = tuple(shape) if isinstance(shape, Sequence) else (shape,)
    sizes = all(is_whole(x, 1) for x in given)
    if not sizes or len(given) not in (2, 3) or prod(given) != size:
        expected = f"image_shape (h, w) or (h, w, channels) of {size} numbers"
        raise ShapeError(where, expected, str(shape), "look at X.shape")
    return given


def image_advice(shape: tuple[int, ...]) -> str:
    """What to do about an array that holds no images."""
    if shape[:1] == (0,):
        return "check how the rows were selected"
    if len(shape) == 4 and shape[1] in (1, 3):
        return "channels come last: np.moveaxis(X, 1, -1)"
    if len(shape) < 2 or (len(shape) == 2 and shape[0] == shape[1]):
        return "one image alone is X[None]"
    return "give image_shape=(h, w)"


def as_colors(X: Array) -> Array:
    """Red, green and blue between 0 and 1: bytes are divided by 255, others stretched over it."""
    low, high = float(X.min()), float(X.max())
    if low < 0:
        return np.asarray((X - low) / (high - low))
    most = 255 if X.dtype == np.uint8 or 1 < high <= 255 else max(high, 1)
    return X / most
