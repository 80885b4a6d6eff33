"""doctor: what it finds, and what it says where something is missing."""

from __future__ import annotations

import os
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.cli.conftest import Runner


def test_doctor(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scratchwork.cli.diagnosis.controller", lambda: None)
    monkeypatch.setattr("scratchwork.cli.diagnosis.PACKAGES", {"numpy": "", "no-such": "nothing"})
    monkeypatch.setenv("SCRATCHWORK_MNIST", "nowhere.npz")
    result = run("doctor")
    assert result.exit_code == 0
    for part in (
        "scratchwork",
        "Python",
        "engine numpy",
        "downloads",
        "missing: nothing",
        "not known",
    ):
        assert part in result.stdout
    todo = [line for line in result.stdout.splitlines() if line.startswith("to mend it: ")]
    assert todo == [
        "to mend it: pip install no-such",
        "to mend it: pip install threadpoolctl",
        "to mend it: set it to an .npz file or a folder",
    ]


def told(run: Runner, what: str) -> str:
    """What doctor says about something."""
    result = run("doctor")
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if line.startswith(f"{what}  ")]
    return line.removeprefix(what).strip()


def test_doctor_lists_every_engine(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("numba")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("SCRATCHWORK_ENGINE", raising=False)
    monkeypatch.setattr("scratchwork.cli.diagnosis.cores", lambda: 7)
    assert told(run, "engine auto") == "numba for long trainings, else numpy"
    assert told(run, "engine numpy") == "the NumPy text, on one thread"
    assert told(run, "engine numba") == "compiled, on up to 7 threads"
    for package in ("numba", "llvmlite", "scipy"):
        assert told(run, package) == version(package)
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "numpy")
    assert told(run, "engine auto") == "numpy: SCRATCHWORK_ENGINE=numpy"
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "jax")
    assert told(run, "engine auto").startswith("SCRATCHWORK_ENGINE expects engine one of auto, n")


def test_doctor_without_numba(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("SCRATCHWORK_ENGINE", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)  # there, and of no use
    monkeypatch.setattr("scratchwork.engines.choice.has_numba", lambda: True)
    assert told(run, "engine numba").startswith("cannot be loaded: ")
    for module in ("engines.choice", "cli.diagnosis"):
        monkeypatch.setattr(f"scratchwork.{module}.has_numba", lambda: False)
    assert told(run, "engine auto") == "numpy, without Numba"
    assert told(run, "engine numba").endswith("got not both installed")
    assert "to mend it: pip install numba scipy, or take engine" in run("doctor").stdout


def test_doctor_tells_of_compiled_programs(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("SCRATCHWORK_CACHE", str(tmp_path / "programs"))
    folder = tmp_path / "programs" / "compiled"
    assert told(run, "compiled programs") == f"0 programs, 0.0 MB in {folder}"
    assert not folder.parent.exists()  # it only looks
    for name, finished in {"a": True, "b": True, "c": False}.items():
        build = folder / "numba" / name / "build"
        build.mkdir(parents=True)
        (build / "program.py").write_bytes(b" " * 700_000)
        if finished:
            (build / "SHA256SUMS").touch()
    folder.chmod(0o700)
    assert told(run, "compiled programs") == f"2 programs, 2.1 MB in {folder}"
    monkeypatch.setenv("SCRATCHWORK_CACHE", "off")
    assert told(run, "compiled programs") == "not kept: SCRATCHWORK_CACHE=off"


@pytest.mark.skipif(os.name != "posix", reason="no modes of this kind there")
def test_doctor_tells_of_a_folder_that_is_not_ours(
    run: Runner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("SCRATCHWORK_CACHE", str(tmp_path))
    (tmp_path / "compiled").mkdir(mode=0o755)
    why = f"{tmp_path / 'compiled'} is not a folder of this user alone"
    assert told(run, "compiled programs") == f"kept for one process alone: {why}"
    assert "to mend it: set SCRATCHWORK_CACHE to a folder of yours" in run("doctor").stdout
