"""Article 5: the program, the method written anew, its mistakes, and the report."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.articles import ARTICLES, andreoni
from scratchwork.articles.article import Options
from scratchwork.articles.page import Page
from scratchwork.articles.reports.andreoni import by_hand, runs
from scratchwork.articles.reports.andreoni import report as run_report
from scratchwork.articles.reports.andreoni.runs import Data
from tests.datasets.mnist_layouts import write_npz

# articles ask for their engines themselves, and train for longer than plain Python would take
pytestmark = [pytest.mark.compiled, pytest.mark.numpy_engine]


@pytest.fixture(scope="module")
def data() -> Data:
    return runs.load("digits", runs.QUICK)


# ---- the program ----
def test_eighty_percent_of_the_rows_are_for_training() -> None:
    X, y = andreoni.load_rows("digits")
    (X_train, y_train), (X_val, y_val) = andreoni.shuffle_and_split(X, y)
    assert (X_train.shape, X_val.shape, X.max()) == ((1438, 64), (359, 64), 1)
    both = np.column_stack([np.concatenate([X_train, X_val]), np.concatenate([y_train, y_val])])
    assert sorted(map(tuple, both)) == sorted(map(tuple, np.column_stack([X, y])))


def test_a_file_like_kaggle_s(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    pixels, labels = rng.integers(0, 256, (60, 784)), np.arange(60) % 10
    names = ",".join(["label", *(f"pixel{k}" for k in range(784))])
    file, rows = tmp_path / "train.csv", np.column_stack([labels, pixels])
    np.savetxt(file, rows, "%d", delimiter=",", header=names, comments="")
    X, y = andreoni.load_rows(csv=str(file))
    found = np.column_stack([y, np.rint(255 * X)])
    assert sorted(map(tuple, found)) == sorted(map(tuple, rows))
    assert (X.shape, X.dtype, X.max()) == ((60, 784), "float32", 1)


def test_mnist_stands_in_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (40, 28, 28)).astype(np.uint8), np.arange(40) % 10
    arrays = {"x_train": images, "y_train": labels, "x_test": images[:10], "y_test": labels[:10]}
    write_npz(tmp_path / "mnist.npz", arrays)
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(tmp_path / "mnist.npz"))
    X, y = andreoni.load_rows()
    np.testing.assert_array_equal(np.rint(255 * X), images.reshape(40, 784))
    assert (X.dtype, X.max(), y.tolist()) == ("float32", 1, labels.tolist())


def test_weights_and_biases_have_the_variance_1_over_n_out() -> None:
    model = andreoni.init_params([784, 256, 128, 64, 10])
    sizes = [model[f"W{k}"].shape for k in (1, 2, 3, 4)]
    assert sizes == [*pairwise((784, 256, 128, 64, 10))]
    for name, array in model.parameters.items():
        assert abs(array.std() * np.sqrt(array.shape[-1]) - 1) < 4 / np.sqrt(2 * array.size), name


def test_the_other_reading_has_it_as_the_standard_deviation() -> None:
    model = runs.exchanged([784, 256, 10], runs.other_reading)
    for name, n_out in (("W1", 256), ("b1", 256), ("W2", 10)):
        array = model[name]
        assert abs(array.std() * n_out - 1) < 4 / np.sqrt(2 * array.size)


def test_accuracy_is_printed_every_ten_iterations(
    data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    model = andreoni.init_params(data.sizes((5,)))
    before = (model.predict_classes(data.train[0]) == data.train[1]).mean()
    history = andreoni.gradient_descent_optimization(model, data.train, data.val, 25)
    assert history["accuracy"][0] == before  # of the first numbers, before the first update
    lines = [f"Accuracy at iter {k}: {history['accuracy'][k - 1]}\n" for k in (10, 20)]
    assert capsys.readouterr().out == "".join(lines)


def test_the_program_runs_alone(tmp_path: Path) -> None:
    copy = tmp_path / "andreoni.py"
    copy.write_bytes(ARTICLES["andreoni"].program.read_bytes())
    few = ["--data", "digits", "--hidden", "6", "5", "--iterations", "20"]
    printed = subprocess.run(
        [sys.executable, "-W", "error", copy, *few], check=True, capture_output=True, text=True
    ).stdout
    first, second, last = printed.splitlines()
    assert re.fullmatch(r"Accuracy at iter 10: 0\.\d+", first)
    assert re.fullmatch(r"Accuracy at iter 20: 0\.\d+", second)
    assert re.fullmatch(r"\[64, 6, 5, 10\]: 0\.\d{4} of the validation rows, .*", last)


def test_the_program_passes_over_no_argument(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = str(ARTICLES["andreoni"].program)
    few = [program, "--data", "digits", "--iterations", "2"]
    monkeypatch.setattr(sys, "argv", few)
    monkeypatch.setattr(sw.Sequential, "fit", lambda model, *rows, epochs, **rest: print(epochs))
    runpy.run_path(program, run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert [lines[0], lines[2]] == ["2", "2"]  # of both networks of the article
    monkeypatch.setattr(sys, "argv", [*few, "--csv", "train.csv"])
    with pytest.raises(SystemExit):
        runpy.run_path(program, run_name="__main__")


# ---- the method written anew ----
@pytest.mark.parametrize("hidden", [(), (10,), (16, 12, 8)])
@pytest.mark.parametrize("repaired", [False, True])
def test_both_ways_train_the_same_network(
    data: Data, hidden: tuple[int, ...], repaired: bool
) -> None:
    def change(layer: sw.Dense) -> object:
        return layer if repaired else runs.published(layer)

    model = runs.exchanged(data.sizes(hidden), change, dtype="float64")
    steps = by_hand.train(by_hand.layers_of(model), *data.train, 30, repaired=repaired)
    theirs = np.array([*steps])
    history = andreoni.gradient_descent_optimization(sw.repeat(model, 1), data.train, data.val, 30)[
        0
    ].history
    np.testing.assert_allclose(history["loss"], theirs[:, 0], rtol=1e-12)
    np.testing.assert_array_equal(history["accuracy"], theirs[:, 1])


# ---- its mistakes ----
def test_the_published_gradient_of_the_last_bias_is_zero(data: Data) -> None:
    sizes = data.sizes((10,))
    right = runs.exchanged(sizes, dtype="float64")
    wrong = runs.exchanged(sizes, runs.published, dtype="float64")
    for name in right.parameters:  # the same draws
        np.testing.assert_array_equal(right[name], wrong[name])
    assert abs(wrong.trace(*data.train)["db2"]).max() < 1e-15
    gradient = right.trace(*data.train)["db2"]
    assert abs(gradient).max() > 0.01
    assert abs(gradient.sum()) < 1e-15
    b2 = wrong["b2"]
    andreoni.gradient_descent_optimization(wrong, data.train, data.val, 5)
    np.testing.assert_allclose(wrong["b2"], b2, rtol=0, atol=1e-15)


def test_its_softmax_overflows_and_ours_does_not(data: Data) -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(by_hand.softmax(np.array([[1000.0], [0.0]]))).any()
    model = andreoni.init_params([2, 2])
    model.set_parameters({"W1": 1000 * np.eye(2), "b1": np.zeros(2)})
    assert model.predict([[1.0, 0.0]]).tolist() == [[1.0, 0.0]]
    theirs, ours = runs.not_numbers(data, (10,), 1e5)
    assert (theirs > 0.5, ours) == (True, 0)
    assert runs.not_numbers(data, (10,), 1.0) == (0, 0)


# ---- what it invites to ----
def test_lists_of_sizes_and_a_convolutional_network(data: Data) -> None:
    lists = runs.lists(data, runs.QUICK)
    for results in lists.values():
        assert [row.settings["hidden"] for row in results] == [(), (10,), (64,)]
    model = runs.convolutional(64)
    history = model.fit(*data.train, batch_size=16, epochs=3, validation_data=data.val, verbose=0)
    assert history["val_accuracy"][-1] > 0.7


# ---- the report ----
def test_the_report(tmp_path: Path) -> None:
    page = Page(tmp_path, "Andreoni", say=lambda line: None)
    run_report(page, Options(quick=True, images="digits"))
    page.save()
    rows = json.loads((tmp_path / "numbers.json").read_text())
    assert [row["article"] for row in rows if "%" in row["article"]] == ["around 88 %", "97 %"]
    text = page.markdown
    assert "A quick run" in text
    assert "On the 8 x 8 digits" in text
    assert "db2 = dZ2.sum(axis=0)  # as it should be" in text
    assert "db2 = dZ2.sum() + 0 * b2  # as published" in text
    assert "`W1 -= learning_rate * dW1`" in text
    for figure in ("digits", "curves_1", "curves_3", "weights", "confusion", "lists", "network"):
        assert f"(figures/{figure}.png)" in text
        assert (tmp_path / "figures" / f"{figure}.png").stat().st_size > 5000
    headings = re.findall(r"(?m)^## (.*)", text)
    assert headings[0] == "What the article says"
    assert headings[-1] == "The generated program"
