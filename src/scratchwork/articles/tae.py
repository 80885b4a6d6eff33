"""Jake Tae, "Building Neural Network From Scratch" (jaketae.github.io, 2020).

2-64-2 on moons: ReLU and softmax, weights and biases N(0, 1), mini-batches of 10, rate 1e-4 on the
sum of a batch's gradients, 10 epochs, 100 times; then one network of 99 neurons; then the accuracy
against the number of neurons, 3 to 39, each 3 times for 100 epochs.

    python tae.py                   all of it, under a minute
    python tae.py --to 257          the wider range as well, which took the author too long
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import make_moons
from sklearn.model_selection import train_test_split

import scratchwork as sw

X, y = make_moons(n_samples=5000, random_state=42, noise=0.1)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=42)


def network(
    n_hidden: int = 64, alpha: float = 1e-4, *, activation: Any = "relu", seed: int = 0
) -> sw.Sequential:
    """2-n_hidden-2; ``reduction="sum"``: the article adds up the gradients of a batch."""
    normal: Any = dict.fromkeys(("kernel_initializer", "bias_initializer"), sw.Normal(1.0))
    layers = [sw.Dense(n_hidden, activation=activation, **normal), sw.Dense(2, **normal)]
    model = sw.Sequential(layers, input_shape=2)
    model.compile(
        "cross_entropy", sw.SGD(learning_rate=alpha), metrics=["accuracy"], reduction="sum",
        dtype="float64", seed=seed,
    )  # fmt: skip
    return model


def fit(networks: Any, batch_size: int, iter_num: int) -> Any:
    """Train one network or many; ``val_accuracy`` is the accuracy on the test rows."""
    held_out = X_test, y_test
    return networks.fit(
        X_train, y_train, batch_size=batch_size, epochs=iter_num, validation_data=held_out
    )


def test(batch_size: int, iter_num: int, n_experiment: int) -> sw.Results:
    """The same network many times, each with its own seed."""
    results: sw.Results = fit(sw.repeat(network(), n_experiment), batch_size, iter_num)
    acc_lst = np.array([result.final["val_accuracy"] for result in results])
    print(f"Mean Accuracy: {acc_lst.mean():.5g}, Standard Deviation: {acc_lst.std():.5g}")
    return results


def test_class(min_neuron: int, max_neuron: int, n_trial: int, iter_num: int) -> sw.Results:
    """Every number of neurons, each some times."""
    grid = {"n_hidden": range(min_neuron, max_neuron)}
    results: sw.Results = fit(sw.sweep(network, grid, repeats=n_trial), 10, iter_num)
    return results


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Jake Tae: Building Neural Network From Scratch")
    parser.add_argument("--to", type=int, default=40, help="up to this number of neurons")
    parser.add_argument("--runs", type=int, default=100, help="how often the 64 are trained")
    parser.add_argument("--epochs", type=int, default=100, help="of every number of neurons")
    given = parser.parse_args()
    print(X[0:5], y_train[:5], sep="\n")
    test(10, 10, given.runs)
    print(fit(network(99), batch_size=20, iter_num=10)["val_accuracy"][-1])
    print(test_class(3, given.to, 3, given.epochs))
