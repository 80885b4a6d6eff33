"""LearningCurveDisplay: the numbers of the history, the best epoch, and where a rate changed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError, UnknownNameError

draw = sw.plots.LearningCurveDisplay.from_history


def fitted(rate: Any = 0.1, epochs: int = 4, **settings: Any) -> sw.Sequential:
    data = sw.datasets.moons(100, seed=0)
    model = sw.mlp([2, 4, 2])
    model.compile("cross_entropy", sw.SGD(rate), metrics=["accuracy"], seed=0, **settings)
    validation = (data.X_val, data.y_val)
    model.fit(data.X_train, data.y_train, epochs=epochs, validation_data=validation, verbose=0)
    return model


def texts(ax: Any) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_lines_are_the_history() -> None:
    model = fitted()
    display = sw.plots.LearningCurveDisplay.from_estimator(model)
    assert list(display.lines_) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    for name, line in display.lines_.items():
        assert list(line.get_xdata()) == [1, 2, 3, 4]
        assert list(line.get_ydata()) == model.history[name]
    assert [ax.get_ylabel() for ax in display.axes_.flat] == ["loss", "accuracy"]
    solid, dashed = display.lines_["loss"], display.lines_["val_loss"]
    assert solid.get_linestyle() != dashed.get_linestyle()


def test_the_star_is_at_the_best_epoch_of_validation() -> None:
    history = {
        "loss": [3.0, 2.0, 1.0],
        "val_loss": [3.0, 1.5, 2.0],
        "accuracy": [0.1, 0.9, 0.8],
        "mean_absolute_error": [3.0, 1.0, 2.0],
    }
    display = draw(history)
    found = {
        name: (star.get_xdata()[0], star.get_ydata()[0]) for name, star in display.best_.items()
    }
    assert found == {"loss": (2, 1.5), "accuracy": (2, 0.9), "mean_absolute_error": (2, 1.0)}
    assert "best: 1.5, epoch 2" in texts(display.axes_.flat[0])


def test_of_a_metric_of_ones_own_it_is_not_known_what_is_better() -> None:
    assert list(draw({"loss": [1.0, 2.0], "surprise": [1.0, 2.0]}).best_) == ["loss"]
    assert list(draw({"val_f1_macro": [1.0, 2.0], "mse": [1.0, 2.0]}).best_) == ["f1_macro", "mse"]


def test_epochs_without_a_number_have_no_star() -> None:
    history = {"loss": [2.0, 1.0, 3.0], "val_loss": [np.nan, np.nan, 5.0]}
    display = draw(history)
    assert display.best_["loss"].get_xdata()[0] == 3
    assert draw({"loss": [1.0], "val_loss": [np.nan]}).best_ == {}


def test_a_schedule_is_marked_where_an_epoch_begins_with_another_rate() -> None:
    model = fitted(sw.PiecewiseConstant((2,), (0.1, 0.01)))
    assert model.history.learning_rate == [0.1, 0.1, 0.01, 0.01]
    display = sw.plots.LearningCurveDisplay.from_estimator(model)
    assert [line.get_xdata()[0] for line in display.changes_] == [2.5, 2.5]  # in both pictures
    assert "learning rate, at first 0.1" in texts(display.axes_.flat[0])
    assert [note.get_text() for note in display.axes_.flat[0].texts] == ["0.01"]


def test_a_rate_set_in_a_callback_is_marked() -> None:
    data, model = sw.datasets.moons(100, seed=0), sw.mlp([2, 4, 2])
    model.compile("cross_entropy", sw.SGD(0.5), seed=0)

    def slower(model: sw.Sequential) -> None:
        if len(model.history) == 1:
            model.learning_rate = 0.05

    history = model.fit(data.X_train, data.y_train, epochs=3, callbacks=[slower], verbose=0)
    assert history.learning_rate == [0.5, 0.05, 0.05]
    assert [line.get_xdata()[0] for line in draw(history).changes_] == [1.5]


def test_a_rate_that_changes_all_the_time_is_told_under_the_axis() -> None:
    display = sw.plots.LearningCurveDisplay.from_estimator(
        fitted(sw.ExponentialDecay(0.1, 0.5, decay_steps=3), epochs=10)
    )
    assert display.changes_ == []
    assert display.axes_.flat[0].get_xlabel() == "epoch\nlearning rate 0.1 to 0.000195"


def test_all_fits_of_a_model_follow_each_other() -> None:
    model = fitted(epochs=2)
    data = sw.datasets.moons(100, seed=0)
    model.fit(data.X_train, data.y_train, epochs=2, verbose=0)
    display = sw.plots.LearningCurveDisplay.from_estimator(model)
    assert list(display.lines_["loss"].get_xdata()) == [1, 2, 3, 4]
    assert np.isnan(display.lines_["val_loss"].get_ydata()[2:]).all()


def test_epochs_are_whole_numbers() -> None:
    for number in (1, 2, 1000):
        ticks = draw({"loss": [1.0] * number}).ax_.get_xticks()
        assert (ticks == np.round(ticks)).all()


def test_names_choose_pictures() -> None:
    history = {"loss": [1.0], "penalty": [0.1], "accuracy": [0.5], "val_accuracy": [0.4]}
    assert draw(history).names == ["loss", "accuracy"]  # the penalty stands in the loss
    assert list(draw(history, names=["penalty"]).lines_) == ["penalty"]
    one = draw(history, names=["accuracy"])
    assert one.axes_.shape == (1, 1)
    assert one.axes_[0, 0] is one.ax_


@pytest.mark.parametrize(("number", "shape"), [(2, (1, 2)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3))])
def test_many_pictures_stand_in_rows(number: int, shape: tuple[int, int]) -> None:
    display = draw({f"metric_{i}": [1.0, 2.0] for i in range(number)})
    assert display.axes_.shape == shape
    assert [ax.axison for ax in display.axes_.flat].count(True) == number


def test_a_keras_history_has_its_rates() -> None:
    display = draw({"loss": [2.0, 1.0, 0.9], "learning_rate": [0.1, 0.1, 0.01]})
    assert display.names == ["loss"]
    assert [line.get_xdata()[0] for line in display.changes_] == [2.5]


def test_errors() -> None:
    with pytest.raises(NotReadyError, match=r"at least one epoch, got an empty one; call fit\("):
        draw({})
    with pytest.raises(UnknownNameError, match="one of loss, got 'acuracy'"):
        draw({"loss": [1.0]}, names=["acuracy"])
    with pytest.raises(DataError, match="lists of equal length, got loss of 2, accuracy of 1"):
        draw({"loss": [1.0, 2.0], "accuracy": [1.0]})
    with pytest.raises(DataError, match="a History or a dict of lists, got list"):
        draw([1.0, 2.0])  # type: ignore[arg-type]


@pytest.mark.parametrize("names", ["val_loss", ["val_loss"], ["loss", "val_loss"]])
def test_a_name_of_validation_is_that_of_its_picture(names: Any) -> None:
    display = draw({"loss": [2.0, 1.0], "val_loss": [2.0, 3.0]}, names=names)
    assert list(display.names) == ["loss"]
    assert texts(display.axes_.flat[0]) == ["training", "validation", "best: 2, epoch 1"]
    assert list(display.lines_["val_loss"].get_ydata()) == [2.0, 3.0]


def test_no_name_and_no_numbers_are_refused() -> None:
    with pytest.raises(DescriptionError, match=r"one of loss, got no name; leave names out"):
        draw({"loss": [2.0, 1.0]}, names=[])
    for entry in ("much", None):
        with pytest.raises(DataError, match=r"lists of numbers, got loss \[2.0, .*; give a number"):
            draw({"loss": [2.0, entry]})
