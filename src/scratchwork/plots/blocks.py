"""The layers of a network as blocks, one below the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log, prod
from typing import TYPE_CHECKING, Any

from ..inspect.summary import total
from ..network import RecordedLayer
from ..program.ir import Shape, shape_text
from .style import COLORS, faint, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

HEIGHT, NARROWEST, MOST_SHEETS = 0.5, 0.25, 4
SHIFT = 0.06
"""From one sheet to the next."""

WORDS_AT, LETTERS = 1.35, 46
"""Where the words beside a block begin, in half widths of the widest, and how wide they are."""


@dataclass(frozen=True)
class Block:
    """A layer, or the input, as it is told beside its block.

    Attributes
    ----------
    note : str
        ``layer 1: Conv2D(8, 3)``
    shape : str
        Of its output: ``(n, 26, 26, 8)``.
    sizes : tuple of int
        The same without the rows.
    parameters : int
    """

    note: str
    shape: str
    sizes: tuple[int, ...]
    parameters: int

    @staticmethod
    def each(layers: Sequence[RecordedLayer]) -> list[Block]:
        """The input, and every layer."""
        given = layers[0].given.shape
        return [
            Block("input", shape_text(given), numbers(given), 0),
            *(
                Block(
                    x.note, shape_text(x.output.shape), numbers(x.output.shape), total(x.parameters)
                )
                for x in layers
            ),
        ]


def numbers(shape: Shape) -> tuple[int, ...]:
    return tuple(size.number for size in shape[1:])


def draw_blocks(ax: Axes, blocks: Sequence[Block]) -> list[list[Patch]]:
    """Draw every block with an arrow from the one before, and say what it is."""
    widest = max(log(1 + prod(block.sizes)) for block in blocks)
    ax.set(xlim=(-1.1, 5.2), ylim=(-len(blocks) - 0.35, 0.1))
    drawn = []
    for i, block in enumerate(blocks):
        width = max(NARROWEST, log(1 + prod(block.sizes)) / widest)
        drawn.append(list(sheets(ax, block, width, -i - 0.5)))
        parameters = f"{block.parameters:,} parameters" if block.parameters else "no parameters"
        ax.text(WORDS_AT, -i - 0.5, "\n".join(words(block.note, LETTERS)), va="bottom")
        details = block.shape if not i else f"{block.shape}, {parameters}"
        ax.text(WORDS_AT, -i - 0.52, details, va="top", color=faint(), fontsize="small")
        if i:
            ax.annotate(
                "", (0, -i - 0.5 + HEIGHT / 2), (0, -i + 0.5 - HEIGHT / 2 - 0.02),
                arrowprops={"arrowstyle": "-|>", "color": faint(), "shrinkA": 0, "shrinkB": 0},
            )  # fmt: skip
    whole = f"{sum(block.parameters for block in blocks):,} parameters in all"
    ax.text(WORDS_AT, -len(blocks) - 0.1, whole, va="center")
    return drawn


def sheets(ax: Axes, block: Block, width: float, y: float) -> Iterator[Patch]:
    """A bar for a vector; for images as many sheets as there are channels, at most four."""
    from matplotlib.patches import FancyBboxPatch, Rectangle

    style: dict[str, Any] = {
        "facecolor": COLORS[0] if block.parameters else "#E4E4E4", "edgecolor": "black",
        "linewidth": 1, "zorder": 3,
    }  # fmt: skip
    if len(block.sizes) < 3:
        box = "round,pad=0,rounding_size=0.12"
        yield ax.add_patch(
            FancyBboxPatch((-width, y - HEIGHT / 2), 2 * width, HEIGHT, boxstyle=box, **style)
        )
        return
    count = min(block.sizes[-1], MOST_SHEETS)
    for i in range(count):  # from the back, which stands above and on the right
        aside, up = SHIFT * ((count - 1) / 2 - i), SHIFT * (count - 1 - i)
        height = HEIGHT - SHIFT * (count - 1)
        corner = (-width + aside, y - HEIGHT / 2 + up)
        yield ax.add_patch(Rectangle(corner, 2 * width, height, **style))
