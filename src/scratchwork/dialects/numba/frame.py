"""What the parts of the numba dialect's function share: plan, names, places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeAlias

from ...program.amount import has_rows, length
from ...program.fusion import Group, Kernel
from ...program.ir import Loop, Operand, Program, Statement, Value
from ...program.plan import Plan, products_of_rows
from .input_split import input_split
from .lines import Module

Form: TypeAlias = Literal["rows", "few", "inputs"]
"""How a batch is gone through: by rows; by few of them, with loops that skip zeros in the place of
products; by rows behind a first layer that is shared out by its inputs.
"""


@dataclass(frozen=True)
class Frame:
    """A program on its way to be printed.

    Parameters
    ----------
    plan : Plan
    module : Module
    means : mapping
        Which outputs are means over rows.
    places : mapping
        Where each array begins in its flat vector; "" is the end of the parameters.
    optimizer : set of str
        The arrays that are the optimizer's.
    """

    plan: Plan
    module: Module
    means: Mapping[str, bool]
    places: Mapping[str, int]
    optimizer: frozenset[str] = frozenset()
    trains: bool = False
    predicts: bool = False
    gradients: dict[Value, int] = field(default_factory=dict)  # where each sum of rows begins

    @property
    def program(self) -> Program:
        return self.plan.program

    @property
    def loop(self) -> Loop | None:
        return self.plan.loop

    @cached_property
    def crossing(self) -> list[Value]:
        """Numbers made behind the rows that the update reads."""
        if self.loop is None:
            return []
        after = {s.target for s in each_statement(self.plan.after)}
        return [x for x in self.loop.scalars if x in after]

    @property
    def row_arrays(self) -> list[Value]:
        """What a block keeps of its rows."""
        return [x for x in self.module.arrays(self.plan.rows) if has_rows(x)]

    @property
    def data(self) -> list[Value]:
        """The inputs with rows: X, and y or Y."""
        return [x for x in self.program.inputs if x.shape and has_rows(x)]

    @property
    def rows(self) -> str:
        """How many rows the function goes over."""
        return "len(order)" if self.trains else f"len(all_{self.module.name(self.data[0])})"

    def output(self, i: int) -> str:
        return self.module.code(self.program.outputs[i]).text


def new_frame(
    made: Plan, means: Mapping[str, bool], places: Mapping[str, int], optimizer: Iterable[str],
    form: Form,
) -> Frame:  # fmt: skip
    """The frame of a plan; sums over rows that are no gradients lie behind the gradients."""
    few = form == "few"
    split = input_split(made) if form == "inputs" else None
    assert (form == "inputs") == (split is not None)  # the engine has asked
    module = Module(made, few=few, direct=direct_updates(made) if few else {}, split=split)
    sums = {g: places[str(p.name)] for p, g in made.gradients.items()}
    end = places[""] if sums else 0
    for x in made.sums:
        sums[x] = end
        end += length(x)
    return Frame(
        plan=made,
        module=module,
        means=means,
        places=places,
        optimizer=frozenset(optimizer),
        trains=made.program.name == "train_step",
        predicts=bool(made.program.outputs and has_rows(made.program.outputs[0])),
        gradients=sums,
    )


def gradient_size(frame: Frame) -> int:
    """The length of the vector that a slice adds its rows up in."""
    end = frame.places[""] if frame.plan.gradients else 0
    return end + sum(length(x) for x in frame.plan.sums)


def plain_rate(loop: Loop) -> Operand | None:
    """The rate of an optimizer that does nothing but W -= rate * dW, else None."""
    rule = loop.rule
    W, *states, dW = rule.given
    if states or len(rule.statements) != 2:
        return None
    scaled, changed = rule.statements
    names = (scaled.op.name, changed.op.name)
    if names != ("multiply", "subtract") or changed.inputs != (W, scaled.target):
        return None
    rest = [x for x in scaled.inputs if x is not dW]
    return rest[0] if len(rest) == 1 else None


def rate_of(loop: Loop) -> Operand:
    """That of an optimizer which is known to be plain."""
    rate = plain_rate(loop)
    assert rate is not None  # direct_updates has asked
    return rate


def direct_updates(made: Plan) -> dict[Value, Value]:
    """Gradients that are products of rows and that nothing but a plain update reads."""
    if made.loop is None or plain_rate(made.loop) is None or made.whole:
        return {}
    return {gradient: parameter for parameter, gradient, _ in products_of_rows(made)}


def each_statement(groups: Iterable[Group]) -> Iterator[Statement]:
    for group in groups:
        yield from group.statements if isinstance(group, Kernel) else (group,)
