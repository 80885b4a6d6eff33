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
    for field in fields(description):
        if field.kw_only:  # input_shape: where the network begins, not what the layer does
            continue
        value = getattr(description, field.name)
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
    if isinstance(value, float) and len(repr(value)) > 8 and 1 / round(1 / value) == value:
        return f"1 / {round(1 / value)}"  # as it was written: 1 / 255
    shown = getattr(value, "__name__", None) if callable(value) else None
    return " ".join(ascii(value).split()) if shown is None else ascii(shown)[1:-1]
