"""Adam and what was made of it: AdamW, Adamax, Nadam."""

from __future__ import annotations

from dataclasses import dataclass

from ..program.ir import Value
from ..program.primitives import maximum, sqrt
from ..program.update import RuleScope
from ..schedules import Schedule
from ..settings import flag, fraction, not_negative, positive
from .optimizer import RateAndClipping


@dataclass(frozen=True)
class Adam(RateAndClipping):
    """Kingma & Ba 2015, "Adam: a method for stochastic optimization", Algorithm 1.

    m = beta_1 * m + (1 - beta_1) * dW and v = beta_2 * v + (1 - beta_2) * dW**2 are divided by
    1 - beta**t, t the number of the step from 1; then W -= learning_rate * m / (sqrt(v) + epsilon).
    PyTorch does the same.

    ``epsilon_hat=True`` is the form of the last lines of section 2, of scikit-learn and of Keras:
    step_size = learning_rate * sqrt(1 - beta_2**t) / (1 - beta_1**t) and W -= step_size * m /
    (sqrt(v) + epsilon), where v is not divided, so that epsilon counts for more in the first steps.

    ``amsgrad=True`` divides by the largest v so far (Reddi et al. 2018, "On the convergence of Adam
    and beyond", Algorithm 2), with both corrections, which the paper leaves out and PyTorch makes.

    Defaults are the paper's and PyTorch's; Keras' epsilon is 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    epsilon : float > 0
    epsilon_hat, amsgrad : bool
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

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
    epsilon_hat: bool = False
    amsgrad: bool = False

    def __post_init__(self) -> None:
        self.check(beta_1=fraction, beta_2=fraction, epsilon=positive)
        self.check(epsilon_hat=flag, amsgrad=flag)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        rate, t = self.recorded_rate, scope.t
        if self.epsilon_hat:
            rate = rate * sqrt(1 - self.beta_2**t)
        step_size = (rate / (1 - self.beta_1**t)).named("step_size")
        correction = None if self.epsilon_hat else (1 - self.beta_2**t).named("correction")
        m, v = moments(self.beta_1, self.beta_2, dW, scope)
        if self.amsgrad:
            largest = scope.state("v_max")
            v = scope.update(largest, maximum(largest, v))
        root = sqrt(v if correction is None else v / correction)
        return W - step_size * m / (root + self.epsilon)


def moments(beta_1: float, beta_2: float, dW: Value, scope: RuleScope) -> tuple[Value, Value]:
    """Decaying means of the gradient and of its square."""
    m, v = scope.state("m"), scope.state("v")
    m = scope.update(m, beta_1 * m + (1 - beta_1) * dW)
    return m, scope.update(v, beta_2 * v + (1 - beta_2) * dW**2)


@dataclass(frozen=True)
class AdamW(RateAndClipping):
    """Loshchilov & Hutter 2019, "Decoupled weight decay regularization", Algorithm 2.

    Adam's step, and W -= learning_rate * weight_decay * W beside it, which no gradient's size
    divides. As in the paper and in PyTorch all parameters decay, biases and the scales of BatchNorm
    too. The paper's lambda is a number of its own beside the rate (its schedule multiplies both);
    as in PyTorch and Keras, ours is multiplied by the learning rate.

    Defaults are PyTorch's; Keras' weight_decay is 0.004 and its epsilon 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    epsilon : float > 0
    weight_decay : float >= 0
        With 0 it is Adam.
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.AdamW(), seed=0)
    >>> for line in model.source().splitlines()[-4:-1]:
    ...     print(line.strip())
    v_W1[...] = beta_2 * v_W1 + (1 - beta_2) * dW1**2
    step_W1 = step_size * m_W1 / (np.sqrt(v_W1 / correction) + epsilon)  # (3, 1)
    W1 -= step_W1 + learning_rate * weight_decay * W1
    """

    learning_rate: float | Schedule = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.01

    def __post_init__(self) -> None:
        self.check(beta_1=fraction, beta_2=fraction, epsilon=positive, weight_decay=not_negative)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        step_size = (self.recorded_rate / (1 - self.beta_1**scope.t)).named("step_size")
        correction = (1 - self.beta_2**scope.t).named("correction")
        m, v = moments(self.beta_1, self.beta_2, dW, scope)
        step = step_size * m / (sqrt(v / correction) + self.epsilon)
        if self.weight_decay == 0:
            return W - step
        return W - (step.named("step") + self.recorded_rate * self.weight_decay * W)


@dataclass(frozen=True)
class Adamax(RateAndClipping):
    """Kingma & Ba 2015, "Adam: a method for stochastic optimization", Algorithm 2.

    m is Adam's; u = max(beta_2 * u, abs(dW) + epsilon) is a decaying maximum, and W -=
    learning_rate / (1 - beta_1**t) * m / u. The paper has no epsilon, and divides by 0 where a
    gradient was always 0; PyTorch has it as here; Keras adds it to u afterwards.

    Defaults are the paper's and PyTorch's; Keras' are learning_rate 0.001 and epsilon 1e-7.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    epsilon : float > 0
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.Adamax(), seed=0)
    >>> for line in model.source().splitlines()[-4:-1]:
    ...     print(line.strip())
    m_W1[...] = beta_1 * m_W1 + (1 - beta_1) * dW1
    u_W1[...] = np.maximum(beta_2 * u_W1, np.abs(dW1) + epsilon)
    W1 -= step_size * m_W1 / u_W1
    """

    learning_rate: float | Schedule = 0.002
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        self.check(beta_1=fraction, beta_2=fraction, epsilon=positive)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        step_size = (self.recorded_rate / (1 - self.beta_1**scope.t)).named("step_size")
        m, u = scope.state("m"), scope.state("u")
        m = scope.update(m, self.beta_1 * m + (1 - self.beta_1) * dW)
        u = scope.update(u, maximum(self.beta_2 * u, abs(dW) + self.epsilon))
        return W - step_size * m / u


@dataclass(frozen=True)
class Nadam(RateAndClipping):
    """Dozat 2016, "Incorporating Nesterov momentum into Adam", with its momentum schedule.

    mu = beta_1 * (1 - 0.5 * 0.96 ** (t * momentum_decay)) is the momentum of step t, mu_next that
    of the one after, mu_product the product of all so far: one number for all parameters. m and v
    are Adam's, and W -= learning_rate * ((1 - mu) / (1 - mu_product) * dW + mu_next /
    (1 - mu_product * mu_next) * m) / (sqrt(v / (1 - beta_2**t)) + epsilon). As in PyTorch, m decays
    with beta_1; in the paper's algorithm it decays with mu, too.

    Defaults are the paper's and PyTorch's; Keras' are learning_rate 0.001, epsilon 1e-7, and a
    momentum_decay of 1 that cannot be changed.

    Parameters
    ----------
    learning_rate : float > 0, or a schedule
    beta_1, beta_2 : float in [0, 1)
    epsilon : float > 0
    momentum_decay : float > 0
        How fast the momentum grows from beta_1 / 2 to beta_1.
    clip_value, clip_norm : float >= 0, optional
        Largest absolute entry of a gradient, and largest norm of all gradients together.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1, use_bias=False)], input_shape=3)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.Nadam(), seed=0)
    >>> for line in model.source().splitlines()[-10:-4]:
    ...     print(line.strip())
    mu = beta_1 * (1 - 0.5 * 0.96 ** (t * momentum_decay))
    mu_next = beta_1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentum_decay))
    mu_product *= mu
    gradient_rate = learning_rate * (1 - mu) / (1 - mu_product)
    momentum_rate = learning_rate * mu_next / (1 - mu_product * mu_next)
    correction = 1 - beta_2**t
    """

    learning_rate: float | Schedule = 0.002
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    momentum_decay: float = 0.004

    def __post_init__(self) -> None:
        self.check(beta_1=fraction, beta_2=fraction, epsilon=positive, momentum_decay=positive)

    def update(self, W: Value, dW: Value, scope: RuleScope) -> Value:
        rate, t = self.recorded_rate, scope.t
        mu, mu_next = self.momentum(t).named("mu"), self.momentum(t + 1).named("mu_next")
        product = scope.state("mu_product", 1.0, shape=())
        product = scope.update(product, product * mu)
        gradient_rate = (rate * (1 - mu) / (1 - product)).named("gradient_rate")
        momentum_rate = (rate * mu_next / (1 - product * mu_next)).named("momentum_rate")
        correction = (1 - self.beta_2**t).named("correction")
        m, v = moments(self.beta_1, self.beta_2, dW, scope)
        return W - (gradient_rate * dW + momentum_rate * m) / (sqrt(v / correction) + self.epsilon)

    def momentum(self, t: Value) -> Value:
        """Of step t."""
        return self.beta_1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))
