"""The model of each point of a grid, from which its repeats are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from ..engines.engine import Engine
from ..model import Sequential
from ..training import fit as training
from ..training.state import State
from .grid import Settings, settings_text
from .member import sibling

Build: TypeAlias = Callable[[Settings], Sequential]


class Templates:
    """Makes the model of a point, whose programs its repeats share, and tries the fit on it.

    Trying changes nothing and costs next to nothing: it checks all that the fit was given.
    """

    def __init__(
        self, build: Build, points: Sequence[Settings], repeats: int, X: Any, y: Any,
        fit: dict[str, Any],
    ) -> None:  # fmt: skip
        self.build, self.X, self.y, self.fit = build, X, y, fit
        self.alike = Counter(map(structure, points))
        self.repeats, self.rows, self.noticed = repeats, 0, False

    def make(self, settings: Settings) -> Sequential:
        model = self.build(settings)
        template = sibling(model, model.seed)  # type: ignore[arg-type] # it is compiled
        with template.begun("fit", self.X) as run:
            run.noticed |= self.noticed  # one warning of large features is enough
            plan, kind = training.plan_fit(run, self.X, self.y, callbacks=(), **self.fit)
        epochs = plan.epochs * self.repeats * self.alike[structure(settings)]
        run.choose(kind, len(plan.X), plan.batch_size, epochs)  # which compiles the step
        if plan.validate is not None:
            load(run.engine(kind), run.state, ["evaluate"])
        self.rows, self.noticed = len(plan.X), run.noticed
        return template


def structure(settings: Settings) -> str:
    """What is not a number: points that differ in numbers alone mostly share what is compiled."""
    return settings_text({k: v for k, v in settings.items() if not isinstance(v, int | float)})


def load(engine: Engine, state: State, programs: Sequence[str]) -> None:
    """Print and compile programs once, before the engine is shared out to threads."""
    part: Callable[[str, State], object] | None = getattr(engine, "part", None)
    if part is not None:  # the NumPy engine has loaded all of its programs
        for program in programs:
            part(program, state)
