"""What may come in: every form of X and y that means the same, and every bad one by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.losses import Loss, TargetKind, loss
from scratchwork.training.targets import check_y
from tests.training import Array, classifier, everything, refused, rows, snapshot

# ---- forms of X that mean the same ----
WHOLE = np.random.default_rng(0).integers(0, 200, (9, 3))
y = np.arange(9) % 4


def every_second(X: Array) -> Array:
    wide = np.full((2 * len(X), 2 * X.shape[1]), -1.0)
    wide[::2, ::2] = X
    return wide[::2, ::2]


def read_only(X: Array) -> Array:
    X = X.astype(np.float32)
    X.flags.writeable = False
    return X


FORMS: dict[str, Callable[[Array], Any]] = {
    "lists": lambda X: X.tolist(),
    "tuples": lambda X: tuple(map(tuple, X.tolist())),
    "int64": lambda X: X,
    "uint8": lambda X: X.astype(np.uint8),
    "float16": lambda X: X.astype(np.float16),
    "float32": lambda X: X.astype(np.float32),
    "float64": lambda X: X.astype(np.float64),
    "big-endian": lambda X: X.astype(">f8"),
    "Fortran order": lambda X: np.asfortranarray(X.astype(np.float32)),
    "transposed": lambda X: np.ascontiguousarray(X.T).T,
    "slices": every_second,
    "backwards": lambda X: np.ascontiguousarray(X[::-1, ::-1])[::-1, ::-1],
    "read-only": read_only,
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_forms_of_X(form: Callable[[Array], Any]) -> None:
    usual, other = (classifier(sw.Rescale(1 / 200), sw.Dense(5)) for _ in range(2))
    usual.fit(WHOLE.astype(np.float32), y, epochs=2, batch_size=4)
    given = form(WHOLE)
    before = np.array(given, copy=True)
    history = other.fit(given, y, epochs=2, batch_size=4, validation_data=(given, y))
    assert np.array_equal(np.array(given), before)
    assert snapshot(usual) == snapshot(other)
    assert history["loss"] == usual.history["loss"]
    assert np.array_equal(other.predict(given), usual.predict(WHOLE))
    assert other.evaluate(given, y) == usual.evaluate(WHOLE, y)


def test_truth_values_are_numbers() -> None:
    X = WHOLE > 100
    assert np.array_equal(classifier().predict(X), classifier().predict(X.astype(float)))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_arrays_of_the_caller_are_never_changed(dtype: str) -> None:
    X, Y = WHOLE.astype(dtype), np.eye(4, dtype=dtype)[y]
    X_before, Y_before = X.copy(), Y.copy()
    model = classifier(sw.Standardize(), sw.Dropout(0.5), sw.BatchNorm(), dtype=dtype)
    model.fit(X, Y, epochs=3, batch_size=3, validation_data=(X, Y))
    model.evaluate(X, Y)
    model.trace(X, Y)
    model.verify(X, Y)
    out = model.predict(X)
    out[...] = 0
    assert np.array_equal(X, X_before)
    assert np.array_equal(Y, Y_before)


def test_predictions_never_share_memory_with_the_rows() -> None:
    """Also where the network does nothing: changing the one must not change the other."""
    X = WHOLE.astype(np.float32)
    model = sw.Sequential([sw.Flatten()], input_shape=3)
    assert not np.shares_memory(model.predict(X), X)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_numbers_whose_squares_are_too_large_are_finite(dtype: str) -> None:
    """They are taken without a warning, and what is not finite is found among them, too."""
    X = np.full((2, 3), 1e30 if dtype == "float32" else 1e300, dtype)
    model = sw.Sequential([sw.Rescale(1e-30)], input_shape=3)
    model.compile("mean_squared_error", dtype=dtype)  # type: ignore[arg-type]
    assert model.predict(X) == pytest.approx(X * 1e-30, rel=1e-6)
    X[1, 2] = -np.inf
    refused(lambda: model.predict(X), ValueError, "-inf at row 1, column 2 (1 in all)")


# ---- forms of y that mean the same ----
LABELS: dict[str, Callable[[], Any]] = {
    "list": y.tolist,
    "uint8": lambda: y.astype(np.uint8),
    "int32": lambda: y.astype(np.int32),
    "whole floats": lambda: y.astype(np.float64),
    "a column": lambda: y[:, None],
    "slices": lambda: np.repeat(y, 2)[::2],
}
ROWS: dict[str, Callable[[], Any]] = {
    "one-hot ints": lambda: np.eye(4, dtype=int)[y],
    "one-hot bools": lambda: np.eye(4, dtype=bool)[y],
    "one-hot lists": lambda: np.eye(4)[y].tolist(),
}
ANSWERS: dict[str, Callable[[], Any]] = {
    "ints": lambda: y % 2,
    "bools": lambda: y % 2 == 1,
    "a list": lambda: (y % 2).tolist(),
    "a column": lambda: (y % 2)[:, None],
    "floats": lambda: (y % 2).astype(float),
}
FAMILIES: dict[str, tuple[str, int, Callable[[], Any], dict[str, Callable[[], Any]]]] = {
    "cross_entropy, classes": ("cross_entropy", 4, lambda: y, LABELS),
    "cross_entropy, rows": ("cross_entropy", 4, lambda: np.eye(4)[y], ROWS),
    "binary_cross_entropy": ("binary_cross_entropy", 1, lambda: y % 2, ANSWERS),
    "mean_squared_error": ("mean_squared_error", 1, lambda: y % 2, ANSWERS),
    "several answers": ("binary_cross_entropy", 4, lambda: np.eye(4)[y], ROWS),
    "several numbers": ("mean_squared_error", 4, lambda: np.eye(4)[y], ROWS),
}
PAIRS = [
    pytest.param(loss, outputs, usual, form, id=f"{family}: {name}")
    for family, (loss, outputs, usual, forms) in FAMILIES.items()
    for name, form in forms.items()
]


@pytest.mark.parametrize(("loss", "outputs", "usual", "form"), PAIRS)
def test_forms_of_y(
    loss: str, outputs: int, usual: Callable[[], Any], form: Callable[[], Any]
) -> None:
    X = WHOLE / 200
    first, second = (classifier(loss=loss, outputs=outputs, metrics=["accuracy"]) for _ in range(2))
    first.fit(X, usual(), epochs=2, batch_size=4)
    second.fit(X, form(), epochs=2, batch_size=4, validation_data=(X, form()))
    assert snapshot(first) == snapshot(second)
    assert first.evaluate(X, usual()) == second.evaluate(X, form())


def test_classes_and_their_one_hot_rows_are_one_problem() -> None:
    X = WHOLE / 200
    first, second = (classifier(dtype="float64", metrics=["accuracy"]) for _ in range(2))
    first.fit(X, y, epochs=3, batch_size=4)
    second.fit(X, np.eye(4)[y], epochs=3, batch_size=4)
    assert first.history["loss"] == pytest.approx(second.history["loss"], rel=1e-12)
    assert first.history["accuracy"] == second.history["accuracy"]


def test_rows_may_be_probabilities() -> None:
    X = WHOLE / 200
    P = np.full((9, 4), 0.25)
    model = classifier(dtype="float64")
    logits = model.predict(X, raw=True)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = -(P * np.log(softmax)).sum(axis=1).mean()
    assert model.evaluate(X, P)["loss"] == pytest.approx(expected, rel=1e-12)


# ---- what is refused, and changes nothing ----
X, _ = rows(9)


def with_entry(array: Array, place: tuple[int, ...], value: float) -> Array:
    changed = array.astype(np.float64)
    changed[place] = value
    return changed


BAD_X: dict[str, tuple[Any, tuple[str, ...]]] = {
    "one number": (3.0, ("(n, 3)", "()")),
    "one row": (X[0], ("(n, 3)", "(3,)", "X[None]")),
    "three axes": (X[:, :, None], ("(n, 3)", "(9, 3, 1)", "reshape(-1, 3)")),
    "too wide": (np.ones((9, 5)), ("(n, 3)", "(9, 5)")),
    "too narrow": (X[:, :2], ("(n, 3)", "(9, 2)")),
    "no rows": (X[:0], ("at least one row",)),
    "NaN": (with_entry(X, (4, 1), np.nan), ("nan", "row 4, column 1", "(1 in all)")),
    "infinity": (with_entry(X, (8, 2), -np.inf), ("-inf", "row 8, column 2")),
    "too large": (with_entry(X, (2, 0), 1e39), ("1e+39", "row 2, column 0", "float32")),
    "objects": (X.astype(object), ("numbers", "object", "np.asarray(X, float)")),
    "None": (None, ("numbers", "None")),
    "text": (X.astype(str), ("numbers", "text such as", "at row 0", "np.asarray(X, float)")),
    "words": (np.full((9, 3), "red"), ("numbers", "'red' at row 0, column 0 (27 in all)")),
    "one text": ("abc", ("numbers", "'abc'")),
    "complex": (X + 0j, ("numbers", "complex128")),
    "dates": (X.astype("datetime64[s]"), ("numbers", "datetime64")),
    "masked": (np.ma.array(X, mask=X > 1), ("masked", "fill or drop")),
    "ragged lists": ([[1, 2, 3], [1, 2]], ("equal length",)),
}
BAD_CALLS: dict[str, Callable[[sw.Sequential, Any], object]] = {
    "fit": lambda model, X: model.fit(X, y),
    "validation": lambda model, X: model.fit(WHOLE, y, validation_data=(X, y)),
    "evaluate": lambda model, X: model.evaluate(X, y),
    "predict": lambda model, X: model.predict(X),
    "predict_classes": lambda model, X: model.predict_classes(X),
    "trace": lambda model, X: model.trace(X, y),
    "verify": lambda model, X: model.verify(X, y),
}


@pytest.mark.parametrize("call", BAD_CALLS.values(), ids=BAD_CALLS)
@pytest.mark.parametrize(("bad", "words"), BAD_X.values(), ids=BAD_X)
def test_bad_X(
    bad: Any, words: tuple[str, ...], call: Callable[[sw.Sequential, Any], object]
) -> None:
    model = classifier(sw.Standardize(), sw.Dense(5))
    before = everything(model)
    refused(lambda: call(model, bad), ValueError, *words)
    assert everything(model) == before


@pytest.mark.parametrize("bad", ["ragged lists", "objects", "text", "NaN", "too large", "no rows"])
def test_bad_first_data_does_not_decide_the_shape(bad: str) -> None:
    """Of a network whose input shape is not known yet: the next data may be of another width."""
    model = sw.Sequential([sw.Dense(4)])
    model.compile("cross_entropy", sw.SGD(0.1), seed=0)
    before = everything(model)
    refused(lambda: model.fit(BAD_X[bad][0], y), ValueError)
    assert everything(model) == before
    model.fit(np.ones((9, 7)), y, epochs=1)
    assert model["W1"].shape == (7, 4)


def test_bad_labels_with_first_data_do_not_decide_the_shape() -> None:
    model = sw.Sequential([sw.Dense(4)])
    model.compile("cross_entropy")
    before = everything(model)
    refused(lambda: model.fit(X, y + 1), ValueError)
    refused(lambda: model.fit(X, y, batch_size=0), ValueError)
    refused(lambda: model.fit(X, y, validation_data=(X, y[:3])), ValueError)
    refused(lambda: model.evaluate(X, y[:3]), ValueError)
    assert everything(model) == before


BAD_IMAGES = {
    "without channel": ((4, 6, 6), "X[..., None]"),
    "flat": ((4, 36), "X.reshape(-1, 6, 6, 1)"),
    "channels first": ((4, 1, 6, 6), "np.moveaxis(X, 1, -1)"),
    "one image": ((6, 6, 1), "X[None]"),
    "another size": ((4, 5, 6, 1), "(4, 5, 6, 1)"),
}


@pytest.mark.parametrize(("shape", "advice"), BAD_IMAGES.values(), ids=BAD_IMAGES)
def test_bad_images(shape: tuple[int, ...], advice: str) -> None:
    model = sw.Sequential([sw.Flatten(), sw.Dense(2)], input_shape=(6, 6, 1))
    refused(lambda: model.predict(np.zeros(shape)), ValueError, "(n, 6, 6, 1)", advice)


def test_a_bad_pixel_is_found_by_row_and_place() -> None:
    model = sw.Sequential([sw.Flatten(), sw.Dense(2)], input_shape=(6, 6, 1))
    images = with_entry(np.zeros((4, 6, 6, 1)), (3, 2, 5, 0), np.nan)
    refused(lambda: model.predict(images), ValueError, "nan at row 3, column (2, 5, 0)")


P = np.full((9, 4), 0.25)
CE, BCE, MSE = "cross_entropy", "binary_cross_entropy", "mean_squared_error"
BAD_Y: dict[str, tuple[str, int, Any, tuple[str, ...]]] = {
    "fewer": (CE, 4, y[:5], ("5 for 9 rows", "same length")),
    "more": (CE, 4, np.arange(12) % 4, ("12 for 9 rows",)),
    "none at all": (CE, 4, [], ("0 for 9 rows",)),
    "one number": (CE, 4, 3, ("one entry for 9 rows",)),
    "class too large": (CE, 4, y + 1, ("from 0 to 3", "4", "from 0")),
    "class negative": (CE, 4, y - 1, ("from 0 to 3", "-1")),
    "class fractional": (CE, 4, y + 0.5, ("from 0 to 3", "0.5 at row 0", "mean_squared_error")),
    "class NaN": (CE, 4, with_entry(y, (2,), np.nan), ("nan at row 2 (1 in all)", "drop such")),
    "class infinite": (CE, 4, with_entry(y, (2,), np.inf), ("from 0 to 3", "inf at row 2")),
    "a word is missing": (CE, 4, ["a", None, "b"] * 3, ("all text", "None at row 1 (3 in all)")),
    "some text": (CE, 4, [*range(4), "b", None, 1, 2, 3], ("all text", "0 at row 0")),
    "None": (CE, 4, None, ("targets", "None", "give y")),
    "masked": (CE, 4, np.ma.array(y, mask=y == 3), ("2 masked", "fill or drop")),
    "ragged": (CE, 4, [[0, 1]] * 8 + [[1]], ("equal length",)),
    "rows of 3": (CE, 4, np.eye(3)[y % 3], ("(n, 4)", "(9, 3)", "Dense(3)")),
    "three axes": (CE, 4, np.eye(4)[y][None].reshape(9, 2, 2), ("(n, 4)", "(9, 2, 2)")),
    "sum 2": (CE, 4, 2 * P, ("sum to 1", "2 in row 0")),
    "sum 0.9": (CE, 4, with_entry(P, (6, 0), 0.15), ("sum to 1", "0.9 in row 6")),
    "negative probability": (CE, 4, with_entry(P, (1, 1), -0.25), ("from 0 to 1", "-0.25")),
    "probability NaN": (CE, 4, with_entry(P, (1, 1), np.nan), ("nan at row 1, column 1",)),
    "answer 2": (BCE, 1, y % 3, ("from 0 to 1", "2")),
    "answer -1": (BCE, 1, 2 * (y % 2) - 1, ("from 0 to 1", "-1")),
    "answer NaN": (BCE, 1, with_entry(y % 2, (3,), np.nan), ("nan at row 3 (1 in all)",)),
    "answers 1.5": (BCE, 4, with_entry(P, (0, 3), 1.5), ("from 0 to 1", "1.5")),
    "one answer for four": (BCE, 4, y % 2, ("(n, 4)", "(9,)", "4 answers a row")),
    "four answers for one": (BCE, 1, P, ("(n, 1)", "(9, 4)", "one number a row")),
    "one number for four": (MSE, 4, y, ("(n, 4)", "(9,)")),
    "a column for four": (MSE, 4, y[:, None], ("(n, 4)", "(9, 1)")),
    "numbers NaN": (MSE, 4, with_entry(P, (7, 2), np.nan), ("nan at row 7, column 2",)),
    "numbers too large": (MSE, 1, with_entry(y, (5,), 1e39), ("1e+39 at row 5", "float32")),
    "one class": (CE, 1, y % 2, ("two or more", "binary_cross_entropy")),
}


@pytest.mark.parametrize(("loss", "outputs", "bad", "words"), BAD_Y.values(), ids=BAD_Y)
def test_bad_y(loss: str, outputs: int, bad: Any, words: tuple[str, ...]) -> None:
    if (loss, outputs) == (CE, 1):
        refused(lambda: classifier(loss=loss, outputs=1), ValueError, *words)
        return
    model = classifier(loss=loss, outputs=outputs)
    before = everything(model)
    refused(lambda: model.fit(X, bad), ValueError, "fit(y)", *words)
    refused(lambda: model.evaluate(X, bad), ValueError, "evaluate(y)", *words)
    refused(lambda: model.trace(X, bad), ValueError, "trace(y)", *words)
    refused(
        lambda: model.fit(X, np.eye(4)[y] if outputs == 4 else y % 2, validation_data=(X, bad)),
        ValueError, "validation_data", *words,
    )  # fmt: skip
    assert everything(model) == before


BAD_SETTINGS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    **{
        f"batch_size {value!r}": ({"batch_size": value}, ("batch_size >= 1", repr(value)))
        for value in (0, -1, 2.5, 32.0, "32", True, np.True_, [32], int)
    },
    **{
        f"epochs {value!r}": ({"epochs": value}, ("epochs >= 1", repr(value)))
        for value in (0, -1, 2.5, "10", True, None, np.array([1, 2]))
    },
    **{
        f"verbose {value!r}": ({"verbose": value}, ("verbose", "auto, 0, 1, 2", repr(value)))
        for value in (3, -1, "yes", None, [1])
    },
    "validation_data one array": ({"validation_data": X}, ("a pair (X, y)", "ndarray")),
    "validation_data a share": ({"validation_data": 0.2}, ("a pair (X, y)", "float")),
    "validation_data three": ({"validation_data": (X, y, y)}, ("a pair (X, y)",)),
    "validation_data of other length": ({"validation_data": (X, y[:2])}, ("2 for 9 rows",)),
}


@pytest.mark.parametrize(("settings", "words"), BAD_SETTINGS.values(), ids=BAD_SETTINGS)
def test_bad_settings(settings: dict[str, Any], words: tuple[str, ...]) -> None:
    model = classifier()
    model.fit(X, y, epochs=1)
    before = everything(model)
    refused(lambda: model.fit(X, y, **settings), ValueError, *words)
    assert everything(model) == before


# ---- calls that come too early ----
def uncompiled(input_shape: Any = None) -> sw.Sequential:
    return sw.Sequential([sw.Dense(4)], input_shape=input_shape)


@pytest.mark.parametrize("shape", [None, 3])
@pytest.mark.parametrize("name", ["fit", "evaluate", "trace", "verify"])
def test_before_compile(name: str, shape: Any) -> None:
    model = uncompiled(shape)
    before = everything(model)
    refused(lambda: getattr(model, name)(X, y), RuntimeError, name, "compile(")
    assert everything(model) == before


@pytest.mark.parametrize(
    "call",
    [
        lambda model: model.predict(X[0]),
        lambda model: model.summary(),
        lambda model: model.source(),
        lambda model: model.parameters,
        lambda model: model["W1"],
        lambda model: model.set_parameters({}),
    ],
)
def test_without_a_shape(call: Callable[[sw.Sequential], object]) -> None:
    model = uncompiled()
    before = everything(model)
    refused(lambda: call(model), RuntimeError, "input shape", "input_shape=")
    assert everything(model) == before


@pytest.mark.parametrize("name", ["step", "epoch", "evaluate", "train_step"])
def test_programs_that_need_a_loss(name: str) -> None:
    refused(lambda: uncompiled(3).source(name), RuntimeError, "compile(")


def test_predicting_needs_no_loss() -> None:
    model = uncompiled()
    np.testing.assert_allclose(
        model.predict(X), X.astype(np.float32) @ model["W1"] + model["b1"], rtol=1e-6
    )


def test_a_masked_array_without_masked_entries_is_an_array() -> None:
    assert np.array_equal(classifier().predict(np.ma.array(X)), classifier().predict(X))


# ---- accuracy counts classes ----
LOSSES: dict[str, Loss] = {"mse": loss("mean_squared_error"), "own": loss(lambda Z, Y: Z - Y)}
REAL: dict[str, tuple[TargetKind, int, Any]] = {
    "prices": ("column", 1, [1.5, 0.0, 1.0]),
    "-1 and 1": ("column", 1, [0.0, -1.0, 1.0]),
    "rows": ("matrix", 2, [[0, 1], [0.25, 0.75], [1, 0]]),
}


def checked(kind: TargetKind, width: int, given: Any, of: Loss, metrics: Any) -> Array:
    return check_y(np.asarray(given), kind, of, 3, width, "float32", "fit(y)", metrics)


@pytest.mark.parametrize("of", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize(("kind", "width", "given"), REAL.values(), ids=REAL)
def test_accuracy_of_real_targets_is_refused(
    of: Loss, kind: TargetKind, width: int, given: Any
) -> None:
    refused(
        lambda: checked(kind, width, given, of, ["accuracy"]), ValueError,
        "targets 0 and 1", "at row", "leave accuracy out",
    )  # fmt: skip
    assert len(checked(kind, width, given, of, [])) == 3


@pytest.mark.parametrize("of", LOSSES.values(), ids=LOSSES)
def test_accuracy_of_zeros_and_ones_is_allowed(of: Loss) -> None:
    assert len(checked("column", 1, [0, 1, 1], of, ["accuracy"])) == 3
    assert len(checked("matrix", 2, [[0, 1], [1, 0], [0, 1]], of, ["accuracy"])) == 3
    soft = [[0.25, 0.75]] * 3
    assert len(checked("matrix", 2, soft, loss("cross_entropy"), ["accuracy"])) == 3
