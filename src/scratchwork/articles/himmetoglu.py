"""Burak Himmetoglu, "Yet another introduction to neural networks" (2017).

64-48-32-10 on the 8 x 8 digits of scikit-learn: sigmoid layers, Glorot uniform, L2, all rows at
once with momentum; the strength of L2 is chosen on the validation set. The output layer is a
sigmoid as well, under the softmax: no probability can be above e / (e + 9) = 0.232. Sizes, rate
and epochs are those of the author's notebook (github.com/bhimmetoglu/talks-and-lectures).

    python himmetoglu.py                 as the article and the notebook have it
    python himmetoglu.py --linear        the same with the last sigmoid left out
    python himmetoglu.py --sizes         sizes of the hidden layers are chosen as well
"""

import argparse
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

import scratchwork as sw

LAMBDA_L2 = np.logspace(-2, 2, 10).tolist()
SIZES = [(16, 16), (32, 16), (48, 32), (64, 64), (128, 64)]
Pair = tuple[Any, Any]


def split_digits() -> tuple[Pair, Pair, Pair]:
    """Rows to train on, for validation and for the test; pixels stay 0 to 16."""
    digits = load_digits()
    X, X_test, y, y_test = train_test_split(
        digits.data, digits.target, test_size=0.33, random_state=111
    )
    X_train, X_valid, y_train, y_valid = train_test_split(X, y, test_size=0.40, random_state=123)
    return (X_train, y_train), (X_valid, y_valid), (X_test, y_test)


def squashed(Z: sw.Value) -> sw.Value:
    """The sigmoid of the output layer. By its name it is refused: softmax comes on top of it."""
    return sw.activations.sigmoid(Z)


def nnet(
    lam: float = 0.0, sizes: Sequence[int] = (48, 32), *, last: Any = squashed, seed: int = 0
) -> sw.Sequential:
    """Two hidden layers; rate 0.2, momentum 0.9; the penalty is lam / (2 N) * sum(W**2)."""
    hidden = [sw.Dense(n, "sigmoid", kernel_initializer="glorot_uniform") for n in sizes]
    network = sw.Sequential([*hidden, sw.Dense(10, last)], input_shape=64)
    network.compile(
        "cross_entropy", sw.SGD(0.2, momentum=0.9), regularizer=sw.L2(lam), metrics=["accuracy"],
        dtype="float64", seed=seed,
    )  # fmt: skip
    return network


def train_network(networks: Any, train: Pair, valid: Pair | None, epochs: int = 1000) -> Any:
    """All rows at once: one network, or the many of ``sw.sweep``."""
    return networks.fit(
        *train, batch_size=None, epochs=epochs, shuffle=False, validation_data=valid, verbose=0
    )


def choose(
    train: Pair, valid: Pair, *, last: Any = squashed, sizes: Any = SIZES[2:3],
    lambdas: Sequence[float] = LAMBDA_L2, repeats: int = 5, epochs: int = 1000,
) -> sw.Results:  # fmt: skip
    """Every lambda and size some times; ``best_point`` is right on most validation rows."""

    def build(sizes: Sequence[int], lam: float) -> sw.Sequential:
        return nnet(lam, sizes, last=last)

    networks = sw.sweep(build, {"sizes": sizes, "lam": lambdas}, repeats=repeats)
    results: sw.Results = train_network(networks, train, valid, epochs)
    return results


def verdict(best: Any, valid: Pair, test: Pair) -> str:
    """The chosen lambda, and how many rows the first network of the point has right."""
    network, lam = best.results[0].model, best.settings["lam"]
    right = [network.evaluate(*rows)["accuracy"] for rows in (valid, test)]
    validation = f"Best lambda: {lam:f}, Validation set accuracy: {right[0]:f}"
    return f"{validation}\nTest set accuracy: {right[1]:f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Burak Himmetoglu: yet another introduction")
    parser.add_argument("--linear", action="store_true", help="no sigmoid before the softmax")
    parser.add_argument("--sizes", action="store_true", help="choose the sizes as well")
    parser.add_argument("--epochs", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=5, help="networks for each lambda")
    given = parser.parse_args()
    last, sizes = None if given.linear else squashed, SIZES if given.sizes else SIZES[2:3]
    train, valid, test = split_digits()
    results = choose(
        train, valid, last=last, sizes=sizes, repeats=given.repeats, epochs=given.epochs
    )
    print(results)
    print(verdict(results.best_point, valid, test))
