"""What many networks leave behind: a row each, the means of each point of the grid, the best."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, overload

from ..errors import DataError, NotReadyError
from ..inspect.display import Shown, Styles
from ..model import Sequential
from ..settings import one_of
from ..training.history import History, as_frame
from .criterion import Criterion, criterion
from .grid import settings_text
from .result import Point, Result
from .table import frame_columns, table


@dataclass(frozen=True, repr=False, eq=False)
class Results(Shown):
    """The results of ``repeat`` or ``sweep``: a row a network, printed as a line a point.

    ``results[3]`` is a row, ``results[:10]`` the results of ten; ``len``, ``for`` and pickle work.

    Attributes
    ----------
    rows : tuple of Result
        Point by point, and there repeat by repeat.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.mlp([2, 8, 2])
    >>> model.compile("cross_entropy", sw.SGD(0.5), metrics=["accuracy"], seed=0)
    >>> held = data.X_val, data.y_val
    >>> networks = sw.repeat(model, n=5)
    >>> results = networks.fit(data.X_train, data.y_train, epochs=2, validation_data=held)
    >>> len(results), len(results[:3]), results[4].seed
    (5, 3, 4)
    >>> results.by, results.best.seed in range(5)
    ('val_accuracy', True)
    >>> sorted(results.mean)
    ['accuracy', 'loss', 'val_accuracy', 'val_loss']
    """

    styles: ClassVar[Styles] = (
        (r"\A.*", "bold"), (r"\bnan\b", "red"), (r"(?m)^best .*", "bold"),
    )  # fmt: skip

    rows: tuple[Result, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Result]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: int) -> Result: ...
    @overload
    def __getitem__(self, key: slice) -> Results: ...
    def __getitem__(self, key: int | slice) -> Result | Results:
        if isinstance(key, slice):
            return Results(self.rows[key])
        if not hasattr(key, "__index__") or not -len(self) <= key < len(self):
            expected, todo = f"a number below {len(self)}, or a slice", "results.points are by grid"
            raise DataError("results[...]", expected, repr(key), todo)
        return self.rows[key]

    @property
    def models(self) -> tuple[Sequential, ...]:
        """The trained networks."""
        return tuple(row.model for row in self.rows)

    @property
    def histories(self) -> tuple[History, ...]:
        """Those of the networks."""
        return tuple(row.history for row in self.rows)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The points of the grid, with means and deviations over their repeats."""
        found: dict[int, list[Result]] = {}
        for row in self.rows:
            found.setdefault(row.point, []).append(row)
        return tuple(Point(rows[0].settings, tuple(rows)) for rows in found.values())

    @property
    def mean(self) -> dict[str, float]:
        """The means over all networks, which for ``repeat`` are those of its one point."""
        return Point({}, self.rows).mean

    @property
    def deviation(self) -> dict[str, float]:
        """The standard deviations over all networks."""
        return Point({}, self.rows).deviation

    @property
    def failed(self) -> int:
        """How many networks ended with an error."""
        return Point({}, self.rows).failed

    @cached_property
    def criterion(self) -> Criterion:
        """What ``best`` compares."""
        good = [row for row in self.rows if row.error is None]
        return criterion([x.model.description for x in good], [[*x.history] for x in good])

    @property
    def by(self) -> str:
        """The figure that ``best`` compares, as it is in the last epoch.

        The first metric on the validation data, else ``val_loss``; without validation data the
        first metric in training, else ``loss``. Metrics of your own do not say whether more is
        better, and are passed over.
        """
        return self.criterion.name

    @property
    def best(self) -> Result:
        """The best single network by ``by``; its model is there to be used."""
        good = [row for row in self.rows if row.error is None]
        if not good:
            raise nothing("best", self.rows)
        return min(good, key=lambda row: self.criterion.key(row.final[self.by]))

    @property
    def best_point(self) -> Point:
        """The best mean over repeats by ``by``, of the points where no network failed, if any."""
        good = [point for point in self.points if not point.failed]
        good = good or [point for point in self.points if point.failed < len(point.results)]
        if not good:
            raise nothing("best_point", self.rows)
        return min(good, key=lambda point: self.criterion.key(point.mean[self.by]))

    def to_frame(self, library: str | None = None) -> Any:
        """A table with a row a network: settings, repeat, seed, figures of the last epoch, the best
        of each (``best_loss``), epochs, seconds and error.

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
        try:
            return as_frame(frame_columns(self.rows), library)
        except NotReadyError as error:
            todo = f"pip install {library or 'pandas'}; results.rows has all of it"
            raise NotReadyError(error.where, error.expected, error.got, todo) from None

    def __str__(self) -> str:
        """A line a point, and which network and point are the best."""
        if not self.rows or self.failed == len(self):
            return table(self.points)
        best, point = self.best, self.best_point
        lines = [f"best by {self.criterion}: {figure(best, self.by)}"]
        if len(self.points) > 1 and len(best.settings) and len(point.results) > 1:
            shown = f"{settings_text(point.settings)}: {point.mean[self.by]:.6g}"
            lines.append(f"best mean of {self.by}: {shown}")
        return "\n".join([table(self.points), *lines])


def finished(given: Iterable[Result | None]) -> Results:
    """The results that there are; one without a finished epoch has the figures of the others."""
    rows = [row for row in given if row is not None]
    known = tuple(dict.fromkeys(name for row in rows for name in row.history)) or ("loss",)
    return Results(tuple(replace(row, names=tuple(row.history) or known) for row in rows))


def figure(result: Result, name: str) -> str:
    place = f"{settings_text(result.settings)}, " * bool(result.settings)
    return f"{place}repeat {result.repeat}, seed {result.seed}: {result.final[name]:.6g}"


def nothing(where: str, rows: tuple[Result, ...]) -> NotReadyError:
    """The error where no network has figures to compare."""
    got = f"{len(rows)} that failed" if rows else "none"
    todo = "results[0].error says where" if rows else "fit first"
    return NotReadyError(f"results.{where}", "a network that was finished", got, todo)
