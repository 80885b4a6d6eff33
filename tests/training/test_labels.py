"""Labels in words, truth values and numbers: what the model keeps of them, and gives back."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests import written
from tests.training import Array, everything, refused, snapshot

X = np.random.default_rng(0).normal(size=(30, 3))
NUMBERS = (X[:, 0] > 0).astype(int) + (X[:, 1] > 1)
WORDS = np.array(["egg", "ham", "spam"])[NUMBERS]


def network(outputs: int = 3, loss: Any = "cross_entropy") -> sw.Sequential:
    model = sw.Sequential([sw.Dense(outputs)], input_shape=3)
    model.compile(loss, sw.SGD(0.5), metrics=["accuracy"], seed=0)
    return model


FORMS: dict[str, Any] = {
    "array": WORDS,
    "list": WORDS.tolist(),
    "objects": WORDS.astype(object),
    "column": WORDS[:, None],
    "StringDType": WORDS.astype(np.dtypes.StringDType()),
}


@pytest.mark.parametrize("y", FORMS.values(), ids=FORMS)
def test_words_are_the_numbers_of_outputs_in_sorted_order(y: Any) -> None:
    usual, model = network(), network()
    usual.fit(X, NUMBERS, epochs=3)
    history = model.fit(X, y, epochs=3, validation_data=(X, y))
    assert snapshot(model) == snapshot(usual)
    assert history["loss"] == usual.history["loss"]
    assert model.classes_ is not None
    assert model.classes_.tolist() == ["egg", "ham", "spam"]
    assert model.evaluate(X, y) == usual.evaluate(X, NUMBERS)
    assert np.array_equal(
        model.predict_classes(X), model.classes_[np.asarray(usual.predict_classes(X))]
    )


ONE_OUTPUT: dict[str, tuple[Any, Any, list[Any]]] = {
    "words": ("binary_cross_entropy", np.array(["no", "yes"])[NUMBERS % 2], ["no", "yes"]),
    "truth values": ("binary_cross_entropy", NUMBERS % 2 == 1, [False, True]),
    "numbers": ("binary_cross_entropy", NUMBERS % 2, [0, 1]),
    "whole floats": ("binary_cross_entropy", NUMBERS % 2 / 1, [0, 1]),
    "signs": ("hinge", 2 * (NUMBERS % 2) - 1, [-1, 1]),
    "words under hinge": ("hinge", np.array(["no", "yes"])[NUMBERS % 2], ["no", "yes"]),
}


@pytest.mark.parametrize(("loss", "y", "classes"), ONE_OUTPUT.values(), ids=ONE_OUTPUT)
def test_one_output_tells_two_labels_apart(loss: str, y: Array, classes: list[Any]) -> None:
    usual, model = network(1, loss), network(1, loss)
    usual.fit(X, NUMBERS % 2, epochs=3)
    model.fit(X, y, epochs=3)
    assert snapshot(model) == snapshot(usual)
    assert model.classes_ is not None
    assert model.classes_.tolist() == classes
    answers = model.predict_classes(X)
    assert set(answers.tolist()) == set(classes)
    assert np.mean(answers == y) == pytest.approx(model.evaluate(X, y)["accuracy"])


def test_two_outputs_take_truth_values() -> None:
    model = network(2)
    model.fit(X, NUMBERS > 0, epochs=3)
    assert model.predict_classes(X).dtype == bool


@pytest.mark.parametrize("y", [X[:, :1], X], ids=["one", "several"])
def test_numbers_have_no_classes(y: Array) -> None:
    model = sw.Sequential([sw.Dense(y.shape[1])], input_shape=3)
    model.compile("mean_squared_error", seed=0)
    model.fit(X, y, epochs=1)
    assert model.classes_ is None


def test_one_hot_rows_have_the_numbers_of_outputs() -> None:
    model = network()
    model.fit(X, np.eye(3)[NUMBERS], epochs=1)
    assert model.classes_ is not None
    assert model.classes_.tolist() == [0, 1, 2]
    refused(lambda: model.fit(X, WORDS), ValueError, "labels as in the first fit: 0, 1, 2")


def test_before_a_fit_any_of_the_words_will_do_and_none_is_kept() -> None:
    model = network()
    assert model.verify(X[:4], WORDS[:4])
    assert model.trace(X[:1], WORDS[:1])["Y"].tolist() == [[True, False, False]]
    assert model.classes_ is None
    model.fit(X, ["a", "b", "c"] * 10, epochs=1)


def test_classes_last() -> None:
    """Over a copy, a second fit to some of them, another loss, and a fit that is refused."""
    model = network()
    model.fit(X, WORDS, epochs=1)
    copy = pickle.loads(pickle.dumps(model))
    assert np.array_equal(copy.predict_classes(X), model.predict_classes(X))
    model.fit(X[WORDS != "egg"], WORDS[WORDS != "egg"], epochs=1)
    model.compile("categorical_hinge", sw.SGD(0.1))
    model.fit(X, WORDS, epochs=1)
    assert set(model.predict_classes(X).tolist()) <= set(WORDS.tolist())
    before = everything(model)
    refused(lambda: model.fit(X, [*WORDS[:-1], "tofu"]), ValueError, "'tofu' at row 29 (1 in all)")
    assert everything(model) == before


def test_reset_forgets_the_classes() -> None:
    model = network()
    model.fit(X, WORDS, epochs=1)
    model.reset(0)
    assert model.classes_ is None
    model.fit(X, NUMBERS, epochs=1)
    assert model.predict_classes(X).dtype == np.int64


def test_a_refused_first_fit_leaves_no_classes() -> None:
    model = network()
    refused(lambda: model.fit(X, WORDS, batch_size=0), ValueError)
    refused(lambda: model.fit(X, WORDS, validation_data=(X, ["a"] * 30)), ValueError, "'a' at row")
    assert model.classes_ is None
    model.fit(X, NUMBERS, epochs=1)


def test_written_programs_hold_numbers_and_name_them(tmp_path: Path) -> None:
    words = np.array(['an "egg"', "h\u00e4m\n\\", 'spam"""'])[NUMBERS]
    model = network()
    history = model.fit(X, words, epochs=2)
    program, arrays = model.write(tmp_path / "training.py", data=(X, words))
    assert np.load(arrays)["y_train"].tolist() == NUMBERS.tolist()
    written.assert_repeats(written.output(program), history)
    names: dict[str, Any] = {"__name__": "read"}
    (reader,) = model.write(tmp_path / "reading.py", program="predict")
    exec(compile(reader.read_text(), reader, "exec"), names)
    answers = [names["answer"](row).rpartition(" (")[0] for row in names["predict"](X)]
    assert answers == model.predict_classes(X).tolist()
    assert ascii(names["CLASSES"]) in ascii(tuple(model.classes_.tolist()))  # type: ignore[union-attr]


def test_a_program_can_be_written_for_words_before_a_fit(tmp_path: Path) -> None:
    program, arrays = network().write(tmp_path / "training.py", data=(X, WORDS))
    assert np.load(arrays)["y_train"].tolist() == NUMBERS.tolist()
    assert 'CLASSES = ("egg", "ham", "spam")' in program.read_text()
