"""A rate for each entry, from the squares of its gradients: AdaGrad, RMSProp, AdaDelta."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Value
from ..program.primitives import maximum, sqrt
from ..program.update import RuleScope
from ..schedules import Schedule
from ..settings import flag, fraction, not_negative, positive
from .optimizer import RateAndClipping


@dataclass(frozen=True)
class AdaGrad(RateAndClipping):
    """Duchi et al. 2011, "Adaptive subgradient methods", Figure 1 with a diagonal matrix.

    s = s + dW**2 adds up all squares so far, and W -= learning_rate * dW / (sqrt(s) + epsilon).
    PyTorch does the same, its lr_decay is ``learning_rate=sw.InverseTimeDecay(...)``; Keras adds
    epsilon under the root.

    Defaults are PyTorch's; Keras' are learning_rate 0.001, initial_sum 0.1 (called
    initial_accumulator_value) and epsilon 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    epsilon : float > 0
    initial_sum : float >= 0
        What s begins with.
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.AdaGrad(), seed=0)
    >>> for line in model.source().splitlines()[-3:-1]:
    ...     print(line.strip())
    s_W1 += dW1**2
    W1 -= learning_rate * dW1 / (np.sqrt(s_W1) + epsilon)
    """

    learning_rate: float | Schedule = 0.01
    epsilon: float = 1e-10
    initial_sum: float = 0.0

    def __post_init__(self) -> None:
        self.check(epsilon=positive, initial_sum=not_negative)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        s = scope.state("s", self.initial_sum)
        s = scope.update(s, s + dW**2)
        return W - self.recorded_rate * dW / (sqrt(s) + self.epsilon)


@dataclass(frozen=True)
class RMSProp(RateAndClipping):
    """Tieleman & Hinton 2012, "Neural networks for machine learning", lecture 6.5.

    v = rho * v + (1 - rho) * dW**2 is a decaying mean of squares, and W -= learning_rate * dW /
    (sqrt(v) + epsilon). ``centered=True`` (Graves 2013, "Generating sequences with recurrent neural
    networks", its form of rmsprop) takes the square of the mean gradient a from v. With
    momentum u = momentum * u + dW / (sqrt(v) + epsilon) and W -= learning_rate * u. All as PyTorch,
    but for one thing: where rounding makes v - a**2 less than 0 ours is 0, and PyTorch's root is
    NaN. Keras adds epsilon under the root, and puts the rate into u.

    rho is the lecture's, and Keras', whose epsilon is 1e-7; PyTorch's defaults are learning_rate
    0.01 and rho 0.99, which it calls alpha.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    rho : float in [0, 1)
    epsilon : float > 0
    momentum : float in [0, 1)
    centered : bool
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.RMSProp(), seed=0)
    >>> for line in model.source().splitlines()[-3:-1]:
    ...     print(line.strip())
    v_W1[...] = rho * v_W1 + (1 - rho) * dW1**2
    W1 -= learning_rate * dW1 / (np.sqrt(v_W1) + epsilon)
    """

    learning_rate: float | Schedule = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    momentum: float = 0.0
    centered: bool = False

    def __post_init__(self) -> None:
        self.check(rho=fraction, epsilon=positive, momentum=fraction, centered=flag)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        v = scope.state("v")
        v = scope.update(v, self.rho * v + (1 - self.rho) * dW**2)
        if self.centered:
            a = scope.state("a")
            a = scope.update(a, self.rho * a + (1 - self.rho) * dW)
            v = maximum(v - a**2, 0)
        if self.momentum == 0:
            return W - self.recorded_rate * dW / (sqrt(v) + self.epsilon)
        u = scope.state("u")
        u = scope.update(u, self.momentum * u + dW / (sqrt(v) + self.epsilon))
        return W - self.recorded_rate * u


@dataclass(frozen=True)
class AdaDelta(RateAndClipping):
    """Zeiler 2012, "ADADELTA: an adaptive learning rate method", Algorithm 1.

    v = rho * v + (1 - rho) * dW**2, step = sqrt(u + epsilon) / sqrt(v + epsilon) * dW, u = rho * u
    + (1 - rho) * step**2, and W -= learning_rate * step. The paper has no learning rate: 1.

    Defaults are the paper's. PyTorch's rho is 0.9; Keras' are learning_rate 0.001, with which it
    hardly moves, and epsilon 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    rho : float in [0, 1)
    epsilon : float > 0
        Larger makes the first steps longer.
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.AdaDelta(), seed=0)
    >>> for line in model.source().splitlines()[-5:-1]:
    ...     print(line.strip())
    v_W1[...] = rho * v_W1 + (1 - rho) * dW1**2
    step_W1 = np.sqrt(u_W1 + epsilon) / np.sqrt(v_W1 + epsilon) * dW1  # (3, 1)
    u_W1[...] = rho * u_W1 + (1 - rho) * step_W1**2
    W1 -= learning_rate * step_W1
    """

    learning_rate: float | Schedule = 1.0
    rho: float = 0.95
    epsilon: float = 1e-6

    def __post_init__(self) -> None:
        self.check(rho=fraction, epsilon=positive)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        v, u = scope.state("v"), scope.state("u")
        v = scope.update(v, self.rho * v + (1 - self.rho) * dW**2)
        step = (sqrt(u + self.epsilon) / sqrt(v + self.epsilon) * dW).named("step")
        scope.update(u, self.rho * u + (1 - self.rho) * step**2)
        return W - self.recorded_rate * step
