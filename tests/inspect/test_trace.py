"""trace: every name that the program assigns, with the value that it had in a step."""

from __future__ import annotations

import ast
import bdb
import sys
from types import FrameType
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from tests.engine import assert_same
from tests.networks import NETWORKS, Network
from tests.training import classifier, rows, snapshot


def assigned_names(text: str) -> set[str]:
    """What a program's assignments, augmented assignments and loops give a value to."""
    targets: list[ast.expr] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign):
            targets += node.targets
        elif isinstance(node, ast.AugAssign | ast.For):
            targets.append(node.target)
    return {
        node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)
    }


@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_every_assigned_name_is_traced(network: Network) -> None:
    model = network.model()
    X, y = network.data()
    trace = model.trace(X, y)
    names = assigned_names(model.source())
    assert len(names) > 5
    assert names <= set(trace)
    assert set(model.parameters) <= set(trace)


def test_values_of_a_tiny_network() -> None:
    """A hand computation: one row of two features, a relu, one number out."""
    model = sw.Sequential([sw.Dense(2, activation="relu"), sw.Dense(1)], input_shape=2)
    model.compile("mean_squared_error", sw.SGD(0.5), dtype="float64", seed=0)
    model.set_parameters({"W1": [[1, -1], [2, 1]], "b1": [0.5, -2], "W2": [[3], [4]], "b2": [-1]})
    trace = model.trace([[1, 2]], [10])
    # Z1 = [1 + 4 + 0.5, -1 + 2 - 2]; A1 = [5.5, 0]; Z2 = 16.5 - 1; R = 15.5 - 10
    expected: dict[str, Any] = {
        "n": 1, "Z1": [[5.5, -1]], "A1": [[5.5, 0]], "Z2": [[15.5]], "R": [[5.5]], "L": [30.25],
        "loss": 30.25, "dZ2": [[11]], "dW2": [[60.5], [0]], "db2": [11], "dA1": [[33, 44]],
        "dZ1": [[33, 0]], "dW1": [[33, 0], [66, 0]], "db1": [33, 0],
    }  # fmt: skip
    for name, value in expected.items():
        np.testing.assert_array_equal(trace[name], value, err_msg=name)
    np.testing.assert_array_equal(trace["W1"], [[1, -1], [2, 1]])
    np.testing.assert_array_equal(trace.updated["W1"], [[-15.5, -1], [-31, 1]])
    np.testing.assert_array_equal(trace.updated["b2"], [-6.5])


def test_the_optimizers_numbers_are_there() -> None:
    X, y = rows()
    trace = classifier(optimizer=sw.Adam(0.01, beta_1=0.5), dtype="float64").trace(X, y)
    assert trace["step_size"] == pytest.approx(0.01 / 0.5)
    assert not trace["m_W1"].any()
    np.testing.assert_allclose(trace.updated["m_W1"], 0.5 * trace["dW1"])


def test_above_eight_parameters_the_loop_is_traced_too() -> None:
    X, y = rows()
    model = classifier(*[sw.Dense(4, activation="tanh")] * 5, dtype="float64")
    assert "for W, dW in" in model.source()
    trace = model.trace(X, y)
    assert len(trace.updated) == 12
    for k in range(1, 7):
        step = 0.1 * trace[f"dW{k}"]
        np.testing.assert_array_equal(trace.updated[f"W{k}"], trace[f"W{k}"] - step)


def test_the_step_is_the_next_step_of_a_fit() -> None:
    """What is traced is what fit then does, Adam's t and the dropout mask included."""
    X, y = rows()
    model = classifier(sw.Dropout(0.5), sw.BatchNorm(), optimizer="Adam")
    model.fit(X, y, batch_size=4, epochs=2, shuffle=False)
    trace = model.trace(X, y)
    model.fit(X, y, batch_size=None, epochs=1, shuffle=False)
    assert len(trace.updated) == len(model.run.state.arrays())  # type: ignore[union-attr]
    assert_same({name: model[name] for name in trace.updated}, trace.updated)


def test_the_model_is_not_changed() -> None:
    X, y = rows()
    model = classifier(sw.Dropout(0.5), sw.BatchNorm(), optimizer="Adam")
    model.fit(X, y, epochs=2)
    before = snapshot(model)
    first, second = model.trace(X, y), model.trace(X, y)
    assert snapshot(model) == before
    assert list(first) == list(second)
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    first["scale1"][...] = 7
    assert snapshot(model) == before


def test_names_come_in_the_order_of_the_program() -> None:
    X, y = rows()
    model = classifier()
    names = list(model.trace(X, y))
    assert names[:6] == ["X", "y", "W1", "b1", "W2", "b2"]
    (step,) = ast.parse(model.source()).body
    lines = [node.targets[0] for node in ast.iter_child_nodes(step) if isinstance(node, ast.Assign)]
    assert names[6:] == [ast.unparse(target) for target in lines]
    assert names[6:10] == ["n", "Y", "Z1", "A1"]
    assert names[-2:] == ["dW1", "db1"]


def test_repr_is_a_table() -> None:
    X, y = rows()
    trace = classifier().trace(X, y)
    head, *lines = repr(trace).splitlines()
    assert head.split() == ["name", "shape", "dtype", "least", "mean", "largest"]
    assert [line.split()[0] for line in lines] == list(trace)
    assert max(map(len, [head, *lines])) <= 100
    W1 = next(line for line in lines if line.startswith("W1 "))
    shown = [float(cell) for cell in W1.split()[-3:]]
    given = trace["W1"]
    assert shown == pytest.approx([given.min(), given.mean(), given.max()], rel=1e-3)
    assert "(3, 5)" in W1
    assert "float32" in W1


def test_a_step_that_breaks_is_shown_as_far_as_it_came() -> None:
    """Whoever looks for the array that is not finite needs the table, not an error."""
    X, y = rows()
    trace = classifier(sw.Dense(5, activation=lambda Z: Z / (Z - Z))).trace(X, y)
    assert np.isfinite(trace["Z1"]).all()
    assert not np.isfinite(trace["A1"]).any()
    assert np.isnan(trace["loss"])
    assert "dW1" not in trace
    assert not trace.updated


def test_a_debuggers_hook_is_put_back() -> None:
    """Coverage and pdb set sys.settrace too."""
    X, y = rows()
    model = classifier()
    expected = list(model.trace(X, y))

    def hook(frame: FrameType, event: str, argument: object) -> None:
        return None

    before = sys.gettrace()
    sys.settrace(hook)
    try:
        names = list(model.trace(X, y))
        assert sys.gettrace() is hook
        with pytest.raises(sw.ScratchworkError):
            model.trace(X[:0], y[:0])
        assert sys.gettrace() is hook
    finally:
        sys.settrace(before)
    assert names == expected


def test_under_a_debugger() -> None:
    class Stepper(bdb.Bdb):
        def user_line(self, frame: FrameType) -> None:
            lines.append(frame.f_lineno)
            self.set_step()

    X, y = rows()
    model, lines = classifier(), []
    before = sys.gettrace()
    try:
        trace = Stepper().runcall(model.trace, X, y)
    finally:
        sys.settrace(before)
    assert lines
    assert list(trace) == list(model.trace(X, y))
