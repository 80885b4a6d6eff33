"""Optimizers and schedules against PyTorch, live: twenty steps of each row that it can make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.optimizers import OPTIMIZERS as REGISTERED
from tests.cases import OPTIMIZERS, OptimizerCase
from tests.test_optimizers import START, STEPS, X, Y, rate_at, trained
from tests.test_schedules import rates

from .compare import ONE_STEP, assert_near
from .peer import require

torch = require("torch")


def adam(kind: Any) -> Callable[[Any], tuple[Any, dict[str, Any]]]:
    return lambda o: (kind, {"betas": (o.beta_1, o.beta_2), "eps": o.epsilon})


def with_settings(make: Any, **settings: Callable[[Any], Any]) -> Any:
    """The constructor and arguments of another, and more of them."""

    def made(o: Any) -> tuple[Any, dict[str, Any]]:
        kind, given = make(o)
        return kind, {**given, **{name: of(o) for name, of in settings.items()}}

    return made


optim = torch.optim
THEIRS: dict[type, Callable[[Any], tuple[Any, dict[str, Any]]]] = {
    sw.SGD: lambda o: (optim.SGD, {"momentum": o.momentum, "nesterov": o.nesterov}),
    sw.Adam: with_settings(adam(optim.Adam), amsgrad=lambda o: o.amsgrad),
    sw.AdamW: with_settings(adam(optim.AdamW), weight_decay=lambda o: o.weight_decay),
    sw.Adamax: adam(optim.Adamax),
    sw.Nadam: with_settings(adam(optim.NAdam), momentum_decay=lambda o: o.momentum_decay),
    sw.AdaGrad: lambda o: (
        optim.Adagrad, {"eps": o.epsilon, "initial_accumulator_value": o.initial_sum}
    ),
    sw.RMSProp: lambda o: (
        optim.RMSprop,
        {"alpha": o.rho, "eps": o.epsilon, "momentum": o.momentum, "centered": o.centered},
    ),
    sw.AdaDelta: lambda o: (optim.Adadelta, {"rho": o.rho, "eps": o.epsilon}),
}  # fmt: skip


def theirs(o: Any) -> dict[str, Any]:
    """The parameters after STEPS steps of PyTorch."""
    p = {name: torch.tensor(W, requires_grad=True) for name, W in START.items()}
    kind, settings = THEIRS[type(o)](o)
    optimizer = kind(p.values(), lr=rate_at(o.learning_rate, 1), **settings)
    inputs, targets = torch.tensor(X), torch.tensor(Y)
    for t in range(1, STEPS + 1):
        optimizer.param_groups[0]["lr"] = rate_at(o.learning_rate, t)
        optimizer.zero_grad()
        output = torch.tanh(inputs @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]
        torch.nn.functional.mse_loss(output, targets).backward()
        clip(list(p.values()), o)
        optimizer.step()
    return {name: W.detach().numpy() for name, W in p.items()}


def clip(parameters: list[Any], o: Any) -> None:
    """PyTorch's clipping, without the 1e-6 that clip_grad_norm_ adds to the norm."""
    if o.clip_value:
        torch.nn.utils.clip_grad_value_(parameters, o.clip_value)
    norm = torch.nn.utils.get_total_norm([W.grad for W in parameters])
    if o.clip_norm and norm > o.clip_norm:
        for W in parameters:
            W.grad *= o.clip_norm / norm


def has_counterpart(case: OptimizerCase) -> bool:
    """A rate in the velocity is PyTorch's form while the rate stays."""
    o = case.optimizer
    changes = not isinstance(o.learning_rate, float)
    other = getattr(o, "epsilon_hat", False) or (getattr(o, "rate_in_velocity", False) and changes)
    return type(o) in THEIRS and not other


def test_all_but_lion_are_compared() -> None:
    compared = {type(case.optimizer).__name__ for case in OPTIMIZERS if has_counterpart(case)}
    assert compared == set(REGISTERED) - {"Lion"}
    assert not hasattr(optim, "Lion")


@pytest.fixture
def doubles() -> Iterator[None]:
    """NAdam keeps its product in PyTorch's default dtype, whatever the parameters are."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("case", [x for x in OPTIMIZERS if has_counterpart(x)], ids=str)
def test_twenty_steps_are_those_of_pytorch(case: OptimizerCase) -> None:
    for name, W in theirs(case.optimizer).items():
        assert_near(trained(case.optimizer)[name], W, ONE_STEP, name)


def test_clip_grad_norm_differs_by_its_millionth() -> None:
    """PyTorch's clip_coef is max_norm / (norm + 1e-6)."""
    W = torch.zeros(3, requires_grad=True)
    W.grad = torch.tensor([0.3, 0.4, 1.2])
    norm = torch.nn.utils.clip_grad_norm_([W], 0.65)
    assert norm.item() == pytest.approx(1.3)
    np.testing.assert_allclose(W.grad, [0.15, 0.2, 0.6], rtol=2e-6)


lr = torch.optim.lr_scheduler
SCHEDULES: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "step": (sw.StepDecay(0.5, 0.3, every=4), lambda o: lr.StepLR(o, 4, gamma=0.3)),
    "piecewise": (
        sw.PiecewiseConstant((2, 5), (0.5, 0.1, 0.02)), lambda o: lr.MultiStepLR(o, [2, 5], 0.2),
    ),
    "exponential": (
        sw.ExponentialDecay(0.5, 0.7, 3), lambda o: lr.ExponentialLR(o, 0.7 ** (1 / 3)),
    ),
    "polynomial": (
        sw.PolynomialDecay(0.5, 9, power=1.5), lambda o: lr.PolynomialLR(o, 9, power=1.5),
    ),
    "cosine": (
        sw.CosineDecay(0.5, 13, end_learning_rate=0.1),
        lambda o: lr.CosineAnnealingLR(o, 13, eta_min=0.1),
    ),
    "restarts": (
        sw.CosineDecay(0.5, 5, period_factor=1), lambda o: lr.CosineAnnealingWarmRestarts(o, 5),
    ),
    "longer restarts": (
        sw.CosineDecay(0.5, 2, end_learning_rate=0.05, period_factor=2),
        lambda o: lr.CosineAnnealingWarmRestarts(o, 2, T_mult=2, eta_min=0.05),
    ),
    "one cycle": (sw.OneCycle(0.5, 14), lambda o: lr.OneCycleLR(o, 0.5, 14, cycle_momentum=False)),
    "one cycle, settings": (
        sw.OneCycle(0.5, 14, warmup_fraction=0.45, div_factor=5, final_div_factor=20),
        lambda o: lr.OneCycleLR(
            o, 0.5, 14, pct_start=0.45, div_factor=5, final_div_factor=20, cycle_momentum=False
        ),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEDULES)
def test_schedules_are_those_of_pytorch(name: str) -> None:
    """Called once a step, or once an epoch: here each epoch is one step."""
    ours, make = SCHEDULES[name]
    optimizer = optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
    schedule, expected = make(optimizer), []
    for _ in range(14):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    np.testing.assert_allclose(rates(ours, 14), expected, rtol=1e-9, atol=1e-14)
