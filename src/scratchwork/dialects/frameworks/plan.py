"""What the text of a framework needs to know beside the description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar, cast

from ...description import DTypeName
from ...errors import DescriptionError
from ...layers.layer import Buildable, describe
from ...losses import LOSSES, Loss, TargetKind
from ...losses.table import CLASSES
from ...program.ir import Program
from ...program.update import Optimizer
from ...regularizers import L1, L2, Regularizer
from .. import numpy_module
from ..numpy_module import owner
from .text import docstring

T = TypeVar("T")


@dataclass(frozen=True)
class Placed:
    """A layer in its place: the shapes of a row before and behind it, and its arrays.

    ``note`` is ``layer 2: Dense(10)``, as errors begin. ``parameters`` and ``state`` are our names
    of its arrays, which are their names in the .npz: W2, b2, running_mean3.
    """

    layer: Buildable
    note: str
    given: tuple[int, ...]
    made: tuple[int, ...]
    parameters: tuple[str, ...]
    state: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What the text is to do, and which arrays are in the file beside it.

    Parameters
    ----------
    layers : tuple of Placed
        In their order. What computes nothing is left out (Dropout(0), Flatten of what is flat), and
        so is a last softmax or sigmoid that the loss applies itself: the last layer gives logits.
    outputs : int
        How many numbers the network gives for a row.
    loss, optimizer
        Those of the description, which here are there.
    rate : Program or None
        The optimizer's schedule alone, of t and epoch; None for a number.
    targets : "labels", "column" or "matrix"
        y is class numbers (n,), one number a row (n,), or one row a row (n, outputs).
    penalties : tuple of (str, regularizer)
        The kernels that are trained and penalised, each by its name, and by what.
    batch_size, epochs, shuffle
        Of the last fit, or 32, 10 and True.
    seed : int
    dtype : "float32" or "float64"
    description : str
        The calls that make the description, for the head of the text.
    arrays_file : str
        The name of the .npz: it has all arrays of the layers.
    parts : tuple of str
        The rows that it has, too: "X_train", "y_train", "X_val", ...; empty without data.
    classes : tuple of str
        The labels in the order of the outputs, where they are words.
    """

    layers: tuple[Placed, ...]
    outputs: int
    loss: Loss
    optimizer: Optimizer
    rate: Program | None
    targets: TargetKind
    penalties: tuple[tuple[str, Regularizer], ...]
    batch_size: int
    epochs: int
    shuffle: bool
    seed: int
    dtype: DTypeName
    description: str
    arrays_file: str
    parts: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def head(framework: str, plan: Plan) -> str:
    """The first lines: who made the text, of what, and whose it is."""
    return f"{numpy_module.head(plan.description, plan.dtype, framework)}{owner(plan.seed)}\n"


def document(framework: str, dialect: str, plan: Plan) -> str:
    """What the text is, and how it is written as a file."""
    name = plan.arrays_file.removesuffix(".npz")
    text = (
        f"The network above in {framework}. It begins with the numbers in {plan.arrays_file}, "
        f'which model.write("{name}.py", dialect="{dialect}") puts beside this file.'
    )
    return docstring(text, "")


def lacking(where: str, framework: str, got: str, todo: str = "") -> DescriptionError:
    """The error for what a framework does not have: ``where`` names the layer or setting."""
    advice = todo or "leave it out, or keep the NumPy program: source()"
    return DescriptionError(where, f"a counterpart in {framework}", got, advice)


def own(where: str, framework: str, kind: str, name: str) -> DescriptionError:
    """The error for what is a user's: ``kind`` is "a layer"."""
    return lacking(where, framework, f"{kind} of your own: {framework} has no such {name}")


def counterpart(table: Mapping[type, T], given: object, where: str, framework: str, kind: str) -> T:
    """The row of a table for one of our classes; a user's, also one made of ours, is refused."""
    if type(given) not in table:
        raise own(where, framework, kind, type(given).__name__)
    return table[type(given)]


def loss_name(loss: Loss, framework: str) -> str:
    """By which name of ours a loss goes; a user's own is refused."""
    if type(loss.function) in CLASSES:
        return CLASSES[type(loss.function)]
    for name, known in LOSSES.items():
        if known.function is loss.function:
            return name
    raise own(f"loss {loss.name}", framework, "a loss", loss.name)


def penalised(plan: Plan, framework: str) -> dict[L1 | L2, list[str]]:
    """Each regularizer with the kernels that it penalises, by our names."""
    groups: dict[L1 | L2, list[str]] = {}
    for kernel, given in plan.penalties:
        if type(given) not in (L1, L2):
            raise own(f"regularizer of {kernel}", framework, "a penalty", describe(given))
        groups.setdefault(cast(L1 | L2, given), []).append(kernel)
    return groups


ROWS = {"labels": "(n,) of class numbers from 0", "column": "(n,)", "matrix": "(n, {})"}
"""What y is, by the kind of targets."""


def made_up(plan: Plan) -> str:
    """The remark over rows that are there to be replaced."""
    shape = ", ".join(map(str, plan.layers[0].given))
    y = ROWS[plan.targets].format(plan.outputs)
    return f"# your rows instead of these: X (n, {shape}), y {y}"
