"""DecisionBoundaryDisplay: what the network says over the plane, and the points."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, ShapeError

draw = sw.plots.DecisionBoundaryDisplay.from_estimator
X = np.array([[-1.0, -1.0], [1.0, 1.0], [-1.0, 1.0], [1.0, -1.0]])


def by_sign(loss: str = "cross_entropy", units: int = 2) -> sw.Sequential:
    """Says class 1 where the first feature is positive."""
    model = sw.Sequential([sw.Dense(units)], input_shape=2)
    model.compile(loss, seed=0)
    model["W1"] = [[-3.0, 3.0], [0.0, 0.0]] if units == 2 else [[6.0], [0.0]]
    return model


@pytest.mark.parametrize(
    ("loss", "units"), [("cross_entropy", 2), ("binary_cross_entropy", 1), ("hinge", 1)]
)
def test_the_plane_is_what_the_network_says(loss: str, units: int) -> None:
    model = by_sign(loss, units)
    display = draw(model, X, [0, 1, 0, 1], grid_resolution=21)
    assert display.outputs.shape == (21, 21, 2)
    assert display.extent == pytest.approx((-1.2, 1.2, -1.2, 1.2))
    said = display.outputs.argmax(axis=2)
    assert not said[:, :10].any()
    assert said[:, 11:].all()
    if loss != "hinge":
        rows = np.column_stack([np.linspace(-1.2, 1.2, 21), np.full(21, -1.2)])
        P = model.predict(rows)
        assert np.allclose(display.outputs[0, :, 1], P[:, -1], atol=1e-6)


def test_the_line_is_where_the_largest_changes() -> None:
    display = draw(by_sign(), X, [0, 1, 0, 1], grid_resolution=40)
    (line,) = display.boundary_
    (path,) = line.get_paths()
    assert np.allclose(path.vertices[:, 0], 0, atol=1e-6)


def test_each_class_has_a_colour_and_a_marker() -> None:
    y = [0, 1, 0, 1]
    display = draw(by_sign(), X, y, class_names=["left", "right"])
    left, right = display.points_
    assert np.array_equal(left.get_offsets(), X[[0, 2]])
    assert np.array_equal(right.get_offsets(), X[[1, 3]])
    assert to_hex(left.get_facecolor()[0]) != to_hex(right.get_facecolor()[0])
    assert len(left.get_paths()[0].vertices) != len(right.get_paths()[0].vertices)
    legend = display.ax_.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["left", "right"]


def test_colours_are_paler_where_it_is_less_certain() -> None:
    certain = draw(by_sign(), X, grid_resolution=41).surface_.get_array()
    assert certain is not None
    darkness = 1 - np.asarray(certain).mean(axis=2)[0]
    assert (np.diff(darkness[:20]) < 0).all()
    flat = draw(by_sign(), X, grid_resolution=41, response="classes").surface_.get_array()
    assert len(np.unique(np.asarray(flat)[0, :20].round(9), axis=0)) == 1


def test_without_points_regions_are_hatched() -> None:
    display = draw(by_sign(), X)
    assert display.points_ == []
    assert len(set(display.boundary_[-1].hatches)) == 2
    legend = display.ax_.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["class 0", "class 1"]


def test_three_classes_have_three_lines_and_text_labels_their_names() -> None:
    data = sw.datasets.iris(seed=0)
    names = np.array(["a", "b", "c"])[data.y_train]
    model = sw.mlp([2, 8, 3])
    model.compile("cross_entropy", sw.Adam(0.05), seed=0)
    model.fit(data.X_train[:, 2:], names, epochs=40, verbose=0)
    display = draw(model, data.X_train[:, 2:], names, grid_resolution=60)
    assert (len(display.boundary_), display.class_names) == (3, ["a", "b", "c"])
    assert [len(each.get_offsets()) for each in display.points_] == [35, 35, 35]


def test_labels_may_be_one_hot() -> None:
    display = draw(by_sign(), X, [[1, 0], [0, 1], [1, 0], [0, 1]])
    assert display.y is not None
    assert display.y.tolist() == [0, 1, 0, 1]


def test_a_frame_names_the_axes() -> None:
    pandas = pytest.importorskip("pandas")
    display = draw(by_sign(), pandas.DataFrame(X, columns=["width", "height"]))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("width", "height")
    assert draw(by_sign(), X).ax_.get_xlabel() == "X[:, 0]"


def test_columns_in_another_order_are_another_plane() -> None:
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame({"length": [0.0, 1.0, 2.0], "width": [1.0, 3.0, 5.0]})
    model = by_sign()
    model.fit(X, [0, 1, 1], epochs=1, verbose=0)
    with pytest.raises(DataError, match="got 'width' as column 0, which was 'length'"):
        draw(model, X[["width", "length"]])


def test_a_network_of_one_number_is_refused_for_that_and_not_for_its_labels() -> None:
    refuses(
        DescriptionError,
        "got one output, a number",
        by_sign("mean_squared_error", 1),
        X,
        [1.5, 2.5],
    )


def test_a_feature_that_never_changes_has_room() -> None:
    display = draw(by_sign(), [[0.0, 5.0], [2.0, 5.0]], margin=0)
    assert display.extent == (0.0, 2.0, 4.0, 6.0)


def test_one_class_everywhere_has_no_line() -> None:
    model = by_sign()
    model["b1"] = [50.0, -50.0]
    assert draw(model, X, [0, 1, 0, 1]).boundary_ == []


def refuses(kind: type[Exception], text: str, *given: Any, **settings: Any) -> None:
    with pytest.raises(kind, match=text):
        draw(*given, **settings)


def test_errors() -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    model.compile("cross_entropy", seed=0)
    refuses(ShapeError, r"a network of 2 features, got one of input \(3,\); train", model, X)
    refuses(ShapeError, r"X of shape \(n, 2\), got \(4, 3\)", by_sign(), np.zeros((4, 3)))
    refuses(DescriptionError, "response one of probabilities", by_sign(), X, response="odds")
    refuses(DescriptionError, "grid_resolution >= 2", by_sign(), X, grid_resolution=1)
    refuses(DescriptionError, "margin >= 0", by_sign(), X, margin=-1)
    refuses(DescriptionError, "expects 2 names, got 1", by_sign(), X, class_names=["a"])
    refuses(DataError, "at least one row", by_sign(), np.zeros((0, 2)))
