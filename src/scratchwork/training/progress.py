"""What is shown while training: nothing, a bar, or a line an epoch."""

from __future__ import annotations

import sys
import time
from typing import Any, Literal

from ..inspect.display import in_notebook, is_terminal
from ..settings import one_of

Verbose = Literal["auto", 0, 1, 2]
BAR_AFTER_SECONDS = 0.5
REDRAW_SECONDS = 0.1


def epoch_line(epoch: int, logs: dict[str, float]) -> str:
    """``epoch 3: loss 0.1234, accuracy 0.9671, val_loss ...``"""
    return f"epoch {epoch + 1}: " + ", ".join(f"{k} {v:.4f}" for k, v in logs.items())


class Progress:
    """Shows nothing. The loop calls ``advance`` after each chunk and ``epoch`` after each epoch."""

    def __enter__(self) -> Progress:
        return self

    def compiling(self) -> None:
        """A program may have to be compiled, which takes seconds."""

    def advance(self, rows: int) -> None:
        """So many rows more have been trained on."""

    def epoch(self, epoch: int, logs: dict[str, float]) -> None:
        """An epoch has ended with these numbers."""

    def __exit__(self, *_: object) -> None:
        return None


class Lines(Progress):
    """Prints a line an epoch."""

    def epoch(self, epoch: int, logs: dict[str, float]) -> None:
        print(epoch_line(epoch, logs), flush=True)


class Bar(Progress):
    """A bar on stderr, shown once the fit has lasted ``delay`` seconds, gone when it ends.

    While it is there, what is printed to a terminal appears above it; what is printed to a file or
    a pipe goes there.
    """

    def __init__(self, rows: int, *, lines: bool = False, delay: float = 0.0) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
        self.console = Console(stderr=True)
        self.bar = RichProgress(
            *columns, console=self.console, transient=True, redirect_stdout=is_terminal(sys.stdout)
        )
        self.task: Any = self.bar.add_task("training", total=rows)
        self.lines, self.delay, self.started, self.shown = lines, delay, time.perf_counter(), False

    def compiling(self) -> None:
        self.bar.update(self.task, description="compiling")
        self.bar.start()
        self.shown = True

    def advance(self, rows: int) -> None:
        if not self.shown and time.perf_counter() - self.started >= self.delay:
            self.bar.start()
            self.shown = True
        self.bar.advance(self.task, rows)

    def epoch(self, epoch: int, logs: dict[str, float]) -> None:
        text = f"epoch {epoch + 1}, loss {logs['loss']:.4f}"
        # else it is drawn ten times a second; now, where it would stand behind the line below
        self.bar.update(self.task, description=text, refresh=self.lines)
        if self.lines:
            print(epoch_line(epoch, logs), flush=True)

    def __exit__(self, *_: object) -> None:
        if self.shown:
            self.bar.stop()
            self.bar.update(self.task, description="training")
            self.shown = False


class NotebookBar(Progress):
    """A bar as HTML below a notebook's cell, gone when the fit ends; it needs IPython alone."""

    def __init__(self, rows: int, *, lines: bool = False, delay: float = 0.0) -> None:
        self.rows, self.lines, self.delay = rows, lines, delay
        self.done, self.text, self.handle = 0, "training", None
        self.started = self.drawn = time.perf_counter()

    def advance(self, rows: int) -> None:
        self.done += rows
        now = time.perf_counter()
        waited = self.handle is not None and now - self.drawn >= REDRAW_SECONDS
        if waited or (self.handle is None and now - self.started >= self.delay):
            self.draw(self.look(now - self.started))
            self.drawn = now

    def look(self, seconds: float) -> str:
        left = time.strftime("%H:%M:%S", time.gmtime(seconds * (self.rows / self.done - 1)))
        return (
            f'<progress value="{self.done}" max="{self.rows}" style="width:20em"></progress> '
            f"<code>{self.text}, {left} left</code>"
        )

    def draw(self, html: str) -> None:
        from IPython.display import display

        data = {"text/html": html, "text/plain": self.text if html else ""}
        if self.handle is None:
            self.handle = display(data, raw=True, display_id=True)
        else:
            self.handle.update(data, raw=True)

    def epoch(self, epoch: int, logs: dict[str, float]) -> None:
        self.text = f"epoch {epoch + 1}, loss {logs['loss']:.4f}"
        if self.lines:
            print(epoch_line(epoch, logs), flush=True)

    def __exit__(self, *_: object) -> None:
        if self.handle is not None:
            self.draw("")


def progress(verbose: Verbose, rows: int) -> Progress:
    """The display that ``fit(verbose=...)`` asks for; ``rows`` is rows times epochs."""
    one_of("fit", "verbose", verbose, ("auto", 0, 1, 2))  # type: ignore[arg-type] # numbers too
    lines, notebook = verbose == 2, in_notebook()
    bar = verbose == 1 or (verbose != 0 and (notebook or is_terminal(sys.stderr)))
    kind = NotebookBar if notebook else Bar
    try:
        if bar:
            return kind(rows, lines=lines, delay=BAR_AFTER_SECONDS if verbose == "auto" else 0.0)
    except ImportError:  # rich is not installed: the library runs with NumPy alone
        lines = verbose != "auto"
    return Lines() if lines else Progress()
