"""Loading: what runs is what is shown, in tracebacks, debuggers and files."""

from __future__ import annotations

import gc
import inspect
import io
import linecache
import pdb
import re
import stat
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.dialects.load import load
from scratchwork.errors import DescriptionError, FileError
from scratchwork.files import sealed

X, Y = np.ones((6, 3), np.float32), np.arange(6) % 2


def compiled(**settings: Any) -> sw.Sequential:
    model = sw.Sequential([sw.Dense(4, activation="relu"), sw.Dense(2)], input_shape=3)
    model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), seed=0, **settings)
    return model


def running(model: sw.Sequential, name: str) -> Any:
    """The function that fit, evaluate and predict call."""
    assert model.run is not None
    return model.run.engine().function(name)


FUNCTIONS = {
    "step": "train_step", "epoch": "train_epoch", "predict": "predict", "raw": "raw",
    "evaluate": "evaluate", "initialize": "initialize",
}  # fmt: skip


@pytest.mark.parametrize("in_a_file", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_source_of_the_running_function_is_what_source_shows(
    name: str, in_a_file: bool, tmp_path: Path
) -> None:
    model = compiled(source_file=tmp_path / "net.py" if in_a_file else None)
    model.fit(X, Y, epochs=1, verbose=0)
    assert inspect.getsource(running(model, FUNCTIONS[name])) == model.source(name)


def test_the_source_of_the_module_is_the_program() -> None:
    model = compiled()
    assert inspect.getsource(model.run.engine().module) == model.source("program")  # type: ignore[union-attr]


@pytest.mark.parametrize("in_a_file", [False, True])
def test_a_traceback_shows_the_line(in_a_file: bool, tmp_path: Path) -> None:
    model = compiled(source_file=tmp_path / "net.py" if in_a_file else None)
    predict = running(model, "predict")
    with pytest.raises(ValueError, match="matmul") as error:
        predict(np.ones((2, 99)), model["W1"], model["b1"], model["W2"], model["b2"])
    shown = "".join(traceback.format_exception(error.value))
    assert "in predict\n    Z1 = X @ W1 + b1" in shown


def test_the_cache_keeps_its_entry() -> None:
    """Debuggers call checkcache at every stop; an entry like that of a stale file is dropped."""
    model = compiled()
    code = running(model, "train_step").__code__
    linecache.checkcache()
    linecache.checkcache(code.co_filename)
    assert linecache.getline(code.co_filename, code.co_firstlineno).startswith("def train_step(")
    assert inspect.getsource(running(model, "train_step")) == model.source()


def test_equal_texts_share_their_entry_and_others_do_not() -> None:
    assert load("a = 1\n", "numpy").__file__ == load("a = 1\n", "numpy").__file__
    assert load("a = 1\n", "numpy").__file__ != load("a = 2\n", "numpy").__file__


# ---- the debugger ----
def debug(function: Any, arguments: dict[str, Any], *commands: str) -> str:
    """What pdb prints for these commands, given at the first line of the function."""
    output = io.StringIO()
    debugger = pdb.Pdb(
        stdin=io.StringIO("\n".join(commands) + "\n"), stdout=output, nosigint=True, readrc=False
    )
    debugger.use_rawinput = False
    before = sys.gettrace()
    try:
        debugger.runcall(function, **arguments)
    finally:
        debugger.clear_all_breaks()
        sys.settrace(before)
    return output.getvalue()


def arguments(model: sw.Sequential) -> dict[str, Any]:
    return {"X": X, "y": Y, **{name: model[name] for name in ("W1", "b1", "W2", "b2")}}


def line_of(function: Any, text: str) -> int:
    rows, first = inspect.getsourcelines(function)
    return first + next(i for i, row in enumerate(rows) if row.strip().startswith(text))


def test_pdb_lists_the_program_and_stops_at_a_line() -> None:
    model = compiled()
    step = running(model, "train_step")
    line = line_of(step, "dZ2 = ")
    shown = debug(
        step, arguments(model), "list", f"break {line}", "continue", "p P.shape", "next",
        "p dZ2.shape", "continue",
    )  # fmt: skip
    assert "def train_step(X, y, W1, b1, W2, b2, *, learning_rate=0.1):" in shown
    assert f"{line}" in shown
    assert "-> dZ2 = (P - Y) / n" in shown
    assert shown.count("(Pdb) (6, 2)") == 2  # of P before the line, and of dZ2 after it


def test_pdb_stops_by_the_name_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    model = compiled(source_file=path)
    step = running(model, "train_step")
    line = line_of(step, "A1 = ")
    shown = debug(step, arguments(model), f"break {path}:{line}", "continue", "where", "continue")
    assert re.search(rf"Breakpoint \d+ at {re.escape(str(path))}:{line}\n", shown)
    assert f"> {path}({line})train_step()" in shown
    assert "-> A1 = np.maximum(Z1, 0)" in shown


# ---- the file ----
def test_source_file_is_the_program(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    model = compiled(source_file=path)
    assert path.read_text() == sealed(model.source("program"))
    module = model.run.engine().module  # type: ignore[union-attr]
    assert inspect.getsource(module) == path.read_text()
    assert running(model, "predict").__code__.co_filename == str(path)


def test_our_own_file_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    compiled(source_file=path)
    model = compiled(source_file=path, metrics=["accuracy"])
    assert "accuracy" in path.read_text()
    assert inspect.getsource(running(model, "train_step")) == model.source()


def test_lines_that_were_shown_before_the_file_was_written_again_are_forgotten(
    tmp_path: Path,
) -> None:
    path = tmp_path / "net.py"
    compiled(source_file=path)
    assert "accuracy" not in "".join(linecache.getlines(str(path)))
    compiled(source_file=path, metrics=["accuracy"])
    assert "accuracy" in "".join(linecache.getlines(str(path)))


def test_a_program_that_was_changed_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    model = compiled(source_file=path)
    changed = path.read_text().replace("    return loss\n", "    print(loss)\n    return loss\n", 1)
    path.write_text(changed)
    before = model.source("program")
    with pytest.raises(FileError, match="got one that was changed since; choose another name"):
        model.compile(loss="mean_squared_error", source_file=path)
    assert path.read_text() == changed
    assert model.source("program") == before


LIMITED = """
import resource, scratchwork as sw
from scratchwork.errors import FileError
model = sw.Sequential([sw.Dense(2)], input_shape=3)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    model.compile(loss="cross_entropy", seed=0, source_file="net.py")
except FileError as error:
    print(error)
"""


@pytest.mark.parametrize("older", [False, True])
def test_a_full_disk_leaves_the_file_as_it_was(older: bool, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limits on this system")
    if older:
        compiled(source_file=tmp_path / "net.py")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIMITED],
        cwd=tmp_path, env={"PYTHONPATH": str(Path(sw.__file__).parents[1])},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "and room there, got File too large; make the folder or room" in done.stdout
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("name", [3, b"net.py", "net", "net.txt", "folder/", "", "n\0t.py"])
def test_a_name_of_no_program_is_refused(name: Any, tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match=r"compile\(source_file\) expects .* ends in \.py"):
        compiled(source_file=tmp_path / name if isinstance(name, str) else name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["numpy.py", "math.py"])
def test_a_name_that_would_hide_a_module_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="would import this file instead"):
        compiled(source_file=tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_file_may_have_any_letters(tmp_path: Path) -> None:
    compiled(source_file=tmp_path / "gr\u00fcn.py")
    assert (tmp_path / "gr\u00fcn.py").exists()


@pytest.mark.parametrize("content", [b"import os\n", b"", b"\xff\xfe\x00"])
def test_a_foreign_file_is_refused_and_left_alone(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"mine\.py expects"):
        compiled(source_file=path)
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"a folder that takes new files, .* or choose another"):
        compiled(source_file=tmp_path / "missing" / "net.py")
    (tmp_path / "net.py").mkdir()
    with pytest.raises(FileError, match="got a folder; choose another name"):
        compiled(source_file=tmp_path / "net.py")


def test_a_folder_without_the_right_to_write(tmp_path: Path) -> None:
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        (tmp_path / "probe").touch()
    except PermissionError:
        with pytest.raises(FileError, match="a folder that takes new files"):
            compiled(source_file=tmp_path / "net.py")
    else:  # root may write anywhere: the other places above are tested in any case
        (tmp_path / "probe").unlink()
    finally:
        tmp_path.chmod(stat.S_IRWXU)


def test_a_failed_compile_leaves_the_model_as_it_was(tmp_path: Path) -> None:
    model = compiled()
    before = model.source("program")
    with pytest.raises(FileError):
        model.compile(loss="mean_squared_error", source_file=tmp_path / "missing" / "net.py")
    assert model.source("program") == before
    model.fit(X, Y, epochs=1, verbose=0)


def shown() -> set[str]:
    """The generated texts that stand in Python's line cache."""
    return {name for name in linecache.cache if name.startswith("<scratchwork")}


def test_lines_are_shown_as_long_as_a_function_lives_and_no_longer() -> None:
    """A sweep over rates makes a text for each; they must not pile up."""
    gc.collect()
    before = shown()
    kept = load("def answer():\n    return 6 * 7\n", "numpy").answer
    again = load("def answer():\n    return 6 * 7\n", "numpy")
    assert len(shown() - before) == 1
    del again
    gc.collect()
    assert inspect.getsource(kept) == "def answer():\n    return 6 * 7\n"
    del kept
    gc.collect()
    assert shown() <= before


def test_models_that_are_gone_leave_no_lines() -> None:
    gc.collect()
    before = shown()
    for i in range(5):
        model = sw.Sequential([sw.Dense(1)], input_shape=2)
        model.compile("mean_squared_error", sw.SGD(0.001 + 0.001 * i), seed=0)
    assert len(shown() - before) >= 1
    del model
    gc.collect()
    assert shown() <= before
