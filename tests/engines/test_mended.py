"""Programs that were once computed wrongly, or not at all, by the compiled engine."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import part, team
from scratchwork.engines.numba import NumbaEngine, StepsMade
from scratchwork.errors import NonFiniteError
from tests.engines.agreement import Case, check

pytest.importorskip("numba")

RNG = np.random.default_rng(5)
X = RNG.normal(size=(11, 4))
Y = RNG.integers(0, 3, 11)


@dataclass(frozen=True)
class Scaled(sw.Layer):
    """A = c * X: a parameter of shape (), and one that the loss does not reach."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return x * scope.parameter("c", (), sw.Constant(0.7))


@dataclass(frozen=True)
class Turned(sw.Layer):
    """A square product whose only reader turns it."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        h = x.shape[1]
        U = scope.parameter("U", (h, h), sw.Normal(0.3))
        V = scope.parameter("V", (h, h), sw.Normal(0.3))
        M = (U @ V).T.reshape(2, h * 2).reshape(h, h)
        return x + x @ U + x @ V + M.sum(axis=1) * U.sum(axis=0)


@dataclass(frozen=True)
class Idle(sw.Layer):
    """A kernel whose gradient is its penalty's alone."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        scope.parameter("K", (3, 2), sw.Normal(1.0), kernel=True, regularizer=sw.L2(0.1))
        return x * 7 / 8


def case(*layers: sw.Layer, batch_size: int = 4, **settings: Any) -> Case:
    return Case([*layers, sw.Dense(3)], X, Y, settings, batch_size)


@pytest.mark.usefixtures("plain_python")
@pytest.mark.parametrize("layer", [Scaled(), Turned(), Idle()], ids=repr)
@pytest.mark.parametrize("optimizer", [sw.SGD(0.1), sw.Adam(0.1, clip_norm=0.5)], ids=repr)
def test_layers(layer: sw.Layer, optimizer: Any) -> None:
    check(case(layer, optimizer=optimizer))


@pytest.mark.usefixtures("plain_python")
@pytest.mark.parametrize("batch_size", [2, 4])
def test_few_rows_that_would_not_fit_a_block(
    batch_size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "BLOCK_BYTES", 1)
    check(case(sw.Dense(5, "relu"), batch_size=batch_size, optimizer=sw.SGD(0.1)))


@pytest.mark.usefixtures("plain_python")
@pytest.mark.parametrize("name", ["gather", "fill", "update", "product", "meet"])
def test_names_of_the_texts_own_functions(name: str) -> None:
    def metric(P: sw.Value, Y: sw.Value) -> sw.Value:
        return (P * Y).sum(axis=1)

    metric.__name__ = name
    check(case(sw.Dense(5, "relu"), metrics=[metric]))


@pytest.mark.usefixtures("plain_python")
def test_few_rows_see_infinite_weights() -> None:
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    model.compile("mean_squared_error", engine="numba", seed=0)
    model["W1"] = np.ones((3, 2))
    assert not model.predict(np.zeros((1, 3))).any()  # finite parameters are looked at once
    model["W1"] = [[np.inf, np.inf], [1, 1], [1, 1]]
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="not finite"):
        assert np.isnan(model.predict(np.zeros((1, 3)))).all()


def test_a_loss_that_only_the_compiled_step_finds_is_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a rounding, say: the NumPy program, gone through for the line, finds nothing."""

    def train(*_: Any) -> Any:
        raise StepsMade(0)

    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    model.compile("mean_squared_error", engine="numba", seed=0)
    monkeypatch.setattr(NumbaEngine, "train", train)
    monkeypatch.setattr(NumbaEngine, "obstacle", lambda *_: "")
    with pytest.raises(NonFiniteError, match="epoch 1 expects finite numbers, got a loss"):
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)


def test_an_error_in_another_thread_is_raised_here() -> None:
    def work(thread: int, threads: int, sync: Any) -> int:
        if thread:
            raise MemoryError
        while not sync[team.GONE]:
            pass
        return 1

    sync = np.zeros(16, np.int64)
    with pytest.raises(MemoryError):
        team.run_together(work, [0, 2, sync], 2, sync)
    assert team.run_together(lambda *_: 5, [0, 2, sync], 2, sync) == 5


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python warns of forks with threads")
def test_a_forked_process_has_a_team_of_its_own() -> None:
    sync = np.zeros(16, np.int64)
    team.run_together(lambda *_: 0, [0, 2, sync], 2, sync)
    child = os.fork()
    if not child:
        os._exit(team.run_together(lambda *_: 3, [0, 2, sync], 2, sync))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
