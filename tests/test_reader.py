"""write(program="predict"): the trained network as one readable file."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.array_text import as_text
from scratchwork.errors import DataError, DescriptionError
from tests import written
from tests.engine import assert_same
from tests.networks import NETWORKS
from tests.test_writing import IMAGES, LABELS, NUMBERS, X, compiled, small


def reader(model: sw.Sequential, folder: Path, **settings: Any) -> Path:
    file, *_ = model.write(folder / "reader.py", program="predict", **settings)
    written.check_form(file, set())  # every function is called in it
    return file


def fitted(*layers: Any, **settings: Any) -> sw.Sequential:
    model = compiled(*layers, **settings)
    model.fit(X, LABELS, epochs=2)
    return model


@pytest.fixture
def file(tmp_path: Path) -> Path:
    model = small()
    model.fit(X, LABELS, epochs=2)
    return reader(model, tmp_path)


def assert_printed(line: str, expected: np.ndarray) -> None:
    """A line of numbers with six digits: the model's own, as far as its engine promises them."""
    numbers = [float(value) for value in line.split(", ")]
    assert line == ", ".join(f"{value:.6g}" for value in numbers) + "\n"
    assert_same({"P": numbers}, {"P": [float(f"{value:.6g}") for value in expected]})


def table(folder: Path, text: str, encoding: str = "utf-8") -> str:
    (folder / "rows.csv").write_text(text, encoding=encoding)
    return "rows.csv"


# ---- predict ----
@pytest.mark.parametrize("name", NETWORKS)
def test_predict_gives_the_models_numbers(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit here, where the sums are too short for BLAS to be shared among threads."""
    network = NETWORKS[name]
    X, y = network.data()
    model = network.model("float32")
    model.fit(X, y, epochs=1, batch_size=network.batch_size)
    module = written.load(reader(model, tmp_path), monkeypatch)
    answers = module.predict(X)
    assert answers.dtype == np.float32
    assert_same({"P": answers}, {"P": model.predict(X)})
    assert module.check()


def test_at_full_size_predict_agrees_up_to_the_order_of_sums(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = np.random.default_rng(1).normal(size=(2000, 784))  # more rows than one block
    model = compiled(sw.Dense(64, activation="relu"), sw.Dense(10))
    model.ready("test", wide)
    module = written.load(reader(model, tmp_path), monkeypatch)
    np.testing.assert_allclose(module.predict(wide), model.predict(wide), rtol=1e-4, atol=1e-6)


def test_a_network_without_a_loss_gives_its_outputs(tmp_path: Path) -> None:
    file = reader(model := sw.Sequential([sw.Conv2D(2, 2)], input_shape=(3, 3, 1)), tmp_path)
    assert "Outputs (n, 2, 2, 2) for X (n, 3, 3, 1)." in file.read_text()
    assert written.output(file, "--check") == "3 of 3 stored answers repeated\n"
    shown = written.output(file, table(tmp_path, ",".join("123456789")))
    assert_printed(shown, model.predict(np.arange(1.0, 10).reshape(1, 3, 3, 1))[0].ravel())


def test_fitted_numbers_of_layers_are_carried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fitted(sw.Standardize(), sw.Dense(4), sw.BatchNorm(), sw.Dense(3), dtype="float64")
    module = written.load(reader(model, tmp_path), monkeypatch)
    for name in "mean0", "std0", "running_mean2", "running_var2", "scale2", "W1":
        np.testing.assert_array_equal(module.NUMBERS[name], model[name])
    assert not any(name.startswith("v_") for name in module.NUMBERS)
    np.testing.assert_array_equal(module.EXAMPLES, X[:3])
    answers = module.predict(X)
    assert answers.dtype == np.float64
    assert_same({"P": answers}, {"P": model.predict(X)}, "float64")


@pytest.mark.parametrize("shape", [(5,), (2, 4), (2, 6), (2, 5, 1), ()])
def test_rows_of_another_shape_are_refused_with_a_sentence(
    shape: tuple[int, ...], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, wrong = written.load(file, monkeypatch), np.zeros(shape)
    got = re.escape(str(np.atleast_1d(wrong).shape))
    with pytest.raises(ValueError, match=rf"^predict expects X \(n, 5\), got {got}$"):
        module.predict(wrong)
    assert module.predict(wrong.reshape(-1, 5) if wrong.size == 5 else X[:0]).shape[1] == 3


def test_images_without_their_channel_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = compiled(sw.Conv2D(2, 3), sw.Flatten(), sw.Dense(3))
    model.fit(IMAGES, LABELS[:40], epochs=1)
    module = written.load(reader(model, tmp_path), monkeypatch)
    with pytest.raises(ValueError, match=r"expects X \(n, 6, 5, 1\), got \(40, 6, 5\)"):
        module.predict(IMAGES[..., 0])


# ---- where the numbers stand ----
def test_small_networks_show_decimals(file: Path) -> None:
    text = file.read_text()
    assert '"b2": np.array([' in text
    assert "decode" not in text
    assert "base64" not in text


def test_middle_ones_pack_their_large_arrays(tmp_path: Path) -> None:
    model = fitted(sw.Dense(300, activation="relu"), sw.Dense(3))
    file = reader(model, tmp_path)
    assert '"W1": decode(\n        "' in file.read_text()
    assert '"b2": np.array([' in file.read_text()
    assert written.output(file, "--check") == "3 of 3 stored answers repeated\n"


def test_large_ones_have_an_npz_beside_them(tmp_path: Path) -> None:
    model = fitted(sw.Dense(200, activation="relu"), sw.Dense(100), sw.Dense(3))
    paths = model.write(tmp_path / "reader.py", program="predict")
    assert paths == (tmp_path / "reader.py", tmp_path / "reader.npz")
    file = reader(model, tmp_path)
    assert written.output(file, "--check") == "3 of 3 stored answers repeated\n"
    row = ",".join(map(str, X[0]))
    assert written.output(file, table(tmp_path, row)).startswith(f"{model.predict(X)[0].argmax()} ")
    arrays = dict(np.load(paths[1]))
    np.savez(paths[1], **{**arrays, "W3": arrays["W3"] + 0.1 * np.eye(100, 3)})
    assert written.run(file, "--check").returncode == 1
    paths[1].unlink()
    assert re.search(r"reader\.npz is missing: it holds the numbers", written.complaint(file))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_decimals_read_back_exactly(dtype: str) -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20, 7, 5)) * 10.0 ** rng.integers(-30, 30, size=(20, 7, 5))
    values[0, 0] = 0, -0.0, 1e-38, 1 / 3, 1e20
    for array in values.astype(dtype), np.array(0.1, dtype), values[0].astype(dtype):
        text = as_text(array, "    name = ")
        assert max(map(len, f"    name = {text}".splitlines())) <= 100
        read = eval(text, {"np": np})
        assert (read.dtype, read.tobytes()) == (array.dtype, array.tobytes())
    assert as_text(np.array([np.nan]), "").startswith("decode(")


# ---- the command ----
def test_each_row_gets_an_answer_with_or_without_names(tmp_path: Path) -> None:
    data = sw.datasets.moons(100, seed=0)
    model = compiled(sw.Dense(2), metrics="accuracy")
    model.fit(data.X_train, data.y_train, epochs=3)
    file, P = reader(model, tmp_path, data=data), model.predict(data.X_test[:4])
    expected = [f"{data.class_names[p.argmax()]} ({p.max():.1%})" for p in P]
    rows = "\n".join(",".join(map(str, row)) for row in data.X_test[:4].tolist())
    for text in rows, f"{rows}\n", f"x, y\n{rows}", f'"x","y"\r\n\n{rows}\n\n', f"\ufeff{rows}":
        assert written.output(file, table(tmp_path, text)).splitlines() == expected
    one = f"{data.X_test[0, 0]},{data.X_test[0, 1]}"
    assert written.output(file, table(tmp_path, one)) == f"{expected[0]}\n"
    quoted = f'"{data.X_test[0, 0]}","{data.X_test[0, 1]}"'
    assert written.output(file, table(tmp_path, quoted)) == f"{expected[0]}\n"


WRONG = {
    "too few columns": ("1,2,3,4\n", "line 1: expected 5 numbers, got 4"),
    "too many columns": ("1,2,3,4,5,6\n", "line 1: expected 5 numbers, got 6"),
    "a short row": ("1,2,3,4,5\n1,2\n", "line 2: expected 5 numbers, got 2"),
    "text in a cell": ("1,2,3,4,5\n1,2,x,4,5\n", "line 2, column 3: 'x' is no number"),
    "text in the first row": ("1,2,x,4,5\n", "line 1, column 3: 'x' is no number"),
    "an empty cell": ("a,b,c,d,e\n1,2,,4,5\n", "line 2, column c: '' is no number"),
    "NaN": ("1,2,nan,4,5\n", "line 1, column 3: 'nan' is no number"),
    "names alone": ("a,b,c,d,e\n", "there is no row of numbers"),
    "an empty file": ("", "there is no row of numbers"),
    "blanks between": ("1 2 3 4 5\n1 2 3 4 5\n", "line 2: expected 5 numbers, got 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_table_is_answered_with_a_sentence(
    name: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, message = WRONG[name]
    monkeypatch.chdir(file.parent)
    with pytest.raises(SystemExit, match=f"^cannot read rows.csv: {message}$"):
        written.load(file, monkeypatch).main([table(file.parent, text)])


FEATURES = {
    "in their order": "1,2,3,4,5\n",
    "under other names": "v,w,x,y,z\n1,2,3,4,5\n",
    "by name": "e,d,c,b,a\n5,4,3,2,1\n",
    "by name, among others": "id;e;d;c;b;a;kind\n7;5;4;3;2;1;rose\n",
    "by name, one as a truth": "e;d;c;b;a\n5;4;3;2;True\n",
    "by order, one as a truth": "TRUE,2,3,4,5\n",
    "by name, with tabs and blanks": "e\t d\tc\tb\ta\n5\t4\t3\t2\t1\n",
}


@pytest.mark.parametrize("name", FEATURES)
def test_columns_are_found_by_their_names(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = small()
    data = {"X_train": X, "y_train": LABELS, "feature_names": tuple("abcde")}
    program = written.load(reader(model, tmp_path, data=data), monkeypatch)
    path = tmp_path / table(tmp_path, FEATURES[name])
    assert program.read_rows(path).tolist() == [[1, 2, 3, 4, 5]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b,c\n1,2,3\n", "line 1: no column d, e"),
        ("e,d,c,b,a\n5,4,3\n", "line 2: expected 5 numbers, got 3"),
        ("id,e,d,c,b,a\n5,4,3,2,1\n", "line 2: expected 5 numbers, got 4"),
        ("e,d,c,b,a\n5,4,x,2,1\n", "line 2, column c: 'x' is no number"),
        ("e,d,c,b,a,b,e\n5,4,3,2,1,2,5\n", "line 1: more than one column b, e"),
    ],
)
def test_named_columns_that_are_missing(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"X_train": X, "y_train": LABELS, "feature_names": tuple("abcde")}
    program = written.load(reader(small(), tmp_path, data=data), monkeypatch)
    with pytest.raises(ValueError, match=f"^{message}$"):
        program.read_rows(tmp_path / table(tmp_path, text))


def test_a_file_that_cannot_be_read_is_named(file: Path) -> None:
    assert "cannot read none.csv: No such file" in written.complaint(file, "none.csv")
    assert "cannot read .: Is a directory" in written.complaint(file, ".")
    binary, endless = table(file.parent, "\u00fc", "latin-1"), '"' + 200_000 * "x"
    assert "cannot read rows.csv: 'utf-8' codec" in written.complaint(file, binary)
    table(file.parent, endless)
    assert "cannot read rows.csv: field larger than" in written.complaint(file, "rows.csv")


def test_other_words_are_answered_with_the_usage(file: Path) -> None:
    for words in (), ("--help",), ("--check", "a.csv"):
        usage = written.complaint(file, *words)
        for call in "from reader import predict", "python reader.py rows.csv", "reader.py --check":
            assert call in usage


def test_check_tells_a_changed_number(file: Path) -> None:
    assert written.output(file, "--check") == "3 of 3 stored answers repeated\n"
    text = file.read_text()
    first = re.search(r'"b2": np\.array\(\[(.*?),', text)
    assert first is not None
    changed = str(float(first[1]) + 0.01)
    file.write_text(text[: first.start(1)] + changed + text[first.end(1) :])
    done = written.run(file, "--check")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "0 of 3 stored answers repeated\n",
        "",
    )


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes of this kind there")
def test_a_reader_of_the_answers_that_goes_away(file: Path) -> None:
    words = [sys.executable, file.name, table(file.parent, "1,2,3,4,5\n" * 5000)]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": file.parent}
    with subprocess.Popen(words, **pipes) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 1


def test_ctrl_c_ends_in_silence(file: Path) -> None:
    text = file.read_text()
    file.write_text(
        text.replace(
            "def forward(",
            "def forward(*_, **__):\n    raise KeyboardInterrupt\n\n\ndef before(",
            1,
        )
    )
    done = written.run(file, table(file.parent, "1,2,3,4,5\n"))
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_a_terminal_without_the_letters_of_a_class(tmp_path: Path) -> None:
    file = reader(fitted(sw.Dense(3)), tmp_path, names=["\u4e2d", "\u4e2e", "\u4e2f"])
    shown = written.output(file, table(tmp_path, "1,2,3,4,5\n"), PYTHONIOENCODING="ascii")
    assert shown.startswith("\\u4e2")


# ---- all outputs as a table ----
OUTPUTS: dict[str, Any] = {
    "cross_entropy": (3, LABELS, "0,1,2"),
    "binary_cross_entropy": (1, LABELS > 0, "False,True"),
    "hinge": (1, LABELS > 0, "output 1"),
    "mean_squared_error": (1, NUMBERS, "output 1"),
}


@pytest.mark.parametrize("loss", OUTPUTS)
def test_all_outputs_as_a_table(loss: str, tmp_path: Path) -> None:
    units, y, header = OUTPUTS[loss]
    model = compiled(sw.Dense(units), loss=loss)
    model.fit(X, y, epochs=1)
    rows = table(tmp_path, "\n".join(",".join(map(str, x)) for x in X))
    first, *shown = written.output(reader(model, tmp_path), rows, "--probabilities").splitlines()
    assert first == header
    P = model.predict(X)
    P = np.hstack([1 - P, P]) if loss == "binary_cross_entropy" else P
    got = [list(map(float, line.split(","))) for line in shown]
    np.testing.assert_allclose(got, P, rtol=1e-5, atol=1e-6)


# ---- what an answer says ----
NAMES = (
    'the "first"',
    "caf\u00e9 \u4e2d\U0001f600" + 9 * "\u00fc",
    "back\\slash\n{k}" + 9 * "\u00fc",
)


def test_names_of_classes_of_any_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, data = small(), {"X_train": X, "y_train": LABELS, "class_names": NAMES}
    model.fit(X, LABELS, epochs=1)
    file = reader(model, tmp_path, data=data)  # which checks that it is ASCII
    assert written.load(file, monkeypatch).CLASSES == NAMES
    rows = "\n".join(",".join(map(str, row)) for row in X)
    shown = written.output(file, table(tmp_path, rows), PYTHONUTF8="1")
    expected = [f"{NAMES[P.argmax()]} ({P.max():.1%})\n" for P in model.predict(X)]
    assert shown == "".join(expected)
    assert len(set(model.predict_classes(X))) == 3


def test_names_that_do_not_fit_are_replaced_by_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, data = small(), {"X_train": X, "y_train": LABELS, "class_names": ("one", "two")}
    assert written.load(reader(model, tmp_path, data=data), monkeypatch).CLASSES == ("0", "1", "2")


@pytest.mark.parametrize("names", [NAMES, list(NAMES), np.array(NAMES)])
def test_names_can_be_given_without_rows(
    names: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = fitted(sw.Dense(3))
    assert written.load(reader(model, tmp_path, names=names), monkeypatch).CLASSES == NAMES
    data = {"X_train": X, "y_train": LABELS, "names": ("a", "b", "c")}
    file = reader(model, tmp_path, names=names, data=data)  # those given go first
    assert written.load(file, monkeypatch).CLASSES == NAMES


WRONG_NAMES = {
    "too few": (("a", "b"), r"3 names, texts, one for each class, got 2: \('a', 'b'\)"),
    "too many": (list("abcd"), "3 names"),
    "none": ((), "3 names"),
    "one text": ("abc", "3 names.* got 'abc'"),
    "numbers": ((0, 1, 2), "3 names"),
    "a number": (3, "3 names.* got 3;"),
}


@pytest.mark.parametrize("name", WRONG_NAMES)
def test_wrong_names_are_refused(name: str, tmp_path: Path) -> None:
    names, message = WRONG_NAMES[name]
    with pytest.raises(DescriptionError, match=message):
        fitted(sw.Dense(3)).write(tmp_path / "reader.py", program="predict", names=names)
    assert not list(tmp_path.iterdir())


def test_names_are_refused_where_there_are_no_classes(tmp_path: Path) -> None:
    model = compiled(sw.Dense(1), loss="mean_squared_error")
    model.fit(X, NUMBERS, epochs=1)
    with pytest.raises(DescriptionError, match="expects none: there is no class, got 1"):
        model.write(tmp_path / "reader.py", program="predict", names=["price"])
    with pytest.raises(DescriptionError, match=r'"train"\) expects no names.*program="predict"'):
        model.write(tmp_path / "net.py", names=["price"])
    assert not list(tmp_path.iterdir())


def test_one_sigmoid_has_two_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = compiled(sw.Dense(1), loss="binary_cross_entropy")
    model.fit(X, LABELS > 0, epochs=1)
    module = written.load(reader(model, tmp_path, names=["no", "yes"]), monkeypatch)
    assert module.answer(np.array([0.875])) == "yes (87.5%)"


def test_one_sigmoid_names_the_likelier_of_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = compiled(sw.Dense(1), loss="binary_cross_entropy")
    model.fit(X, LABELS > 0, epochs=3)
    module = written.load(reader(model, tmp_path), monkeypatch)
    assert module.answer(np.array([0.25])) == "False (75.0%)"
    assert module.answer(np.array([0.875])) == "True (87.5%)"
    classes = [module.answer(P).split()[0] for P in module.predict(X)]
    assert classes == [str(answer) for answer in model.predict_classes(X)]
    assert len(set(classes)) == 2


@pytest.mark.parametrize(("loss", "units"), [("hinge", 1), ("categorical_hinge", 2)])
def test_a_hinge_says_the_class_alone(loss: str, units: int, tmp_path: Path) -> None:
    model = compiled(sw.Dense(units), loss=loss)
    names = np.array(["no", "yes"])[(LABELS > 1).astype(int)]
    model.fit(X, names, epochs=2)
    file = reader(model, tmp_path)
    shown = written.output(file, table(tmp_path, "\n".join(",".join(map(str, x)) for x in X)))
    assert shown.split() == model.predict_classes(X).tolist()
    assert "Outputs (n, " in file.read_text()


def test_several_sigmoids_name_each_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = compiled(sw.Dense(2), loss="binary_cross_entropy")
    model.fit(X, np.stack([LABELS > 0, LABELS > 1], axis=1), epochs=1)
    module = written.load(reader(model, tmp_path), monkeypatch)
    assert module.answer(np.array([0.25, 0.875])) == "0 25.0%, 1 87.5%"


def test_a_regression_gives_numbers(tmp_path: Path) -> None:
    model = compiled(sw.Dense(1), loss="mean_squared_error")
    model.fit(X, NUMBERS, epochs=1)
    file = reader(model, tmp_path, data=(X, NUMBERS))
    assert "CLASSES" not in file.read_text()
    shown = written.output(file, table(tmp_path, ",".join(map(str, X[7]))))
    assert_printed(shown, model.predict(X[7:8])[0])


def test_images_come_as_rows_of_their_pixels(tmp_path: Path) -> None:
    model = compiled(sw.Conv2D(2, 3), sw.Flatten(), sw.Dense(3))
    model.fit(IMAGES, LABELS[:40], epochs=1)
    file = reader(model, tmp_path, data=(IMAGES, LABELS[:40]))
    assert "an answer for each row of 30 numbers" in file.read_text()
    rows = "\n".join(",".join(map(str, image.ravel())) for image in IMAGES)
    shown = written.output(file, table(tmp_path, rows)).splitlines()
    assert [int(line[0]) for line in shown] == model.predict_classes(IMAGES).tolist()


def test_examples_come_from_the_data_the_fit_or_a_draw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def examples(model: sw.Sequential, **settings: Any) -> Any:
        return written.load(reader(model, tmp_path, **settings), monkeypatch).EXAMPLES

    model = small(dtype="float64")
    model.ready("test", X)
    assert examples(model).shape == (3, 5)
    model.fit(X[5:7], LABELS[5:7], epochs=1)
    np.testing.assert_array_equal(examples(model), X[5:7])
    data = {"X_train": X, "y_train": LABELS, "X_test": X[9:], "y_test": LABELS[9:]}
    np.testing.assert_array_equal(examples(model, data=data), X[9:12])


def test_a_network_that_answers_nan_is_refused(tmp_path: Path) -> None:
    model = small()
    model.ready("test", X)
    model["b2"] = np.array([np.nan, 0, 0])
    with pytest.raises(DataError, match="a network whose answers are finite"):
        model.write(tmp_path / "reader.py", program="predict")
    assert not list(tmp_path.iterdir())


def test_a_name_that_no_module_can_have_is_not_imported(tmp_path: Path) -> None:
    (file,) = small().write(tmp_path / "my-reader.py", program="predict", data=(X, LABELS))
    assert "import predict" not in file.read_text()
    assert "python my-reader.py rows.csv" in written.complaint(file)
