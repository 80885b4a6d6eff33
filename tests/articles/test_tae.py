"""Article 4, Tae: its exact numbers, its program, its formulas, and the page."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import numpy as np
import pytest

from scratchwork.articles import tae
from scratchwork.articles.article import ARTICLES, Options
from scratchwork.articles.page import Page
from scratchwork.articles.reports import tae as reports
from scratchwork.articles.reports.letters import line
from scratchwork.articles.reports.tae import by_hand, mistakes, numbers
from scratchwork.errors import UnknownNameError

# articles ask for their engines themselves, and train for longer than plain Python would take
pytestmark = [pytest.mark.compiled, pytest.mark.numpy_engine]

ROWS = tae.X_train[:50], tae.y_train[:50]


def test_the_printed_numbers_are_exact() -> None:
    assert np.round(tae.X[:5], 8).tolist() == numbers.FIRST_ROWS
    assert tae.y_train[:5].tolist() == [0, 1, 0, 1, 0]
    assert np.round(numbers.softmax([[10, 10], [1, 4]]), 8).tolist() == numbers.SOFTMAX
    assert by_hand.one_hot(tae.y_train[:5]).tolist() == numbers.ONE_HOT
    assert (len(tae.X_train), len(tae.X_test)) == (3750, 1250)


def test_the_network_is_the_one_of_the_article() -> None:
    """An epoch by hand, from the same numbers."""
    assert by_hand.largest_difference() < 1e-10
    assert abs(tae.network(seed=0)["W1"]).max() > 0.5  # N(0, 1), not what suits a layer


def test_an_epoch_by_hand_changes_every_parameter() -> None:
    before, after = by_hand.init_network(8), by_hand.fit(by_hand.init_network(8), *ROWS)
    assert all((before[name] != after[name]).any() for name in before)


def test_the_line_is_that_of_the_article(capsys: pytest.CaptureFixture[str]) -> None:
    results = tae.test(500, 1, 3)
    found = numbers.accuracies(results)
    mean, deviation = found.mean(), found.std()
    expected = f"Mean Accuracy: {mean:.5g}, Standard Deviation: {deviation:.5g}\n"
    assert capsys.readouterr().out == expected
    assert [result.seed for result in results] == [0, 1, 2]
    right = results[1].model.predict_classes(tae.X_test) == tae.y_test
    assert found[1] == pytest.approx(right.mean())


def test_every_width_is_trained() -> None:
    results = tae.test_class(3, 5, 2, 1)
    assert [result.settings["n_hidden"] for result in results] == [3, 3, 4, 4]


def test_the_program_prints_what_the_article_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = ARTICLES["tae"].program
    monkeypatch.setattr(sys, "argv", [str(program), "--to", "5", "--runs", "2", "--epochs", "1"])
    runpy.run_path(str(program), run_name="__main__")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["[[-0.1196884", "1.03684845]"]
    assert lines[5] == "[0 1 0 1 0]"
    assert lines[6].startswith("Mean Accuracy: 0.9")
    assert 0.8 < float(lines[7]) < 1
    assert [line.split()[0] for line in lines[8:11]] == ["n_hidden", "3", "4"]


def test_equation_10_is_equation_9_twice() -> None:
    assert mistakes.twice() == pytest.approx((2.0, 2.0), rel=1e-9)


def test_gates_differ_as_the_formulas_do() -> None:
    steps = {
        gate: tae.network(activation=gate).trace(*ROWS)
        for gate in ("relu", mistakes.gate_at_one, mistakes.gate_of_gradient)
    }
    relu, at_one, of_gradient = steps.values()
    assert (relu["Z2"] == at_one["Z2"]).all()
    assert (relu["Z2"] == of_gradient["Z2"]).all()
    assert (relu["dZ1"] == relu["dA1"] * (relu["Z1"] > 0)).all()
    assert (at_one["dZ1"] == at_one["dA1"] * (at_one["Z1"] >= 1)).all()
    assert (of_gradient["dZ1"] == (of_gradient["dA1"] >= 1)).all()


def test_wider_networks_are_compared_after_as_many_epochs() -> None:
    """The sentence on overfitting stands only where the wider ones are not behind."""

    def said(wide: float) -> str:
        means = {(10, 30): (0.9, 0.0), (100, 30): (0.98, 0.0), (10, 40): (0.95, 0.0)}
        trained = numbers.Trained.__new__(numbers.Trained)
        trained.mean = lambda epochs, low, high: means.get((epochs, low), (wide, 0.0))  # type: ignore[method-assign]
        return reports.with_equal_epochs(trained)

    assert "95.0 % against 90.0 % after 10 and 99.0 % against 98.0 % after 100" in said(0.99)
    assert "not overfitting" in said(0.99)
    assert "overfitting" not in said(0.97)


def test_relu_in_place_is_told() -> None:
    assert mistakes.in_place() == ("[-1, 2] is [0.0, 2.0] afterwards. Ours leaves it [-1.0, 2.0].")


def test_lines_of_a_program_are_found_by_name() -> None:
    source = tae.network().source()
    assert line(source, "dZ1") == "dZ1 = dA1 * (Z1 > 0)"
    assert line(source, "W1") == "W1 -= learning_rate * dW1"
    with pytest.raises(UnknownNameError):
        line(source, "W9")


SMALL = numbers.Size(sets=2, runs=2, neurons=(3, 39), wider=(40,), trials=2, mistaken=1)


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fit = tae.fit
    monkeypatch.setattr(reports, "QUICK", SMALL)
    monkeypatch.setattr(tae, "fit", lambda networks, batch, epochs: fit(networks, 500, 1))
    page = Page(tmp_path / "tae", "Tae", lambda line: None)
    reports.report(page, Options(quick=True, images="digits"))
    page.save()
    text = (tmp_path / "tae" / "report.md").read_text()
    compared = {comparison.what: comparison for comparison in page.comparisons}
    assert {"X[0:5]", "99 neurons, batch 20", "mean accuracy, 64 neurons"} <= compared.keys()
    assert compared["X[0:5]"].note == "10 of 10 equal"
    assert compared["softmax([[10, 10], [1, 4]])"].note == "4 of 4 equal"
    assert text.index("What the article says") < text.index("## Time") < text.index("The program")
    assert "dZ1 = dA1 * (Z1 > 0)" in text
    names = {file.stem for file in (tmp_path / "tae" / "figures").iterdir()}
    assert names == {"moons", "relu", "network", "boundary", "neurons", "wide"}
