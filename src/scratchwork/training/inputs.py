"""X at the door: checked once, with errors that say where to look and what to do."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from ..activations import linear
from ..errors import DataError, ScratchworkWarning, ShapeError
from ..layers import Conv2D, Dense, Rescale
from ..layers.layer import Buildable, Layer
from ..losses import Loss
from ..narrowing import blurred
from ..programs import callers_level
from ..storage import Array
from .arrays import all_finite, as_numbers, name_of, place_text
from .frames import column_names, is_frame

TRAINED_ON = ("fit(X)", "fit(y)")
"""Only all rows tell how much a column varies; a few to predict may lie close together."""
LARGE = 100
"""Features beyond it slow training down, or make it fail."""


def check_X(given: Any, input_shape: tuple[int, ...], dtype: str, where: str) -> Array:
    """X as (n, *input_shape) in the model's dtype, finite and not empty."""
    X = as_numbers(given, where)
    refuse_empty(X.shape, where)
    if X.shape[1:] != input_shape or X.ndim != len(input_shape) + 1:
        expected = f"({', '.join(map(str, ('n', *input_shape)))}{',' * (not input_shape)})"
        todo = row_advice(given) if X.shape == input_shape else reshape_advice(X, input_shape)
        raise ShapeError(where, f"X of shape {expected}", str(X.shape), todo)
    return finite(X, dtype, where, () if X is given else column_names(given))


def refuse_empty(shape: tuple[int, ...], where: str) -> None:
    """Refuse X without rows, or rows of nothing."""
    if shape and not shape[0]:
        raise DataError(where, "at least one row", "none", "check how the data were selected")
    if 0 in shape:
        raise DataError(where, "columns", "none", "check how the columns were selected")


def finite(given: Array, dtype: str, where: str, columns: Sequence[str] = ()) -> Array:
    """The array in the model's dtype, or an error that says where it is not finite."""
    array = contiguous(given, np.dtype(dtype))
    if not all_finite(array):
        raise not_finite(given, array, where, columns)
    if where in TRAINED_ON:
        refuse_blurred(given, array, where, columns)
    return array


def contiguous(given: Array, dtype: np.dtype[Any]) -> Array:
    """The array in another dtype, without NumPy's warning of what is too large for it."""
    if given.dtype == dtype:
        return np.ascontiguousarray(given)
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(given, dtype)


def refuse_blurred(given: Array, array: Array, where: str, columns: Sequence[str] = ()) -> None:
    """Refuse a column such as seconds since 1970, whose spread float32 would round away."""
    k = blurred(given, array)
    if k is None:
        return
    column = given.reshape(len(given), -1)[:, k]
    place = np.unravel_index(k, given.shape[1:])
    called = repr(columns[k]) if columns else f"{place[0] if len(place) == 1 else place}"
    found = f"{column.min():.15g} to {column.max():.15g}"
    found += f" in column {called}" if given.ndim > 1 else ""
    name = name_of(where)
    start = f"{name}[:, {k}].min()" if given.ndim == 2 and not columns else "its smallest number"
    todo = f'subtract {start}, or give compile(dtype="float64")'
    raise DataError(where, f"numbers that {array.dtype} tells apart", found, todo)


def row_advice(given: Any) -> str:
    """What to do about a single row."""
    return f"one row alone is {'X.to_frame().T' if is_frame(given) else 'X[None]'}"


def reshape_advice(X: Array, input_shape: tuple[int, ...]) -> str:
    """What to do about X of another shape than the network takes."""
    row = X.shape[1:]
    if X.ndim == 1 and input_shape == (1,):
        return "one feature is a column: np.asarray(X)[:, None]"
    if X.ndim > 1 and (*row, 1) == input_shape:
        return "add the channel: X[..., None]"
    if len(row) == 3 and row[0] == input_shape[-1] and (*row[1:], row[0]) == input_shape:
        return "channels come last: np.moveaxis(X, 1, -1)"
    if X.ndim > 1 and prod(row) == prod(input_shape):
        return f"reshape it: X.reshape(-1, {', '.join(map(str, input_shape))})"
    if X.ndim == 3 and X.shape[0] == 1 and row[1:] == input_shape:
        return "leave out the first axis: X[0]"
    if X.ndim == 2 and X.shape[:1] == input_shape:
        return "rows are samples: transpose it, X.T"
    if X.ndim == 2 and len(input_shape) == 1:
        surplus = row[0] > input_shape[0]
        return "look for columns that " + ("are no features" if surplus else "are missing")
    return "give rows of the shape that the network was built for"


def in_range(given: Array, dtype: str, where: str) -> Array:
    """The array in the model's dtype; NaN and infinity may stand in it, but none may be made."""
    with np.errstate(over="ignore"):
        array = np.asarray(given, dtype)
    lost = given[np.isfinite(given) & ~np.isfinite(array)]
    if lost.size:
        raise DataError(where, f"numbers that {dtype} holds", str(lost[0]), "rescale them")
    return array


def not_finite(given: Array, X: Array, where: str, columns: Sequence[str] = ()) -> DataError:
    """The error for the first entry that is not finite, in the user's dtype or in the model's."""
    place = tuple(np.argwhere(~np.isfinite(X))[0])
    number = int((~np.isfinite(X)).sum())
    lost = bool(np.isfinite(given[place]))  # 1e39 is infinite in float32
    at = f"row {place[0]}, column {columns[place[1]]!r}" if columns else place_text(place)
    return DataError(
        where,
        f"finite numbers{f', also as {X.dtype}' if lost else ''}",
        f"{given[place]} at {at} ({number} in all)",
        "rescale them" if lost else "drop or fill such entries",
    )


# ---- numbers that a network learns badly from ----
def notice_scale(X: Array, given: Any, layers: Sequence[Buildable]) -> bool:
    """Warn of features of a size that networks learn badly from; whether it was needed.

    That is beyond 100 in size, or bytes that are not just 0 and 1, where no layer before the first
    kernel brings them to a common size.
    """
    if not takes_raw(layers):
        return False
    low, high = float(X.min()), float(X.max())
    is_bytes = getattr(given, "dtype", None) == np.uint8 and high > 1
    if not is_bytes and max(-low, high) <= LARGE:
        return False
    pixels = low >= 0 and LARGE < high <= 255
    rescale = f"sw.Rescale(1 / {255 if pixels else f'{high:g}'}) or "
    layer = f"{rescale if pixels or is_bytes else ''}sw.Standardize()"
    warnings.warn(
        f"fit(X) expects features of a size near 1, got {low:g} to {high:g}{widest(X, given)}, "
        f"from which networks learn badly; begin this one with {layer}",
        ScratchworkWarning,
        stacklevel=callers_level(),
    )
    return True


def notice_targets(y: Array, loss: Loss, layers: Sequence[Buildable]) -> bool:
    """Warn of numbers that a network meets late, as it begins near 0; whether it was needed.

    That is beyond 100 in size, under a loss of numbers, where no Rescale ends the network.
    """
    of_numbers = loss.link is linear and not (loss.classes or loss.answers)
    if not of_numbers or isinstance(layers[-1], Rescale) or float(np.abs(y).max()) <= LARGE:
        return False
    spread, mean = float(y.std(dtype=np.float64)), float(y.mean(dtype=np.float64))
    if not spread:
        return False
    warnings.warn(
        f"fit(y) expects targets of a size near 1, got {y.min():g} to {y.max():g}, which a "
        f"network meets late; end this one with sw.Rescale({spread:.4g}, {mean:.4g}): "
        "sw.Rescale(y.std(), y.mean())",
        ScratchworkWarning,
        stacklevel=callers_level(),
    )
    return True


def takes_raw(layers: Sequence[Buildable]) -> bool:
    """Whether the first layer that computes anything is a kernel's, with X as it came."""
    computes = [x for x in layers if not (isinstance(x, Layer) and moves_only(x))]
    return bool(computes) and isinstance(computes[0], Dense | Conv2D)


def moves_only(layer: Layer) -> bool:
    """Whether a layer leaves numbers of a size as they are: it reshapes, drops, pools or pads."""
    return type(layer).__name__ in {
        *("Flatten", "Reshape", "Dropout", "GaussianNoise", "MaxPool2D", "AveragePool2D"),
        *("GlobalAveragePool2D", "ZeroPad2D"),
    }


def widest(X: Array, given: Any) -> str:
    """Where the largest entry of a frame stands, by the column's name."""
    names = column_names(given)
    return f" in column {names[int(np.abs(X).max(axis=0).argmax())]!r}" if names else ""
