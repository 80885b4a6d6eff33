"""Against what PyTorch said once: the comparisons of ``test_pytorch`` where it is not installed.

``recorded.json`` holds fingerprints of PyTorch's arrays; ``python -m scripts.record_pytorch`` makes
it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.networks import NETWORKS

from .answers import Answers, drifting, our_answers
from .compare import NOTHING, ONE_STEP, TRAINED, assert_known_by, assert_near
from .random_networks import RANDOM_NETWORKS

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "recorded.json").read_text("ascii"))
COMPARED = {**NETWORKS, **RANDOM_NETWORKS}
each_network = pytest.mark.parametrize("name", RECORDED["networks"])
OTHER_NUMBERS = "NumPy draws other numbers here than where this was recorded: record it anew."


def answers(name: str) -> tuple[Answers, dict[str, Any]]:
    """(ours, what was recorded)."""
    return our_answers(COMPARED[name]), RECORDED["networks"][name]


def test_every_network_is_recorded() -> None:
    assert set(RECORDED["networks"]) == {n for n, row in COMPARED.items() if not row.draws()}


@each_network
def test_same_start(name: str) -> None:
    ours, recorded = answers(name)
    X, y = COMPARED[name].data()
    start = np.concatenate([array.ravel() for array in ours.start.values()])
    given = {"X": X, "y": y, "start": start}
    for what, array in given.items():
        assert_known_by(array, recorded["given"][what], 1e-12, what, OTHER_NUMBERS)


@each_network
def test_forward_and_loss(name: str) -> None:
    ours, recorded = answers(name)
    assert_known_by(ours.output, recorded["output"], ONE_STEP, "the raw output")
    assert_known_by(ours.prediction, recorded["prediction"], ONE_STEP, "the prediction")
    assert_near(ours.loss, recorded["loss"], ONE_STEP, "the loss")


@each_network
def test_gradients(name: str) -> None:
    ours, recorded = answers(name)
    zero = COMPARED[name].zero_gradients
    assert set(ours.gradients) == {*recorded["gradients"], *zero}
    for parameter, expected in recorded["gradients"].items():
        assert_known_by(ours.gradients[parameter], expected, ONE_STEP, f"d{parameter}")
    for parameter in zero:
        assert np.abs(ours.gradients[parameter]).max() <= NOTHING, f"d{parameter}"


@each_network
def test_training(name: str) -> None:
    ours, recorded = answers(name)
    left_out = drifting(COMPARED[name])
    assert_near(ours.losses[::5], recorded["losses"], TRAINED, "every fifth epoch's loss")
    assert set(ours.final) == {*recorded["final"], *left_out}
    for array, expected in recorded["final"].items():
        assert_known_by(ours.final[array], expected, TRAINED, f"the trained {array}")
    if not left_out:
        assert_known_by(ours.final_output, recorded["final_output"], TRAINED, "the trained output")
