"""The process of one peer with one workload: it sleeps on a pipe until it is told to run.

``python -m bench.worker PEER WORKLOAD FOLDER`` reads a word a line (prepare, sample) and answers
each with a line of JSON.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .data import loss_of, read_data, starting_weights
from .peers import PEAKS, PEERS
from .peers.peer import Peer
from .workloads import Workload, named

SHORTEST, LONGEST, CUT = 0.06, 1.0, 0.5
"""Seconds of a sample: at least; above LONGEST an epoch is cut to CUT."""

Reply = dict[str, Any]


def peak_memory() -> int:
    """Bytes of the largest resident set so far.

    ru_maxrss of a started process begins with that of its parent, so Linux' own count goes first.
    """
    try:
        rows = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(1024 * int(row.split()[1]) for row in rows if row.startswith("VmHWM"))
    except (OSError, StopIteration):
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


class Worker:
    """One peer, its network in memory, and the length of its samples."""

    def __init__(self, name: str, workload: Workload, folder: Path) -> None:
        self.name, self.workload = name, workload
        self.X, self.y = read_data(folder, workload.data)
        self.weights = starting_weights(workload)
        self.data_memory = peak_memory()
        self.importing = seconds_of(self.load)
        self.import_memory = peak_memory()
        self.rows, self.epochs = len(self.X), 1

    def load(self) -> None:
        self.kind = PEERS[self.name].load()

    def prepare(self) -> Reply:
        """Build, check the loss, and compile for all ways; the fastest stays."""
        if self.name in PEAKS:
            return self.prepare_peak()
        first = seconds_of(self.start)
        workload, checked = self.workload, self.X[: self.workload.check_rows]
        loss = loss_of(workload, self.peer.raw(checked), self.y[: workload.check_rows])
        way = self.fastest()
        return {
            "import": self.importing,
            "first": first,
            "loss": loss,
            "way": ", ".join([*way, self.peer.description()]).strip(", "),
            "rows": self.rows,
            "epochs": self.epochs,
        }

    def start(self) -> None:
        """From the description to the first trained numbers, compiling included."""
        self.peer: Peer = self.kind(
            self.workload, self.X, self.y, self.weights, **PEERS[self.name].settings
        )
        self.peer.choose(**self.peer.ways[0])
        if self.workload.kind == "prediction":
            self.peer.answer(1)
        else:
            self.peer.train(self.workload.check_rows, self.workload.check_epochs, shuffle=False)

    def prepare_peak(self) -> Reply:
        settings = PEERS[self.name].settings
        self.peer = self.kind(self.workload, self.X, self.y, self.weights, **settings)
        self.lengthen()
        return {"import": 0.0, "first": 0.0, "loss": None, "way": ""}

    def fastest(self) -> list[str]:
        """Try every way with a sample each, after one that is not timed."""
        self.shorten()
        times = []
        for way in self.peer.ways:
            self.peer.choose(**way)
            self.run()
            times.append(min(seconds_of(self.run), seconds_of(self.run)))
        best = self.peer.ways[times.index(min(times))]
        self.peer.choose(**best)
        if min(times) < SHORTEST:
            self.lengthen()
        return described(best) if len(self.peer.ways) > 1 else []

    def shorten(self) -> None:
        """Only whole batches, and fewer where an epoch would be long for this peer."""
        workload = self.workload
        if workload.kind == "prediction":
            return
        batch = workload.batch or len(self.X)
        self.rows = len(self.X) // batch * batch
        rows, epochs = workload.check_rows, workload.check_epochs
        checking = seconds_of(lambda: self.peer.train(rows, epochs, shuffle=False))
        step = checking / workload.steps(rows, epochs)
        if step * workload.steps(self.rows) > LONGEST:
            self.rows = min(self.rows, max(1, int(CUT / step)) * batch)

    def lengthen(self) -> None:
        """Repeat the epoch until a sample is long enough to be measured."""
        self.run()
        for _ in range(6):
            seconds = seconds_of(self.run)
            if seconds >= SHORTEST:
                return
            self.epochs = int(self.epochs * min(20.0, 1.3 * SHORTEST / seconds)) + 1

    def run(self) -> None:
        if self.workload.kind == "prediction":
            self.peer.answer(self.epochs)
        else:
            self.peer.train(self.rows, self.epochs)

    def sample(self) -> Reply:
        """One timed run, and what memory has been at most."""
        seconds = seconds_of(self.run)
        counted = self.workload.kind == "prediction" or self.name in PEAKS
        steps = self.epochs if counted else self.workload.steps(self.rows, self.epochs)
        reply: Reply = {"seconds": seconds / steps}
        if self.workload.overhead and PEERS[self.name].module == "ours":
            reply["overhead"] = self.peer.overhead()
        memory, importing = peak_memory() - self.data_memory, self.import_memory - self.data_memory
        return reply | {"memory": memory, "import_memory": importing}


def described(way: Mapping[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in way.items() if value is not False]


def main() -> None:
    """Serve until the pipe is closed; whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    name, workload, folder = sys.argv[1:]
    worker: Worker | None = None
    for line in sys.stdin:
        try:
            worker = worker or Worker(name, named(workload), Path(folder))
            reply: Reply = worker.prepare() if line.strip() == "prepare" else worker.sample()
        except Exception as error:  # a peer that fails is a row of the report
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0][:200]}
        answers.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    main()
