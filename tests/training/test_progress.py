"""What is shown while training: nothing, lines, a bar; and where it goes."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import pytest

from scratchwork.errors import DescriptionError
from scratchwork.training import progress as module
from scratchwork.training.progress import Bar, Lines, NotebookBar, Progress, epoch_line, progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def a_terminal_of_known_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "100")
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def streams(
    monkeypatch: pytest.MonkeyPatch, *, out: bool, err: bool
) -> tuple[io.StringIO, io.StringIO]:
    """Make stdout and stderr terminals, or not."""
    made = tuple(Terminal() if wanted else io.StringIO() for wanted in (out, err))
    monkeypatch.setattr(sys, "stdout", made[0])
    monkeypatch.setattr(sys, "stderr", made[1])
    return made[0], made[1]


def show(shown: Progress, epochs: Iterable[int] = range(2)) -> None:
    with shown:
        for epoch in epochs:
            shown.advance(10)
            shown.epoch(epoch, {"loss": 0.5})


def test_an_epoch_is_one_line() -> None:
    assert epoch_line(2, {"loss": 0.12344, "accuracy": 1}) == (
        "epoch 3: loss 0.1234, accuracy 1.0000"
    )


@pytest.mark.parametrize(
    ("verbose", "terminal", "kind"),
    [
        ("auto", False, Progress),
        ("auto", True, Bar),
        (0, True, Progress),
        (1, False, Bar),
        (1, True, Bar),
        (2, False, Lines),
        (2, True, Bar),
    ],
)
def test_what_is_shown_where(
    verbose: object, terminal: bool, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams(monkeypatch, out=False, err=terminal)
    assert type(progress(verbose, 20)) is kind  # type: ignore[arg-type] # from a table


def test_an_unknown_wish_is_refused() -> None:
    with pytest.raises(DescriptionError, match="verbose one of auto, 0, 1, 2"):
        progress(3, 20)  # type: ignore[arg-type] # what is refused


@pytest.mark.parametrize(("verbose", "kind"), [("auto", Progress), (1, Lines), (2, Lines)])
def test_without_rich_lines_stand_in_for_a_bar(
    verbose: object, kind: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams(monkeypatch, out=True, err=True)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert type(progress(verbose, 20)) is kind  # type: ignore[arg-type] # from a table


def test_lines_and_bar_share_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = streams(monkeypatch, out=True, err=True)
    show(progress(2, 20))
    assert out.getvalue() == ""  # while the bar is there, it prints them above itself
    assert "epoch 1: loss 0.5000" in err.getvalue()
    assert "\u2501" in err.getvalue()


def test_lines_go_to_a_pipe_and_the_bar_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = streams(monkeypatch, out=False, err=True)
    show(progress(2, 20))
    assert out.getvalue() == "epoch 1: loss 0.5000\nepoch 2: loss 0.5000\n"
    assert "\u2501" in err.getvalue()
    assert "epoch 1: " not in err.getvalue()


def test_a_short_fit_shows_no_bar_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = streams(monkeypatch, out=True, err=True)
    show(progress("auto", 20))
    assert (out.getvalue(), err.getvalue()) == ("", "")


# ---- notebooks ----
class Handle:
    """What IPython's display gives back: the cell's output, which can be updated."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []

    def display(self, data: dict[str, str], *, raw: bool, display_id: bool) -> Handle:
        assert raw
        assert display_id
        self.update(data, raw=raw)
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        self.shown.append(data)


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Handle:
    """IPython as a notebook's kernel has it."""
    handle, ipython, display = Handle(), ModuleType("IPython"), ModuleType("IPython.display")
    shell = type("ZMQInteractiveShell", (), {"kernel": object()})()
    ipython.get_ipython = lambda: shell  # type: ignore[attr-defined] # a module of this test
    display.display = handle.display  # type: ignore[attr-defined] # likewise
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return handle


@pytest.mark.parametrize(
    ("verbose", "kind"), [("auto", NotebookBar), (0, Progress), (1, NotebookBar), (2, NotebookBar)]
)
def test_what_is_shown_in_a_notebook(
    verbose: Any, kind: type, notebook: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stderr is no terminal, and it needs no rich."""
    streams(monkeypatch, out=False, err=False)
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert type(progress(verbose, 20)) is kind


def test_a_prompt_of_ipython_in_a_terminal_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    ipython = ModuleType("IPython")
    ipython.get_ipython = lambda: type("TerminalInteractiveShell", (), {})()  # type: ignore[attr-defined] # a module of this test
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    streams(monkeypatch, out=True, err=True)
    assert type(progress("auto", 20)) is Bar


def test_a_notebooks_bar_is_drawn_updated_and_cleared(
    notebook: Handle, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "REDRAW_SECONDS", 0.0)
    show(progress(2, 20))
    pages = [data["text/html"] for data in notebook.shown]
    assert ['value="10" max="20"' in page for page in pages] == [True, False, False]
    assert 'value="20" max="20"' in pages[1]
    assert "epoch 1, loss 0.5000, 00:00:00 left" in pages[1]
    assert notebook.shown[-1] == {"text/html": "", "text/plain": ""}
    assert capsys.readouterr().out == "epoch 1: loss 0.5000\nepoch 2: loss 0.5000\n"


def test_a_notebooks_bar_is_not_drawn_more_often_than_it_can_be_seen(notebook: Handle) -> None:
    show(progress(1, 1000), range(50))
    assert len(notebook.shown) == 2  # the first, and the end


@pytest.mark.parametrize("lasted", [False, True])
def test_a_bar_comes_once_the_fit_has_lasted_half_a_second(
    lasted: bool, notebook: Handle, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = progress("auto", 20)
    assert module.BAR_AFTER_SECONDS == 0.5
    later = shown.started + (0.51 if lasted else 0.49)  # type: ignore[attr-defined] # of the bar
    monkeypatch.setattr(module.time, "perf_counter", lambda: later)
    show(shown)
    assert bool(notebook.shown) == lasted


@pytest.mark.parametrize("lasted", [False, True])
def test_likewise_in_a_terminal(lasted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    _, err = streams(monkeypatch, out=True, err=True)
    shown = progress("auto", 20)
    shown.started -= 0.51 if lasted else 0.0  # type: ignore[attr-defined] # of the bar
    show(shown)
    assert bool(err.getvalue()) == lasted


def test_a_bar_that_fails_leaves_the_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = streams(monkeypatch, out=True, err=True)
    with pytest.raises(KeyError, match="loss"):
        show_a_failure(progress(1, 20))
    assert (sys.stdout, sys.stderr) == (out, err)


def show_a_failure(shown: Progress) -> None:
    with shown:
        shown.advance(10)
        shown.epoch(0, {})
