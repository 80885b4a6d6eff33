"""What all layers share: the input shape they may name, and how they are written in one line."""

from __future__ import annotations

import json
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import ClassVar, Protocol

from ..program.ir import Value
from ..program.scope import Scope
from ..settings import Described


class Buildable(Protocol):
    """A layer: anything with ``build(x, scope)``, which records what it computes from x."""

    def build(self, x: Value, scope: Scope) -> Value: ...


@dataclass(frozen=True, kw_only=True)
class Layer(Described):
    """The base of our layers. A user's own layer may use it but needs only ``build``.

    Parameters
    ----------
    input_shape : int or tuple of int, optional
        Of one row, on the first layer of a network: 784, or (28, 28, 1).

    Notes
    -----
    ``build(x, scope)`` records what the layer computes, once for each program; see
    ``scratchwork.Scope`` for the parameters, states, settings and draws that it may ask for. A
    state is read as it was before the step; its update is made at the step's end, and in training
    alone.

    Examples
    --------
    >>> import numpy as np
    >>> import scratchwork as sw
    >>> class MaxScale(sw.Layer):
    ...     def build(self, x, scope):
    ...         top = scope.state("top", x.shape[1:], 1.0)
    ...         scope.update(top, np.maximum(top, abs(x).max(axis=0)))
    ...         return x / top
    >>> model = sw.Sequential([MaxScale(), sw.Dense(1)], input_shape=2)
    >>> model.compile(loss="mean_squared_error", seed=0)
    >>> rows = [row.split("#")[0].strip() for row in model.source().splitlines()]
    >>> print(*(row for row in rows if row.startswith(("A1 =", "top1["))), sep="\\n")
    A1 = X / top1
    top1[...] = np.maximum(top1, np.abs(X).max(axis=0))
    >>> X = np.array([[1.0, -3.0], [0.5, 8.0]])
    >>> history = model.fit(X, np.array([0.0, 1.0]), epochs=1)
    >>> model["top1"].tolist()
    [1.0, 8.0]
    """

    input_shape: int | tuple[int, ...] | None = None
    numbered: ClassVar[bool] = True  # False: the layer carries the number of the one before it

    def build(self, x: Value, scope: Scope) -> Value:
        raise NotImplementedError


def describe(description: object) -> str:
    """A layer, loss or optimizer as the shortest call that makes it: ``Dense(128, "relu")``.

    Examples
    --------
    >>> from scratchwork import Dense
    >>> describe(Dense(10, activation="relu", trainable=False))
    'Dense(10, "relu", trainable=False)'
    """
    name = ascii(type(description).__name__)[1:-1]  # programs are ASCII
    if not is_dataclass(description):
        return f"{name}()"
    parts: list[str] = []
    by_name = False
    for field in sorted(fields(description), key=lambda field: field.kw_only is True):
        if field.name == "input_shape":  # where the network begins, not what the layer does
            continue
        value = getattr(description, field.name)
        by_name |= field.kw_only is True
        by_name |= bool(parts) and field.default is not MISSING and field.name != "activation"
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if text(value) == text(default):  # of arrays, too
            by_name = True
        else:
            parts.append(f"{field.name}={text(value)}" if by_name else text(value))
    return f"{name}({', '.join(parts)})"


def text(value: object) -> str:
    if isinstance(value, str):
        return json.dumps(value)
    if is_dataclass(value):
        return describe(value)
    small = isinstance(value, float) and len(repr(value)) > 8 and abs(value) < 1
    if isinstance(value, float) and small and 1 / round(1 / value) == value:
        return f"1 / {round(1 / value)}"  # as it was written: 1 / 255
    shown = getattr(value, "__name__", None) if callable(value) else None
    return " ".join(ascii(value).split()) if shown is None else ascii(shown)[1:-1]
