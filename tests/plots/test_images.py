"""ImagesDisplay and MistakesDisplay: which images, what stands over them, what is framed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, ShapeError

draw = sw.plots.ImagesDisplay.from_images
worst = sw.plots.MistakesDisplay.from_estimator
rng = np.random.default_rng(0)


def shown(display: Any) -> list[Any]:
    return [np.asarray(image.get_array()) for image in display.images_]


def titles(display: Any) -> list[str]:
    return [ax.get_title() for ax in display.axes_.flat[: len(display.images_)]]


@pytest.mark.parametrize(
    ("shape", "image_shape", "seen"),
    [
        ((12, 6, 5), None, (6, 5)),
        ((12, 6, 5, 1), None, (6, 5)),
        ((12, 6, 5, 3), None, (6, 5, 3)),
        ((12, 64), None, (8, 8)),
        ((12, 784), None, (28, 28)),
        ((12, 30), (6, 5), (6, 5)),
        ((12, 90), (6, 5, 3), (6, 5, 3)),
        ((12, 4), (2, 2), (2, 2)),
    ],
)
def test_rows_are_images(shape: Any, image_shape: Any, seen: Any) -> None:
    X = rng.random(shape)
    display = draw(X, image_shape=image_shape)
    assert display.axes_.shape == (2, 5)
    assert len(display.images_) == 10
    for row, image in zip(X, shown(display), strict=False):
        assert np.allclose(image, row.reshape(seen))


def test_grey_images_share_a_scale() -> None:
    X = np.stack([np.full((4, 4), 10.0), np.full((4, 4), 200.0)])
    assert {image.get_clim() for image in draw(X).images_} == {(0.0, 200.0)}


@pytest.mark.parametrize("scale", [1, 255, 1000])
def test_colours_lie_between_0_and_1(scale: int) -> None:
    X = rng.random((2, 4, 4, 3)) * scale
    for image, row in zip(shown(draw(X)), X, strict=True):
        assert np.allclose(image, row / (X.max() if scale == 1000 else scale))
    stretched = np.stack(shown(draw(X - X.mean())))
    assert (stretched.min(), stretched.max()) == pytest.approx((0, 1))
    whole = (255 * X / scale).astype(np.uint8)
    assert np.allclose(shown(draw(whole))[0], whole[0] / 255)


def test_labels_stand_over_the_images() -> None:
    display = draw(rng.random((3, 5, 5)), ["cat", "dog", "cat"])
    assert titles(display) == ["cat", "dog", "cat"]
    assert titles(draw(rng.random((2, 5, 5)))) == ["", ""]


def test_a_wrong_prediction_is_seen_without_colours() -> None:
    display = draw(rng.random((3, 5, 5)), [1, 2, 3], [1, 7, 3])
    assert titles(display) == ["1", "says 7\nis 2", "3"]
    frames = [ax.spines["left"].get_visible() for ax in display.axes_[0]]
    weights = [ax.title.get_fontweight() for ax in display.axes_[0]]
    assert frames == [False, True, False]
    assert weights == ["normal", "bold", "normal"]
    assert titles(draw(rng.random((1, 5, 5)), None, [4])) == ["says 4"]


def test_a_grid_is_no_larger_than_its_images() -> None:
    assert draw(rng.random((3, 5, 5)), columns=5).axes_.shape == (1, 3)
    display = draw(rng.random((7, 5, 5)), rows=3, columns=3)
    assert [ax.axison for ax in display.axes_.flat] == [True] * 7 + [False] * 2


# ---- what a network says ----
def pointing(rows: Any, k: int = 3) -> tuple[sw.Sequential, Any]:
    """A network whose raw outputs for image i are rows[i], and the images."""
    rows = np.asarray(rows, float)
    X = np.zeros((len(rows), 5, 5))
    X[:, 0, :k] = rows
    model = sw.Sequential([sw.Flatten(), sw.Dense(k, use_bias=False)], input_shape=(5, 5))
    model.compile("cross_entropy", dtype="float64", seed=0)
    model["W1"] = np.eye(25, k)
    return model, X


RAW = [[9, 0, 0], [0, 1, 0], [0, 0, 6], [2, 0, 0], [0, 3, 0]]
LABELS = [0, 0, 1, 1, 2]  # the first is right, the third the worst


def test_a_network_is_asked() -> None:
    model, X = pointing(RAW)
    display = sw.plots.ImagesDisplay.from_estimator(model, X, LABELS, class_names=["a", "b", "c"])
    assert titles(display) == [
        "a", "says b\nis a", "says c\nis b", "says a\nis b", "says b\nis c",
    ]  # fmt: skip


@pytest.mark.parametrize("by", ["loss", "confidence"])
def test_the_worst_mistakes_come_first(by: Any) -> None:
    model, X = pointing(RAW)
    display = worst(model, X, LABELS, by=by)
    assert display.rows.tolist() == [2, 4, 3, 1]
    assert (display.mistakes, display.of) == (4, 5)
    assert display.figure_.get_suptitle() == "4 of 5 rows are wrong"
    for row, image in zip(display.rows, shown(display), strict=True):
        assert np.array_equal(image, X[row])
    P = model.predict(X)
    assert titles(display)[1] == f"says 1 ({100 * P[4, 1]:.0f} %)\nis 2 ({100 * P[4, 2]:.0f} %)"


def test_loss_and_confidence_differ() -> None:
    """One is surer of what is wrong, the other gives less to what is right."""
    model, X = pointing([[4.0, 3.0, -9.0], [2.0, 2.1, -1.0]])
    P = model.predict(X)
    assert P[0].max() > P[1].max()
    assert P[0, 1] > P[1, 2]
    assert worst(model, X, [1, 2], by="confidence").rows.tolist() == [0, 1]
    assert worst(model, X, [1, 2], by="loss").rows.tolist() == [1, 0]


def test_only_so_many_are_shown() -> None:
    model, X = pointing(RAW)
    display = worst(model, X, LABELS, rows=1, columns=2)
    assert display.rows.tolist() == [2, 4]
    assert display.figure_.get_suptitle() == "4 of 5 rows are wrong; the worst 2"


def test_certain_mistakes_are_not_rounded_to_certainty() -> None:
    model, X = pointing([[6.0, 0, 0], [40.0, 0, 0]])
    assert titles(worst(model, X, [1, 1])) == [
        "says 0 (> 99.9 %)\nis 1 (< 0.1 %)",
        "says 0 (99.5 %)\nis 1 (0.2 %)",
    ]


def test_without_a_mistake_it_says_so() -> None:
    model, X = pointing(RAW)
    display = worst(model, X[:1], LABELS[:1])
    assert display.images_ == []
    assert display.figure_.get_suptitle() == "0 of 1 rows are wrong"


def test_pictures_of_rows_that_are_no_images() -> None:
    model = sw.Sequential([sw.Dense(2, use_bias=False)], input_shape=2)
    model.compile("cross_entropy", seed=0)
    model["W1"] = np.eye(2)
    pictures = rng.random((3, 6, 6))
    display = worst(model, [[1, 0], [0, 1], [1, 0]], [0, 0, 0], images=pictures)
    assert np.array_equal(shown(display)[0], pictures[1])
    with pytest.raises(DataError, match="2 for 3 rows"):
        worst(model, [[1, 0], [0, 1], [1, 0]], [0, 0, 0], images=pictures[:2])


def test_other_outputs_are_no_probabilities() -> None:
    model = sw.Sequential([sw.Flatten(), sw.Dense(2)], input_shape=(5, 5))
    model.compile("categorical_hinge", seed=0)
    X = np.ones((4, 5, 5))
    with pytest.raises(DescriptionError, match=r'probabilities for by="loss".*by="confidence"'):
        worst(model, X, [0, 1, 0, 1])
    display = worst(model, X, [0, 1, 0, 1], by="confidence")
    assert "%" not in titles(display)[0]


@pytest.mark.parametrize(
    ("X", "settings", "kind", "text"),
    [
        (np.zeros((3, 7)), {}, ShapeError, r"rows of h \* w pixels, got \(3, 7\); give image_sh"),
        (np.zeros((3, 4)), {}, ShapeError, r"got \(3, 4\); give image_shape"),
        (np.zeros((3, 3, 8, 8)), {}, ShapeError, r"np.moveaxis\(X, 1, -1\)"),
        (np.zeros((0, 8, 8)), {}, ShapeError, "check how the rows were selected"),
        (np.zeros(64), {}, ShapeError, r"one image alone is X\[None\]"),
        (np.zeros((3, 64)), {"image_shape": (4, 4)}, ShapeError, "of 64 numbers, got"),
        (np.zeros((3, 64)), {"image_shape": 8}, ShapeError, "of 64 numbers, got 8"),
        (np.full((3, 8, 8), np.nan), {}, DataError, r"finite numbers, got nan at row 0"),
        (np.zeros((3, 64)), {"y": [1, 2]}, DataError, "2 for 3 rows"),
        (np.zeros((3, 64)), {"rows": 0}, DescriptionError, "rows >= 1"),
    ],
)
def test_errors(X: Any, settings: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        draw(X, **settings)


def test_the_heading_over_few_mistakes_is_inside_the_figure() -> None:
    model = sw.Sequential([sw.Flatten(), sw.Dense(2)], input_shape=(4, 4))
    model.compile("cross_entropy", seed=0)
    model["b1"] = [1.0, 0.0]
    for y in ([0, 0], [0, 1]):  # no mistake, and one
        figure = sw.plots.MistakesDisplay.from_estimator(model, np.zeros((2, 4, 4)), y).figure_
        figure.draw_without_rendering()
        (heading,) = figure.texts
        box = heading.get_window_extent()
        assert 0 <= box.x0 < box.x1 <= figure.bbox.x1


def test_one_image_alone_needs_an_axis() -> None:
    with pytest.raises(ShapeError, match=r"got \(28, 28\); one image alone is X\[None\]"):
        draw(np.zeros((28, 28)))
