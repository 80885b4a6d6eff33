"""Article 5, Andreoni: a network of any list of sizes, on all rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import scratchwork as sw

from ... import andreoni
from ...article import LEFT_OUT, Options
from ...page import Page
from ..letters import letters
from ..spread import counted, percent, spread
from . import pictures, runs
from .beyond import mistakes, next_step
from .runs import FULL, LARGE, QUICK, SMALL, Data, Plan, Trained, finals

SOURCE = (
    "The copy of the article that this is made from has lost its code; what the text does not say "
    "(rate 0.1, first weights, division by 255, rows shuffled, 80 % of them to train on) is from "
    "the repository that it names, github.com/andreoniriccardo/deep-neural-network-from-scratch."
)
ARTICLE = {SMALL: "around 88 %", LARGE: "97 %"}


def report(page: Page, options: Options) -> None:
    """Run article 5 and put it on the page."""
    plan = QUICK if options.quick else FULL
    data = runs.load(options.images, plan)
    found = train(page, data, plan, options.images)
    notices(page, found, options)
    compare(page, found)
    says(page)
    measured(page, found)
    times = {hidden: runs.timed(data, hidden, plan) for hidden in andreoni.HIDDEN}
    timing(page, found, times)
    figures(page, found)
    notation(page, found)
    mistakes(page, found)
    next_step(page, found)
    page.heading("The generated program")
    page.text(f"Of {data.sizes(LARGE)}; `model.source()` prints it.")
    page.code(andreoni.init_params(data.sizes(LARGE)).source(), "python")


def train(page: Page, data: Data, plan: Plan, images: str) -> Trained:
    """All that takes long, but for the lists of sizes."""
    results, other = {}, {}
    for hidden, seeds in plan.seeds.items():
        page.say(
            f"{data.sizes(hidden)}: {plan.iterations(hidden)} iterations, {counted(seeds, 'seed')}"
        )
        model = andreoni.init_params(data.sizes(hidden))
        results[hidden] = runs.trained(model, data, seeds, plan.iterations(hidden))
    for hidden, seeds in plan.other_seeds.items():
        page.say(f"{data.sizes(hidden)}: 1 / n_out as standard deviation, {counted(seeds, 'seed')}")
        model = runs.exchanged(data.sizes(hidden), runs.other_reading)
        other[hidden] = runs.trained(model, data, seeds, plan.iterations(hidden))
    page.say(f"{data.sizes(SMALL)}: the published gradient")
    model = runs.exchanged(data.sizes(SMALL), runs.published)
    published = runs.trained(model, data, plan.published_seeds, plan.iterations(SMALL))
    return Trained(data, plan, images, results, other, published)


def notices(page: Page, found: Trained, options: Options) -> None:
    """What was left out, and what stands in for Kaggle's file."""
    rows = f"{len(found.data.train[1]):,} rows to train on, {len(found.data.val[1]):,} held out"
    if options.quick:
        share = f"{100 * found.plan.share:.0f} %"
        few = f" and {share} of the rows" if options.images == "mnist" else ""
        page.text(
            LEFT_OUT,
            f"Here: {share} of the iterations{few}, one or two seeds, three lists of sizes.",
        )
    if options.images == "digits":
        page.text("**On the 8 x 8 digits** that come with Scratchwork instead of MNIST: the "
                  f"article's numbers are of other images. {rows}.")  # fmt: skip
    else:
        page.text("Kaggle gives its `train.csv` only to those who sign in. The first 42,000 "
                  f"training images of MNIST stand in for it; {rows}. "
                  "`python andreoni.py --csv train.csv` takes the file itself.")  # fmt: skip


def compare(page: Page, found: Trained) -> None:
    """Every number of the article."""
    n, pixels = len(found.data.train[1]) + len(found.data.val[1]), found.data.train[0].shape[1]
    page.compare("images", "70,000 in MNIST; it uses `train.csv`", f"{n:,}")
    page.compare("pixels of an image", "28 x 28, 784 in a row", f"{pixels} in a row")
    for hidden, results in found.results.items():
        iterations = found.plan.iterations(hidden)
        what = f"{found.data.sizes(hidden)}, {iterations:,} iterations: accuracy, training rows"
        note = f"there {andreoni.HIDDEN[hidden]:,} iterations"
        page.compare(what, ARTICLE[hidden], percent(finals(results, "accuracy")), note)
        ours = percent(finals(results, "val_accuracy"))
        page.compare("the same, held-out rows", "-", ours, "there cut off and never used")


def says(page: Page) -> None:
    page.heading("What the article says")
    page.text(
        SOURCE,
        "It writes a network whose layers are a list of sizes, ReLU inside and softmax at the "
        "end, and keeps Z and A of every layer in a dict. All rows are one batch; an iteration is "
        "one update, and its accuracy is that of the rows it trains on, before the update. The "
        "small network converges to around 88 %, a deeper and wider one achieves 97 %, at a "
        "considerably longer time an iteration. It ends by naming convolutional networks, and "
        "with the invitation to change the number of layers and units.",
    )


def measured(page: Page, found: Trained) -> None:
    page.heading("What we measure")
    page.text("Each seed draws the first weights; rows and their division stay the same. float32.")
    marks = [k for k in (10, 50, 100, 200, 500, 1000) if k <= found.plan.iterations(SMALL)]
    rows = [
        (str(found.data.sizes(hidden)), f"{k:,}", at(results, k), at(results, k, "val_accuracy"))
        for hidden, results in found.results.items()
        for k in marks
        if k <= found.plan.iterations(hidden)
    ]
    page.table(("network", "iteration", "accuracy, training rows", "held out"), rows)
    page.heading("Variance or standard deviation", 3)
    page.text(
        "Weights and biases are N(0, 1 / n_out). The repository multiplies standard normal numbers "
        "by the root of 1 / n_out, so that this is the variance; the other reading beside it:"
    )
    rows = []
    for hidden, results in found.other.items():
        for name, each in (("variance", found.results[hidden]), ("standard deviation", results)):
            right, held_out = (spread(finals(each, x)) for x in ("accuracy", "val_accuracy"))
            rows.append((str(found.data.sizes(hidden)), name, right, held_out))
    page.table(("network", "1 / n_out is the", "accuracy, training rows", "held out"), rows)


def at(results: sw.Results, iteration: int, name: str = "accuracy") -> str:
    """A figure at an iteration, over the seeds."""
    return spread([result.history[name][iteration - 1] for result in results])


def timing(page: Page, found: Trained, times: dict[tuple[int, ...], dict[str, float]]) -> None:
    page.heading("Time")
    small, large = (times[hidden] for hidden in andreoni.HIDDEN)
    first = next(iter(small))
    rows = [
        (way, f"{small[way]:.4f}", f"{small[first] / small[way]:.1f}",
         f"{large[way]:.4f}", f"{large[first] / large[way]:.1f}")
        for way in small
    ]  # fmt: skip
    sizes = [str(found.data.sizes(hidden)) for hidden in andreoni.HIDDEN]
    page.table(("seconds an iteration", sizes[0], "times as fast", sizes[1], "times as fast"), rows)
    fastest = list(small)[-1]
    page.text(
        "The article's method is the same mathematics written anew, a column an image; its "
        f"products run on one core or on all, whichever is faster. {found.plan.timed} iterations "
        "each. The article says that the second network takes considerably longer: here "
        f"{large[first] / small[first]:.0f} times as long in its way, and "
        f"{large[fastest] / small[fastest]:.0f} times with {fastest}."
    )


def figures(page: Page, found: Trained) -> None:
    page.heading("Figures and printouts")
    page.figure("digits", "Ten of the images, as the article begins with some.",
                lambda: pictures.digits(found.data.train))  # fmt: skip
    for hidden, results in found.results.items():
        sizes, history = found.data.sizes(hidden), results[0].history
        page.text(f"{sizes}, seed {results[0].seed}, in the article's form:")
        page.code(printout(history["accuracy"]))
        page.figure(
            f"curves_{len(hidden)}", f"The article's figure for {sizes}: accuracy and loss over "
            "iterations, here with the held-out rows beside them; all rows at once make an epoch.",
            partial(pictures.curves, history),
        )  # fmt: skip
    model = found.results[SMALL][0].model
    page.figure("weights", f"How far the weights into the ten neurons of {found.data.sizes(SMALL)} "
                "have moved; what they began with is noise.",
                lambda: pictures.weights(model))  # fmt: skip
    page.figure("confusion", f"Held-out rows, by {found.data.sizes(LARGE)}.",
                lambda: pictures.confusion(found.final, found.data.val))  # fmt: skip
    page.figure("mistakes", "Its worst mistakes among them.",
                lambda: pictures.worst(found.final, found.data.val))  # fmt: skip
    page.figure("network", "Its layers.", lambda: pictures.drawing(found.data.sizes(LARGE)))


def printout(accuracies: Sequence[float]) -> str:
    """The lines that the program prints: the first five, and the last two."""
    lines = [
        f"Accuracy at iter {k}: {accuracies[k - 1]}" for k in range(10, len(accuracies) + 1, 10)
    ]
    return "\n".join(lines if len(lines) < 9 else [*lines[:5], "...", *lines[-2:]])


def notation(page: Page, found: Trained) -> None:
    page.heading("Its letters and ours")
    rows = [
        ("`Z1 = W1 X + b1`, a column an image, W (n_out, n_in)", "Z1"),
        ("`A1 = ReLU(Z1)`, kept in `activations`", "A1"),
        ("`A2 = softmax(Z2)`", "A2"),
        ("`one_hot_Y`", "Y"),
        ("`dZ2 = A2 - Y`; m divides later, here n at once", "dZ2"),
        ("`dW2 = 1 / m dZ2 A1^T`", "dW2"),
        ("`db2 = 1 / m np.sum(dZ2)`: one number, see below", "db2"),
        ("`dZ1 = W2^T dZ2 * g'(Z1)`", "dZ1"),
        ("`dW1`", "dW1"),
        ("`db1`", "db1"),
        ("`W1 = W1 - alpha dW1`", "W1"),
    ]
    letters(page, andreoni.init_params(found.data.sizes(SMALL)).source(), rows)
    page.text(
        "The article calls the softmax layer the second hidden layer, and adds an output layer of "
        "size 1 that is not in the list; no such layer is computed. Its lists and ours are equal."
    )
