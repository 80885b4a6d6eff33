"""One seed gives independent generators, the same ones each time."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scratchwork.errors import DescriptionError
from scratchwork.streams import Stream, generator


def test_the_numbers_of_the_streams_never_change() -> None:
    assert {s.name: s.value for s in Stream} == {"INIT": 0, "ORDER": 1, "DRAWS": 2, "SPLIT": 3}


def test_a_stream_is_numpys_spawn_key() -> None:
    expected = np.random.default_rng(np.random.SeedSequence(5, spawn_key=(3, 2)))
    assert (generator(5, Stream.SPLIT, 2).random(8) == expected.random(8)).all()


def test_seed_stream_and_epoch_each_change_the_draws() -> None:
    draws = [
        generator(seed, stream, epoch).integers(2**60)
        for seed, stream, epoch in itertools.product((0, 1), Stream, (0, 1))
    ]
    assert len(set(draws)) == 16


@pytest.mark.parametrize("seed", [-1, 1.0, None, True, "1"])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    with pytest.raises(DescriptionError, match="seed expects a whole number >= 0, got") as caught:
        generator(seed, Stream.INIT)  # type: ignore[arg-type]
    assert caught.value.got == repr(seed)
