"""scratchwork articles: the list, the copies, and where a report goes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scratchwork.articles import ARTICLES
from scratchwork.articles import run as running
from scratchwork.articles.article import Options
from scratchwork.articles.page import Page

from .conftest import Runner


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Options]]:
    """Articles that write a line each, and how each was run; tests/articles runs the real ones."""
    found: list[tuple[str, Options]] = []

    def report(page: Page, options: Options) -> None:
        found.append((page.folder.name, options))
        page.compare("a | number", "1", "2", "a note")
        page.text("What was measured.")

    monkeypatch.setattr(running, "REPORTS", dict.fromkeys(ARTICLES, report))
    return found


def test_the_bare_command_lists_the_five(run: Runner) -> None:
    result = run("articles")
    assert result.exit_code == 0
    for article in ARTICLES.values():
        for part in (article.name, article.author, article.settings):
            assert part in result.stdout
    assert result.stdout.count("here about ") == 5


@pytest.mark.parametrize("name", ARTICLES)
def test_a_program_is_copied_and_says_how_it_is_run(run: Runner, tmp_path: Path, name: str) -> None:
    result = run("articles", "--copy", name)
    assert (result.exit_code, result.stderr) == (0, "")
    file = tmp_path / f"{name}.py"
    assert file.read_bytes() == ARTICLES[name].program.read_bytes()
    help_text = subprocess.run(
        [sys.executable, file.name, "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert help_text.returncode == 0, help_text.stderr
    assert f"python {name}.py" in file.read_text(encoding="utf-8")


def test_a_file_that_is_there_is_not_copied_over(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "tae.py").write_text("mine")
    result = run("articles", "--copy", "tae")
    assert result.exit_code == 1
    assert "move it away first" in result.stderr
    assert (tmp_path / "tae.py").read_text() == "mine"


def test_one_article_is_run(run: Runner, tmp_path: Path, runs: list[tuple[str, Options]]) -> None:
    assert run("articles", "tae", "--report", "out").exit_code == 0
    assert runs == [("tae", Options())]
    page = (tmp_path / "out" / "tae" / "report.md").read_text()
    assert "| a \\| number | 1 | 2 | a note |" in page
    assert "`scratchwork articles tae --report out`" in page
    assert "<td>a | number</td>" in (tmp_path / "out" / "tae" / "index.html").read_text()
    assert json.loads((tmp_path / "out" / "tae" / "numbers.json").read_text())[0]["ours"] == "2"
    assert "[Jake Tae](tae/report.md)" in (tmp_path / "out" / "report.md").read_text()
    assert "tae/index.html" in (tmp_path / "out" / "index.html").read_text()
    assert not (tmp_path / "out" / "numbers.json").exists()  # the overview has none of its own


@pytest.mark.parametrize("words", [("--quick",), ("--all", "--quick", "--data", "digits")])
def test_all_are_run_on_the_digits_where_there_is_no_mnist(
    run: Runner, tmp_path: Path, runs: list[tuple[str, Options]], words: tuple[str, ...]
) -> None:
    result = run("articles", *words)
    assert result.exit_code == 0
    assert runs == [(name, Options(True, "digits")) for name in ARTICLES]
    assert ("no MNIST here" in result.stdout) == ("--data" not in words)
    assert "--all --quick --data digits" in (tmp_path / "articles-report/report.md").read_text()


def test_what_was_finished_before_an_error_is_kept(
    run: Runner, tmp_path: Path, runs: list[tuple[str, Options]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(page: Page, options: Options) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(running.REPORTS, "biswas", interrupted)
    assert run("articles", "--all", "--data", "digits").exit_code == 130
    assert [name for name, _ in runs] == ["hansen", "himmetoglu"]
    overview = (tmp_path / "articles-report" / "report.md").read_text()
    assert "himmetoglu/report.md" in overview
    assert "biswas" not in overview


def test_an_unknown_article_is_refused(run: Runner) -> None:
    result = run("articles", "nielsen")
    assert result.exit_code == 2
    assert "hansen" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--copy", "tae", "--quick"), "copies a program and runs nothing"),
        (("tae", "--copy", "tae"), "copies a program and runs nothing"),
        (("tae", "--all"), "tae is one article"),
        (("--data", "digits"), "name an article, or give --all"),
    ],
)
def test_what_would_be_passed_over_is_refused(
    run: Runner, runs: list[tuple[str, Options]], tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    result = run("articles", *words)
    assert (result.exit_code, runs, [*tmp_path.iterdir()]) == (2, [], [])
    assert said in result.stderr


def test_a_folder_that_cannot_be_is_told_before_anything_runs(
    run: Runner, runs: list[tuple[str, Options]], tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("mine")
    result = run("articles", "tae", "--report", "taken/report")
    assert (result.exit_code, runs) == (1, [])
    assert "choose another with --report" in result.stderr
