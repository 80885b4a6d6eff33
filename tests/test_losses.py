"""Losses: formulas, targets of each kind, extremes, links, and functions of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import losses
from scratchwork.errors import DescriptionError, GradientError, ProgramError, ShapeError
from scratchwork.program.ir import N
from tests.cases import LOSSES, Array, Input, LossCase, foreign_dtypes, values
from tests.gradcheck import check_gradients, gradients, of_function, result

UNITS = 5
FLOATS = ("float32", "float64")
Reduction = Literal["mean", "sum"]


def network(
    loss: Any,
    dtype: Any = "float64",
    units: int = UNITS,
    reduction: Reduction = "mean",
    **more: Any,
) -> sw.Sequential:
    """Only an affine map, so that the raw output Z1 = X @ W1 + b1 can be anything."""
    model = sw.Sequential([sw.Dense(units)], input_shape=4)
    model.compile(loss, sw.SGD(0.1), dtype=dtype, reduction=reduction, seed=0, **more)
    return model


def targets(case: LossCase, rows: int = 6) -> tuple[Array, Array]:
    """y as a user gives it, and Y as the formula takes it."""
    rng = np.random.default_rng(3)
    if case.targets in ("labels", "one_hot"):
        y = rng.integers(0, UNITS, rows)
        Y = np.eye(UNITS)[y]
        return (y if case.targets == "labels" else Y), Y
    if case.targets == "probabilities":
        Y = rng.dirichlet(np.ones(UNITS), rows)
        return Y, Y
    kind, one = case.targets.rstrip("s"), not case.targets.endswith("s")
    Y = rng.normal(size=(rows, 1 if one else UNITS))
    Y = {"answer": (Y > 0).astype(float), "count": np.floor(3 * abs(Y)), "number": Y}[kind]
    return (Y[:, 0] if one else Y), Y


def fitting(case: LossCase) -> list[str]:
    """Metrics that make sense with a loss."""
    if case.loss.classes:
        return ["accuracy", "top_2_accuracy"]
    if case.loss.answers:
        return ["accuracy", "binary_accuracy", "mean_squared_error"]
    return [] if case.outputs == 3 else ["r2", "mean_absolute_error", "mean_squared_error"]


def rows_of_X(rows: int = 6) -> Array:
    return np.random.default_rng(4).normal(size=(rows, 4))


def test_every_loss_has_a_row():
    assert {case.name for case in LOSSES} == set(losses.LOSSES)


def test_losses_that_take_class_numbers_have_a_row_of_them():
    of_classes = {case.name for case in LOSSES if case.targets == "labels"}
    assert of_classes == {name for name, loss in losses.LOSSES.items() if loss.classes}


@pytest.mark.parametrize("case", LOSSES, ids=str)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_it_is_its_formula_reduced_over_the_rows(case: LossCase, reduction: Reduction):
    model, (y, Y) = network(case.loss, units=case.outputs, reduction=reduction), targets(case)
    trace = model.trace(rows_of_X(), y)
    L = case.formula(trace["Z1"], Y)
    np.testing.assert_allclose(trace["L"], L, rtol=1e-13)
    np.testing.assert_allclose(trace["loss"], getattr(L, reduction)(), rtol=1e-13)
    # what is reported is the mean over the rows, however the step adds them up
    np.testing.assert_allclose(model.evaluate(rows_of_X(), y)["loss"], L.mean(), rtol=1e-13)


@pytest.mark.parametrize("case", LOSSES, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_every_array_of_a_step_has_the_dtype(case: LossCase, dtype: str):
    model = network(case.loss, dtype, case.outputs, metrics=fitting(case), regularizer=sw.L2(0.1))
    trace = model.trace(rows_of_X(), targets(case)[0])
    assert foreign_dtypes(trace, dtype) == {}
    assert {trace[name].dtype for name in ("L", "loss", "dZ1", "dW1", "db1")} == {np.dtype(dtype)}


def test_targets_of_class_numbers_and_one_hot_rows_give_the_same():
    y = np.array([0, 3, 1, 4, 4, 2])
    model = network("cross_entropy")
    by_labels = model.trace(rows_of_X(), y)
    by_rows = model.trace(rows_of_X(), np.eye(UNITS)[y])
    for name in ("L", "loss", "dZ1", "dW1"):
        np.testing.assert_array_equal(by_labels[name], by_rows[name])


@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_its_short_rule_with_a_random_cotangent_of_the_rows(case: LossCase):
    inputs = (Input((N, case.outputs)), case.Y)
    check_gradients(of_function(case.loss.function, inputs, values(inputs)))


# ---- extremes ----
LOGITS = np.array([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [1e30, -1e30, 0.0]])


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("label", range(3))
def test_logits_of_any_size_give_a_finite_loss_and_gradient(name: str, dtype: str, label: int):
    Z, Y = LOGITS.astype(dtype), np.zeros((4, 3), bool)
    Y[:, label] = True
    inputs = (Input((N, 3)), Input((N, 3), "mask"))
    record = of_function(losses.LOSSES[name].function, inputs, [Z, Y])
    L = result(record, dtype)
    dZ = gradients(record, np.ones(4, dtype), dtype=dtype)["x1"]
    assert L.dtype == dZ.dtype == dtype
    assert np.isfinite(L).all()
    assert (L >= 0).all()
    assert np.isfinite(dZ).all()
    assert np.abs(dZ).max() <= 1


def test_the_loss_of_far_logits_is_their_distance():
    inputs = (Input((N, 3)), Input((N, 3), "mask"))
    Y = np.array([[False, True, False]])
    Z = np.array([[1e4, -1e4, 0.0]])
    assert result(of_function(losses.cross_entropy, inputs, [Z, Y])) == [2e4]
    assert result(of_function(losses.binary_cross_entropy, inputs, [Z, Y])) == [2e4 + np.log(2)]


def test_a_sure_and_right_answer_keeps_its_digits():
    inputs = (Input((N, 1)), Input((N, 1)))
    record = of_function(losses.binary_cross_entropy, inputs, [np.array([[40.0]]), np.ones((1, 1))])
    np.testing.assert_allclose(result(record), np.exp(-40.0), rtol=1e-12)


BOUNDED = [case for case in LOSSES if case.name != "poisson"]  # whose rates are exp(Z)


@pytest.mark.parametrize("case", BOUNDED, ids=str)
@pytest.mark.parametrize("dtype", FLOATS)
def test_outputs_of_any_size_have_a_finite_loss_and_slope(case: LossCase, dtype: str):
    """1e18 is far beyond all that networks give; its square is still finite in float32."""
    Y = targets(case)[1].astype(dtype)
    far = np.array([1e4, -1e4, 1e18, -1e18, 0, 1e-30])[:, None] * np.linspace(1, -1, case.outputs)
    inputs = (Input((N, case.outputs)), Input((N, Y.shape[1])))
    record = of_function(case.loss.function, inputs, [far.astype(dtype), Y])
    L, dZ = result(record, dtype), gradients(record, np.ones(6, dtype), dtype=dtype)["x1"]
    assert L.dtype == dZ.dtype == dtype
    assert np.isfinite(L).all()
    assert np.isfinite(dZ).all()
    if case.name != "mean_squared_error":
        assert np.abs(dZ).max() <= 1


def test_a_rate_goes_to_zero_without_a_warning():
    record = of_function(
        losses.poisson, (Input((N, 1)),) * 2, [np.array([[-1e4]]), np.ones((1, 1))]
    )
    assert result(record) == [1e4]


def test_names_of_losses_with_settings_are_objects():
    for name in losses.LOSSES:
        assert losses.loss(getattr(losses, name)) == losses.LOSSES[name]


def test_a_small_log_cosh_keeps_its_digits():
    R = np.array([[1e-6], [-1e-3]])
    record = of_function(losses.log_cosh, (Input((N, 1)),) * 2, [R, np.zeros((2, 1))])
    np.testing.assert_allclose(result(record), R[:, 0] ** 2 / 2 - R[:, 0] ** 4 / 12, rtol=1e-9)


@pytest.mark.parametrize(
    ("given", "z", "y", "slope"),
    [
        ("mean_absolute_error", 1.0, 1.0, 0.0),
        (sw.Huber(2.0), 3.0, 1.0, 2.0),
        (sw.Quantile(0.3), 1.0, 1.0, 0.7),
        ("hinge", 1.0, 1.0, 0.0),
        ("hinge", -1.0, 0.0, 0.0),
    ],
)
def test_the_slope_at_a_kink(given: Any, z: float, y: float, slope: float):
    inputs = (Input((N, 1)), Input((N, 1), "labels"))
    numbers = [np.array([[z]]), np.array([[int(y)]])]
    record = of_function(losses.loss(given).function, inputs, numbers)
    assert gradients(record, np.ones(1))["x1"] == [[slope]]


# ---- settings ----
@pytest.mark.parametrize(
    ("given", "shown", "line"),
    [
        (sw.Huber(), 'loss="huber"', "loss: huber"),
        ("huber", 'loss="huber"', "loss: huber"),
        (sw.Huber(2), "loss=Huber(2.0)", "loss: Huber(2.0)"),
        (sw.BinaryCrossEntropy(), 'loss="binary_cross_entropy"', "loss: binary_cross_entropy"),
        (sw.Quantile(np.float32(0.25)), "loss=Quantile(0.25)", "loss: Quantile(0.25)"),
    ],
)
def test_settings_are_shown_where_they_are_not_the_defaults(given: Any, shown: str, line: str):
    model = network(given, units=1)
    assert shown in repr(model)
    assert f"# ---- {line} ----" in model.source()


def test_numbers_of_a_loss_are_settings_of_the_program():
    assert ", delta=2.0, " in network(sw.Huber(2.0)).source()
    assert ", q_1=0.1, q_2=0.9, " in network(sw.Quantile([0.1, 0.9]), units=2).source()


def test_no_smoothing_leaves_no_line():
    plain, none = network("cross_entropy"), network(sw.CrossEntropy(0))
    assert plain.source() == none.source()


def test_quantiles_of_one_number_are_found():
    """The share of targets below each output, after training on them."""
    y = np.random.default_rng(0).normal(size=400)
    X = np.ones((400, 1))
    model = sw.Sequential([sw.Dense(3, use_bias=False)], input_shape=1)
    model.compile(sw.Quantile([0.1, 0.5, 0.9]), sw.SGD(0.5), seed=0, dtype="float64")
    model.fit(X, y, batch_size=None, epochs=200, verbose=0)
    below = (y[:, None] < model.predict(X)).mean(axis=0)
    np.testing.assert_allclose(below, [0.1, 0.5, 0.9], atol=0.02)


@pytest.mark.parametrize("units", [1, UNITS])
def test_hinge_takes_minus_one_for_zero(units: int):
    y = np.array([[0, 1, 1, 0, 1]] * 6)[:, :units]
    model = network("hinge", units=units, metrics=["accuracy"])
    assert model.evaluate(rows_of_X(), y) == model.evaluate(rows_of_X(), 2 * y - 1)


@pytest.mark.parametrize("case", [case for case in LOSSES if case.loss.answers], ids=str)
def test_classes_are_what_the_loss_calls_right(case: LossCase):
    model, X = network(case.loss, units=case.outputs, metrics=["accuracy"]), rows_of_X()
    assert model.evaluate(X, model.predict_classes(X))["accuracy"] == 1


@pytest.mark.parametrize("name", ["cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_whole_step_on_huge_logits_is_finite(name: str, dtype: str):
    model = network(name, dtype, units=3)
    X = np.array([[1e4, 0, 0, 0], [-1e4, 0, 0, 0], [0, 1e4, -1e4, 1e4]])
    trace = model.trace(X, np.eye(3))
    assert all(np.isfinite(value).all() for value in trace.values())
    assert all(np.isfinite(value).all() for value in trace.updated.values())
    assert np.isfinite(model.predict(X)).all()


# ---- links ----
@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_predict_applies_the_link_to_the_raw_output(case: LossCase):
    model, X = network(case.loss, units=case.outputs), rows_of_X()
    Z = model.predict(X, raw=True)
    formulas = {
        "cross_entropy": np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True),
        "binary_cross_entropy": 1 / (1 + np.exp(-Z)),
        "poisson": np.exp(Z),
    }
    np.testing.assert_allclose(model.predict(X), formulas.get(case.name, Z), rtol=1e-14)
    np.testing.assert_allclose(Z, X @ model["W1"] + model["b1"], rtol=1e-14)


@pytest.mark.parametrize(
    ("loss", "activation", "units"),
    [
        ("cross_entropy", "softmax", UNITS),
        ("binary_cross_entropy", "sigmoid", 1),
        ("binary_cross_entropy", "sigmoid", UNITS),
    ],
)
@pytest.mark.parametrize("own_layer", [False, True])
def test_a_final_activation_that_is_the_link_is_not_applied_twice(
    loss: str, activation: str, units: int, own_layer: bool
):
    with_it = [sw.Dense(units, activation)]
    if own_layer:
        with_it = [sw.Dense(units), sw.Activation(activation)]
    model, plain = sw.Sequential(with_it, input_shape=4), network(loss, units=units)
    model.compile(loss, sw.SGD(0.1), dtype="float64", seed=0)
    X, y = rows_of_X(), np.array([0, 1, 1, 0, 1, 0])
    Y = y if units == 1 or loss == "cross_entropy" else np.eye(units)[y]
    assert model.evaluate(X, Y)["loss"] == plain.evaluate(X, Y)["loss"]
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    np.testing.assert_array_equal(model.predict(X, raw=True), plain.predict(X, raw=True))
    np.testing.assert_array_equal(model.trace(X, Y)["dW1"], plain.trace(X, Y)["dW1"])


def test_a_final_activation_that_is_not_the_link_stays():
    model = sw.Sequential([sw.Dense(UNITS, "softmax")], input_shape=4)
    model.compile("mean_squared_error", sw.SGD(0.1), dtype="float64", seed=0)
    np.testing.assert_allclose(model.predict(rows_of_X()).sum(axis=1), 1, rtol=1e-14)


@pytest.mark.parametrize(
    ("loss", "activation", "units", "fitting"),
    [
        ("cross_entropy", "sigmoid", UNITS, "binary_cross_entropy"),
        ("cross_entropy", "sigmoid", 1, "binary_cross_entropy"),
        ("binary_cross_entropy", "softmax", UNITS, "cross_entropy"),
    ],
)
@pytest.mark.parametrize("behind", [(), (sw.Dropout(0.5),), (sw.Flatten(),)], ids=repr)
def test_the_other_link_would_squash_twice(
    loss: str, activation: str, units: int, fitting: str, behind: Any
):
    for layers in (
        [sw.Dense(units, activation), *behind],
        [sw.Dense(units), sw.Activation(activation), *behind],
    ):
        model = sw.Sequential(layers, input_shape=4)
        with pytest.raises(DescriptionError, match=f'layer 1: .*no {activation}.*"{fitting}"'):
            model.compile(loss, seed=0)


def test_a_hidden_link_is_an_activation_like_others():
    model = sw.Sequential([sw.Dense(3, "sigmoid"), sw.Dense(UNITS)], input_shape=4)
    model.compile("cross_entropy", seed=0)
    assert "A1" in model.source("predict")


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_dropout_behind_the_link_is_refused(loss: str):
    """In training the loss would take probabilities, and in inference logits."""
    link = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}[loss]
    layers = [sw.Dense(UNITS, link), sw.Flatten(), sw.Dropout(0.5)]
    with pytest.raises(DescriptionError, match=r"Dropout\(0.5\) expects .* before the last layer"):
        sw.Sequential(layers, input_shape=4).compile(loss, seed=0)


@pytest.mark.parametrize("behind", [sw.Flatten(), sw.Dropout(0), sw.Activation("linear")], ids=repr)
def test_what_does_nothing_behind_the_link_is_allowed(behind: Any):
    model = sw.Sequential([sw.Dense(UNITS, "softmax"), behind], input_shape=4)
    model.compile("cross_entropy", dtype="float64", seed=0)
    X, y = rows_of_X(), np.array([0, 3, 1, 4, 4, 2])
    plain = network("cross_entropy")
    assert model.evaluate(X, y)["loss"] == plain.evaluate(X, y)["loss"]
    np.testing.assert_array_equal(model.trace(X, y)["dW1"], plain.trace(X, y)["dW1"])


# ---- the user's own ----
def huber(Z: Any, Y: Any) -> Any:
    R = abs(Z - Y)
    return np.where(R < 0.5, 0.5 * R**2, 0.5 * R - 0.125).sum(axis=1)


def hinge(Z: Any, Y: Any) -> Any:
    return np.maximum(1 - (2 * Y - 1) * Z, 0).mean(axis=1)


def own_cross_entropy(Z: Any, Y: Any) -> Any:
    S = Z - Z.max(axis=1, keepdims=True)
    return (np.log(np.exp(S).sum(axis=1, keepdims=True)) * Y - S * Y).sum(axis=1)


def sum_of_two(Z: Any, Y: Any) -> Any:
    return losses.mean_squared_error(Z, Y) + 0.3 * losses.binary_cross_entropy(Z, Y)


USERS = {f.__name__: f for f in (huber, hinge, own_cross_entropy)}


@pytest.mark.parametrize("name", USERS)
def test_a_users_loss_is_its_formula_and_its_gradient_is_derived(name: str):
    inputs = (Input((N, UNITS)), Input((N, UNITS), "one_hot"))
    numbers = values(inputs)
    record = of_function(USERS[name], inputs, numbers)
    np.testing.assert_allclose(result(record), USERS[name](*numbers), rtol=1e-13)
    check_gradients(record)


def test_a_users_loss_made_of_ours():
    inputs = (Input((N, UNITS)), Input((N, UNITS), "one_hot"))
    check_gradients(of_function(sum_of_two, inputs, values(inputs)))


@pytest.mark.parametrize("name", [*USERS, "sum_of_two"])
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_users_loss_trains_in_the_models_dtype(name: str, dtype: str):
    model, Y = network({**USERS, "sum_of_two": sum_of_two}[name], dtype), np.eye(UNITS)
    X = rows_of_X(UNITS)
    assert foreign_dtypes(model.trace(X, Y), dtype) == {}
    before = model.evaluate(X, Y)["loss"]
    model.fit(X, Y, epochs=5, verbose=0)
    assert model.evaluate(X, Y)["loss"] < before


def test_a_users_loss_can_take_class_numbers():
    loss = losses.Loss(own_cross_entropy, link=sw.activations.softmax, classes=True)
    y = np.array([0, 3, 1, 4, 4, 2])
    own, ours = network(loss), network("cross_entropy")
    np.testing.assert_allclose(
        own.trace(rows_of_X(), y)["dW1"], ours.trace(rows_of_X(), y)["dW1"], rtol=1e-12
    )
    np.testing.assert_array_equal(own.predict(rows_of_X()), ours.predict(rows_of_X()))


@dataclass(frozen=True)
class FlatTube:
    """A user's loss with a setting: no loss within a width of the target."""

    width: float = 0.1

    def __call__(self, Z: Any, Y: Any) -> Any:
        return np.maximum(abs(Z - Y) - self.width, 0).mean(axis=1)


def test_a_users_loss_may_have_settings():
    model = network(FlatTube(0.5), metrics=["r2"])
    assert ", width=0.5, " in model.source()
    assert "# ---- loss: FlatTube(0.5) ----" in model.source()
    assert "loss=FlatTube(0.5), " in repr(model)
    assert network(FlatTube()).description.loss.name == "flat_tube"
    X, Y = rows_of_X(), np.ones((6, UNITS))
    R = np.abs(model.predict(X) - Y)
    assert model.evaluate(X, Y)["loss"] == pytest.approx(np.maximum(R - 0.5, 0).mean())
    assert model.verify(X, Y)


def test_our_functions_are_our_losses():
    assert losses.loss(losses.cross_entropy) is losses.LOSSES["cross_entropy"]
    assert losses.loss("mean_squared_error") is losses.LOSSES["mean_squared_error"]


# ---- refusals ----
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("mean_square_error", "did you mean 'mean_squared_error'?"),
        (losses.Loss, r"give an instance: Loss\(\.\.\.\)"),
        (sw.Huber, r"give an instance: sw\.Huber\(\)"),
        (sw.Quantile, r"give an instance: sw\.Quantile\(\)"),
        ("qqq", "one of cross_entropy, .*choose one of them"),
        (None, "got None"),
        (3, "got 3"),
    ],
)
def test_unknown_losses_get_the_nearest(given: Any, message: str):
    with pytest.raises(DescriptionError, match=f"loss expects .*{message}"):
        network(given)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sw.Huber(0), "Huber expects a finite number delta > 0, got delta=0"),
        (lambda: sw.Huber("1"), "Huber expects .* got delta='1'"),
        (lambda: sw.Huber(beta=1), r"Huber expects settings delta, got beta="),
        (lambda: sw.CrossEntropy(1), "CrossEntropy expects 0 <= label_smoothing < 1"),
        (lambda: sw.BinaryCrossEntropy(-0.1), "BinaryCrossEntropy expects 0 <= label_smoothing"),
        (lambda: sw.Quantile([]), "Quantile expects one q or more, got none"),
        (lambda: sw.Quantile([0.1, 1]), "Quantile expects 0 < q < 1, got q=1"),
        (lambda: sw.Quantile("median"), "Quantile expects 0 < q < 1, got q='median'"),
        (lambda: network(sw.Quantile([0.1, 0.9])), r"each of the 2 quantiles, got \(n, 5\)"),
        (lambda: network("categorical_hinge", units=1), 'two or more, got .* loss="hinge"'),
        (lambda: network(lambda Z: Z), r"the arguments \(Z, Y\).* got \(Z\)"),
        (lambda: network(lambda Z, Y, w: Z), r"got \(Z, Y, w\); give others a default"),
    ],
)  # fmt: skip
def test_impossible_losses(make: Any, message: str):
    with pytest.raises(DescriptionError, match=message):
        make()


@pytest.mark.parametrize(
    ("loss", "y", "message"),
    [
        ("poisson", [1, 0, -2, 1, 0, 0], "-2"),
        ("hinge", [1, 0, 0.5, 1, 0, 0], "0.5"),
        ("hinge", [1, 0, -1, 1, 0, 0], "-1"),
        (sw.Quantile(0.5), np.zeros((6, 2)), r"\(6, 2\)"),
    ],
)
def test_targets_that_a_loss_does_not_take(loss: Any, y: Any, message: str):
    with pytest.raises(sw.ScratchworkError, match=rf"evaluate\(y\) expects .* got .*{message}"):
        network(loss, units=1).evaluate(rows_of_X(), y)


def test_a_loss_that_is_not_one_number_a_row():
    with pytest.raises(ShapeError, match=r"one number a row, \(n,\), got \(n, 5\); sum or average"):
        network(lambda Z, Y: (Z - Y) ** 2)
    with pytest.raises(ShapeError, match=r"one number a row, \(n,\), got \(\)"):
        network(lambda Z, Y: ((Z - Y) ** 2).mean())


def test_a_loss_with_a_condition():
    with pytest.raises(ProgramError, match=r"use np\.where\(condition, a, b\)"):
        network(lambda Z, Y: (Z - Y if Z > 0 else Y - Z).sum(axis=1))


def test_a_loss_on_images_asks_for_flatten():
    model = sw.Sequential([sw.Conv2D(1, 2)], input_shape=(5, 4, 2))
    with pytest.raises(ShapeError, match=r"loss mean_squared_error expects .* add Flatten\(\)"):
        model.compile("mean_squared_error", seed=0)


def test_a_loss_without_a_gradient_is_refused():
    with pytest.warns(UserWarning, match=r"the loss does not depend on W1.* b1.*: not trained"):
        network(lambda Z, Y: (Z > Y).mean(axis=1))


def test_a_missing_rule_in_a_loss_names_the_loss():
    def broken(Z: Any, Y: Any) -> Any:
        from scratchwork.program.ir import apply

        return (apply("copy", Z) - Y).sum(axis=1)

    with pytest.raises(GradientError, match=r"loss: broken expects .* got copy"):
        network(broken)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (lambda y_true, y_pred: y_pred, "y_true, y_pred"),
        (lambda Y, Z: Z, "Y, Z"),
        (lambda targets, output, weight=1.0: output, "targets, output, weight"),
        (losses.Loss(lambda label, Z: Z), "label, Z"),
    ],
)
def test_a_loss_in_the_order_of_keras_is_refused(given: Any, names: str):
    with pytest.raises(DescriptionError, match=rf"\(Z, Y\): output first, got \({names}\); swap"):
        network(given)


@pytest.mark.parametrize(
    "given",
    [
        lambda Z, Y: (Z - Y).sum(axis=1),
        lambda a, b: (a - b).sum(axis=1),
        lambda *given: given[0].sum(axis=1),
        lambda y, target: (y - target).sum(axis=1),
    ],
)
def test_other_names_of_arguments_are_free(given: Any):
    model = network(given)
    assert model.evaluate(rows_of_X(), np.zeros((6, UNITS)))
    model.fit(rows_of_X(), np.zeros((6, UNITS)), batch_size=4, epochs=1)
