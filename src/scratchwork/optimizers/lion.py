"""Steps of one size, in the direction of a sign."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Value
from ..program.primitives import sign
from ..program.update import RuleScope
from ..schedules import Schedule
from ..settings import fraction, not_negative
from .optimizer import RateAndClipping


@dataclass(frozen=True)
class Lion(RateAndClipping):
    """Chen et al. 2023, "Symbolic discovery of optimization algorithms", Algorithm 2.

    direction = sign(beta_1 * m + (1 - beta_1) * dW), W -= learning_rate * (direction +
    weight_decay * W), and then m = beta_2 * m + (1 - beta_2) * dW. Every entry moves by the
    learning rate, which should be 3 to 10 times smaller than Adam's, and weight_decay as much
    larger than AdamW's; all parameters decay.

    Defaults are the authors'; Keras' learning_rate is 0.001. PyTorch has no Lion.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    weight_decay : float >= 0
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.Lion(), seed=0)
    >>> for line in model.source().splitlines()[-4:-1]:
    ...     print(line.strip())
    direction_W1 = np.sign(beta_1 * m_W1 + (1 - beta_1) * dW1)  # (3, 1)
    m_W1[...] = beta_2 * m_W1 + (1 - beta_2) * dW1
    W1 -= learning_rate * direction_W1
    """

    learning_rate: float | Schedule = 1e-4
    beta_1: float = 0.9
    beta_2: float = 0.99
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        self.check(beta_1=fraction, beta_2=fraction, weight_decay=not_negative)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        m = scope.state("m")
        direction = sign(self.beta_1 * m + (1 - self.beta_1) * dW).named("direction")
        scope.update(m, self.beta_2 * m + (1 - self.beta_2) * dW)
        if self.weight_decay == 0:
            return W - self.recorded_rate * direction
        return W - self.recorded_rate * (direction + self.weight_decay * W)
