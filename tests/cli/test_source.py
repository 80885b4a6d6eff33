"""source: the text of the program that trains."""

from __future__ import annotations

import pytest

from scratchwork.built import DIALECTS
from scratchwork.cli.tasks import TASKS
from tests.cli.conftest import Runner, settings


def test_source_prints_the_step_that_trains(run: Runner) -> None:
    model = settings("digits", layers=(8,), activation="tanh", dropout=0.1, optimizer="SGD",
                     learning_rate=0.3).model()  # fmt: skip
    options = ("--layers", "8", "--activation", "TANH", "--dropout", "0.1", "--learning-rate", ".3")
    result = run("source", "digits", *options, "--optimizer", "sgd", "--seed", "3")
    assert result.exit_code == 0
    assert result.stdout == model.source().rstrip("\n") + "\n"
    for part in ('# layer 1: Dense(8, "tanh")', "rate1=0.1", "learning_rate=0.3", "# (n, 8)"):
        assert part in result.stdout


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("program", ["step", "epoch", "predict", "evaluate", "initialize"])
def test_each_function_is_printed(run: Runner, task: str, program: str) -> None:
    name = {"step": "train_step", "epoch": "train_epoch"}.get(program, program)
    printed = run("source", task, "--program", program).stdout
    assert printed.startswith(f"def {name}(")
    compile(printed, task, "exec")


def test_the_whole_program_is_printed(run: Runner) -> None:
    printed = run("source", "mnist", "--program", "program", "--layers", "3,2").stdout
    assert 'Flatten(), Dense(3, "relu"), Dropout(0.1), Dense(2, "relu")' in printed
    names: dict[str, object] = {}
    exec(printed, names)
    assert {"initialize", "train_step", "train_epoch", "evaluate", "predict"} <= set(names)


def test_the_help_says_how_to_get_the_whole(run: Runner) -> None:
    last = run("source", "-h").stdout.splitlines()[-1]
    assert last == "  The whole program: scratchwork source digits --program program"


def test_preprocessing_comes_with_the_data_set(run: Runner) -> None:
    assert "Rescale(0.0625)" in run("source", "digits").stdout
    assert "Standardize()" in run("source", "moons").stdout
    assert "Flatten()" in run("source", "mnist").stdout


@pytest.mark.parametrize("dialect", DIALECTS)
def test_other_dialects(run: Runner, dialect: str) -> None:
    model = settings("digits").model()
    printed = run("source", "digits", "--dialect", dialect).stdout
    assert printed == str(model.source(dialect)).rstrip("\n") + "\n"


def test_a_part_is_one_of_numpy_s(run: Runner) -> None:
    result = run("source", "digits", "--dialect", "pytorch", "--program", "predict")
    assert result.exit_code == 2
    assert "--program expects --dialect numpy, got --dialect pytorch" in result.output
