"""Running articles: a folder of the report for each, and a page that leads to them."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..engines.team import cores
from ..errors import FileError
from ..version import __version__
from .article import ARTICLES, Article, Options, lasting
from .page import Page
from .reports import REPORTS
from .reports.spread import counted

OVERVIEW = "The five articles, run by Scratchwork"


def run(articles: Sequence[Article], options: Options, folder: Path, command: str) -> None:
    """Run each, and after each write its part of the report and the overview of all there are."""
    ready(folder)
    for article in articles:
        print(f"==== {article.author}: {article.title}", flush=True)
        page = Page(folder / article.name, f"{article.author}: {article.title}")
        begin = time.perf_counter()
        REPORTS[article.name](page, options)
        seconds = time.perf_counter() - begin
        page.text("---", how_it_was_run(command, seconds), "[All five articles](../report.md)")
        page.save()
        print(f"     {lasting(seconds)}: {page.folder / 'index.html'}", flush=True)
        overview(folder, command).save()


def ready(folder: Path) -> None:
    """Make the folder, before anything is run that may take an hour."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        todo = "choose another with --report"
        raise FileError(str(folder), "a folder to write in", str(error), todo) from error


def how_it_was_run(command: str, seconds: float) -> str:
    """The command, the time it took, the machine and the versions."""
    versions = f"Scratchwork {__version__}, NumPy {np.__version__}, Python"
    machine = f"{platform.system()} {platform.machine()}, {counted(cores(), 'core')}{load()}"
    took = lasting(seconds)
    return f"From `{command}`, {took}; {machine}; {versions} {platform.python_version()}."


def load() -> str:
    """How much the machine had to do, this run included, where it tells: times depend on it."""
    if not hasattr(os, "getloadavg"):
        return ""
    return f", a load of {os.getloadavg()[-1]:.1f} over the last 15 minutes"


def overview(folder: Path, command: str) -> Page:
    """A page with the numbers of all the articles that the folder has."""
    page = Page(folder, OVERVIEW)
    for article in ARTICLES.values():
        found = folder / article.name / "numbers.json"
        if found.exists():
            numbers = json.loads(found.read_text(encoding="utf-8"))
            page.heading(f"[{article.author}]({article.name}/report.md): {article.title}")
            page.text(f"{article.place}. {article.settings}.")
            page.table(
                ("", "the article", "here", ""),
                [(x["what"], x["article"], x["ours"], x["note"]) for x in numbers],
            )
    page.text("---", f"Last run: `{command}`.")
    return page
