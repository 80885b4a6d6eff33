"""Article 2: the program, the method written anew, what ten sigmoids cannot do, and the report."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

import scratchwork as sw
from scratchwork.articles import ARTICLES, himmetoglu
from scratchwork.articles.article import Options
from scratchwork.articles.himmetoglu import Pair
from scratchwork.articles.page import Page
from scratchwork.articles.reports.himmetoglu import by_hand, runs
from scratchwork.articles.reports.himmetoglu import report as run_report
from scratchwork.articles.reports.spread import counted, percent, spread

# articles ask for their engines themselves, and train for longer than plain Python would take
pytestmark = [pytest.mark.compiled, pytest.mark.numpy_engine]

Parts = tuple[Pair, Pair, Pair]
LARGEST, LEAST = math.e / (math.e + 9), math.log(math.e + 9) - 1


@pytest.fixture(scope="module")
def parts() -> Parts:
    return himmetoglu.split_digits()


# ---- the program ----
def test_the_digits_are_divided_as_in_the_article(parts: Parts) -> None:
    assert [X.shape for X, _ in parts] == [(721, 64), (482, 64), (594, 64)]
    rows = np.concatenate([np.column_stack(part) for part in parts])
    digits = np.column_stack(load_digits(return_X_y=True))
    assert sorted(map(tuple, rows)) == sorted(map(tuple, digits))
    # the accuracies that the author's notebook prints are shares of just so many rows
    assert (round(465 / len(parts[1][1]), 6), round(570 / len(parts[2][1]), 6)) == (
        *(0.96473, 0.959596),
    )


def test_weights_begin_as_glorot_s_and_biases_at_zero() -> None:
    network = himmetoglu.nnet()
    for k, (n_in, n_out) in enumerate(((64, 48), (48, 32), (32, 10)), 1):
        limit = math.sqrt(6) / math.sqrt(n_in + n_out)
        W = network[f"W{k}"]
        assert W.shape == (n_in, n_out)
        assert 0.98 * limit < abs(W).max() <= limit
        assert not network[f"b{k}"].any()


def test_the_penalty_is_the_article_s(parts: Parts) -> None:
    network = himmetoglu.nnet(0.6)
    squares = sum((network[f"W{k}"] ** 2).sum() for k in (1, 2, 3))
    assert network.trace(*parts[0])["penalty"] == pytest.approx(0.6 / (2 * 721) * squares)


def test_lambda_is_chosen_by_the_mean_on_the_validation_rows(parts: Parts) -> None:
    train, valid, test = parts
    results = himmetoglu.choose(train, valid, last=None, lambdas=[0.6, 100.0], repeats=2, epochs=30)
    assert [(row.settings["lam"], row.seed) for row in results] == [
        *((0.6, 0), (0.6, 1), (100.0, 0), (100.0, 1)),
    ]
    best = results.best_point
    assert best.settings["lam"] == 0.6
    network = best.results[0].model
    right = [(network.predict_classes(X) == y).mean() for X, y in (valid, test)]
    assert himmetoglu.verdict(best, valid, test) == (
        f"Best lambda: 0.600000, Validation set accuracy: {right[0]:f}\n"
        f"Test set accuracy: {right[1]:f}"
    )
    assert runs.lambda_of_each_seed(results) == {0.6: 2}


def test_the_program_runs_alone(tmp_path: Path) -> None:
    copy = tmp_path / "himmetoglu.py"
    copy.write_bytes(ARTICLES["himmetoglu"].program.read_bytes())
    few = ["--linear", "--epochs", "2", "--repeats", "1"]
    printed = subprocess.run(
        [sys.executable, "-W", "error", copy, *few], check=True, capture_output=True, text=True
    ).stdout
    number = r"\d+\.\d{6}"
    assert re.search(rf"Best lambda: {number}, Validation set accuracy: {number}\n", printed)
    assert re.search(rf"\nTest set accuracy: {number}\n\Z", printed)


# ---- the method written anew ----
def test_gradients_are_those_of_the_trace(parts: Parts) -> None:
    (X, y), network = parts[0], himmetoglu.nnet(0.6)
    layers = by_hand.layers_of(network)
    A, P = by_hand.forward(layers, X)
    gradients, trace = by_hand.backward(layers, A, P, y, 0.6), network.trace(X, y)
    np.testing.assert_allclose(P.T, trace["P"], rtol=1e-12)
    for k, (gW, gb) in enumerate(gradients, 1):
        np.testing.assert_allclose(A[k].T, trace[f"A{k}"], rtol=1e-12)
        np.testing.assert_allclose(gW / len(y), trace[f"dW{k}"], rtol=1e-9, atol=1e-15)
        np.testing.assert_allclose(gb[:, 0] / len(y), trace[f"db{k}"], rtol=1e-9, atol=1e-15)


def test_both_ways_train_the_same_network(parts: Parts) -> None:
    assert runs.largest_difference(parts[0], 0.6, 100) < 1e-12


def test_losses_agree_where_the_penalty_is_none(parts: Parts) -> None:
    network = himmetoglu.nnet()
    theirs = [*by_hand.train(by_hand.layers_of(network), *parts[0], 0.0, 50)]
    history = himmetoglu.train_network(network, parts[0], None, 50)
    np.testing.assert_allclose(history["loss"], theirs, rtol=1e-12)


# ---- a sigmoid under the softmax ----
def test_it_is_refused_by_its_name() -> None:
    with pytest.raises(sw.errors.DescriptionError, match="no sigmoid before loss cross_entropy"):
        himmetoglu.nnet(last="sigmoid")


def test_the_limits_of_ten_outputs_between_0_and_1() -> None:
    assert runs.limits() == pytest.approx((LARGEST, LEAST), rel=1e-14)
    assert (round(LARGEST, 4), round(LEAST, 4)) == (0.232, 1.4612)


@pytest.mark.parametrize("size", [1.0, 1e3])
def test_no_weights_pass_the_limits(parts: Parts, size: float) -> None:
    network = himmetoglu.nnet()
    rng = np.random.default_rng(0)
    network.set_parameters(
        {name: size * rng.standard_normal(a.shape) for name, a in network.parameters.items()}
    )
    X, _ = parts[1]
    P = network.predict(X)
    assert P.max() <= LARGEST * (1 + 1e-12)
    assert network.evaluate(X, P.argmax(axis=1))["loss"] >= LEAST * (1 - 1e-12)


def test_the_best_weights_reach_the_limits() -> None:
    network = himmetoglu.nnet()
    network["W3"] = np.zeros((32, 10))
    network["b3"] = np.array([1e3, *[-1e3] * 9])
    X, y = np.zeros((2, 64)), np.zeros(2, int)
    assert network.predict(X).max() == pytest.approx(LARGEST, rel=1e-14)
    assert network.evaluate(X, y)["loss"] == pytest.approx(LEAST, rel=1e-14)


def test_without_it_the_loss_falls_below_the_limit(parts: Parts) -> None:
    losses = {}
    for last in (himmetoglu.squashed, None):
        network = himmetoglu.nnet(last=last)
        losses[last] = himmetoglu.train_network(network, parts[0], parts[1], 100)["val_loss"][-1]
    assert losses[None] < LEAST < losses[himmetoglu.squashed]


# ---- the report ----
def test_the_report(tmp_path: Path) -> None:
    page = Page(tmp_path, "Himmetoglu", say=lambda line: None)
    run_report(page, Options(quick=True))
    page.save()
    numbers = {row["what"]: row for row in json.loads((tmp_path / "numbers.json").read_text())}
    assert numbers["rows for training, validation, test"]["ours"] == "721, 482, 594"
    assert numbers["accuracy, test, at 0.599484"]["article"] == "0.959596"
    text = page.markdown
    assert "A quick run" in text
    assert "no probability above e / (e + 9) = 0.2320 and no loss below" in text
    assert "breaks off" in text
    assert "dZ3 = dA3 * A3 * (1 - A3)" in text
    for figure in ("lambda", "losses", "mistakes", "probabilities", "sizes"):
        assert f"(figures/{figure}.png)" in text
        assert (tmp_path / "figures" / f"{figure}.png").stat().st_size > 5000
    headings = re.findall(r"(?m)^## (.*)", text)
    assert headings[0] == "What the article says"
    assert headings[-1] == "The generated program"


# ---- numbers as texts ----
def test_spread_percent_and_counted() -> None:
    assert spread([0.25, 0.25, 0.75], 2) == "0.42 +- 0.29 (3 seeds, 0.25 to 0.75)"
    assert spread([0.5]) == "0.5000 (one seed)"
    assert percent([0.125]) == "12.5 (one seed) %"
    assert (counted(1, "seed"), counted(1000, "epoch")) == ("1 seed", "1,000 epochs")
