"""PyTorch's names mean here what they mean there, and its objects get errors that name ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.training import refused

from .peer import require

torch = require("torch")

LOSSES = {
    "CrossEntropyLoss": "classes",
    "BCEWithLogitsLoss": "answers",
    "MSELoss": "numbers",
    "L1Loss": "numbers",
    "HuberLoss": "numbers",
    "SmoothL1Loss": "numbers",
    "PoissonNLLLoss": "counts",
}
rng = np.random.default_rng(0)
X = rng.normal(size=(12, 4))
TARGETS: dict[str, Any] = {
    "classes": np.arange(12) % 3,
    "answers": (np.arange(12.0) % 2)[:, None],
    "numbers": rng.normal(size=(12, 3)) * 2,
    "counts": rng.integers(0, 4, (12, 3)).astype(float),
}


@pytest.mark.parametrize("name", LOSSES)
def test_losses(name: str) -> None:
    y = TARGETS[LOSSES[name]]
    model = sw.Sequential([sw.Dense(1 if LOSSES[name] == "answers" else 3)])
    model.compile(loss=name, dtype="float64", seed=0)
    model.build(X)
    theirs = getattr(torch.nn, name)()(torch.tensor(model.predict(X, raw=True)), torch.tensor(y))
    assert model.evaluate(X, y)["loss"] == pytest.approx(theirs.item(), rel=1e-12)


ACTIVATIONS = (
    *("ReLU", "Sigmoid", "Tanh", "ELU", "SELU", "SiLU", "LeakyReLU", "Mish", "Softplus"),
    *("Softsign", "Hardsigmoid", "Identity"),
)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(name: str) -> None:
    model = sw.Sequential([sw.Activation(name)], input_shape=4)
    model.compile(loss="mse", dtype="float64", seed=0)
    theirs = getattr(torch.nn, name)()(torch.tensor(X)).numpy()
    assert np.allclose(model.predict(X), theirs, rtol=1e-7, atol=1e-9)


def compiled(**settings: Any) -> None:
    sw.Sequential([sw.Dense(3)]).compile(**{"loss": "mse"} | settings)


OBJECTS: list[tuple[Callable[[], object], str]] = [
    (lambda: compiled(loss=torch.nn.MSELoss()), "give 'mean_squared_error'"),
    (lambda: compiled(loss=torch.nn.CrossEntropyLoss), "give 'cross_entropy'"),
    (lambda: compiled(loss=torch.nn.functional.l1_loss), "give 'mean_absolute_error'"),
    (lambda: compiled(optimizer=torch.optim.NAdam([torch.zeros(1)])), "give 'Nadam'"),
    (lambda: compiled(optimizer=torch.optim.SGD), "give 'SGD'"),
    (lambda: sw.Dense(3, torch.relu), "give 'relu'"),
    (lambda: sw.Dense(3, torch.nn.SiLU()), "give 'silu'"),
    (lambda: sw.Dense(3, kernel_initializer=torch.nn.init.kaiming_normal_), "give 'he_normal'"),
    (lambda: sw.Sequential([torch.nn.Linear(4, 3)]), "give sw.Dense"),
    (lambda: sw.Sequential([sw.Dense(3), torch.nn.ReLU()]), 'give sw.Activation("relu")'),
]


@pytest.mark.parametrize(("use", "advice"), OBJECTS, ids=[advice for _, advice in OBJECTS])
def test_objects(use: Callable[[], object], advice: str) -> None:
    refused(use, ValueError, "of torch", advice)
