"""SweepDisplay: means, spread and single networks against what was swept."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError

Display = sw.plots.SweepDisplay
data = sw.datasets.moons(seed=0)


def build(width: int = 2, rate: float = 0.5, optimizer: Any = None) -> sw.Sequential:
    model = sw.mlp([2, width, 2])
    model.compile("cross_entropy", optimizer or sw.SGD(rate), metrics=["accuracy"], seed=0)
    return model


def results(grid: Any, epochs: int = 2, repeats: int = 3) -> sw.Results:
    held = data.X_val, data.y_val
    networks = sw.sweep(build, grid, repeats=repeats)
    fit = {"batch_size": 100, "epochs": epochs, "validation_data": held, "verbose": 0}
    return networks.fit(data.X_train, data.y_train, **fit)


def test_means_and_networks_are_those_of_the_results() -> None:
    swept = results({"width": [8, 2, 4]})
    display = Display.from_results(swept)
    assert (display.name, display.figure) == ("width", "val_accuracy")
    assert list(display.values) == [2, 4, 8]  # in rising order
    means = {point.settings["width"]: point.mean["val_accuracy"] for point in swept.points}
    (line,) = display.lines_
    assert list(line.get_xdata()) == [2, 4, 8]
    assert np.allclose(line.get_ydata(), [means[2], means[4], means[8]])
    (dots,) = display.points_
    finals = [(row.settings["width"], row.final["val_accuracy"]) for row in swept]
    assert {*map(tuple, dots.get_offsets().tolist())} == {*finals}
    assert display.ax_.get_legend() is None


def test_the_band_is_one_deviation_wide() -> None:
    swept = results({"width": [2, 4]})
    display = Display.from_results(swept, figure="loss")
    outline = display.spreads_[0].get_paths()[0].vertices
    for point in swept.points:
        ends = outline[outline[:, 0] == point.settings["width"], 1]
        half = point.deviation["loss"]
        assert ends.min() == pytest.approx(point.mean["loss"] - half)
        assert ends.max() == pytest.approx(point.mean["loss"] + half)


def test_several_results_are_series() -> None:
    grid = {"width": [2, 4]}
    display = Display.from_results({"2 epochs": results(grid), "4 epochs": results(grid, 4)})
    first, second = display.lines_
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == [*display.scores]
    assert list(display.scores) == ["2 epochs", "4 epochs"]
    for style in ("color", "linestyle", "marker"):
        assert getattr(first, f"get_{style}")() != getattr(second, f"get_{style}")()


def test_other_settings_are_series() -> None:
    swept = results({"width": [2, 4], "rate": [0.5, 0.1], "optimizer": [None]}, repeats=1)
    assert list(Display.from_results(swept).scores) == ["rate=0.5", "rate=0.1"]
    display = Display.from_results(swept, name="rate")
    assert list(display.scores) == ["width=2", "width=4"]
    assert display.ax_.get_xlabel() == "rate"


def test_categories_stand_side_by_side() -> None:
    swept = results({"optimizer": ["adam", sw.SGD(0.5, momentum=0.9), "sgd"]})
    display = Display.from_results(swept)
    texts = [text.get_text() for text in display.ax_.get_xticklabels()]
    assert texts == ["adam", "SGD(0.5, momentum=0.9)", "sgd"]
    assert display.lines_[0].get_linestyle() == "None"  # there is nothing between them


def test_networks_that_failed_are_counted() -> None:
    swept = results({"rate": [0.5, 1e30]})
    assert swept.failed == 3
    display = Display.from_results(swept)
    assert [text.get_text() for text in display.ax_.texts] == ["3 failed"]
    assert np.isfinite(display.lines_[0].get_ydata()).tolist() == [True, False]
    assert len(display.points_[0].get_offsets()) == 3


@pytest.mark.parametrize(
    ("values", "scale"),
    [
        ([1, 2, 4, 8, 16], "log"),
        ([0.1, 0.01, 0.001], "log"),
        ([0, 0.001, 0.01, 0.1], "symlog"),
        ([3, 9, 15, 21], "linear"),
        ([-1, 0, 1, 2], "linear"),
        ([5], "linear"),
    ],
)
def test_numbers_that_grow_by_factors_have_a_logarithmic_scale(values: Any, scale: str) -> None:
    display = Display.from_arrays(values, np.ones(len(values)))
    assert display.ax_.get_xscale() == scale
    assert set(display.ax_.get_xticks()) <= set(values)


@pytest.mark.parametrize("values", [range(3, 257), np.geomspace(1, 1000, 60), [1, 1.1, 1.2, 100]])
def test_ticks_do_not_overlap(values: Any) -> None:
    display = Display.from_arrays(values, np.ones((len(values), 2)))
    display.figure_.canvas.draw()
    inside = display.ax_.get_window_extent()
    texts = [text.get_window_extent() for text in display.ax_.get_xticklabels()]
    boxes = [box for box in texts if inside.x0 - 9 < box.x0 and box.x1 < inside.x1 + 9]
    assert 2 <= len(boxes) < 30
    assert all(a.x1 < b.x0 for a, b in pairwise(boxes))


def test_one_network_has_no_spread() -> None:
    display = Display.from_arrays(["a", "b"], [[0.5, 0.7], [0.5, np.nan]])
    (bars,) = display.spreads_[0].lines[2]
    first, second = bars.get_segments()
    assert first[1, 1] - first[0, 1] == pytest.approx(2 * np.std([0.5, 0.7], ddof=1))
    assert not second.size


def test_arrays_of_any_origin() -> None:
    scores = {"a": [[0.5, 0.7], [np.nan, 0.9]], "b": [0.1, 0.2]}
    display = Display.from_arrays([1, 2], scores, name="depth", figure="score")
    a, b = display.lines_
    assert np.allclose(a.get_ydata(), [0.6, 0.9])
    assert np.allclose(b.get_ydata(), [0.1, 0.2])
    assert [text.get_text() for text in display.ax_.texts] == ["1 failed"]
    assert display.plot().figure_ is not a.figure


def test_equal_numbers_are_one_value() -> None:
    assert list(Display.from_arrays([1, 1.0, 2], [1, 3, 5]).lines_[0].get_ydata()) == [2, 5]


def test_numbers_of_numpy_are_numbers() -> None:
    display = Display.from_arrays(np.array([2, 0.5, 1]), np.eye(3))
    assert list(display.values) == [0.5, 1, 2]
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == ["0.5", "1", "2"]


def test_errors_say_what_there_is() -> None:
    swept = results({"width": [2]}, epochs=1, repeats=1)
    with pytest.raises(DataError, match=r"name one of width, got 'with'; did you mean 'width'"):
        Display.from_results(swept, name="with")
    with pytest.raises(DataError, match=r"figure one of loss, .*; did you mean 'accuracy'"):
        Display.from_results(swept, figure="acuracy")
    with pytest.raises(DataError, match=r"Results, or a dict of them, got list; .*from_arrays"):
        Display.from_results([0.1, 0.2])
    with pytest.raises(DataError, match=r"results of networks, got none; fit the sweep first"):
        Display.from_results(sw.Results())
    repeated = sw.repeat(build(), n=1).fit(data.X_train, data.y_train, epochs=1, verbose=0)
    with pytest.raises(DataError, match=r"results of a sweep, got those of one network repeated"):
        Display.from_results(repeated)
    with pytest.raises(DataError, match=r"scores of shape \(3,\) or \(3, repeats\), got \(2,\)"):
        Display.from_arrays([1, 2, 3], [1, 2])


def test_no_values() -> None:
    with pytest.raises(DataError, match=r"SweepDisplay\(values\) expects at least one value"):
        sw.plots.SweepDisplay.from_arrays([], [])
