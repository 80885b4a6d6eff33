"""Many small networks, trained side by side on all cores: repeats of one, and grids of many."""

from .networks import Networks, repeat, sweep
from .result import Point, Result
from .results import Results

__all__ = ["Networks", "Point", "Result", "Results", "repeat", "sweep"]
