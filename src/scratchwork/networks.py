"""Ready-made networks."""

from __future__ import annotations

from collections.abc import Sequence

from .activations import Activation
from .errors import DescriptionError
from .layers import Dense
from .model import Sequential


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
    >>> mlp([784, 128, 10], activation="relu").layers[0]
    Dense(units=128, activation='relu')
    """
    if len(sizes) < 2:
        raise DescriptionError(
            "mlp",
            "inputs and outputs, two sizes or more",
            repr(list(sizes)),
            "give them all, as in mlp([784, 128, 10])",
        )
    hidden = [Dense(units, activation=activation) for units in sizes[1:-1]]
    return Sequential([*hidden, Dense(sizes[-1])], input_shape=sizes[0])
