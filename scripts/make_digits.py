"""Write src/scratchwork/datasets/digits.npz from the copy of the digits in scikit-learn.

Run it as ``python scripts/make_digits.py`` where scikit-learn is installed.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits  # type: ignore[import-untyped, unused-ignore]

TARGET = Path(__file__).parents[1] / "src" / "scratchwork" / "datasets" / "digits.npz"


def write_digits(path: Path) -> None:
    """Write the images (1797, 8, 8) and labels (1797,) to `path`, one byte a number."""
    digits = load_digits()
    images, labels = digits.images.astype(np.uint8), digits.target.astype(np.uint8)
    if not (np.array_equal(images, digits.images) and np.array_equal(labels, digits.target)):
        raise ValueError("the digits do not fit one byte a number; nothing was written")
    np.savez_compressed(path, images=images, labels=labels)


if __name__ == "__main__":
    write_digits(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
