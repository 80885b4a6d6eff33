"""Running written files as their owner would: another process, without Scratchwork."""

from __future__ import annotations

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import scratchwork as sw
from tests.engine import NUMPY, assert_same

THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
ALLOWED = {"base64", "csv", "math", "numpy", "os", "pathlib", "sys"}


def run(file: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in its folder; any warning is an error."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COV"))}
    return subprocess.run(
        [sys.executable, "-W", "error", file.name, *words],
        cwd=file.parent,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )


def output(file: Path, *words: str, **environment: str) -> str:
    """What a program prints that ends well and has nothing to complain of."""
    done = run(file, *words, **environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def complaint(file: Path, *words: str) -> str:
    """The one message of a program that ends with exit code 1: no traceback, no output."""
    done = run(file, *words)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    return done.stderr


def epochs(text: str) -> dict[str, list[str]]:
    """What a training program printed, as texts: ``{"epoch": ["1", "2"], "loss": [...]}``."""
    columns: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("epoch "):
            for part in line.replace(": ", ", ").split(", "):
                name, value = part.split(" ")
                columns.setdefault(name, []).append(value)
    return columns


def recorded(history: sw.model.History) -> dict[str, list[str]]:
    """The same of a history: to the last digit, as repr gives them."""
    columns = {name: [repr(float(x)) for x in history[name]] for name in history}
    return {"epoch": [str(epoch + 1) for epoch in history.epoch], **columns}


def assert_repeats(text: str, history: sw.model.History, dtype: str = "float32") -> None:
    """A program printed the history: to the last digit where NumPy's engine ran the fit."""
    printed, expected = epochs(text), recorded(history)
    if NUMPY:
        assert printed == expected
    else:
        assert_same(as_numbers(printed), as_numbers(expected), dtype)


def as_numbers(columns: dict[str, list[str]]) -> dict[str, list[float]]:
    return {name: [float(x) for x in column] for name, column in columns.items()}


def load(file: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import a written file; what it sets in the environment ends with the test."""
    for name in THREADS:
        monkeypatch.setenv(name, os.environ.get(name, "1"))
    specification = importlib.util.spec_from_file_location(file.stem, file)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def check_form(file: Path, entry: set[str]) -> None:
    """ASCII, at most 100 columns, NumPy alone, nothing unused but the functions of ``entry``."""
    text = file.read_bytes().decode("ascii")
    assert max(map(len, text.splitlines())) <= 100
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    tree = ast.parse(text)
    imported = {a.name for x in ast.walk(tree) if isinstance(x, ast.Import) for a in x.names}
    imported |= {str(x.module) for x in ast.walk(tree) if isinstance(x, ast.ImportFrom)}
    assert imported <= ALLOWED
    read = {x.id for x in ast.walk(tree) if isinstance(x, ast.Name) and x.id != "__name__"}
    made = {x.name for x in tree.body if isinstance(x, ast.FunctionDef)}
    assert made - read <= entry
    assert {name.split(".")[0].replace("numpy", "np") for name in imported} - read <= {"pathlib"}
    if ruff := shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff"):
        done = subprocess.run(
            [ruff, "check", "--isolated", "--no-cache", "--select", "F", str(file)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
