"""Which engine runs a fit: what follows from the fit, what is asked for, and what is missing."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import choice
from scratchwork.engines.choice import Choice, choose
from scratchwork.errors import DescriptionError
from scratchwork.training.history import History

X, Y = np.random.default_rng(0).normal(size=(40, 5)), np.arange(40) % 3
SMALL = (sw.Dense(8, activation="relu"), sw.Dense(3))


@pytest.fixture(autouse=True)
def nothing_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCRATCHWORK_ENGINE", raising=False)
    monkeypatch.setattr(choice, "has_numba", lambda: True)


@pytest.fixture
def without_numba(nothing_asked_for: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "has_numba", lambda: False)


def model(*layers: Any, shape: Any = 5, **settings: Any) -> sw.Sequential:
    made = sw.Sequential(layers or SMALL, input_shape=shape)
    made.compile("cross_entropy", **{"optimizer": sw.SGD(0.1), "seed": 0, **settings})
    return made


def chosen(made: sw.Sequential, rows: int, batch_size: int, epochs: int) -> Choice:
    assert made.run is not None
    step = made.run.engine().source.programs["train_step"]
    return choose("auto", step, rows, batch_size, epochs)


# ---- what follows from the fit ----
MLP = (sw.Dense(128, activation="relu"), sw.Dense(64, activation="relu"), sw.Dense(10))
CONVNET = (
    sw.Conv2D(16, 3, activation="relu"), sw.MaxPool2D(2), sw.Conv2D(32, 3, activation="relu"),
    sw.MaxPool2D(2), sw.Flatten(), sw.Dense(64, activation="relu"), sw.Dense(10),
)  # fmt: skip
MOONS = (sw.Dense(64, activation="relu"), sw.Dense(2))
TABLE = [
    # layers, shape of a row, rows, batch size, epochs, engine
    (MOONS, 2, 700, 10, 1, "numpy"),
    (MOONS, 2, 700, 10, 100, "numpy"),
    (MOONS, 2, 700, 10, 1_000, "numpy"),
    (MOONS, 2, 700, 10, 10_000, "numba"),
    (MOONS, 2, 700, 700, 10_000, "numpy"),  # as many epochs, of one step each
    (MLP, 64, 1258, 32, 20, "numpy"),
    (MLP, 784, 60_000, 64, 1, "numpy"),
    (MLP, 784, 60_000, 64, 20, "numba"),
    (MLP, 784, 60_000, 1, 10, "numba"),
    (MLP, 784, 100, 64, 20, "numpy"),
    (CONVNET, (28, 28, 1), 640, 64, 1, "numpy"),
    (CONVNET, (28, 28, 1), 60_000, 64, 3, "numba"),
]


@pytest.mark.parametrize(("layers", "shape", "rows", "batch_size", "epochs", "name"), TABLE)
def test_the_table_of_fits(
    layers: Any, shape: Any, rows: int, batch_size: int, epochs: int, name: str
) -> None:
    found = chosen(model(*layers, shape=shape), rows, batch_size, epochs)
    assert found.name == name
    assert found.reason.startswith("auto: some ")
    assert found.reason.endswith(
        "long enough to compile" if name == "numba" else "too short to compile"
    )


def test_more_work_never_turns_from_numba_to_numpy() -> None:
    made = model(*MLP, shape=784)
    names = [chosen(made, 60_000, 64, epochs).name for epochs in (1, 2, 5, 10, 20, 50, 1000)]
    assert names == sorted(names, reverse=True)  # numpy, then numba
    assert set(names) == {"numpy", "numba"}


def test_neither_clock_nor_cache_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made = model(*MLP, shape=784)
    before = [chosen(made, 60_000, 64, epochs) for epochs in (1, 20)]

    def refuse(*given: object) -> Any:
        raise AssertionError("the choice asked a clock")

    (tmp_path / "compiled").mkdir(mode=0o700)
    for folder in ("off", str(tmp_path / "missing"), str(tmp_path)):
        with monkeypatch.context() as patch:
            patch.setenv("SCRATCHWORK_CACHE", folder)
            for clock in ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic"):
                patch.setattr(time, clock, refuse)
            assert [chosen(made, 60_000, 64, epochs) for epochs in (1, 20)] == before
    assert [*(tmp_path / "compiled").iterdir()] == []


def test_the_history_says_which_and_why() -> None:
    made = model()
    assert (made.engine, made.history.engine, made.history.reason) == ("auto", "numpy", "")
    history = made.fit(X, Y, epochs=2)
    assert history.engine == made.history.engine == "numpy"
    assert history.reason == made.history.reason
    assert history.reason.startswith("auto: some 0.00")
    asked = model(engine="numpy").fit(X, Y, epochs=1)
    assert (asked.engine, asked.reason) == ("numpy", "as asked for")


def test_histories_of_before_are_read() -> None:
    """They were pickled when there was one engine, which needed no reason."""
    history = History(seed=3)
    history.add(0, {"loss": 1.0})
    del vars(history)["reason"], vars(history)["engine"]
    again = pickle.loads(pickle.dumps(history))
    assert (again.engine, again.reason, again["loss"]) == ("numpy", "", [1.0])
    assert repr(again) == repr(history)
    now = model().fit(X, Y, epochs=1)
    assert pickle.loads(pickle.dumps(now)) == now


# ---- what is asked for ----
@pytest.mark.parametrize("variable", ["numpy", "numba"])
def test_the_variable_says_what_auto_means(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = model()
    monkeypatch.setenv("SCRATCHWORK_ENGINE", variable)
    for epochs in (1, 1_000_000):
        found = chosen(made, 700, 10, epochs)
        assert (found.name, found.reason) == (variable, f"auto: SCRATCHWORK_ENGINE={variable}")
    assert model(engine="numpy").fit(X, Y, epochs=1).reason == "as asked for"


@pytest.mark.parametrize("variable", ["", "auto"])
def test_a_variable_that_says_nothing(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHWORK_ENGINE", variable)
    assert model().fit(X, Y, epochs=1).reason.startswith("auto: some ")


@pytest.mark.parametrize("shape", [5, None])
def test_a_wrong_variable_is_named_at_once(shape: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "nunpy")
    with pytest.raises(DescriptionError) as caught:
        model(shape=shape)
    assert str(caught.value) == (
        "SCRATCHWORK_ENGINE expects engine one of auto, numpy, numba, got 'nunpy'; "
        "did you mean 'numpy'?"
    )
    assert model(shape=shape, engine="numpy").engine == "numpy"  # it is not asked then


@pytest.mark.parametrize("given", ["nunba", "jax", "cuda", None, 3, ["numpy"]])
def test_a_wrong_engine(given: Any) -> None:
    with pytest.raises(DescriptionError, match="compile expects engine one of auto, numpy, nu"):
        model(engine=given)


def test_the_engine_is_read_only() -> None:
    made = model()
    with pytest.raises(AttributeError, match=r"model\.engine .*call compile\(engine=\.\.\.\)"):
        made.engine = "numba"
    assert made.engine == "auto"


# ---- without Numba ----
@pytest.mark.usefixtures("without_numba")
def test_without_numba_auto_is_numpy() -> None:
    found = chosen(model(*MLP, shape=784), 60_000, 64, 1000)
    assert found == Choice("numpy", "auto: Numba and SciPy are not installed")
    assert str(found) == "numpy (auto: Numba and SciPy are not installed)"


@pytest.mark.usefixtures("without_numba")
def test_without_numba_it_cannot_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = (
        r'Numba and SciPy, which engine "numba" needs, got not both installed; pip install numba'
    )
    with pytest.raises(DescriptionError, match=f"compile expects {needs}"):
        model(engine="numba")
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "numba")
    with pytest.raises(DescriptionError, match=f"SCRATCHWORK_ENGINE expects {needs}") as caught:
        model()
    assert str(caught.value).endswith('or take engine "numpy", or unset SCRATCHWORK_ENGINE')


# ---- what fingers type ----
GIVEN: dict[str, Callable[[], object]] = {
    "jit_compile": lambda: model(jit_compile=True),
    "backend": lambda: model(backend="numba"),
    "jit": lambda: model(jit=True),
    "device": lambda: sw.Dense(3, device="cuda"),  # type: ignore[call-arg]
    "n_jobs": lambda: model().fit(X, Y, n_jobs=-1),  # type: ignore[call-arg]
}


@pytest.mark.parametrize("name", GIVEN)
def test_what_others_call_it_gets_a_hint(name: str) -> None:
    with pytest.raises(DescriptionError, match=rf'{name}=; give compile\(engine="numba"\)'):
        GIVEN[name]()


def test_whoever_steps_through_takes_numpy() -> None:
    with pytest.raises(DescriptionError, match=r'give compile\(engine="numpy"\)'):
        model(run_eagerly=True)


@pytest.mark.parametrize("name", ["to", "cuda", "device"])
def test_a_model_is_moved_nowhere(name: str) -> None:
    with pytest.raises(AttributeError, match=r"call compile\(engine=\.\.\.\): it runs on this CPU"):
        getattr(model(), name)
