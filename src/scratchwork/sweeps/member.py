"""One of many networks: a description with a seed of its own, trained in any thread."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from threading import Event
from typing import Any, TypeAlias

from ..engines.blas import one_thread
from ..errors import NonFiniteError
from ..guard import keep
from ..model import Sequential
from ..run import Run
from ..storage import Storage
from ..streams import Stream, generator
from ..training import fit as training
from ..training.history import History
from ..training.labels import Seen
from ..training.progress import Progress
from ..training.state import State
from .result import Result

Callbacks: TypeAlias = tuple[Callable[..., Any], ...]


class Stopped(Exception):
    """Ends a fit between two chunks, in the thread that it runs in."""


class Count(Progress):
    """Counts the rows of one fit for the bar of all, and ends it when all are to stop."""

    def __init__(self, stop: Event) -> None:
        self.stop, self.rows = stop, 0

    def advance(self, rows: int) -> None:
        self.rows += rows
        if self.stop.is_set():
            raise Stopped


@dataclass(eq=False)
class Member:
    """A network to be trained, and what came of it.

    Parameters
    ----------
    template : Sequential
        Its description and loaded programs are shared; its numbers are not looked at.
    settings : dict
        Those of the grid's point.
    point, repeat : int
    count : Count
    """

    template: Sequential
    settings: Mapping[str, Any]
    point: int
    repeat: int
    count: Count
    result: Result | None = None

    def train(self, X: Any, y: Any, callbacks_for: Callable[[], Callbacks], fit: Any) -> None:
        """Train and keep the result; what diverged is one, too.

        Raises
        ------
        Stopped
            When all are to stop: there is no result then.
        """
        if self.count.stop.is_set():
            raise Stopped
        first: int = self.template.seed  # type: ignore[assignment] # a compiled model has one
        seed, callbacks, error = first + self.repeat, callbacks_for(), None
        with one_thread():  # an initializer may use BLAS, too
            model = sibling(self.template, seed)
            try:
                train(model, X, y, callbacks, self.count, fit)
            except NonFiniteError as found:
                error = found.with_traceback(None)  # which would hold every array of the step
                error.__context__ = error.__cause__ = None
        self.result = Result(
            settings=dict(self.settings),
            point=self.point,
            repeat=self.repeat,
            seed=seed,
            history=model.history,
            error=error,
            model=model,
            callbacks=callbacks,
            names=tuple(model.history),
        )


def sibling(model: Sequential, seed: int) -> Sequential:
    """The model as after ``reset(seed)``, with the programs that are loaded already."""
    made = copy.copy(model)
    made.source_file = made.last_fit = None  # many networks would write one file
    keep(made, seed=seed, history=History())
    made.run = None if model.run is None else run_of(model.run, seed)
    return made


def run_of(old: Run, seed: int) -> Run:
    """A run of the same description and programs; its numbers are drawn from the seed."""
    run = copy.copy(old)
    run.engines = {kind: engine.alone() for kind, engine in old.engines.items()}
    run.seed, run.source_file = seed, None
    drawn = run.engine().named("initialize", {"rng": generator(seed, Stream.INIT)})
    dtype = run.description.dtype
    parameters, layers, optimizer = (
        Storage({name: drawn[name] for name in storage}, dtype) for storage in old.state.storages
    )
    run.state = State(parameters, layers, optimizer)
    run.prepared, run.untouched, run.seen = False, True, Seen()
    return run


def train(
    model: Sequential, X: Any, y: Any, callbacks: Callbacks, shown: Progress, fit: Mapping[str, Any]
) -> None:
    """``model.fit``, with a display of our own, by the engine that was chosen for all."""
    bound = [partial(each, model) for each in callbacks]
    names = tuple(getattr(each, "__name__", type(each).__name__) for each in callbacks)
    with model.begun("fit", X) as run:
        plan, kind = training.plan_fit(run, X, y, callbacks=bound, **fit)
        remember = partial(setattr, model, "last_fit")
        asked, choice = run.asked_engine, run.choice
        run.asked_engine = choice.name
        try:
            training.run_fit(run, plan, kind, names, shown, (model.history,), remember)
        finally:
            run.asked_engine, model.history.reason = asked, choice.reason
