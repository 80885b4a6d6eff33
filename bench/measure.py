"""Rounds: in each of them every peer runs one sample, one after the other."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from .data import write_data
from .peers import PEAKS, PEERS
from .process import CHECKOUT, PATIENCE, Process, environment
from .results import Results, Row, Table
from .workloads import OURS, Workload

REST = 0.05
"""Seconds between two samples, in which threads that still spin for the last one fall asleep."""

Say = Callable[[str], None]


def measure(workloads: Sequence[Workload], peers: set[str], rounds: int, say: Say) -> Results:
    """Run all workloads for these peers, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        write_data(folder, {each.data for each in workloads})
        results: Results = {}
        for workload in workloads:
            say(f"\n{workload.name}")
            started = time.perf_counter()
            run = {"first fit": first_fits, "sweep": sweeps}.get(workload.kind, alternate)
            results[workload.name] = run(workload, peers, rounds, folder, say)
            say(f"  took {time.perf_counter() - started:.0f} s")
        return results


def asked(workload: Workload, peers: set[str]) -> list[str]:
    """The peers of a workload that take part; the machine's peak goes with every training."""
    found = [name for name in workload.peers if name in peers]
    return found + (list(PEAKS) if workload.kind == "training" else [])


def alternate(workload: Workload, peers: set[str], rounds: int, folder: Path, say: Say) -> Table:
    """A worker for each peer, all ready before the first round begins."""
    table: Table = {}
    with ExitStack() as stack:
        workers: dict[str, Process] = {}
        for name in asked(workload, peers):
            cache = Path(tempfile.mkdtemp(dir=folder))  # its first step compiles everything
            log = folder / "workers.log"
            more = {"SCRATCHWORK_CACHE": str(cache), "TORCHINDUCTOR_CACHE_DIR": str(cache / "t")}
            worker = stack.enter_context(Process(name, workload.name, folder, log, **more))
            prepared = worker.ask("prepare")
            table[name] = Row(prepared=prepared, error=prepared.get("error", ""))
            if not table[name].error:
                workers[name] = worker
        for _ in range(rounds):
            for name, worker in workers.items():
                sample(worker, table[name])
        for name, row in table.items():
            say(f"  {name:20}{line_of(row)}")
    return table


def sample(worker: Process, row: Row) -> None:
    """One sample, unless the peer has failed before."""
    if row.error:
        return
    time.sleep(REST)
    answer = worker.ask("sample")
    if "error" in answer:
        row.error = answer["error"]
        return
    row.seconds.append(answer["seconds"])
    row.last = answer
    if "overhead" in answer:
        row.overheads.append(answer["overhead"])


def line_of(row: Row) -> str:
    found, spread = row.median(), row.spread()
    if found is None or spread is None:
        return row.error or "not measured"
    way, loss = row.prepared.get("way", ""), row.prepared.get("loss")
    checked = "" if loss is None else f"loss {loss:.6g}  "
    return f"{found * 1e6:14,.1f} us  x{spread:.2f}  {checked}{way}  {row.error}"


def first_fits(workload: Workload, peers: set[str], rounds: int, folder: Path, say: Say) -> Table:
    """From the start of a process to its end; ours with an empty, a filled and no chosen cache."""
    cold, warm = folder / "cold", folder / "warm"
    variants = {
        f"{OURS} (numba, cold cache)": (OURS, "numba", cold),
        f"{OURS} (numba, warm cache)": (OURS, "numba", warm),
        f"{OURS} (auto)": (OURS, "auto", warm),
        f"{OURS} (numpy)": (OURS, "numpy", warm),
    }
    variants |= {name: (name, "", warm) for name in workload.peers if name != OURS}
    table: Table = {name: Row() for name, (peer, _, _) in variants.items() if peer in peers}
    for number in range(-1, rounds):  # the first round fills the warm cache and the disk's
        for name, row in table.items():
            peer, engine, cache = variants[name]
            shutil.rmtree(cold, ignore_errors=True)
            words = ["first fit", peer, str(folder), *([engine] if engine else [])]
            row.prepared = {"way": timed(words, row, peer, cache, keep=number >= 0)}
    for name, row in table.items():
        say(f"  {name:36}{line_of(row)}")
    return table


def sweeps(workload: Workload, peers: set[str], rounds: int, folder: Path, say: Say) -> Table:
    """Each in a process of its own, with an empty cache and then with what that left there."""
    names = (f"{OURS} (cold cache)", f"{OURS} (warm cache)")
    table: Table = {name: Row() for name in names if OURS in peers}
    cache = folder / "sweep"
    for _ in range(rounds):
        shutil.rmtree(cache, ignore_errors=True)
        for row in table.values():
            printed = timed(["sweep", str(folder)], row, OURS, cache, keep=False)
            if row.error:
                break
            row.seconds.append(float(printed))
    for name, row in table.items():
        say(f"  {name:36}{line_of(row)}")
    return table


def timed(words: list[str], row: Row, peer: str, cache: Path, keep: bool) -> str:
    """Run a process of bench.fresh; its wall time goes into the row if it shall be kept."""
    if row.error:
        return ""
    time.sleep(REST)
    started = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bench.fresh", *words], capture_output=True, text=True,
            cwd=CHECKOUT, env=environment(peer, SCRATCHWORK_CACHE=str(cache)), timeout=PATIENCE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        row.error = f"no end in {PATIENCE:.0f} s"
        return ""
    if done.returncode:
        row.error = (done.stderr.strip().splitlines() or ["failed"])[-1][:200]
    elif keep:
        row.seconds.append(time.perf_counter() - started)
    return done.stdout.strip()


def installed(wanted: Sequence[str]) -> tuple[set[str], dict[str, str]]:
    """Peers whose name begins like one that is wanted, and what the others lack."""
    names = {name for name in PEERS if name not in PEAKS}
    if wanted:
        names = {name for name in names if any(begins(name, each) for each in wanted)} | {OURS}
    missing = {name: PEERS[name].missing() for name in names}
    return {name for name in names if not missing[name]}, {k: v for k, v in missing.items() if v}


def begins(name: str, wanted: str) -> bool:
    return name.casefold().startswith(wanted.strip().casefold())
