"""What is shown: plain strings, colors at a prompt and in notebooks, each of them once."""

from __future__ import annotations

import io
import pickle
import re
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

import scratchwork as sw
from scratchwork.inspect.display import Shown, SourceText, colored, html
from scratchwork.inspect.summary import Summary, engine_text, summarize
from tests.training import classifier, rows

CODES = re.compile(r"\x1b\[[0-9;]*m")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal with colors, in the place of stdout."""
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    made = Terminal()
    monkeypatch.setattr(sys, "stdout", made)
    return made


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A notebook: IPython's shell with a kernel; what is displayed is in the list."""
    displayed: list[Any] = []
    ipython, display = ModuleType("IPython"), ModuleType("IPython.display")
    kernel = type("ZMQInteractiveShell", (), {"kernel": object()})()
    ipython.get_ipython = lambda: kernel  # type: ignore[attr-defined]
    display.display = lambda *things, **more: displayed.extend(things)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return displayed


def trained() -> sw.Sequential:
    model = classifier(metrics=["accuracy"])
    model.fit(*rows(), epochs=12)
    return model


def summary_of(model: sw.Sequential) -> Summary:
    """What summary() prints."""
    assert model.run is not None
    return summarize(model.description, engine_text(model.run))


SHOWN: dict[str, Callable[[sw.Sequential], Any]] = {
    "source": lambda model: model.source(),
    "summary": summary_of,
    "verify": lambda model: model.verify(*rows()),
    "trace": lambda model: model.trace(*rows()),
    "history": lambda model: model.history,
}
EACH = pytest.mark.parametrize("make", SHOWN.values(), ids=SHOWN)


@EACH
def test_str_is_plain_and_so_is_repr_where_nobody_looks(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)
    shown = make(trained())
    assert isinstance(shown, Shown)
    assert repr(shown) == str(shown)  # a terminal, but no prompt: a script's own f"{x!r}"
    assert "\x1b" not in str(shown)


@EACH
def test_at_a_prompt_the_repr_is_the_same_text_in_colors(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal(monkeypatch)
    shown = make(trained())
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert "\x1b" in repr(shown)
    assert CODES.sub("", repr(shown)) == str(shown).rstrip("\n")
    assert "\x1b" not in str(shown)
    monkeypatch.setenv("NO_COLOR", "1")
    assert re.sub(r"\x1b\[[0-9;]*m", "", repr(shown)) == str(shown).rstrip("\n")
    assert not re.search(r"\x1b\[[0-9;]*3\d", repr(shown))  # bold may stay, colors go


@EACH
def test_in_a_notebook_it_is_html_with_the_same_text(make: Any) -> None:
    from html import unescape

    shown = make(trained())
    page = shown._repr_html_()
    assert page.startswith("<pre")
    assert "color: #" in page or "font-weight: bold" in page
    assert unescape(re.sub(r"<[^>]+>", "", page)) == str(shown).rstrip("\n")


def luminance(color: tuple[int, ...]) -> float:
    """As WCAG 2 defines it, section 1.4.3."""
    parts = [c / 255 for c in color]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_colors_of_a_notebook_can_be_read_on_white_and_on_black() -> None:
    page = str(html(trained().source())) + str(html(trained().verify(*rows())))
    colors = set(re.findall(r"[ \"]color: #(\w{6})", page))
    assert len(colors) >= 4
    for color in colors:
        light = luminance(tuple(bytes.fromhex(color)))
        assert 1.05 / (light + 0.05) > 3.9, color
        assert (light + 0.05) / 0.05 > 3.9, color


@pytest.mark.parametrize("missing", ["rich.console", "rich.text"])
def test_without_rich_all_is_plain(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, history = terminal(monkeypatch), trained().history
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    assert repr(history) == str(history)
    assert history._repr_html_() is None
    trained().summary()
    assert "\x1b" not in out.getvalue()
    assert "multiply-adds" in out.getvalue()


# ---- source ----
def test_source_is_a_string() -> None:
    text = classifier().source()
    assert isinstance(text, str)
    assert text == str(text) == "".join(text)
    assert type(str(text)) is str
    assert hash(text) == hash(str(text))
    assert {text: 1}[str(text)] == 1
    assert pickle.loads(pickle.dumps(text)) == text
    assert f"{text}" == text + ""


def test_long_lines_are_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "20")
    line = SourceText("x = [" + "1, " * 40 + "]  # (40,)\ny = 2\n")
    assert CODES.sub("", colored(line)).split("\n") == line.rstrip().split("\n")


# ---- summary() ----
def test_summary_prints_once_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    out = terminal(monkeypatch)
    assert classifier().summary() is None  # type: ignore[func-returns-value] # nothing to repeat
    text = out.getvalue()
    assert "\x1b" in text
    assert CODES.sub("", text) == str(summary_of(classifier())) + "\n"


def test_summary_displays_once_in_a_notebook(
    notebook: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert classifier().summary() is None  # type: ignore[func-returns-value] # or a cell repeats it
    (shown,) = notebook
    assert str(shown) == str(summary_of(classifier()))
    assert capsys.readouterr().out == ""


def test_summary_in_a_pipe_is_plain(capsys: pytest.CaptureFixture[str]) -> None:
    classifier().summary()
    assert capsys.readouterr().out == str(summary_of(classifier())) + "\n"
