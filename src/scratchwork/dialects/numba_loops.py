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

NOQA = "  # noqa: SIM110 # Numba compiles loops"


def fill(A, number):  # type: ignore[no-untyped-def] # printed as it stands
    flat = A.reshape(A.size)
    for i in range(flat.shape[0]):
        flat[i] = number


def gather(A, order, start, stop, block):  # type: ignore[no-untyped-def] # printed as it stands
    if order[stop - 1] - order[start] == stop - start - 1 and in_order(order, start, stop):
        return A[order[start] : order[start] + stop - start]
    for i in range(start, stop):
        for j in range(A.shape[1]):
            block[i - start, j] = A[order[i], j]
    return block[: stop - start]


def gather_numbers(A, order, start, stop, block):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(start, stop):
        block[i - start] = A[order[i]]
    return block[: stop - start]


def in_order(order, start, stop):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(start + 1, stop):  # noqa: SIM110 # Numba compiles loops
        if order[i] != order[i - 1] + 1:
            return False
    return True


def product(A, B, out):  # type: ignore[no-untyped-def] # printed as it stands
    if A.size > 64 or out.shape[1] < 16:
        np.dot(A, B, out)
        return
    fill(out, F(0))  # a product this small takes less time than the call of a library
    for k in range(A.shape[1]):
        for i in range(A.shape[0]):
            a = A[i, k]
            for j in range(out.shape[1]):
                out[i, j] += a * B[k, j]


def few_product(A, B, out):  # type: ignore[no-untyped-def] # printed as it stands
    fill(out, F(0))
    for i in range(A.shape[0]):
        for k in range(A.shape[1]):
            a = A[i, k]
            if a != F(0):
                for j in range(out.shape[1]):
                    out[i, j] += a * B[k, j]


def few_product_turned(A, B, out):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(A.shape[0]):
        for k in range(B.shape[0]):
            total = F(0)
            for j in range(B.shape[1]):
                total += A[i, j] * B[k, j]
            out[i, k] = total


def subtract_product(W, A, B, rate):  # type: ignore[no-untyped-def] # printed as it stands
    for i in range(A.shape[0]):
        for k in range(W.shape[0]):
            a = F(rate) * A[i, k]
            if a != F(0):
                for j in range(W.shape[1]):
                    W[k, j] -= a * B[i, j]


def add_product(A, B, out, spare, first):  # type: ignore[no-untyped-def] # printed as it stands
    if first:
        product(A, B, out)
        return
    more = spare[: out.size].reshape(out.shape)
    np.dot(A, B, more)
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] += more[i, j]


def add_slices(vectors, start, stop):  # type: ignore[no-untyped-def] # printed as it stands
    for part in range(1, vectors.shape[0]):
        for i in range(start, stop):
            vectors[0, i] += vectors[part, i]


def slice_sum(sums, k):  # type: ignore[no-untyped-def] # printed as it stands
    total = 0.0
    for part in range(sums.shape[0]):
        total += sums[part, k]
    return total


def windows(X, height, width, down, right, C):  # type: ignore[no-untyped-def] # printed as it stands
    rows = (X.shape[1] - height) // down + 1
    columns = (X.shape[2] - width) // right + 1
    channels = X.shape[3]
    for n in range(X.shape[0]):
        for i in range(rows):
            for j in range(columns):
                at = (n * rows + i) * columns + j
                for a in range(height):
                    for b in range(width):
                        for c in range(channels):
                            C[at, (a * width + b) * channels + c] = X[
                                n, i * down + a, j * right + b, c
                            ]


def add_windows(C, height, width, down, right, X):  # type: ignore[no-untyped-def] # printed as it stands
    rows = (X.shape[1] - height) // down + 1
    columns = (X.shape[2] - width) // right + 1
    channels = X.shape[3]
    fill(X, F(0))
    for n in range(X.shape[0]):
        for i in range(rows):
            for j in range(columns):
                at = (n * rows + i) * columns + j
                for a in range(height):
                    for b in range(width):
                        for c in range(channels):
                            X[n, i * down + a, j * right + b, c] += C[
                                at, (a * width + b) * channels + c
                            ]


def pad(X, top, left, out):  # type: ignore[no-untyped-def] # printed as it stands
    fill(out, F(0))
    for n in range(X.shape[0]):
        for i in range(X.shape[1]):
            for j in range(X.shape[2]):
                for c in range(X.shape[3]):
                    out[n, i + top, j + left, c] = X[n, i, j, c]


def crop(X, top, left, out):  # type: ignore[no-untyped-def] # printed as it stands
    for n in range(out.shape[0]):
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
    fill,
    in_order,
    gather,
    gather_numbers,
    product,
    few_product,
    few_product_turned,
    subtract_product,
    add_product,
    add_slices,
    slice_sum,
    windows,
    add_windows,
    pad,
    crop,
    random,
    standard_normal,
)
NEEDS = {
    "gather": {"in_order"},
    "add_product": {"product", "fill"},
    "product": {"fill"},
    "few_product": {"fill"},
    "add_windows": {"fill"},
    "pad": {"fill"},
}


def loop_texts(names: Iterable[str]) -> str:
    """The source of the loops that a text calls, and of those that they call."""
    wanted = set(names)
    wanted |= {each for name in wanted for each in NEEDS.get(name, ())}
    texts = [inspect.getsource(each) for each in LOOPS if each.__name__ in wanted]
    return "\n\n".join("@kernel\n" + text.replace(MARKER, "").replace(NOQA, "") for text in texts)
