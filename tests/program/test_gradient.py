"""differentiate: rules by hand against bodies and differences; its paths, and what it adds."""

from __future__ import annotations

import importlib
import pkgutil
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.description import Description
from scratchwork.errors import GradientError
from scratchwork.losses import mean_squared_error
from scratchwork.program.gradient import differentiate
from scratchwork.program.ir import N, Op, Size, Value, apply
from scratchwork.program.primitives import stop_gradient
from scratchwork.program.record import composite, recording
from tests.cases import (
    COMPOSITES,
    LAYERS,
    LOSSES,
    REGULARIZERS,
    ROWS,
    Array,
    CompositeCase,
    Input,
    LayerCase,
    LossCase,
    values,
)
from tests.gradcheck import (
    check_gradients,
    check_rule,
    differences,
    gradients,
    of_function,
    of_network,
    result,
)

X2 = (Input((N, 5)),)


# ---- the tables ----
def shipped_composites() -> set[str]:
    """Every function of the package that is recorded as one statement with a rule by hand.

    Those of the articles are their mistakes, wrong on purpose.
    """
    found = set()
    with warnings.catch_warnings():
        for module in pkgutil.walk_packages(sw.__path__, "scratchwork."):
            if module.name.endswith("__main__") or module.name.startswith("scratchwork.articles"):
                continue
            for value in vars(importlib.import_module(module.name)).values():
                op = getattr(value, "op", None)
                if isinstance(op, Op) and op.vjp is not None:
                    found.add(op.name)
    return found


def test_every_rule_by_hand_has_a_row():
    assert {case.function.op.name for case in COMPOSITES} == shipped_composites()


@pytest.mark.parametrize("case", COMPOSITES, ids=str)
def test_rules_by_hand_agree_with_the_body_and_with_differences(case: CompositeCase):
    check_rule(of_function(case.function, case.inputs, values(case.inputs)))


@pytest.mark.parametrize("case", COMPOSITES, ids=str)
def test_they_do_when_used_twice(case: CompositeCase):
    def twice(*x: Any) -> Value:
        return 3 * case.function(*x) - case.function(*x) ** 2

    check_rule(of_function(twice, case.inputs, values(case.inputs)))


def network_record(case: LayerCase) -> Any:
    """A row of LAYERS in training, with random numbers in all parameters and state."""
    description = Description(case.layers, case.input_shape, dtype="float64")
    shapes = {**case.parameters, **case.state}
    inputs = (Input((N, *case.input_shape)), *(Input(shape) for shape in shapes.values()))
    X, *arrays = values(inputs, case.seed)
    numbers = dict(zip(shapes, arrays, strict=True))
    return of_network(
        description, X, {k: abs(v) + 0.5 if "std" in k else v for k, v in numbers.items()}
    )


@pytest.mark.parametrize("case", LAYERS, ids=str)
def test_layers_by_their_input_and_every_parameter(case: LayerCase):
    found = check_rule(network_record(case))
    assert set(found) == {"X", *case.parameters}


@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_losses_at_the_end_of_a_network(case: LossCase):
    """Through a layer, with the library's own reduction: what train_step differentiates."""
    inputs = (Input((N, 4)), Input((4, case.outputs)), case.Y)

    def mean_loss(X: Value, W: Value, Y: Value) -> Value:
        L = case.loss.function(X @ W, Y)
        return L.sum() / 3

    check_rule(of_function(mean_loss, inputs, values(inputs)))


@pytest.mark.parametrize("case", REGULARIZERS, ids=str)
@pytest.mark.parametrize("shapes", [((5, 4),), ((5, 4), (4, 2))])
def test_regularizers(case, shapes):
    inputs = (Input((N, 3), "any"), *(Input(shape) for shape in shapes))

    def penalty(X: Value, *kernels: Value) -> Value:
        n = apply("rows", X)
        return case.regularizer.penalty(n, kernels) + X.sum()

    numbers = values(inputs)
    record = of_function(penalty, inputs, numbers)
    expected = case.penalty(ROWS, numbers[1:]) + numbers[0].sum()
    np.testing.assert_allclose(result(record), expected, rtol=1e-13)
    check_rule(record)


# ---- paths ----
def test_only_what_depends_on_an_input_has_a_gradient():
    with recording():
        a, b, c = (Value((N, Size(5)), name=name) for name in "abc")
        found = differentiate((a * b).sum(), [a, c])
    assert list(found) == [a]


def test_a_result_that_depends_on_nothing_has_no_gradients():
    with recording():
        a = Value((N, Size(5)), name="a")
        assert differentiate((a * 2).sum(), [Value((Size(5),), name="b")]) == {}


def test_no_statement_is_recorded_for_what_is_not_asked():
    with recording() as recorder:
        X, W = Value((N, Size(5)), name="X"), Value((Size(5), Size(4)), name="W")
        y = (X @ W).sum()
        before = len(recorder.statements)
        differentiate(y, [W])
        products = [s for s in recorder.statements[before:] if s.op.name == "matmul"]
    assert all(s.inputs[0] is not X or s.inputs[1] is not W for s in products)
    assert any(s.target.shape == W.shape for s in products)


def test_stop_gradient_makes_a_constant():
    inputs = X2
    numbers = values(inputs)
    record = of_function(lambda x: x * stop_gradient(x) + stop_gradient(x**2), inputs, numbers)
    found = gradients(record, np.ones((3, 5)))
    np.testing.assert_array_equal(found["x1"], numbers[0])


def test_a_missing_rule_is_named_with_its_layer():
    with recording() as recorder, recorder.at(note="layer 3: Mine()"):
        x = Value((N, Size(5)), name="x")
        y = apply("copy", x).sum()
        with pytest.raises(GradientError, match=r"layer 3: Mine\(\) expects .* got copy; replace"):
            differentiate(y, [x])


def test_a_missing_rule_off_the_path_does_not_matter():
    inputs = (Input((N, 5)), Input((N, 5)))
    record = of_function(
        lambda x, w: x * w + apply("copy", stop_gradient(x)), inputs, values(inputs)
    )
    cotangent = np.ones((3, 5))
    found = gradients(record, cotangent)
    np.testing.assert_array_equal(found["x2"], values(inputs)[0])


def test_masks_and_labels_carry_no_gradient():
    inputs = X2
    record = of_function(lambda x: (x > 0) * x + np.where(x > 1, x, -x), inputs, values(inputs))
    check_gradients(record)


# ---- what is added ----
def test_gradients_of_all_uses_are_added_and_none_is_overwritten():
    inputs = (Input((N, 4)), Input((4, 4)), Input((4,)))

    def f(X: Value, W: Value, b: Value) -> Value:
        H = np.tanh(X @ W + b)
        return (H @ W + b) @ W.T * b + X

    check_gradients(of_function(f, inputs, values(inputs)))


def test_a_value_used_many_times():
    def f(x: Value) -> Value:
        h = np.exp(x)
        return h + h * x + h.sum(axis=1, keepdims=True) * h + (h * h).mean(axis=0)

    check_gradients(of_function(f, X2, values(X2)))


def test_a_result_that_is_the_input_itself():
    found = check_gradients(of_function(lambda x: x, X2, values(X2)))
    assert set(found) == {"x1"}


def test_the_same_input_in_a_product_and_its_transpose():
    inputs = (Input((N, 4)), Input((4, 2)))
    check_gradients(of_function(lambda X, W: np.tanh(X @ W) @ W.T, inputs, values(inputs)))


def test_a_scalar_that_every_entry_uses():
    inputs = (Input((N, 5)), Input(()))
    check_gradients(of_function(lambda x, s: x * s + s**2 / x.sum(), inputs, values(inputs)))


# ---- composites ----
@composite(vjp=lambda dy, y, x: (dy * 3,))
def three_times(x: Value) -> Value:
    return x * 3


def test_a_rule_is_used_inside_a_function_without_one():
    """The user's body holds sigmoid, whose own rule is right at 0; its body's is not."""
    record = of_function(lambda x: x * sw.activations.sigmoid(x), X2, [np.zeros((3, 5))])
    np.testing.assert_array_equal(gradients(record, np.ones((3, 5)))["x1"], np.full((3, 5), 0.5))


def test_a_composite_that_takes_a_value_from_outside_is_derived_from_its_body():
    """The rule was not told of the outer value, so it cannot give its gradient."""

    def f(x: Value, w: Value) -> Value:
        @composite(vjp=lambda dy, y, x: (dy * w,))
        def scaled(x: Value) -> Value:
            return x * w

        return scaled(x)

    inputs = (Input((N, 5)), Input((5,)))
    assert set(check_gradients(of_function(f, inputs, values(inputs)))) == {"x1", "x2"}


def test_a_rule_that_leaves_out_an_input_gives_way_to_the_body():
    """Targets are data, and the rules of losses say nothing of them; here they are computed."""
    inputs = (Input((N, 5)), Input((5, 4)))

    def f(X: Value, W: Value) -> Value:
        return mean_squared_error(X @ W, np.tanh(X @ W))

    check_gradients(of_function(f, inputs, values(inputs)))


def test_composites_within_composites():
    @composite()
    def inner(x: Value) -> Value:
        return three_times(x) * x

    @composite()
    def outer(x: Value) -> Value:
        return inner(x) + np.exp(inner(x) / 4)

    check_rule(of_function(outer, X2, values(X2)))


# ---- whole networks ----
@dataclass(frozen=True)
class Tied:
    """An encoder and a decoder with one matrix, and a residual path: everything is used twice."""

    units: int

    def build(self, x: Value, scope: sw.Scope) -> Value:
        W = scope.parameter("W", (x.shape[1], self.units), sw.Normal(0.5), kernel=True)
        H = np.tanh(x @ W)
        return H @ W.T + x


def of_layers(layers: tuple[Any, ...], shapes: dict[str, tuple[int, ...]]) -> Any:
    inputs = (Input((N, 5)), *(Input(shape) for shape in shapes.values()))
    X, *arrays = values(inputs)
    return of_network(Description(layers, (5,)), X, dict(zip(shapes, arrays, strict=True)))


def test_a_parameter_used_twice_in_a_layer():
    found = check_gradients(of_layers((Tied(4),), {"W1": (5, 4)}))
    assert found["W1"].shape == (5, 4)


def test_layers_in_a_row():
    layers = (sw.Dense(4, "sigmoid"), sw.Dense(3, "softmax"), sw.Dense(2, lambda Z: Z * Z))
    shapes = {"W1": (5, 4), "b1": (4,), "W2": (4, 3), "b2": (3,), "W3": (3, 2), "b3": (2,)}
    found = check_gradients(of_layers(layers, shapes))
    assert set(found) == {"X", *shapes}


def test_a_bias_before_batch_norm_has_no_slope():
    layers = (sw.Dense(4), sw.BatchNorm())
    shapes = {"W1": (5, 4), "b1": (4,), "scale2": (4,), "shift2": (4,)}
    state = {"running_mean2": (4,), "running_var2": (4,)}
    found = check_gradients(of_layers(layers, {**shapes, **state}))
    assert np.abs(found["b1"]).max() < 1e-14


def test_differences_of_a_network_see_the_same_draws_every_time():
    record = network_record(next(case for case in LAYERS if case.name == "dropout"))
    cotangent: Array = np.ones((3, 5))
    first, second = (differences(record, cotangent)["X"] for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert 0 < (first == 0).mean() < 1


class Gram:
    """The rows' own products: its gradient is a product with a transposed batch."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return (x @ (x.T @ x) / scope.rows).named("Z")


def test_products_of_a_turned_batch_have_a_gradient() -> None:
    model = sw.Sequential([sw.Dense(3), Gram()], input_shape=3)
    model.compile("mean_squared_error", dtype="float64", seed=0)
    X = np.random.default_rng(0).normal(size=(6, 3))
    assert model.verify(X, X).passed
