"""The Scope: what a layer may ask for while it is recorded."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from numbers import Real
from typing import Any, Literal, Protocol, TypeVar

from ..errors import DescriptionError, ProgramError, ShapeError
from .ir import Shape, Size, Value, apply, shape_text
from .passes import unique
from .record import Builder, recording_aside

Mode = Literal["train", "infer", "initialize", "prepare"]
"""What is recorded: a step, an inference, the first numbers, or what is fitted to rows."""


D = TypeVar("D")


class Initializer(Protocol):
    """Draws or fills a parameter's first numbers; see ``scratchwork.initializers``."""

    def draw(self, scope: Scope, shape: Shape, fan_in: int, fan_out: int) -> Value: ...


@dataclass(frozen=True)
class Regularized:
    """A kernel with a regularizer of its own, and the layer that it is of."""

    kernel: Value
    regularizer: Any
    note: str
    suffix: str


class Scope:
    """What a layer's ``build(x, scope)`` may ask for: parameters, state, settings, draws.

    Attributes
    ----------
    training : bool
        True while a training step is recorded: Dropout draws, BatchNorm uses the batch.
    rows : Value
        The number of rows of the batch, ``n``.
    """

    def __init__(self, recorder: Builder, mode: Mode, inputs: dict[str, Value]) -> None:
        self.recorder, self.mode = recorder, mode
        self.inputs = inputs  # X, y, rng, t, epoch: what a program may take, by name
        self.parameters: list[Value] = []
        self.trainable: list[Value] = []
        self.state_values: list[Value] = []
        self.fitted_values: list[Value] = []
        self.kernels: list[Value] = []  # those that the model's regularizer applies to
        self.regularized: list[Regularized] = []
        self.hyperparameters: dict[Value, float] = {}
        self.updates: dict[Value, Value] = {}
        self.minimum_rows = 1
        self.names: set[str] = set()  # of all layers' numbers
        self.own_names: set[str] = set()  # those that the layer under way has asked for

    @property
    def training(self) -> bool:
        return self.mode == "train"

    @property
    def rows(self) -> Value:
        return self.recorder.rows

    def parameter(
        self,
        name: str,
        shape: tuple[Size | int, ...],
        initializer: Initializer,
        *,
        kernel: bool = False,
        regularizer: Any = None,
        trainable: bool = True,
        fans: tuple[int, int] | None = None,
    ) -> Value:
        """A parameter of the layer, called ``name`` and the layer's number.

        Parameters
        ----------
        shape : tuple of int or Size
        kernel : bool
            Whether the model's regularizer applies to it (weights, not biases).
        regularizer : L1, L2 or your own, optional
            Applies to this parameter instead of the model's.
        trainable : bool
            False keeps its first numbers.
        fans : (int, int)
            What an initializer takes for the number of inputs and outputs; by default the first and
            last size.
        """
        if isinstance(initializer, type) or not hasattr(initializer, "draw"):
            todo = "give an object such as sw.Normal(0.1), or sw.initializers.initializer(name)"
            note = f"{self.recorder.note}, parameter {name}"
            raise DescriptionError(note, "an initializer with draw()", repr(initializer), todo)
        sizes = self.fixed(shape)
        if self.mode == "initialize":
            ends = (sizes[0].number, sizes[-1].number) if sizes else (1, 1)
            fan_in, fan_out = fans or ends
            with self.recorder.at(phase="prologue"):
                value = initializer.draw(self, sizes, fan_in, fan_out).named(name)
        else:
            value = Value(sizes, "model", "parameter" if trainable else "frozen")
            value.named(name)
        self.claim(value)
        self.parameters.append(value)
        if trainable:
            self.trainable.append(value)
        if regularizer is not None and trainable:
            note, suffix = self.recorder.note, self.recorder.suffix
            self.regularized.append(Regularized(value, regularizer, note, suffix))
        elif kernel and trainable:
            self.kernels.append(value)
        return value

    def state(self, name: str, shape: tuple[Size | int, ...], initial: float = 0.0) -> Value:
        """Numbers that the layer keeps from step to step and that have no gradient.

        All begin as ``initial``. ``scratchwork.Layer`` shows a layer with state.
        """
        sizes = self.fixed(shape)
        if not isinstance(initial, Real):
            todo = f'give a number, and set the array in the model: model["{name}..."] = ...'
            raise ProgramError(
                self.recorder.note, f"a number {name} begins as", repr(initial), todo
            )
        if self.mode == "initialize":
            with self.recorder.at(phase="prologue"):
                value = apply("full", initial, shape=sizes).named(name)
        else:
            value = Value(sizes, "model", "state").named(name)
        self.claim(value)
        self.state_values.append(value)
        return value

    def fitted(self, name: str, fit: Callable[[], Value], initial: float) -> Value:
        """State that is computed once from all training rows, at the first fit (Standardize)."""
        if self.mode != "prepare":
            with recording_aside(self.recorder):
                shape = fit().shape
            return self.state(name, shape, initial)
        value = fit().named(name)
        self.claim(value)
        self.fitted_values.append(value)
        return value

    def update(self, state: Value, value: Value) -> None:
        """Let ``state`` become ``value`` at the end of the step; without effect but in training.

        What is read in ``build`` is the state before it; no gradient goes through the next step.
        """
        if not self.training:
            return
        self.check_update(state, value)
        if state in self.updates:
            raise ProgramError(
                self.recorder.note,
                f"one update of {state.name}",
                "a second",
                "combine them into one",
            )
        self.updates[state] = value

    def check_update(self, state: Value, value: object) -> None:
        """Refuse what a layer cannot change, and what is not of its shape."""
        where, by_layer = self.recorder.note, bool(self.recorder.suffix)  # or by the optimizer
        if by_layer and state not in self.state_values:
            expected, todo = "an update of a state", "update what scope.state() gave"
            raise ProgramError(where, expected, repr(state), todo)
        if not isinstance(value, Value) or value.shape != state.shape:
            expected = f"an update of shape {shape_text(state.shape)} for {state.name}"
            todo = "compute it from x and states, and let the state have its shape"
            raise ShapeError(where, expected, repr(value), todo)

    def hyperparameter(self, name: str, default: float) -> Value:
        """A number that can be changed without a new program: a keyword of the printed function."""
        value = Value((), "weak", "hyperparameter").named(name)
        self.claim(value)
        self.hyperparameters[value] = float(default)
        return value

    def symbolic(self, description: D) -> D:
        """A copy whose numbers are the program's hyperparameters, and whose schedules are recorded.

        A zero stays a number: what it switches off leaves no statement. What is no dataclass, such
        as a function, has no numbers.
        """
        if not is_dataclass(description):
            return description
        twin = copy.copy(description)
        for field in fields(description):
            setting = self.symbol(field.name, getattr(description, field.name))
            object.__setattr__(twin, field.name, setting)
        return twin

    def symbol(self, name: str, setting: Any) -> Any:
        """A hyperparameter for a number, or one for each of a tuple; a schedule is recorded."""
        if isinstance(setting, float) and setting:
            return self.hyperparameter(name, setting)
        if isinstance(setting, tuple):
            return tuple(self.symbol(f"{name}_{i}", x) for i, x in enumerate(setting, start=1))
        if not callable(getattr(setting, "rate", None)):
            return setting
        rate = self.symbolic(setting).rate(self.inputs["t"], self.inputs["epoch"])
        if isinstance(rate, Value):
            return rate.named("rate")
        if isinstance(rate, Real):
            return rate
        where, todo = type(setting).__name__, "return what was computed from t and epoch"
        raise ProgramError(where, "rate(t, epoch) to return the rate", repr(rate), todo)

    def random(self, shape: tuple[Size | int, ...]) -> Value:
        """Uniform draws from [0, 1), new in every step, in float64 whatever the model's dtype."""
        return self.draws("random", shape)

    def normal(self, shape: tuple[Size | int, ...]) -> Value:
        """Draws from N(0, 1), new in every step, in float64 whatever the model's dtype."""
        return self.draws("standard_normal", shape)

    def draws(self, op: str, shape: tuple[Size | int, ...]) -> Value:
        """What a primitive draws from the step's random generator."""
        if not self.training:
            raise ProgramError(
                self.recorder.note,
                "draws in training only",
                f"one in mode {self.mode!r}",
                "begin build() with `if not scope.training: return x`",
            )
        sizes = as_sizes(shape)
        rows = (self.rows,) if any(size.batch for size in sizes) else ()
        return apply(op, self.inputs["rng"], *rows, shape=sizes)

    def require_rows(self, number: int) -> None:
        """Refuse batches of fewer rows, before any step is made."""
        self.minimum_rows = max(self.minimum_rows, number)

    def shape_error(self, expected: str, x: Value, todo: str) -> ShapeError:
        """The error for an input of the wrong shape, with this layer's number."""
        return ShapeError(self.recorder.note, expected, shape_text(x.shape), todo)

    def fixed(self, shape: Size | int | tuple[Size | int, ...]) -> Shape:
        """The shape of a parameter or state: one size or several, none of them n."""
        sizes = as_sizes(shape if isinstance(shape, tuple) else (shape,))
        if any(size.batch for size in sizes):
            todo = "use x.shape[1:]: n is another number in the last batch"
            raise ShapeError(self.recorder.note, "a fixed shape", shape_text(sizes), todo)
        return sizes

    def claim(self, value: Value) -> None:
        """Give a layer's number a name of its own: _2 behind it where another layer has the name.

        Two layers can ask for one name because those without a number carry that of another.
        """
        name = str(value.name)
        if name in self.own_names:
            raise ProgramError(
                self.recorder.note,
                "a name of its own for each of its numbers",
                f"{name} twice",
                "give the second another name",
            )
        self.own_names.add(name)
        value.name = unique(name, self.names)
        self.names.add(value.name)


def as_sizes(shape: tuple[Size | int, ...]) -> Shape:
    return tuple(size if isinstance(size, Size) else Size(size) for size in shape)
