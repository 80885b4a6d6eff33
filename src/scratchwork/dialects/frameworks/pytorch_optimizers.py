"""Our optimizers and clipping in PyTorch's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ... import optimizers
from ...layers.layer import describe
from .plan import counterpart, lacking
from .pytorch_layers import NAME
from .text import call

Settings = dict[str, tuple[Any, Any]]
"""Their setting: ours, and their default, which is not written."""


def betas(o: Any) -> Settings:
    return {"betas": ((o.beta_1, o.beta_2), (0.9, 0.999)), "eps": (o.epsilon, 1e-8)}


OPTIMIZERS: dict[type, tuple[str, Callable[[Any], Settings]]] = {
    optimizers.SGD: (
        "SGD", lambda o: {"momentum": (o.momentum, 0), "nesterov": (o.nesterov, False)},
    ),
    optimizers.Adam: ("Adam", lambda o: {**betas(o), "amsgrad": (o.amsgrad, False)}),
    optimizers.AdamW: ("AdamW", lambda o: {**betas(o), "weight_decay": (o.weight_decay, 0.01)}),
    optimizers.Adamax: ("Adamax", betas),
    optimizers.Nadam: ("NAdam", lambda o: {**betas(o), "momentum_decay": (o.momentum_decay, 4e-3)}),
    optimizers.AdaGrad: (
        "Adagrad",
        lambda o: {"eps": (o.epsilon, 1e-10), "initial_accumulator_value": (o.initial_sum, 0)},
    ),
    optimizers.RMSProp: (
        "RMSprop",
        lambda o: {
            "alpha": (o.rho, 0.99), "eps": (o.epsilon, 1e-8), "momentum": (o.momentum, 0),
            "centered": (o.centered, False),
        },
    ),
    optimizers.AdaDelta: ("Adadelta", lambda o: {"rho": (o.rho, 0.9), "eps": (o.epsilon, 1e-6)}),
}  # fmt: skip
"""Ours: theirs. There is no Lion."""


def optimizer_line(o: Any, lr: float | None) -> str:
    """optimizer = torch.optim.SGD(model.parameters(), lr=0.1); ``lr`` is a scheduler's."""
    where = f"optimizer {describe(o)}"
    if type(o) is optimizers.Lion:
        todo = "take another, such as sw.AdamW()"
        raise lacking(where, NAME, "none: torch.optim has no Lion", todo)
    name, settings = counterpart(OPTIMIZERS, o, where, NAME, "an optimizer")
    changes = not isinstance(o.learning_rate, float)
    if getattr(o, "epsilon_hat", False):
        got = "epsilon_hat=True, which torch.optim.Adam does not have"
        raise lacking(where, NAME, got, "leave it out")
    if getattr(o, "rate_in_velocity", False) and changes:
        got = "rate_in_velocity=True with a schedule: torch.optim.SGD has no rate in its velocity"
        raise lacking("optimizer SGD", NAME, got, "leave it out")
    found = {x: value for x, (value, default) in settings(o).items() if value != default}
    given = [f"{x}={value}" for x, value in {"lr": lr or o.learning_rate, **found}.items()]
    line = call(f"optimizer = torch.optim.{name}", ["model.parameters()", *given])
    return f"{CENTERED}\n{line}" if "centered" in found else line


CENTERED = "# Scratchwork takes the root of 0 where rounding makes less of it, PyTorch gives NaN"


def clipping(o: Any) -> list[str]:
    """The lines between backward() and step()."""
    lines = []
    if o.clip_value:
        lines.append(f"nn.utils.clip_grad_value_(model.parameters(), {o.clip_value})")
    if o.clip_norm:
        remark = "# PyTorch divides by norm + 1e-6, Scratchwork by norm"
        lines += [remark, f"nn.utils.clip_grad_norm_(model.parameters(), {o.clip_norm})"]
    return lines
