"""A table or arrays of the user's own: train, predict, and what is refused."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Runner

EPOCHS = ("--epochs", "3")


@pytest.fixture
def table(run: Runner) -> Path:
    """flowers.csv in the current folder: a number of the row, two features, a text."""
    rng, rows = np.random.default_rng(0), ["id;length;width;species"]
    for i in range(90):
        kind = i % 3
        length, width = rng.normal((kind, -kind), 0.1)
        rows.append(f"{i};{length:.3f};{width:.3f};{('rose', 'lily', 'iris')[kind]}")
    Path("flowers.csv").write_text("\n".join(rows) + "\n")
    return Path("flowers.csv")


@pytest.fixture
def prices(run: Runner) -> Path:
    """prices.csv: a straight line, far from 0."""
    x = np.linspace(0, 10, 80)
    rows = [f"{a},{200_000 + 10_000 * a}" for a in x]
    Path("prices.csv").write_text("\n".join(["area,price", *rows]) + "\n")
    return Path("prices.csv")


def test_classes_of_a_table(run: Runner, table: Path) -> None:
    result = run("train", "flowers.csv", "--target", "species", "--drop", "id", "--epochs", "30")
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "flowers: species (iris, lily, rose); 2-64-32-3, relu, Adam; "
        "rows: 63 training, 14 validation, 13 test"
    )
    words = "flowers.csv --target species --drop id --epochs 30"
    assert lines[-5] == "test accuracy: 100.0 %"
    assert lines[-4].startswith("engine: ")
    assert lines[-3:] == [
        f"read its program: scratchwork source {words}",
        f"or keep it as a file: scratchwork train {words} --write flowers.py",
        f"to use the network: scratchwork train {words} --network flowers.py",
    ]


def test_predict_answers_by_name(
    run: Runner, table: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    words = ("--drop", "id", "--epochs", "30", "--network", "flowers.py")
    assert run("train", "flowers.csv", *words).stdout.endswith(
        "the trained network: flowers.py\nuse it: scratchwork predict flowers.py ROWS.csv\n"
    )
    Path("new.csv").write_text("width,length\n0.02,0.05\n-2.1,1.9\n")
    assert run("predict", "flowers.py", "new.csv").exit_code == 0
    answers = capfd.readouterr().out.splitlines()
    assert [answer.split(" ")[0] for answer in answers] == ["rose", "iris"]
    Path("other.csv").write_text("width,size\n0.02,0.05\n")
    assert run("predict", "flowers.py", "other.csv").exit_code == 1
    assert capfd.readouterr().err == "cannot read other.csv: line 1: no column length\n"


def test_numbers_of_a_table(run: Runner, prices: Path) -> None:
    result = run("train", "prices.csv", "--target", "price")
    assert result.stdout.startswith("prices: price; 1-64-32-1, relu, Adam; rows: 56 training")
    last = next(line for line in result.stdout.splitlines() if line.startswith("test "))
    r2 = float(re.fullmatch(r"test loss: \S+, mean_absolute_error: \S+, r2: (\S+)", last)[1])  # type: ignore[index] # it matches
    assert r2 > 0.9
    assert "# layer 3: Rescale(" in run("source", "prices.csv").stdout


@pytest.mark.parametrize("labels", [(0, 1, 2), (1, 2, 3)])
def test_arrays(run: Runner, labels: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).integers(0, 256, (60, 4, 4), dtype=np.uint8)
    np.savez("small.npz", X=images, y=np.resize(labels, 60))
    result = run("train", "small.npz", *EPOCHS)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("small: y")
    assert "16-64-32-3" in result.stdout
    source = run("source", "small.npz", "--program", "program").stdout
    assert "Rescale(1 / 255)" in source
    assert "Flatten()" in source


def test_every_option_at_once(run: Runner, table: Path) -> None:
    options = {
        "--loss": "ce",
        "--l2": "0.1",
        "--dropout": "0.1",
        "--schedule": "one-cycle",
        "--engine": "numpy",
        "--optimizer": "rmsprop",
        "--activation": "swish",
    }
    words = [word for pair in options.items() for word in pair]
    printed = run("source", "flowers.csv", "--batch-norm", "--drop", "id", *words).stdout
    for part in ("BatchNorm()", "l2=0.1", "rate1", "OneCycle", "RMSProp", "silu", "cross_entropy"):
        assert part in printed + run("source", "flowers.csv", *words, "--program", "program").stdout


@pytest.mark.parametrize(
    "schedule",
    ["step", "exponential", "inverse-time", "polynomial", "cosine", "warm-cosine", "one-cycle"],
)
def test_each_schedule_ends_low(run: Runner, schedule: str) -> None:
    printed = run("source", "iris", "--schedule", schedule).stdout
    assert "rate = " in printed
    assert run("train", "iris", "--schedule", schedule, *EPOCHS).exit_code == 0


def test_summary_and_verify(run: Runner, table: Path) -> None:
    words = ("flowers.csv", "--drop", "id", "--batch-norm", "--activation", "tanh")
    shown = run("summary", *words)
    assert "BatchNorm()" in shown.stdout
    assert "total" in shown.stdout
    checked = run("verify", *words)
    assert (checked.exit_code, checked.stderr) == (0, "")
    assert checked.stdout.endswith("gradients agree to 1e-06\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ("train missing.csv", 1, "missing.csv expects a file that exists, got no such file"),
        ("train flowers.csv --target sort", 1, "--target one of its 4 columns, id, length"),
        ("train flowers.csv --target id", 1, "leave the column out with --drop species"),
        ("train flowers.csv --loss binary_cross_entropy", 2, "expects two classes, got 3"),
        ("train flowers.csv --loss mse", 1, 'for classes use loss="cross_entropy"'),
        ("train flowers.csv --missing none", 2, "'none' is not one of 'error', 'drop'"),
        ("train flowers.csv --drop id,name", 1, "--drop one of its 4 columns, id, length"),
        ("train flowers.csv --drop id --write a.py --network ./a.py", 2, "than --write, got a.py"),
        ("predict flowers.csv flowers.csv --output flowers.csv", 1, "got another file"),
        ("train flowers.csv --data x.npz", 2, "--data expects mnist, got flowers.csv"),
        ("predict flowers.py flowers.csv", 1, "a program that train --network wrote, got no such"),
        ("predict flowers.csv flowers.csv", 1, "got another file"),
        ("train flowers.csv --network a.txt", 2, "ends in .py"),
        ("train flowers.csv --engine cuda", 2, "'cuda' is not one of 'auto', 'numpy'"),
    ],
)
def test_what_is_refused(run: Runner, table: Path, words: str, code: int, message: str) -> None:
    result = run(*words.split())
    assert (result.exit_code, result.stdout.count("epoch")) == (code, 0)
    assert message in result.stderr


def test_a_changed_network_is_not_run(run: Runner, table: Path) -> None:
    run("train", "flowers.csv", "--drop", "id", *EPOCHS, "--network", "flowers.py")
    with open("flowers.py", "a") as file:
        file.write("print('mine')\n")
    result = run("predict", "flowers.py", "flowers.csv")
    assert result.exit_code == 1
    assert "got one that was changed since; to run it all the same: python flowers.py" in (
        result.stderr
    )


def test_a_training_is_not_run_as_a_network(run: Runner, table: Path) -> None:
    run("train", "flowers.csv", "--drop", "id", *EPOCHS, "--write", "training.py")
    result = run("predict", "training.py", "flowers.csv")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "got one that trains, of train --write; make a network: scratchwork train DATA" in (
        result.stderr
    )


def test_answers_in_a_file(run: Runner, table: Path) -> None:
    run("train", "flowers.csv", "--drop", "id", *EPOCHS, "--network", "flowers.py")
    words = ("predict", "flowers.py", "flowers.csv", "--output")
    assert run(*words, "all.csv", "--probabilities").exit_code == 0
    header, *rows = Path("all.csv").read_text().splitlines()
    assert (header, len(rows)) == ("iris,lily,rose", 90)
    assert all(abs(sum(map(float, row.split(","))) - 1) < 1e-4 for row in rows)
    before = table.read_text()
    assert run(*words, "flowers.csv").exit_code == 2
    assert table.read_text() == before
    assert run("predict", "flowers.py", "none.csv", "--output", "none.txt").exit_code == 1
    assert not Path("none.txt").exists()


# ---- columns ----
@pytest.fixture
def passengers(run: Runner) -> Path:
    """Two columns of texts, one of them with a comma in its name, and gaps in the ages."""
    rows = [f"Ann,Oslo,{'' if i % 9 == 4 else i},{i * 3 % 7},{i % 2}" for i in range(90)]
    text = '"Name, first",Town hall,Age,Fare,Survived'
    Path("people.csv").write_text("\n".join([text, *rows]) + "\n")
    return Path("people.csv")


def test_advice_about_columns_can_be_typed_as_it_stands(run: Runner, passengers: Path) -> None:
    words = ["summary", "people.csv"]
    told = run(*words).stderr
    assert "leave these columns out with --drop 'Name, first' --drop 'Town hall'\n" in told
    words += ["--drop", "Name, first", "--drop", "Town hall"]
    assert "leave these rows out with --missing drop\n" in run(*words).stderr
    assert run(*words, "--missing", "drop").exit_code == 0


@pytest.mark.parametrize("drop", ["0,1", "Town hall,0", "Town hall, 0,", "1,Fare,-5"])
def test_several_columns_in_one_word(run: Runner, passengers: Path, drop: str) -> None:
    result = run("train", "people.csv", "--drop", drop, "--missing", "drop", *EPOCHS)
    assert result.exit_code == 0, result.stderr
    assert "rows: 56 training" in result.stdout
    assert f"--drop {shlex.quote(drop)} --missing drop --epochs 3\n" in result.stdout


@pytest.mark.parametrize("option", ["--missing", "--drop"])
def test_columns_are_refused_where_there_are_none(run: Runner, option: str) -> None:
    np.savez("small.npz", X=np.eye(9), y=np.arange(9) % 2)
    for data, expected in (("moons", "a file of your own"), ("small.npz", "a table FILE.csv")):
        result = run("train", data, option, "drop")
        assert result.exit_code == 2
        assert f"{option} expects {expected}, got {data}" in result.stderr


# ---- help ----
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Runner, shell: str) -> None:
    assert "_SCRATCHWORK_COMPLETE" in run("completion", shell).stdout


def test_data_sets_and_files_are_completed(run: Runner) -> None:
    from click.shell_completion import ShellComplete

    from scratchwork.cli import main

    shell = ShellComplete(main, {}, "scratchwork", "_SCRATCHWORK_COMPLETE")
    found = [(item.value, item.type) for item in shell.get_completions(["train"], "sp")]
    assert found == [("spirals", "plain"), ("sp", "file")]
