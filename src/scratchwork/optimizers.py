"""Optimizers: how a parameter W with gradient dW changes. Fields are settings, update() the rule.

The rule is recorded once, on a generic parameter. Numbers reach it as hyperparameters of the
program, so that changing a rate changes no text; a zero switches a part off and leaves no line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, cast

from .errors import DescriptionError
from .program.ir import Value
from .program.primitives import sqrt
from .program.update import Optimizer as Rule
from .program.update import RuleScope
from .schedules import Schedule
from .settings import advice, as_floats, fraction, positive


def check_rate(optimizer: str, rate: object) -> None:
    """Accept a positive number or a schedule."""
    if isinstance(rate, type):
        expected = "a finite number learning_rate > 0, or a schedule"
        raise DescriptionError(optimizer, expected, repr(rate), advice(rate, ()))
    if not hasattr(rate, "rate"):
        positive(optimizer, "learning_rate", rate)


@dataclass(frozen=True)
class SGD:
    """Gradient descent: W -= learning_rate * dW, with momentum if wanted.

    With momentum the velocity is v = momentum * v + dW and W -= learning_rate * v; with
    ``nesterov=True`` W -= learning_rate * (dW + momentum * v). Sutskever et al. 2013, "On the
    importance of initialization and momentum in deep learning", in PyTorch's form, which leaves the
    rate out of the velocity.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    momentum : float in [0, 1)
    nesterov : bool

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(0.1, momentum=0.9), seed=0)
    >>> for line in model.source().splitlines()[-5:-1]:
    ...     print(line.strip())
    v_W1[...] = momentum * v_W1 + dW1
    W1 -= learning_rate * v_W1
    v_b1[...] = momentum * v_b1 + db1
    b1 -= learning_rate * v_b1
    """

    learning_rate: float | Schedule = 0.01
    momentum: float = 0.0
    nesterov: bool = False

    def __post_init__(self) -> None:
        check_rate("SGD", self.learning_rate)
        fraction("SGD", "momentum", self.momentum)
        if self.nesterov and not self.momentum:
            raise DescriptionError(
                "SGD", "momentum > 0 with nesterov=True", "momentum=0", "set momentum=0.9"
            )
        as_floats(self, "learning_rate", "momentum")

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        rate = cast(Value, self.learning_rate)  # a number or schedule, recorded by now
        if self.momentum == 0:  # a zero is structure: no velocity
            return W - rate * dW
        v = scope.state("v")
        new = scope.update(v, self.momentum * v + dW)
        return W - rate * (dW + self.momentum * new if self.nesterov else new)


@dataclass(frozen=True)
class Adam:
    """Kingma & Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1.

    m = beta_1 * m + (1 - beta_1) * dW and v = beta_2 * v + (1 - beta_2) * dW**2 are divided by
    1 - beta**t, t the number of the step from 1; then W -= learning_rate * m / (sqrt(v) + epsilon).
    PyTorch does the same; Keras' default epsilon is 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    epsilon : float > 0

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.Adam(), seed=0)
    >>> for line in model.source().splitlines()[-6:-1]:
    ...     print(line.strip())
    step_size = learning_rate / (1 - beta_1**t)
    correction = 1 - beta_2**t
    m_W1[...] = beta_1 * m_W1 + (1 - beta_1) * dW1
    v_W1[...] = beta_2 * v_W1 + (1 - beta_2) * dW1**2
    W1 -= step_size * m_W1 / (np.sqrt(v_W1 / correction) + epsilon)
    """

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        check_rate("Adam", self.learning_rate)
        fraction("Adam", "beta_1", self.beta_1)
        fraction("Adam", "beta_2", self.beta_2)
        positive("Adam", "epsilon", self.epsilon)
        as_floats(self, "learning_rate", "beta_1", "beta_2", "epsilon")

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        m, v = scope.state("m"), scope.state("v")
        rate = cast(Value, self.learning_rate)  # a number or schedule, recorded by now
        step_size = (rate / (1 - self.beta_1**scope.t)).named("step_size")
        correction = (1 - self.beta_2**scope.t).named("correction")
        m = scope.update(m, self.beta_1 * m + (1 - self.beta_1) * dW)
        v = scope.update(v, self.beta_2 * v + (1 - self.beta_2) * dW**2)
        return W - step_size * m / (sqrt(v / correction) + self.epsilon)


OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"SGD": SGD, "Adam": Adam}
Optimizer: TypeAlias = str | Rule


def optimizer(given: Optimizer) -> Rule:
    """What a user's ``optimizer=`` means: a name, or anything with an ``update``."""
    if not isinstance(given, str | type) and hasattr(given, "update"):
        return given
    if isinstance(given, str) and given in OPTIMIZERS:
        return OPTIMIZERS[given]()
    raise DescriptionError(
        "optimizer", f"one of {', '.join(OPTIMIZERS)}, or one such as sw.Adam(1e-3)", repr(given),
        advice(given, OPTIMIZERS),
    )  # fmt: skip
