"""What a user may bring, in both engines; the compiled text runs as plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import part
from tests.engines import unusual, unusual_rules
from tests.engines.agreement import CLOSE, EXACT, Case, check, of_network, rows
from tests.networks import NETWORKS

pytestmark = pytest.mark.usefixtures("plain_python")

BUILDS = (*((f, (4,)) for f in unusual.FLAT), *((f, (3, 2)) for f in unusual.IMAGES))
NAMES = [f"{f.__name__}-{len(shape)}" for f, shape in BUILDS]
NOT_PRINTED = {unusual.largest_of_rows: "extreme among rows", unusual.gram: "another axis"}
"""What stays NumPy's where a gradient goes through it: why."""


def own(function: unusual.Build, shape: tuple[int, ...], inside: bool = False, **more: Any) -> Case:
    """A network with a user's layer, first or behind a Dense."""
    X, y = rows(*shape)
    before = (sw.Flatten(), sw.Dense(prod(shape), "tanh"), sw.Reshape(shape)) if inside else ()
    settings = {"optimizer": sw.SGD(0.05, momentum=0.9), "regularizer": sw.L2(0.1), **more}
    return Case((*before, unusual.Own(function), sw.Flatten(), sw.Dense(3)), X, y, settings)


# ---- layers ----
@pytest.mark.parametrize(("function", "shape"), BUILDS, ids=NAMES)
@pytest.mark.parametrize("inside", [False, True])
def test_layers(function: unusual.Build, shape: tuple[int, ...], inside: bool) -> None:
    case = own(function, shape, inside)
    if inside and function in NOT_PRINTED:
        with pytest.warns(sw.errors.ScratchworkWarning, match=NOT_PRINTED[function]):
            assert case.trained("numba").history.engine == "numpy"
        return
    check(replace(case, epochs=1))


@pytest.mark.parametrize(("function", "shape"), BUILDS, ids=NAMES)
def test_layers_in_float32(function: unusual.Build, shape: tuple[int, ...]) -> None:
    check(replace(own(function, shape, dtype="float32"), epochs=1), CLOSE)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(4,), (3, 2)])
def test_draws_are_the_same_bit_for_bit(shape: tuple[int, ...], dtype: str) -> None:
    """States keep extremes of what each of three draws was in the last step of an epoch."""
    case = own(unusual.drawn, shape, dtype=dtype)
    one, other = check(case, EXACT if dtype == "float64" else CLOSE)
    for name in ("sa1", "sb1", "sc1", "sd1", "last1"):
        np.testing.assert_array_equal(one[name], other[name])
        assert np.abs(one[name]).max() > 0


@dataclass(frozen=True)
class Unreached:
    """Parameters that the loss does not reach, among others that it does."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        scope.parameter("lost", (2, 3), sw.Normal(1.0))
        g = scope.parameter("g", x.shape[1:], sw.Constant(1.0))
        scope.parameter("gone", (4,), sw.Normal(1.0), trainable=False)
        return x * g


@pytest.mark.parametrize("optimizer", [sw.SGD(0.1), sw.Adam(0.01), unusual_rules.Lamb()])
def test_parameters_between_which_others_lie(optimizer: Any) -> None:
    layers = (
        *(sw.Dense(4, "tanh"), Unreached(), sw.Dense(4, "tanh", trainable=False)),
        *(sw.Dense(5, "relu"), Unreached(), sw.Dense(3)),
    )
    with pytest.warns(UserWarning, match="the loss does not depend on lost") as told:
        check(Case(layers, *rows(3), {"optimizer": optimizer, "regularizer": sw.L2(0.1)}))
    assert len(told) == 2  # once for each of the two models, whatever its engine


# ---- rules, losses, metrics ----
FEW = (sw.Dense(4, "tanh"), sw.Dense(3))
MANY = (*(sw.Dense(3, "tanh") for _ in range(4)), sw.Dense(3, trainable=False), sw.Dense(3))


@pytest.mark.parametrize("layers", [FEW, MANY], ids=["few", "many"])
@pytest.mark.parametrize("optimizer", unusual_rules.OPTIMIZERS, ids=lambda x: type(x).__name__)
def test_optimizers(optimizer: Any, layers: Any) -> None:
    check(Case(layers, *rows(3), {"optimizer": optimizer, "regularizer": unusual_rules.OfRows()}))
    check(Case(layers, *rows(3), {"optimizer": optimizer, "dtype": "float32"}), CLOSE)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", unusual_rules.LOSSES)
def test_losses_and_metrics(loss: Any, outputs: int) -> None:
    X, _ = rows(3)
    Y = np.random.default_rng(1).normal(size=(len(X), outputs))
    layers = (sw.Dense(4, "tanh"), sw.Dense(outputs))
    settings = {"loss": loss, "metrics": list(unusual_rules.METRICS), "optimizer": sw.SGD(0.02)}
    for reduction in ("mean", "sum"):
        check(Case(layers, X, Y, {**settings, "reduction": reduction}))


LIMITS: tuple[dict[str, float], ...] = (
    {"clip_value": 0.01}, {"clip_norm": 0.1}, {"clip_value": 0.05, "clip_norm": 0.1},
    {"clip_norm": 1e6},
)  # fmt: skip


@pytest.mark.parametrize("limits", LIMITS, ids=str)
@pytest.mark.parametrize("optimizer", [sw.SGD, sw.Adam, sw.Lion])
@pytest.mark.parametrize("layers", [FEW, MANY], ids=["few", "many"])
def test_clipping(layers: Any, optimizer: Any, limits: dict[str, float]) -> None:
    given = optimizer(sw.CosineDecay(0.05, 5), **limits)
    check(Case(layers, *rows(3), {"optimizer": given, "regularizer": sw.L2(0.1)}))


# ---- slices and blocks of a batch ----
@pytest.mark.parametrize("name", ["deep", "dropout", "several_answers", "batchnorm", "convnet"])
@pytest.mark.parametrize("slices", [1, 3])
def test_slices_and_blocks_of_a_batch_change_nothing(
    name: str, slices: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch as one block, and in slices of blocks of one row, which are added up in order."""
    monkeypatch.setattr(part, "BLOCK_BYTES", 1)
    monkeypatch.setattr(part, "slice_count", lambda made, rows: 1 if made.whole else slices)
    monkeypatch.setattr(part, "most_threads", lambda slices: 1)
    check(of_network(NETWORKS[name]))


@pytest.mark.parametrize(("function", "shape"), BUILDS, ids=NAMES)
def test_slices_and_blocks_of_own_layers(
    function: unusual.Build, shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "BLOCK_BYTES", 1)
    monkeypatch.setattr(part, "slice_count", lambda made, rows: 1 if made.whole else 2)
    monkeypatch.setattr(part, "most_threads", lambda slices: 1)
    check(replace(own(function, shape), epochs=1))
