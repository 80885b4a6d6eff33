"""repeat and sweep: one description many times, or a grid of descriptions."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from threading import Event
from typing import Any

from ..arguments import checked, known_arguments
from ..engines.team import cores
from ..errors import DescriptionError, ScratchworkError, UnknownAttributeError
from ..model import Sequential
from ..settings import whole
from ..training import fit as training
from ..training.progress import Verbose
from .grid import Grid, Settings, check_names, points, settings_text
from .member import Callbacks, Count, Member
from .results import Results, finished
from .templates import Build, Templates
from .workers import Overview, train_all


@known_arguments
class Networks:
    """Networks that ``fit`` trains side by side, made by ``repeat`` or ``sweep``.

    Parameters
    ----------
    build : function of a dict
        Gives the compiled model of a point.
    points : sequence of dict
    repeats : int
    threads : int, optional
    """

    def __init__(
        self, build: Build, points: Sequence[Settings], repeats: int, threads: int | None
    ) -> None:
        self.build, self.points, self.repeats, self.threads = build, points, repeats, threads
        self.results: Results | None = None

    def __repr__(self) -> str:
        of = f"{len(self.points)} points x {self.repeats}" if len(self.points) > 1 else "one point"
        number = len(self.points) * self.repeats
        return f"<{number} networks, {of}; {'not fitted' if self.results is None else 'fitted'}>"

    @property
    def results_(self) -> Results:
        """Of the last fit; after Ctrl-C or an error, of the networks that were finished.

        Raises
        ------
        UnknownAttributeError
            Before a fit; an AttributeError, so that ``hasattr`` tells.
        """
        if self.results is None:
            where, expected = "results_", "networks that were fitted"
            raise UnknownAttributeError(where, expected, "none", "call fit(X, y)")
        return self.results

    def fit(
        self,
        X: Any,
        y: Any,
        *,
        batch_size: int | None = 32,
        epochs: int = 10,
        validation_data: tuple[Any, Any] | None = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        callbacks: Sequence[Callable[[Sequential], object]] = (),
        verbose: Verbose = "auto",
    ) -> Results:
        """Train every network from its beginning; the settings are those of ``Sequential.fit``.

        The number of threads, and which network ends first, change no bit. A network whose loss is
        not finite does not end the others: its row has the error, and NaN as its figures.

        Parameters
        ----------
        callbacks : sequence of functions
            Each is called with the network after each of its epochs, in the thread that trains it.
            Objects are copied for every network (``copy.deepcopy``), so that one which counts
            epochs counts those of one network; the copies are ``result.callbacks``. Functions, and
            the data given to ``fit``, are not copied.
        verbose : "auto", 0, 1 or 2
            One bar over all networks; nothing; a bar; a line a network.

        Returns
        -------
        Results
            Also in ``results_``. After Ctrl-C, which stops all networks within a moment, that has
            the finished ones.

        Raises
        ------
        DescriptionError, DataError, ShapeError, NotReadyError
            At once, for what ``Sequential.fit`` would refuse and if ``build`` gives no model.
        """
        given = training.check_callbacks(callbacks)
        fit = {
            "batch_size": batch_size, "epochs": epochs, "shuffle": shuffle,
            "validation_data": validation_data, "validation_split": validation_split,
        }  # fmt: skip
        stop = Event()
        templates = Templates(self.build, self.points, self.repeats, X, y, fit)
        first = templates.make(self.points[0])  # refuses what is wrong before any thread begins
        overview = Overview(verbose, templates.rows * epochs, len(self.points) * self.repeats)
        # callbacks that look at the data need no data of their own
        shared = {id(each): each for each in (X, y, *(validation_data or ()))}
        callbacks_for = partial(copied, given, shared)
        callbacks_for()
        train = partial(Member.train, X=X, y=y, callbacks_for=callbacks_for, fit=fit)
        try:
            members = self.members(first, templates, stop)
            threads = self.threads or threads_for(first)
            train_all(members, threads, stop, overview, train)
        finally:
            self.results = finished(member.result for member in overview.members)
        return self.results

    def members(self, first: Sequential, templates: Templates, stop: Event) -> Iterator[Member]:
        """Every network, point by point; a point is built when its turn has come."""
        for i, settings in enumerate(self.points):
            template = later(templates, settings) if i else first
            for repeat in range(self.repeats):
                yield Member(template, settings, i, repeat, Count(stop))


def later(templates: Templates, settings: Settings) -> Sequential:
    """The template of a point after the first, or its error, which names the point."""
    try:
        return templates.make(settings)
    except ScratchworkError as error:
        if error.where.startswith("build("):
            raise
        where = f"{settings_text(settings)}: {error.where}"
        raise type(error)(where, error.expected, error.got, error.todo) from error


def built(build: Callable[..., Any], settings: Settings) -> Sequential:
    """The compiled model of a point, or an error that names the point."""
    where = f"build({settings_text(settings)})"
    try:
        model: Sequential = build(**settings)
    except Exception as error:
        got, todo = f"{type(error).__name__}: {error}", "call it alone to see where"
        raise DescriptionError(where, "a compiled Sequential", got, todo) from error
    compiled(where, model)
    if model.run is not None and not model.run.is_fresh():
        expected = "a model whose numbers are those of its seed"
        todo = "make a new one in build: every repeat draws its own"
        raise DescriptionError(where, expected, "one with others, set or trained", todo)
    return model


def compiled(where: str, model: Any) -> Sequential:
    """The model, or an error for what is none, or not compiled."""
    if isinstance(model, Sequential):
        training.needs_loss(model.description, where)
        return model
    kind, todo = type(model).__name__, "give a sw.Sequential that is compiled"
    if model is None and where.startswith("build"):
        todo = "end build with: return model"
    got = f"the class {model.__name__}" if isinstance(model, type) else kind
    raise DescriptionError(where, "a compiled Sequential", "None" if model is None else got, todo)


def copied(callbacks: Callbacks, shared: dict[int, Any]) -> Callbacks:
    """Copies of the callbacks for one network, which share the data that they were given."""
    try:
        return copy.deepcopy(callbacks, {**shared})
    except Exception as error:
        got, todo = f"{type(error).__name__}: {error}", "give a function, or add __deepcopy__"
        where = "fit(callbacks)"
        raise DescriptionError(where, "objects that can be copied", got, todo) from error


def threads_for(model: Sequential) -> int:
    """One for each core that this process may use; NumPy's small arrays leave no time for two."""
    return 1 if model.ready("fit").engine().name == "numpy" else cores()


@checked
def repeat(model: Sequential, n: int = 100, *, threads: int | None = None) -> Networks:
    """The same network n times, each with its own seed: how much of a result is luck.

    Repeat i begins as ``model.reset(model.seed + i)`` would: the first one has the seed of the
    model, and the first ten of a hundred are the ten of ``n=10``. The model is not changed.

    Parameters
    ----------
    model : Sequential
        Compiled.
    n : int >= 1
    threads : int >= 1, optional
        How many networks train at a time; it changes no bit. None means one for each core under
        the compiled engine, and one under NumPy, which gains by more only where layers are wide.
        ``engine="auto"`` asks what all networks of a structure take together.

    Returns
    -------
    Networks
        Its ``fit`` takes what ``Sequential.fit`` takes, and gives ``Results``.

    Raises
    ------
    DescriptionError, NotReadyError
        If the model is none, or not compiled, or a number is out of range.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.Sequential([sw.Dense(8, activation="relu"), sw.Dense(2)])
    >>> model.compile("cross_entropy", sw.SGD(0.5), metrics=["accuracy"], seed=0)
    >>> results = sw.repeat(model, n=3).fit(data.X_train, data.y_train, epochs=2)
    >>> [result.seed for result in results]
    [0, 1, 2]
    >>> history = model.fit(data.X_train, data.y_train, epochs=2)
    >>> results[0].history["loss"] == history["loss"]
    True
    """
    compiled("repeat(model)", model)
    whole("repeat", "n", n)
    return Networks(lambda settings: model, [{}], int(n), checked_threads("repeat", threads))


@checked
def sweep(
    build: Callable[..., Sequential], grid: Grid, *, repeats: int = 3, threads: int | None = None
) -> Networks:
    """Every point of a grid of settings, each several times: which network to take.

    Repeat i of a point begins as ``reset(seed + i)`` of the model that ``build`` gave would; where
    that has a seed, every run gives the same bits, and all points meet the same seeds.

    Parameters
    ----------
    build : function
        ``build(width=3, learning_rate=0.1)`` gives a compiled ``Sequential``; called once a point.
    grid : dict of str to list, or list of such dicts
        Names of build's settings and the values that they take: sizes, rates, optimizers, layers,
        lists of layers. Every value meets every other one of its dict; dicts stand side by side.
    repeats : int >= 1
    threads : int >= 1, optional
        How many networks train at a time; it changes no bit. None means one for each core under
        the compiled engine, and one under NumPy, which gains by more only where layers are wide.
        ``engine="auto"`` asks what all networks of a structure take together.

    Returns
    -------
    Networks
        Its ``fit`` takes what ``Sequential.fit`` takes, and gives ``Results``.

    Raises
    ------
    DescriptionError
        If the grid is empty or no grid, or names what build does not take.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> def build(width, learning_rate):
    ...     model = sw.Sequential([sw.Dense(width, activation="relu"), sw.Dense(2)])
    ...     model.compile("cross_entropy", sw.SGD(learning_rate), metrics=["accuracy"], seed=0)
    ...     return model
    >>> grid = {"width": [2, 16], "learning_rate": [0.5, 0.01]}
    >>> networks = sw.sweep(build, grid, repeats=2)
    >>> results = networks.fit(data.X_train, data.y_train, epochs=5)
    >>> len(results), results.by
    (8, 'accuracy')
    >>> results.best_point.settings
    {'width': 16, 'learning_rate': 0.5}
    """
    if not callable(build) or isinstance(build, Sequential):
        todo = "give a function of the grid's settings; sw.repeat takes a model"
        got = type(build).__name__
        raise DescriptionError("sweep(build)", "a function that gives a model", got, todo)
    found = points(grid)
    for settings in found:
        check_names(build, settings)
    whole("sweep", "repeats", repeats)
    return Networks(partial(built, build), found, int(repeats), checked_threads("sweep", threads))


def checked_threads(where: str, threads: int | None) -> int | None:
    if threads is not None:
        whole(where, "threads", threads)
    return threads
