"""What lies beside the article: float32, other first weights, and batches."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork.articles import biswas
from scratchwork.articles.article import Images
from scratchwork.articles.page import Page

from .figures import Runs, starts
from .runs import Data, Run, Training


def next_step(page: Page, data: Data, plain: Run, other: Run) -> None:
    """The article names no next step; its numbers ask for two."""
    page.heading("A next step")
    page.text(
        "The article names none. Its loss asks for two: it hardly moves for 150 iterations, and a "
        "thousand updates are few for so many passes over the images."
    )
    page.heading("First weights that let the signal through", 3)
    small, suited = signal(data, sw.Normal(0.01)), signal(data, "he_uniform")
    columns = ("standard deviation of", "N(0, 0.01**2), the article", "he_uniform, our default")
    page.table(columns, [(name, f"{small[name]:.2g}", f"{suited[name]:.2g}") for name in small])
    shown = len(other.losses)
    page.text(
        "Weights of 0.01 make each layer smaller than the one before, and the "
        "gradients with them: until the weights have grown the network says the same of every "
        f"image. After {shown - 1} updates the loss is {plain.losses[shown - 1]:.4f} from the "
        f"article's weights and {other.losses[shown - 1]:.4f} from he_uniform (float32, seed 0)."
    )
    runs = {"N(0, 0.01**2)": Run(plain.losses[:shown], 0, "", {}), "he_uniform": other}
    page.figure("starts", "The loss from both first weights.", partial(starts, runs))
    batches(page, data)
    on_a_gpu(page)


def on_a_gpu(page: Page) -> None:
    """The article's own machine."""
    page.heading("On a GPU", 3)
    model = biswas.network()
    ours, theirs = (model.source(name).splitlines() for name in ("step", "cupy"))
    changed = len([line for line in ours if line not in theirs])
    page.text(
        'The article runs on one, through CuPy. `model.source("cupy")` is the same program for it: '
        f"{changed} of the {len(ours)} lines below have `cp` for `np`. No GPU was at hand, so "
        "that text has not been run."
    )


def signal(data: Data, weights: Any) -> dict[str, float]:
    """How large each layer's numbers and gradients are before the first update."""
    model = biswas.network(data.X.shape[1], weights=weights)
    step = model.trace(data.X[:1000], data.y[:1000])
    return {name: float(step[name].std()) for name in ("A1", "A2", "Z3", "dW1", "dW2", "dW3")}


def batches(page: Page, data: Data) -> None:
    """As many updates, each from 64 images."""
    page.heading("As many updates from batches of 64", 3)
    X = data.X.astype("float32")
    model = biswas.network(X.shape[1], dtype="float32")
    epochs = max(1, 64_000 // len(X))
    begin = time.perf_counter()
    model.fit(X, data.y, batch_size=64, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - begin
    accuracy = biswas.get_accuracy(model, data.scaled, data.y_test)
    updates = epochs * -(-len(X) // 64)
    page.text(
        f"{updates} updates from batches of 64 images ({epochs} epoch{'s' * (epochs > 1)}; the "
        f"same network, weights, rate and seed, float32): {accuracy:.2f} % of the test images "
        f"after {seconds:.1f} s, with compiling where the engine compiles ({model.history.engine})."
    )


def in_float32(page: Page, runs: Runs) -> None:
    """The same seed in both."""
    found = {training.dtype: run for training, run in runs.items() if training.seed == 0}
    if len(found) < 2:
        return
    page.heading("In float32", 3)
    single, double = (np.array(found[name].losses) for name in ("float32", "float64"))
    number = min(len(single), len(double))
    differences = np.abs(single[:number] - double[:number])
    page.text(
        f"From the same seed the losses of {number} iterations in float32 and float64 differ by "
        f"{differences.max():.1e} at most (at update {differences.argmax()}), which the article's "
        f"four digits {'do not show' if differences.max() < 5e-5 else 'show'}{another_seed(runs)}. "
        "What an iteration takes in each is under Time."
    )


def another_seed(runs: Runs) -> str:
    """How much more the losses of two seeds differ, where there are two of one type."""
    first, *others = [run for training, run in runs.items() if training.dtype == "float32"]
    if not others:
        return ""
    number = min(len(run.losses) for run in (first, *others))
    losses = np.array([run.losses[:number] for run in (first, *others)])
    return f"; between seeds it is {np.ptp(losses, axis=0).max():.1e} in {number} iterations"


def trainings(images: Images, quick: bool) -> list[Training]:
    """What is trained, the article's own first; fewer iterations for the last seeds."""
    if quick:
        return [Training(images, "float32", 0, 100, 500 if images == "digits" else 1000)]
    whole = [Training(images, "float64", 0, 1000)]
    whole += [Training(images, "float32", 0, 1000)]
    return whole + [Training(images, "float32", seed, 200) for seed in (1, 2)]
