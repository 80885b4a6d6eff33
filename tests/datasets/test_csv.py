"""Tables: what is recognized, and what comes out of it."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchwork.datasets import csv, csv_rows, table, text_lines
from scratchwork.datasets.dataset import Dataset
from scratchwork.errors import DataError

WHOLE = {"validation": 0, "test": 0}


def load(folder: Path, content: str | bytes, **settings: Any) -> Dataset:
    """Write a table and load it, all rows for training."""
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return csv(path, **(WHOLE | settings))


def rows(data: Dataset) -> list[list[Any]]:
    """Features and target of each row, in order."""
    pairs = zip(data.X_train.tolist(), data.y_train.tolist(), strict=True)
    return sorted([*x, y] for x, y in pairs)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("last", ["7", "yes"])
def test_separators_ends_marks_and_quotes(
    tmp_path: Path, separator: str, end: str, mark: bytes, quote: str, last: str
) -> None:
    table = [["a", "b", "c"], ["1", "2.5", last], ["-3e1", ".5", last]]
    lines = [separator.join(f"{quote}{field}{quote}" for field in row) + end for row in table]
    data = load(tmp_path, mark + "".join(lines).encode())
    target = 7 if last == "7" else "yes"
    assert rows(data) == [[-30, 0.5, target], [1, 2.5, target]]
    assert data.feature_names == ("a", "b")
    assert data.target_name == "c"


@pytest.mark.parametrize(
    ("content", "settings", "names", "expected"),
    [
        ("1,2\n3,4\n", {}, ("column 1",), [[1, 2], [3, 4]]),
        ("5.1,x\n4.9,y\n", {}, ("column 1",), [[4.9, "y"], [5.1, "x"]]),
        ("2019,y\n1,a\n", {"target": "y"}, ("2019",), [[1, "a"]]),
        ("2019,2020\n1,2\n", {"header": True}, ("2019",), [[1, 2]]),
        ("year,1\n2,3\n4,5\n", {}, ("year",), [[2, 3], [4, 5]]),
        ("?,1\n2,3\n", {"missing": "drop"}, ("column 1",), [[2, 3]]),
        (' a , "b, c"\n 1 , x \n', {}, ("a",), [[1, "x"]]),
        ("a;b,c\n1;2\n", {}, ("a",), [[1, 2]]),
        ("a|b\n1|2\n", {"separator": "|"}, ("a",), [[1, 2]]),
        ('a,b\n1,"x\ny"\n', {}, ("a",), [[1, "x\ny"]]),
        ('a,b\n1,"say ""no"""\n', {}, ("a",), [[1, 'say "no"']]),
        ("a,b\n\n1,2\n \n3,4\n\n", {}, ("a",), [[1, 2], [3, 4]]),
        ("a,b\n1,2", {}, ("a",), [[1, 2]]),
    ],
)
def test_headers_and_fields(
    tmp_path: Path,
    content: str,
    settings: dict[str, Any],
    names: tuple[str, ...],
    expected: list[list[Any]],
) -> None:
    data = load(tmp_path, content, **settings)
    assert data.feature_names == names
    found = rows(data)
    assert [row[-1] for row in found] == [row[-1] for row in expected]
    assert np.allclose([row[0] for row in found], [row[0] for row in expected])


@pytest.mark.parametrize(
    ("target", "features", "expected"),
    [
        (None, ("id", "size", "kind"), [3, 6]),
        ("kind", ("id", "size", "price"), [2, 5]),
        (0, ("size", "kind", "price"), [0, 3]),
        (-2, ("id", "size", "price"), [2, 5]),
    ],
)
def test_the_target_by_name_and_position(
    tmp_path: Path, target: Any, features: tuple[str, ...], expected: list[int]
) -> None:
    data = load(tmp_path, "id,size,kind,price\n0,1,2,3\n3,4,5,6\n", target=target)
    assert data.feature_names == features
    assert sorted(data.y_train.tolist()) == expected


def test_columns_are_dropped_by_name_and_position(tmp_path: Path) -> None:
    content = "id,city,size,price\n1,Rome,2,3\n4,Oslo,5,6\n"
    data = load(tmp_path, content, drop=["city", 0])
    assert data.feature_names == ("size",)
    assert rows(data) == [[2, 3], [5, 6]]


@pytest.mark.parametrize(
    ("targets", "classes", "kind", "names"),
    [
        (["no", "yes", "no", "yes"], None, "U", ("no", "yes")),
        (["True", "False"] * 2, None, "U", ("False", "True")),
        (["1", "2", "2", "1"], None, "i", ("1", "2")),
        (["-1", "1", "1", "-1"], None, "i", ("-1", "1")),
        (["0", "1", "2"] * 2, None, "i", ("0", "1", "2")),
        (["1.0", "2.0", "3.0"] * 2, None, "i", ("1", "2", "3")),
        (["3", "4", "5"] * 2, None, "i", ()),
        (["3", "4", "5"] * 2, True, "i", ("3", "4", "5")),
        (["0", "1", "2"] * 2, False, "i", ()),
        (["0", "1", "2", "3"], None, "i", ()),
        (["0", "1.5", "2", "3"], None, "f", ()),
        (["1e300", "2", "3"], None, "f", ()),
        (["0", "b", "b", "0"], True, "U", ("0", "b")),
    ],
)
def test_what_targets_are(
    tmp_path: Path, targets: list[str], classes: bool | None, kind: str, names: tuple[str, ...]
) -> None:
    content = "a,b\n" + "".join(f"{k},{y}\n" for k, y in enumerate(targets))
    data = load(tmp_path, content, classes=classes)
    assert data.class_names == names
    assert data.target_kind == ("classes" if names else "numbers")
    assert data.y_train.dtype.kind == kind
    if kind == "U":
        assert sorted(data.y_train.tolist()) == sorted(targets)
    elif names:  # positions in the names, as losses take them
        found = [names[k] for k in data.y_train]
        assert sorted(map(float, found)) == sorted(map(float, targets))
    else:
        assert sorted(data.y_train.tolist()) == sorted(map(float, targets))


def test_a_single_column_to_drop_needs_no_list(tmp_path: Path) -> None:
    for drop in ("city", 1):
        assert load(tmp_path, "a,city,b\n1,Rome,2\n", drop=drop).feature_names == ("a",)


@pytest.mark.parametrize("head", ["a,ok,b\n", ""])
def test_truth_values_among_features_are_1_and_0(tmp_path: Path, head: str) -> None:
    data = load(tmp_path, f"{head}TRUE,True,x\nfalse,0,y\n")
    assert rows(data) == [[0, 0, "y"], [1, 1, "x"]]


OFFSETS = {  # a column, and whether float32 would blur it
    "seconds since 1970": (range(1_700_000_000, 1_700_000_060), True),
    "with a gap": (["", *range(1_700_000_000, 1_700_000_060)], True),
    "days in seconds": (range(1_700_000_000, 1_800_000_000, 86400), False),
    "constant": ([1_700_000_001] * 9, False),
    "small": ([4000 + k / 1000 for k in range(60)], False),
}


@pytest.mark.parametrize(("column", "wide"), OFFSETS.values(), ids=OFFSETS)
@pytest.mark.parametrize("last", ["1.5", "x"])
def test_a_column_that_float32_would_blur_stays_float64(
    tmp_path: Path, column: Any, wide: bool, last: str
) -> None:
    content = "t,y\n" + "".join(f"{t},{last}\n" for t in column)
    X = load(tmp_path, content, missing="drop").X_train
    assert X.dtype == (np.float64 if wide else np.float32)
    if wide:
        assert sorted(X[:, 0].tolist()) == list(range(1_700_000_000, 1_700_000_060))


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_rows(tmp_path: Path, count: int) -> None:
    with pytest.raises(DataError, match="too few"):
        load(tmp_path, "a,b\n" + "1,2.5\n" * count, validation=0.15, test=0.15)


def test_rows_with_gaps_can_be_left_out(tmp_path: Path) -> None:
    gaps = ["", "NA", "nan", "?", "null", "None", "N/A"]
    holes = "".join(f"{gap},2,y\n2,{gap},y\n" for gap in gaps)
    data = load(tmp_path, f"a,b,c\n1,2,x\n{holes}3,4,\n5,6,None\n", missing="drop")
    assert rows(data) == [[1, 2, "x"], [5, 6, "None"]]  # a text that is a target is kept
    assert data.description == ("table.csv: 2 rows of 2 features; 15 rows with gaps were left out.")


@pytest.mark.parametrize("numbers", [True, False])
def test_blocks_are_put_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers: bool
) -> None:
    monkeypatch.setattr(table, "BLOCK_OF_TEXT", 8)
    monkeypatch.setattr(table, "BLOCK_OF_FIELDS", 8)
    lines = [f"{k},{k % 3 if numbers else 'xyz'[k % 3]}" for k in range(50)]
    data = load(tmp_path, "a,b\n" + "\n".join(lines))
    assert sorted(data.X_train[:, 0].tolist()) == list(range(50))
    assert all(y == (x % 3 if numbers else "xyz"[int(x) % 3]) for x, y in rows(data))


def test_kaggle_s_digits(tmp_path: Path) -> None:
    """label, pixel0, ...: the first column is the target without being named."""
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 256, (60, 784)), np.arange(60) % 10
    names = ["label", *(f"pixel{k}" for k in range(784))]
    lines = [",".join(map(str, [label, *row])) for label, row in zip(y, X.tolist(), strict=True)]
    path = tmp_path / "train.csv"
    path.write_text("\n".join([",".join(names), *lines]))
    data, same = csv(path, seed=3), csv(path, target="label", seed=3)
    assert data.sizes == (42, 9, 9)
    assert data.X_train.shape == (42, 784)
    assert (data.X_train.dtype, data.y_train.dtype) == (np.float32, np.int64)
    assert data.class_names == tuple("0123456789")
    assert data.feature_names == tuple(names[1:])
    assert np.array_equal(data.X_train, same.X_train)
    source = {tuple(row): label for row, label in zip(X.tolist(), y.tolist(), strict=True)}
    found = zip(data.X_train.tolist(), data.y_train.tolist(), strict=True)
    assert all(source[tuple(row)] == label for row, label in found)


def test_parts_follow_from_the_seed_with_classes_in_proportion(tmp_path: Path) -> None:
    content = "a,b\n" + "".join(f"{k},{'xyz'[k % 3]}\n" for k in range(60))
    sizes = {"validation": 0.2, "test": 12}
    first, again, other = (load(tmp_path, content, seed=seed, **sizes) for seed in (0, 0, 1))
    assert first.sizes == (36, 12, 12)
    assert np.array_equal(first.X_train, again.X_train)
    assert not np.array_equal(first.X_train, other.X_train)
    assert np.unique(first.y_val, return_counts=True)[1].tolist() == [4, 4, 4]


def test_a_rare_class_is_for_training_and_numbers_are_split_anyhow(tmp_path: Path) -> None:
    rare = "a,b\n" + "".join(f"{k},{'x' if k else 'y'}\n" for k in range(20))
    assert load(tmp_path, rare, validation=5, test=5).sizes == (10, 5, 5)
    numbers = "a,b\n" + "".join(f"{k},{k * 1.5}\n" for k in range(20))
    data = load(tmp_path, numbers, validation=5, test=5)
    assert data.sizes == (10, 5, 5)
    assert repr(data).startswith("Dataset with numbers b\n")


def test_memory_stays_near_that_of_the_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "BLOCK_OF_TEXT", 2**12)
    path = tmp_path / "table.csv"
    path.write_text("a,b,c\n" + "0.123456789012,0.987654321098,1.23456789012\n" * 5000)
    tracemalloc.start()
    csv(path, **WHOLE)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < path.stat().st_size * 2


def test_rows_without_targets_keep_their_order(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text("id,b,a\n9,4,2\n8,5,6\n")
    assert csv_rows(path, ("a", "b")).tolist() == [[2, 4], [6, 5]]
    assert csv_rows(path, [0]).tolist() == [[9], [8]]
    assert csv_rows(path).tolist() == [[9, 4, 2], [8, 5, 6]]


def test_rows_may_have_texts_in_columns_that_are_not_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text("name,a\nx,2\ny,1\n")
    assert csv_rows(path, ["a"]).tolist() == [[2], [1]]


def test_a_line_of_separators_is_not_blank(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    path.write_text("\t\n1\t2\n")
    assert csv_rows(path).tolist() == [[1, 2]]  # below a header without names


def test_a_line_of_the_longest_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_lines, "LONGEST_LINE", 30)
    assert load(tmp_path, "a,b\n" + f"1,{2:027}\n").y_train.tolist() == [2]
    with pytest.raises(DataError, match="lines of at most 30 characters, got more on line 2"):
        load(tmp_path, "a,b\n" + f"1,{2:028}\n")
