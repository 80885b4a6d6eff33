"""Gradient descent, with momentum if wanted."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import DescriptionError
from ..program.ir import Value
from ..program.update import RuleScope
from ..schedules import Schedule
from ..settings import flag, fraction
from .optimizer import RateAndClipping


@dataclass(frozen=True)
class SGD(RateAndClipping):
    """Gradient descent: W -= learning_rate * dW, with momentum if wanted.

    With momentum the velocity is v = momentum * v + dW and W -= learning_rate * v; with
    ``nesterov=True`` W -= learning_rate * (dW + momentum * v). Sutskever et al. 2013, "On the
    importance of initialization and momentum in deep learning", equations 1 to 4, in PyTorch's
    form, which leaves the rate out of the velocity.

    ``rate_in_velocity=True`` is the form of the paper, of scikit-learn and of Keras: v = momentum *
    v - learning_rate * dW and W += v; with ``nesterov=True`` W += momentum * v - learning_rate *
    dW. While the rate stays, the two forms are one; when it changes, here only new gradients have
    the new rate.

    PyTorch's default learning_rate is 0.001, Keras' 0.01; scikit-learn's is 0.001, with momentum
    0.9 and nesterov. There is no weight_decay: ``regularizer=sw.L2(...)`` is the same for SGD.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    momentum : float in [0, 1)
    nesterov : bool
    rate_in_velocity : bool
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

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
    rate_in_velocity: bool = False

    def __post_init__(self) -> None:
        self.check(momentum=fraction, nesterov=flag, rate_in_velocity=flag)
        for name in ("nesterov", "rate_in_velocity"):
            if getattr(self, name) and not self.momentum:
                raise DescriptionError(
                    "SGD", f"momentum > 0 with {name}=True", "momentum=0", "set momentum=0.9"
                )

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        rate = self.recorded_rate
        if self.momentum == 0:  # a zero is structure: no velocity
            return W - rate * dW
        v = scope.state("v")
        if self.rate_in_velocity:
            step = (rate * dW).named("step") if self.nesterov else rate * dW
            v = scope.update(v, self.momentum * v - step)
            return W + (self.momentum * v - step if self.nesterov else v)
        v = scope.update(v, self.momentum * v + dW)
        return W - rate * (dW + self.momentum * v if self.nesterov else v)
