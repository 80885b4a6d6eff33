"""Recording a network: its layers in turn, its targets, and what is minimised."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, is_dataclass
from functools import reduce
from typing import TypeAlias

from .description import Description
from .errors import DescriptionError, ShapeError
from .layers.layer import Buildable, describe
from .losses import LOSSES, Loss, record_loss
from .metrics import Outcome
from .program.ir import N, Size, Statement, Value, apply
from .program.primitives import equal, expand_dims
from .program.record import Builder, recording, recording_aside
from .program.scope import Mode, Scope
from .program.update import is_zero
from .regularizers import Regularizer


@dataclass(frozen=True)
class RecordedLayer:
    """What a layer was given and gave, the numbers it asked for, and what it computes."""

    layer: Buildable
    note: str
    given: Value
    output: Value
    parameters: tuple[Value, ...]
    state: tuple[Value, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Recorded:
    """A recorded network: its scope, its raw output and its layers."""

    scope: Scope
    output: Value
    layers: tuple[RecordedLayer, ...]


def record_network(description: Description, recorder: Builder, mode: Mode) -> Recorded:
    """Record every layer in turn. One that is not numbered carries the number before it."""
    x = X = Value((N, *sizes(description.input_shape)), "model", "input", "X")
    recorder.batch = X
    _ = recorder.rows  # the first line of a program that needs n
    scope = Scope(recorder, mode, {"X": X, **step_inputs()})
    number = 0
    recorded: list[RecordedLayer] = []
    for layer in description.layers:
        number += getattr(layer, "numbered", True)
        note = f"layer {number}: {describe(layer)}"
        parameters, states = len(scope.parameters), len(scope.state_values)
        statements = len(recorder.statements)
        with recorder.at(phase="forward", note=note, suffix=str(number)):
            y = layer_output(layer, x, scope)
        own = tuple(scope.parameters[parameters:]), tuple(scope.state_values[states:])
        made = tuple(recorder.statements[statements:])
        recorded.append(RecordedLayer(layer, note, x, y, *own, made))
        x = y
    return Recorded(scope, without_link(x, description.loss, recorded, scope), tuple(recorded))


def recorded_layers(description: Description, mode: Mode) -> tuple[RecordedLayer, ...]:
    """The layers alone, for those who look at a network and make no program of it."""
    with recording() as recorder:
        return record_network(description, recorder, mode).layers


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


def without_link(
    output: Value, loss: Loss | None, layers: Sequence[RecordedLayer], scope: Scope
) -> Value:
    """The raw output: a final softmax under cross_entropy is the loss's link, not applied twice."""
    last = next((s for s in scope.recorder.statements if s.target is output), None)
    link = getattr(loss.link, "op", None) if loss else None
    if last is None or loss is None or link is None:
        return output
    others = {x.link: name for name, x in LOSSES.items() if hasattr(x.link, "op")}
    for other, name in others.items():
        if last.op is getattr(other, "op", None) is not link:
            raise second_link(last, loss, name)
    if last.op is not link:
        return output
    if not scope.training:
        check_nothing_follows(output, layers, scope)
    return last.values[0]


def second_link(last: Statement, loss: Loss, fitting: str) -> DescriptionError:
    """The error for a final sigmoid under cross_entropy, or softmax under binary_cross_entropy."""
    link = getattr(loss.link, "__name__", "its link")
    return DescriptionError(
        last.note,
        f"no {last.op.name} before loss {loss.name}, which applies {link} itself",
        f"{last.op.name}, then {link}",
        f'leave {last.op.name} out, or use loss="{fitting}"',
    )


def check_nothing_follows(output: Value, layers: Sequence[RecordedLayer], scope: Scope) -> None:
    """Refuse a layer behind the link that acts in training only: the loss would take P there."""
    for each in layers:
        if each.given is not output:
            continue
        with recording_aside(scope.recorder):
            changed = each.layer.build(output, Scope(scope.recorder, "train", scope.inputs))
        if changed is not output:
            raise DescriptionError(
                each.note,
                "a place before the last layer's activation, which the loss applies itself",
                "one behind it",
                "put it before the last layer",
            )


def record_objective(
    description: Description, network: Recorded, *, penalised: bool = True
) -> tuple[Value, ...]:
    """(loss, penalty if there is one, metrics)."""
    scope, recorder, loss = network.scope, network.scope.recorder, description.loss
    if loss is None:
        raise DescriptionError("the program", "a loss", "none", "call compile(loss=...) first")
    y, Y = record_targets(description, network)
    with recorder.at(phase="loss", note=f"loss: {loss.title}\n{loss.formula}".strip(), suffix=""):
        L = record_loss(loss, network.output, Y, scope)
        total = L.sum() if description.reduction == "sum" else L.sum() / scope.rows
        outputs = [total]
        if penalised:
            outputs = record_penalty(description, scope, total)
        called("loss", outputs[0])
    outcome = Outcome(network.output, y, Y, loss, scope)
    for metric in description.metrics:
        with recorder.at(phase="loss", note=f"metric: {metric.name}", suffix=""):
            outputs.append(called(metric.name, metric.record(outcome)))
    return tuple(outputs)


def record_penalty(description: Description, scope: Scope, total: Value) -> list[Value]:
    """[total + penalty, penalty], or [total]: the penalties of all kernels, as one number."""
    mean = description.reduction == "mean"
    terms = penalty_terms(description.regularizer, scope)
    if not terms:
        return [total]
    note = "\n".join(title(given, owner, mean) for given, _, owner, _ in terms)
    with scope.recorder.at(note=note):
        penalty = reduce(operator.add, (one_penalty(term, scope, mean) for term in terms))
        called("penalty", penalty)
    with scope.recorder.at(note=""):
        return [total + penalty, penalty]


Term: TypeAlias = tuple[Regularizer, Sequence[Value], str, str]
"""A regularizer, its kernels, the layer it is of (empty: the model) and that layer's number."""


def penalty_terms(given: Regularizer | None, scope: Scope) -> list[Term]:
    """The model's regularizer, then those of layers; one whose numbers are all 0 is left out."""
    terms: list[Term] = [(given, scope.kernels, "", "")] if given and scope.kernels else []
    terms += [(x.regularizer, (x.kernel,), x.note, x.suffix) for x in scope.regularized]
    return [term for term in terms if not (is_dataclass(term[0]) and is_zero(term[0]))]


def title(given: Regularizer, owner: str, mean: bool) -> str:
    """``regularizer: L2(0.1), l2 / (2 n) * sum(W**2)``, behind the layer if it is of one."""
    formula = getattr(given, "formula" if mean else "sum_formula", "")
    of = f"{owner.split(':')[0]}, " if owner else ""
    return f"{of}regularizer: {describe(given)}{', ' * bool(formula)}{formula}"


def one_penalty(term: Term, scope: Scope, mean: bool) -> Value:
    """Record what one regularizer adds to the loss."""
    given, kernels, _, suffix = term
    scope.own_names.clear()
    with scope.recorder.at(suffix=suffix):
        penalty = scope.symbolic(given).penalty(scope.rows if mean else 1, kernels)
    if not isinstance(penalty, Value) or penalty.shape:
        expected, todo = "penalty() to return one number", "add up its entries with .sum()"
        raise ShapeError(f"regularizer: {describe(given)}", expected, repr(penalty), todo)
    return penalty


def called(name: str, value: Value) -> Value:
    """An output with the name by which history knows it, whatever it was called before."""
    value.name = name
    return value


def record_targets(description: Description, network: Recorded) -> tuple[Value, Value]:
    """The targets as given, y, and as the loss takes them, Y."""
    with recording_targets(network.scope.recorder):
        return targets_of_kind(description, network)


@contextmanager
def recording_targets(recorder: Builder) -> Iterator[None]:
    """Record as first lines, but not in the prologue: what follows from Y stays with the loss."""
    known = len(recorder.prologue)
    with recorder.at(phase="prologue", note="", suffix=""):
        yield
    recorder.statements += recorder.prologue[known:]
    del recorder.prologue[known:]


def targets_of_kind(description: Description, network: Recorded) -> tuple[Value, Value]:
    scope, output = network.scope, network.output
    if description.targets == "labels":
        y = scope.inputs["y"] = Value((N,), "int", "input", "y")
        return y, equal(expand_dims(y, 1), apply("arange", size=output.shape[-1])).named("Y")
    if description.targets == "column":
        y = scope.inputs["y"] = Value((N,), "model", "input", "y")
        return y, expand_dims(y, 1).named("Y")
    Y = scope.inputs["Y"] = Value(output.shape, "model", "input", "Y")
    return Y, Y
