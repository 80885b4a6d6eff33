"""The map: from the description of a network to its programs, step by step.

    description -> record -> differentiate -> update -> passes -> lines   (here)
                -> print -> load                                          (dialects)

``train_step``, ``evaluate``, ``predict``, ``initialize`` and ``prepare`` are the five programs of a
description. Each records the same layers; what differs is the scope's mode and what follows.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import FrameType
from typing import Any

from .activations import Activation, activate, linear
from .description import Description
from .dialects import numpy_module
from .dialects.cupy import print_cupy
from .layers.layer import describe
from .losses import quoted
from .metrics import names_of
from .network import Recorded, record_network, record_objective, step_inputs
from .program.check import check
from .program.gradient import differentiate
from .program.ir import Loop, N, Program, Size, Value, apply
from .program.lines import lines
from .program.passes import lower, name, prune, share, simplify
from .program.record import call, recording, recording_aside
from .program.scope import Scope
from .program.update import initial_state, record_rule, record_update

PASSES = (lower, share, simplify, share, prune, lines, name)


def finish(program: Program) -> Program:
    """Run the passes; what is recorded, which a layer of the user's may break, is checked before,
    and what is printed after. The tests check what each pass leaves: here it costs a third more.
    """
    check(program)
    for step in PASSES:
        program = step(program)
    return check(program)


# ---- the five programs ----
def train_step(description: Description, written_out: int | None = None) -> Program:
    """Forward, loss, backward and update for one batch; returns loss, penalty and metrics.

    The update of more parameters than ``written_out`` (8) is a loop over them.
    """
    with recording() as recorder:
        network = record_network(description, recorder, "train")
        scope = network.scope
        outputs = record_objective(description, network)
        gradients = differentiate(outputs[0], scope.trainable)
        if written_out is None:  # the compiled engine's recording is a second one
            warn_of_unreached(network, gradients)
        loops: tuple[Loop, ...] = ()
        if gradients and description.optimizer is not None:
            rule = record_rule(description.optimizer, scope, gradients)
            loops = record_update(rule, scope, written_out)
    return finish(program("train_step", network, outputs, gradients).having(loops=loops))


def evaluate(description: Description) -> Program:
    """The loss of the data, without penalty, and the metrics, as in inference."""
    with recording() as recorder:
        network = record_network(description, recorder, "infer")
        outputs = record_objective(description, network, penalised=False)
    return finish(program("evaluate", network, outputs))


def predict(description: Description, *, raw: bool = False) -> Program:
    """The loss's link of the output (probabilities), or the raw output (logits)."""
    with recording() as recorder:
        network = record_network(description, recorder, "infer")
        link = description.loss.link if description.loss and not raw else linear
        with recorder.at(note=f"link: {getattr(link, '__name__', 'function')}"):
            P = call(link, network.output)
        if P is not network.output:
            P.named("P")
    return finish(program("raw" if raw else "predict", network, (P,)))


def initialize(description: Description) -> Program:
    """The first numbers of parameters, state and the optimizer's state, drawn from ``rng``."""
    with recording() as recorder:
        scope = record_network(description, recorder, "initialize").scope
        if description.optimizer is not None:
            with recording_aside(recorder):
                rule = record_rule(description.optimizer, scope)
            note = f"optimizer: {type(description.optimizer).__name__}"
            with recorder.at(phase="prologue", note=note):
                initial_state(rule, scope.trainable, scope)
        outputs = (*scope.parameters, *scope.state_values)
        inputs = tuple(scope.inputs.values())
    settings = scope.hyperparameters
    whole = Program("initialize", inputs, (), (), settings, tuple(recorder.prologue), {}, outputs)
    return finish(whole)


def prepare(description: Description) -> Program:
    """What layers fit to the training rows before the first step (Standardize), if any."""
    with recording() as recorder:
        network = record_network(description, recorder, "prepare")
    return finish(program("prepare", network, tuple(network.scope.fitted_values)))


def rate(schedule: Any) -> Program:
    """A schedule alone: the lines by which a step computes its rate from t and epoch."""
    with recording() as recorder:
        inputs = step_inputs()
        scope = Scope(recorder, "train", inputs)
        found = scope.symbol("learning_rate", schedule)
        if not isinstance(found, Value):
            found = apply("number", value=float(found)).named("rate")
    given, settings = (inputs["t"], inputs["epoch"]), scope.hyperparameters
    lines = (*recorder.prologue, *recorder.statements)
    return finish(Program("rate", given, (), (), settings, lines, {}, (found,)))


def slope(given: Activation) -> Program:
    """An activation alone: A of rows X (n, 2), and the gradient that dA brings to X, if any."""
    shape = (N, Size(2))
    X, dA = (Value(shape, "model", "input", name) for name in ("X", "dA"))
    with recording() as recorder:
        scope = Scope(recorder, "train", step_inputs())
        with recorder.at(phase="forward", note="activation"):
            A = activate(X, given, scope)
        found = differentiate(A, [X], seed=dA)
    lines = (*recorder.prologue, *recorder.statements)
    settings = scope.hyperparameters
    return finish(Program("slope", (X, dA), (), (), settings, lines, {}, (A, *found.values())))


# ---- print ----
@dataclass(frozen=True)
class Source:
    """The numpy text of a description: the module, each function's text, the programs."""

    text: str
    functions: Mapping[str, str]
    programs: Mapping[str, Program]
    means: Mapping[str, bool]  # which outputs are means over rows; others are sums


def source(description: Description) -> Source:
    """Record and print all programs of a description, with a loss or (to predict only) without."""
    recorded = [initialize(description)]
    preparation = prepare(description)
    if preparation.outputs:
        recorded.append(preparation)
    if description.loss is not None:
        recorded += [train_step(description), evaluate(description)]
    recorded += [predict(description), predict(description, raw=True)]
    means = mean_outputs(description)
    texts = numpy_module.functions(recorded, description.dtype, means)
    text = numpy_module.module(recorded, texts, description_text(description), description.dtype)
    return Source(text, texts, {program.name: program for program in recorded}, means)


def with_step(made: Source, step: Program, description: Description) -> Source:
    """The same programs but for the step, whose settings have other defaults."""
    texts = {**made.functions, **numpy_module.functions([step], description.dtype, made.means)}
    programs = {**made.programs, step.name: step}
    recorded, head = list(programs.values()), description_text(description)
    text = numpy_module.module(recorded, texts, head, description.dtype)
    return replace(made, text=text, functions=texts, programs=programs)


def cupy_source(made: Source, description: Description) -> str:
    """The same programs as CuPy's text."""
    programs, head = list(made.programs.values()), description_text(description)
    return print_cupy(programs, head, description.dtype, made.means)


def mean_outputs(description: Description) -> dict[str, bool]:
    """Which outputs of a step are means over its rows, and not sums."""
    return dict.fromkeys(("loss", "penalty"), description.reduction == "mean")


def description_text(description: Description) -> str:
    """The calls that make the description, for the head of a text."""
    layers = ", ".join(describe(layer) for layer in description.layers)
    shape = f", input_shape={description.input_shape}" if description.input_shape else ""
    text = f"Sequential([{layers}]{shape})"
    if description.loss is None:
        return text
    settings = [f"loss={quoted(description.loss)}", f"optimizer={describe(description.optimizer)}"]
    if description.regularizer:
        settings.append(f"regularizer={describe(description.regularizer)}")
    if description.metrics or description.scorers:
        settings.append(f"metrics={names_of(description.metrics, description.scorers)}")
    if description.reduction != "mean":
        settings.append(f'reduction="{description.reduction}"')
    return f"{text}\ncompile({', '.join(settings)})"


# ---- what they share ----
def program(
    name: str,
    network: Recorded,
    outputs: Sequence[Value],
    gradients: dict[Value, Value] | None = None,
) -> Program:
    scope = network.scope
    return Program(
        name=name,
        inputs=tuple(scope.inputs.values()),
        parameters=tuple(scope.parameters),
        state=tuple(scope.state_values),
        hyperparameters=scope.hyperparameters,
        statements=(*scope.recorder.prologue, *scope.recorder.statements),
        updates=scope.updates,
        outputs=tuple(outputs),
        gradients=gradients or {},
        minimum_rows=scope.minimum_rows,
    )


def warn_of_unreached(network: Recorded, gradients: dict[Value, Value]) -> None:
    wanted = {value for value in network.scope.trainable if value not in gradients}
    lost = [(x, each.note) for each in network.layers for x in each.parameters if x in wanted]
    if lost:
        listed = ", ".join(f"{value.name} of {note}" for value, note in lost)
        warnings.warn(
            f"the loss does not depend on {listed}: not trained; remove it from the layer, use it "
            "in build(), or set trainable=False",
            stacklevel=callers_level(),
        )


def callers_level() -> int:
    """How many calls up the user's own line is, which a warning should point at."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and module_of(frame).startswith(__package__):
        level, frame = level + 1, frame.f_back
    return level


def module_of(frame: FrameType) -> str:
    """The name of the module that a frame runs; exec(code, {}) has none."""
    return str(frame.f_globals.get("__name__", ""))
