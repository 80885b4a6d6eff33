"""Pictures are drawn without a screen, and change no setting of matplotlib."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import matplotlib
import matplotlib.pyplot as plt
import pytest


@pytest.fixture(autouse=True)
def settings_are_kept() -> Iterator[None]:
    plt.switch_backend("agg")
    before = copy.deepcopy(dict(matplotlib.rcParams))
    yield
    assert dict(matplotlib.rcParams) == before
