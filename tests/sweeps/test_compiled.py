"""Many networks under the compiled engine: threads of its own, one compilation, one choice."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

import scratchwork as sw
from scratchwork.engines import cache
from tests.sweeps import bits, build
from tests.training import rows, snapshot

pytestmark = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed")

X, y = rows(40)
HELD = (X[30:], y[30:])


def compiled(width: int = 5) -> sw.Sequential:
    return build(width, engine="numba")


def test_each_network_is_that_of_its_seed_whatever_the_threads() -> None:
    given = {"batch_size": 8, "epochs": 3, "validation_data": HELD}
    found = [sw.repeat(compiled(), n=6, threads=k).fit(X, y, **given) for k in (1, 3)]
    assert bits(found[0]) == bits(found[1])
    for row in found[1][:3]:
        alone = compiled()
        alone.reset(row.seed)
        alone.fit(X, y, **given)
        assert snapshot(row.model) == snapshot(alone)
        assert row.history.history == alone.history.history
    assert {row.history.engine for row in found[0]} == {"numba"}


def test_widths_share_a_compilation(monkeypatch: pytest.MonkeyPatch) -> None:
    texts: set[str] = set()
    monkeypatch.setattr("scratchwork.engines.part.compiled", lambda t: texts.add(t) or load(t))
    load = cache.compiled
    sw.sweep(compiled, {"width": [3, 6, 9]}, repeats=2).fit(X, y, batch_size=8, epochs=1)
    assert len(texts) == 1


def test_a_rate_set_in_one_network_is_its_own() -> None:
    def slower(model: sw.Sequential) -> None:
        if model.seed == 8:
            model.learning_rate = 0.01

    results = sw.repeat(compiled(), n=3, threads=1).fit(X, y, epochs=3, callbacks=[slower])
    plain = sw.repeat(compiled(), n=3, threads=1).fit(X, y, epochs=3)
    same = [a == b for a, b in zip(bits(results), bits(plain), strict=True)]
    assert same == [True, False, True]


@pytest.mark.numpy_engine
@pytest.mark.parametrize(("n", "engine"), [(2, "numpy"), (10**6, "numba")])
def test_auto_asks_what_all_take_together(n: int, engine: str) -> None:
    """A million networks, of which two are trained."""
    networks = sw.repeat(build(), n=n, threads=1)  # so that two are done when the third ends all
    with pytest.raises(LookupError):
        networks.fit(X, y, epochs=1, callbacks=[stop_after_two])
    first = networks.results_[0]
    assert first.history.engine == engine
    assert first.history.reason.startswith("auto: ")
    first.model.fit(X, y, epochs=1)
    assert first.model.history.engine == "numpy"


def stop_after_two(model: sw.Sequential) -> None:
    if model.seed == 8:
        raise LookupError
