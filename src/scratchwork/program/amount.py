"""What a value holds and a statement computes for one row of the batch."""

from __future__ import annotations

from math import prod

from .ir import Statement, Value


def has_rows(x: Value) -> bool:
    """Whether it has an entry, or several, for each row of the batch."""
    return any(size.batch for size in x.shape)


def length(x: Value) -> int:
    """The numbers of a value; of one with rows, those of a row."""
    return prod(size.number for size in x.shape)


def multiply_adds(statement: Statement) -> int:
    """Those of a matrix product, and of the products in a composite's body; else none."""
    if statement.op.name == "matmul":
        a, b = (x for x in statement.inputs if isinstance(x, Value))
        return length(a) * b.shape[1].number
    return sum(map(multiply_adds, statement.body))
