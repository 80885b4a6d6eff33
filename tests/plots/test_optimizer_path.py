"""OptimizerPathDisplay: the loss around two numbers of a network, and the ways down."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError, UnknownNameError

draw = sw.plots.OptimizerPathDisplay.from_estimator
rng = np.random.default_rng(0)
X = rng.normal(1, 1, (60, 1))
y = 3 * X[:, 0] + 1 + rng.normal(0, 0.3, 60)
moons = sw.datasets.moons(seed=0)
M, m = moons.X_train[:60], moons.y_train[:60]


def line(**settings: Any) -> sw.Sequential:
    model = sw.Sequential([sw.Dense(1)], input_shape=1)
    model.compile("mean_squared_error", seed=0, **{"dtype": "float64", **settings})
    return model


def classifier(*layers: Any) -> sw.Sequential:
    model = sw.Sequential([*layers, sw.Dense(2)], input_shape=2)
    model.compile("cross_entropy", seed=0, dtype="float64")
    return model


def test_the_surface_is_the_loss_of_the_model() -> None:
    display = draw(line(), X, y, optimizers=["sgd"], epochs=2)
    assert display.names == ("W1[0, 0]", "b1[0]")
    expected = [[((a * X[:, 0] + b - y) ** 2).mean() for a in display.a] for b in display.b]
    assert np.allclose(display.loss, expected)


def test_a_path_is_gradient_descent() -> None:
    display = draw(line(), X, y, optimizers=[sw.SGD(0.1)], epochs=5, start=(-2, 4))
    point, expected = np.array([-2.0, 4.0]), [(-2.0, 4.0)]
    for _ in range(5):
        error = point[0] * X[:, 0] + point[1] - y
        point = point - 0.1 * np.array([2 * (error * X[:, 0]).mean(), 2 * error.mean()])
        expected.append(tuple(point))
    assert np.allclose(display.paths["SGD(0.1)"], expected)
    assert display.finals["SGD(0.1)"] == pytest.approx(
        ((point[0] * X[:, 0] + point[1] - y) ** 2).mean()
    )


def test_the_loss_is_what_is_minimised() -> None:
    model = line(regularizer=sw.L2(3.0), reduction="sum")
    display = draw(model, X, y, optimizers=["sgd"], epochs=1)
    a, b = display.a[5], display.b[7]
    expected = ((a * X[:, 0] + b - y) ** 2).sum() + 3.0 / 2 * a**2
    assert display.loss[7, 5] == pytest.approx(expected)


def test_all_others_are_held() -> None:
    model = classifier(sw.Dense(4, "tanh"))
    before = model.parameters
    chosen = [("W1", (0, 1)), ("b2", 0)]
    display = draw(model, M, m, optimizers=["adam", sw.SGD(0.5)], parameters=chosen, epochs=3)
    assert display.names == ("W1[0, 1]", "b2[0]")
    for name, array in model.parameters.items():  # it is not changed
        assert (array == before[name]).all()
    # one step of plain SGD moves the two as in training, and the next one from there
    w, b = before["W1"][0, 1], before["b2"][0]
    for point in display.paths["SGD(0.5)"][1:]:
        model.set_parameters({**before})
        changed = {"W1": before["W1"].copy(), "b2": before["b2"].copy()}
        changed["W1"][0, 1], changed["b2"][0] = w, b
        model.set_parameters(changed)
        trace = model.trace(M, m)
        w, b = w - 0.5 * trace["dW1"][0, 1], b - 0.5 * trace["db2"][0]
        assert np.allclose(point, (w, b))


def test_batches_are_for_two_numbers() -> None:
    display = draw(line(), X, y, optimizers=[sw.SGD(0.1)], epochs=3, batch_size=10)
    model = line(optimizer=sw.SGD(0.1))
    points = [(model["W1"][0, 0], model["b1"][0])]
    for _ in range(3):
        model.fit(X, y, epochs=1, batch_size=10, verbose=0)
        points.append((model["W1"][0, 0], model["b1"][0]))
    assert np.allclose(display.paths["SGD(0.1)"], points)
    two = {"parameters": [("b2", 0), ("b2", 1)], "optimizers": ["sgd"]}
    with pytest.raises(DescriptionError, match=r"batch_size=None where there are other param"):
        draw(classifier(sw.Dense(3)), M, m, batch_size=10, **two)


def test_a_path_that_diverges_ends_and_does_not_stretch_the_picture() -> None:
    given = {"good": sw.SGD(0.05), "bad": sw.SGD(1e200), "slow": sw.SGD(0.6)}
    display = draw(line(), X, y, optimizers=given, epochs=20)
    assert len(display.paths["bad"]) < 21
    assert np.isnan(display.finals["bad"])
    assert display.finals["slow"] > 1000
    assert display.a.max() - display.a.min() < 20
    texts = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert texts[1].startswith("bad: diverged in epoch ")
    assert texts[0] == f"good: loss {display.finals['good']:.3g}"


def test_lines_differ_without_colours() -> None:
    display = draw(line(), X, y, optimizers=["sgd", "adam", "rmsprop"], epochs=3)
    assert list(display.lines_) == list(display.paths) == ["SGD()", "Adam()", "RMSProp()"]
    markers = {each.get_marker() for each in display.lines_.values()}
    dashes = {each.get_linestyle() for each in display.lines_.values()}
    assert len(markers) == len(dashes) == 3


def test_a_model_may_wait_for_its_shape_and_fit_its_rows() -> None:
    model = sw.Sequential([sw.Standardize(), sw.Dense(1)])
    model.compile("mean_squared_error", seed=0, dtype="float64")
    display = draw(model, 1000 * X, y, optimizers=[sw.SGD(0.2)], epochs=40)
    assert display.finals["SGD(0.2)"] < 0.2
    assert model.run is None
    Z = (X[:, 0] - X.mean()) / X.std()
    expected = ((display.a[3] * Z + display.b[4] - y) ** 2).mean()
    assert display.loss[4, 3] == pytest.approx(expected)


def test_the_picture_is_where_it_is_told() -> None:
    ranges = ((-1, 1), (-2, 2))
    first = draw(line(), X, y, optimizers=["sgd"], epochs=1, ranges=ranges)
    assert (first.a[0], first.a[-1], first.b[0], first.b[-1]) == (-1, 1, -2, 2)
    assert first.ax_.get_xlim() == (-1, 1)
    assert draw(line(), X, y, optimizers=["sgd"], epochs=1, ax=first.ax_).ax_ is first.ax_


def test_errors_say_what_to_do() -> None:
    model, given = classifier(sw.Dense(3)), {"optimizers": ["sgd"]}
    with pytest.raises(DescriptionError, match=r"network of two numbers, got .*17; choose two"):
        draw(model, M, m, **given)
    with pytest.raises(UnknownNameError, match=r"one of W1, b1, W2, b2, got 'W3'"):
        draw(model, M, m, parameters=[("W3", 0), ("b1", 0)], **given)
    for place in (0, (0, 3), (0, -1), (0, 1.0), "b"):
        with pytest.raises(DataError, match=r"a place in W1 \(2, 3\), got .*; indices count"):
            draw(model, M, m, parameters=[("W1", place), ("b1", 0)], **given)
    with pytest.raises(DescriptionError, match=r"two different parameters, got b1\[0\], b1\[0\]"):
        draw(model, M, m, parameters=[("b1", 0), ("b1", (0,))], **given)
    with pytest.raises(DescriptionError, match=r"parameters as \(name, index\), got 'W1'"):
        draw(model, M, m, parameters=["W1", "b1"], **given)
    with pytest.raises(DescriptionError, match=r"did you mean 'Adam'"):
        draw(line(), X, y, optimizers=["adm"])
    with pytest.raises(DataError, match=r"start as two finite numbers, got \(1,\)"):
        draw(line(), X, y, start=(1,), **given)
    for ranges in (((0, 1),), ((0, 1), (1, 0)), ((0, 1), (0, float("inf")))):
        with pytest.raises(DataError, match=r"ranges as \(low, high\) of both"):
            draw(line(), X, y, ranges=ranges, **given)
    dead = line()
    with pytest.raises(DataError, match=r"a loss that changes .*, got the same everywhere; choose"):
        draw(dead, 0 * X, y, ranges=((0, 1), (0, 1e-300)), **given)
    with pytest.raises(DescriptionError, match=r"at least one optimizer, got none"):
        draw(line(), X, y, optimizers=[])
    with pytest.raises(NotReadyError, match=r"OptimizerPathDisplay expects a compiled model"):
        draw(sw.Sequential([sw.Dense(1)]), X, y, **given)
    with pytest.raises(DescriptionError, match=r"a model of scratchwork, got str"):
        draw("model", X, y, **given)
