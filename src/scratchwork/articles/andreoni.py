"""Riccardo Andreoni, "Building a Deep Neural Network from Scratch using Numpy".

Towards Data Science, September 2022. ReLU and softmax, W and b from N(0, 1 / n_out), rate 0.1, all
rows at once: [784, 10, 10] for 1,000 iterations, then [784, 256, 128, 64, 10] for 500. The first
42,000 training images of MNIST stand in for Kaggle's train.csv; --csv reads the real one.

    python andreoni.py                   some five minutes on two cores
    python andreoni.py --csv train.csv   label, pixel0, pixel1, ...
    python andreoni.py --data digits     on the 8 x 8 digits, which need no file
    python andreoni.py --hidden 64 32    sizes of your own
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np

import scratchwork as sw

HIDDEN = {(10,): 1000, (256, 128, 64): 500}  # hidden layers, and for how many iterations


def load_rows(images: str = "mnist", csv: str | None = None) -> tuple[Any, Any]:
    """All images as rows of pixels from 0 to 1, and their labels."""
    if csv is None and images == "mnist":
        (X, y), _ = sw.datasets.mnist.load_data()
        return X[:42_000].reshape(-1, 784).astype(np.float32) / 255, y[:42_000]
    whole: dict[str, Any] = {"validation": 0, "test": 0}
    data = sw.datasets.csv(csv, **whole) if csv else sw.datasets.digits(**whole)
    return data.X_train / (255 if csv else 16), data.y_train


def shuffle_and_split(X: Any, y: Any, seed: int = 0) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """80 % of the rows to train on, and 20 % for validation, which the article never looks at."""
    order = np.random.default_rng(seed).permutation(len(X))
    train, val = np.split(order, [round(0.8 * len(X))])
    return (X[train], y[train]), (X[val], y[val])


def init_params(layers_size: Sequence[int], alpha: float = 0.1, seed: int = 0) -> sw.Sequential:
    """The network of a list of sizes, the inputs first."""
    normal = sw.VarianceScaling(1.0, "fan_out", "normal")
    activations = ["relu"] * (len(layers_size) - 2) + ["softmax"]
    layers = [
        sw.Dense(n_out, activation, kernel_initializer=normal, bias_initializer=normal)
        for n_out, activation in zip(layers_size[1:], activations, strict=True)
    ]
    model = sw.Sequential(layers, input_shape=layers_size[0])
    model.compile("cross_entropy", sw.SGD(alpha), metrics=["accuracy"], seed=seed)
    return model


def show(model: sw.Sequential) -> None:
    """Every ten iterations, how many rows were right before the update."""
    if len(model.history) % 10 == 0:
        print(f"Accuracy at iter {len(model.history)}: {model.history['accuracy'][-1]}", flush=True)


def gradient_descent_optimization(networks: Any, train: Any, val: Any, max_iter: int) -> Any:
    """Train on all rows at once: one network, or the many of ``sw.repeat`` and ``sw.sweep``."""
    return networks.fit(
        *train, batch_size=None, epochs=max_iter, shuffle=False, validation_data=val,
        callbacks=[show] if isinstance(networks, sw.Sequential) else [], verbose=0,
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Riccardo Andreoni: a network of any sizes")
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    rows.add_argument("--csv", help="Kaggle's train.csv, or a file like it")
    parser.add_argument("--hidden", type=int, nargs="*", help="other hidden layers: 64 32")
    parser.add_argument("--iterations", type=int, help="instead of the article's; 500 for --hidden")
    given = parser.parse_args()
    train, val = shuffle_and_split(*load_rows(given.data, given.csv))
    networks = HIDDEN if given.hidden is None else {tuple(given.hidden): 500}
    if given.iterations is not None:
        networks = dict.fromkeys(networks, given.iterations)
    for hidden, max_iter in networks.items():
        layers_size = [train[0].shape[1], *hidden, 10]
        model = init_params(layers_size)
        gradient_descent_optimization(model, train, val, max_iter)
        accuracy = model.evaluate(*val)["accuracy"]
        print(f"{layers_size}: {accuracy:.4f} of the validation rows, which it has not met")
