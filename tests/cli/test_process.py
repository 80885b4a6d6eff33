"""The command as a process: pipes, a terminal, Ctrl-C, a full disk."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import SMALL, Runner

COMMAND = (sys.executable, "-m", "scratchwork")


@contextmanager
def start(*words: str) -> Iterator[subprocess.Popen[str]]:
    """The command as a process of its own, ended whatever happens."""
    command = [*COMMAND, *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_pipe_gets_plain_text(run: Runner) -> None:
    with start("train", "moons", *SMALL) as process:
        out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert out == run("train", "moons", *SMALL).stdout
    assert "\x1b" not in out


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a process there")
def test_ctrl_c_says_how_far_it_came(run: Runner) -> None:
    with start("train", "digits", "--epochs", "100000", "--write", "digits.py") as process:
        assert process.stdout is not None
        for _ in range(3):  # the head and two epochs
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, error = process.communicate(timeout=60)
    assert process.returncode == 130
    assert re.fullmatch(
        r"interrupted after \d+ of 100000 epochs; validation accuracy so far: [\d.]+ %",
        error.strip(),
    )
    assert "test accuracy" not in out
    assert not Path("digits.py").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes of this kind there")
@pytest.mark.parametrize("words", [("source", "digits"), ("train", "digits")])
def test_a_reader_that_goes_away(run: Runner, words: tuple[str, ...]) -> None:
    with start(*words) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 1


def test_a_terminal_without_the_letters(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    rows = ["1,\u4e2d", "2,\u4e2e"] * 20
    Path("t.csv").write_text("\n".join(["a,kind", *rows]), encoding="utf-8")
    with start("train", "t.csv", *SMALL) as process:
        out, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert "t: kind (\\u4e2d, \\u4e2e); " in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full there")
@pytest.mark.parametrize("words", ["source digits", "train moons", "--help", "train -h"])
def test_a_full_disk(run: Runner, words: str) -> None:
    with open("/dev/full", "w") as full:
        command = [*COMMAND, *words.split()]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert result.stderr == (
        "error: No space left on device; make room, or send the output elsewhere\n"
    )


def in_a_terminal(
    *words: str, stdout: int | None = None, columns: int = 120
) -> tuple[bytes, bytes]:
    """What a terminal is sent, and what ``stdout`` is if it goes elsewhere."""
    import pty

    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns)}
    process = subprocess.Popen(
        [*COMMAND, *words], stdout=stdout or theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    other = process.stdout.read() if process.stdout else b""
    if process.stdout:
        process.stdout.close()
    assert process.wait(timeout=60) == 0
    return shown, other


needs_terminal = pytest.mark.skipif(sys.platform == "win32", reason="no pty there")


@needs_terminal
def test_a_terminal_gets_a_bar_colours_and_the_same_lines(run: Runner) -> None:
    words = ("train", "moons", "--layers", "4", "--epochs", "12")
    shown = in_a_terminal(*words)[0].decode()
    assert "\u2501" in shown  # the bar
    assert "\x1b[1;32mtest accuracy" in shown
    plain = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", shown).replace("\r", "\n").split("\n")
    lines = [line for line in plain if line and "\u2501" not in line]
    assert lines == run(*words).stdout.splitlines()


@needs_terminal
def test_with_stdout_in_a_pipe_the_bar_stays_in_the_terminal(run: Runner) -> None:
    words = ("train", "moons", "--layers", "4", "--epochs", "12")
    shown, out = in_a_terminal(*words, stdout=subprocess.PIPE)
    assert "\u2501" in shown.decode()
    assert out.decode() == run(*words).stdout


@needs_terminal
def test_commands_to_copy_are_never_broken(run: Runner) -> None:
    options = ("moons", "--layers", "4,3,2", "--learning-rate", "0.0125", "--epochs", "1")
    words = ("train", *options)
    shown = in_a_terminal(*words, columns=30)[0].decode().replace("\r\n", "\n")
    assert f"scratchwork source {' '.join(options)}\n" in shown
    assert f"scratchwork train {' '.join(options)} --write moons.py\n" in shown


@needs_terminal
def test_a_program_in_a_terminal_is_coloured_and_the_same(run: Runner) -> None:
    shown = in_a_terminal("source", "digits")[0].decode().replace("\r\n", "\n")
    assert "\x1b[" in shown
    assert re.sub(r"\x1b\[[\d;]*m", "", shown) == run("source", "digits").stdout


def test_the_library_loads_neither_click_nor_rich(run: Runner) -> None:
    names = "{name.split('.')[0] for name in sys.modules}"
    code = f"import scratchwork, sys; print(sorted({names} & {{'click', 'rich'}}))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.stdout == "[]\n"
