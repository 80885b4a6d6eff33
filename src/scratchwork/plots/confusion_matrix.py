"""The confusion matrix: which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import DataError, DescriptionError
from ..model import Sequential
from ..settings import one_of
from ..storage import Array
from ..training.labels import as_labels, check_length
from .answers import answers, class_numbers, names_of
from .style import AMOUNTS, figure_of, new_axes, readable_on

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

    from .style import AnyFigure

Normalize = Literal["true", "pred", "all"]
MOST_LETTERS = 50
"""Names that have more of them together are turned, to stand side by side."""
MOST_WRITTEN = 25
"""Of more classes the numbers would not be readable: shades alone are shown, and some names."""


@dataclass(eq=False, kw_only=True)
class ConfusionMatrixDisplay:
    """A confusion matrix; make one by ``from_estimator`` or ``from_predictions``.

    A row is a true class, a column what was said of it; the diagonal is right. The shade grows with
    the root of the number, so that single mistakes are seen beside many right answers.

    Parameters
    ----------
    confusion_matrix : array (classes, classes)
        Counts, or shares.
    display_labels : sequence of str, optional
        By default the numbers from 0.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    im_ : AxesImage
    text_ : array of Text (classes, classes), or None for more than 25 classes

    Examples
    --------
    >>> import scratchwork as sw
    >>> Display = sw.plots.ConfusionMatrixDisplay
    >>> display = Display.from_predictions([0, 1, 1, 2], [0, 1, 2, 2])
    >>> display.confusion_matrix.tolist()
    [[1, 0, 0], [0, 1, 1], [0, 0, 1]]
    """

    confusion_matrix: Array
    display_labels: Sequence[str] | None = None
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    im_: AxesImage = field(init=False, repr=False)
    text_: Array | None = field(init=False, repr=False)

    @classmethod
    def from_predictions(
        cls,
        y_true: Any,
        y_pred: Any,
        *,
        labels: Any = None,
        normalize: Normalize | None = None,
        display_labels: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> ConfusionMatrixDisplay:
        """Count pairs of a true and a predicted label, and draw the table.

        Parameters
        ----------
        y_true, y_pred : array (n,)
            Numbers, truth values or text.
        labels : array (classes,), optional
            The labels in the order of rows and columns; others are left out. By default all that
            occur, sorted.
        normalize : "true", "pred" or "all", optional
            Shares of a row, of a column or of all, instead of counts.
        display_labels : sequence of str, optional
            What the classes are called.
        ax : matplotlib Axes, optional

        Raises
        ------
        DataError
            If the two differ in number, a label is NaN, or no pair is left.
        DescriptionError
            For another ``normalize``, or too few or too many ``display_labels``.
        """
        where = "ConfusionMatrixDisplay.from_predictions"
        if normalize is not None:
            one_of(where, "normalize", normalize, ("true", "pred", "all"))
        true, said = as_labels(y_true, f"{where}(y_true)"), as_labels(y_pred, f"{where}(y_pred)")
        check_pair(where, true, said)
        every = np.concatenate([true, said])
        order = np.unique(every) if labels is None else as_labels(labels, f"{where}(labels)")
        if display_labels is not None and len(display_labels) != len(order):
            got = f"{len(display_labels)} names"
            todo = "give a name for each class"
            raise DescriptionError(f"{where}(display_labels)", f"{len(order)} names", got, todo)
        names = [str(x) for x in (order.tolist() if display_labels is None else display_labels)]
        counts = counted(true, said, order)
        if not counts.sum():
            todo = "give pairs of labels that are in labels"
            raise DataError(where, "at least one pair of labels", "none", todo)
        return cls(confusion_matrix=shares(counts, normalize), display_labels=names).plot(ax=ax)

    @classmethod
    def from_estimator(
        cls,
        model: Sequential,
        X: Any,
        y: Any,
        *,
        normalize: Normalize | None = None,
        display_labels: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> ConfusionMatrixDisplay:
        """Let a network answer for X and draw the table; every class of it has a row.

        Parameters
        ----------
        X, y : arrays
            As the network takes them.
        normalize, display_labels, ax
            See ``from_predictions``.
        """
        where = "ConfusionMatrixDisplay.from_estimator"
        found = answers(where, model, X)
        right = class_numbers(f"{where}(y)", model, y, len(found.predicted))
        number = found.outputs.shape[1]
        names = names_of(where, model, number, display_labels)
        return cls.from_predictions(
            *(right, found.predicted), labels=np.arange(number), normalize=normalize,
            display_labels=names, ax=ax,
        )  # fmt: skip

    def plot(self, *, ax: Axes | None = None) -> ConfusionMatrixDisplay:
        """Draw the matrix, with a number in every cell."""
        from matplotlib.colors import PowerNorm

        matrix, number = self.confusion_matrix, len(self.confusion_matrix)
        names = self.display_labels or [str(i) for i in range(number)]
        inches = min(max(4.8, 0.55 * number + 1.2), 12)
        self.ax_ = ax = new_axes(ax, (inches, inches))
        self.figure_ = figure_of(ax)
        scale = PowerNorm(0.5, vmin=0, vmax=max(float(np.nanmax(matrix)), 1e-12))
        self.im_ = ax.imshow(matrix, cmap=AMOUNTS, norm=scale)
        self.text_ = self.write_numbers(ax) if number <= MOST_WRITTEN else None
        if self.text_ is None:
            self.figure_.colorbar(self.im_, ax=ax, shrink=0.8)
        ticks = range(0, number, -(-number // MOST_WRITTEN))
        shown = [names[i] for i in ticks]
        turned = len(shown) * max(map(len, shown)) > MOST_LETTERS
        side: dict[str, Any] = (
            {"rotation": 45, "ha": "right", "rotation_mode": "anchor"} if turned else {}
        )
        ax.set_xticks(ticks, shown, **side)
        ax.set_yticks(ticks, shown)
        ax.set(xlabel="predicted class", ylabel="true class")
        ax.tick_params(length=0)
        return self

    def write_numbers(self, ax: Axes) -> Array:
        """The number of each cell, dark on light and light on dark."""
        texts = np.empty(self.confusion_matrix.shape, object)
        whole = self.confusion_matrix.dtype.kind in "iu"
        for (i, j), value in np.ndenumerate(self.confusion_matrix):
            color = readable_on(self.im_.cmap(self.im_.norm(value)))
            shown = f"{value:.2f}" if value and not whole else f"{value:.0f}"
            bold = "bold" if i == j else "normal"
            texts[i, j] = ax.text(
                j, i, shown, ha="center", va="center", color=color, fontweight=bold
            )
        return texts


def check_pair(where: str, true: Array, said: Array) -> None:
    """Refuse labels that are not one a row, not as many, or not of one kind."""
    for name, labels in (("y_true", true), ("y_pred", said)):
        if labels.ndim != 1 or (labels.dtype.kind == "f" and np.isnan(labels).any()):
            got = f"shape {labels.shape}" if labels.ndim != 1 else "NaN among them"
            todo = "give a class for each row: Y.argmax(axis=1) of outputs"
            raise DataError(f"{where}({name})", "labels (n,)", got, todo)
    check_length(said, len(true), f"{where}(y_pred)")
    if (true.dtype.kind == "U") != (said.dtype.kind == "U"):
        todo = "give both as text, or both as numbers"
        raise DataError(where, "labels of one kind", f"{true.dtype} and {said.dtype}", todo)


def counted(true: Array, said: Array, order: Array) -> Array:
    """How often each pair occurs; what is not in the order is left out."""
    place = {label: i for i, label in enumerate(order.tolist())}
    counts = np.zeros((len(order), len(order)), np.int64)
    for pair in zip(true.tolist(), said.tolist(), strict=True):
        if pair[0] in place and pair[1] in place:
            counts[place[pair[0]], place[pair[1]]] += 1
    return counts


def shares(counts: Array, normalize: Normalize | None) -> Array:
    """Counts as shares; a class that never occurs has shares of 0, as scikit-learn has them."""
    if normalize is None:
        return counts
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    totals = counts.sum(axis=axis, keepdims=True)
    return np.asarray(counts / np.maximum(totals, 1))
