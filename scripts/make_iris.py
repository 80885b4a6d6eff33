"""Write src/scratchwork/datasets/iris.csv from the copy of the irises in scikit-learn.

Run it as ``python scripts/make_iris.py`` where scikit-learn is installed.
"""

from __future__ import annotations

import csv
from pathlib import Path

from sklearn.datasets import load_iris  # type: ignore[import-untyped, unused-ignore]

TARGET = Path(__file__).parents[1] / "src" / "scratchwork" / "datasets" / "iris.csv"


def write_iris(path: Path) -> None:
    """Write the lengths and widths in cm of the 150 flowers, and their species, to `path`."""
    irises = load_iris()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*irises.feature_names, "species"])
        for numbers, k in zip(irises.data.tolist(), irises.target, strict=True):
            writer.writerow([*numbers, irises.target_names[k]])


if __name__ == "__main__":
    write_iris(TARGET)
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
