"""Initializers: how a parameter gets its first numbers, recorded so that the program shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from .errors import DescriptionError
from .program.ir import Shape, Value, apply
from .program.primitives import sqrt
from .program.scope import Initializer as Rule
from .settings import advice, as_floats, finite, one_of, positive

if TYPE_CHECKING:
    from .program.scope import Scope

Mode = Literal["fan_in", "fan_out", "fan_avg"]


@dataclass(frozen=True)
class Constant:
    """Every entry is ``value``.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, bias_initializer=sw.Constant(0.5))], input_shape=2)
    >>> print(model.source("initialize").splitlines()[-2].split("#")[0].strip())
    b1 = np.full(3, 0.5, np.float32)
    """

    value: float = 0.0

    def __post_init__(self) -> None:
        finite("Constant", "value", self.value)
        as_floats(self, "value")

    def draw(self, scope: Scope, shape: Shape, fan_in: int, fan_out: int) -> Value:
        return apply("full", self.value, shape=shape)


@dataclass(frozen=True)
class Normal:
    """W ~ N(0, stddev**2).

    Parameters
    ----------
    stddev : float > 0

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, kernel_initializer=sw.Normal(0.1))], input_shape=2)
    >>> print(model.source("initialize").splitlines()[2].strip())
    W1 = rng.normal(0.0, 0.1, (2, 3)).astype(np.float32)
    """

    stddev: float = 0.01

    def __post_init__(self) -> None:
        positive("Normal", "stddev", self.stddev)

    def draw(self, scope: Scope, shape: Shape, fan_in: int, fan_out: int) -> Value:
        return apply("cast", apply("normal", scope.inputs["rng"], 0.0, self.stddev, shape=shape))


@dataclass(frozen=True)
class VarianceScaling:
    """Draws with variance ``scale / fan``: the fan is the number of inputs, outputs, or their mean.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks", equation 16, is ``(1, "fan_avg", "uniform")``; He et al. 2015, "Delving deep into
    rectifiers", equation 10, is ``(2, "fan_in", "normal")``. The normal draws are not truncated,
    as in PyTorch and unlike Keras.

    Parameters
    ----------
    scale : float > 0
    mode : "fan_in", "fan_out" or "fan_avg"
    distribution : "uniform" or "normal"

    Examples
    --------
    >>> import scratchwork as sw
    >>> he = sw.VarianceScaling(2.0, "fan_in", "normal")
    >>> model = sw.Sequential([sw.Dense(3, kernel_initializer=he)], input_shape=8)
    >>> for line in model.source("initialize").splitlines()[2:4]:
    ...     print(line.strip())
    stddev1 = math.sqrt(2 / 8)
    W1 = rng.normal(0.0, stddev1, (8, 3)).astype(np.float32)
    """

    scale: float = 1.0
    mode: Mode = "fan_in"
    distribution: Literal["uniform", "normal"] = "normal"

    def __post_init__(self) -> None:
        positive("VarianceScaling", "scale", self.scale)
        one_of("VarianceScaling", "mode", self.mode, ("fan_in", "fan_out", "fan_avg"))
        one_of("VarianceScaling", "distribution", self.distribution, ("uniform", "normal"))

    def draw(self, scope: Scope, shape: Shape, fan_in: int, fan_out: int) -> Value:
        rng = scope.inputs["rng"]
        uniform = self.distribution == "uniform"
        numerator = (3 if uniform else 1) * self.scale * (2 if self.mode == "fan_avg" else 1)
        number = int(numerator) if float(numerator).is_integer() else numerator
        fans = {"fan_in": (fan_in,), "fan_out": (fan_out,), "fan_avg": (fan_in, fan_out)}[self.mode]
        fan = apply("number", value=fans[0])
        for other in fans[1:]:
            fan = fan + apply("number", value=other)
        spread = sqrt(number / fan)
        if uniform:
            spread.named("limit")
            return apply("cast", apply("uniform", rng, -spread, spread, shape=shape))
        return apply("cast", apply("normal", rng, 0.0, spread.named("stddev"), shape=shape))


INITIALIZERS: dict[str, Rule] = {
    "glorot_uniform": VarianceScaling(1.0, "fan_avg", "uniform"),
    "glorot_normal": VarianceScaling(1.0, "fan_avg", "normal"),
    "he_uniform": VarianceScaling(2.0, "fan_in", "uniform"),
    "he_normal": VarianceScaling(2.0, "fan_in", "normal"),
    "normal": Normal(),
    "zeros": Constant(0.0),
    "ones": Constant(1.0),
}
Initializer: TypeAlias = str | Rule


def initializer(given: Initializer) -> Rule:
    """What a user's ``kernel_initializer=`` means: a name, or anything with a ``draw``."""
    if not isinstance(given, str | type) and hasattr(given, "draw"):
        return given
    if isinstance(given, str) and given in INITIALIZERS:
        return INITIALIZERS[given]
    raise DescriptionError(
        "initializer", f"one of {', '.join(INITIALIZERS)}, or an object with draw()", repr(given),
        advice(given, INITIALIZERS),
    )  # fmt: skip
