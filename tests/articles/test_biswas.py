"""Article 3, Biswas: its program, its count of iterations, what it forgets, and the page."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.articles import biswas
from scratchwork.articles.article import ARTICLES, Options
from scratchwork.articles.page import Page
from scratchwork.articles.reports import biswas as reports
from scratchwork.articles.reports.biswas import beyond, by_hand, printed, runs
from scratchwork.articles.reports.biswas.runs import Training

# articles ask for their engines themselves, and train for longer than plain Python would take
pytestmark = [pytest.mark.compiled, pytest.mark.numpy_engine]

DATA = runs.load("digits", 100)


def quiet(folder: Path) -> Page:
    return Page(folder, "Biswas", lambda line: None)


def article_prints(X: runs.Array, y: runs.Array, iterations: int) -> dict[int, float]:
    """The article's loop: it counts up, and then prints the loss of before the update."""
    p, E = by_hand.turned(biswas.network(X.shape[1])), by_hand.one_hot(y)
    shown, i = {}, 1
    while i <= iterations:
        loss = by_hand.iteration(p, X.T, E)
        i += 1
        if i % 10 == 0:
            shown[i] = loss
    return shown


def test_the_data_are_images_and_rows() -> None:
    (x_train, y_train), (x_test, y_test) = biswas.load("digits")
    assert x_train.shape == (1527, 8, 8)
    assert x_test.shape == (270, 8, 8)
    assert (len(y_train), len(y_test)) == (1527, 270)
    assert biswas.rows(x_train, 16).max() == 1.0
    assert (biswas.rows(x_train[:100], 16) == DATA.X).all()
    assert (DATA.raw == 16 * DATA.scaled).all()


def test_the_steps_are_those_of_the_article() -> None:
    assert by_hand.largest_difference(DATA, 100) < 1e-12


def test_iterations_are_counted_as_in_the_article(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = DATA.X[:40], DATA.y[:40]
    theirs = article_prints(X, y, 31)
    losses = biswas.gradient_descent(biswas.network(64), X, y, 31)
    run = runs.Run(losses, 0.0, "numpy", {})
    assert [*theirs] == run.tenths == [10, 20, 30]
    assert [run.at(k) for k in theirs] == pytest.approx([*theirs.values()], abs=2e-7)
    lines = [f"Iteration {k}, Loss: {loss:.4f}" for k, loss in theirs.items()]
    assert capsys.readouterr().out.splitlines() == lines


def test_the_program_prints_what_the_article_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = ARTICLES["biswas"].program
    monkeypatch.setattr(sys, "argv", [str(program), "--data", "digits", "--iterations", "20"])
    runpy.run_path(str(program), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Train images : (1527, 8, 8)", "Train labels : (1527,)"]
    assert lines[2:4] == ["Test images : (270, 8, 8)", "Test labels : (270,)"]
    assert [line.split(":")[0] for line in lines[4:6]] == [
        "Iteration 10, Loss", "Iteration 20, Loss",
    ]  # fmt: skip
    assert [line.split(":")[0] for line in lines[6:]] == ["Test set accuracy"] * 2


def test_the_epsilon_is_what_it_takes_off_the_loss() -> None:
    X, y = DATA.X, DATA.y
    model = biswas.network(64)
    p, E = by_hand.turned(model), by_hand.one_hot(y)
    theirs = by_hand.iteration(p, X.T, E)
    exact = model.evaluate(X, y)["loss"]
    epsilon = np.log1p(runs.EPSILON / runs.right(model.predict(X), y)).mean()
    assert exact - theirs == pytest.approx(epsilon, rel=1e-4)


def test_without_biases_brightness_changes_no_class() -> None:
    """All outputs grow alike: that is why the article's accuracy hides its mistake."""
    model = biswas.network(64, seed=3)
    assert not model["b1"].any()
    found = runs.judged(model, DATA)
    assert found["changed"] == 0.0
    assert found["accuracy raw"] == found["accuracy scaled"]
    assert found["loss raw"] != found["loss scaled"]
    model["b3"] = 0.001 * np.arange(10)
    assert runs.judged(model, DATA)["changed"] > 0


def test_first_weights_are_those_of_the_article() -> None:
    model = biswas.network()
    assert model["W1"].std() == pytest.approx(0.01, rel=0.01)
    assert not model["b2"].any()
    assert model["W1"].dtype == np.float64
    small, suited = (beyond.signal(DATA, weights) for weights in (sw.Normal(0.01), "he_uniform"))
    assert all(small[name] < suited[name] for name in small)


def test_the_table_of_the_article_is_whole() -> None:
    assert [*printed.AT] == list(range(10, 1001, 10))
    assert (printed.AT[10], printed.AT[500], printed.AT[1000]) == ("2.3020", "0.4567", "0.2916")
    assert all(a > b for a, b in zip(printed.LOSSES, printed.LOSSES[1:], strict=False))


def test_where_a_loss_passes_a_level() -> None:
    assert reports.passing({10: 2.0, 20: 1.6, 30: 1.4}) == pytest.approx(25.0)
    steep = runs.Run([2.0] * 19 + [1.0] * 20, 0.0, "numpy", {})
    # the article passes 1.5 between 220 (1.5459) and 230 (1.3899), this run between 20 and 30
    assert reports.ahead(steep).endswith(" iterations")
    assert float(reports.ahead(steep).split()[0]) == pytest.approx(222.9 - 25, abs=0.1)


def test_a_run_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    training = Training("digits", "float32", 0, 12, 30)
    first = runs.measured(quiet(tmp_path), training)
    assert len(first.losses) == 12
    monkeypatch.setattr(runs, "train", lambda training: pytest.fail("trained again"))
    assert runs.measured(quiet(tmp_path), training) == first
    (tmp_path / runs.FILE).unlink()
    with pytest.raises(pytest.fail.Exception, match="trained again"):
        runs.measured(quiet(tmp_path), training)


def test_another_run_is_another_one(tmp_path: Path) -> None:
    trainings = [
        Training("digits", "float32", 0, 2, 30),
        Training("digits", "float32", 1, 2, 30),
        Training("digits", "float64", 0, 2, 30),
        Training("digits", "float32", 0, 2, 40),
        Training("digits", "float32", 0, 2, 30, "he_uniform"),
    ]
    found = [runs.measured(quiet(tmp_path), training) for training in trainings]
    assert len({tuple(run.losses) for run in found}) == 5
    assert [runs.measured(quiet(tmp_path), training) for training in trainings] == found


def test_what_is_said_of_float32_and_of_brightness_is_measured() -> None:
    def run(losses: list[float], changed: float) -> runs.Run:
        return runs.Run(losses, 0.0, "numpy", {"changed": changed})

    found = {
        Training("digits", "float64", 0, 3): run([2.0, 1.0, 0.5], 4.0),
        Training("digits", "float32", 0, 3): run([2.0, 1.0, 0.5], 4.0),
        Training("digits", "float32", 1, 2): run([2.0, 1.25], 30.0),
    }
    assert beyond.another_seed(found) == "; between seeds it is 2.5e-01 in 2 iterations"
    assert beyond.another_seed(dict(list(found.items())[:2])) == ""
    assert reports.changed(found) == "4.0 % (after 3 iterations) and 30.0 % (after 2 iterations)"


def test_the_page(tmp_path: Path) -> None:
    page = quiet(tmp_path / "biswas")
    reports.report(page, Options(quick=True, images="digits"))
    page.save()
    text = (tmp_path / "biswas" / "report.md").read_text()
    assert "8 x 8 digits" in text
    assert "quick run" in text
    assert "| 100 | 2.2921 |" in text
    assert text.index("What the article says") < text.index("## Time") < text.index("The program")
    assert "dZ3 = (P - Y) / n" in text
    compared = {comparison.what: comparison.article for comparison in page.comparisons}
    assert compared["loss at iteration 50"] == "2.2993"
    assert "90.95 %" in compared.values()
    assert {"(784, 60000)", "784-500-150-10", "0.1, 1,000"} <= {*compared.values()}
    names = {file.stem for file in (tmp_path / "biswas" / "figures").iterdir()}
    assert names == {"digits", "losses", "starts"}
