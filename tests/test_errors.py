"""Errors: one sentence with where, expected, got and what to do; they pickle."""

from __future__ import annotations

import pickle
import re

import pytest

from scratchwork import errors
from scratchwork.errors import ScratchworkError

CLASSES = [
    value
    for value in vars(errors).values()
    if isinstance(value, type) and issubclass(value, ScratchworkError)
]
EACH_CLASS = pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
ARGUMENTS = ("layer 2: Dense(10)", "input (n, features)", "(n, 28, 28)", "add Flatten() before it")
BUILT_IN = {
    "DescriptionError": ValueError,
    "ShapeError": errors.DescriptionError,
    "DataError": ValueError,
    "UnknownNameError": KeyError,
    "UnknownAttributeError": AttributeError,
    "FileError": OSError,
    "NotReadyError": RuntimeError,
    "MissingPackageError": ImportError,
    "GradientError": TypeError,
    "ProgramError": RuntimeError,
    "NonFiniteError": FloatingPointError,
}


@EACH_CLASS
def test_the_message_is_one_sentence(kind: type[ScratchworkError]) -> None:
    error = kind(*ARGUMENTS)
    assert str(error) == (
        "layer 2: Dense(10) expects input (n, features), got (n, 28, 28); add Flatten() before it"
    )
    assert (error.where, error.expected, error.got, error.todo) == ARGUMENTS


@EACH_CLASS
def test_it_survives_pickling(kind: type[ScratchworkError]) -> None:
    """As between processes; OSError by itself would lose two of the four parts."""
    error = pickle.loads(pickle.dumps(kind(*ARGUMENTS)))
    assert type(error) is kind
    assert (error.where, error.expected, error.got, error.todo) == ARGUMENTS
    assert str(error) == str(kind(*ARGUMENTS))


@EACH_CLASS
def test_it_can_be_caught_as_one_of_ours_and_as_python_s_own(kind: type[ScratchworkError]) -> None:
    assert issubclass(kind, ScratchworkError)
    if kind is not ScratchworkError:
        assert issubclass(kind, BUILT_IN[kind.__name__])


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = dict(re.findall(r"([A-Z]\w+Error)(?: \((\w+)\))?", errors.__doc__ or ""))
    assert set(drawn) == {kind.__name__ for kind in CLASSES}
    for kind in CLASSES:
        if drawn[kind.__name__]:
            assert drawn[kind.__name__] in {base.__name__ for base in kind.__mro__}


@EACH_CLASS
def test_every_kind_says_when_it_is_raised(kind: type[ScratchworkError]) -> None:
    assert kind.__doc__
