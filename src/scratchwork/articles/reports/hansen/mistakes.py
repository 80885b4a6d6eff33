"""The article's mistakes in NumPy, each beside what is right."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from scratchwork.articles.page import Page
from scratchwork.datasets import one_hot

from .published import (
    forward,
    gradients,
    published_accuracy,
    share_right,
    sigmoid,
    weights_of,
)
from .scale import RATE, Split
from .side_by_side import SideBySide

SHOWN = (
    "error = A[3] - y",
    "W3 -= l_rate * np.dot(error, A[3])      # as published: two vectors of 10 give one number",
    "W3 -= l_rate * np.outer(error, A[2])    # the gradient: a matrix (10, 64)",
)


def show(page: Page, split: Split, both: SideBySide) -> None:
    """All of them."""
    the_gradient(page, split, both)
    the_accuracy(page, split)
    smaller_ones(page, split)


# ---- the gradient ----
def the_gradient(page: Page, split: Split, both: SideBySide) -> None:
    """One number for a whole matrix."""
    dnn, x, y = split.network(), split.x_train[0], one_hot(split.y_train[:1], 10)[0]
    W = weights_of(dnn)
    numbers, matrices = gradients(W, x, y), gradients(W, x, y, repaired=True)
    step = dnn.trace(x[None], split.y_train[:1])
    page.heading("The gradient", 3)
    page.code("\n".join(SHOWN), "python")
    page.text(
        "`np.dot` of two vectors is one number, and the same number is then taken from every entry "
        "of the matrix. It goes unnoticed because every `error` has the length of the activations "
        "of its own layer, so that no shape is wrong. What is learned of "
        f"{sum(w.size for w in W[1:]):,} weights are three numbers. After the last epoch they "
        f"are, with seed 0, {', '.join(f'{c:.4f}' for c in both.learned[0])}; the entries of W1 "
        f"themselves have a standard deviation of {W[1].std():.3f}."
    )
    page.table(
        ("first image, seed 0", "as published", "repaired in NumPy", "largest difference to dW"),
        [
            (f"W{k}", f"{numbers[k]:.6f}", f"a matrix {matrices[k].shape}",
             f"{np.abs(matrices[k] - step[f'dW{k}'].T).max():.1e}")
            for k in (1, 2, 3)
        ],
    )  # fmt: skip
    page.text(
        "The loop over the rows of a matrix that follows in the article fits a number alone; with "
        f"the matrix it ends in NumPy's own words: *{refusal(W, matrices)}*"
    )


def refusal(W: list[Any], matrices: list[Any]) -> str:
    """What NumPy says when a row is to take a whole matrix."""
    try:
        W[3][0] -= RATE * matrices[3]
    except ValueError as error:
        return str(error)
    raise AssertionError("a row took a matrix")


# ---- the accuracy ----
def the_accuracy(page: Page, split: Split) -> None:
    """What constant and perfect networks score."""
    y, rng = split.y_val, np.random.default_rng(0)
    networks = {
        "always 0": np.zeros(len(y), int),
        "always 1": np.ones(len(y), int),
        "always 2, or any larger one": np.full(len(y), 2),
        "guesses": rng.integers(0, 10, len(y)),
        "always right": y,
        "always wrong, 0 for all but the zeros": np.where(y == 0, 1, 0),
    }
    page.heading("The accuracy", 3)
    page.text(
        "The class number is compared with a one-hot row: an answer 0 equals the nine zeros of "
        "any row but one, an answer 1 equals the single one, and no other answer equals anything. "
        "The hits of each column are divided by 100, not by the number of images, and the mean of "
        "the ten columns is taken. With n0 answers 0 and n1 answers 1 that is (9 n0 + n1) / 1,000, "
        f"whatever the labels are; of {len(y):,} images the highest is {9 * len(y) / 1000:g}."
    )
    page.table(
        ("a network that is", "as the article counts", "accuracy"),
        [
            (name, f"{published_accuracy(said, y):.2f}", f"{share_right(said, y):.2f} %")
            for name, said in networks.items()
        ],
    )
    zero, one = (published_accuracy(networks[f"always {k}"], y) for k in (0, 1))
    page.compare(
        "score of a network that always says 0", "not given", f"{zero:g}",
        f"always 1: {one:g}; always right: {published_accuracy(y, y):.2f}",
    )  # fmt: skip


# ---- the smaller ones ----
def smaller_ones(page: Page, split: Split) -> None:
    """Shapes, an example and a warning."""
    Z, A = forward(weights_of(split.network()), split.x_train[0])
    page.compare(
        "shape of the error at the output", "(10, 64)", f"{A[3].shape}",
        "W3 has (10, 64); the two are not alike",
    )  # fmt: skip
    page.heading("Smaller ones", 3)
    page.text(
        "- In the text on W2 the error is said to have the shape of W3, (10, 64). It has "
        f"{Z[3].shape}.\n"
        "- The output that is shown as an example of probabilities has 0.2, 0.2, 0.5, and by the "
        "difference to its label that follows 0.3 and 0.6: these five of ten add up to 1.8.\n"
        f"- {overflow()}\n"
        "- `keras.utils.np_utils`, where `to_categorical` is imported from, is gone in Keras 3; "
        "scikit-learn's `fetch_openml` gives a table now, over whose columns, not images, `zip` "
        "would go (`as_frame=False` gives arrays)."
    )


def overflow() -> str:
    """The warnings that a note in the article speaks of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        derivative = sigmoid(np.array([-1000.0]), derivative=True)[0]
    said = " and ".join(sorted({str(warning.message) for warning in caught}))
    return (
        "A note in the code speaks of RuntimeWarnings. They come from `exp(-x)`: at x = -1000 "
        f'NumPy says "{said}", and the derivative is {derivative}. Here the exponent is never '
        "above 0 (`np.exp(-np.abs(Z))`), and the derivative is made of A, `A * (1 - A)`: 0 there."
    )
