"""What a fit leaves behind: losses and metrics by epoch."""

from __future__ import annotations

from collections.abc import Iterator, KeysView, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import DataError, NotReadyError
from ..guard import unknown_name
from ..inspect.display import Shown, Styles
from ..settings import one_of


@dataclass(repr=False)
class History(Shown):
    """The record of one fit, or of all fits of a model.

    As of a table of pandas, its length is the number of rows (epochs), and its entries are the
    names of its columns.

    Attributes
    ----------
    history : dict of str to list of float
        ``loss`` (what is minimised: data loss and penalty, mean over the rows as they were met,
        dropout on), ``penalty`` its part, the metrics, and each again as ``val_...`` for the
        validation data (data loss alone, dropout off). One entry an epoch, NaN where a fit had no
        such number.
    epoch : list of int
        Epochs counted over the model's life, from 0; the printed table counts from 1, as the
        lines do that fit shows.
    learning_rate : list of float
        The rate of each epoch's first step, NaN for an optimizer without one.
    seed : int
    engine : str
    reason : str
        Why that engine ran.
    seconds : float
        The time spent in fit, with validation and callbacks.

    Examples
    --------
    >>> record = History(seed=0)
    >>> record.add(0, {"loss": 2.0}); record.add(1, {"loss": 1.0})
    >>> record["loss"]
    [2.0, 1.0]
    >>> len(record), list(record)
    (2, ['loss'])
    """

    styles: ClassVar[Styles] = ((r"\A.*", "bold"), (r"(?m)^ *\d+", "cyan"), (r"\bnan\b", "red"))

    seed: int = 0
    engine: str = "numpy"
    reason: str = ""
    history: dict[str, list[float]] = field(default_factory=dict)
    epoch: list[int] = field(default_factory=list)
    learning_rate: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, epoch: int, logs: dict[str, float], learning_rate: float = nan) -> None:
        """Append the numbers of one epoch."""
        for name in logs:
            if name not in self.history:
                self.history[name] = [nan] * len(self.epoch)
        for name, column in self.history.items():
            column.append(logs.get(name, nan))
        self.epoch.append(epoch)
        self.learning_rate.append(learning_rate)

    def __getitem__(self, name: str) -> list[float]:
        if not isinstance(name, str) or name not in self.history:
            raise unknown_name("history[...]", name, self.history)
        return self.history[name]

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            shown = f"; it is history[{name!r}]" if name in vars(self).get("history", ()) else ""
            raise AttributeError(f"a History has no attribute {name!r}{shown}")

    def __contains__(self, name: object) -> bool:
        return name in self.history

    def __iter__(self) -> Iterator[str]:
        return iter(self.history)

    def keys(self) -> KeysView[str]:
        """The names of the columns, so that ``dict(history)`` has them."""
        return self.history.keys()

    def __len__(self) -> int:
        return len(self.epoch)

    def to_frame(self, library: str | None = None) -> Any:
        """A table with a row an epoch: the column epoch, counted from 0, then loss and the others.

        Parameters
        ----------
        library : "pandas" or "polars", optional
            Whose DataFrame; None takes the one that is installed, pandas if both are.

        Raises
        ------
        NotReadyError
            If it is not installed.
        """
        if library is not None:
            one_of("to_frame", "library", library, ("pandas", "polars"))
        return as_frame({"epoch": list(self.epoch), **self.history}, library)

    def __str__(self) -> str:
        """A table, a line an epoch, counted from 1, and the engine of the last fit."""
        widths = {name: max(14, len(name) + 2) for name in self.history}
        rows = [f"{'epoch':>5}" + "".join(f"{name:>{width}}" for name, width in widths.items())]
        for i, epoch in enumerate(self.epoch):
            cells = (f"{self.history[name][i]:>{width}.6g}" for name, width in widths.items())
            rows.append(f"{epoch + 1:>5}" + "".join(cells))
        if self.reason:
            rows.append(f"engine: {self.engine} ({self.reason})")
        return "\n".join(rows)


def as_frame(columns: Mapping[str, list[Any]], library: str | None) -> Any:
    """A DataFrame of the library, or of the first that is installed."""
    makers = {"pandas": pandas_frame, "polars": polars_frame}
    for name in [library] if library else list(makers):
        try:
            return makers[name](columns)
        except ImportError:
            continue
    wanted = library or "pandas or polars"
    todo = f"pip install {library or 'pandas'}; history.history is a dict of lists"
    raise NotReadyError("to_frame", f"{wanted} to be installed", "none", todo)


def pandas_frame(columns: Mapping[str, list[Any]]) -> Any:
    import pandas

    return pandas.DataFrame(dict(columns))


def polars_frame(columns: Mapping[str, list[Any]]) -> Any:
    import polars

    return polars.DataFrame(dict(columns))


class Evaluation(tuple[float, ...]):
    """Loss and metrics, in order and by name.

    Examples
    --------
    >>> result = Evaluation({"loss": 0.25, "accuracy": 0.9})
    >>> loss, accuracy = result
    >>> accuracy == result["accuracy"]
    True
    """

    names: tuple[str, ...]

    def __new__(cls, values: dict[str, float]) -> Evaluation:
        result = super().__new__(cls, values.values())
        result.names = tuple(values)
        return result

    def __getnewargs__(self) -> tuple[dict[str, float]]:
        return (self.as_dict(),)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice) or hasattr(key, "__index__"):
            return super().__getitem__(key)
        if not isinstance(key, str) or key not in self.names:
            raise unknown_name("evaluate(...)[...]", key, self.names)
        return super().__getitem__(self.names.index(key))

    def keys(self) -> tuple[str, ...]:
        """The names, so that ``dict(evaluation)`` has them."""
        return self.names

    def __float__(self) -> float:
        """The loss, where it stands alone."""
        if len(self) > 1:
            todo = 'take one by name: evaluate(X, y)["loss"]'
            raise DataError("float(evaluate(...))", "one number", ", ".join(self.names), todo)
        return float(self[0])

    def __format__(self, spec: str) -> str:
        return format(float(self), spec) if spec else str(self)

    def as_dict(self) -> dict[str, float]:
        return dict(zip(self.names, self, strict=True))

    def __repr__(self) -> str:
        return ", ".join(f"{name} {value:.6g}" for name, value in self.as_dict().items())
