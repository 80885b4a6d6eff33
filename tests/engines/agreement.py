"""One network in two engines: how both are trained, and what must be the same of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import scratchwork as sw
from scratchwork.engines.engine import EngineName
from scratchwork.layers.layer import Buildable
from scratchwork.storage import Array
from tests.networks import Network

EXACT, CLOSE = 1e-10, 3e-5
"""How far apart numbers may be in float64 and in float32, in parts of the largest, or of 1."""


@dataclass(frozen=True)
class Case:
    """A description with data: all that a comparison of engines needs."""

    layers: Sequence[Buildable]
    X: Array
    y: Array
    settings: Mapping[str, Any] = field(default_factory=dict)  # of compile
    batch_size: int | None = 4  # of 11 rows: the last batch has 3
    epochs: int = 2
    loose: Collection[str] = ()  # parameters whose gradient is rounding alone

    def model(self, engine: EngineName, **settings: Any) -> sw.Sequential:
        """The compiled network, untrained."""
        model = sw.Sequential(self.layers, input_shape=self.X.shape[1:])
        given = {"loss": "cross_entropy", "optimizer": sw.SGD(0.05), "dtype": "float64", "seed": 3}
        model.compile(**{**given, **self.settings, **settings}, engine=engine)
        return model

    def trained(self, engine: EngineName, **settings: Any) -> sw.Sequential:
        """The network after its epochs."""
        model = self.model(engine, **settings)
        model.fit(self.X, self.y, batch_size=self.batch_size, epochs=self.epochs, verbose=0)
        return model


def of_network(network: Network, **settings: Any) -> Case:
    """The case of a row of NETWORKS."""
    X, y = network.data()
    given = {
        "loss": network.loss,
        "optimizer": network.optimizer,
        "regularizer": network.regularizer,
        "reduction": network.reduction,
        "seed": network.seed,
    }
    loose = network.zero_gradients
    return Case(network.layers, X, y, {**given, **settings}, network.batch_size, 1, loose)


def rows(*shape: int, count: int = 11, classes: int = 3, seed: int = 0) -> tuple[Array, Array]:
    """Rows of a shape with class numbers."""
    rng = np.random.default_rng([seed, *shape])
    return rng.normal(size=(count, *shape)), rng.integers(0, classes, count)


def distance(one: Any, other: Any) -> float:
    """How far apart two arrays are, in parts of the largest entry or of 1.

    Infinite where an entry is not finite and the other array's is not the same.
    """
    a, b = np.asarray(one, np.float64), np.asarray(other, np.float64)
    finite = np.isfinite(a)
    if a.shape != b.shape or not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return np.inf
    if not np.isfinite(b[finite]).all():
        return np.inf
    largest = np.abs(a[finite]).max(initial=1.0)
    return float(np.abs(a[finite] - b[finite]).max(initial=0.0) / largest)


def distances(one: sw.Sequential, other: sw.Sequential, case: Case) -> dict[str, float]:
    """How far apart two trained networks are, by what differs."""
    found = {name: distance(one.history[name], other.history[name]) for name in one.history}
    for name in one.run.state.arrays():  # type: ignore[union-attr] # it is compiled
        found[name] = distance(one[name], other[name])
    for raw in (False, True):
        found[f"predict, raw={raw}"] = distance(*(m.predict(case.X, raw=raw) for m in (one, other)))
    measured = [m.evaluate(case.X, case.y) for m in (one, other)]
    names = measured[0].names
    return found | {f"evaluate, {k}": distance(*(m[k] for m in measured)) for k in names}


def check(case: Case, tolerance: float = EXACT, **settings: Any) -> tuple[Any, Any]:
    """Train in both engines and compare all there is; the two networks."""
    one, other = (case.trained(engine, **settings) for engine in ("numpy", "numba"))
    assert (one.history.engine, other.history.engine) == ("numpy", "numba")
    apart = {k: x for k, x in distances(one, other, case).items() if not x <= tolerance}
    # what only moves by rounding is compared by what it leads to, a thousand times less closely
    small = {k for k in apart if k in case.loose or (case.loose and k.startswith("predict"))}
    assert not {k: x for k, x in apart.items() if k not in small or x > 1000 * tolerance}
    return one, other
