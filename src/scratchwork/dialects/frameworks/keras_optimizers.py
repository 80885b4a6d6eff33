"""Optimizers as Keras has them, and the rules that are written out where Keras has another one.

Keras adds epsilon at another place than the papers and PyTorch, and has the rate in SGD's velocity.
After 100 steps of Adam with epsilon=1e-8 it is 2e-4 of the loss of a small convnet with BatchNorm.
So the text has a class with the rule, made from Keras' class, whose settings and state it uses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ... import optimizers
from ...layers.layer import describe
from ...optimizers import RateAndClipping
from ...program.ir import Program
from .keras_layers import KERAS, call, where_not
from .keras_schedules import Rate, print_rate
from .plan import counterpart, lacking


class Theirs(NamedTuple):
    """Keras' class, the names there and defaults of our settings, and the rule, if it is another.

    ``base`` is the class of Keras that a class with the rule is made from, if it is another one.
    """

    name: str
    settings: dict[str, tuple[str, Any]]
    rule: Callable[[Any], str] = lambda o: ""
    base: str = ""


ADAM_SETTINGS: dict[str, tuple[str, Any]] = {
    "beta_1": ("beta_1", 0.9),
    "beta_2": ("beta_2", 0.999),
    "epsilon": ("epsilon", 1e-7),
}


def changes(o: RateAndClipping) -> bool:
    """Whether the learning rate does."""
    return not isinstance(o.learning_rate, float)


# ---- rules that are written out ----
def sgd(o: optimizers.SGD) -> str:
    if o.momentum == 0 or o.rate_in_velocity or not changes(o):
        return ""
    return SGD.format(step="(gradient + self.momentum * v)" if o.nesterov else "v")


SGD = '''
    """A new rate acts on the whole velocity; in Keras the velocity keeps the rates it had."""

    def update_step(self, gradient, variable, learning_rate):
        v = self.momentums[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + gradient)
        self.assign_sub(variable, learning_rate * {step})
'''


def adam(o: optimizers.Adam | optimizers.AdamW) -> str:
    return "" if getattr(o, "epsilon_hat", False) else ADAM


ADAM = '''
    """epsilon is added to the root of the corrected v, as in the paper; in Keras before that."""

    def update_step(self, gradient, variable, learning_rate):
        epsilon, t = self.epsilon, ops.cast(self.iterations + 1, variable.dtype)
        self.epsilon = epsilon * ops.sqrt(1 - self.beta_2**t)
        super().update_step(gradient, variable, learning_rate)
        self.epsilon = epsilon
'''


ADAMAX = '''
    """epsilon is added to the size of the gradient; Keras adds it to u."""

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        m, u, t = self._m[i], self._u[i], ops.cast(self.iterations + 1, variable.dtype)
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(u, ops.maximum(self.beta_2 * u, ops.abs(gradient) + self.epsilon))
        self.assign_sub(variable, learning_rate / (1 - self.beta_1**t) * m / u)
'''


NADAM = '''
    """momentum_decay is {decay}; in Keras' Nadam it is always 1."""

    def build(self, variables):
        super().build(variables)
        self.products = [self.add_variable((), "ones") for _ in variables]

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        m, v, product = self._momentums[i], self._velocities[i], self.products[i]
        t = ops.cast(self.iterations + 1, variable.dtype)
        mu, mu_next = self.momentum(t), self.momentum(t + 1)
        self.assign(product, product * mu)
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        step = (1 - mu) / (1 - product) * gradient + mu_next / (1 - product * mu_next) * m
        root = ops.sqrt(v / (1 - self.beta_2**t))
        self.assign_sub(variable, learning_rate * step / (root + self.epsilon))

    def momentum(self, t):
        return self.beta_1 * (1 - 0.5 * 0.96 ** (t * {decay}))
'''


ADAGRAD = '''
    """epsilon is added to the root; Keras adds it under the root."""

    def update_step(self, gradient, variable, learning_rate):
        s = self._accumulators[self._get_variable_index(variable)]
        self.assign(s, s + gradient**2)
        self.assign_sub(variable, learning_rate * gradient / (ops.sqrt(s) + self.epsilon))
'''


def rmsprop(o: optimizers.RMSProp) -> str:
    v = "ops.maximum(v - a**2, 0)" if o.centered else "v"
    step = f"gradient / (ops.sqrt({v}) + self.epsilon)"
    lines = [
        *(RMSPROP_CENTERED if o.centered else []),
        *([line.format(step=step) for line in RMSPROP_MOMENTUM] if o.momentum else []),
        f"self.assign_sub(variable, learning_rate * {'u' if o.momentum else step})",
    ]
    remark = ", and no rate to the momentum" if o.momentum else ""
    return RMSPROP.format(remark=remark) + "".join(f"        {line}\n" for line in lines)


RMSPROP = '''
    """epsilon is added to the root{remark}; Keras adds it under the root."""

    def update_step(self, gradient, variable, learning_rate):
        i = self._get_variable_index(variable)
        v = self._velocities[i]
        self.assign(v, self.rho * v + (1 - self.rho) * gradient**2)
'''
RMSPROP_CENTERED = (
    "a = self._average_gradients[i]",
    "self.assign(a, self.rho * a + (1 - self.rho) * gradient)",
)
RMSPROP_MOMENTUM = (
    "u = self._momentums[i]",
    "self.assign(u, self.momentum * u + {step})",
)


# ---- the table ----
OPTIMIZERS: dict[type, Theirs] = {
    optimizers.SGD: Theirs(
        "SGD", {"momentum": ("momentum", 0.0), "nesterov": ("nesterov", False)}, sgd
    ),
    optimizers.Adam: Theirs("Adam", {**ADAM_SETTINGS, "amsgrad": ("amsgrad", False)}, adam),
    optimizers.AdamW: Theirs(
        "AdamW", {**ADAM_SETTINGS, "weight_decay": ("weight_decay", 0.004)}, adam
    ),
    optimizers.Adamax: Theirs("Adamax", ADAM_SETTINGS, lambda o: ADAMAX),
    optimizers.Nadam: Theirs(
        "Nadam", ADAM_SETTINGS, lambda o: NADAM.format(decay=o.momentum_decay), base="Adam"
    ),
    optimizers.AdaGrad: Theirs(
        "Adagrad",
        {"epsilon": ("epsilon", 1e-7), "initial_sum": ("initial_accumulator_value", 0.1)},
        lambda o: ADAGRAD,
    ),
    optimizers.RMSProp: Theirs(
        "RMSprop",
        {
            "rho": ("rho", 0.9),
            "momentum": ("momentum", 0.0),
            "epsilon": ("epsilon", 1e-7),
            "centered": ("centered", False),
        },
        rmsprop,
    ),
    optimizers.AdaDelta: Theirs("Adadelta", {"rho": ("rho", 0.95), "epsilon": ("epsilon", 1e-7)}),
    optimizers.Lion: Theirs(
        "Lion",
        {
            "beta_1": ("beta_1", 0.9),
            "beta_2": ("beta_2", 0.99),
            "weight_decay": ("weight_decay", 0.0),
        },
    ),
}


def print_optimizer(o: Any, schedule: Program | None) -> tuple[Rate, str, str]:
    """Its rate, a class with its rule, if one is needed, and what ``compile`` takes."""
    theirs = counterpart(OPTIMIZERS, o, f"optimizer {describe(o)}", KERAS, "an optimizer")
    rule = theirs.rule(o).rstrip()
    rate = print_rate(o.learning_rate, schedule)
    settings = {"learning_rate": rate.code} | {
        name: where_not(default, getattr(o, ours))
        for ours, (name, default) in theirs.settings.items()
    }
    settings |= clipping(o)
    if not rule:
        return rate, "", call(f"keras.optimizers.{theirs.name}", **settings)
    first = f"class {theirs.name}(keras.optimizers.{theirs.base or theirs.name}):"
    return rate, f"{first}{rule}", call(theirs.name, **settings)


def clipping(o: RateAndClipping) -> dict[str, str]:
    """Keras' words for it; of several it takes one."""
    if o.clip_value and o.clip_norm:
        got = "clip_value and clip_norm together, of which Keras takes one"
        raise lacking(f"optimizer {describe(o)}", KERAS, got, "leave one of them out")
    return {
        "clipvalue": where_not(0.0, o.clip_value or 0.0),
        "global_clipnorm": where_not(0.0, o.clip_norm or 0.0),
    }
