"""Named arrays as views of one flat vector, so that a snapshot or an optimizer is one operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]


class Storage(Mapping[str, Array]):
    """Arrays by name, each a contiguous view of ``flat``.

    Parameters
    ----------
    arrays : dict of str to array
        Copied, in their order.
    dtype : str

    Examples
    --------
    >>> import numpy as np
    >>> numbers = Storage({"W1": np.ones((2, 3)), "b1": np.zeros(3)}, "float32")
    >>> numbers.flat.size, numbers["W1"].shape
    (9, (2, 3))
    """

    def __init__(self, arrays: Mapping[str, Array], dtype: str) -> None:
        self.flat = np.zeros(sum(prod(np.shape(a)) for a in arrays.values()), dtype)
        self.views: dict[str, Array] = {}
        start = 0
        for name, array in arrays.items():
            shape = np.shape(array)
            self.views[name] = self.flat[start : start + prod(shape)].reshape(shape)
            self.views[name][...] = array
            start += prod(shape)

    def __getitem__(self, name: str) -> Array:
        return self.views[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.views)

    def __len__(self) -> int:
        return len(self.views)

    def copy(self) -> Storage:
        return Storage(self.views, str(self.flat.dtype))

    def __getstate__(self) -> dict[str, Any]:
        return {
            "arrays": {name: view.copy() for name, view in self.views.items()},
            "dtype": str(self.flat.dtype),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["arrays"], state["dtype"])  # type: ignore[misc] # the views must be remade
