"""Several measurements of one thing as a text: mean, standard deviation, least and most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def deviation(values: Sequence[float], digits: int = 4) -> str:
    """Mean and standard deviation (n - 1), the mean alone of a single value.

    Examples
    --------
    >>> deviation([0.5, 0.7])
    '0.6000 +- 0.1414'
    """
    mean = f"{np.mean(values):.{digits}f}"
    return f"{mean} +- {np.std(values, ddof=1):.{digits}f}" if len(values) > 1 else mean


def spread(values: Sequence[float], digits: int = 4) -> str:
    """Mean and standard deviation (n - 1), and between which values the runs lie.

    Examples
    --------
    >>> spread([0.5, 0.7])
    '0.6000 +- 0.1414 (2 seeds, 0.5000 to 0.7000)'
    >>> spread([0.25], 2)
    '0.25 (one seed)'
    """
    if len(values) == 1:
        return f"{values[0]:.{digits}f} (one seed)"
    least, most = f"{min(values):.{digits}f}", f"{max(values):.{digits}f}"
    return f"{deviation(values, digits)} ({len(values)} seeds, {least} to {most})"


def percent(values: Sequence[float]) -> str:
    """The same of shares, in percent.

    Examples
    --------
    >>> percent([0.5, 0.75])
    '62.5 +- 17.7 (2 seeds, 50.0 to 75.0) %'
    """
    return f"{spread([100 * value for value in values], 1)} %"


def counted(number: int, what: str) -> str:
    """``1 seed``, ``1,000 epochs``."""
    return f"{number:,} {what}{'s' * (number != 1)}"
