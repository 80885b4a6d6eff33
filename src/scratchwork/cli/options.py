"""The data set and the options that describe what is trained."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Container, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from ..activations import ACTIVATIONS
from ..engines.engine import ENGINES
from ..losses import LOSSES
from ..optimizers import OPTIMIZERS
from ..synonyms import meant
from .settings import SCHEDULES
from .tasks import FILE_DEFAULTS, FILES, TASKS

MOST_UNITS = 100_000
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
    values: dict[str, list[str]] = {}
    for task, own in {
        **{name: vars(task) for name, task in TASKS.items()},
        "a file": FILE_DEFAULTS,
    }.items():
        values.setdefault(as_typed(own[name]), []).append(task)
    defaults = "; ".join(f"{', '.join(tasks)} {text}" for text, tasks in values.items())
    return f"{what}  [default: {defaults}]"


def as_typed(value: object) -> str:
    """A value as it is written on the command line."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def one_of(table: Mapping[str, Any], what: str, **more: Any) -> dict[str, Any]:
    """What makes an option take the names of a table, in either case, and its help list them."""
    return {
        "type": Named(list(table)),
        "metavar": "NAME",
        "help": f"{what}: {', '.join(table)}.",
        **more,
    }


def whole(least: int, metavar: str) -> dict[str, Any]:
    """What makes an option take whole numbers."""
    return {"type": click.IntRange(min=least), "metavar": metavar}


class Named(click.Choice[str]):
    """A name of a table in any spelling, or what others call it: mse, sgd, swish."""

    def convert(self, value: Any, parameter: Any, context: Any) -> str:
        return super().convert(meant(str(value), self.choices) or value, parameter, context)


class Data(click.ParamType[str]):
    """A data set of ours, or a file of the user's."""

    name = "DATA"

    def convert(self, value: Any, parameter: Any, context: Any) -> str:
        """The name in lower case, or the path; what is neither is refused."""
        if str(value).lower() in TASKS:
            return str(value).lower()
        if Path(value).suffix.lower() in FILES:
            return str(value)
        near = get_close_matches(str(value).lower(), TASKS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return self.fail(
            f"expects {', '.join(TASKS)}, or a file FILE.csv or FILE.npz, got {value!r}{hint}",
            parameter,
            context,
        )

    def shell_complete(
        self, context: click.Context, parameter: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Names that begin so, and files."""
        names = [CompletionItem(name) for name in TASKS if name.startswith(incomplete)]
        return [*names, CompletionItem(incomplete, type="file")]


DESCRIPTION_OPTIONS = (
    click.argument("task", type=Data(), metavar="DATA"),
    click.option(
        "--target",
        metavar="COLUMN",
        help="Of a file: the column to predict, by name or number; or an array.  "
        "[default: the last, y]",
    ),
    click.option(
        "--drop",
        multiple=True,
        metavar="COLUMN",
        help="Of FILE.csv: columns to leave out, such as row numbers and texts: id,name.",
    ),
    click.option(
        "--missing",
        type=click.Choice(("error", "drop")),
        default="error",
        show_default=True,
        help="Of FILE.csv: whether rows with a missing value are refused or left out.",
    ),
    click.option(
        "--data",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="MNIST: an .npz file or a folder with the IDX files; else SCRATCHWORK_MNIST, the "
        "cache, or a download.",
    ),
    click.option(
        "--layers",
        callback=sizes,
        metavar="SIZES",
        help=by_task('Units of the hidden layers: 128,64; "" for none.', "layers"),
    ),
    click.option(
        "--activation",
        **one_of(ACTIVATIONS, "Of the hidden layers"),
        default="relu",
        show_default=True,
    ),
    click.option("--batch-norm", is_flag=True, help="BatchNorm before each activation."),
    click.option(
        "--dropout",
        type=float,
        metavar="SHARE",
        help=by_task("Share of the hidden outputs that training drops.", "dropout"),
    ),
    click.option(
        "--loss",
        **one_of(LOSSES, "What is minimised"),
        show_default="cross_entropy for classes, mean_squared_error for numbers",
    ),
    click.option(
        "--l2",
        type=float,
        default=0.0,
        metavar="LAMBDA",
        help="Strength of the penalty l2 / (2 n) * sum(W**2), n the rows of a step.",
    ),
    click.option(
        "--optimizer",
        **one_of(OPTIMIZERS, "How a step changes the weights"),
        default="Adam",
        show_default=True,
    ),
    click.option(
        "--learning-rate",
        "--lr",
        type=float,
        metavar="RATE",
        help="How far a step goes, at most.  [default: the optimizer's own: Adam 0.001, SGD 0.01]",
    ),
    click.option(
        "--schedule",
        **one_of(SCHEDULES, "How the learning rate changes over the training"),
        default="constant",
        show_default=True,
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
    click.option(
        "--engine",
        type=Named(ENGINES),
        default="auto",
        show_default=True,
        help="What runs the program: its NumPy text, or the same compiled by Numba; auto compiles "
        "where the training is long enough, or takes SCRATCHWORK_ENGINE.",
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
            value = context.params[name]
            for each in value if parameter.multiple else (value,):
                words += [parameter.opts[0], *([] if parameter.is_flag else [as_typed(each)])]
    return shlex.join(words)
