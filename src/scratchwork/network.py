"""Recording a network: its layers in turn, its targets, and what is minimised."""

from __future__ import annotations

from dataclasses import dataclass

from .description import Description
from .errors import DescriptionError, ShapeError
from .layers.layer import Buildable, describe
from .losses import Loss, record_loss
from .metrics import METRICS
from .program.ir import N, Size, Value, apply
from .program.primitives import equal, expand_dims
from .program.record import Builder
from .program.scope import Mode, Scope
from .program.update import is_zero, symbolic


@dataclass(frozen=True)
class Recorded:
    """A recorded network: its scope, its raw output and each layer's note and result."""

    scope: Scope
    output: Value
    layers: tuple[tuple[Buildable, str, Value], ...]
    notes: dict[Value, str]  # the layer that each parameter belongs to


def record_network(description: Description, recorder: Builder, mode: Mode) -> Recorded:
    """Record every layer in turn. One that is not numbered carries the number before it."""
    x = X = Value((N, *sizes(description.input_shape)), "model", "input", "X")
    recorder.batch = X
    _ = recorder.rows  # the first line of a program that needs n
    scope = Scope(recorder, mode, {"X": X, **step_inputs()})
    number = 0
    recorded: list[tuple[Buildable, str, Value]] = []
    notes: dict[Value, str] = {}
    for layer in description.layers:
        number += getattr(layer, "numbered", True)
        note = f"layer {number}: {describe(layer)}"
        with recorder.at(phase="forward", note=note, suffix=str(number)):
            x = layer_output(layer, x, scope)
        recorded.append((layer, note, x))
        notes.update((value, note) for value in scope.parameters if value not in notes)
    return Recorded(scope, without_link(x, description.loss, recorder), tuple(recorded), notes)


def sizes(input_shape: tuple[int, ...]) -> tuple[Size, ...]:
    return tuple(Size(number, f"d{i}") for i, number in enumerate(input_shape))


def step_inputs() -> dict[str, Value]:
    """What a program may take besides arrays: the step, the epoch, the random generator."""
    t, epoch = Value((), "weak", "input", "t"), Value((), "weak", "input", "epoch")
    return {"t": t, "epoch": epoch, "rng": Value((), "generator", "input", "rng")}


def layer_output(layer: Buildable, x: Value, scope: Scope) -> Value:
    scope.own_names.clear()
    y = layer.build(x, scope)
    if isinstance(y, Value):
        y.named("A")  # unless the layer gave it a name
    if not isinstance(y, Value) or not y.shape or not y.shape[0] == N:
        raise ShapeError(
            scope.recorder.note,
            "build() to return a Value with a row for each row of x",
            repr(y),
            "return what was computed from x",
        )
    return y


def without_link(output: Value, loss: Loss | None, recorder: Builder) -> Value:
    """The raw output: a final softmax under cross_entropy is the loss's link, not applied twice."""
    last = recorder.statements[-1] if recorder.statements else None
    link = getattr(loss.link, "op", None) if loss else None
    if last is None or link is None or last.op is not link or last.target is not output:
        return output
    return last.values[0]


def record_objective(
    description: Description, network: Recorded, *, penalised: bool = True
) -> tuple[Value, ...]:
    """(loss, penalty if there is one, metrics)."""
    scope, recorder, loss = network.scope, network.scope.recorder, description.loss
    if loss is None:
        raise DescriptionError("the program", "a loss", "none", "call compile(loss=...) first")
    y, Y = record_targets(description, network)
    with recorder.at(phase="loss", note=f"loss: {loss.name}\n{loss.formula}".strip(), suffix=""):
        L = record_loss(loss, network.output, Y)
        total = L.sum() if description.reduction == "sum" else L.sum() / scope.rows
        outputs = [total]
        if penalised:
            outputs = record_penalty(description, scope, total)
        outputs[0].named("loss")
    for metric in description.metrics:
        with recorder.at(phase="loss", note=f"metric: {metric}", suffix=""):
            outputs.append(METRICS[metric](network.output, y, Y, loss).named(metric))
    return tuple(outputs)


def record_penalty(description: Description, scope: Scope, total: Value) -> list[Value]:
    """[total + penalty, penalty], or [total]: a regularizer's penalty over all kernels."""
    given = description.regularizer
    if given is None or not scope.kernels or is_zero(given):
        return [total]
    n = scope.rows if description.reduction == "mean" else 1
    with scope.recorder.at(note=f"regularizer: {describe(given)}, {given.formula}"):
        penalty = symbolic(given, scope).penalty(n, scope.kernels).named("penalty")
    with scope.recorder.at(note=""):
        return [total + penalty, penalty]


def record_targets(description: Description, network: Recorded) -> tuple[Value, Value]:
    """The targets as given, y, and as the loss takes them, Y."""
    scope, output = network.scope, network.output
    with scope.recorder.at(phase="prologue", note="", suffix=""):
        if description.targets == "labels":
            y = scope.inputs["y"] = Value((N,), "int", "input", "y")
            return y, equal(expand_dims(y, 1), apply("arange", size=output.shape[-1])).named("Y")
        if description.targets == "column":
            y = scope.inputs["y"] = Value((N,), "model", "input", "y")
            return y, expand_dims(y, 1).named("Y")
        Y = scope.inputs["Y"] = Value(output.shape, "model", "input", "Y")
        return Y, Y
