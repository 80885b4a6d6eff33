"""Train random networks in both engines and compare what comes out: a line each, and a summary.

Run it from the repository's root: ``python scripts/compare_engines.py``. The compiled texts run as
plain Python; ``--compiled 5`` compiles the first five. It ends with exit code 1 where the engines
disagree, or where the compiled one could not be used.
"""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
os.environ.setdefault("SCRATCHWORK_CACHE", "off")

import numba
import numpy as np
from tests.cases import OPTIMIZERS
from tests.engines.agreement import Case, distances, of_network
from tests.peers.random_networks import Draw, random_network

import scratchwork as sw
from scratchwork.errors import NonFiniteError

TOLERANCES = {"float64": 1e-9, "float32": 1e-3}
"""Random networks let rounding grow: deep ones, and rules that divide by small numbers."""

SMOOTH = [case.optimizer for case in OPTIMIZERS if not isinstance(case.optimizer, sw.Lion)]
"""Lion is left out: where a gradient is zero but for rounding, its sign is a matter of chance."""


def random_case(seed: int) -> Case:
    """A network with its data: every other one in float32, with a batch of any size."""
    draw = Draw(seed + 7919)
    network = random_network(seed)
    if draw.happens(0.5):
        network = replace(network, optimizer=draw.one(SMOOTH))
    if draw.happens(0.3):
        network = replace(network, layers=(sw.Dropout(0.2), *network.layers))
    rows = network.batch_size * 2 + draw.number(1, network.batch_size - 1)
    dtype = "float32" if seed % 2 else "float64"
    case = of_network(replace(network, rows=rows), dtype=dtype, metrics=draw.one(((), (miss,))))
    mixes = any(isinstance(layer, sw.BatchNorm) for layer in network.layers)
    sizes = (2, 3, None) if mixes else (1, 2, 3, None)
    batch_size = draw.one((network.batch_size, network.batch_size, *sizes))
    return replace(case, batch_size=batch_size if fits(batch_size, rows, mixes) else None)


def fits(batch_size: int | None, rows: int, mixes: bool) -> bool:
    """BatchNorm refuses a batch of one row, which the last may be."""
    return not mixes or batch_size is None or rows % batch_size != 1


def miss(P: sw.Value, Y: sw.Value) -> sw.Value:
    return abs(P - Y).mean(axis=1)


def compare(case: Case) -> tuple[str, float, str]:
    """Whether the engines agree, how far apart they are, and where."""
    try:
        one = case.trained("numpy")
    except NonFiniteError as error:
        return compare_errors(case, error)
    other = case.trained("numba")
    if other.history.engine != "numba":
        return "not compiled", np.inf, other.history.reason
    apart = distances(one, other, case)
    if case.loose:  # their gradient is rounding alone, and predictions follow the running means
        apart = {k: x for k, x in apart.items() if k in one.history}
    worst = max(apart, key=lambda k: apart[k])
    tolerance = TOLERANCES[case.settings["dtype"]]
    return "agree" if apart[worst] <= tolerance else "DISAGREE", apart[worst], worst


def compare_errors(case: Case, expected: NonFiniteError) -> tuple[str, float, str]:
    """Both engines must fail in the same line."""
    try:
        case.trained("numba")
    except NonFiniteError as error:
        same = str(error) == str(expected)
        return "agree" if same else "DISAGREE", 0.0, str(error)
    return "DISAGREE", np.inf, f"only NumPy: {expected}"


def told(seed: int, case: Case, result: tuple[str, float, str]) -> str:
    layers = ", ".join(map(str, case.layers))
    rule, size = case.settings["optimizer"], case.batch_size
    state, distance, where = result
    head = f"{seed:3d} {state} {distance:.1e} {where}"
    return (
        f"{head}: {case.settings['loss']}, {rule}, batch {size}, {case.settings['dtype']}: {layers}"
    )


def main(arguments: Any) -> int:
    given = argparse.ArgumentParser(description="Compare the engines on random networks.")
    given.add_argument("--networks", type=int, default=200, metavar="N")
    given.add_argument("--first", type=int, default=1000, metavar="SEED")
    given.add_argument("--compiled", type=int, default=0, metavar="N", help="compile the first N")
    chosen = given.parse_args(arguments)
    warnings.simplefilter("ignore")
    counts: dict[str, int] = {}
    for i in range(chosen.networks):
        numba.config.DISABLE_JIT = i >= chosen.compiled
        case = random_case(chosen.first + i)
        with np.errstate(all="ignore"):
            result = compare(case)
        counts[result[0]] = counts.get(result[0], 0) + 1
        print(told(chosen.first + i, case, result), flush=True)
    print(", ".join(f"{number} {state}" for state, number in sorted(counts.items())))
    return int(set(counts) != {"agree"})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
