"""Article 1: the program, what is said of the published code, and the report."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.articles import ARTICLES, hansen
from scratchwork.articles.article import Options
from scratchwork.articles.page import Page
from scratchwork.articles.reports.hansen import exercises, in_keras, in_pytorch, published, times
from scratchwork.articles.reports.hansen import report as run_report
from scratchwork.articles.reports.hansen.frameworks import Raw
from scratchwork.articles.reports.hansen.mistakes import overflow, refusal
from scratchwork.articles.reports.hansen.scale import Split
from scratchwork.datasets import one_hot

# articles ask for their engines themselves, and train for longer than plain Python would take
pytestmark = [pytest.mark.compiled, pytest.mark.numpy_engine]

LINE = r"Epoch: (\d+), Time Spent: \d+\.\d\ds, Accuracy: (\d+\.\d\d)%"


@pytest.fixture(scope="module")
def split() -> Split:
    return Split(*hansen.split_images("digits"))


@pytest.fixture(scope="module")
def networks(split: Split) -> list[Any]:
    return [published.weights_of(split.network(seed)) for seed in range(3)]


# ---- the program ----
def test_fifteen_percent_are_held_out(split: Split) -> None:
    assert (len(split.x_train), len(split.x_val)) == (1527, 270)
    assert (split.x_train.dtype, split.x_train.min(), split.x_train.max()) == ("float32", 0, 1)
    rows = {row.tobytes() for row in np.concatenate([split.x_train, split.x_val])}
    images = (sw.datasets.digits().images.reshape(-1, 64) / 16).astype("float32")
    assert rows == {row.tobytes() for row in images}


def test_the_network_is_the_article_s() -> None:
    dnn = hansen.network()
    assert [dnn[f"W{k}"].shape for k in (1, 2, 3)] == [(784, 128), (128, 64), (64, 10)]
    assert sorted(dnn.parameters) == ["W1", "W2", "W3"]
    for k, outputs in ((1, 128), (2, 64), (3, 10)):
        W = dnn[f"W{k}"]
        assert abs(W.std() * np.sqrt(outputs) - 1) < 4 / np.sqrt(2 * W.size)


def test_sizes_biases_activation_and_optimizer_are_switches() -> None:
    dnn = hansen.network([64, 5, 4, 3, 10], biases=True, activation="relu", optimizer="Adam")
    assert [dnn[f"b{k}"].shape for k in (1, 2, 3, 4)] == [(5,), (4,), (3,), (10,)]
    source = dnn.source()
    assert "np.maximum(Z3, 0)" in source
    assert "update: Adam" in source
    assert "learning_rate=0.25" in hansen.network([64, 10], l_rate=0.25).source()


def test_it_prints_what_the_article_prints(split: Split, capsys: Any) -> None:
    dnn = split.network()
    history = hansen.train(dnn, split.parts, epochs=2, batch_size=8)
    found = re.findall(LINE, capsys.readouterr().out)
    accuracies = [f"{100 * x:.2f}" for x in history["val_accuracy"]]
    assert found == list(zip("12", accuracies, strict=True))


def test_it_goes_through_the_images_in_their_order(split: Split, networks: list[Any]) -> None:
    """Three images, one after the other, by the formula."""
    dnn, (_, W1, W2, W3) = split.network(), networks[0]
    few = [part[:3] for part in split.parts]
    hansen.train(dnn, few, epochs=1)
    W = [None, W1.copy(), W2.copy(), W3.copy()]
    for x, y in zip(few[0], one_hot(few[2], 10), strict=True):
        published.update(W, published.gradients(W, x, y, repaired=True), 0.001)
    for k in (1, 2, 3):
        np.testing.assert_allclose(dnn[f"W{k}"].T, W[k], atol=1e-6)
        assert not np.allclose(dnn[f"W{k}"].T, networks[0][k], atol=1e-6)


def test_it_runs_as_a_file() -> None:
    command = [sys.executable, str(ARTICLES["hansen"].program), "--data", "digits", "--epochs", "1"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    assert re.fullmatch(LINE, output.strip())


def test_ten_epochs_learn(split: Split) -> None:
    history = split.network(l_rate=0.032).fit(
        split.x_train, split.y_train, batch_size=4, epochs=10, verbose=0,
        validation_data=(split.x_val, split.y_val),
    )  # fmt: skip
    assert history["val_accuracy"][-1] > 0.8


# ---- the published gradient ----
def test_the_published_gradient_is_a_number_and_the_repaired_one_ours(
    split: Split, networks: list[Any]
) -> None:
    x, y = split.x_train[7], one_hot(split.y_train[7:8], 10)[0]
    Z, A = published.forward(networks[1], x)
    numbers = published.gradients(networks[1], x, y)
    assert numbers[3] == pytest.approx(((A[3] - y) * A[3]).sum(), rel=1e-12)
    assert all(np.ndim(number) == 0 for number in numbers[1:])
    np.testing.assert_allclose(A[2], 1 / (1 + np.exp(-Z[2])), rtol=1e-12)
    step = split.network(1).trace(split.x_train[7:8], split.y_train[7:8])
    matrices = published.gradients(networks[1], x, y, repaired=True)
    for k in (1, 2, 3):
        np.testing.assert_allclose(matrices[k], step[f"dW{k}"].T, atol=1e-6)


def test_three_numbers_are_all_that_is_learned(split: Split, networks: list[Any]) -> None:
    """What goes through the images side by side is the loop of the article, on 100 of them."""
    many = published.ThreeNumbers.of(networks)
    many.train(split.x_train[:100], split.y_train[:100], 0.01)
    for network, learned, answers in zip(networks, many.c, many.predict(split.x_val), strict=True):
        W = [None, *(w.copy() for w in network[1:])]
        for x, y in zip(split.x_train[:100], one_hot(split.y_train[:100], 10), strict=True):
            published.update(W, published.gradients(W, x, y), 0.01)
        for k in (1, 2, 3):
            np.testing.assert_allclose(W[k], network[k] - learned[k - 1], atol=1e-12)
        said = [published.forward(W, x)[1][3].argmax() for x in split.x_val]
        assert answers.tolist() == said
    assert np.abs(many.c).min() > 1e-4


def test_a_row_takes_no_matrix(split: Split, networks: list[Any]) -> None:
    y = one_hot(split.y_train[:1], 10)[0]
    matrices = published.gradients(networks[0], split.x_train[0], y, repaired=True)
    assert "shape (10,64)" in refusal([None, *(w.copy() for w in networks[0][1:])], matrices)


# ---- the published accuracy ----
def test_constant_networks_score_94_5_and_10_5() -> None:
    y = np.arange(10_500) % 10
    assert published.published_accuracy(np.zeros(10_500, int), y) == 94.5
    assert published.published_accuracy(np.ones(10_500, int), y) == 10.5
    assert published.published_accuracy(np.full(10_500, 2), y) == 0
    assert published.share_right(np.zeros(10_500, int), y) == 10


def test_the_score_counts_answers_and_no_labels() -> None:
    rng = np.random.default_rng(0)
    predicted, y = rng.integers(0, 10, (2, 10_500))
    zeros, ones = (np.count_nonzero(predicted == k) for k in (0, 1))
    expected = pytest.approx((9 * zeros + ones) / 1000, rel=1e-12)
    assert published.published_accuracy(predicted, y) == expected
    assert published.published_accuracy(predicted, y[::-1]) == expected
    columns = sum(answer == row for answer, row in zip(predicted, one_hot(y, 10), strict=True))
    assert np.average(columns / 100.0) == expected


def test_warnings_of_the_published_sigmoid() -> None:
    assert "overflow encountered in exp" in overflow()
    assert "derivative is nan" in overflow()


# ---- PyTorch and Keras ----
def test_the_loss_in_pytorch_has_a_least_value() -> None:
    def loss(P: Any) -> Any:
        """Binary cross-entropy of sigmoid(P), the mean of ten outputs; class 0 is right."""
        return (np.log1p(np.exp(P)).sum(axis=1) - P[:, 0]) / 10

    assert loss(np.eye(10))[0] == pytest.approx(in_pytorch.LEAST, rel=1e-12)
    probabilities = np.random.default_rng(0).dirichlet(np.full(10, 0.1), 1000)
    assert loss(probabilities).min() > in_pytorch.LEAST


@pytest.fixture(scope="module")
def few(split: Split) -> Raw:
    raw = Raw.of("digits", split)
    return replace(raw, x_train=raw.x_train[:400], y_train=raw.y_train[:400])


def test_the_section_on_pytorch(few: Raw) -> None:
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    published_loss, repaired = (in_pytorch.train(few, x, epochs=2) for x in (False, True))
    assert torch.get_num_threads() == threads
    assert in_pytorch.LEAST < published_loss.loss < 0.83
    assert published_loss.loss != repaired.loss
    assert all(0 <= each.accuracy <= 100 for each in (published_loss, repaired))


def test_the_section_on_keras(few: Raw, monkeypatch: pytest.MonkeyPatch) -> None:
    if in_keras.backend() is None:
        pytest.skip("Keras is not installed, or nothing that it computes with")
    if "keras" in sys.modules and sys.modules["keras"].backend.backend() == "torch":
        pytest.skip("this process has Keras on torch (tests/peers), whose fit warns of NumPy 2")
    monkeypatch.setenv("KERAS_BACKEND", in_keras.backend() or "")
    first, _ = in_keras.train(few, in_keras.LOSSES[-1], epochs=1)
    repaired, unscaled = in_keras.train(few, in_keras.LOSSES[-1], epochs=4)
    assert repaired.loss < first.loss
    assert unscaled != repaired.accuracy  # other pixels, other answers
    assert "same shape" in in_keras.answer_of_keras(few)


def test_validation_data_that_do_not_fit_are_refused_here(few: Raw) -> None:
    assert "10 answers a row" in in_keras.our_answer(few)


# ---- the report ----
def test_lines_of_code() -> None:
    head = '"""Of a file."""\n\nimport a  # b\n\n\ndef f(\n    x,\n):\n'
    body = '    """Of f.\n\n    g\n    """\n    # c\n\n    return """d\n\ne"""\n'
    assert times.lines_of_code(head + body) == 1 + 3 + 3


def test_every_exercise_is_a_network(split: Split) -> None:
    rows = exercises.exercises(64)
    assert {row.which for row in rows} >= {"1", "2", "3", "4", "5.1", "5.2", "5.3"}
    for row in rows:
        assert split.network(**row.settings)["W1"].shape[0] == 64


def test_the_switch_that_is_shown_is_the_one_that_is_set() -> None:
    first, *rows = exercises.exercises(64)
    assert (first.switch, first.settings, first.batch_size) == ("network()", {}, 1)
    for row in rows:
        shown = eval(f"dict({row.switch})", {"sw": sw})
        assert shown.pop("batch_size", row.batch_size) == row.batch_size
        assert shown == row.settings, row.what


def test_the_network_with_convolutions(split: Split) -> None:
    assert exercises.lenet(28)["W1"].shape == (25, 6)
    model = exercises.lenet(8)
    history = model.fit(split.x_train, split.y_train, epochs=8, verbose=0)
    assert history["accuracy"][-1] > 0.9


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    page = Page(tmp_path_factory.mktemp("report"), "Hansen", say=lambda line: None)
    run_report(page, Options(quick=True, images="digits"))
    return page


def test_the_report_has_its_parts_in_order(page: Page) -> None:
    headings = [part[3:] for part in page.parts if part.startswith("## ")]
    assert headings == [
        "What the article says", "What we measure", "Time and lines",
        "Its figures and printouts", "Its letters", "Its mistakes, run both ways",
        "Its exercises", "The generated program",
    ]  # fmt: skip
    assert page.parts[0].startswith("**A quick run**")
    assert page.parts[1].startswith("**On the 8 x 8 digits**")
    assert "dW1 = X.T @ dZ1" in page.parts[-1]
    assert "nan" not in page.markdown.replace("derivative is nan", "")


def test_the_report_has_the_article_s_numbers_beside_ours(page: Page) -> None:
    rows = {row.what: row for row in page.comparisons}
    assert rows["accuracy, over several runs"].article == "0 % to 95 %"
    assert rows["shape of the error at the output"].ours == "(10,)"
    assert rows["output - y_train, its example"].ours == "0.2, 0.2, -0.5, 0.3, 0.6"
    assert rows["score of a network that always says 0"].ours == "2.43"  # of 270 images


def test_the_report_has_its_pictures(page: Page) -> None:
    names = {file.stem for file in (page.folder / "figures").iterdir()}
    assert names == {"side_by_side", "digits", "network", "transpose"}
