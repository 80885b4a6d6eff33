"""fit and evaluate: from what the user gives to a plan that the loop runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ..description import Description
from ..engines.blas import one_thread
from ..errors import DataError, DescriptionError, NotReadyError
from ..losses import Loss, TargetKind
from ..run import Run
from ..settings import flag, fraction, whole
from ..storage import Array
from ..streams import Stream, generator
from . import loop
from .history import Evaluation, History
from .labels import Seen
from .progress import Progress
from .rate import Rates
from .scorers import LINKS, scores
from .state import Plan, State, variance


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
    description: Description  # with the learning rate that it began with
    rows: int
    held_out: int  # the rows of validation_split, behind those


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
    validation_split: float,
    shuffle: bool,
    callbacks: Sequence[Callable[[], object]],
) -> tuple[Plan, TargetKind]:
    """Check everything; nothing is changed yet."""
    loss = needs_loss(run.description, "fit")
    run.refuse_if_busy("fit")
    rows = run.check_X(X, "fit(X)")
    seen = run.learned(X, y, len(rows), loss, "fit(y)")
    kind, checked = run.check_y(y, len(rows), "fit(y)", loss, seen)
    whole("fit", "epochs", epochs)
    flag("fit", "shuffle", shuffle)
    held = held_out(validation_split, validation_data, len(rows))
    cut = len(rows) - held
    apart = check_validation(run, validation_data, loss, seen)
    apart = (rows[cut:], checked[cut:], kind) if held else apart
    plan = Plan(
        X=rows[:cut],
        y=checked[:cut],
        targets=targets_name(kind),
        batch_size=check_batch_size(run, kind, batch_size, cut),
        epochs=int(epochs),
        shuffle=shuffle,
        seed=run.seed,
        rate=coming_rate(run),
        validate=validation(run, *apart) if apart else None,
        held_out=held,
        callbacks=callbacks,
        seen=seen,
    )
    run.notice_scale(rows, X, checked, loss)
    return plan, kind


def run_fit(
    run: Run, plan: Plan, kind: TargetKind, names: tuple[str, ...], shown: Progress,
    histories: Sequence[History], remember: Callable[[Fit | None], None],
) -> None:  # fmt: skip
    """Train by the plan. What was finished is remembered, however the fit ends."""
    started = time.perf_counter()
    with shown:
        run.choose(kind, len(plan.X), plan.batch_size, plan.epochs, shown.compiling)
    seconds = time.perf_counter() - started
    fresh, before = run.is_fresh(), (run.state.copy(), run.seen, run.prepared)
    run.seen, run.looked = plan.seen, True
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
        description=run.description,
        rows=len(plan.X),
        held_out=plan.held_out,
    )
    for history in histories:
        history.seconds += seconds  # compiling is part of a fit
        history.seed, history.engine, history.reason = run.seed, run.choice.name, run.choice.reason
    run.refuse_if_busy("fit")  # another thread may have begun one
    run.busy = True
    try:
        loop.run(partial(run.engine, kind), run.state, plan, histories, shown)
    finally:
        run.busy = False
        if fresh and not run.state.t:  # not a single step was made
            run.undo(*before)
        done = len(histories[0].epoch)
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
    before = run.last_kind
    least = run.engine(kind).source.programs["train_step"].minimum_rows
    smallest = rows % size or size
    if smallest < least:
        run.last_kind = before  # what is refused leaves no trace
        raise DataError(
            "fit",
            f"batches of at least {least} rows, for BatchNorm's variance",
            f"a batch of {smallest} ({rows} rows by {size})",
            "choose another batch_size",
        )
    return size


def held_out(split: float, data: tuple[Any, Any] | None, rows: int) -> int:
    """How many of the last rows are kept for validation: Keras' rounding, never none or all."""
    fraction("fit", "validation_split", split)
    if not split:
        return 0
    if data is not None:
        todo = "leave one of the two out"
        raise DescriptionError("fit", "validation_data or validation_split", "both", todo)
    kept = rows - int(rows * (1 - split) + 1e-9)  # 0.9 of 10 rows are 9, whatever 1 - 0.9 is
    if not 0 < kept < rows:
        expected, got = "rows to train on and rows to validate on", f"{split} of {rows}"
        raise DataError("fit(validation_split)", expected, got, "choose another share")
    return kept


def coming_rate(run: Run) -> Callable[[], float]:
    """A function that gives the learning rate of the step that comes next."""
    rates, state = Rates(), run.state
    return lambda: rates.at(run.description.optimizer, state.t + 1, state.epoch - state.began)


def check_validation(
    run: Run, data: tuple[Any, Any] | None, loss: Loss, seen: Seen
) -> tuple[Array, Array, TargetKind] | None:
    """The validation data as the programs take them, or an error."""
    if data is None:
        return None
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise DataError(
            "fit(validation_data)",
            "a pair (X, y)",
            type(data).__name__,
            "give validation_data=(X_val, y_val)",
        )
    X = run.check_X(data[0], "fit(validation_data X)", seen)
    kind, y = run.check_y(data[1], len(X), "fit(validation_data y)", loss, seen)
    return X, y, kind


def validation(run: Run, X: Array, y: Array, kind: TargetKind) -> Callable[[], dict[str, float]]:
    """A function that gives val_loss and the metrics on the validation data."""
    where = "fit(validation_data)"
    scored(run, X, y, kind, where)  # a scorer that does not fit says so before the training

    def validate() -> dict[str, float]:
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # val_loss shows it
            result = measured(run, X, y, kind, where)
        return {f"val_{name}": value for name, value in result.items()}

    return validate


def measured(run: Run, X: Array, y: Array, kind: TargetKind, where: str) -> dict[str, float]:
    """Loss, metrics and scorers over all rows, as in inference."""
    name = targets_name(kind)
    result = run.engine(kind).evaluate(run.state, X, y, name)
    return result | scored(run, X, y, kind, where)


def scored(run: Run, X: Array, y: Array, kind: TargetKind, where: str) -> dict[str, float]:
    """What scikit-learn's scorers make of the predictions, if any were asked for."""
    names, loss = run.description.scorers, needs_loss(run.description, where)
    if not names:
        return {}
    Z = run.engine(kind).predict(run.state, X, "raw" if loss.link in LINKS else "predict")
    return scores(names, loss, Z, y, where)


def evaluate(run: Run, X: Any, y: Any) -> Evaluation:
    """Loss and metrics over all rows, as in inference."""
    loss = needs_loss(run.description, "evaluate")
    X = run.check_X(X, "evaluate(X)")
    kind, y = run.check_y(y, len(X), "evaluate(y)", loss)
    with one_thread():
        return Evaluation(measured(run, X, y, kind, "evaluate"))


def one_step(run: Run, X: Any, y: Any, where: str) -> dict[str, Any]:
    """All that one training step on these rows takes, by name."""
    loss = needs_loss(run.description, where)
    X = run.check_X(X, f"{where}(X)")
    kind, y = run.check_y(y, len(X), f"{where}(y)", loss)
    check_batch_size(run, kind, None, len(X))
    rng = generator(run.seed, Stream.DRAWS, run.state.epoch)
    t, epoch = run.state.t + 1, run.state.epoch - run.state.began
    more = {targets_name(kind): y, "y_variance": variance(y)}
    return run.values(X=X, t=t, epoch=epoch, rng=rng, **more)
