"""Ready-made networks."""

from __future__ import annotations

from collections.abc import Sequence

from .activations import Activation
from .arguments import checked
from .errors import DescriptionError
from .layers import Dense
from .model import Sequential


@checked
def mlp(sizes: Sequence[int], activation: Activation = "relu") -> Sequential:
    """A multilayer perceptron: Dense layers of the given sizes, the last without activation.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden layers, outputs: ``[784, 128, 64, 10]``.
    activation : str or function of Values
        Of the hidden layers.

    Examples
    --------
    >>> print(mlp([784, 128, 10], activation="relu").source("predict"), end="")
    def predict(X, W1, b1, W2, b2):
        # ---- forward ----
        # layer 1: Dense(128, "relu")
        Z1 = X @ W1 + b1                              # (n, 128)
        A1 = np.maximum(Z1, 0)                        # (n, 128)
        # layer 2: Dense(10)
        Z2 = A1 @ W2 + b2                             # (n, 10)
        return Z2
    """
    if not hasattr(sizes, "__len__") or len(sizes) < 2:
        raise DescriptionError(
            "mlp",
            "inputs and outputs, two sizes or more",
            repr(sizes),
            "give them all, as in mlp([784, 128, 10])",
        )
    hidden = [Dense(units, activation=activation) for units in sizes[1:-1]]
    return Sequential([*hidden, Dense(sizes[-1])], input_shape=sizes[0])
