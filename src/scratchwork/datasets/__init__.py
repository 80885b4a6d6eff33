"""Small datasets with raw values, split into training, validation and test rows, and your own.

The split follows from the seed and keeps the classes in proportion. ``digits``, ``iris``,
``moons``, ``circles`` and ``spirals`` need nothing but this package; ``mnist`` reads files that you
have or downloads them once; ``csv`` and ``npz`` read files of your own.
"""

from scratchwork.datasets.circles import circles
from scratchwork.datasets.csv_files import csv, csv_rows
from scratchwork.datasets.dataset import Dataset
from scratchwork.datasets.digits import digits
from scratchwork.datasets.encoding import one_hot
from scratchwork.datasets.iris import iris
from scratchwork.datasets.mnist import mnist
from scratchwork.datasets.moons import moons
from scratchwork.datasets.npz_files import npz
from scratchwork.datasets.spirals import spirals

__all__ = [
    "Dataset",
    "circles",
    "csv",
    "csv_rows",
    "digits",
    "iris",
    "mnist",
    "moons",
    "npz",
    "one_hot",
    "spirals",
]
