"""The worst mistakes of a network: what it is surest of, or pays most for, and wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from ..errors import DescriptionError
from ..model import Sequential
from ..settings import one_of, whole
from ..storage import Array
from ..training.labels import check_length
from .answers import Answers, answers, class_numbers, names_of
from .pixels import ImageGrid, ImageShape, as_images, grid_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

By = Literal["loss", "confidence"]
WHERE = "MistakesDisplay.from_estimator"


@dataclass(eq=False, kw_only=True)
class MistakesDisplay(ImageGrid):
    """The images that a network is most wrong about; make one by ``from_estimator``.

    Over each stands what the network says, with its probability, and what is right, with its own.

    Parameters
    ----------
    images : array (n, h, w) or (n, h, w, 3)
    titles : sequence of str
        One an image.
    framed : sequence of bool
    shape : (int, int)
        Rows and columns of the grid.
    cmap : str
        Colours of grey images.
    rows : array (n,)
        Which rows of X they are, the worst first.
    mistakes, of : int
        How many rows are wrong, and of how many.

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
    >>> model = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(10)])
    >>> model.compile("cross_entropy", seed=0)
    >>> history = model.fit(data.X_train, data.y_train, epochs=5)
    >>> display = sw.plots.MistakesDisplay.from_estimator(model, data.X_test, data.y_test)
    >>> wrong = model.predict_classes(data.X_test) != data.y_test
    >>> bool(display.mistakes == wrong.sum() and wrong[display.rows].all())
    True
    """

    rows: Array
    mistakes: int
    of: int

    @classmethod
    def from_estimator(
        cls,
        model: Sequential,
        X: Any,
        y: Any,
        *,
        by: By = "loss",
        images: Any = None,
        image_shape: ImageShape | None = None,
        class_names: Sequence[str] | None = None,
        rows: int = 2,
        columns: int = 5,
        cmap: str = "gray",
        ax: Axes | None = None,
    ) -> MistakesDisplay:
        """Draw the rows * columns worst of all mistakes, the worst first.

        Parameters
        ----------
        X, y : arrays
            As the network takes them.
        by : "loss" or "confidence"
            What is worst: the least probable right class (the largest -log P of it), or the most
            probable wrong one.
        images : array (n, h, w) or (n, h, w, 3), optional
            The images of the rows of X, where these are not images themselves.
        image_shape : (h, w) or (h, w, 3), optional
            Of one image, where rows of pixels are no square.
        class_names : sequence of str, optional
            In the order of the outputs; by default the labels.
        rows, columns : int >= 1
        cmap : str
            Colours of grey images.
        ax : matplotlib Axes, optional

        Raises
        ------
        NotReadyError, DescriptionError
            If the model has no numbers yet, or no probabilities (by="loss") or classes.
        DataError, ShapeError
            If X or y do not fit the network, or rows are no images.
        """
        one_of(WHERE, "by", by, ("loss", "confidence"))
        whole(WHERE, "rows", rows)
        whole(WHERE, "columns", columns)
        found = answers(WHERE, model, X)
        right = class_numbers(f"{WHERE}(y)", model, y, len(found.predicted))
        names = names_of(WHERE, model, found.outputs.shape[1], class_names)
        name, given = ("X", X) if images is None else ("images", images)
        pictures = as_images(f"{WHERE}({name})", given, image_shape)
        check_length(pictures, len(right), f"{WHERE}({name})")
        wrong = np.flatnonzero(found.predicted != right)
        worst = wrong[np.argsort(-how_bad(found, right, by)[wrong], kind="stable")]
        worst = worst[: rows * columns]
        return cls(
            images=pictures[worst],
            titles=[title(found, row, right[row], names) for row in worst],
            framed=[False] * len(worst),
            shape=grid_of(len(worst), columns),
            cmap=cmap,
            rows=worst,
            mistakes=len(wrong),
            of=len(right),
        ).plot(ax=ax)

    @property
    def heading(self) -> str:
        """How many mistakes there are, and how many are shown."""
        worst = f"; the worst {len(self.rows)}" if len(self.rows) < self.mistakes else ""
        return f"{self.mistakes} of {self.of} rows are wrong{worst}"

    def plot(self, *, ax: Axes | None = None) -> Self:
        """Draw the images; a figure of their own has the heading over it."""
        super().plot(ax=ax)
        if ax is None:
            heading = self.figure_.suptitle(self.heading)
            figure_width = self.figure_.bbox.width / self.figure_.dpi
            width = heading.get_window_extent().width / self.figure_.dpi + 0.3
            if width > figure_width:  # as of one image
                self.figure_.set_figwidth(width)  # type: ignore[union-attr]
        return self


def how_bad(found: Answers, right: Array, by: By) -> Array:
    """A number for each row, the larger the worse."""
    if by == "confidence":
        return np.asarray(found.outputs.max(axis=1))
    if not found.are_probabilities:
        todo = 'give by="confidence", or train with loss="cross_entropy"'
        raise DescriptionError(WHERE, 'probabilities for by="loss"', "other outputs", todo)
    with np.errstate(divide="ignore"):  # of a probability that is 0 the loss is infinite
        return np.asarray(-np.log(found.outputs[np.arange(len(right)), right]))


def title(found: Answers, row: int, right: int, names: Sequence[str]) -> str:
    """What is said and what is right, each with its probability."""
    said = found.predicted[row]
    both = (("says", said), ("is", right))
    return "\n".join(
        f"{word} {names[k]} ({percent(found.outputs[row, k], found.are_probabilities)})"
        for word, k in both
    )


def percent(number: float, is_probability: bool) -> str:
    """A probability in percent, another output as it is."""
    if not is_probability:
        return f"{number:.2g}"
    if number < 0.0005 or number > 0.9995:
        return "< 0.1 %" if number < 0.5 else "> 99.9 %"
    return f"{100 * number:.{0 if 0.01 <= number <= 0.99 else 1}f} %"
