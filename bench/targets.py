"""What must be reached, row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from .results import Results, Row, floor, ratio
from .workloads import (
    COMPILED,
    JAX,
    KERAS,
    NUMPY,
    ONNX,
    OURS,
    SKLEARN,
    TORCH,
    TORCH_ONE,
    named,
    sweep_steps,
)

LEVEL = 0.95
"""Level with a peer: at most a twentieth slower, which single runs cannot tell apart."""

Number = float | None


@dataclass(frozen=True)
class Target:
    """A number that a run must reach.

    Parameters
    ----------
    workload, text : str
    number : function of Results
        None where something was not measured.
    limit : float
    at_least : bool
        Whether larger is better.
    unit : str
    """

    workload: str
    text: str
    number: Callable[[Results], Number]
    limit: float
    at_least: bool = True
    unit: str = "x"

    def verdict(self, results: Results) -> tuple[str, str]:
        """The number, and whether it is enough."""
        found = self.number(results)
        if found is None:
            return "-", "not measured"
        reached = found >= self.limit if self.at_least else found <= self.limit
        return f"{found:.3g} {self.unit}", "reached" if reached else "**not reached**"


def times(workload: str, peer: str, limit: float) -> Target:
    text = f"{limit:g} times as fast as {peer}" if limit != LEVEL else f"level with {peer}"
    return Target(workload, text, lambda results: ratio(results.get(workload, {}), peer), limit)


def seconds(workload: str, variant: str, limit: float) -> Target:
    """Of a process, or of the sweep's fit."""
    name = f"{OURS} ({variant})"

    def number(results: Results) -> Number:
        return results.get(workload, {}).get(name, Row()).median()

    return Target(workload, f"{variant}: at most {limit:g} s", number, limit, False, "s")


def times_the_floor(results: Results, workload: str) -> Number:
    table = results.get(workload, {})
    own, least = table.get(OURS, Row()).median(), floor(named(workload), table, 2)
    return own / least if own and least else None


def above_floor(workload: str, limit: float) -> Target:
    text = f"at most {limit:g} times the products alone, two threads"
    return Target(workload, text, lambda found: times_the_floor(found, workload), limit, False)


def share_of_peak(results: Results) -> Number:
    found = times_the_floor(results, "full batch")
    return 100 / found if found else None


def overhead(results: Results) -> Number:
    """Milliseconds of an epoch beyond its one step."""
    row = results.get("moons", {}).get(OURS, Row())
    step = row.median()
    return 1e3 * (median(row.overheads) - step) if row.overheads and step else None


def memory_share(results: Results) -> Number:
    table = results.get("full batch", {})
    own, theirs = (table.get(name, Row()).last.get("memory") for name in (OURS, JAX))
    return own / theirs if own and theirs else None


def compile_seconds(results: Results) -> Number:
    """What the first steps take beyond the same number of later ones."""
    workload, row = named("small convnet"), results.get("small convnet", {}).get(OURS, Row())
    step, first = row.median(), row.prepared.get("first")
    steps = workload.steps(workload.check_rows, workload.check_epochs)
    return max(first - steps * step, 0.0) if step and first else None


def fastest_peer(results: Results) -> Number:
    table = results.get("one prediction", {})
    found = [ratio(table, peer) for peer in (TORCH, COMPILED, JAX, KERAS, SKLEARN, NUMPY)]
    known = [each for each in found if each is not None]
    return min(known) if known else None


def pytorch_sweep(results: Results) -> Number:
    """Seconds that the sweep's steps would take one after the other, in PyTorch on moons."""
    step = results.get("moons", {}).get(TORCH, Row()).median()
    return step * sweep_steps() if step else None


TARGETS = (
    times("image by image", TORCH, 20),
    times("image by image", JAX, 1.3),
    times("image by image (no zeros)", JAX, LEVEL),
    times("moons", TORCH, 150),
    times("moons", JAX, 6),
    times("moons", SKLEARN, 80),
    Target("moons", "an epoch's overhead: at most 0.1 ms", overhead, 0.1, False, "ms"),
    times("mini-batch", TORCH, 2.5),
    times("mini-batch", JAX, 1.15),
    above_floor("mini-batch", 1.7),
    times("mini-batch (Adam)", TORCH, 2.5),
    times("mini-batch (Adam)", JAX, 1.05),
    above_floor("mini-batch (Adam)", 1.7),
    times("full batch", TORCH, 1.6),
    times("full batch", JAX, 1.1),
    Target("full batch", "at least 80 % of the product peak", share_of_peak, 80, unit="%"),
    Target("full batch", "at most half of JAX's memory", memory_share, 0.5, False),
    times("wide table", JAX, 1.15),
    times("wide table", TORCH, 1.4),
    times("small convnet", TORCH_ONE, LEVEL),
    Target("small convnet", "compiled within 10 s", compile_seconds, 10, False, "s"),
    times("one prediction", ONNX, 1.0),
    Target("one prediction", "ahead of every other peer", fastest_peer, 1.0),
    seconds("first fit", "numba, cold cache", 6),
    seconds("first fit", "numba, warm cache", 0.9),
    seconds("first fit", "auto", 0.6),
    seconds("sweep", "warm cache", 6),
    seconds("sweep", "cold cache", 10),
)
