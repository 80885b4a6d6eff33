"""doctor and completion: the commands that help with the command itself."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class
from rich.console import Console
from rich.table import Table
from rich.text import Text

from .diagnosis import report


@click.command()
def doctor() -> None:
    """Tell what is installed, what runs, and what is missing.

    \b
    Example:
      scratchwork doctor
    """
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    todos = []
    for what, found, todo in report():
        table.add_row(Text(what, "bold"), Text(found, "yellow" if todo else ""))
        todos += [todo] * bool(todo)
    console = Console(soft_wrap=True)
    console.print(table)
    for todo in dict.fromkeys(todos):
        console.print(Text(f"to mend it: {todo}", "yellow"))


SHELLS = {
    "bash": 'eval "$(scratchwork completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(scratchwork completion zsh)"    in ~/.zshrc',
    "fish": "scratchwork completion fish > ~/.config/fish/completions/scratchwork.fish",
}


@click.command(epilog="\b\n" + "\n".join(f"{k:<6}{v}" for k, v in SHELLS.items()))
@click.argument("shell", type=click.Choice(list(SHELLS)))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets a shell complete commands, options and data sets.

    \b
    Example:
      eval "$(scratchwork completion bash)"
    """
    root = context.find_root().command
    found = get_completion_class(shell)
    assert found is not None  # click has one for each of SHELLS
    click.echo(found(root, {}, "scratchwork", "_SCRATCHWORK_COMPLETE").source())
