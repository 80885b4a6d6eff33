"""Article 5's mistakes, both ways, and what it invites to."""

from __future__ import annotations

import time

import numpy as np

import scratchwork as sw

from ... import andreoni
from ...page import Page
from ..letters import line
from ..spread import counted, spread
from . import by_hand, pictures, runs
from .runs import LARGE, SMALL, Trained, finals


def mistakes(page: Page, found: Trained) -> None:
    """The bias, the softmax, and the rows that are never used."""
    page.say("its mistakes, both ways")
    page.heading("Its mistakes, both ways")
    last_bias(page, found)
    softmax(page, found)
    page.heading("Rows that are cut off and never used", 3)
    page.text(
        "The repository's main program cuts 20 % of the rows off, and then takes rows of the whole "
        "table under the names of the validation part, without the division into pixels and labels "
        "that the training part has; neither is used. Both its accuracies are of rows that the "
        "network was trained on. Of the last update:"
    )
    rows = []
    for hidden, results in found.results.items():
        names = ("accuracy", "val_accuracy", "loss", "val_loss")
        rows.append((str(found.data.sizes(hidden)), *(spread(finals(results, x)) for x in names)))
    columns = ("network", "accuracy, training", "held out", "loss, training", "held out")
    page.table(columns, rows)


def last_bias(page: Page, found: Trained) -> None:
    page.heading("The last bias gradient is one number", 3)
    sizes = found.data.sizes(SMALL)
    right, wrong = andreoni.init_params(sizes), runs.exchanged(sizes, runs.published)
    page.text(
        "`np.sum` over a matrix without an axis adds up all classes and all images. The "
        "probabilities of an image add up to 1, and so do its labels, so that this number is 0 "
        "but for rounding: the last biases stay as they were drawn. In the generated program:"
    )
    lines = [f"{line(each.source(), 'db2')}  # {name}"
             for name, each in (("as it should be", right), ("as published", wrong))]  # fmt: skip
    page.code("\n".join(lines), "python")
    pairs = (("its own for each class", found.results[SMALL]), ("published", found.published))
    rows = [
        (name, f"{moved(results):.1e}", *(spread(finals(results, x))
         for x in ("accuracy", "val_accuracy")))
        for name, results in pairs
    ]  # fmt: skip
    page.table(("bias gradient", "largest change of b2", "accuracy, training", "held out"), rows)
    count = 100
    page.text(
        f"{sizes}, {found.plan.iterations(SMALL):,} iterations from the same first numbers for "
        "each seed. The published method written anew in NumPy and this variant of ours have the "
        f"same losses over {count} iterations to "
        f"{runs.largest_difference(found.data, SMALL, count):.0e}, in float64."
    )


def moved(results: sw.Results) -> float:
    """The largest change of a last bias over all networks."""
    models = [result.model for result in results]
    return float(max(np.abs(model["b2"] - runs.first(model)["b2"]).max() for model in models))


def softmax(page: Page, found: Trained) -> None:
    page.heading("Softmax without a shift", 3)
    white = 16 if found.images == "digits" else 255
    Z = np.array([[1000.0], [0.0]])
    with np.errstate(all="ignore"):  # the overflow is what is shown
        theirs = by_hand.softmax(Z)[:, 0]
    page.text(
        "The softmax takes exp of its input as it is, which is infinite above 709 in float64 and "
        f"above 88 in float32: of (1000, 0) it makes {theirs.tolist()}. Ours takes the largest "
        "input of each image off before, and the loss from the logarithm of the sum:"
    )
    source = andreoni.init_params(found.data.sizes(SMALL)).source()
    page.code("\n".join(line(source, name) for name in ("S", "E2", "E_sum2", "A2", "L")), "python")
    shares = {hidden: runs.not_numbers(found.data, hidden, white) for hidden in andreoni.HIDDEN}
    page.table(
        ("network", "published", "ours"),
        [
            (str(found.data.sizes(hidden)), f"{100 * a:.1f} %", f"{100 * b:.1f} %")
            for hidden, (a, b) in shares.items()
        ],
    )
    page.text(
        f"The share of held-out images that have no probabilities (NaN) before the first update, "
        f"where the pixels are left from 0 to {white}. Divided by {white}, as the repository has "
        "them, the inputs stay small and nothing overflows."
    )


def next_step(page: Page, found: Trained) -> None:
    """Lists of sizes, in batches as well, and a convolutional network."""
    plan, data = found.plan, found.data
    page.heading("Its invitation: other lists of sizes")
    page.say(f"{len(plan.lists)} lists of sizes, on all rows at once and in batches")
    begin = time.perf_counter()
    lists = runs.lists(data, plan)
    spent = time.perf_counter() - begin
    updates = plan.epochs * -(-len(data.train[1]) // 64)
    page.text(
        f"{len(plan.lists)} lists between {data.train[0].shape[1]} pixels and 10 classes, each "
        f"with {counted(plan.list_repeats, 'seed')}, by `sw.sweep`: on all rows at once with "
        f"{plan.list_iterations} updates, and in batches of 64 for "
        f"{counted(plan.epochs, 'epoch')}, which makes {updates:,} updates at the same rate. All "
        f"of it took {spent:.0f} s."
    )
    for name, results in lists.items():
        page.text(f"{name[0].upper()}{name[1:]}:")
        page.code(str(results))
    page.figure(
        "lists", "Accuracy on the held-out rows by list of hidden layers.",
        lambda: pictures.lists(lists),
    )  # fmt: skip
    page.heading("Its next step: a convolutional network")
    page.say("a convolutional network")
    model, epochs = runs.convolutional(data.train[0].shape[1]), -(-plan.epochs // 2)
    history = model.fit(*data.train, batch_size=64, epochs=epochs, validation_data=data.val,
                        verbose=0)  # fmt: skip
    page.code(repr(model), "python")
    best = spread(finals(found.results[LARGE], "val_accuracy"))
    page.text(
        f"{counted(epochs, 'epoch')} of batches of 64, Adam, one seed: "
        f"{history['val_accuracy'][-1]:.4f} of the held-out rows after {history.seconds:.0f} s; "
        f"{data.sizes(LARGE)} on all rows at once has {best}."
    )
