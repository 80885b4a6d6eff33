"""The library with NumPy alone: no click, no rich, no threadpoolctl, no Numba to be found."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import scratchwork as sw
from tests import written

SITE = Path(np.__file__).parents[1]
OTHERS = "click", "rich", "threadpoolctl", "numba", "llvmlite", "scipy", "pytest"


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds NumPy and Scratchwork, and is all that Python is told of."""
    folder = tmp_path_factory.mktemp("packages")
    parts = [*SITE.glob("numpy"), *SITE.glob("numpy.libs"), Path(sw.__file__).parent]
    for part in parts:
        (folder / part.name).symlink_to(part, target_is_directory=True)
    return folder


def python(packages: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run Python without its site-packages (-S); any warning is an error."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-S", "-s", "-W", "error", *words],
        cwd=folder,
        env={
            **kept,
            "PYTHONPATH": str(packages),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENBLAS_NUM_THREADS": "1",  # there is no threadpoolctl to see to it
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def output(packages: Path, folder: Path, *words: str) -> str:
    done = python(packages, folder, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_nothing_else_can_be_imported(packages: Path, tmp_path: Path) -> None:
    script = "import sys; from importlib.util import find_spec; import numpy, scratchwork\n"
    script += f"print([name for name in {OTHERS} if find_spec(name)], len(sys.path))"
    assert output(packages, tmp_path, "-c", script).startswith("[] ")
    for name in OTHERS:
        done = python(packages, tmp_path, "-c", f"import {name}")
        assert f"No module named '{name}'" in done.stderr


LIBRARY = """
import contextlib, io, pickle
import numpy as np
import scratchwork as sw

data = sw.datasets.digits(seed=0)
layers = [sw.Rescale(1 / 16), sw.Dense(32, activation="relu"), sw.Dropout(0.1), sw.Dense(10)]
model = sw.Sequential(layers)
model.compile("cross_entropy", "Adam", metrics=["accuracy"], seed=0)
validation = data.X_val, data.y_val
for verbose, lines in ("auto", 0), (0, 0), (1, 2), (2, 2):
    with contextlib.redirect_stdout(io.StringIO()) as shown:
        model.fit(data.X_train, data.y_train, epochs=2, validation_data=validation, verbose=verbose)
    assert len(shown.getvalue().splitlines()) == lines, (verbose, shown.getvalue())
assert model.evaluate(data.X_test, data.y_test)["accuracy"] > 0.8
assert model.predict(data.X_test).shape == (len(data.X_test), 10)
assert model.predict_classes(data.X_test[:3]).shape == (3,)
for name in "step", "epoch", "predict", "evaluate", "initialize", "program":
    assert "def " in model.source(name)
model.summary()
print(model.trace(data.X_train[:4], data.y_train[:4]))
assert model.verify(data.X_train[:8], data.y_train[:8])
assert sw.datasets.moons(100).class_names
pickle.loads(pickle.dumps(model)).predict(data.X_test[:1])
model.compile("cross_entropy", "Adam", metrics=["accuracy"], seed=0)
history = model.fit(data.X_train, data.y_train, epochs=2)
for epoch, loss, accuracy in zip((9, 10), history["loss"], history["accuracy"], strict=True):
    print(f"epoch {epoch}: loss {loss!r}, accuracy {accuracy!r}")
model.write("digits.py", data=data)
model.write("reader.py", program="predict", data=data)
np.savetxt("rows.csv", data.X_test[:5], delimiter=",")
"""


def test_everything_but_the_command_works(packages: Path, tmp_path: Path) -> None:
    shown = output(packages, tmp_path, "-c", LIBRARY)
    assert "dW1" in shown
    printed = written.epochs(output(packages, tmp_path, "digits.py"))
    fit = written.epochs(shown)
    assert fit["epoch"] == ["9", "10"]
    assert {name: printed[name] for name in fit} == fit
    assert output(packages, tmp_path, "reader.py", "--check").startswith("3 of 3")
    assert len(output(packages, tmp_path, "reader.py", "rows.csv").splitlines()) == 5


ENGINES = """
import numpy as np
import scratchwork as sw

X, y = np.random.default_rng(0).normal(size=(1_000, 400)), np.arange(1_000) % 10
model = sw.mlp([400, 300, 300, 10])
model.compile("cross_entropy", seed=0)


def stop(model):
    print(model.history.engine, model.history.reason)
    return True


model.fit(X, y, epochs=1_000, callbacks=[stop])
try:
    model.compile("cross_entropy", engine="numba")
except sw.ScratchworkError as error:
    print(error)
print(model.engine)
"""


def test_auto_is_numpy_and_numba_is_refused(packages: Path, tmp_path: Path) -> None:
    """A fit so long that it would be compiled."""
    auto, refused, asked = output(packages, tmp_path, "-c", ENGINES).splitlines()
    assert auto == "numpy auto: Numba and SciPy are not installed"
    assert refused == (
        'compile expects Numba and SciPy, which engine "numba" needs, got not both installed; '
        'pip install numba scipy, or take engine "numpy"'
    )
    assert asked == "auto"


@pytest.mark.parametrize(
    "words",
    [("-m", "scratchwork", "train", "digits"), ("-c", "from scratchwork.cli import main; main()")],
)
def test_the_command_names_what_it_lacks(
    words: tuple[str, ...], packages: Path, tmp_path: Path
) -> None:
    done = python(packages, tmp_path, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "the command scratchwork needs click, not installed here: pip install click rich\n"
    )
