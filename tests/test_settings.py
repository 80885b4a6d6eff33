"""Checks of numbers: what is accepted, what is refused, and how the error reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from scratchwork import settings
from scratchwork.errors import DescriptionError
from scratchwork.programs import callers_level

NAN, INF = float("nan"), float("inf")
NUMBERS: dict[str, tuple[Any, list[Any], list[Any]]] = {
    "positive": (
        settings.positive,
        [1, 0.1, 5e-324, 1e308, np.float32(0.5), np.float64(0.5), np.int64(3)],
        [0, 0.0, -0.0, -1, NAN, INF, -INF, True, np.True_, "1", None, [1], 1j, np.array([1.0])],
    ),
    "not_negative": (
        settings.not_negative,
        [0, 0.0, -0.0, 0.1, 3, np.int64(0)],
        [-1e-9, NAN, INF, False, "0", None],
    ),
    "fraction": (
        settings.fraction,
        [0, 0.0, 0.5, 1 - 1e-16, np.float32(0.25)],
        [1, 1.0, 1.5, -0.1, NAN, INF, False, "0.5", None],
    ),
}
GOOD = [(name, value) for name, (_, good, _) in NUMBERS.items() for value in good]
BAD = [(name, value) for name, (_, _, bad) in NUMBERS.items() for value in bad]


@pytest.mark.parametrize(("name", "value"), GOOD, ids=repr)
def test_numbers_in_range(name: str, value: Any):
    NUMBERS[name][0]("Layer", "size", value)


@pytest.mark.parametrize(("name", "value"), BAD, ids=repr)
def test_numbers_out_of_range(name: str, value: Any):
    with pytest.raises(DescriptionError, match=r"Layer expects .*size.*, got size="):
        NUMBERS[name][0]("Layer", "size", value)


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(200)])
def test_whole_numbers(value: Any):
    settings.whole("Dense", "units", value)


@pytest.mark.parametrize("value", [0, -3, 1.0, 2.5, "3", None, True, NAN, (3,), np.float64(3)])
def test_what_is_no_whole_number(value: Any):
    with pytest.raises(DescriptionError, match="Dense expects a whole number units >= 1, got"):
        settings.whole("Dense", "units", value)


@pytest.mark.parametrize("value", [10**30, 10**5000], ids=["1e30", "1e5000"])
def test_huge_numbers(value: int):
    settings.whole("fit", "epochs", value)  # no size of an array
    with pytest.raises(DescriptionError, match="units >= 1 and <= 100000000, got"):
        settings.whole("Dense", "units", value)


def test_numbers_that_no_float_holds():
    with pytest.raises(DescriptionError, match="got size=a whole number of 1329 bits"):
        settings.positive("Layer", "size", 10**400)


def test_the_least_whole_number_can_be_another():
    settings.whole("seed", "seed", 0, least=0)
    with pytest.raises(DescriptionError, match="seed >= 0, got -1; choose seed in that range"):
        settings.whole("seed", "seed", -1, least=0)


def test_one_of_some_words():
    settings.one_of("Conv2D", "padding", "same", ("valid", "same"))
    with pytest.raises(
        DescriptionError, match="padding one of valid, same, got 'full'; choose one"
    ):
        settings.one_of("Conv2D", "padding", "full", ("valid", "same"))


@pytest.mark.parametrize("value", [["valid"], None, 1, {}])
def test_what_is_no_word(value: Any):
    with pytest.raises(DescriptionError, match="padding one of valid"):
        settings.one_of("Conv2D", "padding", value, ("valid", "same"))


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("SAME", "did you mean 'same'?"),
        ("samee", "did you mean 'same'?"),
        ("xavier", "choose one of them"),  # a synonym of what is not to choose from
        ("some", "did you mean 'same'?"),
        ("sum", "choose one of them"),
        (3, "choose one of them"),
        (int, "give an instance: int"),
        ("lbfgs", 'give optimizer="Adam"'),
    ],
)
def test_advice(given: Any, hint: str):
    assert settings.advice(given, ("valid", "same")).startswith(hint)


def test_a_word_among_others_is_not_taken_for_a_name():
    """Only tables of names know what others call theirs."""
    with pytest.raises(DescriptionError, match="choose one of them"):
        settings.one_of("Conv2D", "padding", "lbfgs", ("valid", "same"))


@dataclass(frozen=True)
class Described:
    a: Any
    b: Any = 0.5


@pytest.mark.parametrize("value", [2, np.int64(2), np.float32(2), np.float64(2), 2.0])
def test_numbers_become_python_floats(value: Any):
    described = Described(value)
    settings.as_floats(described, "a", "b")
    assert described == Described(2.0)
    assert (type(described.a), repr(described)) == (float, "Described(a=2.0, b=0.5)")


def test_what_is_no_number_stays():
    schedule = object()
    described = Described(schedule)
    settings.as_floats(described, "a")
    assert described.a is schedule


def test_a_warning_finds_its_line_where_the_caller_has_no_name():
    level: dict[str, Any] = {"callers_level": callers_level}
    exec("found = callers_level()", level)
    assert level["found"] == 1
