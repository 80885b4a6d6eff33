"""Article 3, Biswas: 784-500-150-10 on all 60,000 images at once."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial

import numpy as np

from scratchwork.articles import biswas
from scratchwork.articles.article import LEFT_OUT, Options, lasting
from scratchwork.articles.page import Page
from scratchwork.articles.reports.letters import letters

from . import by_hand
from .beyond import in_float32, next_step, trainings
from .figures import Runs, digits, losses
from .printed import ACCURACY, AT
from .runs import FILE, Data, Run, Training, load, measured

LETTERS = (
    ("A_1 = W_1 H_0 + b_1 1^T", "Z1"), ("H_1 = g(A_1)", "A1"), ("A_2 = W_2 H_1 + b_2 1^T", "Z2"),
    ("H_2 = g(A_2)", "A2"), ("A_3 = W_3 H_2 + b_3 1^T", "Z3"), ("Y_hat = softmax(A_3)", "P"),
    ("dA_3 = (Y_hat - E) / m", "dZ3"), ("dW_3 = dA_3 H_2^T", "dW3"), ("db_3 = dA_3 1_m", "db3"),
    ("dH_2 = W_3^T dA_3", "dA2"), ("dA_2 = dH_2 * g'(A_2)", "dZ2"), ("dW_2 = dA_2 H_1^T", "dW2"),
    ("db_2 = dA_2 1_m", "db2"), ("dH_1 = W_2^T dA_2", "dA1"), ("dA_1 = dH_1 * g'(A_1)", "dZ1"),
    ("dW_1 = dA_1 X^T", "dW1"), ("db_1 = dA_1 1_m", "db1"), ("W_1 - eta dW_1", "W1"),
)  # fmt: skip
COMPARED = (10, 50, 100, 200, 300, 500, 1000)


def report(page: Page, options: Options) -> None:
    """Run the article and all around it, and write the page."""
    chosen = trainings(options.images, options.quick)
    data = load(options.images, chosen[0].rows)
    introduction(page, options, data)
    runs = {training: measured(page, training) for training in chosen}
    settings(page, data, next(iter(runs)))
    compare(page, runs)
    what_it_says(page)
    what_we_measure(page, runs)
    its_time(page, data, options.quick)
    printouts(page, data, runs)
    page.heading("Its letters beside ours")
    page.text("The article has examples as columns, we as rows: each W is the other's transpose.")
    network = biswas.network(data.X.shape[1])
    letters(page, network.source(), LETTERS)
    mistakes(page, data, runs)
    plain = next(training for training in runs if training.dtype == "float32")
    other = replace(plain, iterations=50 if options.quick else 100, weights="he_uniform")
    next_step(page, data, runs[plain], measured(page, other))
    page.heading("The program")
    page.code(network.source(), "python")


def introduction(page: Page, options: Options, data: Data) -> None:
    """What differs from the article: the quick form, other images."""
    if options.quick:
        rows = f"the first {len(data.X):,} images"
        page.text(LEFT_OUT, f"Here: 100 of 1,000 iterations in float32, on {rows}, one seed.")
    if options.images == "digits":
        page.text(
            f"**The 8 x 8 digits** instead of MNIST: {len(data.X):,} images of 64 pixels for "
            f"training and {len(data.y_test)} for the test, so the article's numbers are not "
            "expected here: a smaller image gives the first layer less to add up, and the loss "
            "stays flat for longer."
        )


def settings(page: Page, data: Data, training: Training) -> None:
    """Shapes and what is chosen, as the article has them."""
    training_rows, test_rows = data.images.shape, (len(data.raw), *data.images.shape[1:])
    page.compare("images for training, for the test", "(60000, 28, 28), (10000, 28, 28)",
                 f"{training_rows}, {test_rows}")  # fmt: skip
    page.compare("X", "(784, 60000)", f"{data.X.shape}", "ours has a row an image")
    model = biswas.network(data.X.shape[1], dtype=training.dtype, seed=training.seed)
    units = "-".join(str(len(model[name])) for name in ("W1", "b1", "b2", "b3"))
    page.compare("units", "784-500-150-10", units)
    page.compare("deviation of the first weights", "0.01",
                 ", ".join(f"{model[f'W{k}'].std():.5f}" for k in (1, 2, 3)))  # fmt: skip
    ours = f"{model.learning_rate}, {training.iterations:,}"
    page.compare("rate, iterations", "0.1, 1,000", ours)


def compare(page: Page, runs: Runs) -> None:
    """Losses and accuracies; the whole table of losses stands below."""
    first, *others = runs.values()
    name = next(iter(runs))
    for k in (k for k in COMPARED if k in first.tenths):
        at = [run.at(k) for run in others if k in run.tenths]
        note = f"{name.dtype}, seed {name.seed}"
        if at:
            seeds = f"{len(at)} seeds, {min(at):.4f} to {max(at):.4f}"
            note += f"; float32: {seeds if len(at) > 1 else f'{at[0]:.4f}'}"
        page.compare(f"loss at iteration {k}", AT[k], f"{first.at(k):.4f}", note)
    complete = [run for run in runs.values() if len(run.losses) == 1000]
    for what, article in (("raw", f"{ACCURACY} %"), ("scaled", "-")):
        found = [run.test[f"accuracy {what}"] for run in complete or runs.values()]
        note = ", ".join(f"{value:.2f}" for value in found[1:])
        note = f"the others {note}" if note else ""
        what = "as they are, 0 to 255" if what == "raw" else "divided as for training"
        after = "" if complete else f" after {len(first.losses)} iterations"
        page.compare(f"test images {what}{after}", article, f"{found[0]:.2f} %", note)


def what_it_says(page: Page) -> None:
    page.heading("What the article says")
    page.text(
        "Ananda Biswas derives and programs a network of 784, 500, 150 and 10 units on MNIST, with "
        "ReLU, softmax and cross-entropy. Weights begin as N(0, 0.01**2) and biases as 0; the rate "
        "is 0.1; every one of 1,000 updates uses all 60,000 images. Arrays lie on a GPU, through "
        "CuPy, in float64. The loss is printed at every tenth iteration, from 2.3020 to 0.2916, "
        f"and {ACCURACY} % of the test images are right in the end.",
    )


def what_we_measure(page: Page, runs: Runs) -> None:
    page.heading("What we measure")
    rows = []
    for training, run in runs.items():
        pairs = [(k, run.at(k) - float(AT[k])) for k in run.tenths]
        k, largest = max(pairs, key=lambda pair: abs(pair[1]))
        final = f"{run.at(run.tenths[-1]):.4f} at {run.tenths[-1]}"
        test = f"{run.test['accuracy raw']:.2f} %, {run.test['accuracy scaled']:.2f} %"
        rows.append((training, f"{largest:+.4f} at {k}", ahead(run), final, test))
    seconds = lasting(sum(run.seconds for run in runs.values()))
    columns = ("", "largest difference", "ahead by", "loss", "test: raw, divided")
    page.table(columns, rows)
    page.text(
        "The largest difference of a loss from the article's, and at which iteration; by how many "
        "iterations ours passes 1.5 before the article does; accuracy on the test images as the "
        f"article has them, and divided by the largest pixel. The runs took {seconds} in all when "
        f"they were made; they are kept in `{FILE}` beside this page, and made again where that is "
        "deleted."
    )
    in_float32(page, runs)


def ahead(run: Run) -> str:
    """Iterations between where the two losses pass 1.5."""
    known = {k: float(loss) for k, loss in AT.items()}
    ours = {k: run.at(k) for k in run.tenths}
    if min(ours.values()) > 1.5:
        return "-"
    return f"{passing(known) - passing(ours):+.1f} iterations"


def passing(losses: dict[int, float], level: float = 1.5) -> float:
    """The iteration where falling losses pass a level, on a line between two of them."""
    k = next(k for k, loss in losses.items() if loss <= level)
    before, after = losses[k - 10], losses[k]
    return k - 10 * (level - after) / (before - after)


def its_time(page: Page, data: Data, quick: bool) -> None:
    """The article's way and ours, an iteration at a time."""
    page.say("the article's method, timed")
    page.heading("Time")
    rows, rounds, iterations = [], 2 if quick else 3, 100 if quick else 1000
    for dtype in ("float32",) if quick else ("float64", "float32"):
        theirs, ours = by_hand.seconds_an_iteration(data, dtype, rounds, iterations)
        rows.append((dtype, f"{theirs:.3f} s", f"{ours:.3f} s", f"{theirs / ours:.1f}"))
    page.text(
        "An iteration of the article's method, written anew in NumPy, BLAS on one processor or all "
        f"of them, and of ours, as a fit of {iterations} iterations runs; the fastest of "
        f"{2 * rounds}, on {len(data.X):,} images. (The article gives no times.) From the "
        "same numbers the losses of the two ways differ by "
        f"{by_hand.largest_difference(data):.1e} at most in 20 iterations on "
        f"{min(1000, len(data.X)):,} images."
    )
    page.table(("", "the article's way", "here", "times"), rows)


def printouts(page: Page, data: Data, runs: Runs) -> None:
    """Shapes, ten digits, the whole table, and the curve."""
    page.heading("Its figures and printouts")
    page.code(
        f"Train images : {data.images.shape}\nTrain labels : {data.y.shape}\n"
        f"Test images : {(len(data.raw), *data.images.shape[1:])}\n"
        f"Test labels : {data.y_test.shape}\n{data.X.T.shape}"
    )
    caption = "Sample handwritten digits with labels."
    page.figure("digits", caption, partial(digits, data.images, data.y))
    caption = "The article's losses (points) and ours (lines); below, the difference."
    page.figure("losses", caption, partial(losses, runs))
    columns = ("iteration", "the article", *(f"{x.dtype}, seed {x.seed}" for x in runs))
    rows = [
        (k, AT[k], *(f"{run.at(k):.4f}" if k in run.tenths else "" for run in runs.values()))
        for k in next(iter(runs.values())).tenths
    ]
    page.table(columns, rows)


def mistakes(page: Page, data: Data, runs: Runs) -> None:
    """Each of them both ways."""
    page.heading("Its mistakes, both ways")
    run = next(iter(runs.values()))
    test = run.test
    page.text("**The test images are not divided by 255**, as those of the training are:")
    page.table(
        ("test images", "right", "loss", "mean highest probability"),
        [
            (what, f"{test[f'accuracy {name}']:.2f} %", f"{test[f'loss {name}']:.4f}",
             f"{test[f'certainty {name}']:.4f}")
            for what, name in (("0 to 255, as there", "raw"), ("divided", "scaled"))
        ],
    )  # fmt: skip
    page.text(
        "With ReLU and without biases a brighter image has the same class, as all outputs grow "
        f"alike; here the biases change it for {changed(runs)} of the images. The "
        "accuracy hardly shows the mistake, the loss does.",
        "**The loss is one of two updates ago.** The counter goes up before it is printed, so "
        "iteration k shows the loss before update k - 1, and the network that is returned is two "
        f"updates further than the last line: here {run.at(run.tenths[-1]):.4f} is printed, and "
        f"the loss before the last update is {run.losses[-1]:.4f}.",
        f"**log(P + 1e-8)** takes {test['epsilon']:.1e} off the last loss, less than is "
        "printed; but no row can cost more than -log(1e-8) = 18.42, and the gradient knows nothing "
        "of it. Ours is the exact logarithm, from the logits.",
        f"**One-hot labels are made one by one**: {label_times(data)}.",
        "The equations begin with A_0 = X and then need H_0, which is X; the program is right.",
    )


def changed(runs: Runs) -> str:
    """How many test images get another class, after each number of iterations."""
    shares = {len(run.losses): run.test["changed"] for run in runs.values()}
    return " and ".join(f"{x:.1f} % (after {n:,} iterations)" for n, x in shares.items())


def label_times(data: Data) -> str:
    """A loop over the labels, and one comparison."""
    begin = time.perf_counter()
    E = by_hand.one_hot(data.y)
    loop = time.perf_counter() - begin
    begin = time.perf_counter()
    Y = data.y[:, None] == np.arange(10)
    once = time.perf_counter() - begin
    assert (E.T == Y).all()
    return f"{1000 * loop:.0f} ms for {len(Y):,}, where one comparison takes {1000 * once:.1f} ms"
