"""Casper Hansen, "Neural networks from scratch" (IBM Developer, 2020), with its gradient repaired.

https://developer.ibm.com/articles/neural-networks-from-scratch

784-128-64-10, sigmoid, one image at a time. Run it with ``python hansen.py``; ``--data digits``
takes the 8 x 8 digits that come with Scratchwork. The exercises are arguments of ``network``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split

import scratchwork as sw

SIZES = (784, 128, 64, 10)


def split_images(images: str = "mnist") -> list[Any]:
    """x_train, x_val, y_train, y_val: all images, 15 % of them held out, pixels 0 to 1."""
    if images == "digits":
        parts = sw.datasets.digits()
        x = np.concatenate([parts.X_train, parts.X_val, parts.X_test]) / 16
        y = np.concatenate([parts.y_train, parts.y_val, parts.y_test])
    else:
        (first, first_labels), (last, last_labels) = sw.datasets.mnist.load_data()
        x = np.concatenate([first, last]).reshape(-1, 784).astype("float32") / 255
        y = np.concatenate([first_labels, last_labels])
    split: list[Any] = train_test_split(x, y, test_size=0.15, random_state=42)
    return split


def network(
    sizes: Sequence[int] = SIZES, *, activation: str = "sigmoid", biases: bool = False,
    l_rate: float = 0.001, optimizer: Any = None, seed: int = 0, engine: Any = "auto",
) -> sw.Sequential:  # fmt: skip
    """Any list of sizes; weights N(0, 1 / outputs of the layer); softmax in the cross-entropy."""
    weights = sw.VarianceScaling(1.0, "fan_out", "normal")
    functions = [activation] * (len(sizes) - 2) + [None]
    layers = [
        sw.Dense(size, activation=function, use_bias=biases, kernel_initializer=weights)
        for size, function in zip(sizes[1:], functions, strict=True)
    ]
    dnn = sw.Sequential(layers, input_shape=sizes[0])
    optimizer = sw.SGD(l_rate) if optimizer is None else optimizer
    dnn.compile("cross_entropy", optimizer, metrics=["accuracy"], seed=seed, engine=engine)
    return dnn


def train(dnn: sw.Sequential, split: Sequence[Any], epochs: int = 10, batch_size: int = 1) -> Any:
    """Train image by image in the order that they have, and print a line an epoch."""
    x_train, x_val, y_train, y_val = split
    start_time = time.time()

    def print_epoch(dnn: sw.Sequential) -> None:
        epoch, spent = len(dnn.history), time.time() - start_time
        accuracy = 100 * dnn.history["val_accuracy"][-1]
        print(f"Epoch: {epoch}, Time Spent: {spent:.2f}s, Accuracy: {accuracy:.2f}%", flush=True)

    return dnn.fit(
        x_train, y_train, batch_size=batch_size, epochs=epochs, shuffle=False,
        validation_data=(x_val, y_val), callbacks=[print_epoch], verbose=0,
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="784-128-64-10, sigmoid, one image at a time")
    parser.add_argument("--data", choices=("mnist", "digits"), default="mnist")
    parser.add_argument("--epochs", type=int, default=10)
    arguments = parser.parse_args()
    data = split_images(arguments.data)
    train(network([data[0].shape[1], *SIZES[1:]]), data, arguments.epochs)
