"""verify: the gradients of one network, on given rows, against differences of its loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ..dialects.load import function, load
from ..dialects.numpy_module import gradients_module
from ..engines.numpy import as_tuple
from ..errors import NonFiniteError
from ..programs import train_step
from ..storage import Array, Storage
from ..streams import Stream, generator
from .display import Shown, Styles

if TYPE_CHECKING:
    from ..run import Run

TOLERANCE = 1e-6
ENTRIES = 50
DIRECTIONS = 3
JITTER = 1e-2
STEP = 1e-5
BEND = 1e-3

Evaluate = Callable[[Array], tuple[float, Array]]


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


@dataclass(frozen=True, repr=False)
class Verification(Shown):
    """The result of a gradient check; true if everything passed. Its repr is a table."""

    styles: ClassVar[Styles] = (
        (r"\A.*", "bold"), (r"\bpassed\b|gradients agree.*", "green"),
        (r"\bundecided\b.*", "yellow"), (r"\bWRONG\b.*", "bold red"),
    )  # fmt: skip

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

    def __str__(self) -> str:
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
        return "\n".join([*rows, end if self.checks else "nothing to check: nothing is trained"])


@np.errstate(all="ignore")  # what is not finite gets its verdict
def verify(run: Run, values: Mapping[str, Any]) -> Verification:
    """Compare gradients with central differences in float64, parameters jittered, draws frozen.

    Up to 50 entries of each parameter and three random directions over all of them are checked. An
    entry with a kink (relu at 0) within the step is counted as such and never as passed.
    """
    evaluate, numbers = double_precision(run, values)
    rng = np.random.default_rng(0)
    numbers.flat += JITTER * rng.standard_normal(numbers.flat.size)
    theta = numbers.flat.copy()
    loss, gradient = evaluate(theta)
    if not np.isfinite(loss):
        todo = "look at model.trace(X, y) for the first array that is not finite"
        raise NonFiniteError("verify", "a finite loss on these rows", str(loss), todo)
    if not numbers:
        return Verification(())
    floor = 1e-4 * max(abs(loss), 1.0)  # below it, rounding of the loss drowns the difference

    def compare(direction: Array) -> tuple[float, bool]:
        moved = np.flatnonzero(direction)  # NaN in other entries is not the fault of these

        def at(h: float) -> tuple[float, Array]:
            loss, gradient = evaluate(theta + h * direction)
            return loss, gradient[moved] * direction[moved]

        return difference_error(at, loss, gradient[moved] * direction[moved], floor)

    checks, start = [], 0
    for name, view in numbers.items():
        chosen = start + rng.permutation(view.size)[:ENTRIES]
        units = [np.eye(1, theta.size, int(i))[0] for i in chosen]
        checks.append(summed_up(name, [compare(unit) for unit in units]))
        start += view.size
    directions = [d / np.linalg.norm(d) for d in rng.standard_normal((DIRECTIONS, theta.size))]
    checks.append(summed_up("all together", [compare(d) for d in directions]))
    return Verification(tuple(checks))


def summed_up(name: str, results: list[tuple[float, bool]]) -> Check:
    errors = [error for error, kink in results if not kink]
    worst = max((float("inf") if np.isnan(e) else e for e in errors), default=0.0)
    return Check(name, len(results), sum(kink for _, kink in results), worst)


def difference_error(
    at: Callable[[float], tuple[float, Array]], loss: float, parts: Array, floor: float
) -> tuple[float, bool]:
    """The relative error of a slope against a central difference, and whether a kink explains it.

    ``at(h)`` is the loss at a distance h and the parts of its slope, one for each entry that moves.
    With a kink inside the step, a hundredth of the step either leaves it outside, so that the error
    all but vanishes, or the parts still jump from one side to the other by as much as the error. A
    wrong gradient of a smooth function does neither. Where the slope agrees but the loss bends (abs
    at 0 is even), a jump that a hundredth of the step does not make smaller is a kink, too.
    """
    slope = float(parts.sum())
    (left, _), (right, _) = at(-STEP), at(STEP)
    error, scale = abs(slope - (right - left) / (2 * STEP)), max(abs(slope), floor)
    bend = abs((right - loss) - (loss - left)) / STEP
    agrees = error <= TOLERANCE * scale
    if not np.isfinite(error) or (agrees and bend <= BEND * scale):
        return error / scale, False
    closer = STEP / 100
    (left, before), (right, after) = at(-closer), at(closer)
    jump = float(np.abs(after - before).sum())
    if agrees:
        return error / scale, jump > bend / 2
    smaller = abs(slope - (right - left) / (2 * closer))
    return error / scale, smaller <= max(0.1 * error, 3 * jump)


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

    def evaluate(theta: Array) -> tuple[float, Array]:
        numbers.flat[...] = theta
        draws = {"rng": generator(run.seed, Stream.DRAWS, run.state.epoch)}  # the same every time
        everything = {**fixed, **numbers.views, **draws}
        try:
            loss, *found = as_tuple(
                code(**{name: everything[name] for name in wanted if name in everything})
            )
        except ArithmeticError:
            return float("nan"), np.full_like(theta, np.nan)
        return float(loss), Storage(dict(zip(names, found, strict=True)), "float64").flat

    return evaluate, numbers


def is_float(value: object) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f"
