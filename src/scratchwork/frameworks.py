"""The door to other frameworks: a model as their program, alone or with its arrays beside it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .dialects.frameworks import print_framework
from .dialects.frameworks.plan import Placed, Plan
from .errors import ScratchworkWarning
from .layers import Activation
from .layers.layer import Buildable
from .losses import TargetKind
from .network import Recorded, RecordedLayer, penalty_terms, record_network
from .program.ir import Value
from .program.record import recording
from .programs import callers_level, description_text
from .programs import rate as rate_program
from .regularizers import Regularizer
from .run import Run
from .storage import Array
from .training.fit import Fit, check_batch_size, needs_loss
from .writing_data import checked_rows, chosen, held_apart, seen_with


def framework_text(
    run: Run,
    fit: Fit | None,
    framework: str,
    arrays_file: str = "network.npz",
    targets: TargetKind | None = None,
    **settings: Any,
) -> str:
    """The text of a model's program in a framework; it reads its numbers from ``arrays_file``.

    ``settings`` are fields of the plan, instead of those of the last fit.
    """
    loss, optimizer = needs_loss(run.description, "source"), run.description.optimizer
    assert optimizer is not None  # compile sets both
    description = replace(run.description, targets=targets or run.kind())
    with recording() as recorder:
        network = record_network(description, recorder, "train")
        penalties = tuple(penalised(description.regularizer, network))
    rate = getattr(optimizer, "learning_rate", None)
    plan = Plan(
        layers=tuple(placed(network)),
        outputs=run.width,
        loss=loss,
        optimizer=optimizer,
        rate=rate_program(rate) if hasattr(rate, "rate") else None,
        targets=description.targets,
        penalties=penalties,
        batch_size=fit.batch_size if fit else 32,
        epochs=fit.epochs if fit else 10,
        shuffle=fit.shuffle if fit else True,
        seed=run.seed,
        dtype=description.dtype,
        description=description_text(description),
        arrays_file=arrays_file,
        classes=run.seen.words,
    )
    return print_framework(framework, description, replace(plan, **settings))


def placed(network: Recorded) -> Iterator[Placed]:
    """The layers that compute something, with their places; without the loss's link."""
    for x in network.layers:
        layer = unlinked(x, network)
        if layer is None or x.output is x.given:
            continue
        yield Placed(
            layer=layer,
            note=x.note,
            given=row_shape(x.given),
            made=row_shape(x.output),
            parameters=tuple(str(value.name) for value in x.parameters),
            state=tuple(str(value.name) for value in x.state),
        )


def unlinked(x: RecordedLayer, network: Recorded) -> Buildable | None:
    """The layer without the activation that the loss applies itself; None if it was that alone."""
    last = network.layers[-1].output
    if x.output is not last or x.given is last or network.output is last:
        return x.layer
    layer: Any = x.layer
    return None if isinstance(layer, Activation) else replace(layer, activation=None)


def row_shape(value: Value) -> tuple[int, ...]:
    return tuple(size.number for size in value.shape[1:])


def penalised(given: Regularizer | None, network: Recorded) -> Iterator[tuple[str, Regularizer]]:
    """The kernels with a penalty, and what it is: their layer's own, or the model's."""
    for regularizer, kernels, _, _ in penalty_terms(given, network.scope):
        yield from ((str(W.name), regularizer) for W in kernels)


# ---- files ----
def framework_file(
    framework: str, run: Run, fit: Fit | None, path: Path, arrays: dict[str, Array],
    epochs: int | None, batch_size: int | None,
) -> tuple[str, dict[str, Array]]:  # fmt: skip
    """The text, and the arrays beside it: the model's present numbers, and the rows given."""
    loss = needs_loss(run.description, "write")
    seen = seen_with(run, arrays, loss)
    kind = checked_rows(run, arrays, loss, seen) or run.kind()
    if fit is not None:
        arrays = held_apart(arrays, fit.rows, fit.held_out)
    size = chosen("batch_size", batch_size, fit.batch_size if fit else 32)
    if "X_train" in arrays:
        check_batch_size(run, kind, size, len(arrays["X_train"]))
    text = framework_text(
        run, fit, framework, path.with_suffix(".npz").name, targets=kind, parts=tuple(arrays),
        classes=seen.words, epochs=chosen("epochs", epochs, fit.epochs if fit else 10),
        batch_size=size,
    )  # fmt: skip
    return text, framework_arrays(run, arrays)


def framework_arrays(run: Run, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The model's present numbers by our names, and the rows of a data set beside them."""
    numbers = {**run.state.parameters, **prepared(run, arrays.get("X_train")).state.layers}
    return {**{name: np.array(value) for name, value in numbers.items()}, **arrays}


def prepared(run: Run, X: Array | None) -> Run:
    """The run, or before any fit a copy whose layers are fitted to the rows (Standardize)."""
    names = run.engine().outputs.get("prepare", ())
    if run.prepared or not names:
        return run
    if X is not None:
        twin = copy.deepcopy(run)
        twin.prepare(X)
        return twin
    text = (
        f"write: {', '.join(names)} are as in a new model, as no fit has seen rows; "
        "fit first, or give data=(X, y)"
    )
    warnings.warn(text, ScratchworkWarning, stacklevel=callers_level())
    return run
