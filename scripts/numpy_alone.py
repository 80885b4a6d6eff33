"""Use the library where NumPy alone is installed: describe, fit, predict, look inside, write, run.

python scripts/numpy_alone.py, in an environment with NumPy and Scratchwork and nothing else.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

import scratchwork as sw


def main() -> None:
    others = ("click", "rich", "threadpoolctl", "numba", "scipy")
    present = [name for name in others if importlib.util.find_spec(name)]
    if present:
        raise SystemExit(f"this is not NumPy alone: {', '.join(present)} can be imported")
    data = sw.datasets.digits(seed=0)
    layers = [sw.Rescale(1 / 16), sw.Dense(32, activation="relu"), sw.Dropout(0.1), sw.Dense(10)]
    model = sw.Sequential(layers)
    model.compile(loss="cross_entropy", metrics=["accuracy"], seed=0)
    model.fit(data.X_train, data.y_train, epochs=20, validation_data=(data.X_val, data.y_val))
    accuracy = model.evaluate(data.X_test, data.y_test)["accuracy"]
    print(f"test accuracy: {accuracy:.1%}, engine: {model.history.engine}, {model.history.reason}")
    if accuracy < 0.9:
        raise SystemExit("expected at least 90 %")
    if not model.verify(data.X_train[:8], data.y_train[:8]):
        raise SystemExit("expected the gradients to be right")
    check_engines(model)
    with tempfile.TemporaryDirectory() as folder:
        model.write(Path(folder, "digits.py"), data=data)
        model.write(Path(folder, "reader.py"), program="predict")
        subprocess.run([sys.executable, "digits.py"], cwd=folder, check=True)
        subprocess.run([sys.executable, "reader.py", "--check"], cwd=folder, check=True)


def check_engines(model: sw.Sequential) -> None:
    """Without Numba "auto" is NumPy and says why, and "numba" is refused."""
    if (model.history.engine, "not installed" in model.history.reason) != ("numpy", True):
        raise SystemExit("expected the NumPy engine, as Numba is not installed")
    try:
        model.compile(loss="cross_entropy", engine="numba")
    except sw.ScratchworkError as error:
        print(error)
    else:
        raise SystemExit("expected an error that says what is missing")


if __name__ == "__main__":
    main()
