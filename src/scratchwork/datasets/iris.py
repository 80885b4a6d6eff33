"""The irises: 150 flowers of three species, shipped with the package."""

from __future__ import annotations

from importlib import resources

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Dataset, split
from scratchwork.datasets.layout import read_layout
from scratchwork.datasets.table import read_columns

DESCRIPTION = """\
Fisher's irises: the lengths and widths in cm of sepals and petals of 150 flowers, 50 of each of 3
species, which E. Anderson measured.
R. A. Fisher, 'The use of multiple measurements in taxonomic problems', Annals of Eugenics 7(2),
1936, table I; also UCI Machine Learning Repository, 1988, https://doi.org/10.24432/C56C76. CC BY
4.0. The numbers are the paper's, as in scikit-learn and R; UCI's file differs in two flowers.
"""


@checked
def iris(*, seed: int = 0, validation: int | float = 0.15, test: int | float = 0.15) -> Dataset:
    """Load Fisher's irises: 150 flowers, 4 measures, 3 species.

    Parameters
    ----------
    seed : int >= 0
        Decides which flower lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the flowers, or (an int) a number of flowers.

    Returns
    -------
    Dataset
        ``X_train`` (n, 4), ``X_val`` and ``X_test`` are float32: length and width of the sepals,
        length and width of the petals, in cm. Labels are int64: 0 setosa, 1 versicolor, 2
        virginica.

    Raises
    ------
    DescriptionError
        When `seed`, `validation` or `test` is out of range.
    DataError
        When a part would be too small to hold every class.

    Notes
    -----
    R. A. Fisher, 'The use of multiple measurements in taxonomic problems', Annals of Eugenics
    7(2), 1936, table I. The numbers are those of the paper, as in scikit-learn and R; the file of
    the UCI Machine Learning Repository (1988, https://doi.org/10.24432/C56C76, CC BY 4.0) differs
    in two flowers.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> data = datasets.iris(seed=0)
    >>> data.class_names, data.sizes
    (('setosa', 'versicolor', 'virginica'), (105, 23, 22))
    >>> data.feature_names
    ('sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)')
    """
    packaged = resources.files("scratchwork.datasets").joinpath("iris.csv")
    with resources.as_file(packaged) as path:
        layout = read_layout(path)
        X, species, _ = read_columns(layout, range(4), 4)
    names, y = np.unique(species, return_inverse=True)
    parts = split(X, y, seed=seed, validation=validation, test=test)
    return Dataset(
        *parts,
        class_names=tuple(map(str, names)),
        description=DESCRIPTION,
        feature_names=layout.names[:4],
        target_name="species",
    )
