"""Ananda Biswas, "Neural Network from Scratch" (a notebook, without a date).

784-500-150-10 on MNIST: ReLU, softmax and cross entropy, weights N(0, 0.01**2), biases 0, rate 0.1,
float64; 1,000 iterations, each of them one update on all 60,000 images.

    python biswas.py                      some 35 minutes on one core, in float32 half that
    python biswas.py --iterations 100     its first tenth
    python biswas.py --data digits        on the 8 x 8 digits, which need no file
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np

import scratchwork as sw


def load(data: str = "mnist") -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """Images and labels for training, then for the test; pixels are whole numbers from 0."""
    if data == "mnist":
        return sw.datasets.mnist.load_data()
    digits = sw.datasets.digits(seed=0, validation=0)
    x_train, x_test = digits.X_train.reshape(-1, 8, 8), digits.X_test.reshape(-1, 8, 8)
    return (x_train, digits.y_train), (x_test, digits.y_test)


def rows(images: Any, largest: float = 1.0) -> Any:
    """A row of pixels for each image, divided by the largest."""
    return images.reshape(len(images), -1) / largest


def network(
    n: int = 784, eta: float = 0.1, *, dtype: Any = "float64", seed: int = 0, weights: Any = None
) -> sw.Sequential:
    """n-500-150-10; biases begin at 0."""
    normal = weights or sw.Normal(0.01)
    layers = [
        sw.Dense(500, activation="relu", kernel_initializer=normal),
        sw.Dense(150, activation="relu", kernel_initializer=normal),
        sw.Dense(10, kernel_initializer=normal),
    ]
    model = sw.Sequential(layers, input_shape=n)
    model.compile("cross_entropy", sw.SGD(learning_rate=eta), dtype=dtype, seed=seed)
    return model


def print_loss(model: sw.Sequential) -> None:
    """Every tenth iteration; the article counts up before it prints, so k has made k - 1 updates
    and shows the loss before the last of them."""
    i = len(model.history) + 1
    if i % 10 == 0:
        print(f"Iteration {i}, Loss: {model.history['loss'][-1]:.4f}", flush=True)


def gradient_descent(model: sw.Sequential, X: Any, y: Any, iterations: int = 1000) -> list[float]:
    """All rows at once, in their order; the loss before every update."""
    history = model.fit(
        X, y, batch_size=None, epochs=iterations, shuffle=False, callbacks=[print_loss], verbose=0
    )
    return history["loss"]


def get_accuracy(model: sw.Sequential, X: Any, y: Any) -> float:
    """The share of right classes, in percent."""
    return float(np.mean(model.predict_classes(X) == y) * 100)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Ananda Biswas: Neural Network from Scratch")
    parser.add_argument("--data", choices=["mnist", "digits"], default="mnist")
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float64")
    given = parser.parse_args()
    (x_train, y_train), (x_test, y_test) = load(given.data)
    print(f"Train images : {x_train.shape}\nTrain labels : {y_train.shape}")
    print(f"Test images : {x_test.shape}\nTest labels : {y_test.shape}")
    X, x_scaled = rows(x_train, np.max(x_train)), rows(x_test, np.max(x_train))
    model = network(X.shape[1], dtype=given.dtype)
    gradient_descent(model, X, y_train, given.iterations)
    print(f"Test set accuracy: {get_accuracy(model, x_scaled, y_test):.2f}%")
    raw = get_accuracy(model, rows(x_test), y_test)  # the article does not divide these
    print(f"Test set accuracy: {raw:.2f}%, of pixels that are not divided")
