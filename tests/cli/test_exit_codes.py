"""Misuse, failure and success, and what is said."""

from __future__ import annotations

import pytest

import scratchwork as sw
from scratchwork.cli.settings import Settings
from tests.cli.conftest import SMALL, Runner


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Usage"),
        (("train",), "Missing argument"),
        (("train", "cats"), "expects digits, moons, circles, spirals, iris, mnist, or a file"),
        (("train", "moon"), "did you mean moons?"),
        (("train", "digits", "--target", "y"), "error: --target expects a file of your own"),
        (("tran", "digits"), "No such command 'tran'"),
        (("train", "digits", "--units", "3"), "No such option"),
        (("train", "digits", "--max-iter", "3"), "No such option: --max-iter; passes over the"),
        (("train", "digits", "--hidden", "3"), "hidden layers: --layers 128,64\n"),
        (("train", "digits", "--data", "x.npz"), "error: --data expects mnist, got digits"),
        (("train", "digits", "--activation", "rely"), "'rely' is not one of"),
        (("train", "digits", "--optimizer", "Adan"), "'Adan' is not one of"),
        (("train", "digits", "--epochs", "0"), "0 is not in the range x>=1"),
        (("train", "digits", "--epochs", "1.5"), "1.5"),
        (("train", "digits", "--batch-size", "0"), "0 is not in the range x>=1"),
        (("train", "digits", "--seed", "-1"), "-1 is not in the range x>=0"),
        (("train", "digits", "--learning-rate", "fast"), "'fast' is not a valid float"),
        (("train", "digits", "--learning-rate", "0"), "error: Adam expects a finite number"),
        (("train", "digits", "--learning-rate", "nan"), "error: Adam expects a finite number"),
        (("train", "digits", "--dropout", "1"), "error: Dropout expects 0 <= rate < 1"),
        (("source", "digits", "--program", "all"), "'all' is not one of"),
        (("train", "digits", "--engine", "jax"), "'jax' is not one of 'auto', 'numpy', 'numba'"),
        (("train", "digits", "--device", "cpu"), "what runs the program: --engine numpy, or"),
        (("train", "digits", "--n-jobs", "2"), "what runs the program: --engine numpy, or"),
    ],
)
def test_misuse(run: Runner, words: tuple[str, ...], message: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize("sizes", ["0", "-5", "1.5", "128;64", "128,,64", ",", "many", "9" * 5000])
def test_layers_that_are_none(run: Runner, sizes: str) -> None:
    result = run("source", "digits", "--layers", sizes)
    assert result.exit_code == 2
    assert f"expects whole numbers from 1 to 100000 separated by commas, got {sizes!r}; " in (
        " ".join(result.stderr.split())
    )
    assert "'--layers'" in result.stderr
    assert "write --layers 128,64" in result.stderr


def test_no_mnist(run: Runner) -> None:
    result = run("train", "mnist")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error: mnist() expects the MNIST files")
    assert "give --data Keras' mnist.npz or a folder" in result.stderr
    assert "SCRATCHWORK_MNIST" in result.stderr
    missing = run("train", "mnist", "--data", "nowhere")
    assert missing.exit_code == 1
    assert missing.stderr.startswith("error: --data expects an .npz file or a folder")
    assert "mnist(path)" not in result.stderr + missing.stderr


def test_a_loss_that_is_not_finite(run: Runner) -> None:
    result = run("train", "digits", "--learning-rate", "1e30")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr.startswith("error: epoch 1, step ")
    assert "lower the learning rate" in result.stderr


def test_a_network_larger_than_the_memory(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Settings) -> sw.Sequential:
        raise MemoryError("unable to allocate 74.5 GiB")

    monkeypatch.setattr(Settings, "model", refuse)
    result = run("source", "digits")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: not enough memory: unable to allocate 74.5 GiB")


@pytest.mark.parametrize("command", ["train", "source", "summary", "verify"])
def test_an_engine_that_is_missing(
    run: Runner, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr("scratchwork.engines.choice.has_numba", lambda: False)
    result = run(command, "moons", "--engine", "numba")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: --engine expects Numba and SciPy, which engine")


def test_a_wrong_engine_in_the_environment(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "nunba")
    result = run("train", "moons")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("error: SCRATCHWORK_ENGINE expects engine one of auto, numpy,")
    assert run("train", "moons", *SMALL, "--engine", "numpy").exit_code == 0


def test_version_and_help(run: Runner) -> None:
    assert run("--version").stdout == f"scratchwork, version {sw.__version__}\n"
    assert "scratchwork train digits" in run("--help").stdout
    assert run("-h").stdout == run("--help").stdout
    for command in ("train", "source", "summary", "verify"):
        text = run(command, "--help").stdout
        assert run(command, "-h").stdout == text
        assert f"  scratchwork {command} digits" in text
        assert "default: digits, mnist 128,64; moons, circles 32,16;" in " ".join(text.split())
