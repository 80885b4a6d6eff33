"""The tables that the tests run over: a row for each thing that is registered.

``NETWORKS``, whole networks, stands in ``tests/networks.py`` and is found here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

import scratchwork as sw
from scratchwork import activations, losses
from scratchwork.layers import normalization, regularization
from scratchwork.program.ir import N, Size
from scratchwork.program.scope import as_sizes
from scratchwork.regularizers import l1_penalty, l2_penalty

ROWS = 3
"""The rows of a batch: unequal to the other sizes, 5 and 4, so that no two axes can be confused."""

Array = np.ndarray[Any, Any]


# ---- inputs ----
class Input(NamedTuple):
    """An array or number that a row takes: its shape, and which numbers it may hold.

    Float arrays are ``any``, ``positive``, ``one_hot`` and ``probabilities``, bools ``mask``,
    integers ``labels``; ``number`` is a setting of the program, ``literal``, ``zero`` and ``one``
    Python numbers, ``rng`` a random generator, ``rows`` stands for the number of rows of an input.
    """

    shape: tuple[Size | int, ...] = ()
    kind: str = "any"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The shape of the array itself, with ROWS for the batch."""
        return tuple(s.number * (ROWS if s.batch else 1) for s in as_sizes(self.shape))


def values(inputs: tuple[Input, ...], seed: int = 0) -> list[Any]:
    """What a row is checked with: entries all apart from each other and from 0, in random order.

    The distance, across all inputs, keeps maxima, absolute values and relu away from their kinks.
    """
    rng = np.random.default_rng(seed)
    counts = [int(np.prod(i.sizes)) for i in inputs]
    levels = (rng.permutation(sum(counts)) + 0.3) / sum(counts)  # in (0, 1), none 0.5
    parts = np.split(levels, np.cumsum(counts))
    return [
        one_value(i.kind, part.reshape(i.sizes)) for i, part in zip(inputs, parts, strict=False)
    ]


def one_value(kind: str, levels: Array) -> Any:
    if kind == "rng":
        return np.random.default_rng(5)
    makers: dict[str, Callable[[Array], Any]] = {
        "any": lambda u: np.asarray(3 * u - 1.5),
        "positive": lambda u: np.asarray(0.5 + 1.5 * u),
        "mask": lambda u: u > 0.5,
        "labels": lambda u: (4 * u).astype(np.int64),
        "number": lambda u: float(0.2 + u),
        "literal": lambda u: float(0.7 + u),
        "zero": lambda u: 0.0,
        "one": lambda u: 1.0,
        "rows": lambda u: u,
        "one_hot": lambda u: np.eye(u.shape[-1])[u.argmax(-1)],
        "probabilities": lambda u: u / u.sum(-1, keepdims=True),
    }
    return makers[kind](levels)


def foreign_dtypes(arrays: Mapping[str, Any], dtype: str) -> dict[str, str]:
    """Which of a step's arrays and NumPy scalars are floats of another dtype; metrics may be."""
    found = {k: v.dtype for k, v in arrays.items() if hasattr(v, "dtype") and k != "accuracy"}
    return {k: str(v) for k, v in found.items() if v.kind not in "biu" and v != dtype}


# ---- primitives ----
@dataclass(frozen=True)
class OpCase:
    """A primitive with inputs and attributes, and what NumPy makes of the same numbers.

    ``gradient`` is False where the operation has none to give.
    """

    op: str
    inputs: tuple[Input, ...]
    expected: Callable[..., Any]
    attrs: Mapping[str, Any] = field(default_factory=dict)
    gradient: bool = True

    def __str__(self) -> str:
        shapes = [str(i.sizes) if i.shape else i.kind for i in self.inputs]
        settings = [f"{k}={plain(v)}" for k, v in self.attrs.items()]
        return f"{self.op}({'; '.join([*shapes, *settings])})"


def plain(attribute: Any) -> str:
    """An attribute as a short text: sizes as numbers or n."""
    if isinstance(attribute, tuple):
        return f"({', '.join(map(str, attribute))})"
    return str(attribute)


BROADCASTS: tuple[tuple[tuple[Any, ...], tuple[Any, ...]], ...] = (
    ((N, 5), (N, 5)),
    ((N, 5), (5,)),
    ((5,), (N, 5)),
    ((N, 5), (N, 1)),
    ((N, 1), (N, 5)),
    ((N, 5), (1, 5)),
    ((N, 5), ()),
    ((), (N, 5)),
    ((N, 1, 4), (5, 1)),
    ((N, 5, 4), (4,)),
    ((N,), (N,)),
    ((5, 1), (1, 4)),
)
BINARY = {
    "add": (np.add, "any"),
    "subtract": (np.subtract, "any"),
    "multiply": (np.multiply, "any"),
    "divide": (np.divide, "positive"),
    "power": (np.power, "positive"),
    "maximum": (np.maximum, "any"),
    "minimum": (np.minimum, "any"),
}
UNARY = {
    "negative": (np.negative, "any"),
    "absolute": (np.abs, "any"),
    "exp": (np.exp, "any"),
    "expm1": (np.expm1, "any"),
    "log": (np.log, "positive"),
    "log1p": (np.log1p, "positive"),
    "sqrt": (np.sqrt, "positive"),
    "tanh": (np.tanh, "any"),
}
COMPARISONS = {
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
}
X2, X3, X4 = Input((N, 5)), Input((N, 5, 4)), Input((N, 5, 4, 2))
LITERAL, RNG, MASK = Input((), "literal"), Input((), "rng"), Input((N, 5), "mask")
LABELS = Input((N, 5), "labels")


def arithmetic_rows() -> Iterator[OpCase]:
    for op, (function, kind) in BINARY.items():
        for a, b in BROADCASTS:
            yield OpCase(op, (Input(a, kind), Input(b, kind)), function)
        yield OpCase(op, (Input((N, 5), kind), LITERAL), function)
        yield OpCase(op, (LITERAL, Input((N, 5), kind)), function)
    for op, (function, kind) in UNARY.items():
        yield OpCase(op, (Input((N, 5), kind),), function)
        yield OpCase(op, (Input((5, 4), kind),), function)
    for c, a, b in (
        ((N, 5), (N, 5), (N, 5)),
        ((N, 5), (5,), (N, 1)),
        ((N, 1), (N, 5), ()),
        ((5,), (), (N, 5)),
    ):
        yield OpCase("where", (Input(c, "mask"), Input(a), Input(b)), np.where)
    yield OpCase("where", (MASK, X2, LITERAL), np.where)
    yield OpCase("where", (MASK, LITERAL, X2), np.where)


def shape_rows() -> Iterator[OpCase]:
    """Reductions, products and changes of shape."""
    for op, function in {"sum": np.sum, "mean": np.mean, "max": np.max, "min": np.min}.items():
        for axis in (None, 0, 1, 2, (0, 1), (0, 2), (1, 2)):
            for keepdims in (False, True):
                if op in ("sum", "mean") or isinstance(
                    axis, int
                ):  # max and min: one axis at a time
                    yield OpCase(op, (X3,), function, {"axis": axis, "keepdims": keepdims})
    yield OpCase("matmul", (X2, Input((5, 4))), np.matmul)
    yield OpCase("matmul", (Input((4, 5)), Input((5, 2))), np.matmul)
    yield OpCase("transpose", (Input((5, 4)),), np.transpose)
    for shape in ((N, Size(20)), (N, Size(2), Size(10)), (Size(5, batch=True), Size(4))):
        sizes = tuple(Input(shape).sizes)
        yield OpCase("reshape", (X3,), reshaped(sizes), {"shape": shape})
    for axis in (1, 2):
        yield OpCase("expand_dims", (X2,), np.expand_dims, {"axis": axis})
    yield OpCase("squeeze", (Input((N, 1, 4)),), np.squeeze, {"axis": 1})
    yield OpCase("squeeze", (Input((N, 5, 1)),), np.squeeze, {"axis": 2})
    for shape in ((N, 5), (5,), (N, 1), ()):
        like = Input((N, 5), "mask")
        yield OpCase("broadcast_to", (Input(shape), like), lambda x, y: np.broadcast_to(x, y.shape))


def image_rows() -> Iterator[OpCase]:
    """Windows that touch, overlap, leave pixels out, and are not square."""
    for window, stride in (((2, 2), (1, 1)), ((2, 3), (2, 1)), ((1, 1), (2, 2)), ((3, 2), (1, 3))):
        attrs = {"window": window, "stride": stride}
        yield OpCase("windows", (X4,), windows, attrs)
        rows, columns = (5 - window[0]) // stride[0] + 1, (4 - window[1]) // stride[1] + 1
        C = Input((Size(rows * columns, batch=True), window[0] * window[1] * 2))
        yield OpCase("add_windows", (C,), add_windows, {"image": as_sizes(X4.shape), **attrs})
    for rows, columns in (((1, 2), (0, 1)), ((0, 0), (2, 0)), ((1, 0), (1, 1))):
        border = {"rows": rows, "columns": columns}
        yield OpCase("pad", (X4,), pad, border)
        yield OpCase("crop", (X4,), crop, border)


def constant_rows() -> Iterator[OpCase]:
    """Operations that give no gradient."""

    def row(op: str, function: Callable[..., Any], *inputs: Input, **attrs: Any) -> OpCase:
        return OpCase(op, inputs, function, attrs, gradient=False)

    for op, function in COMPARISONS.items():
        yield from (row(op, function, X2, other) for other in (X2, Input((5,)), LITERAL))
    yield row("equal", np.equal, LABELS, Input((5,), "labels"))
    yield row("sign", np.sign, X2)
    yield row("stop_gradient", np.copy, X2)
    yield row("copy", np.copy, X2)
    yield from (row("cast", lambda x: x.astype(float), x) for x in (MASK, LABELS))
    for axis in (0, 1):
        yield row("argmax", np.argmax, Input((5, 4)), axis=axis, keepdims=False)
        yield row("first_maximum", first_maximum, X3, axis=axis)
        yield row(
            "first_maximum", first_maximum, Input((N, 5, 4), "labels"), axis=axis
        )  # with ties
    yield row("rows", len, X2)
    yield row("number", lambda value: value, value=7)
    yield row("arange", lambda size: np.arange(5), size=Size(5))
    fixed = {"shape": (Size(5), Size(4))}
    for kind in ("literal", "zero", "one"):
        yield row("full", lambda v, shape: np.full((5, 4), v), Input((), kind), **fixed)
    batch = {"shape": (N, Size(4))}
    yield row("random", lambda g, n, shape: g.random((ROWS, 4)), RNG, Input((N,), "rows"), **batch)
    yield row("random", lambda g, shape: g.random((5, 4)), RNG, **fixed)
    yield row(
        "standard_normal",
        lambda g, n, shape: g.standard_normal((ROWS, 4)),
        RNG,
        Input((N,), "rows"),
        **batch,
    )
    yield row("vector", lambda a, b: np.array([a, b]), LITERAL, LITERAL)
    yield row(
        "uniform", lambda g, a, b, shape: g.uniform(a, b, (5, 4)), RNG, LITERAL, LITERAL, **fixed
    )
    yield row(
        "normal", lambda g, a, b, shape: g.normal(a, b, (5, 4)), RNG, LITERAL, LITERAL, **fixed
    )


# ---- what NumPy has no word for, by hand ----
def reshaped(sizes: tuple[int, ...]) -> Callable[..., Array]:
    return lambda x, shape: x.reshape(sizes)


def corners(image: Array, window: tuple[int, int], stride: tuple[int, int]) -> Iterator[Any]:
    """Where windows begin, image by image, row by row."""
    for i in range(len(image)):
        for r in range(0, image.shape[1] - window[0] + 1, stride[0]):
            for c in range(0, image.shape[2] - window[1] + 1, stride[1]):
                yield i, slice(r, r + window[0]), slice(c, c + window[1])


def windows(X: Array, window: tuple[int, int], stride: tuple[int, int]) -> Array:
    return np.array([X[corner].ravel() for corner in corners(X, window, stride)])


def add_windows(C: Array, image: Any, window: tuple[int, int], stride: tuple[int, int]) -> Array:
    X = np.zeros(X4.sizes)
    for row, corner in zip(C, corners(X, window, stride), strict=True):
        X[corner] += row.reshape(*window, 2)
    return X


def pad(X: Array, rows: tuple[int, int], columns: tuple[int, int]) -> Array:
    return np.pad(X, ((0, 0), rows, columns, (0, 0)))


def crop(X: Array, rows: tuple[int, int], columns: tuple[int, int]) -> Array:
    height, width = X.shape[1:3]
    return X[:, rows[0] : height - rows[1], columns[0] : width - columns[1]]


def first_maximum(X: Array, axis: int) -> Array:
    found = np.zeros(X.shape, bool)
    np.put_along_axis(found, X.argmax(axis, keepdims=True), True, axis)
    return found


OPS = (*arithmetic_rows(), *shape_rows(), *image_rows(), *constant_rows())


# ---- composites: activations, losses and what layers are made of ----
@dataclass(frozen=True)
class CompositeCase:
    """A function of Values that carries a gradient rule by hand."""

    function: Callable[..., Any]
    inputs: tuple[Input, ...]

    def __str__(self) -> str:
        return f"{self.function.__name__}({'; '.join(str(i.sizes) for i in self.inputs)})"


SETTING, ONE_HOT = Input((), "number"), Input((N, 5), "mask")
COMPOSITES = (
    *(
        CompositeCase(function, (Input(shape),))
        for function in activations.ACTIVATIONS.values()
        for shape in ((N, 5), (N, 5, 4, 2))
        if hasattr(function, "op")  # linear records nothing
    ),
    *(
        CompositeCase(loss.function, (Input((N, units)), Input((N, units), targets)))
        for loss in losses.LOSSES.values()
        for units, targets in ((5, "one_hot"), (5, "probabilities"), (1, "positive"), (1, "mask"))
        if units == 5 or not loss.classes
    ),
    CompositeCase(normalization.normalize, (X2, SETTING)),
    CompositeCase(normalization.normalize, (X4, SETTING)),
    CompositeCase(regularization.dropped, (X2, MASK, SETTING)),
    CompositeCase(l1_penalty, (SETTING, SETTING, Input((5, 4)))),
    CompositeCase(l1_penalty, (SETTING, Input((N,), "rows"), Input((5, 4)), Input((4, 2)))),
    CompositeCase(l2_penalty, (SETTING, SETTING, Input((5, 4)))),
    CompositeCase(l2_penalty, (SETTING, Input((N,), "rows"), Input((5, 4)), Input((4, 2)))),
)


@dataclass(frozen=True)
class ActivationCase:
    """An activation by name, and its formula."""

    name: str
    formula: Callable[[Array], Array]

    def __str__(self) -> str:
        return self.name


ACTIVATIONS = (
    ActivationCase("linear", lambda Z: Z),
    ActivationCase("relu", lambda Z: (Z + abs(Z)) / 2),
    ActivationCase("sigmoid", lambda Z: 1 / (1 + np.exp(-Z))),
    ActivationCase("tanh", lambda Z: (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z))),
    ActivationCase("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)),
)


@dataclass(frozen=True)
class LossCase:
    """A loss with a kind of targets, and its formula over rows of Z and Y."""

    name: str
    targets: str
    formula: Callable[[Array, Array], Array]

    def __str__(self) -> str:
        return f"{self.name}-{self.targets}"


def cross_entropy(Z: Array, Y: Array) -> Array:
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -(Y * np.log(P)).sum(axis=1)


def binary_cross_entropy(Z: Array, Y: Array) -> Array:
    P = 1 / (1 + np.exp(-Z))
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum(axis=1)


def mean_squared_error(Z: Array, Y: Array) -> Array:
    return ((Z - Y) ** 2).sum(axis=1) / Z.shape[1]


LOSSES = (
    LossCase("cross_entropy", "labels", cross_entropy),
    LossCase("cross_entropy", "one-hot", cross_entropy),
    LossCase("cross_entropy", "probabilities", cross_entropy),
    LossCase("binary_cross_entropy", "answers", binary_cross_entropy),
    LossCase("binary_cross_entropy", "column", binary_cross_entropy),
    LossCase("mean_squared_error", "numbers", mean_squared_error),
    LossCase("mean_squared_error", "column", mean_squared_error),
)


# ---- optimizers, schedules, regularizers, initializers ----
@dataclass(frozen=True)
class OptimizerCase:
    """An optimizer with settings that make each of its parts act."""

    name: str
    optimizer: Any

    def __str__(self) -> str:
        return self.name


OPTIMIZERS = (
    OptimizerCase("sgd", sw.SGD(0.1)),
    OptimizerCase("momentum", sw.SGD(0.05, momentum=0.9)),
    OptimizerCase("nesterov", sw.SGD(0.05, momentum=0.8, nesterov=True)),
    OptimizerCase("sgd-decay", sw.SGD(sw.ExponentialDecay(0.1, 0.5, 7), momentum=0.5)),
    OptimizerCase("adam", sw.Adam()),
    OptimizerCase("adam-settings", sw.Adam(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-3)),
    OptimizerCase("adam-no-first-moment", sw.Adam(0.02, beta_1=0)),
    OptimizerCase("adam-decay", sw.Adam(sw.ExponentialDecay(0.05, decay_rate=0.9, decay_steps=3))),
)


@dataclass(frozen=True)
class ScheduleCase:
    """A schedule, and its rate at the steps t."""

    schedule: Any
    rates: Mapping[int, float]

    def __str__(self) -> str:
        return type(self.schedule).__name__


SCHEDULES = (
    ScheduleCase(sw.ExponentialDecay(0.1, 0.5, 4), {1: 0.1, 3: 0.1 / 2**0.5, 5: 0.05, 9: 0.025}),
    ScheduleCase(sw.ExponentialDecay(0.2, 2, 1), {1: 0.2, 2: 0.4, 4: 1.6}),
)


@dataclass(frozen=True)
class RegularizerCase:
    """A regularizer and its penalty for a batch of n rows."""

    regularizer: Any
    penalty: Callable[[int, list[Array]], float]

    def __str__(self) -> str:
        return type(self.regularizer).__name__


REGULARIZERS = (
    RegularizerCase(sw.L1(0.3), lambda n, Ws: 0.3 / n * sum(np.abs(W).sum() for W in Ws)),
    RegularizerCase(sw.L2(0.7), lambda n, Ws: 0.7 / (2 * n) * sum((W * W).sum() for W in Ws)),
)


@dataclass(frozen=True)
class InitializerCase:
    """An initializer, the mean and variance of what it draws, and the largest entry, if bounded."""

    name: str
    initializer: Any
    variance: Callable[[int, int], float]
    uniform: bool = False
    mean: float = 0.0

    def __str__(self) -> str:
        return self.name


INITIALIZERS = (
    InitializerCase("glorot_uniform", "glorot_uniform", lambda i, o: 2 / (i + o), uniform=True),
    InitializerCase("glorot_normal", "glorot_normal", lambda i, o: 2 / (i + o)),
    InitializerCase("he_uniform", "he_uniform", lambda i, o: 2 / i, uniform=True),
    InitializerCase("he_normal", "he_normal", lambda i, o: 2 / i),
    InitializerCase("normal", "normal", lambda i, o: 0.01**2),
    InitializerCase("zeros", "zeros", lambda i, o: 0),
    InitializerCase("ones", "ones", lambda i, o: 0, mean=1.0),
    InitializerCase("Normal", sw.Normal(0.3), lambda i, o: 0.3**2),
    InitializerCase("Constant", sw.Constant(-0.25), lambda i, o: 0, mean=-0.25),
    InitializerCase(
        "fan_out", sw.VarianceScaling(0.5, "fan_out", "uniform"), lambda i, o: 0.5 / o, uniform=True
    ),
    InitializerCase(
        "fan_avg", sw.VarianceScaling(1.5, "fan_avg", "normal"), lambda i, o: 3 / (i + o)
    ),
)


# ---- layers ----
@dataclass(frozen=True)
class LayerCase:
    """Layers on an input, what comes out, and their parameters and state by the printed names."""

    name: str
    layers: tuple[Any, ...]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    parameters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    state: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    seed: int = 0  # of the numbers of the gradient check: another one where they hit a kink

    def __str__(self) -> str:
        return self.name


FLAT, IMAGE = (5,), (5, 4, 2)
DENSE, NORM = {"W1": (5, 4), "b1": (4,)}, {"scale1": (5,), "shift1": (5,)}
IMAGE_NORM = {"scale1": (2,), "shift1": (2,)}


def running(features: int) -> dict[str, tuple[int, ...]]:
    return {"running_mean1": (features,), "running_var1": (features,)}


LAYERS = (
    LayerCase("dense", (sw.Dense(4),), FLAT, (4,), DENSE),
    LayerCase("dense-relu", (sw.Dense(4, "relu"),), FLAT, (4,), DENSE),
    LayerCase("dense-softmax", (sw.Dense(4, "softmax"),), FLAT, (4,), DENSE),
    LayerCase("dense-no-bias", (sw.Dense(4, "tanh", use_bias=False),), FLAT, (4,), {"W1": (5, 4)}),
    LayerCase("dense-1", (sw.Dense(1),), FLAT, (1,), {"W1": (5, 1), "b1": (1,)}),
    LayerCase(
        "dense-dense",
        (sw.Dense(4, "sigmoid"), sw.Dense(2)),
        FLAT,
        (2,),
        {**DENSE, "W2": (4, 2), "b2": (2,)},
    ),
    LayerCase("activation", (sw.Dense(4), sw.Activation("tanh")), FLAT, (4,), DENSE),
    LayerCase("rescale", (sw.Rescale(0.25),), FLAT, FLAT),
    LayerCase("rescale-offset", (sw.Rescale(2.0, offset=-0.5),), IMAGE, IMAGE),
    LayerCase("standardize", (sw.Standardize(),), FLAT, FLAT, {}, {"mean0": (5,), "std0": (5,)}),
    LayerCase(
        "standardize-image", (sw.Standardize(),), IMAGE, IMAGE, {}, {"mean0": IMAGE, "std0": IMAGE}
    ),
    LayerCase("dropout", (sw.Dropout(0.4),), FLAT, FLAT),
    LayerCase("dropout-image", (sw.Dropout(0.2),), IMAGE, IMAGE),
    LayerCase("dropout-0", (sw.Dropout(0),), FLAT, FLAT),
    LayerCase("dropout-twice", (sw.Dropout(0.3), sw.Dropout(0.2)), FLAT, FLAT),
    LayerCase("flatten", (sw.Flatten(),), IMAGE, (40,)),
    LayerCase("flatten-flat", (sw.Flatten(),), FLAT, FLAT),
    LayerCase(
        "conv", (sw.Conv2D(3, 2, "relu"),), IMAGE, (4, 3, 3), {"W1": (8, 3), "b1": (3,)}, seed=1
    ),
    LayerCase(
        "conv-stride", (sw.Conv2D(3, 2, stride=2),), IMAGE, (2, 2, 3), {"W1": (8, 3), "b1": (3,)}
    ),
    LayerCase(
        "conv-same",
        (sw.Conv2D(1, 3, padding="same"),),
        IMAGE,
        (5, 4, 1),
        {"W1": (18, 1), "b1": (1,)},
    ),
    LayerCase(
        "conv-same-stride",
        (sw.Conv2D(3, 3, stride=2, padding="same", use_bias=False),),
        IMAGE,
        (3, 2, 3),
        {"W1": (18, 3)},
    ),
    LayerCase(
        "conv-rectangle",
        (sw.Conv2D(3, (3, 2), "tanh", stride=(1, 2)),),
        IMAGE,
        (3, 2, 3),
        {"W1": (12, 3), "b1": (3,)},
    ),
    LayerCase(
        "conv-rectangle-same",
        (sw.Conv2D(2, (2, 3), stride=(2, 1), padding="same"),),
        IMAGE,
        (3, 4, 2),
        {"W1": (12, 2), "b1": (2,)},
    ),
    LayerCase("pool", (sw.MaxPool2D(2),), IMAGE, (2, 2, 2)),
    LayerCase("pool-overlapping", (sw.MaxPool2D(3, stride=1),), IMAGE, (3, 2, 2)),
    LayerCase("pool-rectangle", (sw.MaxPool2D((2, 3), stride=(1, 2)),), IMAGE, (4, 1, 2)),
    LayerCase("pool-gaps", (sw.MaxPool2D(1, stride=3),), IMAGE, (2, 2, 2)),
    LayerCase("batch-norm", (sw.BatchNorm(),), FLAT, FLAT, NORM, running(5)),
    LayerCase("batch-norm-image", (sw.BatchNorm(),), IMAGE, IMAGE, IMAGE_NORM, running(2)),
    LayerCase(
        "batch-norm-settings", (sw.BatchNorm(0.5, epsilon=0.1),), FLAT, FLAT, NORM, running(5)
    ),
)


def __getattr__(name: str) -> Any:
    """NETWORKS, which another module makes from other tables."""
    if name == "NETWORKS":
        from tests.networks import NETWORKS

        return NETWORKS
    raise AttributeError(name)
