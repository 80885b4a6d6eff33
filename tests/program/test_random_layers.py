"""Random user layers, trained for one step, against the same program evaluated by NumPy alone.

Tests written by hand show what somebody thought of. Here the passes meet values that are shared,
views that outlive what they look at, and states updated from each other, in orders nobody chose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.cases import Array
from tests.engine import numpy_where_numba_cannot

SEEDS, GROUP = 80, 10
D, ROWS = 3, 5  # different, so that a sum over the wrong axis has the wrong size
RATE = 0.1
STEP = 1e-4  # of the differences: five points, so the error is about STEP**4
EXACT, CLOSE = 1e-12, 1e-7  # of the states, and of the slopes; relative to the largest entry
SMALL = 1e-3  # below it the tolerances are absolute
START = {"x": "rows", "W": "square", "b": "vector", "s": "square", "r": "square"}
KINDS = ("number", "vector", "square", "rows")  # (), (D,), (D, D) and (ROWS, D)

Numbers = dict[str, Array]


# ---- what a random program is made of ----
@dataclass(frozen=True)
class Operation:
    """A function that Values and arrays both understand, and the kind it makes of which kinds."""

    function: Callable[..., Any]
    kinds: Mapping[tuple[str, ...], str]


@dataclass(frozen=True)
class Instruction:
    """One step: an operation on positions in the pool; with ``captured``, within a composite."""

    operation: str
    operands: tuple[int, ...]
    captured: int | None
    named: bool


@dataclass(frozen=True)
class Layout:
    """A random program: its pool begins with START, and each instruction appends one value."""

    instructions: tuple[Instruction, ...]
    kinds: tuple[str, ...]
    updates: tuple[int, int]


def joined() -> dict[tuple[str, ...], str]:
    """The pairs that broadcast to the larger one; rows and squares never do."""
    pairs = [(a, b) for a in KINDS for b in KINDS if {a, b} != {"square", "rows"}]
    return {pair: max(pair, key=KINDS.index) for pair in pairs}


JOINED = joined()
SAME = {(kind,): kind for kind in KINDS}
TABLES = {("rows",): "rows", ("square",): "square"}
REDUCED = {("rows",): "vector", ("square",): "vector"}
TOTAL = {(kind,): "number" for kind in ("rows", "square", "vector")}
PRODUCT = {("rows", "square"): "rows", ("square", "square"): "square"}
SQUARE = {("square",): "square"}
TURNED = {("square", "rows"): "rows"}
RULES = (SAME, TABLES, SQUARE, REDUCED, TOTAL, JOINED, PRODUCT, TURNED)

OPERATIONS = {
    "same": Operation(lambda A: A, SAME),
    "negative": Operation(lambda A: -A, SAME),
    "half": Operation(lambda A: 0.5 * A, SAME),
    "square": Operation(lambda A: A**2, SAME),
    "absolute": Operation(abs, SAME),
    "tanh": Operation(np.tanh, SAME),
    "exp": Operation(lambda A: np.exp(np.tanh(A)), SAME),
    "log": Operation(lambda A: np.log(1 + abs(A)), SAME),
    "root": Operation(lambda A: np.sqrt(abs(A) + 1), SAME),
    "inverse": Operation(lambda A: 1 / (2 + np.tanh(A)), SAME),
    "sigmoid": Operation(lambda A: 1 / (1 + np.exp(-A)), SAME),
    "relu": Operation(lambda A: np.maximum(A, 0), SAME),
    "where": Operation(lambda A: np.where(A > 0, A, np.tanh(A)), SAME),
    "reshape": Operation(lambda A: A.reshape(*A.shape), TABLES),
    "transpose": Operation(lambda A: A.T, SQUARE),
    "center": Operation(lambda A: A - A.mean(axis=0), TABLES),
    "center each": Operation(lambda A: A - A.mean(axis=1, keepdims=True), TABLES),
    "times its sum": Operation(lambda A: A * A.sum(axis=1, keepdims=True), TABLES),
    "below its top": Operation(lambda A: A - A.max(axis=1, keepdims=True), TABLES),
    "softmax": Operation(lambda A: np.exp(A) / np.exp(A).sum(axis=1, keepdims=True), TABLES),
    "mean of rows": Operation(lambda A: A.mean(axis=0), REDUCED),
    "sum of rows": Operation(lambda A: A.sum(axis=0), REDUCED),
    "max of rows": Operation(lambda A: A.max(axis=0), REDUCED),
    "min of rows": Operation(lambda A: A.min(axis=0), REDUCED),
    "sum": Operation(lambda A: np.tanh(A.sum()), TOTAL),
    "mean": Operation(lambda A: A.mean(), TOTAL),
    "add": Operation(lambda A, B: A + B, JOINED),
    "subtract": Operation(lambda A, B: A - B, JOINED),
    "multiply": Operation(lambda A, B: A * B, JOINED),
    "divide": Operation(lambda A, B: A / (2 + np.tanh(B)), JOINED),
    "power": Operation(lambda A, B: (1.5 + np.tanh(A)) ** np.tanh(B), JOINED),
    "maximum": Operation(lambda A, B: np.maximum(A, B), JOINED),
    "minimum": Operation(lambda A, B: np.minimum(A, B), JOINED),
    "matmul": Operation(lambda A, B: A @ B, PRODUCT),
    "matmul, turned": Operation(lambda A, B: B @ A.T, TURNED),
}


@cache
def random_layout(seed: int) -> Layout:
    """The program of a seed: the same one whether it is recorded or evaluated."""
    rng = np.random.default_rng(seed)
    kinds = list(START.values())
    instructions = []
    for _ in range(rng.integers(3, 11)):
        instruction, kind = random_instruction(rng, kinds)
        instructions.append(instruction)
        kinds.append(kind)
    first, second = rng.integers(len(kinds)), rng.integers(len(kinds) + 1)
    return Layout(tuple(instructions), tuple(kinds), (int(first), int(second)))


def random_instruction(rng: np.random.Generator, kinds: list[str]) -> tuple[Instruction, str]:
    """An operation that fits the values it is given, and the kind of its result.

    The rule is drawn before the operation: most operations keep shapes, most mistakes do not.
    """
    operands = tuple(rng.integers(len(kinds), size=rng.integers(1, 3)).tolist())
    given = tuple(kinds[i] for i in operands)
    rules = [rule for rule in RULES if given in rule]
    rule = rules[rng.integers(len(rules))]
    operation = str(rng.choice([name for name, o in OPERATIONS.items() if o.kinds is rule]))
    kind, captured = rule[given], None
    if rng.random() < 0.3:
        captured = int(rng.choice([i for i, k in enumerate(kinds) if (kind, k) in JOINED]))
        kind = JOINED[kind, kinds[captured]]
    return Instruction(operation, operands, captured, bool(rng.random() < 0.3)), kind


# ---- evaluated on Values or on arrays ----
def evaluate(layout: Layout, start: Mapping[str, Any], recorded: bool) -> tuple[Any, Any, Any]:
    """The layer's output and the new s and r; ``recorded`` adds what arrays do not have."""
    pool = list(start.values())
    for place, instruction in enumerate(layout.instructions):
        y = carry_out(instruction, pool, recorded)
        pool.append(y.named(f"V{place}_") if recorded and instruction.named else y)
    y, last = start["x"] @ start["W"] + start["b"], pool[-1]
    y = np.tanh(y @ last if layout.kinds[-1] == "square" else y * last)
    first, second = layout.updates
    s = updated(start["s"], pool[first], layout.kinds[first])
    pool, kinds = [*pool, s], (*layout.kinds, "square")  # the second update may read the first
    return y, s, updated(start["r"], pool[second], kinds[second])


def carry_out(instruction: Instruction, pool: list[Any], recorded: bool) -> Any:
    """One instruction; a composite takes its captured value from outside, not as an operand."""
    function = OPERATIONS[instruction.operation].function
    operands = [pool[i] for i in instruction.operands]
    if instruction.captured is None:
        return function(*operands)
    captured = pool[instruction.captured]

    def capturing(*given: Any) -> Any:
        return function(*given) * captured

    return (sw.composite()(capturing) if recorded else capturing)(*operands)


def updated(state: Any, value: Any, kind: str) -> Any:
    """A square becomes the state as it is, so that a state may be a view; others are mixed in."""
    if kind == "square":
        return value
    return 0.5 * state + (value.mean(axis=0) if kind == "rows" else value)


@dataclass(frozen=True)
class RandomLayer:
    """A user's layer with the program of a seed."""

    seed: int

    def build(self, x: Any, scope: Any) -> Any:
        W = scope.parameter("W", (D, D), sw.Normal(0.7))
        b = scope.parameter("b", (D,), sw.Normal(0.5))
        s, r = scope.state("s", (D, D)), scope.state("r", (D, D))
        start = {"x": x, "W": W, "b": b, "s": s, "r": r}
        y, new_s, new_r = evaluate(random_layout(self.seed), start, recorded=True)
        scope.update(s, new_s)
        scope.update(r, new_r)
        return y.named("A")


# ---- the two sides of the comparison ----
@cache
def trained(seed: int) -> tuple[Numbers, Array, Numbers]:
    """What a step began with, its targets, and the numbers after it, by the public API."""
    rng = np.random.default_rng((seed, 1))
    x, targets = rng.normal(size=(2, ROWS, D))
    model = sw.Sequential([RandomLayer(seed)], input_shape=D)
    model.compile("mean_squared_error", sw.SGD(RATE), dtype="float64", seed=seed)
    model["s1"], model["r1"] = rng.normal(size=(2, D, D))
    before = {"x": x, **{name: np.array(model[f"{name}1"]) for name in "Wbsr"}}
    with numpy_where_numba_cannot():
        model.fit(x, targets, batch_size=None, epochs=1, verbose=0, shuffle=False)
    return before, targets, {name: np.array(model[f"{name}1"]) for name in "Wbsr"}


def loss(seed: int, start: Numbers, targets: Array) -> float:
    """The mean squared error of the eager output."""
    y, _, _ = evaluate(random_layout(seed), start, recorded=False)
    return float(((y - targets) ** 2).mean())


def slopes(seed: int, start: Numbers, targets: Array, name: str) -> Array:
    """Differences of the loss, entry by entry: no rule of the library is involved."""
    found = np.zeros_like(start[name])
    for i in np.ndindex(found.shape):
        for weight, distance in ((8, 1), (-8, -1), (-1, 2), (1, -2)):
            moved = start[name].copy()
            moved[i] += distance * STEP
            found[i] += weight * loss(seed, {**start, name: moved}, targets) / (12 * STEP)
    return found


def new_states(seed: int, start: Numbers) -> Numbers:
    """The states after a step whose values were those of ``start``."""
    _, s, r = evaluate(random_layout(seed), start, recorded=False)
    return {"s": s, "r": r}


def agree(found: Array, expected: Array, tolerance: float) -> bool:
    """Relative to the largest entry, or to SMALL where all are smaller; never with NaN."""
    return bool(abs(found - expected).max() <= tolerance * max(SMALL, abs(expected).max()))


def wrong_states(seed: int, start: Numbers) -> list[str]:
    """The states that a step did not leave as a reference that begins with ``start`` does."""
    after, expected = trained(seed)[2], new_states(seed, start)
    return [name for name in "sr" if not agree(after[name], expected[name], EXACT)]


def wrong_slopes(seed: int, rate: float) -> list[str]:
    """The parameters that a step of this rate did not move down the slope."""
    before, targets, after = trained(seed)
    moved = {name: (before[name] - after[name]) / rate for name in "Wb"}
    expected = {name: slopes(seed, before, targets, name) for name in "Wb"}
    return [name for name in "Wb" if not agree(moved[name], expected[name], CLOSE)]


def wrong(seed: int) -> list[str]:
    """What differs from the right reference."""
    return wrong_states(seed, trained(seed)[0]) + wrong_slopes(seed, RATE)


# ---- the tests ----
@pytest.mark.parametrize("first", range(0, SEEDS, GROUP))
def test_a_step_agrees_with_numpy_and_with_differences(first: int) -> None:
    found = {seed: wrong(seed) for seed in range(first, first + GROUP)}
    assert not [(seed, names, random_layout(seed)) for seed, names in found.items() if names]


def test_the_programs_contain_what_they_are_for() -> None:
    """A seed proves nothing about what no program does."""
    layouts = [random_layout(seed) for seed in range(SEEDS)]
    steps = [step for layout in layouts for step in layout.instructions]
    assert {step.operation for step in steps} == set(OPERATIONS)
    assert any(s.captured is not None and s.named for s in steps)
    assert any(s.operation == "transpose" and s.named for s in steps)
    assert {i for layout in layouts for i in layout.updates} >= set(range(len(START)))
    assert any(layout.updates[1] == len(layout.kinds) for layout in layouts)


def test_most_steps_move_the_parameters() -> None:
    """Where an output is saturated a wrong gradient would be 0 too."""
    steps = [trained(seed) for seed in range(SEEDS)]
    moved = [abs(after["W"] - before["W"]).max() > 1e-3 for before, _, after in steps]
    assert np.mean(moved) > 0.8


def test_states_updated_from_the_new_parameters_are_noticed() -> None:
    """The order of a step: its states are made of the parameters that its output was made of."""
    noticed = []
    for seed in range(SEEDS):
        before, _, after = trained(seed)
        noticed.append(bool(wrong_states(seed, {**before, "W": after["W"], "b": after["b"]})))
    assert np.mean(noticed) > 0.3


def test_a_state_updated_from_the_new_other_state_is_noticed() -> None:
    """The two assignments at the end of a step read what was there before either."""
    noticed = []
    for seed in range(SEEDS):
        before, _, after = trained(seed)
        noticed.append("r" in wrong_states(seed, {**before, "s": after["s"]}))
    assert np.mean(noticed) > 0.15


def test_a_slope_that_is_off_by_a_millionth_is_noticed() -> None:
    """As a gradient with a slightly wrong factor would be."""
    noticed = [bool(wrong_slopes(seed, RATE * (1 + 1e-6))) for seed in range(GROUP)]
    assert np.mean(noticed) > 0.8


def test_what_is_not_a_number_agrees_with_nothing() -> None:
    assert agree(np.ones(2), np.ones(2), EXACT)
    assert not agree(np.full(2, np.nan), np.ones(2), EXACT)
    assert not agree(np.full(2, np.nan), np.full(2, np.nan), EXACT)
