"""Frames of pandas and polars: columns count by position, and their names are remembered."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import ScratchworkWarning
from scratchwork.training import frames
from tests.training import Array, classifier, refused, snapshot

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")

X = np.random.default_rng(0).integers(-3, 4, (9, 3)).astype(float)
y = np.arange(9) % 4
NAMES = ["age", "income", "rooms"]

FRAMES: dict[str, Callable[[Array], Any]] = {
    "pandas": lambda X: pd.DataFrame(X, columns=NAMES),
    "pandas, another index": lambda X: pd.DataFrame(X, columns=NAMES, index=range(9, 0, -1)),
    "pandas, without names": lambda X: pd.DataFrame(X),
    "pandas, one name twice": lambda X: pd.DataFrame(X, columns=["a", "b", "a"]),
    "pandas, mixed": lambda X: pd.DataFrame(X, columns=NAMES).astype({"age": int}),
    "pandas, nullable": lambda X: pd.DataFrame(X, columns=NAMES).astype({"age": "Int64"}),
    "polars": lambda X: pl.DataFrame(X, schema=NAMES),
    "polars, mixed": lambda X: pl.DataFrame(X, schema=NAMES).cast({"age": pl.Int8}),
    "rows of a frame": lambda X: list(pd.DataFrame(X).itertuples(index=False)),
}


@pytest.mark.parametrize("form", FRAMES.values(), ids=FRAMES)
def test_frames_are_arrays(form: Callable[[Array], Any]) -> None:
    usual, model = classifier(), classifier()
    usual.fit(X, y, epochs=2, batch_size=4)
    model.fit(form(X), y, epochs=2, batch_size=4, validation_data=(form(X), y))
    assert snapshot(model) == snapshot(usual)
    assert np.array_equal(model.predict(form(X)), usual.predict(X))


COLUMNS: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pd.Series(y, index=range(9, 0, -1)),
    "pandas, nullable": lambda: pd.Series(y, dtype="Int64"),
    "pandas, categories": lambda: pd.Series(pd.Categorical(y)),
    "pandas, a frame": lambda: pd.DataFrame({"y": y}),
    "pandas, an index": lambda: pd.Index(y),
    "polars": lambda: pl.Series(y),
    "polars, a frame": lambda: pl.DataFrame({"y": y}),
}


@pytest.mark.parametrize("column", COLUMNS.values(), ids=COLUMNS)
def test_columns_are_targets(column: Callable[[], Any]) -> None:
    usual, model = classifier(), classifier()
    usual.fit(X, y, epochs=1)
    model.fit(X, column(), epochs=1)
    assert snapshot(model) == snapshot(usual)


WORDS = np.array(["a", "b", "c", "d"])[y]
WORD_COLUMNS: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pd.Series(WORDS),
    "pandas, objects": lambda: pd.Series(WORDS, dtype=object),
    "pandas, categories": lambda: pd.Series(WORDS, dtype="category"),
    "pandas, a frame": lambda: pd.DataFrame({"y": WORDS}),
    "polars": lambda: pl.Series(WORDS),
    "polars, categories": lambda: pl.Series(WORDS).cast(pl.Categorical),
    "polars, a frame": lambda: pl.DataFrame({"y": WORDS}),
}


@pytest.mark.parametrize("column", WORD_COLUMNS.values(), ids=WORD_COLUMNS)
def test_columns_of_words_are_labels(column: Callable[[], Any]) -> None:
    usual, model = classifier(), classifier()
    usual.fit(X, y, epochs=1)
    model.fit(X, column(), epochs=1)
    assert snapshot(model) == snapshot(usual)
    assert model.classes_ is not None
    assert model.classes_.tolist() == ["a", "b", "c", "d"]


def test_names_are_remembered_and_only_a_known_one_elsewhere_is_refused() -> None:
    model = classifier()
    assert model.feature_names_in_ is None
    frame = pd.DataFrame(X, columns=NAMES)
    model.fit(frame, y, epochs=1)
    assert model.feature_names_in_ is not None
    assert model.feature_names_in_.tolist() == NAMES
    renamed = frame.set_axis(["Age", "income", "Rooms"], axis=1)
    assert np.array_equal(model.predict(renamed), model.predict(X))
    refused(lambda: model.predict(frame[NAMES[::-1]]), ValueError, "'rooms' as column 0", "'age'")
    model.compile("cross_entropy", sw.SGD(0.1))
    refused(lambda: model.predict(frame[NAMES[::-1]]), ValueError, "'rooms' as column 0")


def test_names_are_those_of_a_reader(tmp_path: Path) -> None:
    model = classifier()
    model.fit(pd.DataFrame(X, columns=NAMES), y, epochs=1)
    (path,) = model.write(tmp_path / "reading.py", program="predict")
    assert 'FEATURES = ("age", "income", "rooms")' in path.read_text()


def test_without_narwhals_frames_are_what_numpy_makes_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "narwhals", None)
    frame = pd.DataFrame(X, columns=NAMES)
    assert np.array_equal(classifier().predict(frame), classifier().predict(X))
    refused(
        lambda: classifier().predict(frame.assign(age="x")), ValueError,
        "'x' at row 0, column 0 (9 in all)",
    )  # fmt: skip
    assert frames.column_names(frame) == ()


def test_arrays_do_not_load_narwhals() -> None:
    code = (
        "import sys, scratchwork as sw\n"
        "model = sw.Sequential([sw.Dense(1)])\n"
        "model.compile('mean_squared_error')\n"
        "model.fit([[1.0], [2.0]], [1, 2], epochs=1, verbose=0)\n"
        "print('narwhals' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert out.stdout.strip() == "False"


# ---- numbers of a size that networks learn badly from ----
LARGE: dict[str, tuple[Any, tuple[str, ...]]] = {
    "bytes": ((X + 3).astype(np.uint8), ("0 to 6", "sw.Rescale(1 / 6) or sw.Standardize()")),
    "pixels": (X.clip(0) * 80, ("0 to 240", "sw.Rescale(1 / 255) or")),
    "large": (X * 1000, ("-3000 to 3000", "begin this one with sw.Standardize()")),
    "a frame": (pd.DataFrame(X * [1, 9, 99], columns=NAMES), ("297 in column 'rooms'",)),
}


@pytest.mark.parametrize(("given", "words"), LARGE.values(), ids=LARGE)
def test_large_features_get_one_notice(given: Any, words: tuple[str, ...]) -> None:
    model = classifier()
    with pytest.warns(ScratchworkWarning) as caught:
        model.fit(given, y, epochs=1)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    for word in words:
        assert word in str(caught[0].message)
    model.compile("cross_entropy", sw.SGD(0.1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(given, y, epochs=1)


def test_features_are_looked_at_in_the_first_fit() -> None:
    """Looking at all of X takes a tenth of an epoch; a new loss looks at its targets."""
    model = classifier()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.fit(X, y, epochs=1)
        model.fit(X * 1000, y, epochs=1)
    model.compile("cross_entropy", sw.SGD(1e-6))
    with pytest.warns(ScratchworkWarning, match="learn badly"):
        model.fit(X * 1000, y, epochs=1)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "layers",
    [
        (sw.Standardize(),),
        (sw.Rescale(1 / 255),),
        (sw.BatchNorm(),),
        (sw.LayerNorm(),),
        (sw.Dropout(0.1), sw.Standardize()),
        (sw.Flatten(), sw.BatchNorm(), sw.Dense(3)),
    ],
    ids=repr,
)
def test_networks_that_begin_with_a_common_size_get_none(layers: tuple[Any, ...]) -> None:
    classifier(*layers).fit(X * 80, y, epochs=1)


PRICES = X[:, 0] * 100 + 500


@pytest.mark.parametrize(
    ("loss", "layers", "expected"),
    [
        ("mean_squared_error", (), True),
        ("huber", (), True),
        ("mean_squared_error", (sw.Rescale(200, 500),), False),
        ("poisson", (), False),  # its output is a logarithm
    ],
)
def test_large_targets_get_one_notice(loss: str, layers: tuple[Any, ...], expected: bool) -> None:
    model = sw.Sequential([sw.Standardize(), sw.Dense(1), *layers])
    model.compile(loss, sw.SGD(1e-6), seed=0)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            model.fit(X, np.abs(PRICES), epochs=1, verbose=0)
    y = np.abs(PRICES)
    words = f"sw.Rescale({y.std():.4g}, {y.mean():.4g}): sw.Rescale(y.std(), y.mean())"
    assert [words in str(each.message) for each in caught] == [True] * expected


SECONDS = 1_700_000_000 + np.arange(len(X))


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (np.stack([SECONDS % 7, SECONDS], axis=1), "in column 1; subtract X[:, 1].min(), or"),
        (pd.DataFrame({"a": SECONDS % 7, "time": SECONDS}), "in column 'time'; subtract"),
    ],
    ids=["an array", "a frame"],
)
def test_a_column_that_float32_would_erase_is_refused(given: Any, word: str) -> None:
    def model(dtype: str) -> sw.Sequential:
        made = sw.Sequential([sw.Standardize(), sw.Dense(1)])
        made.compile("mean_squared_error", dtype=dtype, seed=0)
        return made

    refused(lambda: model("float32").fit(given, X[:, 0], verbose=0), ValueError, word, "float64")
    refused(lambda: model("float32").fit(X, SECONDS, verbose=0), ValueError, "fit(y)", "float64")
    model("float64").fit(given, X[:, 0], epochs=1, verbose=0)
    trained = model("float32")
    wide = (np.asarray(given) - [0, SECONDS[0]]) * 1e4 + [0, SECONDS[0]]
    trained.fit(wide, X[:, 0], epochs=1, verbose=0)
    trained.predict(np.asarray(given))  # a few rows may lie close together


@pytest.mark.parametrize("shape", [None, 3])
@pytest.mark.parametrize(
    ("given", "words"),
    [(np.ones((5, 0)), "expects columns, got none"), ([], "at least one row, got none")],
)
def test_rows_of_nothing(shape: Any, given: Any, words: str) -> None:
    model = sw.Sequential([sw.Dense(1)], input_shape=shape)
    model.compile("mean_squared_error")
    refused(lambda: model.fit(given, np.ones(len(given)), verbose=0), ValueError, words)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("given", [(X > 0).astype(np.uint8), X * 33], ids=["0 and 1", "99"])
def test_small_features_get_none(given: Array) -> None:
    classifier().fit(given, y, epochs=1)


def test_a_notice_that_is_an_error_changes_nothing() -> None:
    model = classifier()
    before = snapshot(model)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ScratchworkWarning):
            model.fit(X * 1000, WORDS, epochs=1)
    assert snapshot(model) == before
    assert model.classes_ is None
