"""write: the training program repeats the fit to the last digit, and stands on its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests import written
from tests.engine import assert_same
from tests.networks import NETWORKS, TiedAutoencoder

FUNCTIONS = {"predict"}
"""What a training program does not call itself: it is there for who imports it."""
rng = np.random.default_rng(0)
X = rng.normal(size=(50, 5))
LABELS, NUMBERS = rng.integers(0, 3, 50), rng.normal(size=50)
IMAGES = rng.normal(size=(40, 6, 5, 1))


def compiled(*layers: Any, loss: Any = "cross_entropy", **settings: Any) -> sw.Sequential:
    model = sw.Sequential(layers)
    model.compile(loss=loss, **{"optimizer": sw.SGD(0.1, momentum=0.5), "seed": 3, **settings})
    return model


def small(**settings: Any) -> sw.Sequential:
    return compiled(sw.Dense(4, activation="tanh"), sw.Dense(3), **settings)


def repeated(model: sw.Sequential, history: Any, file: Path, data: Any) -> str:
    """Write the fit, run it, and expect its numbers; gives back the text."""
    model.write(file, data=data)
    written.check_form(file, FUNCTIONS)
    written.assert_repeats(written.output(file), history, model.description.dtype)
    return file.read_text()


# ---- the losses of the fit ----
@pytest.mark.parametrize("name", NETWORKS)
def test_the_program_prints_the_losses_of_the_fit(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]
    model, (X, y) = network.model("float32"), network.data()
    history = model.fit(X, y, epochs=2, batch_size=network.batch_size)
    repeated(model, history, tmp_path / "net.py", (X, y))


def test_digits_with_all_that_the_readme_uses(tmp_path: Path) -> None:
    data = sw.datasets.digits(seed=0)
    model = compiled(
        sw.Rescale(1 / 16), sw.Dense(32, activation="relu"), sw.Dropout(0.1), sw.Dense(10),
        optimizer=sw.Adam(1e-3), regularizer=sw.L2(1e-4), metrics=["accuracy"],
    )  # fmt: skip
    validation = data.X_val, data.y_val
    history = model.fit(data.X_train, data.y_train, epochs=2, validation_data=validation)
    assert set(history) == {"loss", "penalty", "accuracy", "val_loss", "val_accuracy"}
    repeated(model, history, tmp_path / "digits.py", data)
    loss, accuracy = model.evaluate(data.X_test, data.y_test)
    last = written.output(tmp_path / "digits.py").splitlines()[-1]
    assert last == f"test: loss {loss:.4f}, accuracy {accuracy:.4f}"


def one_sigmoid_output() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    model = compiled(
        sw.Standardize(), sw.Dense(4, activation="relu"), sw.Dense(1),
        loss="binary_cross_entropy", metrics=["accuracy"], reduction="sum", dtype="float64",
    )  # fmt: skip
    return model, X, LABELS > 1, {"shuffle": False}


def whole_batches() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    layers = sw.Dense(4, trainable=False), sw.Standardize(), sw.Dropout(0.5), sw.Dense(1)
    model = compiled(*layers, loss="mean_squared_error")
    return model, X, NUMBERS[:, None], {"batch_size": None}


def many_parameters() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    layers = sw.Conv2D(3, 3, padding="same"), sw.BatchNorm(), sw.Activation("relu"), sw.MaxPool2D()
    rate = sw.ExponentialDecay(0.1, decay_rate=0.5, decay_steps=5)
    dense = sw.Dense(6, activation="relu"), sw.Dense(5, activation="tanh"), sw.Dense(3)
    model = compiled(*layers, sw.Flatten(), *dense, optimizer=sw.SGD(rate, momentum=0.9))
    return model, IMAGES, LABELS[:40], {"batch_size": 16}


def one_parameter() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    model = compiled(sw.Dense(1, use_bias=False), loss="mean_squared_error", optimizer=sw.SGD(0.1))
    return model, X, NUMBERS, {}


def no_parameters() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    return compiled(sw.Rescale(0.5), loss="mean_squared_error"), X, X, {}


def the_users_layer() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    return compiled(TiedAutoencoder(2), loss="mean_squared_error", dtype="float64"), X, X, {}


def metrics_of_numbers() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    metrics = ["r2", "mean_absolute_error"]
    model = compiled(sw.Dense(5), loss=sw.Huber(0.5), metrics=metrics)
    return model, X, X**2, {}


def one_of_several_quantiles() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    return compiled(sw.Dense(3), loss=sw.Quantile([0.1, 0.5, 0.9])), X, NUMBERS, {}


def the_users_loss() -> tuple[sw.Sequential, Any, Any, dict[str, Any]]:
    def squares(Z: sw.Value, Y: sw.Value) -> sw.Value:
        return ((Z - Y) ** 2).sum(axis=1)

    squares.__name__ = "carr\u00e9s"
    model = compiled(sw.Dense(2), loss=squares, optimizer=sw.SGD(0.01))
    return model, X, X[:, :2], {"shuffle": True}


MODELS = (
    one_sigmoid_output, whole_batches, many_parameters, one_parameter, no_parameters,
    metrics_of_numbers, one_of_several_quantiles, the_users_layer, the_users_loss,
)  # fmt: skip


@pytest.mark.parametrize("made", MODELS)
@pytest.mark.parametrize("fits", [1, 2])
def test_of_two_fits_the_program_repeats_the_last(made: Any, fits: int, tmp_path: Path) -> None:
    model, X, y, settings = made()
    settings = {**settings, "epochs": 2, "validation_data": (X[:10], y[:10])}
    for _ in range(fits):
        history = model.fit(X, y, **settings)
    data = {"X_train": X, "y_train": y, "X_val": X[:10], "y_val": y[:10]}
    text = repeated(model, history, tmp_path / "net.py", data)
    assert model.source("program").isascii()
    assert history.epoch == [2 * fits - 2, 2 * fits - 1]
    assert ("start_" in text) == (fits == 2 and made is not no_parameters)


def test_parameters_set_by_hand_come_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    model = compiled(sw.Standardize(), *small().layers)
    model.ready("test", X)
    model["W1"] = np.full((5, 4), 0.25)
    model.write(file, data=(X, LABELS), epochs=2, batch_size=50)
    unfitted = written.output(file)  # before a fit, it fits Standardize itself
    history = model.fit(X, LABELS, epochs=2, batch_size=50)
    written.assert_repeats(unfitted, history)
    repeated(model, history, file, (X, LABELS))
    arrays = dict(np.load(tmp_path / "net.npz"))
    assert (arrays["start_W1"] == 0.25).all()
    arrays["start_W1"] += 1
    np.savez(tmp_path / "net.npz", **arrays)
    assert written.epochs(written.output(file)) != written.recorded(history)


def test_written_before_any_fit_it_does_what_fit_would(tmp_path: Path) -> None:
    model = small(metrics="accuracy")
    model.write(tmp_path / "net.py", data=(X, LABELS))
    text = (tmp_path / "net.py").read_text()
    assert "the fit that it was written from" not in text
    history = model.fit(X, LABELS)
    written.assert_repeats(written.output(tmp_path / "net.py"), history)


def test_a_new_compile_forgets_the_fit(tmp_path: Path) -> None:
    model = small()
    model.fit(X, LABELS, epochs=1)
    model.compile(loss="cross_entropy", optimizer=sw.Adam(), seed=3)
    model.write(tmp_path / "net.py", data=(X, LABELS), epochs=2)
    history = model.fit(X, LABELS, epochs=2)
    written.assert_repeats(written.output(tmp_path / "net.py"), history)


def test_the_number_of_threads_changes_nothing(tmp_path: Path) -> None:
    wide = rng.normal(size=(256, 784))  # large enough for BLAS to share out
    model = compiled(sw.Dense(128, activation="relu"), sw.Dense(3))
    history = model.fit(wide, np.resize(LABELS, 256), epochs=2, batch_size=128)
    model.write(tmp_path / "net.py", data=(wide, np.resize(LABELS, 256)))
    for number in "1", "2", "4":
        text = written.output(tmp_path / "net.py", **dict.fromkeys(written.THREADS, number))
        written.assert_repeats(text, history)


def test_a_loss_that_is_not_finite_ends_the_program(tmp_path: Path) -> None:
    model = compiled(sw.Dense(1), loss="mean_squared_error", optimizer=sw.SGD(1e30))
    model.write(tmp_path / "net.py", data=(X, NUMBERS))
    done = written.run(tmp_path / "net.py")
    assert done.returncode == 1
    assert "epoch" not in done.stdout
    # warnings are errors in that process, and which of NumPy's comes first is not ours to say
    assert re.search("FloatingPointError: loss is|RuntimeWarning", done.stderr)


# ---- the functions ----
def test_importing_trains_nothing_and_the_functions_are_the_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = small(dtype="float64")
    model.ready("test", X)
    (file,) = model.write(tmp_path / "net.py")
    module = written.load(file, monkeypatch)
    assert capsys.readouterr().out == ""
    names = "W1", "b1", "W2", "b2"
    W1, b1, W2, b2, *velocities = module.initialize(module.generator(module.INIT))
    for name, array in zip(names, (W1, b1, W2, b2), strict=True):
        np.testing.assert_array_equal(array, model[name])
    answers = module.predict(X, W1, b1, W2, b2)
    assert_same({"P": answers}, {"P": model.predict(X)}, "float64")
    trace = model.trace(X, LABELS)
    loss, *gradients = module.gradients(X, LABELS, W1, b1, W2, b2)
    assert loss == trace["loss"]
    for name, gradient in zip(names, gradients, strict=True):
        np.testing.assert_array_equal(gradient, trace[f"d{name}"])
    module.update(W1, b1, W2, b2, *velocities, *gradients)
    model.fit(X, LABELS, batch_size=None, epochs=1, shuffle=False)
    moved = {"W1": W1, "v_W1": velocities[0]}
    assert_same(moved, {name: model[name] for name in moved}, "float64")
    loss = module.evaluate_rows(X, LABELS, W1, b1, W2, b2)
    assert_same({"loss": loss}, dict(model.evaluate(X, LABELS)), "float64")


def test_train_can_be_called_with_other_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    model = small()
    model.ready("test", X)
    (file,) = model.write(tmp_path / "net.py")
    module = written.load(file, monkeypatch)
    numbers = module.train(X.astype(np.float32), LABELS, epochs=1, batch_size=7)
    history = model.fit(X, LABELS, epochs=1, batch_size=7)
    written.assert_repeats(capsys.readouterr().out, history)
    assert_same({"W1": numbers[0]}, {"W1": model["W1"]})


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    model, file = small(), tmp_path / "net.py"
    model.ready("test", X)
    assert model.write(file) == (file,)
    assert re.search(r"net\.npz lacks X_train: save X_train and", written.complaint(file))
    np.savez(tmp_path / "net.npz", X_train=X)
    assert "net.npz lacks y_train" in written.complaint(file)
    np.savez(tmp_path / "net.npz", X_train=X, y_train=LABELS)
    assert len(written.epochs(written.output(file))["loss"]) == 10


# ---- the head, and the bytes ----
def test_the_head_tells_what_and_who(tmp_path: Path) -> None:
    model = small(regularizer=sw.L2(0.5), metrics=["accuracy"], dtype="float64")
    model.fit(X, LABELS, epochs=1)
    for program in "train", "predict":
        (file,) = model.write(tmp_path / "net.py", program=program)
        head = file.read_text().partition('"""')[0]
        assert head.splitlines()[0] == f"# Scratchwork {sw.__version__}, engine numpy, float64"
        for part in 'Dense(4, "tanh")', "momentum=0.5", "L2(0.5)", '["accuracy"]', "(5,)":
            assert part in head
        assert "# seed 3. This file is yours: change it, keep it, share it." in head
        assert not re.search(r"\d{4}-\d\d|\d\d:\d\d|20\d\d", head)


SCRIPT = """
import numpy as np, scratchwork as sw
data = sw.datasets.digits(seed=0)
hidden = [sw.Dense(20, activation="relu"), sw.BatchNorm(), sw.Dropout(0.2)]
model = sw.Sequential([sw.Standardize(), *hidden, sw.Dense(10)])
model.compile("cross_entropy", "Adam", regularizer=sw.L2(0.1), metrics=["accuracy"], seed=0)
model.fit(data.X_train[:256], data.y_train[:256], epochs=1)
model.fit(data.X_train[:256], data.y_train[:256], epochs=1)
model.write("digits.py", data=data)
model.write("reader.py", program="predict", data=data)
"""


def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    source = str(Path(sw.__file__).parents[1])
    contents = []
    for seed in "1", "2":
        folder = tmp_path / seed
        folder.mkdir()
        environment = {"PYTHONPATH": source, "PYTHONHASHSEED": seed, "OPENBLAS_NUM_THREADS": seed}
        subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, env=environment, check=True)
        contents.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert set(contents[0]) == {"digits.py", "digits.npz", "reader.py"}
    assert contents[0] == contents[1]


class Centred:
    """Every row depends on all others, so that blocks of rows would give other numbers."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return (x - x.mean(axis=0)).named("A")


def test_a_network_that_mixes_rows_evaluates_them_together(tmp_path: Path) -> None:
    wide = rng.normal(size=(1500, 4)).astype(np.float32)
    model = compiled(Centred(), sw.Dense(1), loss="mean_squared_error")
    targets = wide[:, :1] + 1
    history = model.fit(wide, targets, epochs=1, validation_data=(wide, targets))
    model.write(
        tmp_path / "net.py",
        data={"X_train": wide, "y_train": targets, "X_val": wide, "y_val": targets},
    )
    written.assert_repeats(written.output(tmp_path / "net.py"), history)
