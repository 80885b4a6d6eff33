"""Wrong arguments get our error, and what goes wrong inside a call stays what it was."""

from __future__ import annotations

import traceback

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DescriptionError


def model() -> sw.Sequential:
    made = sw.Sequential([sw.Dense(2)], input_shape=3)
    made.compile("cross_entropy", seed=0)
    return made


def test_a_wrong_argument_is_the_only_error_shown() -> None:
    """Python's own refusal of the call is not told as well."""
    with pytest.raises(DescriptionError, match=r"epoch=; it is called epochs") as caught:
        model().fit(np.ones((4, 3)), [0, 1, 0, 1], epoch=3)  # type: ignore[call-arg]
    shown = "".join(traceback.format_exception(caught.value))
    assert shown.count("Traceback") == 1
    assert "TypeError" not in shown


def test_a_TypeError_from_inside_stays_as_it_was() -> None:
    error = TypeError("a callback's own")

    def callback(_: sw.Sequential) -> None:
        raise error

    with pytest.raises(TypeError) as caught:
        model().fit(np.ones((4, 3)), [0, 1, 0, 1], callbacks=[callback], verbose=0)
    assert caught.value is error
    assert (error.__context__, error.__cause__) == (None, None)
    assert traceback.extract_tb(error.__traceback__)[-1].name == "callback"


def test_subclasses_are_asked_for_their_own_settings() -> None:
    """What a class takes is looked up once for each class, not for those that it comes from."""

    class Twice(sw.Dense):
        def __init__(self, units: int, *, factor: int) -> None:
            super().__init__(units * factor)

    assert sw.Dense(3).units == 3
    assert Twice(3, factor=2).units == 6
    with pytest.raises(DescriptionError, match="Twice expects settings units, factor"):
        Twice(3, activation="relu")  # type: ignore[call-arg]
