"""``python -m bench``: measure, print, and write RESULTS.md."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .measure import begins, installed, measure
from .report import report
from .workloads import COMPILED, WORKLOADS, Workload

RESULTS = Path(__file__).with_name("RESULTS.md")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, help="samples of each peer (9; quick: 3)")
    parser.add_argument("--only", default="", help="workloads that begin so: moons,mini-batch")
    parser.add_argument("--peers", default="", help="peers that begin so: jax,pytorch")
    parser.add_argument("--quick", action="store_true", help="3 rounds, no PyTorch compiled")
    parser.add_argument("--output", type=Path, help="where to write; RESULTS.md if all is run")
    return parser.parse_args()


def chosen(only: Sequence[str]) -> list[Workload]:
    """The workloads whose name begins like one of these; all if there are none."""
    return [each for each in WORKLOADS if not only or any(begins(each.name, o) for o in only)]


def words(given: str) -> list[str]:
    return [word for word in given.split(",") if word.strip()]


def main() -> None:
    """Run what is asked for; a run of all workloads and peers replaces RESULTS.md."""
    given = arguments()
    workloads, (peers, missing) = chosen(words(given.only)), installed(words(given.peers))
    if not workloads:
        raise SystemExit(f"--only knows {', '.join(each.name for each in WORKLOADS)}")
    rounds = given.rounds or (3 if given.quick else 9)
    if given.quick and COMPILED in peers:
        peers.remove(COMPILED)
        missing[COMPILED] = "a run that is not quick"
    results = measure(workloads, peers, rounds, lambda line: print(line, flush=True))
    text = report(workloads, results, rounds, missing)
    print("\n" + text)
    whole = not given.only and not given.peers and not given.quick
    output = given.output or (RESULTS if whole else None)
    if output is not None:
        output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
