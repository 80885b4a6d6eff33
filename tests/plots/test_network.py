"""NetworkDisplay: neurons and weights, or blocks with shapes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError

draw = sw.plots.NetworkDisplay.from_estimator


def texts(display: Any) -> list[str]:
    return [text.get_text() for text in display.ax_.texts]


def test_every_weight_is_a_line_of_its_sign_and_size() -> None:
    model = sw.mlp([2, 3, 2])
    model.build(2)
    W1 = np.array([[1.0, -2.0, 0.0], [0.5, -0.25, 4.0]])
    model.set_parameters({"W1": W1, "W2": np.ones((3, 2))})
    display = draw(model)
    positive, negative = display.artists_["positive"], display.artists_["negative"]
    assert len(positive.get_segments()) == 3 + 6  # a weight of 0 has no line
    assert len(negative.get_segments()) == 2
    widths = positive.get_linewidths()
    assert widths[-1] == max(widths)  # the largest lies in front
    assert len({*widths}) == 3  # 0.5, 1 and 4, on one scale for both layers
    assert [end.tolist() for end in positive.get_segments()[-1]] == [[0, -0.5], [1, -1]]
    assert positive.get_linestyles() != negative.get_linestyles()  # without colours, too
    legend = [text.get_text() for text in display.ax_.get_legend().get_texts()]
    assert legend == ["weight > 0, up to 4", "weight < 0, down to -2"]


def test_biases_have_signs() -> None:
    model = sw.mlp([1, 3, 1])
    model.build(1)
    model.set_parameters({"b1": [2.0, -1.0, 0.01], "b2": [0.0]})
    display = draw(model)
    assert [text for text in texts(display) if len(text) == 1] == ["+", "\N{MINUS SIGN}"]
    faces = display.artists_["neurons"][1].get_facecolors()
    assert len({tuple(face) for face in faces}) == 3


def test_wide_layers_leave_neurons_out_and_say_so() -> None:
    display = draw(sw.mlp([2, 64, 2]))
    counts = [len(column.get_offsets()) for column in display.artists_["neurons"]]
    assert counts == [2, 16, 2]
    assert any("(16 of 64 shown)" in text for text in texts(display))
    assert len(display.artists_["positive"].get_segments()) < 2 * 16 * 2
    whole = draw(sw.mlp([2, 16, 2]))
    assert not any("shown" in text for text in texts(whole))
    assert [len(c.get_offsets()) for c in whole.artists_["neurons"]] == [2, 16, 2]
    assert [len(c.get_offsets()) for c in draw(sw.mlp([9, 2]), most=5).artists_["neurons"]] == [
        5,
        2,
    ]


def test_layers_without_weights_are_told_in_words() -> None:
    layers = [sw.Standardize(), sw.Dense(3), sw.Activation("relu"), sw.Dropout(0.5), sw.Dense(1)]
    display = draw(sw.Sequential(layers, input_shape=2))
    captions = [text for text in texts(display) if len(text) > 1]
    assert captions[0] == "input\nStandardize()"
    assert captions[1] == 'Dense(3)\nActivation("relu")\nDropout(0.5)'


def test_names_of_columns_and_classes_stand_beside_their_neurons() -> None:
    pandas = pytest.importorskip("pandas")
    model = sw.Sequential([sw.Dense(2)])
    model.compile("cross_entropy", seed=0)
    frame = pandas.DataFrame({"age": [1.0, 2, 3], "size": [3.0, 1, 2]})
    model.fit(frame, ["cat", "dog", "cat"], epochs=1, verbose=0)
    assert {"age", "size", "cat", "dog"} <= {*texts(draw(model))}


@pytest.mark.parametrize(
    ("model", "neurons"),
    [
        (sw.mlp([2, 16, 2]), True),
        (sw.mlp([64, 32, 10]), True),
        (sw.mlp([784, 128, 64, 10]), False),
        (sw.mlp([2, 4, 4, 4, 4, 4, 2]), False),
        (sw.Sequential([sw.Flatten(), sw.Dense(2)], input_shape=(2, 2)), False),
    ],
)
def test_small_networks_of_dense_layers_have_neurons(model: sw.Sequential, neurons: bool) -> None:
    assert bool(draw(model).columns) is neurons
    assert not draw(model, style="blocks").columns


def test_blocks_have_shapes_and_parameters() -> None:
    layers = [sw.Conv2D(6, 5, "relu"), sw.MaxPool2D(2), sw.Flatten(), sw.Dense(10)]
    display = draw(sw.Sequential(layers, input_shape=(28, 28, 1)))
    shown = texts(display)
    assert "(n, 28, 28, 1)" in shown
    assert 'layer 1: Conv2D(6, 5, "relu")' in shown
    assert "(n, 24, 24, 6), 156 parameters" in shown
    assert "(n, 12, 12, 6), no parameters" in shown
    assert "(n, 10), 8,650 parameters" in shown
    assert shown[-1] == "8,806 parameters in all"
    assert [len(block) for block in display.artists_["blocks"]] == [1, 4, 4, 1, 1]
    filled = {block[0].get_facecolor() for block in display.artists_["blocks"]}
    assert len(filled) == 2  # with parameters, and without


def test_many_layers_do_not_overlap() -> None:
    layers = [each for _ in range(12) for each in (sw.Dense(100, "relu"), sw.Dropout(0.1))]
    display = draw(sw.Sequential([*layers, sw.Dense(10)], input_shape=100))
    display.figure_.canvas.draw()
    boxes = [text.get_window_extent() for text in display.ax_.texts if text.get_text()]
    bottoms = sorted((box.y1, box.y0) for box in boxes)
    assert all(lower[0] <= upper[1] for lower, upper in pairwise(bottoms))


def test_it_draws_where_it_is_told_and_again() -> None:
    first = draw(sw.mlp([2, 3, 2]))
    second = draw(sw.mlp([2, 3, 2]), style="blocks", ax=first.ax_)
    assert second.figure_ is first.figure_
    assert first.plot().figure_ is not second.figure_


def test_errors_say_what_to_do() -> None:
    images = sw.Sequential([sw.Conv2D(2, 3), sw.Flatten(), sw.Dense(2)], input_shape=(5, 5, 1))
    with pytest.raises(DescriptionError, match=r"Dense layers, got rows of shape \(5, 5, 1\); lea"):
        draw(images, style="neurons")
    widened = sw.Sequential([sw.Reshape((2, 2)), sw.Flatten(), sw.Dense(2)], input_shape=4)
    with pytest.raises(DescriptionError, match=r"got layer .: Reshape\(\(2, 2\)\); leave"):
        draw(widened, style="neurons")
    with pytest.raises(DescriptionError, match=r"style one of auto, neurons, blocks, got 'block'"):
        draw(images, style="block")
    with pytest.raises(DescriptionError, match=r"a whole number most >= 2"):
        draw(images, most=1)
    with pytest.raises(NotReadyError, match=r"NetworkDisplay expects a known input shape"):
        draw(sw.Sequential([sw.Dense(2)]))
    with pytest.raises(DescriptionError, match=r"a model of scratchwork, got Dense"):
        draw(sw.Dense(2))


def test_weights_that_are_not_finite_have_no_lines() -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=2)
    model.compile("mean_squared_error", seed=0)
    model["W1"] = [[np.nan, 1.0], [1.0, 1.0]]
    with pytest.raises(DataError, match=r"expects finite weights, got NaN or infinity among them"):
        draw(model)
    assert len(draw(model, style="blocks").artists_["blocks"]) == 2
