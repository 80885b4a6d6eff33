"""Results: rows, means, the best, the table, frames, pickles; and networks that diverge."""

from __future__ import annotations

import pickle
import sys
from math import isnan

import numpy as np
import pytest

import scratchwork as sw
from tests.sweeps import bits, build
from tests.training import refused, rows

X, y = rows(40)
HELD = (X[30:], y[30:])
GRID = {"width": [2, 6], "learning_rate": [0.5, 0.1]}


@pytest.fixture(scope="module")
def results() -> sw.Results:
    return sw.sweep(build, GRID, repeats=3).fit(X, y, epochs=4, validation_data=HELD)


@pytest.fixture(scope="module")
def diverged() -> sw.Results:
    """The second point diverges in its first epoch, the third in a later one."""
    grid = {"learning_rate": [0.1, 1e30, 200.0]}

    def linear(learning_rate: float) -> sw.Sequential:
        model = sw.Sequential([sw.Dense(1)])
        model.compile("mean_squared_error", sw.SGD(learning_rate), seed=0)
        return model

    return sw.sweep(linear, grid, repeats=2).fit(X, X[:, 0], batch_size=8, epochs=30)


def test_a_row_has_the_figures_of_its_history(results: sw.Results) -> None:
    for row in results:
        assert row.final == {name: column[-1] for name, column in row.history.history.items()}
        assert row.best["val_accuracy"] == max(row.history["val_accuracy"])
        assert row.best["val_loss"] == min(row.history["val_loss"])
        assert row.error is None
        assert 0 < row.seconds == row.history.seconds
        assert row.final["val_loss"] == pytest.approx(row.model.evaluate(*HELD)["loss"])


def test_it_is_a_sequence(results: sw.Results) -> None:
    assert len(results) == 12
    assert [row.repeat for row in results] == [0, 1, 2] * 4
    assert results[-1] is results.rows[11]
    assert results[2:4].rows == results.rows[2:4]
    assert results.models == tuple(row.model for row in results)
    assert results.histories[3] is results[3].history
    refused(lambda: results[12], ValueError, "a number below 12")
    refused(lambda: results["loss"], ValueError, "'loss'")  # type: ignore[call-overload]


def test_means_and_deviations_by_point(results: sw.Results) -> None:
    assert [point.settings for point in results.points] == [row.settings for row in results[::3]]
    for i, point in enumerate(results.points):
        values = np.array([row.final["val_loss"] for row in results[3 * i : 3 * i + 3]])
        assert point.mean["val_loss"] == pytest.approx(values.mean())
        assert point.deviation["val_loss"] == pytest.approx(values.std(ddof=1))
    every = np.array([row.final["loss"] for row in results])
    assert results.mean["loss"] == pytest.approx(every.mean())
    assert results.deviation["loss"] == pytest.approx(every.std(ddof=1))


def test_the_best_is_of_the_last_epoch_s_figure(results: sw.Results) -> None:
    assert results.by == "val_accuracy"
    assert results.best.final["val_accuracy"] == max(row.final["val_accuracy"] for row in results)
    means = [point.mean["val_accuracy"] for point in results.points]
    assert results.best_point.mean["val_accuracy"] == max(means)
    assert "best by val_accuracy, highest" in str(results)


def half(P: sw.Value, Y: sw.Value) -> sw.Value:
    return (abs(P - Y) < 0.5).mean(axis=1)


BY = {
    "val_accuracy": (["accuracy"], True),
    "accuracy": (["accuracy"], False),
    "val_loss": ([half], True),
    "loss": ([], False),
    "val_top_2_accuracy": ([half, sw.TopK(2), "accuracy"], True),
    "val_balanced_accuracy": (["balanced_accuracy"], True),
}


@pytest.mark.parametrize("by", BY)
def test_what_says_what_is_better(by: str) -> None:
    metrics, held = BY[by]
    data = (X, np.arange(40) % 4) if held else None
    found = sw.repeat(build(metrics=metrics), n=3).fit(X, y, epochs=1, validation_data=data)
    assert found.by == by
    better = min if by.endswith("loss") else max
    assert found.best.final[by] == better(row.final[by] for row in found)


@pytest.mark.parametrize("metric", ["mean_absolute_error", "r2"])
def test_an_error_is_better_when_it_is_less(metric: str) -> None:
    model = sw.Sequential([sw.Dense(1)])
    model.compile("mean_squared_error", sw.SGD(0.01), metrics=[metric], seed=0)
    found = sw.repeat(model, n=4).fit(X, X[:, 0], epochs=1)
    better = max if metric == "r2" else min
    assert found.best.final[metric] == better(row.final[metric] for row in found)
    assert found.by == metric


# ---- networks that diverge ----
def test_what_diverges_is_a_row_with_its_error(diverged: sw.Results) -> None:
    assert [row.error is None for row in diverged] == [True, True] + [False] * 4
    for row in diverged[2:]:
        assert isinstance(row.error, sw.errors.NonFiniteError)
        assert row.error.__traceback__ is None
        assert set(row.final) == set(row.best) == {"loss"}
        assert isnan(row.final["loss"])
        assert isnan(row.best["loss"])
        assert all(np.isfinite(array).all() for array in row.model.parameters.values())
    assert len(diverged[2].history) == 0 < len(diverged[4].history) < 30


def test_points_that_failed_are_shown_and_are_not_the_best(diverged: sw.Results) -> None:
    assert [point.failed for point in diverged.points] == [0, 2, 2]
    assert diverged.failed == 4
    assert isnan(diverged.points[1].mean["loss"])
    assert diverged.best_point.settings == {"learning_rate": 0.1}
    assert diverged.best.error is None
    head, *lines = str(diverged).splitlines()
    assert head.split()[-1] == "failed"
    assert [line.split()[-1] for line in lines[:3]] == ["0", "2", "2"]


def test_where_all_failed_there_is_no_best(diverged: sw.Results) -> None:
    failed = diverged[2:]
    assert "nan" in str(failed)
    refused(lambda: failed.best, RuntimeError, "4 that failed")
    refused(lambda: failed.best_point, RuntimeError, "results[0].error")
    refused(lambda: sw.Results().best, RuntimeError, "fit first")


# ---- tables ----
def test_the_table_has_a_line_a_point(results: sw.Results) -> None:
    head, *lines = str(results).splitlines()
    names = ["width", "learning_rate", "networks", "loss", "+-", "accuracy", "+-"]
    assert head.split()[:7] == names
    assert len({len(line) for line in (head, *lines[:4])}) == 1
    assert [line.split()[:3] for line in lines[:2]] == [["2", "0.5", "3"], ["2", "0.1", "3"]]
    assert lines[0].split()[3] == f"{results.points[0].mean['loss']:.6g}"
    assert str(results).isascii()
    assert repr(results) == str(results)


def test_one_repeat_has_no_deviation() -> None:
    found = sw.sweep(build, {"width": [2, 3]}, repeats=1).fit(X, y, epochs=1)
    assert "+-" not in str(found)
    assert isnan(found.points[0].deviation["loss"])


@pytest.mark.parametrize("library", ["pandas", "polars", None])
def test_it_becomes_a_frame(results: sw.Results, diverged: sw.Results, library: str | None) -> None:
    pytest.importorskip(library or "pandas")
    frame = results.to_frame(library)
    assert list(frame.columns) == [
        *("width", "learning_rate", "repeat", "seed", "loss", "accuracy", "val_loss"),
        *("val_accuracy", "best_loss", "best_accuracy", "best_val_loss", "best_val_accuracy"),
        *("epochs", "seconds", "error"),
    ]
    assert list(frame["width"]) == [2] * 6 + [6] * 6
    assert list(frame["val_loss"]) == [row.final["val_loss"] for row in results]
    assert "finite" in list(diverged.to_frame(library)["error"])[2]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_setting_called_as_a_figure_has_a_column_of_its_own(library: str) -> None:
    pytest.importorskip(library)
    grid = {"loss": ["cross_entropy", "categorical_hinge"], "width": [3, 2.0, None]}

    def odd(loss: str, width: float | None) -> sw.Sequential:
        return build(int(width or 4), loss=loss)

    frame = sw.sweep(odd, grid, repeats=1).fit(X, y, epochs=1).to_frame(library)
    assert list(frame["setting_loss"]) == ["cross_entropy"] * 3 + ["categorical_hinge"] * 3
    assert sum(frame["loss"]) > 0
    assert next(iter(frame["width"])) == 3.0


def test_a_frame_without_its_library(results: sw.Results, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    refused(lambda: results.to_frame("polars"), RuntimeError, "pip install polars", "results.rows")
    refused(lambda: results.to_frame("csv"), ValueError, "pandas, polars")


# ---- pickles ----
def test_it_pickles(results: sw.Results, diverged: sw.Results) -> None:
    again = pickle.loads(pickle.dumps(results))
    assert bits(again) == bits(results)
    assert str(again) == str(results)
    assert np.array_equal(again.best.model.predict(X), results.best.model.predict(X))
    error = pickle.loads(pickle.dumps(diverged))[2].error
    assert str(error) == str(diverged[2].error)
