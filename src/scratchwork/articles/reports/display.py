"""The figure that a display of ``scratchwork.plots`` was drawn on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def whole(display: Any) -> Figure:
    """The figure of a display that has one of its own."""
    figure: Figure = display.figure_
    return figure
