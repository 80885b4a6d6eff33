"""What all pictures keep to: loaded when asked for, readable without colours, drawn where said."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError
from scratchwork.plots import style

P = sw.plots
HISTORY = {"loss": [2.0, 1.0], "accuracy": [0.5, 0.75]}


def run(code: str) -> str:
    """What a fresh Python prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout


def test_matplotlib_is_loaded_when_pictures_are_asked_for() -> None:
    code = "import sys, scratchwork as sw; before = 'matplotlib' in sys.modules; sw.plots; "
    assert run(code + "print(before, 'matplotlib' in sys.modules)") == "False True\n"


@pytest.mark.parametrize("line", ["sw.plots", "import scratchwork.plots"])
def test_without_matplotlib_the_error_says_what_to_install(line: str) -> None:
    code = f"""
import sys, scratchwork as sw
sys.modules["matplotlib"] = None
try:
    {line}
except ImportError as error:
    print(isinstance(error, sw.ScratchworkError), error)
"""
    assert 'True scratchwork.plots expects matplotlib, got none installed; pip install "' in run(
        code
    )
    assert "scratchwork[plot]" in run(code)


def test_every_display_is_documented_and_named_as_scikit_learn_s() -> None:
    displays = [name for name in P.__all__ if name != "LayerRecorder"]
    assert all(name.endswith("Display") for name in displays)
    for name in displays:
        kind = getattr(P, name)
        assert "Examples\n" in kind.__doc__
        makers = [each for each in vars(kind) if each.startswith("from_")]
        assert makers
        assert all(getattr(kind, each).__doc__ for each in (*makers, "plot"))


def luminance(color: str) -> float:
    rgb = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def test_neighbouring_series_differ_without_colours() -> None:
    for i in range(7):
        one, two = style.line_style(i, markers=True), style.line_style(i + 1, markers=True)
        assert one["linestyle"] != two["linestyle"]
        assert one["marker"] != two["marker"]
    assert abs(luminance(style.COLORS[0]) - luminance(style.COLORS[1])) > 0.2


def test_the_order_of_signed_numbers_is_seen_in_grey() -> None:
    from matplotlib.colors import to_hex

    shades = [luminance(to_hex(c)) for c in style.signed_colors()(np.linspace(0, 1, 21))]
    assert (np.diff(shades) > 0).all()


@pytest.mark.parametrize("color", ["white", "#F0E442", "#56B4E9", "#0072B2", "black", "#808080"])
def test_text_has_contrast_on_every_colour(color: str) -> None:
    """At least 4.5, as WCAG asks for text."""
    from matplotlib.colors import to_hex

    back, text = luminance(to_hex(color)), luminance(to_hex(style.readable_on(color)))
    assert (max(back, text) + 0.05) / (min(back, text) + 0.05) >= 4.5


@pytest.mark.parametrize("name", ["default", "dark_background"])
def test_words_and_marks_are_seen_on_dark_paper_too(name: str) -> None:
    from matplotlib.colors import to_hex

    with plt.style.context(name):
        paper = luminance(to_hex(plt.rcParams["figure.facecolor"]))
        found = [style.ink(), style.faint()]
        dots = P.OptimizerPathDisplay.from_estimator(LINE, [[1], [2]], [3, 5], optimizers=["sgd"])
    found.append(dots.ax_.get_lines()[-1].get_color())  # where the paths begin
    for color in found:
        light = sorted([paper, luminance(to_hex(color))])
        assert (light[1] + 0.05) / (light[0] + 0.05) >= 4.5


# ---- where ----
LINE = sw.Sequential([sw.Dense(1)], input_shape=1)
LINE.compile("mean_squared_error", seed=0)
DIGITS = sw.datasets.digits(seed=0)
IMAGES = DIGITS.X_test[:20], DIGITS.y_test[:20]
CLASSES = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(10)])
CLASSES.compile("cross_entropy", seed=0)
CLASSES.build(IMAGES[0])
SIDES = sw.mlp([2, 3, 2])
SIDES.compile("cross_entropy", seed=0)
POINTS = np.array([[0.0, 0.0], [1.0, 2.0]]), [0, 1]
MAKERS = {
    "boundary": lambda ax: P.DecisionBoundaryDisplay.from_estimator(SIDES, *POINTS, ax=ax),
    "mistakes": lambda ax: P.MistakesDisplay.from_estimator(CLASSES, *IMAGES, ax=ax),
    "weights": lambda ax: P.WeightsDisplay.from_estimator(CLASSES, ax=ax),
    "curves": lambda ax: P.LearningCurveDisplay.from_history(HISTORY, ax=ax),
    "matrix": lambda ax: P.ConfusionMatrixDisplay.from_predictions([0, 1], [0, 0], ax=ax),
    "images": lambda ax: P.ImagesDisplay.from_images(np.ones((3, 4, 4)), ax=ax),
    "activation": lambda ax: P.ActivationDisplay.from_activation("relu", ax=ax),
    "layers": lambda ax: P.LayerHistogramDisplay.from_estimator(LINE, [[1], [2]], [3, 5], ax=ax),
    "sweep": lambda ax: P.SweepDisplay.from_arrays([1, 2], [0.5, 0.7], ax=ax),
    "paths": lambda ax: P.OptimizerPathDisplay.from_estimator(
        LINE, [[1], [2]], [3, 5], optimizers=["sgd"], ax=ax
    ),
    "neurons": lambda ax: P.NetworkDisplay.from_estimator(LINE, ax=ax),
    "blocks": lambda ax: P.NetworkDisplay.from_estimator(LINE, style="blocks", ax=ax),
}
EACH = pytest.mark.parametrize("name", MAKERS)


def test_every_display_has_a_row() -> None:
    made = {type(make(None)).__name__ for make in MAKERS.values()}
    assert made == {*P.__all__} - {"LayerRecorder"}


@EACH
def test_a_figure_of_its_own_or_the_axes_given(name: str) -> None:
    own = MAKERS[name](None)
    assert own.figure_ is own.ax_.figure
    figure, axes = plt.subplots(1, 2)
    given = MAKERS[name](axes[1])
    assert given.ax_ is axes[1]
    assert given.figure_ is figure
    assert axes[0].has_data() is False


@EACH
def test_plot_draws_again(name: str) -> None:
    display = MAKERS[name](None)
    first = display.figure_
    assert display.plot() is display
    assert display.figure_ is not first


@EACH
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_it_is_saved_as_png_and_svg(name: str, kind: str) -> None:
    file = io.BytesIO()
    MAKERS[name](None).figure_.savefig(file, format=kind)
    assert file.getvalue()[1:4] == (b"PNG" if kind == "png" else b"?xm")


@EACH
def test_labels_are_inside_the_figure(name: str) -> None:
    figure = MAKERS[name](None).figure_
    figure.draw_without_rendering()
    whole = figure.bbox
    for ax in figure.axes:
        box = ax.get_tightbbox()
        if box is not None and ax.axison:
            assert box.x0 >= whole.x0
            assert box.y0 >= whole.y0
            assert box.x1 <= whole.x1
            assert box.y1 <= whole.y1


@pytest.mark.parametrize("name", ["boundary", "neurons"])
def test_the_legend_over_a_small_picture_is_inside_it(name: str) -> None:
    model = sw.Sequential([sw.Dense(3)], input_shape=2)
    model.compile("cross_entropy", seed=0)
    makers = MAKERS | {
        "boundary": lambda ax: P.DecisionBoundaryDisplay.from_estimator(
            *(model, [[0, 0], [1, 1]]), class_names=["setosa", "versicolor", "virginica"], ax=ax
        )
    }
    figure, ax = plt.subplots(figsize=(3, 2.4), layout="constrained")
    makers[name](ax)
    figure.draw_without_rendering()
    box = ax.get_legend().get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert 0 <= box.y0 < box.y1 <= figure.bbox.y1


@EACH
def test_what_is_no_place(name: str) -> None:
    with pytest.raises(DescriptionError, match="expects the axes of a figure, got str"):
        MAKERS[name]("here")


@pytest.mark.parametrize("name", ["curves", "images"])
def test_several_pictures_need_a_place_in_a_grid(name: str) -> None:
    ax = plt.figure().add_axes((0.1, 0.1, 0.8, 0.8))
    with pytest.raises(DescriptionError, match=r"expects axes in a grid.*subplots\(\)"):
        MAKERS[name](ax)


# ---- what is asked first ----
ASKING: dict[str, Any] = {
    "boundary": lambda model, X, y: P.DecisionBoundaryDisplay.from_estimator(model, X, y),
    "matrix": lambda model, X, y: P.ConfusionMatrixDisplay.from_estimator(model, X, y),
    "mistakes": lambda model, X, y: P.MistakesDisplay.from_estimator(model, X, y),
    "images": lambda model, X, y: P.ImagesDisplay.from_estimator(model, X, y),
    "weights": lambda model, X, y: P.WeightsDisplay.from_estimator(model),
    "curves": lambda model, X, y: P.LearningCurveDisplay.from_estimator(model),
}
X, Y = np.zeros((4, 2)), np.array([0, 1, 0, 1])


@pytest.mark.parametrize("name", ASKING)
def test_a_network_without_numbers(name: str) -> None:
    model = sw.Sequential([sw.Dense(2)])
    model.compile("cross_entropy", seed=0)
    with pytest.raises(NotReadyError, match=r"expects a trained network.*call fit\(X, y\) first"):
        ASKING[name](model, X, Y)


@pytest.mark.parametrize("name", ASKING)
def test_what_is_no_model_of_ours(name: str) -> None:
    with pytest.raises(DescriptionError, match="expects a model of scratchwork, got dict"):
        ASKING[name]({}, X, Y)


@pytest.mark.parametrize("name", ["boundary", "matrix", "mistakes", "images"])
def test_networks_for_numbers_have_no_classes(name: str) -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", seed=0)
    with pytest.raises(DescriptionError, match="expects a network for classes, one a row, got one"):
        ASKING[name](model, X, Y)


@pytest.mark.parametrize("name", ["boundary", "matrix", "mistakes", "images"])
def test_labels_that_do_not_fit(name: str) -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=2)
    model.compile("cross_entropy", seed=0)
    with pytest.raises(DataError, match="3 for 4 rows of X"):
        ASKING[name](model, X, Y[:3])
    with pytest.raises(
        DataError, match=r"\(y\) expects labels of the network: 0, 1, got 7 at row 3"
    ):
        ASKING[name](model, X, np.array([0, 1, 0, 7]))
    with pytest.raises(DataError, match="expects labels such as 0, got no"):
        ASKING[name](model, X, ["no"] * 4)


@pytest.mark.parametrize("name", ["boundary", "matrix", "mistakes", "images"])
def test_rows_that_are_not_finite(name: str) -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=2)
    model.compile("cross_entropy", seed=0)
    bad = X.copy()
    bad[2, 1] = np.nan
    with pytest.raises(DataError, match="expects finite numbers, got nan at row 2, column 1"):
        ASKING[name](model, bad, Y)
