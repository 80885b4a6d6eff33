"""Write tests/peers/recorded.json: what PyTorch says of every network that the tests compare.

Run it as ``python -m scripts.record_pytorch`` in the root of the checkout, where torch is
installed. The file holds fingerprints (norm and one product of each array) and losses; the same
machine and versions write the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tests.networks import NETWORKS, Array, Network
from tests.peers.answers import Answers, drifting
from tests.peers.compare import fingerprint
from tests.peers.random_networks import RANDOM_NETWORKS
from tests.peers.torch_networks import torch_answers

TARGET = Path(__file__).parents[1] / "tests" / "peers" / "recorded.json"
ABOUT = "PyTorch's numbers for tests/peers, float64; written by scripts/record_pytorch.py"


def start(network: Network) -> dict[str, Array]:
    """The numbers that both libraries start from."""
    model = network.moved_model()
    return {name: model[name] for name in (*model.parameters, *network.state_names())}


def record(network: Network) -> dict[str, Any]:
    """The fingerprints of one network; what is rounding alone is left out."""
    answers = torch_answers(network, start(network))
    recorded: dict[str, Any] = {
        "given": given(network, answers),
        "output": fingerprint(answers.output),
        "prediction": fingerprint(answers.prediction),
        "loss": answers.loss,
        "gradients": fingerprints(answers.gradients, network.zero_gradients),
        "losses": answers.losses[::5].tolist(),
        "final": fingerprints(answers.final, drifting(network)),
    }
    if not drifting(network):
        recorded["final_output"] = fingerprint(answers.final_output)
    return recorded


def given(network: Network, answers: Answers) -> dict[str, list[float]]:
    """So that a test can tell other data from other results."""
    X, y = network.data()
    numbers = np.concatenate([array.ravel() for array in answers.start.values()])
    return {"X": fingerprint(X), "y": fingerprint(y), "start": fingerprint(numbers)}


def fingerprints(arrays: Mapping[str, Array], left_out: tuple[str, ...]) -> dict[str, list[float]]:
    return {name: fingerprint(array) for name, array in arrays.items() if name not in left_out}


def text(networks: Mapping[str, dict[str, Any]]) -> str:
    """JSON with a line for each network, so that a difference between two versions can be read."""
    head = {"about": ABOUT, "torch": torch.__version__, "numpy": np.__version__}
    lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in head.items()]
    rows = [f"{json.dumps(name)}: {json.dumps(row)}" for name, row in networks.items()]
    return "{\n" + ",\n".join(lines) + ',\n"networks": {\n' + ",\n".join(rows) + "\n}\n}\n"


if __name__ == "__main__":
    tables = {**NETWORKS, **RANDOM_NETWORKS}
    compared = {name: record(row) for name, row in tables.items() if not row.draws()}
    TARGET.write_text(text(compared), "ascii")
    print(f"{TARGET.name}: {len(compared)} networks, {TARGET.stat().st_size:,} bytes")
