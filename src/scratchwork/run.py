"""Run: a description with its engines and numbers. What ``Sequential`` does happens here."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from .description import Description
from .engines.choice import Choice, choose, first_choice
from .engines.engine import Engine, EngineName
from .engines.numpy import NumpyEngine
from .errors import DataError, NotReadyError, ScratchworkWarning, ShapeError
from .guard import unknown_name
from .losses import Loss, TargetKind
from .network import record_network
from .program.ir import Program
from .program.record import recording
from .program.update import Optimizer
from .programs import Source, callers_level, source
from .storage import Array, Storage
from .streams import Stream, generator
from .training.arrays import all_finite, as_numbers
from .training.frames import column_names
from .training.inputs import check_X, in_range, notice_scale, notice_targets
from .training.labels import Seen, as_labels, check_length, first_classes, numbered
from .training.rate import at_rate
from .training.state import State
from .training.targets import check_y, default_kind, target_kind


class Run:
    """The programs of one description, loaded, and the numbers that they work on.

    Parameters
    ----------
    description : Description
        Its ``targets`` do not matter: there is an engine for each kind that is met.
    seed : int
    source_file : path, optional
    engine : "auto", "numpy" or "numba"
    """

    def __init__(
        self,
        description: Description,
        seed: int,
        source_file: str | Path | None = None,
        engine: EngineName = "auto",
    ) -> None:
        self.description, self.seed, self.source_file = description, seed, source_file
        self.asked_engine, self.choice = engine, first_choice(engine)
        self.engines: dict[TargetKind, Engine] = {}
        self.obstacles: dict[TargetKind, str] = {}  # what Numba could not do
        self.last_kind: TargetKind | None = None
        with recording() as recorder:
            network = record_network(description, recorder, "infer")
        self.width = network.output.shape[-1].number
        drawn = self.engine().named("initialize", {"rng": generator(seed, Stream.INIT)})
        names, ends = list(drawn), (len(network.scope.parameters), len(network.scope.state_values))
        parts = names[: ends[0]], names[ends[0] : sum(ends)], names[sum(ends) :]
        parameters, layers, optimizer = (
            Storage({name: drawn[name] for name in part}, description.dtype) for part in parts
        )
        self.state = State(parameters, layers, optimizer)
        self.busy = False  # whether a fit is under way
        self.prepared = False  # whether layers were fitted to training rows
        self.untouched = True  # whether the parameters are what seed and steps have made them
        self.seen = Seen()  # the columns and labels of the first fit
        self.noticed = False  # whether the size of features was spoken of
        self.looked = False  # whether it was looked at

    def engine(self, targets: TargetKind | None = None) -> Engine:
        """The engine for one kind of targets: by default the last, or what the loss suggests."""
        kind = self.last_kind = targets or self.kind()
        if kind not in self.engines:
            text = source(replace(self.description, targets=kind))
            if self.source_file is not None:
                self.engines.clear()  # the file shows one program: the one that runs
            self.engines[kind] = self.loaded(text, kind)
        return self.engines[kind]

    def loaded(self, text: Source, kind: TargetKind) -> Engine:
        """The chosen engine with its programs."""
        if self.choice.name == "numpy":
            return NumpyEngine(text, self.source_file)
        from .engines.numba import NumbaEngine  # Numba's share of the text is only read where used

        return NumbaEngine(text, replace(self.description, targets=kind), self.source_file)

    def choose(
        self, kind: TargetKind, rows: int, batch_size: int, epochs: int,
        compiling: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """Let a fit have its engine; ``compiling`` is called before one may have to compile."""
        step = self.engine(kind).source.programs["train_step"]
        choice = choose(self.asked_engine, step, rows, batch_size, epochs)
        if choice.name == "numba" and kind in self.obstacles:
            choice = Choice("numpy", f"Numba cannot: {self.obstacles[kind]}")
        self.take(choice)
        if not self.engine(kind).loaded:
            compiling()
        obstacle = self.engine(kind).obstacle(self.state, batch_size)
        if obstacle:
            self.obstacles[kind] = obstacle
            self.take(Choice("numpy", f"Numba cannot: {obstacle}"))
            text = f"fit runs in NumPy: {obstacle}"
            warnings.warn(text, ScratchworkWarning, stacklevel=callers_level())

    def take(self, choice: Choice) -> None:
        """Go on with the engine of a choice; the programs stay."""
        before, self.choice = self.choice, choice
        if choice.name != before.name:
            made = {kind: engine.source for kind, engine in self.engines.items()}
            self.engines = {kind: self.loaded(text, kind) for kind, text in made.items()}

    def change_rate(self, optimizer: Optimizer) -> None:
        """Go on with the optimizer at another learning rate, from the next epoch on.

        Its arrays stay as they are. Where only a number has changed nothing is recorded anew.
        """
        description = replace(self.description, optimizer=optimizer)
        self.engine()  # there is one, so that a rate which cannot be recorded is refused now
        made = {
            kind: at_rate(engine.source, self.description, description, kind)
            for kind, engine in self.engines.items()
        }
        self.description = description
        self.engines = {
            kind: engine.at(made[kind], replace(description, targets=kind), self.source_file)
            for kind, engine in self.engines.items()
        }
        self.keep_state()

    def keep_state(self) -> None:
        """Fit the optimizer's arrays to its programs: by name, and drawn where one is new."""
        arrays, names = self.state.arrays(), self.engine().outputs["initialize"]
        if set(names) == set(arrays):
            return
        drawn = self.engine().named("initialize", {"rng": generator(self.seed, Stream.INIT)})
        others = {*self.state.parameters, *self.state.layers}
        own = {name: arrays.get(name, drawn[name]) for name in names if name not in others}
        self.state.optimizer = Storage(own, self.description.dtype)

    def programs(self, kind: TargetKind, description: Description) -> Mapping[str, Program]:
        """The programs of this description, or of one at another learning rate."""
        if description == self.description:
            return self.engine(kind).source.programs
        return source(replace(description, targets=kind)).programs

    def kind(self) -> TargetKind:
        """The kind of targets last met; before any, what the loss suggests."""
        loss = self.description.loss
        return self.last_kind or (default_kind(loss, self.width) if loss else "matrix")

    def __getstate__(self) -> dict[str, Any]:
        """Description and numbers; engines hold code, which is never pickled but made anew.

        A copy that a callback makes is at rest, and can be trained.
        """
        return {**self.__dict__, "engines": {}, "busy": False}

    def take_over(self, old: Run) -> None:
        """Keep another run's parameters, layers' state and epoch; the optimizer begins anew."""
        old.refuse_if_busy("compile")
        numbers = {**old.state.parameters, **old.state.layers}
        known = self.state.arrays()
        self.state.set({name: value for name, value in numbers.items() if name in known})
        self.state.epoch = self.state.began = old.state.epoch  # a new optimizer, a new schedule
        self.prepared, self.noticed = old.prepared, old.noticed
        self.seen = old.seen.under(self.description.loss, old.description.loss, self.width)
        self.untouched = old.is_fresh() and old.seed == self.seed

    def undo(self, state: State, seen: Seen, prepared: bool) -> None:
        """Take back what a fit did that has not made one step."""
        self.state.restore(state)
        self.seen, self.prepared = seen, prepared

    def refuse_if_busy(self, where: str) -> None:
        if self.busy:
            raise NotReadyError(
                where,
                "a model at rest",
                "one in the middle of a fit",
                "call it when fit has returned, not in a callback",
            )

    def is_fresh(self) -> bool:
        """Whether parameters and state are what the initializers drew from the seed."""
        return self.untouched and self.state.t == 0

    def values(self, **more: Any) -> dict[str, Any]:
        """What a program may ask for, by name; its settings are defaults of its functions."""
        return {**self.state.arrays(), **more}

    # ---- at the door ----
    def learned(self, X: Any, y: Any, rows: int, loss: Loss, where: str) -> Seen:
        """What is known of columns and labels after a fit to X and y: the first fit decides."""
        classes = self.seen.classes
        if classes is None:
            classes = first_classes(y, rows, loss, self.width, where)
        return Seen(self.seen.columns or column_names(X), classes)

    def check_X(self, X: Any, where: str, seen: Seen | None = None) -> Array:
        """X as the programs take it, with its columns where they were in the first fit."""
        (seen or self.seen).check_columns(X, where)
        return check_X(X, self.description.input_shape, self.description.dtype, where)

    def check_y(
        self, y: Any, rows: int, where: str, loss: Loss, seen: Seen | None = None
    ) -> tuple[TargetKind, Array]:
        """The kind of y, and y as the programs take it: labels as the numbers of outputs."""
        d, labels = self.description, as_labels(y, where)
        check_length(labels, rows, where)
        numbers = numbered(labels, (seen or self.seen).classes, loss, self.width, where)
        kind = target_kind(numbers, loss, self.width)
        metrics = [metric.name for metric in d.metrics]
        return kind, check_y(numbers, kind, loss, rows, self.width, d.dtype, where, metrics)

    def notice_scale(self, X: Array, given: Any, y: Array, loss: Loss) -> None:
        """Warn of numbers of a size that training suffers from, in the model's first fit."""
        if not (self.noticed or self.looked):
            layers = self.description.layers
            self.noticed = notice_scale(X, given, layers) | notice_targets(y, loss, layers)

    def set_arrays(self, given: Mapping[str, Any], where: str) -> None:
        """Set parameters or state by name, all or none."""
        arrays = self.state.arrays()
        if not isinstance(given, Mapping):
            todo = f'give {where}({{"{next(iter(arrays), "W1")}": ...}})'
            raise DataError(where, "a dict of arrays by name", type(given).__name__, todo)
        checked = {}
        for name, value in given.items():
            new = as_numbers(value, f"{where} {name}")
            if new.shape != self.array(name, where).shape:
                raise ShapeError(
                    where,
                    f"{name} of shape {arrays[name].shape}",
                    str(new.shape),
                    "reshape or transpose it",
                )
            checked[name] = in_range(new, self.description.dtype, f"{where} {name}")
        self.state.set(checked)
        self.untouched = False
        if self.fitted() and self.fitted() <= checked.keys():
            self.prepared = True

    def fitted(self) -> set[str]:
        """The layers' state that is fitted to rows; where there is none, all that they keep."""
        return {*self.engine().outputs.get("prepare", self.state.layers)}

    def warn_if_unfitted(self, given: Mapping[str, Any], where: str) -> None:
        """Parameters of a trained network are of no use without the state that belongs to them."""
        missing = [name for name in self.state.layers if name not in given]
        if missing and self.state.parameters.keys() <= given.keys():
            text = (
                f"{where}: all parameters are set, but not the layers' state: {', '.join(missing)} "
                "are as in a new model; copy both: {**trained.parameters, **trained.state}"
            )
            warnings.warn(text, ScratchworkWarning, stacklevel=callers_level())

    def array(self, name: str, where: str) -> Array:
        arrays = self.state.arrays()
        if not isinstance(name, str) or name not in arrays:
            raise unknown_name(where, name, arrays, "; source() shows the names")
        return arrays[name]

    def prepare(self, X: Array) -> None:
        """Fit what layers fit to the training rows (Standardize), once, in float64."""
        if not self.prepared and "prepare" in self.engine().source.programs:
            values = {k: np.asarray(v, np.float64) for k, v in self.state.arrays().items()}
            fitted = self.engine().named("prepare", self.values(**values, X=X.astype(np.float64)))
            self.state.set(fitted)
        self.prepared = True


def chosen_seed(given: int | None, before: int | None) -> int:
    """The seed given, else the one before, else one from the operating system, short to type."""
    for seed in (given, before):
        if seed is not None:
            generator(seed, Stream.INIT)  # refuses what is no seed
            return int(seed)
    return int(np.random.SeedSequence().generate_state(1)[0])


def warn_if_not_finite(P: Array) -> Array:
    """The predictions, with a warning if some are not finite; NumPy's own flag is not trusted."""
    if not all_finite(P):
        warnings.warn(
            "predict gives numbers that are not finite", RuntimeWarning, stacklevel=callers_level()
        )
    return P
