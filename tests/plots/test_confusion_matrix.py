"""ConfusionMatrixDisplay: the counts of scikit-learn's, and numbers that can be read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from sklearn.metrics import confusion_matrix

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError

draw = sw.plots.ConfusionMatrixDisplay.from_predictions
rng = np.random.default_rng(0)
TRUE, SAID = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
WORDS = np.array(["ape", "bat", "cat", "dog"])
NORMALIZE = [None, "true", "pred", "all"]


@pytest.mark.parametrize("normalize", NORMALIZE)
@pytest.mark.parametrize("labels", [None, [3, 1], [0, 1, 2, 3, 4]])
def test_counts_and_shares_are_those_of_scikit_learn(normalize: Any, labels: Any) -> None:
    with np.errstate(all="ignore"):
        wanted = confusion_matrix(TRUE, SAID, labels=labels, normalize=normalize)
    found = draw(TRUE, SAID, labels=labels, normalize=normalize).confusion_matrix
    assert found.shape == wanted.shape
    assert np.allclose(found, wanted)


def test_text_labels_name_the_rows() -> None:
    display = draw(WORDS[TRUE], WORDS[SAID])
    assert list(display.display_labels or ()) == WORDS.tolist()
    assert [tick.get_text() for tick in display.ax_.get_yticklabels()] == WORDS.tolist()
    assert np.array_equal(display.confusion_matrix, confusion_matrix(TRUE, SAID))
    assert draw([True, False], [True, True]).display_labels == ["False", "True"]


def contrast(one: Any, other: Any) -> float:
    def luminance(color: Any) -> float:
        rgb = np.array(to_rgb(color))
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ (0.2126, 0.7152, 0.0722))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("normalize", NORMALIZE)
def test_every_number_can_be_read(normalize: Any) -> None:
    """Dark cells, light ones and those between; 4.5 is what WCAG asks for."""
    display = draw(np.repeat([0, 1, 2], [100, 30, 8]), np.repeat([0, 0, 1, 2], [90, 20, 20, 8]),
                   normalize=normalize)  # fmt: skip
    assert display.text_ is not None
    for (i, j), text in np.ndenumerate(display.text_):
        value = display.confusion_matrix[i, j]
        back = display.im_.cmap(display.im_.norm(value))
        assert contrast(text.get_color(), back) >= 4.5
        assert float(text.get_text()) == pytest.approx(value, abs=0.005)


def test_a_network_answers() -> None:
    data = sw.datasets.iris(seed=0)
    model = sw.Sequential([sw.Standardize(), sw.Dense(3)])
    model.compile("cross_entropy", seed=0)
    model.fit(data.X_train, data.y_train, epochs=5, verbose=0)
    draw_model = sw.plots.ConfusionMatrixDisplay.from_estimator
    display = draw_model(model, data.X_test, data.y_test, display_labels=data.class_names)
    said = model.predict_classes(data.X_test)
    assert np.array_equal(display.confusion_matrix, confusion_matrix(data.y_test, said))
    assert tuple(display.display_labels or ()) == data.class_names
    first = data.y_test == 0
    part = draw_model(model, data.X_test[first], data.y_test[first])
    assert part.confusion_matrix.shape == (3, 3)  # also what does not occur


def test_a_network_of_one_output_has_two_classes() -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=1)
    model.compile("binary_cross_entropy", seed=0)
    model["W1"] = [[1.0]]
    X, y = [[-1.0], [2.0], [3.0]], [0, 0, 1]
    display = sw.plots.ConfusionMatrixDisplay.from_estimator(model, X, y)
    assert display.confusion_matrix.tolist() == [[1, 1], [0, 1]]


def test_very_many_classes_are_shades_alone() -> None:
    many = np.arange(40)
    shades, numbers = draw(many, many), draw(many[:25], many[:25])
    assert shades.text_ is None
    assert len(shades.figure_.axes) == 2  # with their scale
    assert len(shades.ax_.get_xticks()) <= 25
    assert numbers.text_ is not None
    assert len(numbers.figure_.axes) == 1


def test_long_names_are_turned() -> None:
    turned = draw(TRUE, SAID, display_labels=["a long name of a class"] * 4)
    assert {tick.get_rotation() for tick in turned.ax_.get_xticklabels()} == {45}
    assert {tick.get_rotation() for tick in draw(TRUE, SAID).ax_.get_xticklabels()} == {0}


@pytest.mark.parametrize(
    ("given", "settings", "kind", "text"),
    [
        (([0, 1], [0]), {}, DataError, "1 for 2 rows"),
        (([0, 1], ["a", "b"]), {}, DataError, "labels of one kind"),
        (([0.0, np.nan], [0, 1]), {}, DataError, r"\(y_true\) expects labels \(n,\), got NaN"),
        (([[1, 0]], [0]), {}, DataError, r"got shape \(1, 2\); give a class for each row"),
        (([], []), {}, DataError, "at least one pair of labels, got none"),
        (([0, 1], [0, 1]), {"labels": [5]}, DataError, "at least one pair of labels"),
        (([0, 1], [0, 1]), {"normalize": "rows"}, DescriptionError, "one of true, pred, all"),
        (([0, 1], [0, 1]), {"display_labels": ["a"]}, DescriptionError, "2 names, got 1 names"),
    ],
)
def test_errors(given: Any, settings: Any, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind, match=text):
        draw(*given, **settings)
