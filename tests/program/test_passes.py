"""The passes: what each changes in the text, and that none changes a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import scratchwork as sw
from scratchwork.activations import sigmoid, softmax
from scratchwork.program.check import check
from scratchwork.program.ir import N, Program, Size, Value, apply, builder
from scratchwork.program.passes import lower, prune, rewrite, share, simplify
from scratchwork.program.primitives import expand_dims, fill, stop_gradient
from scratchwork.program.record import composite
from tests.program.written import Array, body, record, run

RNG = np.random.default_rng(0)
ARRAYS: dict[str, Any] = {
    "X": RNG.normal(size=(4, 3)),
    "U": RNG.normal(size=(4, 3)),
    "A": RNG.normal(size=(3, 3)),
    "w": RNG.normal(size=3),
    "s": 1.75,
}


def draw(rng: Value) -> Value:
    return apply("random", rng, builder().rows, shape=(N, Size(3)))


# ---- lower ----
@composite()
def inner(Z: Value) -> Value:
    return Z * 2


@composite()
def outer(Z: Value) -> Value:
    return inner(Z + 1) + inner(Z)


def test_lower_puts_each_body_in_its_place() -> None:
    lowered = check(lower(record(lambda X: outer(X) - 3, "X")))
    assert [s.op.name for s in lowered.statements if s.op.name != "rows"] == [
        "add", "multiply", "multiply", "add", "subtract",
    ]  # fmt: skip
    assert not any(s.body for s in lowered.statements)


def test_lower_leaves_targets_and_outputs_as_they_are() -> None:
    program = record(lambda X: outer(X), "X")
    assert lower(program).outputs == program.outputs
    assert lower(program).statements[-1].target is program.outputs[0]


def test_a_program_without_composites_is_lowered_already() -> None:
    program = record(lambda X: X + 1, "X")
    assert lower(program).statements == program.statements


# ---- share ----
def shared(function: Callable[..., Any], *names: str) -> Program:
    return check(share(lower(record(function, *names))))


def test_equal_statements_are_computed_once() -> None:
    program = shared(lambda X: (np.exp(X) * np.exp(X)).named("Y"), "X")
    assert body(program) == ["t1 = np.exp(X)", "Y = t1 * t1"]


def test_equal_trees_are_shared_from_the_leaves_on() -> None:
    program = shared(lambda X: ((X + 1) * 2).sum() - ((X + 1) * 2).sum(), "X")
    assert [s.op.name for s in program.statements] == ["add", "multiply", "sum", "subtract"]


@pytest.mark.parametrize(
    "function",
    [
        lambda X, U: (X - U) * (U - X),
        lambda X, U: (X + 1) * (X + 1.0),  # 1 and 1.0 are written differently
        lambda X, U: X.sum(axis=0) * X.sum(axis=0, keepdims=True),
        lambda X, U: (X > 0) * (X >= 0) * U,
    ],
)
def test_what_differs_in_order_type_or_setting_is_not_shared(function: Any) -> None:
    program = record(function, "X", "U")
    assert len(share(program).statements) == len(program.statements)


def test_draws_are_never_shared() -> None:
    """Two dropout masks of one shape are two draws; a sketch of this library merged them."""
    program = shared(lambda X, rng: (draw(rng) > 0.5) * ((draw(rng) > 0.5) * X), "X")
    assert sum(s.op.draws for s in program.statements) == 2


def test_two_dropout_masks_stay_two() -> None:
    model = sw.Sequential([sw.Dropout(0.5), sw.Dropout(0.5), sw.Dense(1)], input_shape=3)
    model.compile(loss="mean_squared_error", seed=0)
    masks = [row.strip() for row in model.source().splitlines() if "rng.random" in row]
    assert masks == ["M0 = rng.random((n, 3)) >= rate0", "M0_2 = rng.random((n, 3)) >= rate0_2"]


def test_two_outputs_are_two_arrays_even_when_equal() -> None:
    program = shared(lambda X: ((X * 2).named("a"), (X * 2).named("b")), "X")
    assert body(program) == ["a = X * 2", "b = X * 2"]


def test_sharing_follows_into_updates_and_gradients() -> None:
    program = record(lambda X: (np.exp(X), np.exp(X), np.tanh(X)), "X")
    first, second, other = (s.target for s in program.statements)
    key = Value((), role="state")
    changed = share(
        program.having(outputs=(other,), updates={key: second}, gradients={key: second})
    )
    assert changed.updates[key] is first
    assert changed.gradients[key] is first


# ---- prune ----
def test_what_nothing_needs_is_dropped() -> None:
    program = prune(record(lambda X, U: (np.exp(U), X + 1)[1], "X", "U"))
    assert [s.op.name for s in program.statements] == ["add"]
    assert [x.name for x in program.inputs] == ["X"]


def test_draws_are_kept_so_that_the_stream_stays_in_step() -> None:
    program = prune(record(lambda X, rng: (draw(rng), X + 1)[1], "X"))
    assert [s.op.name for s in program.statements if s.op.name != "rows"] == ["random", "add"]
    assert "rng" in [x.name for x in program.inputs]


def test_state_settings_and_parameters_that_nothing_reads_are_dropped() -> None:
    program = record(lambda X: X + 1, "X")
    W, s, rate = (Value((), name=name) for name in ("W", "s", "rate"))
    more = program.having(parameters=(W,), state=(s,), hyperparameters={rate: 0.1})
    assert prune(more).given == program.inputs[:1]


def test_what_an_update_needs_is_kept() -> None:
    program = record(lambda X: (np.exp(X), X + 1), "X")
    state = Value(program.outputs[0].shape, role="state", name="s")
    updated = program.having(
        outputs=program.outputs[1:], state=(state,), updates={state: program.outputs[0]}
    )
    assert prune(updated).statements == program.statements
    assert prune(updated).state == (state,)


# ---- simplify: each rule, before and after ----
RULES: dict[str, tuple[Callable[..., Any], str, str]] = {
    "times one": (lambda X, A, w: X * 1, "X * 1", "X"),
    "one times": (lambda X, A, w: 1 * X, "1 * X", "X"),
    "by one": (lambda X, A, w: X / 1, "X / 1", "X"),
    "to the first": (lambda X, A, w: X**1, "X**1", "X"),
    "plus nothing": (lambda X, A, w: X + 0, "X + 0", "X"),
    "nothing plus": (lambda X, A, w: 0.0 + X, "0.0 + X", "X"),
    "minus nothing": (lambda X, A, w: X - 0, "X - 0", "X"),
    "a marker": (lambda X, A, w: stop_gradient(X), "X.copy()", "X"),
    "the same shape": (lambda X, A, w: X.reshape(N, 3), "X.reshape(-1, 3)", "X"),
    "stretched to its own shape": (lambda X, A, w: fill(X, X), "np.broadcast_to(X, X.shape)", "X"),
    "turned twice": (lambda X, A, w: A.T.T, "A.T.T", "A"),
    "a stretched scalar": (
        lambda X, A, w: fill(X.sum(), X) * X, "np.broadcast_to(X.sum(), X.shape) * X", "X.sum() * X"
    ),
    "a stretched scalar, to the right": (
        lambda X, A, w: X / fill(X.sum(), X), "X / np.broadcast_to(X.sum(), X.shape)", "X / X.sum()"
    ),
    "a scalar, stretched and given an axis": (
        lambda X, A, w: expand_dims(fill(X.sum(), X.sum(axis=1)), 1) * X,
        "np.broadcast_to(X.sum(), X.sum(axis=1).shape)[:, None] * X",
        "X.sum() * X",
    ),
    "a stretched row": (lambda X, A, w: fill(w, X) - X, "np.broadcast_to(w, X.shape) - X", "w - X"),
    "times one over": (lambda X, A, w: X * (1 / w), "X * (1 / w)", "X / w"),
    "one over, times": (lambda X, A, w: 1 / w * X, "1 / w * X", "X / w"),
    # and what looks like a rule but is none
    "one minus": (lambda X, A, w: 1 - X, "1 - X", "1 - X"),
    "one by": (lambda X, A, w: 1 / X, "1 / X", "1 / X"),
    "nothing minus": (lambda X, A, w: 0 - X, "0 - X", "0 - X"),
    "one to the": (lambda X, A, w: 1**X, "1**X", "1**X"),
    "two over": (lambda X, A, w: X * (2 / w), "X * (2 / w)", "X * (2 / w)"),
    "turned once": (lambda X, A, w: A.T @ A, "A.T @ A", "A.T @ A"),
    "a mask by a number": (
        lambda X, A, w: fill(0.5, X) * (X > 0),
        "np.full_like(X, 0.5) * (X > 0)",
        "np.full_like(X, 0.5) * (X > 0)",
    ),
    "a mask, counted": (lambda X, A, w: (X > 0) * 1, "(X > 0).astype(X.dtype) * 1", None),
    "a smaller one, stretched by the sum": (lambda X, A, w: w * 1 + X, "w * 1 + X", "w + X"),
    "another shape": (
        lambda X, A, w: A.reshape(9, 1), "A.reshape(9, 1)", "A.reshape(9, 1)"
    ),
    "stretched on its own": (
        lambda X, A, w: fill(w, X), "np.broadcast_to(w, X.shape)", "np.broadcast_to(w, X.shape)"
    ),
}  # fmt: skip
RULES["a mask, counted"] = (*RULES["a mask, counted"][:2], "(X > 0).astype(X.dtype)")


def text_of(program: Program) -> str:
    """What the returned value is, written out."""
    rows = body(program)
    return rows[0].removeprefix("Y = ") if rows else str(program.outputs[0].name)


@pytest.mark.parametrize("rule", RULES)
def test_simplify(rule: str) -> None:
    function, before, after = RULES[rule]
    program = record(lambda X, A, w: named(function(X, A, w)), "X", "A", "w")
    assert text_of(program) == before
    assert text_of(check(prune(simplify(program)))) == after
    for found, wanted in zip(run(simplify(program), ARRAYS), run(program, ARRAYS), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-14)
        assert found.shape == wanted.shape


def named(y: Value) -> Value:
    return y.named("Y") if y.role == "temporary" else y


def test_a_value_in_place_of_another_takes_over_its_name() -> None:
    program = record(lambda X: (np.exp(X) * 1).named("Y"), "X")
    assert body(prune(simplify(program))) == ["Y = np.exp(X)"]


def test_an_input_keeps_its_name() -> None:
    program = simplify(record(lambda X: (X * 1).named("Y"), "X"))
    assert program.outputs[0].name == "X"


def test_a_named_quotient_stays_a_line() -> None:
    """A value with a name stands in the text; folding it away would lose the line."""
    program = record(lambda X, w: (X * (1 / w).named("scale")).named("Y"), "X", "w")
    assert body(prune(simplify(program))) == ["scale = 1 / w", "Y = X * scale"]


def test_rewrite_replaces_also_what_loops_read() -> None:
    """Nine parameters share a loop; the gradient it reads is what simplify left of it."""
    model = sw.Sequential([sw.Dense(3) for _ in range(5)], input_shape=3)
    model.compile(loss="mean_squared_error", optimizer=sw.SGD(1), seed=0)
    loop = model.source().split("# ---- update: SGD ----")[1]
    assert "(dW1, db1, dW2, db2, dW3, db3, dW4, db4, dW5, db5)" in loop


def test_rewrite_without_changes_is_the_same_program() -> None:
    program = record(lambda X: X + 1, "X")
    again = rewrite(program, lambda s: s)
    assert again.outputs == program.outputs
    assert [s.target for s in again.statements] == [s.target for s in program.statements]


# ---- no pass changes a number ----
NUMBERS = st.sampled_from([0, 1, 2, -1, 0.5, 1.0, 0.0, 3.25])
LEAVES = st.sampled_from(["X", "U", "w", "s"]) | NUMBERS
UNARY: dict[str, Callable[[Any], Any]] = {
    "neg": lambda x: -x,
    "tanh": np.tanh,
    "stop": stop_gradient,
    "reshape": lambda x: x.reshape(*x.shape),
    "sum": lambda x: x.sum(),
    "rows": lambda x: x.sum(axis=-1, keepdims=True),
    "stretch": lambda x: fill(x.sum(), x),
    "sigmoid": sigmoid,
    "softmax": softmax,
    "inverse": lambda x: 1 / x,
}
BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "maximum": np.maximum,
    "greater": lambda a, b: (a > b) * b,
}
TREES = st.recursive(
    LEAVES,
    lambda tree: (
        st.tuples(st.sampled_from(list(UNARY)), tree)
        | st.tuples(st.sampled_from(list(BINARY)), tree, tree)
    ),
    max_leaves=7,
)
PASSES = (lower, share, simplify, share, prune)


def grow(tree: Any, values: dict[str, Value]) -> Any:
    """The Value that a tree stands for; what needs an array and has a number is left as it is."""
    if not isinstance(tree, tuple):
        return values.get(tree, tree) if isinstance(tree, str) else tree
    parts = [grow(part, values) for part in tree[1:]]
    if len(parts) == 1:
        array = isinstance(parts[0], Value) and parts[0].ndim > 0
        return UNARY[tree[0]](parts[0]) if array else parts[0]
    if not any(isinstance(part, Value) and part.ndim for part in parts):
        return parts[0]
    return BINARY[tree[0]](*parts)


def rows_agree(program: Program) -> bool:
    try:
        check(program)
    except sw.ScratchworkError:
        return False
    return True


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(TREES, TREES))
def test_no_pass_changes_a_number(trees: tuple[Any, Any]) -> None:
    def function(X: Value, U: Value, w: Value, s: Value) -> tuple[Value, ...]:
        values = {"X": X, "U": U, "w": w, "s": s}
        return tuple(X * grow(tree, values) for tree in trees)

    program = record(function, "X", "U", "w", weak=("s",))
    wanted = run(program, ARRAYS)
    for each in PASSES:
        program = check(each(program))
        assert_same(run(program, ARRAYS), wanted)


def assert_same(found: tuple[Array, ...], wanted: tuple[Array, ...]) -> None:
    for a, b in zip(found, wanted, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        np.testing.assert_allclose(a, b, rtol=1e-12, equal_nan=True)
