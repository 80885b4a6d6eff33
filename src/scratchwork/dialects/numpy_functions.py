"""Functions that NumPy lacks. The numpy dialect prints those that a program calls into its text."""

from __future__ import annotations

import inspect
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ..program.ir import Program

Array = NDArray[np.generic]


def windows(X, window, stride):  # type: ignore[no-untyped-def] # printed as it stands
    """Each window of X (n, h, w, c) as a row: (n * rows * columns, height * width * c)."""
    height, width = window
    V = np.lib.stride_tricks.sliding_window_view(X, window, axis=(1, 2))
    V = V[:, :: stride[0], :: stride[1]].transpose(0, 1, 2, 4, 5, 3)
    return V.reshape(-1, height * width * X.shape[3])


def add_windows(C, image, window, stride):  # type: ignore[no-untyped-def] # printed as it stands
    """The gradient of windows: add each row of C back to where its window stood."""
    (h, w, c), (height, width) = image, window
    rows, columns = (h - height) // stride[0] + 1, (w - width) // stride[1] + 1
    C = C.reshape(-1, rows, columns, height, width, c)
    X = np.zeros((len(C), h, w, c), C.dtype)
    for i in range(height):
        for j in range(width):
            down, right = i + stride[0] * rows, j + stride[1] * columns
            X[:, i : down : stride[0], j : right : stride[1]] += C[:, :, :, i, j]
    return X


def first_maximum(X, axis):  # type: ignore[no-untyped-def] # printed as it stands
    """True at the first largest entry along axis, False elsewhere."""
    first = np.expand_dims(X.argmax(axis), axis)
    position = np.arange(X.shape[axis]).reshape([-1 if i == axis else 1 for i in range(X.ndim)])
    return position == first


def truncated_normal(rng, stddev, shape):  # type: ignore[no-untyped-def] # printed as it stands
    """Draws from N(0, stddev**2), each one beyond 2 * stddev drawn again."""
    W = rng.normal(0.0, stddev, shape)
    far = np.abs(W) > 2 * stddev
    while far.any():
        W[far] = rng.normal(0.0, stddev, far.sum())
        far = np.abs(W) > 2 * stddev
    return W


def orthogonal(rng, gain, shape):  # type: ignore[no-untyped-def] # printed as it stands
    """gain times a random matrix with orthonormal columns, or rows where those are fewer."""
    rows, columns = shape
    Q, R = np.linalg.qr(rng.standard_normal((max(shape), min(shape))))
    Q = Q * np.where(R.diagonal() < 0, -gain, gain)  # QR's own signs are not random
    return Q if rows >= columns else Q.T.copy()


FUNCTIONS = (windows, add_windows, first_maximum, truncated_normal, orthogonal)


MARKER = "  # type: ignore[no-untyped-def] # printed as it stands"


def variance_of(y):  # type: ignore[no-untyped-def] # printed as it stands
    """Of each output's targets, in float64 on the way; NaN where they are all the same."""
    variance = y.var(axis=0, dtype=np.float64)
    return np.where(variance > 0, variance, np.nan).astype(y.dtype)[()]


def variance_text(programs: Iterable[Program]) -> str:
    """The source of variance_of, if a program asks for the variance of its targets."""
    asked = any(variance_lines(program, "y") for program in programs)
    return inspect.getsource(variance_of).replace(MARKER, "") if asked else ""


def variance_lines(program: Program, targets: str) -> list[str]:
    """The call of it, once for all rows."""
    asked = any(value.name == "y_variance" for value in program.inputs)
    return [f"    y_variance = variance_of({targets})"] if asked else []


def function_texts(programs: Iterable[Program]) -> str:
    """The source of the functions that the programs call and NumPy does not have."""
    called = {s.op.name for program in programs for s in program.statements}
    texts = [inspect.getsource(each) for each in FUNCTIONS if each.__name__ in called]
    return "\n\n".join(text.replace(MARKER, "") for text in texts)
