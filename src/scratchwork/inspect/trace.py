"""trace: every named array of one training step."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..guard import unknown_name
from .display import Shown, Styles
from .watch import watch

if TYPE_CHECKING:
    from ..engines.engine import Engine


class Trace(Shown, Mapping[str, Any]):
    """The named arrays and numbers of one step, in the program's order; its repr is a table.

    Parameters and state are as they were before the step; ``updated`` has them after it. A step
    whose loss is not finite ends there, and so do its arrays.

    Examples
    --------
    >>> import numpy as np, scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", optimizer=sw.SGD(0.5), seed=0)
    >>> trace = model.trace(np.ones((3, 2)), np.zeros(3))
    >>> trace["dW1"].shape
    (2, 1)
    >>> bool((trace.updated["W1"] == trace["W1"] - 0.5 * trace["dW1"]).all())
    True
    """

    styles: ClassVar[Styles] = (
        (r"\A.*", "bold"), (r"(?<=\n)\w+", "cyan"), (r"(?m)(?<= )-?(nan|inf)\b", "bold red"),
    )  # fmt: skip

    def __init__(self, arrays: dict[str, Any], updated: dict[str, Any]) -> None:
        self.arrays, self.updated = arrays, updated

    def __getitem__(self, name: str) -> Any:
        if name not in self.arrays:
            raise unknown_name("trace[...]", name, self.arrays)
        return self.arrays[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.arrays)

    def __len__(self) -> int:
        return len(self.arrays)

    def __str__(self) -> str:
        rows = [f"{'name':<16}{'shape':<20}{'dtype':<10}{'least':>12}{'mean':>12}{'largest':>12}"]
        rows += [f"{name:<16}{row(value)}" for name, value in self.arrays.items()]
        return "\n".join(rows)


def row(value: Any) -> str:
    array = np.asarray(value)
    numbers = (array.min(), array.mean(), array.max()) if array.size else (np.nan,) * 3
    cells = "".join(f"{float(number):>12.4g}" for number in numbers)
    return f"{array.shape!s:<20}{array.dtype!s:<10}{cells}"


def trace_step(engine: Engine, values: Mapping[str, Any]) -> Trace:
    """Run one training step on copies and collect its variables as they are first assigned."""
    arguments = engine.arguments["train_step"]
    copies = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in values.items()}
    given = [name for name in arguments if isinstance(values.get(name), np.ndarray)]
    arrays: dict[str, Any] = {name: values[name].copy() for name in given}

    def seen(line: int, variables: dict[str, Any]) -> None:
        for name, value in variables.items():
            if isinstance(value, np.ndarray | np.generic):
                arrays.setdefault(name, value.copy())
            elif isinstance(value, int | float) and name not in passed:
                arrays.setdefault(name, value)

    code = engine.function("train_step").__code__
    passed = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    # what is not finite stands in the table; NumPy's warnings would only stand in the way
    with np.errstate(all="ignore"), contextlib.suppress(ArithmeticError):
        watch(lambda: engine.call("train_step", copies), code, seen)
    updated = {
        name: copies[name] for name in given if not np.array_equal(copies[name], values[name])
    }
    return Trace(arrays, updated)
