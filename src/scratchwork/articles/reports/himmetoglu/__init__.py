"""Article 2, Himmetoglu: layers as objects, L2, and a sigmoid under the softmax."""

from __future__ import annotations

from collections.abc import Sequence

from ... import himmetoglu
from ...article import LEFT_OUT, Options
from ...page import Page
from ..letters import letters
from ..spread import spread
from . import pictures, runs
from .beyond import mistakes, next_step
from .runs import FULL, LAMBDA, QUICK, Data, lam_text, validated

NOTEBOOK = "the author's notebook"
SOURCE = (
    "The copy of the article that this is made from breaks off in the middle of its `backward`, "
    "before any result: with the article alone there is nothing to compare. The same text with "
    "its end is public as the author's notebook, `MachineLearning/mnist_blog.ipynb` of "
    "github.com/bhimmetoglu/talks-and-lectures; what the table above marks as the "
    "notebook's is from there."
)


def report(page: Page, options: Options) -> None:
    """Run article 2 and put it on the page."""
    plan = QUICK if options.quick else FULL
    train, valid, test = himmetoglu.split_digits()
    data = Data(train, valid, test, runs.sweeps(plan, train, valid, page.say), plan)
    if options.quick:
        page.text(LEFT_OUT, f"Here: {len(plan.lambdas)} of 10 lambdas, {plan.epochs} epochs "
                  f"instead of 1,000, {plan.repeats} seeds instead of {FULL.repeats}.")  # fmt: skip
    compare(page, data)
    says(page)
    measured(page, data)
    timing(page, data, options.quick)
    figures(page, data)
    notation(page, data)
    mistakes(page, data)
    next_step(page, data)
    page.heading("The generated program")
    page.text("Of the article's network, with `lam=0.6`; `model.source()` prints it.")
    page.code(himmetoglu.nnet(0.6).source(), "python")


def compare(page: Page, data: Data) -> None:
    """Every number of the article, and of its notebook."""
    sizes = ", ".join(f"{len(y):,}" for _, y in (data.train, data.valid, data.test))
    page.compare("rows for training, validation, test", "33 % (111), then 40 % (123)", sizes)
    page.compare("classes, pixels", "10, 8 x 8", "10, 64 in a row of 0 to 16")
    page.compare("neurons, epochs, rate, momentum", "48 and 32, 1,000, 0.2, 0.9",
                 f"the same, {data.plan.epochs:,} epochs", NOTEBOOK)  # fmt: skip
    first, second = runs.WAYS
    theirs, chosen = runs.point_at(data.found.lambdas[first], LAMBDA), data.best(first)
    count = f"lambda chosen of {len(data.plan.lambdas)}"
    note = f"{NOTEBOOK}, one network each; ours by the mean"
    page.compare(count, f"{LAMBDA:.6f}", f"{chosen.settings['lam']:.6f}", note)
    right = spread(runs.figures(theirs, "val_accuracy"))
    page.compare(f"accuracy, validation, at {LAMBDA:.6f}", "0.964730", right, NOTEBOOK)
    tested = spread(runs.tested(theirs, data.test))
    page.compare(f"accuracy, test, at {LAMBDA:.6f}", "0.959596", tested, NOTEBOOK)
    points = {
        "accuracy, test, by our choice": chosen,
        "without the last sigmoid": data.best(second),
        "and with sizes chosen as well": data.found.sizes.best_point,
    }
    for what, point in points.items():
        note = f"sizes {point.settings['sizes']}, {lam_text(point)}"
        page.compare(what, "-", spread(runs.tested(point, data.test)), note)


def says(page: Page) -> None:
    page.heading("What the article says")
    page.text(
        SOURCE,
        "It builds a network from objects, each with a forward and a backward method: a linear "
        "update, a logistic update, both of them as a layer, and a classifier. The digits of "
        "scikit-learn are divided into three parts; the validation part is there to choose the "
        "number and size of the hidden layers and lambda, the test part to be used once.",
        "All rows are one batch, and the update has momentum. In the notebook the sizes are "
        "given, and only lambda is chosen: ten values from 0.01 to 100, one network each.",
    )


def measured(page: Page, data: Data) -> None:
    page.heading("What we measure")
    plan = data.plan
    page.text(
        f"{plan.repeats} seeds for each lambda, {plan.epochs:,} epochs, float64; a seed draws the "
        "first weights and nothing else. Means and standard deviations over the seeds:"
    )
    rows = [
        (f"{lam:.4f}", *(validated(data.found.lambdas[way], lam) for way in runs.WAYS))
        for lam in plan.lambdas
    ]
    page.table(("lambda", *(f"{way}: accuracy, validation" for way in runs.WAYS)), rows)
    page.text(
        "The choice is made by the mean over the seeds: "
        f"{lam_text(data.best('sigmoid, then softmax'))} with the last sigmoid, as in the article, "
        f"and {lam_text(data.best('softmax alone'))} without it. The test rows were looked at only "
        "when all choices were made, for the rows of the table at the top.",
        f"One row more is {1 / len(data.valid[1]):.4f} of the validation rows and "
        f"{1 / len(data.test[1]):.4f} of the test rows.",
    )


def timing(page: Page, data: Data, quick: bool) -> None:
    page.heading("Time")
    page.say("time: the article's method and ours, in alternation")
    epochs, rounds = (50, 1) if quick else (1000, 5)
    seconds = runs.timed(data.train, data.valid, epochs, rounds, data.plan.engines)
    first = next(iter(seconds.values()))
    page.table(
        ("1,000 epochs, with the loss on the validation rows", "seconds", "times as fast"),
        [(way, f"{found:.2f}", f"{first / found:.2f}") for way, found in seconds.items()],
    )
    page.text(
        "The article's method is the same mathematics written anew, a column a digit. Ours has the "
        "accuracy as well in every epoch, and a sigmoid that cannot overflow, at some cost. "
        "Compiled, a sweep trains one network on each core.",
        "That it is the same mathematics can be checked: from the same first weights, with "
        f"lambda 0.6, no number of the one network differs after {data.plan.epochs:,} epochs from "
        "that of the other by more than "
        f"{runs.largest_difference(data.train, 0.6, data.plan.epochs):.1e}.",
    )


def figures(page: Page, data: Data) -> None:
    page.heading("Figures and printouts")
    way = "sigmoid, then softmax"
    best = data.best(way)
    page.code(himmetoglu.verdict(best, data.valid, data.test))
    page.text(f"As the notebook prints it; of seed {best.results[0].seed} of the chosen point.")
    page.figure(
        "lambda", "The notebook's first figure: accuracy on the validation rows against lambda, "
        "there for one network a lambda.", lambda: pictures.against_lambda(data.found.lambdas)
    )  # fmt: skip
    page.figure(
        "losses", "Its second figure: the losses of the final network. Ours of the validation "
        "rows is without the penalty.", lambda: pictures.losses(best.results[0].history)
    )  # fmt: skip
    final = data.found.sizes.best_point.results[0].model
    page.figure(
        "mistakes", "Validation rows that the network without the last sigmoid, of the chosen "
        "sizes, gets wrong.", lambda: pictures.worst(final, *data.valid)
    )  # fmt: skip


def notation(page: Page, data: Data) -> None:
    page.heading("Its letters and ours")
    network = himmetoglu.nnet(0.6)
    rows: Sequence[tuple[str, str]] = (
        ("`Z = np.dot(W.T, A) + b`, a column a digit", "Z1"),
        ("`A2 = sigmoid(Z)`; the input is `A1`, here `X`", "A1"),
        ("`A4`, the state of the output layer", "A3"),
        ("`P`", "P"),
        ("`T` and `expandedTarget`", "Y"),
        ("`grad_out = P - expandedTarget`, not divided by N", "dA3"),
        ("`gY` of the linear part, there (1 - Y) Y grad_out", "dZ3"),
        ("`gW3 = np.dot(A, gY.T)`, then `+ lam * W`", "dW3"),
        ("`gb3`", "db3"),
        ("`gA3 = np.dot(W, gY)`", "dA2"),
        ("`reg`, and 0.5 lam / N", "penalty"),
        ("`v_W1`; there the rate is inside, and it is added", "W1"),
    )
    letters(page, network.source(), rows)
    page.text("Its numbers count states (A1 is the input), ours layers. `W` has the same shape.")
    page.heading("Each layer, forward and backward", 3)
    page.text("`model.trace(X_train, y_train)` has every array of the first step, by these names:")
    page.code(str(network.trace(*data.train)))
