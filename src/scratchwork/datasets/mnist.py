"""MNIST: from your file, from the user's cache, or downloaded once."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset, partition
from scratchwork.datasets.download import cache_folder, download
from scratchwork.datasets.mnist_files import read_mnist
from scratchwork.errors import DataError, FileError

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"  # as in Keras
Pair = tuple[Array, Array]
DESCRIPTION = """\
MNIST, handwritten digits: 60,000 training and 10,000 test images of 28 x 28 pixels, 10 classes.
A pixel is 0 (paper) to 255 (ink).
Y. LeCun and C. Cortes, 'The MNIST database of handwritten digits', CC BY-SA 3.0; described in
Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, 'Gradient-based learning applied to document
recognition', Proceedings of the IEEE 86(11), 1998, section III.A.
"""


class Mnist:
    """Load MNIST, 70,000 handwritten digits of 28 x 28 pixels.

    The files come from the first of these that is there: `path`; the variable
    ``SCRATCHWORK_MNIST``; the user's cache; a download of Keras' ``mnist.npz`` (11 MB) into that
    cache, checked against its SHA-256. With ``SCRATCHWORK_OFFLINE=1`` nothing is downloaded.

    Parameters
    ----------
    path : str or path, optional
        An ``.npz`` file in Keras' layout (``x_train, y_train, x_test, y_test``), or a folder with
        the four IDX files, plain or ``.gz``. ``SCRATCHWORK_MNIST`` takes the same.
    seed : int >= 0
        Decides which of the training images are kept for validation.
    validation : float in [0, 1) or int >= 0
        A fraction of the 60,000 training images, or (an int) a number of images. The usual sixth
        is 10,000.

    Returns
    -------
    Dataset
        ``X_train`` (50000, 28, 28), ``X_val`` (10000, 28, 28) and ``X_test`` (10000, 28, 28) are
        uint8, each pixel 0 (paper) to 255 (ink), unscaled; labels are int64, 0 to 9. The test
        images are the official ones in their own order. ``images`` is None: the rows are images.

    Raises
    ------
    FileError
        When there is no such file, or the download fails or is not allowed; the message names
        all ways to get the data.
    DataError
        When a file is damaged or holds something else, or a part would lack a class.
    DescriptionError
        When `seed` or `validation` is out of range.

    Notes
    -----
    Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, 'Gradient-based learning applied to document
    recognition', Proceedings of the IEEE 86(11), 1998, section III.A. Files of the same layout,
    such as those of Fashion-MNIST, can be read too; their names and description would be wrong.

    ``mnist.load_data()`` gives all training and all test images as Keras does.

    Examples
    --------
    >>> from scratchwork import datasets
    >>> data = datasets.mnist("mnist.npz", seed=0)  # doctest: +SKIP
    >>> data.X_train.shape, data.X_train.dtype  # doctest: +SKIP
    ((50000, 28, 28), dtype('uint8'))
    """

    @checked
    def __call__(
        self,
        path: str | PathLike[str] | None = None,
        *,
        seed: int = 0,
        validation: int | float = 1 / 6,
    ) -> Dataset:
        arrays = read_mnist(_locate(path))
        X, y = arrays["x_train"], arrays["y_train"]
        train, val, _ = partition(y, seed=seed, validation=validation, test=0)
        parts = (X[train], y[train], X[val], y[val], arrays["x_test"], arrays["y_test"])
        return Dataset(*parts, tuple("0123456789"), DESCRIPTION, target_name="digit")

    @checked
    def load_data(self, path: str | PathLike[str] | None = None) -> tuple[Pair, Pair]:
        """Load all training and all test images, in pairs and in their order, as Keras does.

        Keras takes `path` as a name in its cache; here it is as for ``mnist()``.

        Returns
        -------
        (x_train, y_train), (x_test, y_test)
            Images (60000, 28, 28) and (10000, 28, 28), labels (60000,) and (10000,), all uint8.

        Raises
        ------
        FileError, DataError
            As ``mnist()``.

        Examples
        --------
        >>> from scratchwork.datasets import mnist
        >>> (x_train, y_train), (x_val, y_val) = mnist.load_data()  # doctest: +SKIP
        """
        arrays = read_mnist(_locate(path))
        labels = {part: arrays[f"y_{part}"].astype(np.uint8) for part in ("train", "test")}
        return (arrays["x_train"], labels["train"]), (arrays["x_test"], labels["test"])


mnist = Mnist()


def _locate(path: str | PathLike[str] | None) -> Path:
    if path is not None:
        return _existing(Path(path), "mnist(path)")
    if given := os.environ.get("SCRATCHWORK_MNIST"):
        return _existing(Path(given), "the variable SCRATCHWORK_MNIST")
    return _cached(URL, SHA256)


def _existing(path: Path, where: str) -> Path:
    path = path.expanduser()
    if path.exists():
        return path
    raise FileError(where, "an .npz file or a folder with IDX files", f"{path}, missing", _ways())


def _cached(url: str, sha256: str) -> Path:
    """Return the file in the user's cache, which is downloaded when it is not there."""
    target = cache_folder() / "mnist.npz"
    if target.is_file():
        return target
    if os.environ.get("SCRATCHWORK_OFFLINE", "0") not in ("", "0"):
        got = f"no {target}, and SCRATCHWORK_OFFLINE forbids the download"
        raise FileError("mnist()", "the MNIST files", got, _ways())
    try:
        return download(url, sha256, target)
    except (FileError, DataError) as error:
        raise type(error)(error.where, error.expected, error.got, _ways()) from error


def _ways() -> str:
    return (
        "give mnist(path) Keras' mnist.npz or a folder with the four IDX files (plain or .gz), "
        "or set SCRATCHWORK_MNIST to one of them, "
        f"or copy mnist.npz to {cache_folder()}, "
        f"or let it be downloaded once from {URL} (not with SCRATCHWORK_OFFLINE=1)"
    )
