"""Compiled programs: one module a text, kept for the next process, NumPy's turn without Numba."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork
from scratchwork.engines.cache import CompileError, compiled

pytest.importorskip("numba")

TEXT = '''"""A program."""
import numba

CACHE = True


@numba.njit("float64(float64[::1])", cache=CACHE, nogil=True)
def total(x):
    result = 0.0
    for i in range(len(x)):
        result += x[i]
    return result
'''

CHILD = """
import json, os, sys

given = json.load(sys.stdin)
exec(given["first"])
import numpy as np
from scratchwork.engines.cache import compiled

rows = []
for text, before in given["programs"]:
    exec(before)
    module = compiled(text)
    hits = sum(getattr(module.total, "stats", ((), {}))[1].values())
    rows.append((module.total(np.arange(5.0)), hits, module.__file__))
print(json.dumps(rows))
"""


def program(number: int = 0) -> str:
    """One of many texts that compute the same."""
    return f"{TEXT}\n# {number}\n"


def start(cache: Path | str, programs: Any = (TEXT,), first: str = "", **env: str) -> Any:
    """Start a process that loads programs; with a text, code may be given that runs before it."""
    pairs = [(x, "") if isinstance(x, str) else x for x in programs]
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ
        | {"PYTHONPATH": str(Path(scratchwork.__file__).parents[1])}
        | {"SCRATCHWORK_CACHE": str(cache)}
        | env,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"first": first, "programs": pairs}))
    process.stdin.close()
    process.stdin = None
    return process


def rows_of(process: Any, told: str = "") -> list[tuple[float, int, str]]:
    """What a process has computed, its hits in Numba's cache, and the files of its modules; it
    says nothing, or warns once of what it is ``told`` to.
    """
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 0, errors
    assert errors.count("Warning") == bool(told)
    assert told in errors if told else errors == ""
    return [tuple(row) for row in json.loads(output)]


def run(
    cache: Path | str, programs: Any = (TEXT,), first: str = "", told: str = "", **env: str
) -> list[Any]:
    rows = rows_of(start(cache, programs, first, **env), told)
    assert [row[0] for row in rows] == [10.0] * len(rows)
    return rows


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


def builds(cache: Path) -> list[Path]:
    return sorted(path.parent for path in cache.rglob("program.py"))


pytestmark = pytest.mark.compiled


# ---- one process ----
@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRATCHWORK_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("cache")
def test_a_text_gives_one_module() -> None:
    module = compiled(program(1))
    assert module.total(np.arange(5.0)) == 10.0
    assert compiled(program(1)) is module
    assert compiled(program(2)) is not module


def test_threads_that_ask_at_once_compile_once(cache: Path) -> None:
    begin, modules = threading.Barrier(4), []

    def ask() -> None:
        begin.wait()
        modules.append(compiled(program(3)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(modules) == 4
    assert len({id(module) for module in modules}) == 1
    assert sum(modules[0].total.stats.cache_misses.values()) == 1
    assert len(builds(cache)) == 1


def test_without_numba_there_is_an_error_to_catch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(CompileError, match=r"got ModuleNotFoundError: .* choose engine=\"numpy\""):
        compiled(program(4))


def test_a_program_that_numba_refuses_is_an_error_and_leaves_nothing(cache: Path) -> None:
    with pytest.raises(CompileError, match="got TypingError: Failed in nopython mode") as caught:
        compiled(program(5).replace("result += x[i]", "result += missing(x)"))
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
    assert files(cache) == []


@pytest.mark.skipif(os.name != "posix", reason="no modes of this kind")
def test_the_folder_is_closed_to_others(cache: Path) -> None:
    compiled(program(6))
    (build,) = builds(cache)
    for folder in [build, *build.parents[:3]]:
        assert folder.stat().st_mode & 0o777 == 0o700


def test_by_default_it_is_in_the_cache_folder_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCRATCHWORK_CACHE", raising=False)
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    compiled(program(7))
    assert builds(tmp_path)[0].parents[2].parts[-2:] == ("scratchwork", "compiled")


def test_off_writes_nothing_and_imports_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCHWORK_CACHE", "off")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for variable in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(tmp_path))
    module = compiled(program(8))
    assert module.total(np.arange(5.0)) == 10.0
    assert (module.CACHE, str(module.__file__)[:12]) == (False, "<scratchwork")
    assert files(tmp_path) == []


# ---- what the user has told Numba ----
def test_numbas_own_cache_folder_is_not_used(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody would check what is unpickled there; afterwards it is the user's again."""
    import numba

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(cache / "numbas"))
    compiled(program(9))
    assert str(cache / "numbas") == numba.config.CACHE_DIR
    assert not (cache / "numbas").exists()
    ((_, hits, _),) = run(cache, [program(9)], NUMBA_CACHE_DIR=str(cache / "numbas"))
    assert hits == 1


def test_a_program_that_runs_as_python_is_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("numba.config.DISABLE_JIT", 1)
    assert compiled(program(10)).total(np.arange(5.0)) == 10.0
    assert files(cache) == []


def test_options_that_change_machine_code_are_kept_apart(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled(program(11))
    monkeypatch.setattr("numba.config.BOUNDSCHECK", 1)
    compiled(program(12))
    first, second = builds(cache)
    assert first.parents[1] != second.parents[1]


# ---- several processes ----
def test_the_next_process_does_not_compile(tmp_path: Path) -> None:
    (first,), (second,) = run(tmp_path), run(tmp_path)
    assert (first[1], second[1]) == (0, 1)
    assert first[2] == second[2] == str(builds(tmp_path)[0] / "program.py")
