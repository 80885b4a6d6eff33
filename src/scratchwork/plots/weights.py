"""What the first layer looks for: its weights as images."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DataError, DescriptionError, ShapeError
from ..layers import Conv2D, Dense
from ..layers.images import pair
from ..model import Sequential
from ..network import recorded_layers
from ..predicting import Predictor
from ..settings import whole
from ..storage import Array
from .pixels import CELL, ImageShape, checked_shape, grid_of, square
from .style import built, figure_of, new_grid, signed_colors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.image import AxesImage

    from .style import AnyFigure

WHERE = "WeightsDisplay.from_estimator"


@dataclass(eq=False, kw_only=True)
class WeightsDisplay:
    """The weights into each unit or filter as an image; make one by ``from_estimator``.

    All have one scale around 0: yellow and light is positive, blue and dark negative, grey nothing.

    Parameters
    ----------
    weights : array (n, h, w)
    titles : sequence of str
        One an image.
    columns : int

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
        The axes in whose place the images stand.
    axes_ : array of Axes (rows, columns)
    images_ : list of AxesImage
    colorbar_ : Colorbar

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Conv2D(6, 5), sw.Flatten(), sw.Dense(10)])
    >>> model.build((28, 28, 1))
    >>> sw.plots.WeightsDisplay.from_estimator(model).weights.shape
    (6, 5, 5)
    """

    weights: Array
    titles: list[str]
    columns: int
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    axes_: Array = field(init=False, repr=False)
    images_: list[AxesImage] = field(init=False, repr=False)
    colorbar_: Colorbar = field(init=False, repr=False)

    @classmethod
    def from_estimator(
        cls,
        model: Sequential,
        *,
        image_shape: ImageShape | None = None,
        most: int = 32,
        columns: int = 8,
        ax: Axes | None = None,
    ) -> WeightsDisplay:
        """Draw the weights of the first Dense or Conv2D layer.

        Parameters
        ----------
        image_shape : (h, w) or (h, w, channels), optional
            Of the images that a Dense layer sees, where the model's input has none and is no
            square.
        most : int >= 1
            How many units or filters are shown, from the first on.
        columns : int >= 1
        ax : matplotlib Axes, optional
            Of a grid, as plt.subplots() makes them.

        Raises
        ------
        NotReadyError
            If the model has no numbers yet.
        DescriptionError, ShapeError
            If there is no such layer, or what it sees is no image.
        DataError
            If a weight is not finite.
        """
        whole(WHERE, "most", most)
        whole(WHERE, "columns", columns)
        kernels, unit = first_kernels(built(WHERE, model), image_shape)
        kernels = kernels[:most]
        if not np.isfinite(kernels).all():
            todo = "look at model.history, and train again with a smaller learning rate"
            raise DataError(WHERE, "finite weights", "NaN or infinity among them", todo)
        channels = kernels.shape[3]
        titles = [
            f"{unit} {i}" + f", {c}" * (channels > 1)
            for i in range(1, len(kernels) + 1)
            for c in range(1, channels + 1)
        ]
        flat = np.moveaxis(kernels, 3, 1).reshape(-1, *kernels.shape[1:3])
        columns = max(columns // channels, 1) * channels  # those of a filter stay side by side
        return cls(weights=flat, titles=titles, columns=columns).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> WeightsDisplay:
        """Draw the images and their scale."""
        rows, columns = grid_of(len(self.weights), self.columns)
        size = (0.8 * CELL * columns + 1.2, (0.8 * CELL + 0.2) * rows + 0.3)
        self.ax_, self.axes_ = new_grid(ax, rows, columns, size)
        self.figure_ = figure_of(self.ax_)
        for cell in self.axes_.flat:
            cell.set_axis_off()
        end = float(np.abs(self.weights).max()) or 1.0
        self.images_, colors = [], signed_colors()
        for cell, weights, title in zip(self.axes_.flat, self.weights, self.titles, strict=False):
            self.images_.append(cell.imshow(weights, cmap=colors, vmin=-end, vmax=end))
            cell.set_title(title, fontsize="small")
        cells: Any = list(self.axes_.flat)
        self.colorbar_ = self.figure_.colorbar(self.images_[0], ax=cells, label="weight")
        return self


def first_kernels(model: Predictor, shape: ImageShape | None) -> tuple[Array, str]:
    """The weights (n, h, w, channels) of the first layer that has some, and what n counts."""
    for each in recorded_layers(model.description, "infer"):
        if isinstance(each.layer, Conv2D | Dense):
            W = model[str(each.parameters[0].name)].T
            if isinstance(each.layer, Conv2D):
                return W.reshape(len(W), *pair(each.layer.kernel_size), -1), "filter"
            where = f"{WHERE}, {each.note}"
            return W.reshape(len(W), *seen_shape(where, model, W.shape[1], shape)), "unit"
    todo = "look at model.parameters, and draw them with ImagesDisplay.from_images"
    raise DescriptionError(WHERE, "a Dense or Conv2D layer", "none", todo)


def seen_shape(where: str, model: Predictor, features: int, shape: ImageShape | None) -> ImageShape:
    """(h, w, channels) of what a Dense layer sees: as given, the model's input, or a square."""
    given = model.description.input_shape
    if shape is not None:
        found = checked_shape(where, shape, features)
    elif len(given) in (2, 3) and prod(given) == features:
        found = given
    elif square(features):
        found = (round(features**0.5), round(features**0.5))
    else:
        todo = "give image_shape=(h, w) if they are pixels; else look at model.parameters"
        raise ShapeError(where, "pixels of an image", f"{features} features", todo)
    return (*found, 1) if len(found) == 2 else found
