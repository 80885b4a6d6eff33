"""Article 2's mistakes, both ways, and what it left to be tried."""

from __future__ import annotations

import scratchwork as sw

from ... import himmetoglu
from ...page import Page
from ..spread import spread
from . import pictures, runs
from .runs import LAMBDA, Data, lam_text, validated


def mistakes(page: Page, data: Data) -> None:
    """The two sigmoids, the choice, and smaller ones."""
    page.heading("Its mistakes, both ways")
    page.heading("A sigmoid under the softmax", 3)
    P, least = runs.limits()
    page.text(
        "Every layer of the article is a sigmoid, the last one too, and the softmax comes on top. "
        "Ten outputs between 0 and 1 give no probability above e / (e + 9) = "
        f"{P:.4f} and no loss below log(e + 9) - 1 = {least:.4f}, however long it is trained. "
        "Asked for by its name, this is refused:"
    )
    page.code(refusal())
    page.text("Given as a function of one's own it is taken at its word, and was trained here.")
    rows = []
    for way in runs.WAYS:
        best = data.best(way)
        largest = [result.model.predict(data.valid[0]).max() for result in best.results]
        losses, right = (runs.figures(best, name) for name in ("val_loss", "val_accuracy"))
        rows.append((way, lam_text(best), f"{max(largest):.4f}", spread(losses), spread(right)))
    columns = ("", "best of the sweep", "largest probability", "loss, validation", "accuracy")
    page.table(columns, rows)
    page.figure(
        "probabilities", "What the networks say of the validation rows: the probability of the "
        "class that they choose.", lambda: pictures.certainty(data)
    )  # fmt: skip
    page.heading("A choice by one network each", 3)
    chosen = runs.lambda_of_each_seed(data.found.lambdas["sigmoid, then softmax"])
    page.text(
        "The notebook trains one network a lambda. With each of our seeds alone the choice is "
        + ", ".join(f"{lam:.4f} ({n})" for lam, n in sorted(chosen.items()))
        + "; in brackets for how many seeds. One network for each leaves the choice to chance"
        + (f"; the notebook's, {LAMBDA:.4f}, is among them." if LAMBDA in chosen else ".")
    )
    page.heading("Smaller ones", 3)
    page.text(
        "The text gives b a length of n_in where its code has, rightly, n_out, and says that the "
        "classifier's forward method is the sigmoid, where it is the softmax. The notebook's "
        "training loss takes the probabilities from before an update and the weights from after "
        "it, and its validation loss divides lambda by the number of validation rows, so that "
        "the same penalty counts half as much again there; our `val_loss` has none."
    )


def refusal() -> str:
    """What the library says to a sigmoid under the softmax."""
    try:
        himmetoglu.nnet(last="sigmoid")
    except sw.ScratchworkError as error:
        return str(error)
    return "nothing"


def next_step(page: Page, data: Data) -> None:
    """Sizes chosen as well, and what else could be changed."""
    page.heading("Its next step")
    plan, found = data.plan, data.found.sizes
    page.text(
        "The number and size of the hidden layers were to be chosen on the validation rows, too. "
        f"Here they are, without the last sigmoid, {plan.size_repeats} seeds for each point:"
    )
    rows = [
        (str(sizes), *(validated(found, lam, sizes) for lam in plan.size_lambdas))
        for sizes in plan.sizes
    ]
    page.table(("sizes", *(f"lambda {lam:.4f}" for lam in plan.size_lambdas)), rows)
    page.figure(
        "sizes", "Accuracy on the validation rows by sizes of the two hidden layers.",
        lambda: pictures.by_sizes(found),
    )  # fmt: skip
    untried(page, data)


def untried(page: Page, data: Data) -> None:
    """Pixels from 0 to 1, ReLU, and batches."""
    page.say("scaled pixels, ReLU, batches")
    plan = data.plan
    best = data.best("softmax alone")
    lam, valid = best.settings["lam"], data.valid
    saturated = himmetoglu.nnet(lam).trace(*data.train)["Z1"]
    epochs, repeats, batches = plan.epochs, plan.repeats, max(1, plan.epochs // 20)
    # a batch of 32 has its own n in lambda / (2 n)
    small = lam * 32 / len(data.train[1])
    trials = {
        "48-32, as above": best.results,
        "pixels from 0 to 1": runs.repeated(runs.scaled(lam), data.train, valid, repeats, epochs),
        "and ReLU": runs.repeated(runs.scaled(lam, "relu"), data.train, valid, repeats, epochs),
        f"pixels from 0 to 1, batches of 32, {batches} epochs":
            runs.repeated(runs.scaled(small), data.train, valid, repeats, batches, 32),
    }  # fmt: skip
    page.text(
        f"{100 * (abs(saturated) > 4).mean():.0f} % of the first layer's Z1 are above 4 or below "
        "-4 from the beginning, where the sigmoid's slope is below 0.018: the pixels go to 16. The "
        "notebook "
        "also advises batches where there are more rows. All of these at "
        f"{lam_text(best)}, on the validation rows:"
    )
    tried = [
        (name, spread([x.final["val_accuracy"] for x in trial]), f"{trial[0].seconds:.1f}")
        for name, trial in trials.items()
    ]
    page.table(("", "accuracy, validation", "seconds for one of them"), tried)
