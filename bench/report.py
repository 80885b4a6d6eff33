"""The report: targets first, then a table for each workload."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from .machine import described, versions
from .results import Results, Row, Table, deviation, floor, middle_loss, peak, ratio
from .targets import TARGETS, overhead, pytorch_sweep
from .workloads import OURS, Workload, sweep_steps

NOTHING = "-"


def command() -> str:
    """What was typed, but for where the report goes."""
    given = [word for word in sys.argv[1:] if not word.endswith(".md") and word != "--output"]
    return " ".join(["python -m bench", *given])


def report(
    workloads: Sequence[Workload], results: Results, rounds: int, missing: Mapping[str, str]
) -> str:
    """The whole of RESULTS.md."""
    parts = [introduction(rounds, missing), targets(results)]
    parts += [section(each, results) for each in workloads]
    return "\n\n".join(parts) + "\n"


def introduction(rounds: int, missing: Mapping[str, str]) -> str:
    absent = [f"{name} (needs {what})" for name, what in missing.items()]
    lines = [
        "# Results",
        "",
        f"From one run of `{command()}` on {datetime.now(UTC):%Y-%m-%d}: {rounds} rounds, "
        "medians. [README.md](README.md) says how it measures.",
        "",
        f"Machine: {described()}.",
        "",
        f"Versions: {versions()}.",
    ]
    return "\n".join(lines + (["", f"Left out: {', '.join(absent)}."] if absent else []))


def targets(results: Results) -> str:
    rows = [
        [each.workload, each.text, *each.verdict(results)]
        for each in TARGETS
        if each.workload in results
    ]
    return "## Targets\n\n" + table_of(["workload", "must reach", "measured", "verdict"], rows)


def section(workload: Workload, results: Results) -> str:
    table = results[workload.name]
    of_processes = workload.kind in ("first fit", "sweep")
    body = processes(table) if of_processes else steps(workload, table)
    more = [*floors(workload, table), *notes(workload, results)]
    return "\n\n".join([f"## {workload.name}", about(workload), body, *more])


def about(workload: Workload) -> str:
    """The network, the data and the step in a line."""
    sizes = "-".join(map(str, workload.sizes))
    before = "".join(f"convolution 3x3x{filters}, pool, " for filters in workload.filters)
    batch = f"batch {workload.batch}" if workload.batch else "all rows at once"
    return (
        f"{before}{sizes}, {workload.activation}, {workload.optimizer}({workload.rate:g}), "
        f"{batch}, data: {workload.data}"
    )


def steps(workload: Workload, table: Table) -> str:
    """Time a step, and what else each worker said."""
    unit = "a prediction" if workload.kind == "prediction" else "a step"
    head = [
        "peer", unit, "times ours", "slowest / fastest", "loss", "first steps", "memory", "how",
    ]  # fmt: skip
    rows = [
        [name, time_of(row.median()), number(ratio(table, name)), number(row.spread()),
         loss_of(workload, table, name), seconds(row.prepared.get("first")), memory(row),
         how(row)]
        for name, row in table.items()
        if not name.startswith("peak")
    ]  # fmt: skip
    return table_of(head, rows)


def processes(table: Table) -> str:
    rows = [
        [name, seconds(row.median()), number(row.spread()), how(row)] for name, row in table.items()
    ]
    return table_of(["in a fresh process", "seconds", "slowest / fastest", "how"], rows)


def loss_of(workload: Workload, table: Table, name: str) -> str:
    """The loss after the checked steps, marked where it is too far from the others."""
    loss, away = table[name].prepared.get("loss"), deviation(table, name)
    if loss is None or away is None:
        return NOTHING
    return f"{loss:.5g}" + (f" **{away:.1%} off**" if away > workload.tolerance else "")


def how(row: Row) -> str:
    failed = f"failed: {row.error}" if row.error else ""
    return " ".join(word for word in (row.prepared.get("way", ""), failed) if word)


def memory(row: Row) -> str:
    """Beyond the data; the library's import alone in brackets."""
    if "memory" not in row.last:
        return NOTHING
    return f"{row.last['memory'] / 1e6:.0f} MB ({row.last['import_memory'] / 1e6:.0f})"


def floors(workload: Workload, table: Table) -> list[str]:
    """What the products alone would take at the peak of the same rounds."""
    own = table.get(OURS, Row()).median()
    found = []
    for threads in (1, 2):
        least, most = floor(workload, table, threads), peak(table, threads)
        if least and most:
            share = f", ours is {own / least:.2f} times that" if own else ""
            found.append(
                f"Floor on {threads} thread{'s' * (threads > 1)}: {time_of(least)} a step at "
                f"{most / 1e9:.0f} GFLOP/s{share}."
            )
    return [" ".join(found)] if found else []


def notes(workload: Workload, results: Results) -> list[str]:
    """What only one workload has."""
    found = []
    middle = middle_loss(results[workload.name])
    if middle is not None and workload.kind == "training":
        found.append(f"Losses may be {workload.tolerance:.0%} from their middle, {middle:.5g}.")
    beyond = overhead(results) if workload.overhead else None
    if beyond is not None:
        found.append(f"Ours takes {1e3 * beyond:.0f} us for an epoch beyond its steps.")
    if workload.kind == "sweep":
        theirs = pytorch_sweep(results)
        told = f"PyTorch would take {theirs:.0f} s" if theirs else "PyTorch was not measured"
        found.append(f"{sweep_steps():,} steps; at its time a step on moons {told}.")
    return found


def time_of(value: float | None) -> str:
    if value is None:
        return NOTHING
    return f"{value * 1e3:,.1f} ms" if value > 0.01 else f"{value * 1e6:,.1f} us"


def seconds(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f} s"


def number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
