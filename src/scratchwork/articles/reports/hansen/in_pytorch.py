"""The article's section on PyTorch, as it stands and repaired."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.util import find_spec
from math import exp, log, log1p
from typing import Any

import numpy as np

from scratchwork.articles.page import Page

from .frameworks import SIZES, Raw, Trained, normalized, not_run, train_ours
from .published import share_right
from .scale import RATE, Split

EPOCHS = 2
LEAST = (9 * log(2) + log1p(exp(-1))) / 10
"""What the article's loss cannot fall below: 1 for the right class, 0 for the others."""


def train(raw: Raw, repaired: bool, epochs: int = EPOCHS) -> Trained:
    """The article's network in PyTorch, one image at a time, on one thread."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # of steps this small more threads are slower
    try:
        return train_torch(torch, raw, repaired, epochs)
    finally:
        torch.set_num_threads(threads)


def train_torch(torch: Any, raw: Raw, repaired: bool, epochs: int) -> Trained:
    nn, (x_train, x_val) = torch.nn, map(torch.from_numpy, normalized(raw))
    labels = torch.from_numpy(raw.y_train.astype(np.int64))
    torch.manual_seed(0)
    first, second, outputs = SIZES
    network = nn.Sequential(
        nn.Linear(x_train.shape[1], first), nn.Sigmoid(),
        nn.Linear(first, second), nn.Sigmoid(), nn.Linear(second, outputs),
    )  # fmt: skip
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)
    loss_of = cross_entropy if repaired else twice_squashed
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x_train, labels))
    begin = time.perf_counter()
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = loss_of(torch, network(torch.flatten(x)), y)
            loss.backward()
            optimizer.step()
    seconds = (time.perf_counter() - begin) / epochs
    with torch.no_grad():
        answers = network(x_val).argmax(dim=1).numpy()
    return Trained(loss.item(), share_right(answers, raw.y_val), seconds)


def twice_squashed(torch: Any, output: Any, y: Any) -> Any:
    """As it stands: softmax, and then a loss that applies a sigmoid to its input."""
    target = torch.zeros(10, dtype=torch.float64)
    target[y[0]] = 1.0
    return torch.nn.BCEWithLogitsLoss()(torch.softmax(output, dim=0), target)


def cross_entropy(torch: Any, output: Any, y: Any) -> Any:
    """Repaired: the loss of the raw outputs, which has its softmax in it."""
    return torch.nn.functional.cross_entropy(output[None], y)


# ---- on the page ----
def run(page: Page, raw: Raw) -> dict[str, Trained]:
    """As it stands, repaired, and ours; nothing without PyTorch."""
    if find_spec("torch") is None:
        return {}
    page.say(f"PyTorch, {EPOCHS} epochs as it stands")
    found = {"softmax, then BCEWithLogits, as it stands": train(raw, repaired=False)}
    page.say(f"PyTorch, {EPOCHS} epochs repaired")
    found["cross-entropy of the raw outputs"] = train(raw, repaired=True)
    ours = train_ours(raw, EPOCHS, 1, RATE, normal=True)
    return {**found, "ours, cross_entropy (its loss is the mean of the epoch)": ours}


def show(page: Page, split: Split, raw: Raw | None, results: Mapping[str, Trained]) -> None:
    """What is wrong in it, and a table."""
    pixels, which = split.x_train, "of the training pixels of the split above"
    if raw is not None:
        pixels, which = raw.scaled(raw.x_train), "of the pixels of its training images"
    ours = f"{pixels.mean(dtype=float):.4f}, {pixels.std():.4f}"
    page.compare("PyTorch: Normalize(mean, deviation)", "0.1307, 0.3081", ours,
                 which)  # fmt: skip
    page.compare("PyTorch: the loss printed", "not given", f"never below {LEAST:.4f}",
                 "softmax, and then a sigmoid")  # fmt: skip
    page.text(
        "The network ends in `softmax`, and `BCEWithLogitsLoss` takes the sigmoid of what it is "
        "given: each output is squashed twice. The sigmoid of a probability lies between 0.5 and "
        f"0.731, so that the loss cannot fall below (9 log 2 + log(1 + 1/e)) / 10 = {LEAST:.4f}; "
        f"with 0.1 for every class it is {log1p(exp(0.1)) - 0.01:.4f}. What the article prints is "
        "the loss of the last image alone, and no accuracy. Its softmax is over axis 0, which is "
        "right for a single image only. Repaired is the loss: cross-entropy of the raw outputs."
    )
    if not results:
        page.text(f"Not run here: {not_run(raw, 'PyTorch')}.")
        return
    page.table(
        ("PyTorch, batch 1, SGD 0.001", "loss printed last", "accuracy (test images)", "an epoch"),
        [(what, *trained.cells) for what, trained in results.items()],
    )
    page.text(
        f"{EPOCHS} epochs instead of 10, one seed, one thread. The images lie in memory, where the "
        "article reads and transforms each of them anew."
    )
