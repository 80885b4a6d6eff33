"""Losses with settings against PyTorch's, and all losses at their kinks and at the ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.losses import loss
from scratchwork.program.ir import N
from tests.cases import Array, Input
from tests.gradcheck import gradients, of_function, result

from .compare import ONE_STEP, assert_near
from .peer import require

require("torch")

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402

from .torch_functions import LOSSES  # noqa: E402

Rows = Callable[[Any, Any], Any]
"""(raw output, targets) -> one number a row, or one for each output."""


def compare(given: Any, theirs: Rows, Z: Array, Y: Array) -> None:
    """Each row's loss, and its slope."""
    inputs = (Input((N, Z.shape[1])), Input((N, Y.shape[1]), "labels"))
    record = of_function(loss(given).function, inputs, [Z, Y])
    L, dZ = result(record), gradients(record, np.ones(len(Z)))["x1"]
    tensor = torch.tensor(Z, requires_grad=True)
    rows = theirs(tensor, torch.tensor(Y, dtype=torch.float64)).reshape(len(Z), -1).mean(dim=1)
    rows.sum().backward()
    assert tensor.grad is not None
    assert_near(L, rows.detach().numpy(), ONE_STEP, "the losses")
    assert_near(dZ, tensor.grad.numpy(), ONE_STEP, "the slopes")


def smoothed_answers(Z: Any, Y: Any) -> Any:
    """The sum over the outputs, as a loss of one number a row."""
    L = F.binary_cross_entropy_with_logits(Z, 0.8 * Y + 0.1, reduction="none")
    return L.sum(dim=1)


def pinball(Z: Any, Y: Any) -> Any:
    q = torch.tensor([0.1, 0.5, 0.9], dtype=torch.float64)
    return torch.maximum(q * (Y - Z), (q - 1) * (Y - Z))


SETTINGS: dict[str, tuple[Any, Rows, str]] = {
    "smoothing of classes": (
        sw.CrossEntropy(label_smoothing=0.1),
        lambda Z, Y: F.cross_entropy(Z, Y, label_smoothing=0.1, reduction="none"), "classes",
    ),
    "smoothing of answers": (sw.BinaryCrossEntropy(0.2), smoothed_answers, "answers"),
    "huber": (
        sw.Huber(0.3), lambda Z, Y: F.huber_loss(Z, Y, delta=0.3, reduction="none"), "numbers",
    ),
    "a large huber": (
        sw.Huber(9), lambda Z, Y: F.huber_loss(Z, Y, delta=9, reduction="none"), "numbers",
    ),
    "quantiles": (sw.Quantile([0.1, 0.5, 0.9]), pinball, "one number"),
    "two classes of a hinge": (
        "categorical_hinge",
        lambda Z, Y: 2 * F.multi_margin_loss(Z, Y.argmax(1), reduction="none"), "two classes",
    ),
}  # fmt: skip


def targets(kind: str, rng: np.random.Generator) -> Array:
    if "classes" in kind:
        k = 2 if kind == "two classes" else 3
        return np.eye(k, dtype=int)[rng.integers(0, k, 8)]
    return rng.integers(0, 2, (8, 1 if kind == "one number" else 3))


@pytest.mark.parametrize(("given", "theirs", "kind"), SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("scale", [1, 1e4])
def test_settings(given: Any, theirs: Rows, kind: str, scale: float) -> None:
    rng = np.random.default_rng(0)
    Y = targets(kind, rng)
    Z = scale * rng.normal(size=(8, max(Y.shape[1], 3 if kind == "one number" else 1)))
    compare(given, theirs, Z, Y)


ELEMENTWISE = {
    "mean_absolute_error": lambda Z, Y: F.l1_loss(Z, Y, reduction="none"),
    "huber": lambda Z, Y: F.huber_loss(Z, Y, reduction="none"),
    "hinge": lambda Z, Y: F.relu(1 - (2 * Y - 1) * Z),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_kinks(name: str) -> None:
    """Whole numbers: residuals of exactly 0, 1 and -1, margins of exactly 0."""
    Z = np.arange(-3.0, 4)[:, None] * np.ones(2)
    compare(name, ELEMENTWISE[name], Z, np.ones((7, 2), int) * [0, 1])


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "poisson"])
def test_far_outputs(name: str) -> None:
    Z = np.array([[1e8, -1e8, 0.5], [-1e8, 3, 1e8], [0.5, 1e6, -5]])
    Y = np.eye(3, dtype=int)
    if name in ("quantile", "binary_cross_entropy"):
        Z, Y = Z.reshape(-1, 1), Y.reshape(-1, 1)

    def row_by_row(Z: Any, Y: Any) -> Any:
        rows = zip(Z, Y, strict=True)
        return torch.stack([LOSSES[name](z[None], y[None], "sum") for z, y in rows])

    compare(name, row_by_row, Z, Y)
