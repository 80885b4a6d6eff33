"""verify: the gradients of one network, on given rows, against differences of its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dialects.load import function, load
from ..dialects.numpy_module import gradients_module
from ..programs import train_step
from ..storage import Array, Storage
from ..streams import Stream, generator

if TYPE_CHECKING:
    from ..run import Run

TOLERANCE = 1e-6
ENTRIES = 50
DIRECTIONS = 3
JITTER = 1e-2
STEP = 1e-5

Evaluate = Callable[[Array], tuple[float, Mapping[str, Array]]]


@dataclass(frozen=True)
class Check:
    """One parameter, or the random directions: entries checked, at a kink, largest error."""

    name: str
    entries: int
    kinks: int
    error: float

    @property
    def verdict(self) -> str:
        if self.error > TOLERANCE:
            return "WRONG"
        return "undecided" if self.kinks == self.entries else "passed"


@dataclass(frozen=True)
class Verification:
    """The result of a gradient check; true if everything passed. Its repr is a table."""

    checks: tuple[Check, ...]

    @property
    def errors(self) -> dict[str, float]:
        """The largest relative error of each parameter, by name."""
        return {check.name: check.error for check in self.checks}

    @property
    def passed(self) -> bool:
        return all(check.verdict == "passed" for check in self.checks)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        rows = [f"{'parameter':<14}{'entries':>8}{'at a kink':>11}{'largest error':>15}  verdict"]
        rows += [
            f"{c.name:<14}{c.entries:>8}{c.kinks:>11}{c.error:>15.1e}  {c.verdict}"
            for c in self.checks
        ]
        wrong = [c.name for c in self.checks if c.verdict == "WRONG"]
        unsure = [c.name for c in self.checks if c.verdict == "undecided"]
        end = f"WRONG: {', '.join(wrong)}" if wrong else "gradients agree to " + f"{TOLERANCE:g}"
        if unsure and not wrong:
            end = f"undecided: every entry of {', '.join(unsure)} is at a kink; try other rows"
        return "\n".join([*rows, end])


def verify(run: Run, values: Mapping[str, Any]) -> Verification:
    """Compare gradients with central differences in float64, parameters jittered, draws frozen.

    Up to 50 entries of each parameter and three random directions over all of them are checked. An
    entry whose difference is spoilt by a kink (relu at 0) within the step is counted as such and
    never as passed.
    """
    evaluate, numbers = double_precision(run, values)
    rng = np.random.default_rng(0)
    numbers.flat += JITTER * rng.standard_normal(numbers.flat.size)
    theta = numbers.flat.copy()
    loss, gradients = evaluate(theta)
    flat = Storage({name: gradients[name] for name in numbers}, "float64").flat
    floor = 1e-4 * max(abs(loss), 1.0)  # below it, rounding of the loss drowns the difference

    def compare(direction: Array, slope: float) -> tuple[float, bool]:
        return difference_error(lambda h: evaluate(theta + h * direction)[0], loss, slope, floor)

    checks, start = [], 0
    for name, view in numbers.items():
        chosen = start + rng.permutation(view.size)[:ENTRIES]
        units = [np.eye(1, theta.size, int(i))[0] for i in chosen]
        results = [compare(unit, float(flat @ unit)) for unit in units]
        checks.append(summed_up(name, results))
        start += view.size
    directions = [d / np.linalg.norm(d) for d in rng.standard_normal((DIRECTIONS, theta.size))]
    checks.append(summed_up("all together", [compare(d, float(flat @ d)) for d in directions]))
    return Verification(tuple(checks))


def summed_up(name: str, results: list[tuple[float, bool]]) -> Check:
    errors = [error for error, kink in results if not kink]
    worst = max((float("inf") if np.isnan(e) else e for e in errors), default=0.0)
    return Check(name, len(results), sum(kink for _, kink in results), worst)


def difference_error(
    f: Callable[[float], float], at: float, slope: float, floor: float
) -> tuple[float, bool]:
    """The relative error of a slope against a central difference, and whether a kink explains it.

    With a kink inside the step, a hundredth of the step either leaves it outside, so that the error
    all but vanishes, or still shows two slopes that differ by as much as the error. A wrong
    gradient of a smooth function does neither.
    """

    def differences(h: float) -> tuple[float, float]:
        left, right = f(-h), f(h)
        central = (right - left) / (2 * h)
        return abs(slope - central), abs((right - at) - (at - left)) / h

    error, _ = differences(STEP)
    relative = error / max(abs(slope), floor)
    if relative <= TOLERANCE:
        return relative, False
    smaller, bend = differences(STEP / 100)
    return relative, smaller <= max(0.1 * error, 3 * bend)


def double_precision(run: Run, values: Mapping[str, Any]) -> tuple[Evaluate, Storage]:
    """Loss and gradients as a function of all trainable parameters in one float64 vector."""
    kind = run.kind()
    step = train_step(replace(run.description, dtype="float64", targets=kind))
    names = {str(value.name): str(dx.name) for value, dx in step.gradients.items()}
    code = function(load(gradients_module(step, "float64"), "numpy"), "gradients")
    fixed = {k: v.astype(np.float64) if is_float(v) else v for k, v in values.items()}
    wanted = code.__code__.co_varnames[
        : code.__code__.co_argcount + code.__code__.co_kwonlyargcount
    ]
    numbers = Storage({name: fixed[name] for name in names}, "float64")

    def evaluate(theta: Array) -> tuple[float, Mapping[str, Array]]:
        numbers.flat[...] = theta
        draws = {"rng": generator(run.seed, Stream.DRAWS, run.state.epoch)}  # the same every time
        everything = {**fixed, **numbers.views, **draws}
        loss, *found = code(**{name: everything[name] for name in wanted})
        return float(loss), dict(zip(names, found, strict=True))

    return evaluate, numbers


def is_float(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
