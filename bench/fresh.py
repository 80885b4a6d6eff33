"""What begins with a process: the first fit of each peer, and the sweep.

``python -m bench.fresh "first fit" PEER FOLDER [ENGINE]`` trains and ends; ``python -m bench.fresh
sweep FOLDER`` prints the seconds of its fit.
"""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from .data import read_data, starting_weights
from .peers import PEERS
from .workloads import REPEATS, WIDTHS, named


def first_fit(peer: str, folder: Path, engine: str = "") -> str:
    """Import the library, describe the network, train it; what there is to say about how."""
    workload = named("first fit")
    X, y = read_data(folder, workload.data)
    settings = {**PEERS[peer].settings, **({"engine": engine} if engine else {})}
    made = PEERS[peer].load()(workload, X, y, starting_weights(workload), **settings)
    made.choose(**made.ways[0])
    made.train(workload.check_rows, workload.check_epochs)
    return made.description()


def sweep(folder: Path) -> float:
    """Seconds of ``sw.sweep(...).fit``."""
    workload = named("sweep")
    ours: Any = import_module("bench.peers.ours")
    X, y = read_data(folder, workload.data)

    def build(width: int) -> Any:
        hidden = ours.sw.Dense(width, activation=workload.activation)
        model = ours.sw.Sequential([hidden, ours.sw.Dense(workload.sizes[-1])])
        return ours.compiled(model, workload, "numba")

    started = time.perf_counter()
    ours.sw.sweep(build, {"width": WIDTHS}, repeats=REPEATS).fit(
        X, y, epochs=workload.check_epochs, batch_size=workload.batch
    )
    return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1] == "sweep":
        print(sweep(Path(sys.argv[2])))
    else:
        print(first_fit(sys.argv[2], Path(sys.argv[3]), *sys.argv[4:]))
