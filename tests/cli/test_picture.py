"""train --plot: a picture that fits the data, and what is refused before the training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from tests.cli.conftest import SMALL, Runner


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were saved."""
    figures: list[Figure] = []
    save = Figure.savefig

    def remembered(self: Figure, *given: Any, **settings: Any) -> None:
        figures.append(self)
        save(self, *given, **settings)

    monkeypatch.setattr(Figure, "savefig", remembered)
    return figures


def words(figure: Figure) -> str:
    """All that is written in a figure, in its parts, too."""
    return " | ".join(text.get_text() for text in figure.findobj(Text))


@pytest.mark.parametrize("name", ["out.png", "out.svg", "Out.PNG"])
def test_the_suffix_says_the_format(run: Runner, name: str) -> None:
    result = run("train", "iris", *SMALL, "--plot", name)
    assert result.exit_code == 0, result.output
    assert f"its picture: {name}" in result.stdout
    begin = Path(name).read_bytes()[:5]
    assert begin == (b"<?xml" if name.endswith("svg") else b"\x89PNG\r")


CONTENT = {
    "moons": ["upper", "lower", "x1"],
    "digits": ["rows are wrong", "says "],
    "iris": ["predicted class", "setosa"],
}


@pytest.mark.parametrize("data", CONTENT)
def test_beside_the_curves_stands_what_fits_the_data(
    data: str, run: Runner, drawn: list[Figure]
) -> None:
    run("train", data, *SMALL, "--plot", "out.png")
    (figure,) = drawn
    text = words(figure)
    for each in ("loss", "accuracy", "validation", *CONTENT[data]):
        assert each in text


def test_mnist_s_mistakes(run: Runner, drawn: list[Figure], mnist_file: Path) -> None:
    run("train", "mnist", "--data", str(mnist_file), *SMALL, "--plot", "out.png")
    assert "20 rows are wrong" in words(drawn[0])


def test_columns_of_a_table_name_the_axes(run: Runner, drawn: list[Figure]) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{x},{y},{'b' if x > y else 'a'}" for x, y in rng.normal(size=(60, 2)).round(3)]
    Path("table.csv").write_text("\n".join(["width,height,kind", *rows]), encoding="utf-8")
    run("train", "table.csv", *SMALL, "--plot", "out.png")
    assert "width" in words(drawn[0])
    assert "height" in words(drawn[0])


def test_numbers_have_curves_alone(run: Runner, drawn: list[Figure]) -> None:
    rng = np.random.default_rng(0)
    rows = [f"{x},{y},{x + y:.3f}" for x, y in rng.normal(size=(60, 2)).round(3)]
    Path("table.csv").write_text("\n".join(["a,b,c", *rows]), encoding="utf-8")
    result = run("train", "table.csv", "--target", "c", *SMALL, "--plot", "out.png")
    assert result.exit_code == 0, result.output
    assert len(drawn[0].subfigs) == 1
    assert "r2" in words(drawn[0])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("out.jpg", "--plot expects a file name that ends in .png or .svg, got out.jpg"),
        ("out", "choose another name, such as out.png"),
        ("nowhere/out.png", "write nowhere/out.png expects a file that can be written"),
        ("folder.png", "write folder.png expects a file, got a folder"),
    ],
)
def test_what_cannot_be_written_is_refused_before_the_training(
    name: str, text: str, run: Runner
) -> None:
    Path("folder.png").mkdir()
    result = run("train", "moons", *SMALL, "--plot", name)
    assert result.exit_code != 0
    assert text in result.stderr
    assert "epoch" not in result.stdout


def test_without_matplotlib_it_says_what_to_install(run: Runner) -> None:
    code = "import sys; sys.modules['matplotlib'] = None; from scratchwork.cli import main; main()"
    command = [sys.executable, "-c", code, "train", "moons", *SMALL, "--plot", "out.png"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: scratchwork.plots expects matplotlib, got none")
    assert 'pip install "scratchwork[plot]"' in done.stderr
