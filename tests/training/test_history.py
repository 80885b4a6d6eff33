"""History and Evaluation: the record of a fit, and results in order and by name."""

from __future__ import annotations

import math
import pickle
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.training.history import Evaluation, History
from tests.training import classifier, refused, rows


def test_keys_and_lengths() -> None:
    X, y = rows()
    model = classifier(regularizer=sw.L2(0.1), metrics=["accuracy"])
    history = model.fit(X, y, epochs=3, validation_data=(X, y))
    assert list(history) == ["loss", "penalty", "accuracy", "val_loss", "val_accuracy"]
    assert {len(history[name]) for name in history} == {3}
    assert history.epoch == [0, 1, 2]
    assert all(type(value) is float for name in history for value in history[name])


def test_without_penalty_metrics_and_validation() -> None:
    X, y = rows()
    assert list(classifier().fit(X, y, epochs=1)) == ["loss"]


def test_a_fit_returns_its_own_epochs_and_the_model_keeps_all() -> None:
    X, y = rows()
    model = classifier()
    first, second = model.fit(X, y, epochs=2), model.fit(X, y, epochs=3)
    assert (len(first["loss"]), len(second["loss"])) == (2, 3)
    assert model.history["loss"] == first["loss"] + second["loss"]
    assert (first.epoch, second.epoch) == ([0, 1], [2, 3, 4])
    assert model.history.epoch == [0, 1, 2, 3, 4]
    assert model.history.seconds == pytest.approx(first.seconds + second.seconds)
    assert first.seconds > 0


def test_fits_with_and_without_validation_stay_in_line() -> None:
    """One entry an epoch for each name, so that a table and a plot of it are right."""
    X, y = rows()
    model = classifier()
    model.fit(X, y, epochs=1)
    model.fit(X, y, epochs=2, validation_data=(X, y))
    model.fit(X, y, epochs=1)
    assert [math.isnan(value) for value in model.history["val_loss"]] == [True, False, False, True]
    head, *lines, engine = repr(model.history).splitlines()
    assert (len(head.split()), len(lines)) == (3, 4)
    assert engine == f"engine: {model.history.engine} ({model.history.reason})"


@pytest.mark.numpy_engine
def test_seed_and_engine_are_kept() -> None:
    X, y = rows()
    model = classifier(seed=7)
    history = model.fit(X, y, epochs=1)
    assert (history.seed, history.engine) == (7, "numpy")
    assert (model.history.seed, model.history.engine) == (7, "numpy")


RATES = [
    (0.1, [0.1, 0.1, 0.1]),
    (sw.StepDecay(0.1, 0.5, every=1), [0.1, 0.05, 0.025]),
    (sw.StepDecay(0.1, 0.5, every=5, unit="steps"), [0.1, 0.1, 0.05]),
    (sw.PiecewiseConstant((2,), (0.1, 0.01)), [0.1, 0.1, 0.01]),
    (sw.InverseTimeDecay(0.1, 1.0, decay_steps=1), [0.1, 0.025, 0.1 / 7]),
]


@pytest.mark.parametrize(("rate", "rates"), RATES, ids=str)
def test_the_learning_rate_of_each_epoch_is_kept(rate: Any, rates: list[float]) -> None:
    """That of its first step: three steps an epoch here."""
    X, y = rows()
    model = classifier(optimizer=sw.SGD(rate))
    history = model.fit(X, y, batch_size=4, epochs=3)
    assert history.learning_rate == pytest.approx(rates, rel=1e-12)
    assert model.history.learning_rate == history.learning_rate


def test_a_learning_rate_set_in_a_callback_holds_from_the_next_epoch_on() -> None:
    def halve(model: sw.Sequential) -> None:
        model.learning_rate /= 2  # type: ignore[operator]

    X, y = rows()
    model = classifier()
    assert model.fit(X, y, epochs=3, callbacks=[halve]).learning_rate == [0.1, 0.05, 0.025]
    model.learning_rate = sw.StepDecay(0.4, 0.5, every=1)
    assert model.fit(X, y, epochs=2).learning_rate == [0.05, 0.025]  # it goes on at epoch 3


def test_a_schedule_is_recorded_once_for_all_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes longer than an epoch of a small network."""
    X, y = rows()
    models = [classifier(optimizer=sw.SGD(sw.StepDecay(0.1, 0.5, every=1))) for _ in range(3)]
    models[0].fit(X, y, epochs=2)
    monkeypatch.setattr("scratchwork.programs.rate", None)
    for model in models[1:]:
        assert model.fit(X, y, epochs=2).learning_rate == [0.1, 0.05]
        assert model.fit(X, y, epochs=1).learning_rate == [0.025]


def test_a_schedule_of_ones_own_may_change_between_fits() -> None:
    class Own:
        factor = 1.0

        def rate(self, t: sw.Value, epoch: sw.Value) -> sw.Value:
            return self.factor / t

    X, y, own = *rows(), Own()
    assert classifier(optimizer=sw.SGD(own)).fit(X, y, epochs=1).learning_rate == [1.0]
    own.factor = 0.5
    assert classifier(optimizer=sw.SGD(own)).fit(X, y, epochs=1).learning_rate == [0.5]


def test_an_optimizer_without_a_learning_rate_has_none_to_keep() -> None:
    @dataclass(frozen=True)
    class Fixed:
        def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
            return W - 0.1 * dW

    X, y = rows()
    (rate,) = classifier(optimizer=Fixed()).fit(X, y, epochs=1).learning_rate
    assert math.isnan(rate)


def test_repr_is_a_table_with_a_line_an_epoch() -> None:
    history = History()
    history.add(0, {"loss": 1.25, "accuracy": 0.5})
    history.add(1, {"loss": 0.5, "accuracy": 0.75})
    assert repr(history).split("\n") == [
        "epoch          loss      accuracy",
        "    1          1.25           0.5",
        "    2           0.5          0.75",
    ]


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="one of nothing yet, got 'acc'; fit first"):
        History()["acc"]
    history = History(history={"loss": [1.0], "accuracy": [0.5]}, epoch=[0])
    with pytest.raises(KeyError, match="one of loss, accuracy, got 'acc'; did you mean 'accuracy'"):
        history["acc"]
    assert "acc" not in History()


def test_its_length_is_the_number_of_epochs() -> None:
    """As of a table of pandas: rows are counted, columns are gone through."""
    X, y = rows()
    model = classifier(metrics=["accuracy"])
    assert (len(model.history), bool(model.history)) == (0, False)
    history = model.fit(X, y, epochs=3)
    assert (len(history), list(history)) == (3, ["loss", "accuracy"])
    assert history["loss"] is history.history["loss"]


def some_history() -> History:
    history = History()
    history.add(4, {"loss": 1.25})
    history.add(5, {"loss": 0.5, "accuracy": 0.75})
    return history


@pytest.mark.parametrize("library", [None, "pandas"])
def test_to_frame_of_pandas(library: str | None) -> None:
    pandas = pytest.importorskip("pandas")
    frame = some_history().to_frame(library)
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == ["epoch", "loss", "accuracy"]
    assert frame["epoch"].tolist() == [4, 5]
    assert frame["loss"].tolist() == [1.25, 0.5]
    assert frame["accuracy"].isna().tolist() == [True, False]


def test_to_frame_of_polars() -> None:
    polars = pytest.importorskip("polars")
    frame = some_history().to_frame("polars")
    assert isinstance(frame, polars.DataFrame)
    assert frame.columns == ["epoch", "loss", "accuracy"]
    assert frame["loss"].to_list() == [1.25, 0.5]
    assert polars.DataFrame({"epoch": []}).shape == History().to_frame("polars").shape


def test_to_frame_takes_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    polars = pytest.importorskip("polars")
    monkeypatch.setitem(sys.modules, "pandas", None)
    assert isinstance(some_history().to_frame(), polars.DataFrame)
    refused(lambda: some_history().to_frame("pandas"), RuntimeError, "pip install pandas")
    monkeypatch.setitem(sys.modules, "polars", None)
    refused(some_history().to_frame, RuntimeError, "pandas or polars", "pip install pandas")
    refused(lambda: some_history().to_frame("polars"), RuntimeError, "pip install polars")


def test_to_frame_of_another_library() -> None:
    refused(lambda: some_history().to_frame("pands"), ValueError, "did you mean 'pandas'?")


def test_evaluation_by_name_by_position_and_by_unpacking() -> None:
    X, y = rows()
    result = classifier(metrics=["accuracy"]).evaluate(X, y)
    loss, accuracy = result
    assert (loss, accuracy) == (result["loss"], result["accuracy"]) == (result[0], result[1])
    assert result.as_dict() == {"loss": loss, "accuracy": accuracy}
    assert type(loss) is float


def test_evaluation_without_metrics_is_one_number() -> None:
    X, y = rows()
    (loss,) = classifier().evaluate(X, y)
    assert np.isfinite(loss)


def test_evaluation_names_what_it_has() -> None:
    with pytest.raises(KeyError, match="one of loss, accuracy, got 'acc'; did you mean 'accuracy'"):
        Evaluation({"loss": 1.0, "accuracy": 0.5})["acc"]


def test_evaluation_survives_pickling() -> None:
    result = Evaluation({"loss": 1.0, "accuracy": 0.5})
    again = pickle.loads(pickle.dumps(result))
    assert again == result
    assert again["accuracy"] == 0.5
    assert repr(again) == "loss 1, accuracy 0.5"
