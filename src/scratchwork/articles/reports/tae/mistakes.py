"""What the article's formulas say, trained beside what its program does."""

from __future__ import annotations

from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork.articles import tae
from scratchwork.articles.page import Page

from .numbers import DEVIATION, spread


@sw.composite(vjp=lambda dA, A, Z: (dA * (Z >= 1),))
def gate_at_one(Z: sw.Value) -> sw.Value:
    """ReLU whose derivative is equation (17): 1 from 1 on."""
    return sw.activations.relu(Z)


@sw.composite(vjp=lambda dA, A, Z: (1.0 * (dA >= 1),))
def gate_of_gradient(Z: sw.Value) -> sw.Value:
    """ReLU whose derivative is equation (16): the indicator of the gradient that comes back."""
    return sw.activations.relu(Z)


def both_entropies(Z: sw.Value, Y: sw.Value) -> sw.Value:
    """Equation (10), summed over the two outputs."""
    P = sw.activations.softmax(Z)
    L: sw.Value = -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum(axis=1)
    return L


def trained(runs: int, **settings: Any) -> str:
    """Mean accuracy and its deviation over runs of 10 epochs."""
    network = tae.network(**settings)
    return spread(tae.fit(sw.repeat(network, runs), 10, 10))


def twice() -> tuple[float, float]:
    """How many times equation (9) equation (10) is: the loss, and the gradient of W1."""
    model = tae.network()
    ninth = model.trace(tae.X_train[:10], tae.y_train[:10])
    model.compile(both_entropies, sw.SGD(1e-4), reduction="sum", dtype="float64", seed=0)
    tenth = model.trace(tae.X_train[:10], np.eye(2)[tae.y_train[:10]])
    ratios = tenth["dW1"][ninth["dW1"] != 0] / ninth["dW1"][ninth["dW1"] != 0]
    return float(tenth["loss"] / ninth["loss"]), float(ratios.mean())


def both_ways(page: Page, runs: int) -> None:
    """Each of them both ways."""
    page.say("its mistakes, both ways")
    page.heading("Its mistakes, both ways")
    page.text("Formulas that say something else than the program, which is right:")
    rows: tuple[tuple[str, dict[str, Any]], ...] = (
        ("as programmed: the gradient passes where A_1 > 0", {}),
        ("equation (17): it passes where A_1 >= 1", {"activation": gate_at_one}),
        (
            "equation (16): the indicator is taken of the gradient itself",
            {"activation": gate_of_gradient},
        ),
        ("equation (10) for both outputs", {"alpha": 2e-4}),
    )
    found = [(what, trained(runs, **settings)) for what, settings in rows]
    page.table(("", f"accuracy, {runs} seeds, 10 epochs"), found)
    loss, gradient = twice()
    page.text(
        "Equation (10) is said to be the loss, but the gradient derived from there on is that of "
        "equation (9). Summed over two outputs whose probabilities add up to 1, (10) is (9) twice: "
        f"on ten rows the loss is {loss:.6f} and the gradient of W1 {gradient:.6f} times as much, "
        "which is what doubling the rate does.",
        "The deviation that the article prints is called one of the mean; it is that of a single "
        f"run. The mean of 100 runs has a tenth of it: {DEVIATION / 10:.4f}.",
        "Its drawing has 16 neurons in both layers; the second has one for each class, 2.",
        "Its `relu` writes zeros into the array that it is given: " + in_place() + " In `forward` "
        "that does no harm, as nothing reads `a1` again.",
    )


def in_place() -> str:
    """What becomes of an argument, there and here."""
    x = np.array([-1.0, 2.0])
    x[x < 0] = 0  # all that the article's function does
    given = np.array([[-1.0, 2.0]])
    sw.Sequential([sw.Activation("relu")], input_shape=2).predict(given)
    return f"[-1, 2] is {x.tolist()} afterwards. Ours leaves it {given[0].tolist()}."
