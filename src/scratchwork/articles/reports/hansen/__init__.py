"""Article 1, Hansen: 784-128-64-10, one image at a time, as published and repaired."""

from __future__ import annotations

from scratchwork.articles import hansen
from scratchwork.articles.article import LEFT_OUT, Options
from scratchwork.articles.page import Page
from scratchwork.articles.reports.letters import letters
from scratchwork.articles.reports.spread import counted

from . import exercises, in_keras, in_pytorch, mistakes, pictures, side_by_side, times
from .frameworks import Raw
from .scale import RATE, Scale, Split

LETTERS = (
    ("`params['Z1']` = W1 (128, 784) times x (784,)", "Z1"),
    ("`params['A1']`, sigmoid", "A1"),
    ("`params['Z2']`", "Z2"),
    ("`params['A2']`", "A2"),
    ("`params['Z3']`", "Z3"),
    ("`params['A3']`, `output`, softmax", "P"),
    ("`y_train`, a one-hot row", "Y"),
    ("`error` = output - y_train", "dZ3"),
    ("`change_w['W3']`", "dW3"),
    ("the transpose of W3 times `error`", "dA2"),
    ("`error`, times the derivative of the sigmoid of Z2", "dZ2"),
    ("`change_w['W2']`", "dW2"),
    ("the transpose of W2 times `error`", "dA1"),
    ("`error`, times the derivative of the sigmoid of Z1", "dZ1"),
    ("`change_w['W1']`", "dW1"),
    ("`w_arr -= self.l_rate * value`", "W1"),
    ("`compute_accuracy`", "accuracy"),
)


def report(page: Page, options: Options) -> None:
    """Run the article and put it on the page."""
    scale = Scale.of(options)
    whole = Split(*hansen.split_images(options.images))
    split = whole.first(scale.images)
    both = side_by_side.run_both(page, split, scale)
    raw = Raw.of(options.images, whole) if scale.frameworks else None
    torch = in_pytorch.run(page, raw) if raw else {}
    keras = in_keras.run(page, raw) if raw else {}

    introduction(page, options, scale, whole)
    page.heading("What we measure")
    side_by_side.show(page, split, scale, both)
    page.heading("Time and lines")
    seconds = {"PyTorch": [x.seconds for x in torch.values()],
               "Keras": [x.seconds for x, _ in keras.values()]}  # fmt: skip
    firsts = {name: each[0] for name, each in seconds.items() if each}
    times.show(page, split, scale, both.seconds, firsts)
    page.heading("Its figures and printouts")
    pictures.show(page, split, scale, both)
    page.heading("Its letters")
    source = split.network().source()
    letters(page, source, LETTERS)
    page.heading("Its mistakes, run both ways")
    mistakes.show(page, split, both)
    page.heading("In PyTorch", 3)
    in_pytorch.show(page, whole, raw, torch)
    page.heading("In Keras", 3)
    in_keras.show(page, raw, keras)
    page.heading("Its exercises")
    exercises.show(page, split, scale)
    page.heading("The generated program")
    page.code(source, "python")


def introduction(page: Page, options: Options, scale: Scale, whole: Split) -> None:
    """What was left out, what the article has, and its sizes."""
    if options.quick:
        rows, fewer = (min(x or 0, len(whole.x_train)) for x in (scale.images, scale.tried_images))
        page.text(
            f"{LEFT_OUT} Here: the first {rows:,} training images, "
            f"{counted(scale.epochs, 'epoch')} instead of 10, {counted(scale.seeds, 'seed')} "
            f"instead of 10; for the exercises {fewer:,} images, one epoch, one seed; neither "
            "PyTorch nor Keras."
        )
    if options.images == "digits":
        page.text(
            "**On the 8 x 8 digits** that come with Scratchwork instead of MNIST: 1,797 images, 64 "
            "inputs. An epoch has 39 times fewer images than the article's, so that ten epochs do "
            "not go far."
        )
    sizes(page, whole, scale)
    page.heading("What the article says")
    page.text(
        "Casper Hansen builds a network for handwritten digits in NumPy: 784-128-64-10, sigmoid "
        "layers without biases, softmax at the end, weights from N(0, 1 / outputs). It trains on "
        "one image at a time, rate 0.001, 10 epochs, holds 15 % of MNIST's 70,000 images out "
        "(random_state 42), and prints epoch, time and accuracy. Of the accuracy it says that it "
        "ranges from 0 % to 95 %, and that this depends on the first weights. Exercises follow "
        "without solutions, and the same network in PyTorch and in Keras.",
        "The range has another reason. As published, the gradient of a whole matrix is a single "
        "number, so that nothing is learned: the first weights decide which class, or which few, a "
        "network answers to all images. And the accuracy is a count of the answers 0 and 1 (see "
        "the mistakes below). With both repaired the network learns, from every seed.",
    )


def sizes(page: Page, whole: Split, scale: Scale) -> None:
    """The numbers of images and the shapes."""
    images = len(whole.y_train) + len(whole.y_val)
    page.compare("images, pixels, classes", "70,000, 784, 10",
                 f"{images:,}, {whole.x_train.shape[1]}, {len(set(whole.y_train))}")  # fmt: skip
    page.compare("held out", "15 %", f"{len(whole.y_val):,}, of the rest {len(whole.y_train):,}")
    network = whole.network()
    layers = "-".join(map(str, whole.sizes))
    page.compare(
        "sizes, rate, epochs", "784-128-64-10, 0.001, 10", f"{layers}, {RATE}, {scale.epochs}"
    )
    shapes = ", ".join(str(network[f"W{k}"].shape) for k in (1, 2, 3))
    page.compare("W1, W2, W3", "(128, 784), (64, 128), (10, 64)", shapes, "ours are X @ W")
    deviations = ", ".join(f"{network[f'W{k}'].std():.4f}" for k in (1, 2, 3))
    page.compare("their deviation at first", "√(1/128), √(1/64), √(1/10)", deviations,
                 "in numbers 0.0884, 0.1250, 0.3162")  # fmt: skip
