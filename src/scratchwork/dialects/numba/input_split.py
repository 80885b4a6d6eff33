"""A first layer that is shared out by its inputs, where these are many and the batch is short.

Shared out by rows, each thread reads all of W and adds to all of dW, and what the other one has
written of them must come over from its cache: a fifth of a step of 784-128-64-10. Here a thread has
some rows of W for itself. It multiplies them with their columns of X; the products are added up
(``Z_parts``) before all goes on by rows; and ``dZ_all`` of all rows is what it makes its rows of dW
and of W from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...program.fusion import SHOWN
from ...program.ir import Value
from ...program.plan import Plan, is_flat, products_of_rows
from .lines import PART, STEP, Module


@dataclass(frozen=True)
class InputSplit:
    """``Z = X @ W`` and ``dW = X.T @ dZ``."""

    X: Value
    W: Value
    Z: Value
    dZ: Value
    dW: Value

    @property
    def sizes(self) -> tuple[int, int]:
        """The inputs and outputs of the layer."""
        inputs, outputs = (size.number for size in self.W.shape)
        return inputs, outputs


def input_split(made: Plan) -> InputSplit | None:
    """The first layer of a plan, if nothing else reads its input, weights and their gradient."""
    if made.loop is None or made.whole or not is_flat(made.loop):
        return None
    kept = {*made.program.outputs, *made.program.updates.values()}
    for W, dW, product in products_of_rows(made):
        turned, dZ = product.values
        X = made.fusion.made[turned].values[0]
        readers = made.fusion.readers
        forward = readers.get(W, [])
        own = {s.target for s in readers.get(X, []) if s.op.name != "rows"}
        if len(forward) != 1 or forward[0].op.name != "matmul" or forward[0].values != (X, W):
            continue
        Z = forward[0].target
        flat = X.ndim == 2 and X in made.program.inputs and own == {Z, turned}
        if flat and is_written(made, dZ) and not kept & {X, W, Z, dW}:
            return InputSplit(X, W, Z, dZ, dW)
    return None


def is_written(made: Plan, x: Value) -> bool:
    """Whether an array is the result of a loop or a product: no input, and no view of another."""
    s = made.fusion.made.get(x)
    shown = s is None or s.op.name in SHOWN or s.op.draws or made.fusion.is_free(x)
    return not shown and made.memory(x) is x


# ---- the text ----
def split_buffers(m: Module, split: InputSplit) -> Iterator[str]:
    """What the threads have together: products to be added up, and dZ of all rows."""
    X, Z, dZ = (m.name(x) for x in (split.X, split.Z, split.dZ))
    inputs, outputs = m.plan.dimensions.of(split.W)
    end = f"slices * batch_size * {outputs}"
    yield f"    {X}_parts = np.empty((slices, batch_size * ({inputs} // slices + 1)), F)"
    yield f"    {Z}_parts = shared[: {end}].reshape((slices, batch_size, {outputs}))"
    yield f"    {dZ}_all = shared[{end} :].reshape((batch_size, {outputs}))"


def split_product(m: Module, split: InputSplit) -> Iterator[str]:
    """The first layer's product, part by part; rows may add it up when all are here."""
    m.functions |= {"gather_columns", "product"}
    X, W, Z = (m.name(x) for x in (split.X, split.W, split.Z))
    inputs, _ = m.plan.dimensions.of(split.W)
    yield f"{STEP}for part in range(thread, slices, threads):"
    yield f"{PART}low, high = {inputs} * part // slices, {inputs} * (part + 1) // slices"
    given = f"all_{X}, order, first, last, low, high, {X}_parts[part]"
    yield f"{PART}{X} = gather_columns({given})"
    yield f"{PART}product(gemm, {X}, {W}[low:high], {Z}_parts[part], last - first)"
    yield f"{STEP}meet(sync, threads)"


def split_update(m: Module, split: InputSplit, call: str) -> Iterator[str]:
    """A part's rows of dW, and of W by them; the first of ``ranges`` is W's."""
    m.functions.add("add_product")
    X, dZ, dW = (m.name(x) for x in (split.X, split.dZ, split.dW))
    inputs, outputs = m.plan.dimensions.of(split.W)
    yield f"{PART}low, high = {inputs} * part // slices, {inputs} * (part + 1) // slices"
    shape = "(last - first, high - low)"
    yield f"{PART}{X} = {X}_parts[part, : (last - first) * (high - low)].reshape({shape})"
    yield f"{PART}p, s = ranges[0, 0], ranges[0, 1]"
    yield f"{PART}low, high = low * {outputs}, high * {outputs}"
    lies = f"gradients[0, p + low : p + high].reshape(((high - low) // {outputs}, {outputs}))"
    yield f"{PART}{dW} = {lies}"
    yield f"{PART}add_product(gemm, {X}, {dZ}_all, {dW}, last - first, True)"
    yield f"{PART}{call}"
