"""ActivationDisplay: the function, and the derivative that training uses."""

from __future__ import annotations

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.activations import ACTIVATIONS
from scratchwork.errors import DataError, DescriptionError

draw = sw.plots.ActivationDisplay.from_activation


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_is_the_slope_of_the_function(name: str) -> None:
    display = draw(name, start=-4.1, stop=5.2)  # its points miss the kinks
    slope = np.gradient(display.A, display.Z)
    bend = np.abs(np.diff(display.derivative, prepend=display.derivative[0]))
    smooth = np.maximum(bend, np.roll(bend, -1)) < 0.01
    assert smooth.sum() > 900
    assert np.allclose(display.derivative[smooth][1:-1], slope[smooth][1:-1], atol=0.005)


def test_relu_is_one_call() -> None:
    display = draw("relu", start=-10, stop=10)
    function, derivative = display.lines_
    assert np.array_equal(display.A, np.maximum(display.Z, 0))
    assert (display.derivative == (display.Z > 0)).all()
    assert (function.get_ydata() == display.A).all()
    assert (derivative.get_ydata() == display.derivative).all()
    assert function.get_linestyle() != derivative.get_linestyle()  # without colours, too
    assert display.ax_.get_title() == "relu"


def test_the_derivative_of_training_is_shown_where_there_is_none() -> None:
    """relu at its kink, and a step, which training takes for flat."""
    display = draw("relu", start=-1, stop=1)
    assert display.Z[500] == 0
    assert display.derivative[500] == 0
    step = draw(lambda Z: (Z > 0) * 1.0)
    assert set(step.A) == {0.0, 1.0}
    assert not step.derivative.any()


def test_an_instance_and_a_function_of_ones_own() -> None:
    display = draw(sw.ELU(0.5), start=-3, stop=-1)
    assert display.name == "ELU(0.5)"
    assert np.allclose(display.A, 0.5 * np.expm1(display.Z))

    def cube(Z: sw.Value) -> sw.Value:
        return Z**3

    display = draw(cube)
    assert display.name == "cube"
    assert np.allclose(display.A, display.Z**3)
    assert np.allclose(display.derivative, 3 * display.Z**2)


def test_a_function_of_a_row_is_given_two_outputs() -> None:
    display, sigmoid = draw("softmax"), draw("sigmoid")
    assert display.name == "softmax([z, 0])[0]"
    assert np.allclose(display.A, sigmoid.A)
    assert np.allclose(display.derivative, sigmoid.derivative)


def test_it_draws_where_it_is_told_and_again() -> None:
    first = draw("tanh")
    second = draw("gelu", ax=first.ax_)
    assert second.figure_ is first.figure_
    assert len(first.ax_.lines) > len(second.lines_)
    assert first.plot() is first
    assert first.figure_ is not second.figure_


def test_errors_say_what_to_do() -> None:
    with pytest.raises(DescriptionError, match=r"'rely'; did you mean 'relu'\?"):
        draw("rely")
    with pytest.raises(DescriptionError, match=r"start < stop, got start=1, stop=1; exchange"):
        draw("relu", start=1, stop=1)
    with pytest.raises(DescriptionError, match=r"a finite number start"):
        draw("relu", start=float("nan"))
    with pytest.raises(DataError, match=r"finite numbers from -5 to 5, got NaN or inf; choose"):
        draw(lambda Z: np.log(Z))
