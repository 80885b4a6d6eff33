"""The digits: 1,797 small pictures, shipped with the package."""

from __future__ import annotations

from importlib import resources

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset, split

DESCRIPTION = """\
Optical recognition of handwritten digits: 1,797 images of 8 x 8 pixels, 10 classes.
A pixel counts the inked points, 0 to 16, in a 4 x 4 block of a bitmap of 32 x 32. By 13 writers.
E. Alpaydin and C. Kaynak, 'Optical Recognition of Handwritten Digits', UCI Machine Learning
Repository, 1998, https://doi.org/10.24432/C50P49 (the test file, as in scikit-learn). CC BY 4.0.
"""


@checked
def digits(*, seed: int = 0, validation: int | float = 0.15, test: int | float = 0.15) -> Dataset:
    """Load the 1,797 handwritten digits of 8 x 8 pixels.

    Parameters
    ----------
    seed : int >= 0
        Decides which image lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the images, or (an int) a number of images.

    Returns
    -------
    Dataset
        ``X_train`` (n, 64), ``X_val`` and ``X_test`` are float32, each pixel 0 (paper) to 16
        (ink), unscaled; labels are int64, 0 to 9; ``images`` (1797, 8, 8) is uint8 and holds
        all images in the order of the source.

    Raises
    ------
    DescriptionError
        When `seed`, `validation` or `test` is out of range.
    DataError
        When a part would be too small to hold every class.

    Notes
    -----
    E. Alpaydin and C. Kaynak, 'Optical Recognition of Handwritten Digits', UCI Machine Learning
    Repository, 1998, https://doi.org/10.24432/C50P49, CC BY 4.0. These are the rows of the test
    file, ``optdigits.tes``, in its order, as in scikit-learn.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> data = datasets.digits(seed=0)
    >>> data.X_train.shape, data.X_val.shape, data.X_test.shape
    ((1258, 64), (270, 64), (269, 64))
    >>> float(data.X_train.max()), data.class_names[:3]
    (16.0, ('0', '1', '2'))
    """
    images, labels = _load()
    X, y = images.reshape(-1, 64).astype(np.float32), labels.astype(np.int64)
    parts = split(X, y, seed=seed, validation=validation, test=test)
    return Dataset(
        *parts,
        class_names=tuple("0123456789"),
        description=DESCRIPTION,
        feature_names=tuple(f"pixel_{row}_{column}" for row in range(8) for column in range(8)),
        target_name="digit",
        images=images,
    )


def _load() -> tuple[Array, Array]:
    packaged = resources.files("scratchwork.datasets").joinpath("digits.npz")
    with packaged.open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return archive["images"], archive["labels"]
