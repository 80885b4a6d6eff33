"""The split: every row in exactly one part, classes in proportion, all from the seed."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from scratchwork.datasets import Dataset, moons
from scratchwork.datasets.dataset import partition, split
from scratchwork.errors import DataError, DescriptionError

COUNTS = (50, 31, 7, 112)
Y = np.repeat(np.arange(4), COUNTS)
CASES = [(0.15, 0.15), (0.3, 0.0), (0.0, 0.25), (0.0, 0.0), (40, 0.2), (0.1, 60), (30, 30)]


@pytest.mark.parametrize(("validation", "test"), CASES)
@pytest.mark.parametrize("seed", [0, 1])
def test_every_row_is_in_exactly_one_part(seed: int, validation: float, test: float) -> None:
    rows = np.concatenate(partition(Y, seed=seed, validation=validation, test=test))
    assert np.array_equal(np.sort(rows), np.arange(len(Y)))


@pytest.mark.parametrize(("validation", "test"), [(0.15, 0.15), (0.3, 0.1), (40, 0.2), (30, 30)])
def test_each_class_is_within_two_rows_of_its_proportion(validation: float, test: float) -> None:
    parts = partition(Y, seed=3, validation=validation, test=test)
    for rows in parts:
        ideal = np.array(COUNTS) * len(rows) / len(Y)
        assert np.abs(np.bincount(Y[rows], minlength=4) - ideal).max() < 2


@pytest.mark.parametrize(
    ("n", "validation", "test", "sizes"),
    [
        (1797, 0.15, 0.15, (1258, 270, 269)),  # 1257.9, 269.55, 269.55
        (1000, 0.15, 0.15, (700, 150, 150)),
        (100, 0.333, 0.333, (34, 33, 33)),  # 33.4, 33.3, 33.3
        (100, 7, 0.1, (83, 7, 10)),
        (60_000, 1 / 6, 0, (50_000, 10_000, 0)),
    ],
)
def test_sizes_round_by_largest_remainder(
    n: int, validation: float, test: float, sizes: tuple[int, ...]
) -> None:
    parts = partition(np.zeros(n, int), seed=0, validation=validation, test=test)
    assert tuple(map(len, parts)) == sizes


def test_rounding_of_classes_sums_to_the_part() -> None:
    y = np.repeat(np.arange(3), [11, 11, 11])
    _, val, held = partition(y, seed=0, validation=10, test=7)
    assert np.bincount(y[val]).tolist() == [4, 3, 3]
    assert np.bincount(y[held]).tolist() == [2, 3, 2]  # 2.13, 2.43, 2.43: the first largest gains


def test_the_seed_decides() -> None:
    first, again, other = (
        np.concatenate(partition(Y, seed=seed, validation=0.2, test=0.2)) for seed in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_which_rows_of_a_class_are_drawn_depends_on_the_seed() -> None:
    drawn = [np.sort(partition(Y, seed=seed, validation=0.2, test=0)[1]) for seed in range(5)]
    assert len({rows.tobytes() for rows in drawn}) == 5


def test_parts_are_shuffled_across_classes() -> None:
    for rows in partition(Y, seed=0, validation=0.3, test=0.3):
        assert (np.diff(Y[rows]) < 0).any()
        assert (np.diff(rows) < 0).any()


def test_rows_and_labels_stay_together() -> None:
    X = np.stack([Y, np.arange(len(Y))], axis=1)
    X_train, y_train, X_val, y_val, X_test, y_test = split(X, Y, seed=0, validation=0.2, test=0.2)
    for rows, labels in ((X_train, y_train), (X_val, y_val), (X_test, y_test)):
        assert np.array_equal(rows[:, 0], labels)
        assert np.array_equal(Y[rows[:, 1]], labels)


def test_labels_may_be_words() -> None:
    y = np.array(["cat", "dog"] * 10)
    *_, y_val, _, _ = split(y, y, seed=0, validation=4, test=0)
    assert sorted(y_val.tolist()) == ["cat", "cat", "dog", "dog"]


@pytest.mark.parametrize("name", ["validation", "test"])
@pytest.mark.parametrize("size", [-0.1, 1.0, 1.5, -1, float("nan"), True, "0.1", None])
def test_a_size_out_of_range(name: str, size: object) -> None:
    sizes = {"validation": 0.1, "test": 0.1, name: size}
    with pytest.raises(DescriptionError) as caught:
        partition(Y, seed=0, **sizes)  # type: ignore[arg-type]
    assert str(caught.value) == (
        f"{name} expects a fraction in [0, 1) or a whole number of rows, got {size!r}; "
        f"try {name}=0.15"
    )


@pytest.mark.parametrize(
    ("n", "validation", "test"),
    [(200, 0.5, 0.5), (200, 150, 50), (200, 10**400, 0), (2, 0.9, 0.0), (0, 0, 0)],
)
def test_rows_must_be_left_for_training(n: int, validation: float, test: float) -> None:
    expected = f"at least one of the {n} rows left for training"
    with pytest.raises(DescriptionError, match=expected) as caught:
        partition(np.zeros(n, int), seed=0, validation=validation, test=test)
    assert caught.value.got == f"validation={validation} and test={test}"


@pytest.mark.parametrize(
    ("counts", "validation", "test", "part", "got"),
    [
        ((50, 50, 50), 2, 0, "validation", "2 of them in its 2 rows"),
        ((50, 50), 0.1, 1, "test", "1 of them in its 1 rows"),
        ((50, 1), 0.5, 0.0, "validation", "1 of them in its 25 rows"),
        ((2, 2), 2, 1, "training", "1 of them in its 1 rows"),
        ((50, 50), 0.001, 0, "validation", "0 of them in its 0 rows"),
    ],
)
def test_every_part_needs_every_class(
    counts: tuple[int, ...], validation: float, test: float, part: str, got: str
) -> None:
    y = np.repeat(np.arange(len(counts)), counts)
    with pytest.raises(DataError) as caught:
        partition(y, seed=0, validation=validation, test=test)
    error = caught.value
    assert error.where == f"the split of {sum(counts)} rows"
    assert error.expected == f"every one of the {len(counts)} classes in the {part} part"
    assert error.got == got
    assert "use more rows" in error.todo


def test_rows_without_labels() -> None:
    with pytest.raises(DataError, match=r"one label a row, got 5 rows and 4 labels; give"):
        split(np.zeros((5, 2)), np.zeros(4), seed=0, validation=0.1, test=0.1)


def test_the_repr_is_a_table_without_numbers() -> None:
    data = moons(100)
    lines = repr(data).splitlines()
    assert lines[0] == "Dataset with classes upper, lower"
    assert lines[1].split() == ["X_train", "(70,", "2)", "float32"]
    assert len(lines) == 7
    assert len({line.rindex("  ") for line in lines[1:]}) == 1  # the types stand in a column


def test_a_dataset_says_what_its_targets_are() -> None:
    data = moons(100)
    assert (data.target_kind, data.sizes) == ("classes", (70, 15, 15))
    numbers = dataclasses.replace(data, class_names=(), target_name="price")
    assert numbers.target_kind == "numbers"
    assert repr(numbers).splitlines()[0] == "Dataset with numbers price"
    many = dataclasses.replace(data, class_names=tuple(map(str, range(1000))))
    assert repr(many).splitlines()[0].endswith("18, 19 and 980 more")


def test_numbers_are_split_whatever_they_are() -> None:
    X = np.arange(40.0)[:, None]
    parts = split(X, X[:, 0], seed=0, validation=0.25, test=5, classes=False)
    assert [len(part) for part in parts[::2]] == [25, 10, 5]
    assert np.array_equal(np.sort(np.concatenate(parts[::2]), axis=0), X)


def test_a_part_may_be_allowed_to_lack_a_class() -> None:
    y = np.repeat([0, 1], [19, 1])
    sizes = {"seed": 0, "validation": 4, "test": 4}
    with pytest.raises(DataError, match="in the validation part"):
        partition(y, **sizes)
    train, val, _ = partition(y, complete=("training",), **sizes)
    assert set(y[train]) == {0, 1}
    assert set(y[val]) == {0}


def test_a_dataset_is_frozen_and_equal_only_to_itself() -> None:
    data = moons(100)
    with pytest.raises(dataclasses.FrozenInstanceError):
        data.class_names = ()  # type: ignore[misc]
    assert data == data
    assert data != moons(100)
    assert isinstance(data, Dataset)
