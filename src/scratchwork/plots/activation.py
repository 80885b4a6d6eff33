"""Activation functions with their derivatives, those that training uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..activations import Activation, activation
from ..dialects.numpy_module import loaded
from ..errors import DataError, DescriptionError
from ..layers.layer import text
from ..programs import slope
from ..settings import finite
from ..storage import Array
from .style import COLORS, WIDTH, figure_of, ink, new_axes, open_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    from .style import AnyFigure

POINTS = 1001  # odd, so that 0 is one of them between -5 and 5


@dataclass(eq=False, kw_only=True)
class ActivationDisplay:
    """An activation function and its derivative; make one by ``from_activation``.

    Parameters
    ----------
    name : str
        As it stands over the picture.
    Z, A, derivative : array (n,)
        Where it was asked, its values there, and dA/dZ.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes, Figure
    lines_ : list of two Line2D
        The function, and its derivative.

    Examples
    --------
    >>> import scratchwork as sw
    >>> display = sw.plots.ActivationDisplay.from_activation("relu", start=-10, stop=10)
    >>> display.ax_.get_title()
    'relu'
    >>> display.derivative[[0, 500, 1000]].tolist()  # at -10, 0 and 10
    [0.0, 0.0, 1.0]

    Your own, whose gradient is derived:

    >>> display = sw.plots.ActivationDisplay.from_activation(lambda Z: Z / (1 + abs(Z)))
    """

    name: str
    Z: Array
    A: Array
    derivative: Array
    ax_: Axes = field(init=False, repr=False)
    figure_: AnyFigure = field(init=False, repr=False)
    lines_: list[Line2D] = field(init=False, repr=False)

    @classmethod
    def from_activation(
        cls, given: Activation, *, start: float = -5.0, stop: float = 5.0, ax: Axes | None = None
    ) -> ActivationDisplay:
        """Compute the function and its derivative by a program, as training does, and draw both.

        Parameters
        ----------
        given : str or function of Values
            One that is known by name, an instance such as ``sw.ELU(0.5)``, or your own. A function
            of a whole row, such as softmax, is given rows (z, 0), and its first output is shown.
        start, stop : float
            From where to where; start is less.
        ax : matplotlib Axes, optional

        Raises
        ------
        DescriptionError
            If the activation is unknown, or start is not less than stop.
        DataError
            If the function is not finite everywhere between them.
        """
        where, function = "ActivationDisplay", activation(given)
        finite(where, "start", start)
        finite(where, "stop", stop)
        if start >= stop:
            got = f"start={start!r}, stop={stop!r}"
            raise DescriptionError(where, "start < stop", got, "exchange or change them")
        name = given if isinstance(given, str) else text(function)
        Z = np.linspace(start, stop, POINTS)
        A, derivative, whole_row = evaluated(function, Z, f"{where}({name})")
        name += "([z, 0])[0]" * whole_row
        return cls(name=name, Z=Z, A=A, derivative=derivative).plot(ax=ax)

    def plot(self, *, ax: Axes | None = None) -> ActivationDisplay:
        """Draw the function as a line and its derivative as a dashed one."""
        self.ax_ = ax = new_axes(ax)
        self.figure_ = figure_of(ax)
        ax.axhline(0, color=ink(), linewidth=0.8)
        ax.axvline(0, color=ink(), linewidth=0.8)
        (function,) = ax.plot(self.Z, self.A, color=COLORS[0], linewidth=1.25 * WIDTH, label="A")
        (derivative,) = ax.plot(
            *(self.Z, self.derivative), color=COLORS[3], linewidth=WIDTH, linestyle="--",
            label="dA/dZ",
        )  # fmt: skip
        self.lines_ = [function, derivative]
        ax.set(title=self.name, xlabel="Z")
        ax.legend()
        open_axes(ax)
        return self


# ---- by a program ----
def evaluated(function: Activation, Z: Array, where: str) -> tuple[Array, Array, bool]:
    """A and dA/dZ of the first of two columns, and whether it depends on the second.

    A function such as a step has no gradient: training takes it for flat.
    """
    X, dA = np.column_stack([Z, np.zeros_like(Z)]), np.tile([1.0, 0.0], (len(Z), 1))
    program = slope(function)
    with np.errstate(all="ignore"):  # of numbers that are looked at below
        found = loaded(program)(X=X, dA=dA)
    A, dX = found if len(program.outputs) > 1 else (found, np.zeros_like(X))
    if not np.isfinite(A).all():
        todo = "choose start and stop where the function is finite"
        raise DataError(where, f"finite numbers from {Z[0]:g} to {Z[-1]:g}", "NaN or inf", todo)
    return A[:, 0].copy(), dX[:, 0].copy(), bool(dX[:, 1].any())
