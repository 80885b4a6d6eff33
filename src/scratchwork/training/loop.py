"""The training loop: epochs, chunks of batches, and what stands between them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..engines.blas import one_thread
from ..engines.engine import Engine
from ..errors import NonFiniteError
from ..inspect.nonfinite import CAUSES, STEP_ERRORS, find_and_raise
from ..storage import Array
from ..streams import Stream, generator, go_back, stream_of
from .history import History
from .interrupt import Interrupt
from .progress import Progress
from .state import Plan, State

CHUNK_SECONDS = 0.1
"""Between chunks interrupts are read, progress is shown and numbers are saved."""


def run(
    engine: Callable[[], Engine],
    state: State,
    plan: Plan,
    histories: Sequence[History],
    progress: Progress,
) -> None:
    """Train for the plan's epochs; state and histories are changed as it goes.

    The engine is asked for in every epoch: a callback may have set another learning rate.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C, once the step under way is finished; the epochs so far stand in history.
    NonFiniteError
        If a loss is not finite: the state is that before the step which made it so.
    """
    started = time.perf_counter()
    try:
        with one_thread(), Interrupt() as interrupt, progress:
            for _ in range(plan.epochs):
                epoch, rate = state.epoch, plan.rate()
                logs = run_epoch(engine(), state, plan, interrupt, progress)
                logs |= plan.validate() if plan.validate else {}
                for history in histories:
                    history.add(epoch, logs, rate)
                progress.epoch(epoch, logs)
                stop = [callback() for callback in plan.callbacks]  # each is called
                interrupt.deliver()
                if any(isinstance(each, bool | np.bool_) and each for each in stop):
                    break
    finally:
        seconds = time.perf_counter() - started
        for history in histories:
            history.seconds += seconds


def run_epoch(
    engine: Engine, state: State, plan: Plan, interrupt: Interrupt, progress: Progress
) -> dict[str, float]:
    """One pass over the rows; the means of loss, penalty and metrics as they were met."""
    rng = generator(plan.seed, Stream.DRAWS, state.epoch) if takes(engine, "rng") else None
    order = row_order(plan, state.epoch)
    state.epoch += 1  # an epoch that was interrupted counts: its draws are used up
    totals: dict[str, float] = {}
    done = 0
    for chunk in chunks(engine, order, plan.batch_size):
        totals = run_chunk(engine, state, plan, chunk, rng, totals)
        progress.advance(len(chunk))
        done += len(chunk)
        if done < len(order):  # after the last chunk the epoch is written down first
            interrupt.deliver()
    return {name: total / len(order) for name, total in totals.items()}


def takes(engine: Engine, name: str) -> bool:
    """Whether a step asks for an input of this name."""
    return any(x.name == name for x in engine.source.programs["train_step"].inputs)


def row_order(plan: Plan, epoch: int) -> Array:
    if not plan.shuffle:
        return np.arange(len(plan.X))
    return generator(plan.seed, Stream.ORDER, epoch).permutation(len(plan.X))


def chunks(engine: Engine, order: Array, batch_size: int) -> Iterator[Array]:
    """Slices of the order, whole batches that take about CHUNK_SECONDS, as the engine has shown.

    They change no bit.
    """
    start = 0
    while start < len(order):
        stop = start + engine.pace * batch_size
        before = time.perf_counter()
        yield order[start:stop]
        seconds = max(time.perf_counter() - before, 1e-6)
        if stop <= len(order):  # a shorter one says less
            fitting = int(engine.pace * CHUNK_SECONDS / seconds)
            engine.pace = max(1, min(fitting, 8 * engine.pace))
        start = stop


def run_chunk(
    engine: Engine,
    state: State,
    plan: Plan,
    order: Array,
    rng: np.random.Generator | None,
    totals: dict[str, float],
) -> dict[str, float]:
    """Train on the rows of ``order``; the sums of the epoch so far, with theirs added."""
    before = state.snapshot()
    draws = stream_of(rng)
    try:
        sums = engine.train(state, plan, order, rng, totals)
        state.check_finite()
    except Exception as error:
        state.go_back(before)
        go_back(rng, draws)
        if isinstance(error, STEP_ERRORS):
            find_and_raise(engine, state, plan, order, rng, getattr(error, "steps", 0))
        if isinstance(error, FloatingPointError) and not isinstance(error, NonFiniteError):
            where = f"epoch {state.epoch}"
            raise NonFiniteError(where, "finite numbers", str(error), CAUSES) from error
        raise
    state.t += -(-len(order) // plan.batch_size)
    return sums
