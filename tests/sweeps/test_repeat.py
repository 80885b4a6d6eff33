"""repeat: the same network with other seeds, each as a fit of its own would leave it."""

from __future__ import annotations

import inspect
import io
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.sweeps import Networks
from tests.sweeps import bits, build
from tests.training import classifier, everything, refused, rows, snapshot

X, y = rows(40)


def test_each_network_is_that_of_its_seed() -> None:
    results = sw.repeat(build(), n=4).fit(X, y, batch_size=8, epochs=3)
    assert [row.seed for row in results] == [7, 8, 9, 10]
    for row in results:
        alone = build(seed=row.seed)
        alone.fit(X, y, batch_size=8, epochs=3)
        assert snapshot(row.model) == snapshot(alone)
        assert row.history.history == alone.history.history
        assert row.model.seed == row.seed


def test_the_first_of_many_are_the_few() -> None:
    few, many = (sw.repeat(build(), n=n).fit(X, y, epochs=2) for n in (3, 8))
    assert bits(many[:3]) == bits(few)
    assert bits(many[3:4]) != bits(few[:1])


@pytest.mark.parametrize("layer", [sw.BatchNorm(), sw.Dense(9, kernel_initializer="orthogonal")])
def test_the_number_of_threads_changes_no_bit(layer: sw.Layer) -> None:
    model = classifier(sw.Standardize(), layer, sw.Dropout(0.3), optimizer=sw.Adam(0.01))
    found = [sw.repeat(model, n=6, threads=k).fit(X, y, batch_size=8, epochs=3) for k in (1, 2, 5)]
    assert bits(found[0]) == bits(found[1]) == bits(found[2])


def test_networks_train_side_by_side() -> None:
    """Every one of three waits until all three are there."""
    together = threading.Barrier(3, timeout=30)

    def meet(model: sw.Sequential) -> None:
        together.wait()

    results = sw.repeat(build(), n=3, threads=3).fit(X, y, epochs=2, callbacks=[meet])
    assert [len(row.history) for row in results] == [2, 2, 2]


@pytest.mark.parametrize("trained", [False, True])
@pytest.mark.parametrize("shape", [None, 3])
def test_the_model_is_not_changed(trained: bool, shape: int | None) -> None:
    model = sw.Sequential([sw.Standardize(), sw.Dense(4)], input_shape=shape)
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    fresh = sw.repeat(model, n=2).fit(X, y, epochs=2)
    if trained:
        model.fit(3 * X + 1, y, epochs=1)
    before, run = everything(model), model.run
    again = sw.repeat(model, n=2).fit(X, y, epochs=2)
    assert everything(model) == before
    assert model.run is run
    assert bits(again) == bits(fresh)


def test_the_members_models_are_models() -> None:
    results = sw.repeat(build(), n=2).fit(X, y, epochs=2)
    first, second = results.models
    assert first.predict(X).shape == (40, 4)
    before = snapshot(second)
    first.fit(X, y, epochs=1)
    assert len(first.history) == 3
    assert snapshot(second) == before
    assert first.source("program") == second.source("program")


def test_fit_takes_what_a_model_s_fit_takes() -> None:
    own, model_s = inspect.signature(Networks.fit), inspect.signature(sw.Sequential.fit)
    ours, theirs = ({k: v.default for k, v in x.parameters.items()} for x in (own, model_s))
    assert ours == theirs


def test_settings_of_fit_are_passed_on() -> None:
    given = {"batch_size": 16, "epochs": 2, "shuffle": False, "validation_split": 0.25}
    row = sw.repeat(build(), n=1).fit(X, y, **given)[0]
    alone = build()
    assert row.history.history == alone.fit(X, y, **given).history
    assert "val_accuracy" in row.history
    assert row.model.last_fit is not None


def test_an_unseeded_model_keeps_the_seed_that_it_drew() -> None:
    model = build(seed=None)
    results = sw.repeat(model, n=2).fit(X, y, epochs=1)
    assert model.seed is not None
    assert [row.seed for row in results] == [model.seed, model.seed + 1]


def test_a_source_file_stays_that_of_the_model(tmp_path: Path) -> None:
    def slower(model: sw.Sequential) -> None:
        model.learning_rate = 0.01

    path = tmp_path / "program.py"
    model = classifier(source_file=path)
    written = path.read_bytes()
    results = sw.repeat(model, n=2).fit(X, y, epochs=2, callbacks=[slower])
    assert path.read_bytes() == written
    assert [each.source_file for each in results.models] == [None, None]


# ---- callbacks ----
class StopAt:
    """Ends a network after so many epochs, which it counts itself."""

    def __init__(self, epochs: int) -> None:
        self.epochs, self.counted = epochs, 0

    def __call__(self, model: sw.Sequential) -> bool:
        self.counted += 1
        return self.counted == self.epochs


@pytest.mark.parametrize("threads", [1, 3])
def test_a_callback_that_counts_counts_one_network(threads: int) -> None:
    stop = StopAt(2)
    results = sw.repeat(build(), n=3, threads=threads).fit(X, y, epochs=9, callbacks=[stop])
    assert [len(row.history) for row in results] == [2, 2, 2]
    assert stop.counted == 0
    assert [row.callbacks[0].counted for row in results] == [2, 2, 2]


def test_the_data_that_a_callback_looks_at_are_not_copied() -> None:
    class Looks:
        def __init__(self) -> None:
            self.X, self.other = X, X.copy()

        def __call__(self, model: sw.Sequential) -> None:
            model.predict(self.X)

    looks = Looks()
    results = sw.repeat(build(), n=2).fit(X[:9], y[:9], validation_data=(X, y), callbacks=[looks])
    for row in results:
        assert row.callbacks[0].X is X
        assert row.callbacks[0].other is not looks.other


def test_callbacks_get_the_member_s_model() -> None:
    seen: list[sw.Sequential] = []

    def look(model: sw.Sequential) -> None:
        seen.append(model)

    results = sw.repeat(build(), n=3).fit(X, y, epochs=2, callbacks=[look])
    assert {id(model) for model in seen} == {id(model) for model in results.models}
    assert len(seen) == 6


def test_a_rate_set_in_one_network_is_its_own() -> None:
    def slower(model: sw.Sequential) -> None:
        if model.seed == 8:
            model.learning_rate = 0.01

    results = sw.repeat(build(), n=3, threads=3).fit(X, y, epochs=2, callbacks=[slower])
    assert [model.learning_rate for model in results.models] == [0.1, 0.01, 0.1]


# ---- what is shown ----
def test_verbose_2_prints_a_line_a_network(capsys: pytest.CaptureFixture[str]) -> None:
    results = sw.repeat(build(), n=3).fit(X, y, epochs=2, verbose=2)
    printed = capsys.readouterr().out.splitlines()
    assert sorted(printed) == sorted(str(row) for row in results)
    assert printed[0].startswith("repeat ")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_one_bar_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def wait(model: sw.Sequential) -> None:
        time.sleep(0.15)  # a bar is looked at every tenth of a second

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm-256color")
    sw.repeat(build(), n=2, threads=1).fit(X, y, epochs=2, verbose=1, callbacks=[wait])
    assert "1 of 2 networks" in screen.getvalue()
    assert "epoch" not in screen.getvalue()


# ---- what is warned of and refused ----
def test_large_features_are_warned_of_once() -> None:
    with pytest.warns(sw.errors.ScratchworkWarning) as caught:
        sw.repeat(build(), n=4, threads=2).fit(1000 * X, y, epochs=1)
    assert len(caught) == 1
    assert caught[0].filename == __file__


REFUSED = {
    "n=0": (lambda: sw.repeat(build(), n=0), ValueError, "repeat", "n >= 1"),
    "n=2.5": (lambda: sw.repeat(build(), n=2.5), ValueError, "whole number"),  # type: ignore[arg-type]
    "threads=0": (lambda: sw.repeat(build(), threads=0), ValueError, "threads"),
    "a class": (lambda: sw.repeat(sw.Sequential), ValueError, "class Sequential"),  # type: ignore[arg-type]
    "none": (lambda: sw.repeat(None), ValueError, "None"),  # type: ignore[arg-type]
    "uncompiled": (lambda: sw.repeat(sw.mlp([3, 4])), RuntimeError, "compile("),
    "unknown setting": (lambda: sw.repeat(build(), repeats=3), ValueError, "settings model, n"),  # type: ignore[call-arg]
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_repeated_is_refused(name: str) -> None:
    call, builtin, *words = REFUSED[name]
    refused(call, builtin, *words)


class Locked(StopAt):
    """A callback that cannot be copied."""

    def __init__(self) -> None:
        super().__init__(1)
        self.lock = threading.Lock()


WRONG = {
    "unknown": ({"epoch": 3}, "it is called epochs here"),
    "epochs": ({"epochs": 0}, "epochs >= 1"),
    "verbose": ({"verbose": 7}, "verbose"),
    "callbacks": ({"callbacks": print}, "callbacks=[print]"),
    "validation": ({"validation_data": X}, "validation_data=(X_val, y_val)"),
    "not copied": ({"callbacks": [Locked()]}, "can be copied"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_setting_of_fit_is_refused_at_once(name: str) -> None:
    settings, word = WRONG[name]
    networks = sw.repeat(build(), n=2)
    refused(lambda: networks.fit(X, y, **settings), ValueError, word)
    assert not hasattr(networks, "results_")


def test_data_that_do_not_fit_are_refused_at_once() -> None:
    networks = sw.repeat(classifier(), n=2)
    refused(lambda: networks.fit(X[:, :2], y), ValueError, "fit(X)")
    refused(lambda: networks.fit(X, y[:-1]), ValueError, "fit(y)")
    assert np.isfinite(networks.fit(X, y, epochs=1).mean["loss"])


def test_numpy_trains_one_network_at_a_time_unless_told() -> None:
    """Two threads that run NumPy on small arrays wait for each other."""
    running: set[int] = set()

    def note(model: sw.Sequential) -> None:
        running.add(threading.get_ident())

    results = sw.repeat(build(), n=4).fit(X, y, epochs=3, callbacks=[note])
    assert results[0].history.engine != "numpy" or len(running) == 1
