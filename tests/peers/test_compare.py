"""The comparison is tested: it must reject what is a little wrong, and a missing peer in CI."""

from __future__ import annotations

import numpy as np
import pytest

from .compare import ONE_STEP, assert_known_by, assert_near, fingerprint
from .peer import require

RIGHT = np.random.default_rng(0).normal(size=(5, 3))
WRONG = {
    "a little larger": RIGHT * (1 + 1e-9),
    "one entry": RIGHT + 1e-9 * np.eye(5, 3),
    "another order": RIGHT[::-1],
    "one NaN": np.where(np.eye(5, 3), np.nan, RIGHT),
    "zero": np.zeros_like(RIGHT),
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_numbers_are_rejected(wrong: np.ndarray) -> None:
    with pytest.raises(AssertionError, match="the array differs by"):
        assert_near(wrong, RIGHT, ONE_STEP, "the array")
    with pytest.raises(AssertionError, match="the array has the fingerprint"):
        assert_known_by(wrong, fingerprint(RIGHT), ONE_STEP, "the array")


def test_another_shape_is_rejected() -> None:
    with pytest.raises(AssertionError, match="shape"):
        assert_near(RIGHT.T, RIGHT, 1.0, "the array")


def test_rounding_is_accepted() -> None:
    assert_near(RIGHT * (1 + 1e-14), RIGHT, ONE_STEP, "the array")
    assert_known_by(RIGHT * (1 + 1e-14), fingerprint(RIGHT), ONE_STEP, "the array")


def test_zeros_must_be_zeros() -> None:
    assert_near(np.zeros(3), np.zeros(3), ONE_STEP, "the array")
    with pytest.raises(AssertionError):
        assert_near(np.full(3, 1e-30), np.zeros(3), ONE_STEP, "the array")


def test_a_missing_peer_is_a_skip_that_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no_such_library is not installed"):
        require("no_such_library")


def test_a_missing_peer_is_a_failure_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must install it"):
        require("no_such_library")


def test_a_peer_that_is_there_is_imported() -> None:
    assert require("numpy") is np
