"""write: which data and settings it takes, and what it refuses before it writes anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError, ShapeError
from tests import written
from tests.test_writing import LABELS, X, compiled, small


@pytest.mark.parametrize("validation", [0, 20])
def test_a_part_of_the_data_without_rows_is_left_out(validation: int, tmp_path: Path) -> None:
    data = sw.datasets.moons(100, validation=validation, test=0)
    model = compiled(sw.Dense(2))
    _, arrays = model.write(tmp_path / "net.py", data=data, epochs=1)
    stored = np.load(arrays)
    np.testing.assert_array_equal(stored["X_train"], data.X_train)
    assert stored["X_train"].dtype == data.X_train.dtype
    assert ("X_val" in stored, "X_test" in stored) == (validation > 0, False)
    assert ("val_loss" in written.output(tmp_path / "net.py")) == (validation > 0)


WRONG = {
    "no data set": (3, DataError, "got int with none of them"),
    "one array": ({"X_train": X}, DataError, "got dict with X_train"),
    "X_val alone": ({"X_train": X, "y_train": LABELS, "X_val": X}, DataError, "X_val"),
    "no rows": ((X[:0], LABELS[:0]), DataError, "none of them"),
    "another width": ((X[:, 1:], LABELS), ShapeError, r"X_train expects X of shape \(n, 5\)"),
    "other lengths": ((X, LABELS[1:]), DataError, "y_train expects as many targets as rows"),
    "a fourth class": ((X, LABELS + 1), DataError, "class numbers from 0 to 2"),
    "text": ((X, LABELS.astype(str)), DataError, "y_train expects labels as in the first fit"),
    "NaN": ((X * np.nan, LABELS), DataError, "X_train"),
    "two kinds of y": (
        {"X_train": X, "y_train": LABELS, "X_val": X, "y_val": np.eye(3)[LABELS]},
        DataError,
        "the same kind of y",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_data_are_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    data, error, message = WRONG[name]
    model = small()
    model.fit(X, LABELS, epochs=1)
    with pytest.raises(error, match=message):
        model.write(tmp_path / "net.py", data=data)
    assert not list(tmp_path.iterdir())


def test_callbacks_are_refused_by_name(tmp_path: Path) -> None:
    model = small()

    def stop_early(model: sw.Sequential) -> None:
        """Does nothing."""

    model.fit(X, LABELS, epochs=1, callbacks=[stop_early])
    with pytest.raises(
        DescriptionError, match="callbacks, which a text cannot carry, got stop_early"
    ):
        model.write(tmp_path / "net.py")
    assert not list(tmp_path.iterdir())
    model.fit(X, LABELS, epochs=1)
    model.write(tmp_path / "net.py")


def test_settings_replace_those_of_the_fit(tmp_path: Path) -> None:
    model = compiled(sw.BatchNorm(), sw.Dense(3))
    model.fit(X, LABELS, epochs=3, batch_size=20)
    model.write(tmp_path / "net.py", data=(X, LABELS), epochs=1, batch_size=10)
    text = (tmp_path / "net.py").read_text()
    assert "epochs=1, batch_size=10)" in text
    assert "the fit that it was written from" not in text
    assert len(written.epochs(written.output(tmp_path / "net.py"))["loss"]) == 1
    for settings in {"epochs": 0}, {"batch_size": 0}, {"batch_size": 2.5}:
        with pytest.raises(DescriptionError, match="whole number"):
            model.write(tmp_path / "net.py", **settings)
    with pytest.raises(DataError, match="BatchNorm"):
        model.write(tmp_path / "net.py", data=(X, LABELS), batch_size=49)
    with pytest.raises(DescriptionError, match="no epochs"):
        model.write(tmp_path / "net.py", program="predict", epochs=3)
    with pytest.raises(DescriptionError, match="one of train, predict"):
        model.write(tmp_path / "net.py", program="step")


def test_a_model_that_is_not_ready_says_so(tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="compile"):
        sw.Sequential([sw.Dense(1)], input_shape=2).write(tmp_path / "net.py")
    with pytest.raises(NotReadyError, match="input shape"):
        small().write(tmp_path / "net.py")


def test_after_ctrl_c_the_finished_epochs_are_written(tmp_path: Path) -> None:
    model = small()

    def interrupt(model: sw.Sequential) -> None:
        if len(model.history.epoch) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, LABELS, epochs=5, callbacks=[interrupt])
    assert model.last_fit is not None
    assert model.last_fit.epochs == 2
    assert model.last_fit.callbacks == ("interrupt",)
