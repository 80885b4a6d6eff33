# mypy: disable-error-code="no-untyped-call"
# these functions are printed as they stand, into a text that has no types
"""Loops that a compiled text calls by name. The numba dialect prints those that a program needs."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Any

import numpy as np

F: Any = np.float32  # in a printed text: the model's dtype

MARKER = "  # type: ignore[no-untyped-def] # printed as it stands"


def fill(A, number):  # type: ignore[no-untyped-def] # printed as it stands
    flat = A.reshape(A.size)
    for i in range(flat.shape[0]):
        flat[i] = number


def gather(A, order, start, stop, block):  # type: ignore[no-untyped-def] # printed as it stands
    i = start + 1
    while i < stop and order[i] == order[i - 1] + 1:
        i += 1
    if i == stop:  # the rows lie side by side
        return A[order[start] : order[start] + stop - start]
    for i in range(start, stop):
        for j in range(A.shape[1]):
            block[i - start, j] = A[order[i], j]
    return block[: stop - start]


def gather_columns(A, order, start, stop, low, high, block):  # type: ignore[no-untyped-def] # printed as it stands
    width = high - low
    part = block[: (stop - start) * width].reshape((stop - start, width))
    for i in range(start, stop):
        row = A[order[i], low:high]
        for j in range(width):
            part[i - start, j] = row[j]
    return part


def add_parts(parts, start, Z, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(rows):
        for j in range(Z.shape[1]):
            Z[i, j] = parts[0, start + i, j]
        for part in range(1, parts.shape[0]):
            for j in range(Z.shape[1]):
                Z[i, j] += parts[part, start + i, j]


def few_product(A, B, C, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(rows):
        for j in range(C.shape[1]):
            C[i, j] = F(0)
        for k in range(B.shape[0]):
            a = A[i, k]
            if a != F(0):
                for j in range(C.shape[1]):
                    C[i, j] += a * B[k, j]


def few_product_turned(A, B, C, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(rows):
        for k in range(B.shape[0]):
            total = F(0)
            for j in range(B.shape[1]):
                total += A[i, j] * B[k, j]
            C[i, k] = total


def subtract_product(W, A, B, rate, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(rows):
        for k in range(W.shape[0]):
            a = F(rate) * A[i, k]
            if a != F(0):
                for j in range(W.shape[1]):
                    W[k, j] -= a * B[i, j]


def add_slices(vectors, start, stop):  # type: ignore[no-untyped-def] # printed as it stands
    first = vectors[0, start:stop]
    for part in range(1, vectors.shape[0]):
        other = vectors[part, start:stop]
        for i in range(first.shape[0]):
            first[i] += other[i]


def windows(X, height, width, down, right, C, rows):  # type: ignore[no-untyped-def] # printed as it stands
    tall = (X.shape[1] - height) // down + 1
    wide = (X.shape[2] - width) // right + 1
    channels = X.shape[3]
    for n in range(rows):
        for i in range(tall):
            for j in range(wide):
                at = (n * tall + i) * wide + j
                for a in range(height):
                    for b in range(width):
                        for c in range(channels):
                            C[at, (a * width + b) * channels + c] = X[
                                n, i * down + a, j * right + b, c
                            ]


def add_windows(C, height, width, down, right, X, rows):  # type: ignore[no-untyped-def] # printed as it stands
    tall = (X.shape[1] - height) // down + 1
    wide = (X.shape[2] - width) // right + 1
    channels = X.shape[3]
    for n in range(rows):
        fill(X[n], F(0))
        for i in range(tall):
            for j in range(wide):
                at = (n * tall + i) * wide + j
                for a in range(height):
                    for b in range(width):
                        for c in range(channels):
                            X[n, i * down + a, j * right + b, c] += C[
                                at, (a * width + b) * channels + c
                            ]


def pad(X, top, left, out, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for n in range(rows):
        fill(out[n], F(0))
        for i in range(X.shape[1]):
            for j in range(X.shape[2]):
                for c in range(X.shape[3]):
                    out[n, i + top, j + left, c] = X[n, i, j, c]


def crop(X, top, left, out, rows):  # type: ignore[no-untyped-def] # printed as it stands
    for n in range(rows):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                for c in range(out.shape[3]):
                    out[n, i, j, c] = X[n, i + top, j + left, c]


def random(rng, out):  # type: ignore[no-untyped-def] # printed as it stands
    flat = out.reshape(out.size)
    for i in range(flat.shape[0]):
        flat[i] = rng.random()


def standard_normal(rng, out):  # type: ignore[no-untyped-def] # printed as it stands
    flat = out.reshape(out.size)
    for i in range(flat.shape[0]):
        flat[i] = rng.standard_normal()


LOOPS = (
    *(fill, gather, gather_columns, add_parts, few_product, few_product_turned, subtract_product),
    *(add_slices, windows, add_windows, pad, crop, random, standard_normal),
)
FILLED = {"add_windows", "pad"}
"""Loops that call ``fill``."""


def loop_texts(names: Iterable[str]) -> str:
    """The source of the loops that a text calls."""
    wanted = {*names} | ({"fill"} if FILLED.intersection(names) else set())
    texts = [inspect.getsource(each) for each in LOOPS if each.__name__ in wanted]
    return "\n\n".join("@kernel\n" + text.replace(MARKER, "") for text in texts)
