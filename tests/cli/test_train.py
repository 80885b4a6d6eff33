"""train: what it prints and writes, and that it learns."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import SMALL, Runner


def accuracy(output: str) -> float:
    (found,) = re.findall(r"^test accuracy: (\d+\.\d) %$", output, re.MULTILINE)
    return float(found)


# ---- train ----
@pytest.mark.compiled
def test_digits_are_read(run: Runner) -> None:
    result = run("train", "digits")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert result.stderr == ""
    assert lines[0].startswith("digits: 64-128-64-10, relu, Adam; rows: 1258 training, 270 val")
    assert [line.split(":")[0] for line in lines[1:31]] == [f"epoch {i}" for i in range(1, 31)]
    assert all("val_accuracy" in line for line in lines[1:31])
    assert accuracy(result.stdout) >= 96
    assert lines[32].startswith("engine: ")
    assert lines[33:] == [
        "read its program: scratchwork source digits",
        "or keep it as a file: scratchwork train digits --write digits.py",
    ]


@pytest.mark.compiled
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_digits_are_read_whatever_the_seed(run: Runner, seed: int) -> None:
    assert accuracy(run("train", "digits", "--seed", str(seed)).stdout) >= 96


def test_moons_are_told_apart(run: Runner) -> None:
    assert accuracy(run("train", "moons").stdout) >= 97


def test_the_last_lines_repeat_the_options(run: Runner) -> None:
    options = ("--layers", "", "--optimizer", "SGD", "--learning-rate", "0.5", "--epochs", "1")
    lines = run("train", "moons", *options).stdout.splitlines()
    typed = "moons --layers '' --optimizer SGD --learning-rate 0.5 --epochs 1"
    assert lines[0].startswith("moons: 2-2, SGD; rows")
    assert lines[-2] == f"read its program: scratchwork source {typed}"
    assert lines[-1].endswith(f"scratchwork train {typed} --write moons.py")


def test_the_same_seed_prints_the_same(run: Runner) -> None:
    first, again, other = (run("train", "moons", *SMALL, "--seed", s).stdout for s in "778")
    assert first == again
    assert first.splitlines()[1:4] != other.splitlines()[1:4]


def test_mnist_from_a_file(run: Runner, mnist_file: Path) -> None:
    result = run("train", "mnist", "--data", str(mnist_file), *SMALL)
    assert result.exit_code == 0, result.output
    assert "mnist: 784-4-10, relu, Adam; rows: 50 training, 10 val" in result.stdout
    assert f"train mnist --data {mnist_file} --layers 4 --epochs 2 --write" in result.stdout
    assert f"source mnist --data {mnist_file} --layers 4 --epochs 2\n" in result.stdout


def test_mnist_from_the_variable(
    run: Runner, mnist_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCRATCHWORK_MNIST", str(mnist_file))
    assert run("train", "mnist", *SMALL).exit_code == 0


def test_quiet_leaves_out_the_epochs(run: Runner) -> None:
    loud, quiet = (run("train", "moons", *SMALL, *more) for more in ((), ("--quiet",)))
    lines = [line for line in loud.stdout.splitlines() if not line.startswith("epoch ")]
    assert quiet.stdout.splitlines() == lines


def test_lr_is_the_learning_rate(run: Runner) -> None:
    short, long = (run("train", "moons", *SMALL, way, "0.5") for way in ("--lr", "--learning-rate"))
    assert short.stdout == long.stdout
    assert "--learning-rate 0.5" in short.stdout


# ---- the engine ----
@pytest.mark.parametrize(
    ("options", "variable", "shown"),
    [
        ((), "", r"numpy \(auto: some 0\.\d+ s in NumPy, too short to compile\)"),
        ((), "numpy", r"numpy \(auto: SCRATCHWORK_ENGINE=numpy\)"),
        (("--engine", "numpy"), "numba", r"numpy \(as asked for\)"),
        (("--engine", "NumPy"), "", r"numpy \(as asked for\)"),
    ],
)
def test_the_engine_that_ran_is_named(
    run: Runner,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    variable: str,
    shown: str,
) -> None:
    monkeypatch.setenv("SCRATCHWORK_ENGINE", variable)
    result = run("train", "moons", *SMALL, *options)
    assert result.exit_code == 0, result.output
    assert re.findall(r"^engine: (.*)$", result.stdout, re.MULTILINE) == re.findall(
        shown, result.stdout
    )


def test_a_compiled_training_and_its_program(run: Runner) -> None:
    """The program is NumPy's: it says that it comes near, and does."""
    pytest.importorskip("numba")
    result = run("train", "moons", *SMALL, "--engine", "numba", "--write", "moons.py")
    assert result.exit_code == 0, result.output
    assert "engine: numba (as asked for)\n" in result.stdout
    head = " ".join(Path("moons.py").read_text().split('"""')[1].split())
    assert "the losses of that fit, which Numba ran, up to rounding: some 1e-5 of a loss" in head
    assert "to the last digit" not in head
    ran = subprocess.run([sys.executable, "moons.py"], capture_output=True, text=True)
    losses = [
        [float(loss) for loss in re.findall(r"^epoch .*?: loss ([\d.]+)", text, re.MULTILINE)]
        for text in (result.stdout, ran.stdout)
    ]
    assert len(losses[0]) == 2
    assert losses[1] == pytest.approx(losses[0], abs=1e-4), ran.stderr


# ---- write ----
def test_the_written_program_repeats_the_training(run: Runner) -> None:
    result = run("train", "moons", *SMALL, "--dropout", "0.1", "--write", "my moons.py")
    assert result.stdout.splitlines()[-2:] == [
        "its program: my moons.py, with its data in my moons.npz",
        "run it: python 'my moons.py'",
    ]
    ran = subprocess.run([sys.executable, "my moons.py"], capture_output=True, text=True)
    shown = re.findall(r"^epoch .*?: loss ([\d.]+)", result.stdout, re.MULTILINE)
    again = re.findall(r"^epoch .*?: loss ([\d.]+)", ran.stdout, re.MULTILINE)
    assert [f"{float(loss):.4f}" for loss in again] == shown, ran.stderr


def test_a_program_of_ours_is_written_over(run: Runner) -> None:
    first, second = (run("train", "moons", *SMALL, "--write", "moons.py") for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0)


def test_a_program_that_was_changed_is_kept(run: Runner) -> None:
    run("train", "moons", *SMALL, "--write", "moons.py")
    with open("moons.py", "a") as file:
        file.write("# mine\n")
    result = run("train", "moons", *SMALL, "--write", "moons.py")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "got one that was changed since; choose another name" in result.stderr
    assert Path("moons.py").read_text().endswith("# mine\n")


def foreign(path: Path) -> None:
    path.write_text("print('mine')\n")


@pytest.mark.parametrize(
    ("name", "before", "code", "message"),
    [
        ("missing/a.py", None, 1, "No such file or directory"),
        ("a.py", foreign, 1, "a new file or one that Scratchwork wrote"),
        ("a.py", Path.mkdir, 1, "a new file or one that Scratchwork wrote"),
        (f"{'a' * 300}.py", None, 1, "that can be written"),
        ("a.txt", None, 2, "ends in .py"),
        ("gr\u00fcn.py", None, 2, "plain ASCII"),
        ("-", None, 2, "ends in .py"),
        ("", None, 2, "ends in .py"),
        ("numpy.py", None, 2, "a name that no module of Python, NumPy"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_training(
    run: Runner, name: str, before: Callable[[Path], None] | None, code: int, message: str
) -> None:
    if before is not None:
        before(Path(name))
    there = sorted(Path().rglob("*"))
    result = run("train", "moons", "--write", name)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert sorted(Path().rglob("*")) == there


def test_arrays_of_another_are_not_written_over(run: Runner) -> None:
    Path("a.npz").touch()
    result = run("train", "moons", "--write", "a.py")
    assert result.exit_code == 1
    assert "write a.npz" in result.stderr
    assert not Path("a.py").exists()
