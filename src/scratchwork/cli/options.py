"""The data set and the options that describe what is trained."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Container
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from ..activations import ACTIVATIONS
from ..optimizers import OPTIMIZERS
from .tasks import TASKS

MOST_UNITS = 100_000
RATES = "; ".join(f"{name} {make().learning_rate}" for name, make in OPTIMIZERS.items())
Command = TypeVar("Command", bound=Callable[..., Any])


def sizes(context: click.Context, option: click.Parameter, typed: str | None) -> Any:
    """``128,64`` as (128, 64), the empty text as ()."""
    if typed is None or not typed.strip():
        return None if typed is None else ()
    try:
        found = tuple(int(part) for part in typed.split(","))
    except ValueError:
        found = (0,)
    if not all(1 <= size <= MOST_UNITS for size in found):
        raise click.BadParameter(
            f"expects whole numbers from 1 to {MOST_UNITS} separated by commas, got {typed!r}; "
            'write --layers 128,64, or --layers "" for no hidden layer'
        )
    return found


def by_task(what: str, name: str) -> str:
    """The help of an option whose default depends on the data set."""
    defaults = (f"{task} {as_typed(getattr(TASKS[task], name))}" for task in TASKS)
    return f"{what}  [default: {'; '.join(defaults)}]"


def as_typed(value: object) -> str:
    """A value as it is written on the command line."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def one_of(table: dict[str, Any]) -> dict[str, Any]:
    """What makes an option take the names of a table, in either case."""
    return {"type": click.Choice(list(table), case_sensitive=False), "metavar": "|".join(table)}


def whole(least: int, metavar: str) -> dict[str, Any]:
    """What makes an option take whole numbers."""
    return {"type": click.IntRange(min=least), "metavar": metavar}


DESCRIPTION_OPTIONS = (
    click.argument("task", **one_of(TASKS)),
    click.option(
        "--layers",
        callback=sizes,
        metavar="SIZES",
        help=by_task('Units of the hidden layers: 128,64; "" for none.', "layers"),
    ),
    click.option(
        "--activation",
        **one_of(ACTIVATIONS),
        default="relu",
        show_default=True,
        help="Of the hidden layers.",
    ),
    click.option(
        "--dropout",
        type=float,
        metavar="SHARE",
        help=by_task("Share of the hidden outputs that training drops.", "dropout"),
    ),
    click.option(
        "--optimizer",
        **one_of(OPTIMIZERS),
        default="Adam",
        show_default=True,
        help="How a step changes the weights.",
    ),
    click.option(
        "--learning-rate",
        type=float,
        metavar="RATE",
        help=f"How far a step goes.  [default: {RATES}]",
    ),
    click.option("--batch-size", **whole(1, "ROWS"), help=by_task("Rows of a step.", "batch_size")),
    click.option(
        "--epochs", **whole(1, "N"), help=by_task("Passes over the training rows.", "epochs")
    ),
    click.option(
        "--seed",
        **whole(0, "N"),
        default=0,
        show_default=True,
        help="Of the split, the first weights, the order and the dropout.",
    ),
)


def description_options(command: Command) -> Command:
    """Give a command the data set and the options that describe what is trained."""
    for option in reversed(DESCRIPTION_OPTIONS):
        command = option(command)
    return command


def given(context: click.Context, names: Container[str]) -> str:
    """The data set and those of the named options that were given, for a command line."""
    words = [context.params["task"]]
    for parameter in context.command.params:
        name = str(parameter.name)
        typed = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if typed and name in names and isinstance(parameter, click.Option):
            words += [parameter.opts[0], as_typed(context.params[name])]
    return shlex.join(words)
