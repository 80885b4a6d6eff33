"""WeightsDisplay: the first layer's weights, each where its pixel is, on one scale."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, ShapeError

draw = sw.plots.WeightsDisplay.from_estimator


def built(*layers: Any, shape: Any) -> sw.Sequential:
    model = sw.Sequential([*layers, sw.Flatten(), sw.Dense(2)])
    model.build(shape)
    return model


@pytest.mark.parametrize(("shape", "before"), [(64, []), ((8, 8), [sw.Flatten()])])
def test_the_weights_into_a_unit_are_an_image(shape: Any, before: Any) -> None:
    model = built(sw.Rescale(1 / 16), *before, sw.Dense(3, activation="relu"), shape=shape)
    display = draw(model)
    assert display.weights.shape == (3, 8, 8)
    assert np.array_equal(display.weights[1], model["W1"][:, 1].reshape(8, 8))
    assert display.titles == ["unit 1", "unit 2", "unit 3"]
    assert np.array_equal(np.asarray(display.images_[1].get_array()), display.weights[1])


def test_an_image_need_not_be_square() -> None:
    model = built(sw.Flatten(), sw.Dense(2), shape=(4, 6))
    assert draw(model).weights.shape == (2, 4, 6)
    assert draw(built(sw.Dense(2), shape=24), image_shape=(4, 6)).weights.shape == (2, 4, 6)


@pytest.mark.parametrize("channels", [1, 3])
def test_filters_find_the_window_that_they_look_for(channels: int) -> None:
    """The filter's own picture is what it answers most to: axes are not mixed up."""
    layer = sw.Conv2D(4, (3, 2), use_bias=False)
    model = sw.Sequential([layer, sw.Flatten()], input_shape=(3, 2, channels))
    model.build((3, 2, channels))
    display = draw(model)
    assert display.weights.shape == (4 * channels, 3, 2)
    kernels = display.weights.reshape(4, channels, 3, 2)
    for k, kernel in enumerate(kernels):
        window = np.moveaxis(kernel, 0, -1)[None]
        answer = model.predict(window, raw=True)[0, k]
        assert answer == pytest.approx((kernel**2).sum(), rel=1e-5)
    assert display.titles[:2] == (["filter 1", "filter 2"] if channels == 1 else
                                  ["filter 1, 1", "filter 1, 2"])  # fmt: skip


def test_channels_of_a_filter_stand_side_by_side() -> None:
    model = built(sw.Conv2D(5, 3), shape=(8, 8, 3))
    assert draw(model, columns=8).axes_.shape == (3, 6)


def test_all_have_one_scale_around_0() -> None:
    display = draw(built(sw.Dense(3), shape=64))
    end = float(np.abs(display.weights).max())
    assert {image.get_clim() for image in display.images_} == {(-end, end)}
    assert display.colorbar_.mappable is display.images_[0]


def test_only_so_many_are_shown() -> None:
    display = draw(built(sw.Dense(50), shape=64), most=10, columns=4)
    assert display.weights.shape == (10, 8, 8)
    assert display.axes_.shape == (3, 4)


def test_weights_of_0_have_a_picture() -> None:
    model = built(sw.Dense(2), shape=64)
    model["W1"] = np.zeros((64, 2))
    assert draw(model).images_[0].get_clim() == (-1, 1)


def test_errors() -> None:
    with pytest.raises(
        ShapeError, match=r"layer 1: Dense\(4\) expects pixels of an image, got 2 f"
    ):
        draw(built(sw.Dense(4), shape=2))
    with pytest.raises(ShapeError, match=r"of 64 numbers, got \(4, 4\)"):
        draw(built(sw.Dense(4), shape=64), image_shape=(4, 4))
    alone = sw.Sequential([sw.LayerNorm()])
    alone.build(64)
    with pytest.raises(DescriptionError, match="a Dense or Conv2D layer, got none"):
        draw(alone)
    model = built(sw.Dense(4), shape=64)
    model["W1"] = np.full((64, 4), np.nan)
    with pytest.raises(DataError, match="finite weights, got NaN"):
        draw(model)
    with pytest.raises(DescriptionError, match="most >= 1"):
        draw(model, most=0)
