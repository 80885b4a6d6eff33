"""The compiled engine through the model: what it falls back to, keeps and shares."""

from __future__ import annotations

import pickle
import threading
import warnings
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.engines import numba as engine
from scratchwork.errors import ScratchworkWarning

pytest.importorskip("numba")

X = np.random.default_rng(0).normal(size=(30, 4))
Y = np.random.default_rng(1).integers(0, 3, 30)


def network(**settings: Any) -> sw.Sequential:
    model = sw.Sequential([sw.Dense(6, "relu"), sw.Dense(3)], input_shape=4)
    given = {"optimizer": sw.SGD(0.1), "engine": "numba", "dtype": "float64", "seed": 0}
    model.compile("cross_entropy", **{**given, **settings})
    return model


def fit(model: sw.Sequential, epochs: int = 2) -> sw.History:
    return model.fit(X, Y, batch_size=8, epochs=epochs, verbose=0)


@pytest.mark.usefixtures("plain_python")
class TestPlain:
    """As plain Python: what follows does not depend on a compiler."""

    def test_history_says_what_ran(self) -> None:
        history = fit(network())
        assert (history.engine, history.reason) == ("numba", "as asked for")

    def test_another_rate_keeps_what_is_compiled(self) -> None:
        models = network(), network(engine="numpy")
        for model in models:
            fit(model)
        part = models[0].run.engine().parts  # type: ignore[union-attr]
        for model in models:
            model.learning_rate = 0.7
            fit(model)
        assert models[0].run.engine().parts is part  # type: ignore[union-attr]
        assert np.allclose(models[0]["W1"], models[1]["W1"], rtol=1e-10, atol=1e-12)

    def test_a_schedule_instead_of_a_number(self) -> None:
        models = network(), network(engine="numpy")
        for model in models:
            fit(model)
            model.learning_rate = sw.ExponentialDecay(0.2, 0.9, 3)
            fit(model)
        assert np.allclose(models[0]["W1"], models[1]["W1"], rtol=1e-10, atol=1e-12)

    def test_read_only_rows_are_read(self) -> None:
        rows = X.copy()
        rows.flags.writeable = False
        one, other = network(), network()
        one.fit(rows, Y, epochs=1, verbose=0)
        other.fit(X, Y, epochs=1, verbose=0)
        assert (one["W1"] == other["W1"]).all()
        assert not rows.flags.writeable

    def test_rows_in_fortran_order(self) -> None:
        one, other = network(), network()
        one.fit(np.asfortranarray(X), Y, epochs=1, verbose=0)
        other.fit(X, Y, epochs=1, verbose=0)
        assert (one["W1"] == other["W1"]).all()
        assert (one.predict(np.asfortranarray(X)) == other.predict(X)).all()

    def test_what_cannot_be_printed_runs_in_numpy_with_one_notice(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: Any) -> None:
            raise NotImplementedError("no loop for this")

        monkeypatch.setattr(engine, "print_module", refuse)
        model = network()
        with pytest.warns(ScratchworkWarning, match="fit runs in NumPy: no loop for this"):
            history = fit(model)
        assert history.engine == "numpy"
        assert history.reason == "Numba cannot: no loop for this"
        plain = network(engine="numpy")
        fit(plain)
        assert (model["W1"] == plain["W1"]).all()

    def test_a_prediction_that_cannot_be_printed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: Any) -> None:
            raise NotImplementedError("no loop for this")

        monkeypatch.setattr(engine, "print_module", refuse)
        model = network()
        with pytest.warns(ScratchworkWarning, match="predict runs in NumPy: no loop"):
            first = model.predict(X)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            again = model.predict(X)
        assert (first == again).all()

    def test_a_copy_by_pickle_goes_on_alike(self) -> None:
        model = network()
        fit(model)
        copy = pickle.loads(pickle.dumps(model))
        assert fit(copy)["loss"] == fit(model)["loss"]
        assert copy.history.engine == "numba"

    def test_threads_may_evaluate_one_model(self) -> None:
        model = network()
        fit(model)
        expected = model.evaluate(X, Y)["loss"]
        found: list[float] = []

        def evaluate() -> None:
            found.extend(model.evaluate(X, Y)["loss"] for _ in range(5))

        workers = [threading.Thread(target=evaluate) for _ in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert found == [expected] * 20

    def test_source_shows_the_text_with_its_layers(self) -> None:
        text = str(network().source("numba"))
        assert '# layer 1: Dense(6, "relu")' in text
        assert "product(gemm, X, W1, Z1, m)" in text
        assert "# loss: cross_entropy" in text
        compile(text, "text", "exec")
        assert "def predict(" in str(network().source("numba", "predict"))

    def test_source_of_an_unknown_program(self) -> None:
        with pytest.raises(sw.errors.DescriptionError, match="program one of train_step"):
            network().source("numba", "training")

    def test_a_batch_of_one_skips_zeros(self) -> None:
        rows = X * (X > 0)
        models = network(), network(engine="numpy")
        for model in models:
            model.fit(rows, Y, batch_size=1, epochs=2, verbose=0)
        for name, array in models[0].parameters.items():
            assert np.allclose(array, models[1][name], rtol=1e-10, atol=1e-12)
        text = models[0].run.engine().parts["train_step", "few"].made.text  # type: ignore[union-attr]
        assert "subtract_product(W1" in text


def test_an_engine_that_there_is_not() -> None:
    with pytest.raises(sw.errors.DescriptionError, match="engine one of auto, numpy, numba"):
        network(engine="torch")
