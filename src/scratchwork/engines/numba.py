"""The Numba engine: the same statements, compiled, over batches of rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import numpy as np

from .. import programs
from ..description import Description
from ..dialects.numba.compiled import Compiled
from ..dialects.numba.frame import Form
from ..dialects.numba.module import print_module
from ..errors import ScratchworkWarning
from ..programs import Source
from ..storage import Array
from ..training.state import Plan, State, variance
from .blas import one_thread
from .cache import CompileError
from .numpy import EVALUATION_ROWS, NumpyEngine
from .part import Part, is_by_inputs

STEP = "train_step"

FEW = 4
"""Batches of so few rows are multiplied row by row, where they are not zero."""


class StepsMade(FloatingPointError):
    """A loss is not finite; ``steps`` were made before it."""

    def __init__(self, steps: int) -> None:
        super().__init__(f"a loss is not finite after {steps} steps")
        self.steps = steps


class NumbaEngine(NumpyEngine):
    """The programs of a network, compiled; where a step is looked into the NumPy text runs.

    Parameters
    ----------
    source : Source
    description : Description
    source_file : path, optional
    """

    name = "numba"

    def __init__(
        self, source: Source, description: Description, source_file: str | Path | None = None
    ) -> None:
        super().__init__(source, source_file)
        self.description = description
        self.refused: set[str] = set()  # programs that run in NumPy after all
        self.texts: dict[tuple[str, Form], Compiled] = {}
        self.parts: dict[tuple[str, Form], Part] = {}
        self.last_form: Form | None = None  # of the step that trained last

    @property
    def loaded(self) -> bool:
        """Whether a program was loaded before."""
        return bool(self.parts)

    def alone(self) -> NumbaEngine:
        """The same programs, with working arrays of its own: for a network in another thread."""
        twin: NumbaEngine = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.pace = 1
        twin.parts = {key: part.alone() for key, part in self.parts.items()}
        return twin

    def at(
        self, source: Source, description: Description, source_file: str | Path | None
    ) -> NumbaEngine:
        """The engine at other settings: what is compiled stays if the statements do."""
        new = NumbaEngine(source, description, source_file)
        before, after = (s.programs.get(STEP) for s in (self.source, source))
        if before and after and before.statements is after.statements:
            new.texts, new.parts, new.last_form = self.texts, self.parts, self.last_form
            for (name, _), part in new.parts.items():
                part.set(source.programs[name].hyperparameters)
        return new

    def text(self, name: str, state: State, form: Form) -> Compiled:
        """A program in the numba dialect, printed when it is first asked for."""
        if (name, form) not in self.texts:
            self.texts[name, form] = printed(self.source, self.description, name, state, form)
        return self.texts[name, form]

    def part(self, name: str, state: State, form: Form = "rows") -> Part:
        """A compiled program, loaded when it is first asked for."""
        if (name, form) not in self.parts:
            part = Part(self.text(name, state, form), self.description.dtype)
            part.set(self.source.programs[name].hyperparameters)
            self.parts[name, form] = part
        return self.parts[name, form]

    def form(self, state: State, batch_size: int) -> Form:
        """The form of the step that suits a batch."""
        if batch_size <= FEW:
            return "few"
        by_inputs = is_by_inputs(self.text(STEP, state, "rows"), batch_size)
        return "inputs" if by_inputs else "rows"

    def obstacle(self, state: State, batch_size: int) -> str:
        """What keeps the step from being compiled; "" if nothing does."""
        try:
            self.part(STEP, state, self.form(state, batch_size))
        except (CompileError, NotImplementedError) as error:
            return str(error)
        return ""

    def train(
        self, state: State, plan: Plan, order: Array, rng: np.random.Generator | None,
        totals: Mapping[str, float],
    ) -> dict[str, float]:  # fmt: skip
        """Run the compiled step over the rows of an order; its sums, added to ``totals``.

        Raises
        ------
        StepsMade
            If a loss is not finite; the step that computed it has changed nothing.
        """
        names = self.outputs[STEP]
        self.last_form = self.form(state, plan.batch_size)
        part = self.part(STEP, state, self.last_form)
        sums = np.array([totals.get(name, 0.0) for name in names])
        given = {
            "order": order,
            "totals": sums,
            "t": state.t + 1,
            "epoch": state.epoch - 1 - state.began,
            "rng": rng,
            "y_variance": plan.y_variance,
        }
        made = part.run({"X": plan.X, plan.targets: plan.y}, given, state, plan.batch_size)
        if made < -(-len(order) // plan.batch_size):
            raise StepsMade(made)
        return dict(zip(names, sums.tolist(), strict=True))

    def evaluate(self, state: State, X: Array, y: Array, targets: str) -> dict[str, float]:
        """The means of loss and metrics over all rows, block by block."""
        part = self.part_or_none("evaluate", state)
        if part is None:
            return super().evaluate(state, X, y, targets)
        names = self.outputs["evaluate"]
        sums = np.zeros(len(names))
        rows = len(X) if "evaluate" in self.mixing else min(EVALUATION_ROWS, len(X))
        given = {"totals": sums, "y_variance": variance(y)}
        part.run({"X": X, targets: y}, given, state, rows)
        return dict(zip(names, (sums / len(X)).tolist(), strict=True))

    def predict(self, state: State, X: Array, name: str) -> Array:
        """The program ``predict`` or ``raw`` for all rows."""
        # products that skip zeros would not see what is infinite in W
        few = len(X) <= FEW and state.parameters_are_finite()
        part = self.part_or_none(name, state, "few" if few else "rows")
        if part is None or not len(X):
            return super().predict(state, X, name)
        out = np.empty((len(X), *part.made.output_shape), self.description.dtype)
        with nullcontext() if few else one_thread():
            part.run({"X": X}, {"out": out}, state, len(X))
        return out

    def part_or_none(self, name: str, state: State, form: Form = "rows") -> Part | None:
        """A compiled program, or None, with one notice, where NumPy must run it."""
        if name in self.refused:
            return None
        try:
            return self.part(name, state, form)
        except (CompileError, NotImplementedError) as error:
            self.refused.add(name)
            text = f"{name} runs in NumPy: {error}"
            warnings.warn(text, ScratchworkWarning, stacklevel=programs.callers_level())
            return None


def printed(
    source: Source, description: Description, name: str, state: State, form: Form = "rows"
) -> Compiled:
    """A program in the numba dialect; a step's update is one loop, however few the parameters."""
    step = name == STEP
    program = programs.train_step(description, 0) if step else source.programs[name]
    own, dtype = [*state.optimizer], description.dtype
    return print_module(program, source.means, dtype, places(state), own, form)


def places(state: State) -> dict[str, int]:
    """Where each array begins in its flat vector; "" is the end of the parameters."""
    found = {"": state.parameters.flat.size}
    for storage in state.storages:
        start = 0
        for name, view in storage.items():
            found[name] = start
            start += view.size
    return found
