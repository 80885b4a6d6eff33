"""fit and evaluate: from what the user gives to a plan that the loop runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..description import Description
from ..engines.numpy import one_thread
from ..errors import DataError, DescriptionError, NotReadyError
from ..losses import Loss, TargetKind
from ..run import Run
from ..settings import whole
from ..storage import Array
from ..streams import Stream, generator
from . import loop
from .history import Evaluation, History
from .progress import Progress
from .state import Plan, State


@dataclass(frozen=True)
class Fit:
    """What a fit was, so that it can be written down as a program."""

    start: State
    kind: TargetKind
    batch_size: int
    epochs: int  # those that were finished
    shuffle: bool
    from_seed: bool  # whether the start is what the initializers drew
    callbacks: tuple[str, ...]
    examples: Array  # the first rows of X


def needs_loss(description: Description, where: str) -> Loss:
    if description.loss is None:
        raise NotReadyError(
            where,
            "a compiled model",
            "one without a loss",
            'call compile(loss="cross_entropy") first',
        )
    return description.loss


def plan_fit(
    run: Run,
    X: Any,
    y: Any,
    *,
    batch_size: int | None,
    epochs: int,
    validation_data: tuple[Any, Any] | None,
    shuffle: bool,
    callbacks: Sequence[Callable[[], object]],
) -> tuple[Plan, TargetKind]:
    """Check everything; nothing is changed yet."""
    loss = needs_loss(run.description, "fit")
    run.refuse_if_busy("fit")
    X = run.check_X(X, "fit(X)")
    kind, y = run.check_y(y, len(X), "fit(y)", loss)
    whole("fit", "epochs", epochs)
    plan = Plan(
        X=X,
        y=y,
        targets=targets_name(kind),
        batch_size=check_batch_size(run, kind, batch_size, len(X)),
        epochs=int(epochs),
        shuffle=shuffle,
        seed=run.seed,
        validate=validation(run, validation_data, loss),
        callbacks=callbacks,
    )
    return plan, kind


def run_fit(
    run: Run, plan: Plan, kind: TargetKind, names: tuple[str, ...], shown: Progress,
    histories: Sequence[History], remember: Callable[[Fit | None], None],
) -> None:  # fmt: skip
    """Train by the plan. What was finished is remembered, however the fit ends."""
    fresh = run.is_fresh()
    run.prepare(plan.X)
    record = Fit(
        start=run.state.copy(),
        kind=kind,
        batch_size=plan.batch_size,
        epochs=0,
        shuffle=plan.shuffle,
        from_seed=fresh,
        callbacks=names,
        examples=plan.X[:3].copy(),
    )
    engine, own = run.engine(kind), histories[0]
    for history in histories:
        history.seed, history.engine = run.seed, engine.name
    run.busy = True
    try:
        loop.run(engine, run.state, plan, histories, shown)
    finally:
        run.busy = False
        done = len(own.epoch)
        remember(replace(record, epochs=done) if done else None)


def check_callbacks(given: Any) -> tuple[Callable[[Any], object], ...]:
    """The functions to be called after every epoch, or an error for what is none."""
    listed = tuple(given) if isinstance(given, Iterable) else (None,)
    if not all(callable(each) for each in listed):
        todo = "put them in a list: callbacks=[print]"
        raise DescriptionError("fit(callbacks)", "a list of functions", repr(given), todo)
    return listed


def targets_name(kind: TargetKind) -> str:
    """What the program calls its targets."""
    return "Y" if kind == "matrix" else "y"


def check_batch_size(run: Run, kind: TargetKind, batch_size: int | None, rows: int) -> int:
    """The rows of a batch; None, or more than there are, means all."""
    if batch_size is None:
        batch_size = rows
    whole("fit", "batch_size", batch_size)
    size = min(int(batch_size), rows)
    least = run.engine(kind).source.programs["train_step"].minimum_rows
    smallest = rows % size or size
    if smallest < least:
        raise DataError(
            "fit",
            f"batches of at least {least} rows, for BatchNorm's variance",
            f"a batch of {smallest} ({rows} rows by {size})",
            "choose another batch_size",
        )
    return size


def validation(
    run: Run, data: tuple[Any, Any] | None, loss: Loss
) -> Callable[[], dict[str, float]] | None:
    """A function that gives val_loss and the metrics on the validation data."""
    if data is None:
        return None
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise DataError(
            "fit(validation_data)",
            "a pair (X, y)",
            type(data).__name__,
            "give validation_data=(X_val, y_val)",
        )
    X = run.check_X(data[0], "fit(validation_data X)")
    kind, y = run.check_y(data[1], len(X), "fit(validation_data y)", loss)

    def validate() -> dict[str, float]:
        values = run.values(X=X, **{targets_name(kind): y})
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # val_loss shows it
            result = run.engine(kind).evaluate(values, targets_name(kind))
        return {f"val_{name}": value for name, value in result.items()}

    return validate


def evaluate(run: Run, X: Any, y: Any) -> Evaluation:
    """Loss and metrics over all rows, as in inference."""
    loss = needs_loss(run.description, "evaluate")
    X = run.check_X(X, "evaluate(X)")
    kind, y = run.check_y(y, len(X), "evaluate(y)", loss)
    name = targets_name(kind)
    with one_thread():
        return Evaluation(run.engine(kind).evaluate(run.values(X=X, **{name: y}), name))


def one_step(run: Run, X: Any, y: Any, where: str) -> dict[str, Any]:
    """All that one training step on these rows takes, by name."""
    loss = needs_loss(run.description, where)
    X = run.check_X(X, f"{where}(X)")
    kind, y = run.check_y(y, len(X), f"{where}(y)", loss)
    check_batch_size(run, kind, None, len(X))
    rng = generator(run.seed, Stream.DRAWS, run.state.epoch)
    t, epoch = run.state.t + 1, run.state.epoch
    return run.values(X=X, t=t, epoch=epoch, rng=rng, **{targets_name(kind): y})
