"""articles: the five articles, run, measured and written up; or their programs, to edit."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from ..articles import ARTICLES
from ..articles.article import Article, Images, Options, lasting, pace
from ..datasets import mnist
from ..errors import FileError
from ..files import write_all
from .screen import say


@click.command()
@click.argument("name", required=False, type=click.Choice([*ARTICLES]))
@click.option("--all", "every", is_flag=True, help="Run all five.")
@click.option("--quick", is_flag=True, help="Under a minute in all; says what it leaves out.")
@click.option("--copy", type=click.Choice([*ARTICLES]), help="Copy its program here, to edit.")
@click.option(
    "--data",
    type=click.Choice(["mnist", "digits"]),
    help="digits runs hansen, biswas and andreoni on the 8 x 8 digits, which need no file.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, file_okay=False),
    default="articles-report",
    show_default=True,
    help="The folder to write.",
)
def articles(
    name: str | None, every: bool, quick: bool, copy: str | None, data: Images | None, report: Path
) -> None:
    """Run the five articles that this library grew out of, with their numbers beside ours.

    Without a name it lists them. A run writes a folder: report.md and index.html.

    \b
    Examples:
      scratchwork articles
      scratchwork articles tae
      scratchwork articles --all --quick --data digits
      scratchwork articles --copy hansen
    """
    one_thing(name, every, quick, copy, data)
    if copy is not None:
        copy_program(ARTICLES[copy])
    chosen = [ARTICLES[name]] if name is not None else [*ARTICLES.values()]
    if name is not None or every or quick:
        run_articles(chosen, Options(quick, images(chosen, data)), report)
    elif copy is None:
        list_articles()


def one_thing(
    name: str | None, every: bool, quick: bool, copy: str | None, data: Images | None
) -> None:
    """A copy, one article or all of them; what would be passed over is refused."""
    runs = name is not None or every or quick
    if copy is not None and (runs or data is not None):
        raise click.UsageError(f"--copy {copy} copies a program and runs nothing: give it alone")
    if name is not None and every:
        raise click.UsageError(f"{name} is one article, --all are all of them: give one of the two")
    if data is not None and not runs:
        raise click.UsageError(f"--data {data} is for a run: name an article, or give --all")


def run_articles(chosen: list[Article], options: Options, folder: Path) -> None:
    """Run them, and say where the report is."""
    from ..articles.run import run  # loads what only a run needs

    run(chosen, options, folder, typed(chosen, options, folder))
    say(f"read {folder / 'index.html'}", "bold")


def typed(chosen: list[Article], options: Options, folder: Path) -> str:
    """The command that makes this report."""
    which = [chosen[0].name] if len(chosen) == 1 else ["--all"]
    quick = ["--quick"] if options.quick else []
    small = ["--data", "digits"] if options.images == "digits" else []
    words = ["scratchwork", "articles", *which, *quick, *small, "--report", str(folder)]
    return shlex.join(words)


def images(chosen: list[Article], asked: Images | None) -> Images:
    """MNIST where it is asked for or there is some; the small digits else, and a line about it."""
    if asked is not None or not any(article.data == "mnist" for article in chosen):
        return asked or "mnist"
    try:
        mnist()
    except FileError as error:
        say(f"no MNIST here, so the 8 x 8 digits (--data digits): {str(error).splitlines()[0]}")
        return "digits"
    return "mnist"


def copy_program(article: Article) -> None:
    """Put the article's program into the current folder."""
    target = Path(f"{article.name}.py")
    if target.exists():
        got, todo = "it is there already", "move it away first"
        raise FileError(f"copy {target}", "a file that is not there", got, todo)
    text = article.program.read_bytes()
    write_all({target: lambda file: file.write(text)})
    say(f"{target}: run it with python {target}, and edit it")


def list_articles() -> None:
    """A line or two for each: what, settings, time."""
    slower = pace()
    for article in ARTICLES.values():
        say(f"{article.name:<11} {article.author}: {article.title} ({article.place})", "bold")
        say(f"{'':<11} {article.settings}")
        whole, quick = (lasting(slower * x) for x in (article.seconds, article.quick_seconds))
        say(f"{'':<11} here about {whole}, {quick} with --quick")
    say("\nscratchwork articles NAME runs one, --all all of them; --copy NAME copies its program")
