"""Random streams: one seed, and an independent generator for each thing that is drawn."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np

from scratchwork.errors import DescriptionError


class Stream(IntEnum):
    """What a random number is drawn for; its value is the first entry of the spawn key."""

    INIT = 0  # initial parameters
    ORDER = 1  # the order of the rows in an epoch
    DRAWS = 2  # draws of the program itself, such as dropout masks
    SPLIT = 3  # datasets: which row lands in which part


def generator(seed: int, stream: Stream, epoch: int = 0) -> np.random.Generator:
    """Make the generator of one stream in one epoch.

    The same three numbers give the same draws; changing any of them gives independent ones,
    by NumPy's ``SeedSequence(seed, spawn_key=(stream, epoch))``.

    Parameters
    ----------
    seed : int >= 0
    stream : Stream
    epoch : int >= 0
        Counted over the model's whole life.

    Raises
    ------
    DescriptionError
        When ``seed`` is not a whole number >= 0.

    Examples
    --------
    >>> first, again = (generator(7, Stream.ORDER, epoch=2) for _ in range(2))
    >>> bool((first.permutation(100) == again.permutation(100)).all())
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, (int, np.integer)) or seed < 0:
        raise DescriptionError(
            "seed", "a whole number >= 0", repr(seed), "choose one, for example seed=0"
        )
    sequence = np.random.SeedSequence(int(seed), spawn_key=(int(stream), epoch))
    return np.random.default_rng(sequence)


def stream_of(rng: np.random.Generator | None) -> Any:
    """Where a generator stands in its stream, if there is one."""
    return None if rng is None else rng.bit_generator.state


def go_back(rng: np.random.Generator | None, stream: Any) -> None:
    """Let a generator go on from where ``stream_of`` found it."""
    if rng is not None:
        rng.bit_generator.state = stream
