"""Small datasets with raw values, split into training, validation and test rows.

The split follows from the seed and keeps the classes in proportion. ``digits`` and ``moons`` need
nothing but this package; ``mnist`` reads files that you have or downloads them once.
"""

from scratchwork.datasets.dataset import Dataset
from scratchwork.datasets.digits import digits
from scratchwork.datasets.mnist import mnist
from scratchwork.datasets.moons import moons

__all__ = ["Dataset", "digits", "mnist", "moons"]
