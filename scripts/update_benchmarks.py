"""Copy a table of the benchmarks from bench/RESULTS.md into README.md.

python scripts/update_benchmarks.py [--check]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
README, RESULTS = ROOT / "README.md", ROOT / "bench" / "RESULTS.md"

OURS = "Scratchwork"
PEERS = ("PyTorch", "PyTorch compiled", "JAX", "Keras", "scikit-learn", "ONNX")
TIMES = ("a step", "a prediction", "seconds")
"""The columns of bench/RESULTS.md with a time; the last one is that of whole processes."""

BLOCK = re.compile(r"(<!-- benchmarks -->\n)(.*?)(<!-- /benchmarks -->)", re.DOTALL)
SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
NOTHING = "-"

Rows = list[dict[str, str]]


# ---- what bench/RESULTS.md has ----
def rows_of(text: str) -> Rows:
    """The first table of a text: each row by the names of the columns."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    head, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    # an error in the last column may have bars of its own
    return [dict(zip(head, row, strict=False)) for row in rows if set(row) != {"---"}]


def workloads(results: str) -> dict[str, Rows]:
    """The rows of each section that has times."""
    tables = {name: text for name, text in SECTION.findall(results) if "\n| " in text}
    found = {name: rows_of(text) for name, text in tables.items()}
    return {name: rows for name, rows in found.items() if column(rows)}


def column(rows: Rows) -> str:
    """The column with the times; "" if there is none."""
    return next((name for name in TIMES if rows and name in rows[0]), "")


def peer(row: dict[str, str]) -> str:
    return next(iter(row.values()))


# ---- the table of README.md ----
def lines_of(name: str, rows: Rows) -> Iterator[dict[str, str]]:
    """A line for each of our times: of a workload that begins with a process there are several."""
    times = column(rows)
    theirs = {peer(row): row for row in rows}
    for own in (row for row in rows if peer(row).partition(" (")[0] == OURS):
        variant = peer(own).removeprefix(OURS)
        cells = {each: against(theirs.get(each), own, times) for each in PEERS}
        yield {"": f"{name}{variant}", OURS: own[times], **cells}


def against(row: dict[str, str] | None, own: dict[str, str], times: str) -> str:
    """A peer's time, in brackets how many times ours that is, and whether it computes the same."""
    if row is None or row[times] == NOTHING:
        return NOTHING
    ratio = row.get("times ours") or ratio_of(row[times], own[times])
    off = ", another loss" if "**" in row.get("loss", "") else ""
    return f"{row[times]} ({ratio}{off})"


def ratio_of(theirs: str, own: str) -> str:
    """Of two times in seconds, where there are both."""
    if NOTHING in (theirs, own):
        return NOTHING
    return f"{float(theirs.split()[0]) / float(own.split()[0]):.2f}"


def summary(results: str) -> str:
    """The table, and from which run it is; a peer that was measured nowhere has no column."""
    lines = [line for name, rows in workloads(results).items() for line in lines_of(name, rows)]
    if not lines:
        raise SystemExit("bench/RESULTS.md has no table with times: run python -m bench")
    shown = ["", OURS, *(each for each in PEERS if any(line[each] != NOTHING for line in lines))]
    table = [shown, ["---"] * len(shown), *([line[name] for name in shown] for line in lines)]
    said = re.findall(r"^(?:From one run|Machine:|Versions:).*$", results, re.MULTILINE)
    notes = [each.replace("[README.md](README.md)", "[bench](bench/README.md)") for each in said]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    return "\n\n".join([text, *notes]) + "\n"


def updated(page: str, results: str) -> str:
    """The page with the table of these results."""
    if not BLOCK.search(page):
        raise SystemExit("README.md has no block <!-- benchmarks --> ... <!-- /benchmarks -->")
    table = summary(results)
    return BLOCK.sub(lambda match: f"{match[1]}\n{table}\n{match[3]}", page)


def main() -> None:
    """Write the table into README.md, or with --check only compare."""
    if not RESULTS.exists():
        raise SystemExit("bench/RESULTS.md is not there: run python -m bench")
    before = README.read_text(encoding="utf-8")
    after = updated(before, RESULTS.read_text(encoding="utf-8"))
    if "--check" not in sys.argv:
        README.write_text(after, encoding="utf-8")
    elif before != after:
        raise SystemExit("README.md shows other results: run scripts/update_benchmarks.py")


if __name__ == "__main__":
    main()
