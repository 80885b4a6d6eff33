"""summary: layers, output shapes, parameters, memory and multiply-adds of a step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..description import Description
from ..engines.engine import Engine
from ..network import record_network
from ..program import plan
from ..program.amount import length, multiply_adds
from ..program.ir import Program, Value, shape_text
from ..program.lowering import lowered
from ..program.record import recording
from ..programs import initialize, predict, train_step
from ..run import Run
from .display import Shown, Styles


@dataclass(frozen=True)
class LayerSummary:
    """One line of the table: what the layer is, gives, holds and costs for one row."""

    note: str
    output: str
    parameters: int
    multiply_adds: int


@dataclass(frozen=True, repr=False)
class Summary(Shown):
    """What a network is and costs. Bytes and multiply-adds are for one row where they say so."""

    styles: ClassVar[Styles] = (
        (r"\A.*", "bold"), (r"(?m)^layer \d+:", "cyan"), (r"(?m)^total.*$", "bold"),
        (r"(?m)^(a training step|memory in|engine:).*$", "dim"),
    )  # fmt: skip

    layers: tuple[LayerSummary, ...]
    dtype: str
    parameters: int
    trainable: int
    state: int
    row_bytes: int
    step_multiply_adds: int
    engine: str = ""

    def __str__(self) -> str:
        width = max(len(layer.note) for layer in self.layers) + 2
        rows = [f"{'':<{width}}{'output':<18}{'parameters':>12}{'multiply-adds':>16}"]
        rows += [
            f"{x.note:<{width}}{x.output:<18}{x.parameters:>12,}{x.multiply_adds:>16,}"
            for x in self.layers
        ]
        size = np.dtype(self.dtype).itemsize
        held = size * (self.parameters + self.trainable + self.state)
        return "\n".join([
            *rows,
            f"{'total':<{width}}{'':<18}{self.parameters:>12,}"
            f"{sum(x.multiply_adds for x in self.layers):>16,}",
            f"a training step: {self.step_multiply_adds:,} multiply-adds a row",
            f"memory in {self.dtype}: {self.row_bytes / 1000:,.1f} kB a row, and "
            f"{held / 1000:,.1f} kB for parameters, gradients and state",
            *([f"engine: {self.engine}"] if self.engine else []),
        ])  # fmt: skip


def summarize(description: Description, engine: str = "") -> Summary:
    """Count from the recorded programs; nothing is run. ``engine`` says what runs them."""
    with recording() as recorder:
        network = record_network(description, recorder, "infer")
    layers = tuple(
        LayerSummary(
            x.note,
            shape_text(x.output.shape),
            total(x.parameters),
            sum(map(multiply_adds, x.statements)),
        )
        for x in network.layers
    )
    step = train_step(description) if description.loss else predict(description)
    first = initialize(description)
    parameters = network.scope.parameters
    return Summary(
        layers=layers,
        dtype=description.dtype,
        parameters=total(parameters),
        trainable=total(x for x in parameters if x.role == "parameter"),
        state=total(first.outputs) - total(parameters),
        row_bytes=row_bytes(step, np.dtype(description.dtype).itemsize),
        step_multiply_adds=sum(map(multiply_adds, step.statements)),
        engine=engine,
    )


# ---- the engine ----
def engine_text(run: Run) -> str:
    """The engine and why; compiled, in how many slices it goes through a batch."""
    engine = run.engine()
    step = engine.source.programs.get("train_step")
    if step is None or run.asked_engine == "numpy":
        return str(run.choice)
    whole = "; rows meet in training: one slice"
    return f"{run.choice}{whole if rows_meet(step) else sliced(engine)}"


def rows_meet(step: Program) -> bool:
    """Whether a step needs all rows of a batch at once, as BatchNorm does.

    It is read from the program that there is: laying out the compiled one takes ten times longer.
    """
    try:
        program, _ = lowered(step)
    except NotImplementedError:  # it is never compiled
        return False
    extremes = any(plan.takes_extremes(s) for s in program.statements)
    return extremes or plan.rows_meet(plan.regions(program)[1])


def sliced(engine: Engine) -> str:
    """The slices of a batch, once a fit has shown how large that is."""
    form = getattr(engine, "last_form", None)  # of the compiled engine alone
    if form is None:
        return ""
    part = engine.parts["train_step", form]  # type: ignore[attr-defined] # it is that engine
    number = part.sized["slices"]
    return f"; batches of {part.batch_size:,}: {number} slice{'s' * (number > 1)}"


def total(values: Iterable[Value]) -> int:
    return sum(map(length, values))


def row_bytes(program: Program, itemsize: int) -> int:
    """Bytes of a step's named arrays for one row of the batch."""
    return sum(
        length(line.target) * (1 if line.target.dtype == "bool" else itemsize)
        for line in program.lines
        if line.target.shape and line.target.shape[0].batch
    )
