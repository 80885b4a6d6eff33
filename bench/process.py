"""The other end of a worker's pipe."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .peers import PEERS

CHECKOUT = Path(__file__).parents[1]
PATIENCE = 300.0
"""Seconds after which a worker that does not answer is ended."""


def environment(peer: str, **more: str) -> dict[str, str]:
    """What a peer's process sees: every library may use all cores, unless it is told not to."""
    cores = str(os.cpu_count() or 1)
    threads = {f"{name}_NUM_THREADS": cores for name in ("OMP", "OPENBLAS", "MKL")}
    paths = os.pathsep.join([str(CHECKOUT / "src"), os.environ.get("PYTHONPATH", "")])
    quiet = {"PYTHONPATH": paths.strip(os.pathsep), "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **threads, **quiet, **PEERS[peer].environment, **more}


class Process:
    """A worker that runs only while it is asked to.

    Parameters
    ----------
    peer, workload : str
    folder : path
        Of the data.
    log : path
        Where the worker's standard error goes.
    **more
        Environment variables.
    """

    def __init__(self, peer: str, workload: str, folder: Path, log: Path, **more: str) -> None:
        self.log = log.open("a")
        self.child = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", peer, workload, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            cwd=CHECKOUT,
            env=environment(peer, **more),
        )

    def ask(self, word: str) -> Mapping[str, Any]:
        """Send one word and wait for the answer; ``error`` is in it if there is none."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        try:
            self.child.stdin.write(f"{word}\n".encode())
            self.child.stdin.flush()
        except OSError:
            return {"error": "its process ended"}
        if not select.select([self.child.stdout], [], [], PATIENCE)[0]:
            self.child.kill()
            return {"error": f"no answer in {PATIENCE:.0f} s"}
        line = self.child.stdout.readline()
        answer: Mapping[str, Any] = json.loads(line) if line else {"error": "its process ended"}
        return answer

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.child.stdin is not None
        try:
            self.child.stdin.close()
            self.child.wait(5)
        except (OSError, subprocess.TimeoutExpired):
            self.child.kill()
            self.child.wait()
        self.log.close()
