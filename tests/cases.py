"""The tables that the tests run over: a row for each thing that is registered.

``NETWORKS``, whole networks, stands in ``tests/networks.py`` and is found here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

import scratchwork as sw
from scratchwork import activations, losses
from scratchwork.activations import rectifiers
from scratchwork.layers import normalization, regularization
from scratchwork.losses import regression
from scratchwork.program.ir import N, Size
from scratchwork.program.scope import as_sizes
from scratchwork.regularizers import l1_penalty, l2_penalty

ROWS = 3
"""The rows of a batch: unequal to the other sizes, 5 and 4, so that no two axes can be confused."""

Array = np.ndarray[Any, Any]


# ---- inputs ----
class Input(NamedTuple):
    """An array or number that a row takes: its shape, and which numbers it may hold.

    Float arrays are ``any``, ``positive``, ``one_hot`` and ``probabilities``, bools ``mask`` and
    ``choice`` (one in each row), integers ``labels``; ``number`` is a setting of the program,
    ``literal``, ``zero`` and ``one`` Python numbers, ``rng`` a random generator, ``rows`` stands
    for the number of rows of an input.
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
        "choice": lambda u: u == u.max(-1, keepdims=True),
        "one_hot": lambda u: np.eye(u.shape[-1])[u.argmax(-1)],
        "probabilities": lambda u: u / u.sum(-1, keepdims=True),
    }
    return makers[kind](levels)


def foreign_dtypes(arrays: Mapping[str, Any], dtype: str) -> dict[str, str]:
    """Which of a step's arrays and NumPy scalars are floats of another dtype; shares may be."""
    shares = {k for k in arrays if k.endswith("accuracy")}  # means of truth values
    found = {k: v.dtype for k, v in arrays.items() if hasattr(v, "dtype") and k not in shares}
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
    "remainder": (np.remainder, "positive"),
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
    "sin": (np.sin, "any"),
    "cos": (np.cos, "any"),
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
    yield OpCase("clip", (X2, Input((), "zero"), LITERAL), np.clip)


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
    yield row("floor", np.floor, X2)
    yield row("norm", root_of_squares, Input((5, 4)), Input((5,)))
    yield row("norm", root_of_squares, *[Input((5,))] * 9)
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
    yield row("truncated_normal", truncated_normal, RNG, LITERAL, **fixed)
    yield row("orthogonal", orthogonal, RNG, LITERAL, **fixed)


# ---- what NumPy has no word for, by hand ----
def root_of_squares(*arrays: Array) -> float:
    return float(np.linalg.norm(np.concatenate([x.ravel() for x in arrays])))


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


def truncated_normal(g: np.random.Generator, stddev: float, shape: Any) -> Array:
    """One stream: first all entries, then those beyond 2 stddev, in their order, until none is."""
    W = g.standard_normal(20) * stddev
    while far := [i for i, w in enumerate(W) if abs(w) > 2 * stddev]:
        W[far] = g.standard_normal(len(far)) * stddev
    return W.reshape(5, 4)


def orthogonal(g: np.random.Generator, gain: float, shape: Any) -> Array:
    """Gram and Schmidt's process, which leaves every column on the side where it was."""
    columns: list[Array] = []
    for a in g.standard_normal((5, 4)).T:
        rest = a - sum((q @ a) * q for q in columns)
        columns.append(rest / np.sqrt(rest @ rest))
    return gain * np.array(columns).T


OPS = (*arithmetic_rows(), *shape_rows(), *image_rows(), *constant_rows())


# ---- composites: activations, losses and what layers are made of ----
@dataclass(frozen=True)
class CompositeCase:
    """A function of Values that carries a gradient rule by hand."""

    function: Callable[..., Any]
    inputs: tuple[Input, ...]

    def __str__(self) -> str:
        return f"{self.function.__name__}({'; '.join(str(i.sizes) for i in self.inputs)})"


SETTING = Input((), "number")
# where Y is a float array its gradient is asked for, too, and then the body is used, not the rule
ROWS_OF_CLASSES = ((5, "one_hot"), (5, "probabilities"), (5, "choice"))
ROWS_OF_NUMBERS = ((5, "mask"), (5, "labels"), (1, "positive"), (1, "mask"))
COMPOSITES = (
    *(
        CompositeCase(function, (Input(shape),))
        for function in activations.ACTIVATIONS.values()
        for shape in ((N, 5), (N, 5, 4, 2))
        if hasattr(function, "op")  # linear records nothing
    ),
    *(
        CompositeCase(function, (Input(shape), SETTING))
        for function in (rectifiers.leaky, rectifiers.exponential_linear)
        for shape in ((N, 5), (N, 5, 4, 2))
    ),
    *(
        CompositeCase(loss.function, (Input((N, units)), Input((N, units), targets)))
        for loss in losses.LOSSES.values()
        for units, targets in (*ROWS_OF_CLASSES, *(() if loss.classes else ROWS_OF_NUMBERS))
        if hasattr(loss.function, "op")  # those with settings follow
    ),
    *(
        CompositeCase(function, (Input((N, units)), Input((N, targets), kind), SETTING))
        for function in (regression.clipped_error, regression.pinball)
        for units, targets, kind in ((5, 5, "any"), (5, 5, "labels"), (5, 1, "labels"))
        if targets == 5 or function is regression.pinball
    ),
    CompositeCase(regression.pinball, (X2, Input((N, 1), "labels"), Input((5,), "positive"))),
    CompositeCase(normalization.normalize, (X2, SETTING)),
    CompositeCase(normalization.normalize, (X4, SETTING)),
    CompositeCase(normalization.normalize_features, (X2, SETTING)),
    CompositeCase(normalization.normalize_features, (X3, SETTING)),
    CompositeCase(regularization.dropped, (X2, MASK, SETTING)),
    CompositeCase(l1_penalty, (SETTING, SETTING, Input((5, 4)))),
    CompositeCase(l1_penalty, (SETTING, Input((N,), "rows"), Input((5, 4)), Input((4, 2)))),
    CompositeCase(l2_penalty, (SETTING, SETTING, Input((5, 4)))),
    CompositeCase(l2_penalty, (SETTING, Input((N,), "rows"), Input((5, 4)), Input((4, 2)))),
)


@dataclass(frozen=True)
class ActivationCase:
    """An activation, its formula, and its values and slopes at -inf and inf if it has any."""

    name: str
    formula: Callable[[Array], Array]
    ends: tuple[float, float] | None = None
    slopes: tuple[float, float] = (0.0, 1.0)
    given: Any = None  # where it is an object and not the name

    @property
    def function(self) -> Callable[..., Any]:
        return activations.activation(self.given or self.name)

    def __str__(self) -> str:
        return self.name


def elu(Z: Array, alpha: float) -> Array:
    return np.where(Z > 0, Z, alpha * (np.exp(Z) - 1))


def gelu(Z: Array) -> Array:
    return Z / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (Z + 0.044715 * Z**3)))


INF = float("inf")
ACTIVATIONS = (
    ActivationCase("linear", lambda Z: Z, (-INF, INF), (1, 1)),
    ActivationCase("relu", lambda Z: (Z + abs(Z)) / 2, (0, INF)),
    ActivationCase("sigmoid", lambda Z: 1 / (1 + np.exp(-Z)), (0, 1), (0, 0)),
    ActivationCase(
        "tanh", lambda Z: (np.exp(Z) - np.exp(-Z)) / (np.exp(Z) + np.exp(-Z)), (-1, 1), (0, 0)
    ),
    ActivationCase("softmax", lambda Z: np.exp(Z) / np.exp(Z).sum(-1, keepdims=True)),
    ActivationCase("leaky_relu", lambda Z: np.where(Z > 0, Z, Z / 100), (-INF, INF), (0.01, 1)),
    ActivationCase("elu", lambda Z: elu(Z, 1), (-1, INF)),
    ActivationCase(
        "selu",
        lambda Z: 1.0507009873554805 * elu(Z, 1.6732632423543772),
        (-1.7580993408473766, INF),
        (0, 1.0507009873554805),
    ),
    ActivationCase("gelu", gelu, (0, INF)),
    ActivationCase("silu", lambda Z: Z / (1 + np.exp(-Z)), (0, INF)),
    ActivationCase("softplus", lambda Z: np.log(1 + np.exp(Z)), (0, INF)),
    ActivationCase("softsign", lambda Z: Z / (1 + abs(Z)), (-1, 1), (0, 0)),
    ActivationCase("hard_sigmoid", lambda Z: np.clip(Z / 6 + 0.5, 0, 1), (0, 1), (0, 0)),
    ActivationCase("mish", lambda Z: Z * np.tanh(np.log(1 + np.exp(Z))), (0, INF)),
    ActivationCase(
        "LeakyReLU",
        lambda Z: np.where(Z > 0, Z, 1.5 * Z),
        (-INF, INF),
        (1.5, 1),
        sw.LeakyReLU(1.5),
    ),
    ActivationCase("LeakyReLU-0", lambda Z: (Z + abs(Z)) / 2, (0, INF), given=sw.LeakyReLU(0)),
    ActivationCase("ELU", lambda Z: elu(Z, 0.5), (-0.5, INF), given=sw.ELU(0.5)),
    ActivationCase("ELU-0", lambda Z: (Z + abs(Z)) / 2, (0, INF), given=sw.ELU(0)),
)


@dataclass(frozen=True)
class LossCase:
    """A loss with a kind of targets, and its formula over rows of Z and Y.

    Targets are ``labels``, rows (``one_hot``, ``probabilities``, ``answers``, ``numbers``,
    ``counts``) or one a row: ``answer``, ``number``, ``count``, with one output, or as many as the
    case says.
    """

    name: str
    targets: str
    formula: Callable[[Array, Array], Array]
    given: Any = None  # where it is an object and not the name
    units: int = 0

    @property
    def outputs(self) -> int:
        return self.units or (1 if self.targets in ("answer", "number", "count") else 5)

    @property
    def Y(self) -> Input:
        """Targets that no gradient is asked for: with float arrays the body would be used."""
        plain = {"answer": "mask", "count": "labels", "number": "labels"}
        kind = plain.get(self.targets.rstrip("s"), "choice")
        return Input((N, 1 if self.loss.one_target else self.outputs), kind)

    @property
    def loss(self) -> losses.Loss:
        return losses.loss(self.given or self.name)

    def __str__(self) -> str:
        return f"{self.loss.title}-{self.targets}"


def cross_entropy(Z: Array, Y: Array) -> Array:
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    return -(Y * np.log(P)).sum(axis=1)


def binary_cross_entropy(Z: Array, Y: Array) -> Array:
    P = 1 / (1 + np.exp(-Z))
    return -(Y * np.log(P) + (1 - Y) * np.log(1 - P)).sum(axis=1)


def mean_squared_error(Z: Array, Y: Array) -> Array:
    return ((Z - Y) ** 2).sum(axis=1) / Z.shape[1]


def smoothed(formula: Callable[[Array, Array], Array], share: float, k: int) -> Any:
    return lambda Z, Y: formula(Z, Y + share * (1 / k - Y))


def huber(delta: float) -> Any:
    def formula(Z: Array, Y: Array) -> Array:
        D = abs(Z - Y)
        L = np.where(delta < D, delta * D - delta**2 / 2, D**2 / 2)
        return L.sum(axis=1) / Z.shape[1]

    return formula


def quantile(*q: float) -> Any:
    """|Y - Z|, times q where Z is too low and 1 - q where it is too high."""
    return lambda Z, Y: (abs(Y - Z) * np.where(Y > Z, q, 1 - np.array(q))).sum(axis=1) / len(q)


def hinge(Z: Array, Y: Array) -> Array:
    return np.maximum(0, 1 - np.where(Y == 1, Z, -Z)).sum(axis=1) / Z.shape[1]


def categorical_hinge(Z: Array, Y: Array) -> Array:
    rows = zip(Z, Y.argmax(axis=1), strict=True)
    return np.array([max(0, 1 + np.delete(z, y).max() - z[y]) for z, y in rows])


def per_output(formula: Callable[[Array, Array], Array]) -> Any:
    """The mean over the outputs of a row."""
    return lambda Z, Y: formula(Z, Y).sum(axis=1) / Z.shape[1]


log_cosh = per_output(lambda Z, Y: np.log(np.cosh(Z - Y)))
absolute = per_output(lambda Z, Y: abs(Z - Y))
poisson = per_output(lambda Z, Y: np.exp(Z) - Y * Z)

LOSSES = (
    LossCase("cross_entropy", "labels", cross_entropy),
    LossCase("cross_entropy", "one_hot", cross_entropy),
    LossCase("cross_entropy", "probabilities", cross_entropy),
    LossCase(
        "cross_entropy", "labels", smoothed(cross_entropy, 0.1, 5),
        sw.CrossEntropy(label_smoothing=0.1),
    ),
    LossCase(
        "cross_entropy", "probabilities", smoothed(cross_entropy, 0.3, 5), sw.CrossEntropy(0.3)
    ),
    LossCase("binary_cross_entropy", "answers", binary_cross_entropy),
    LossCase("binary_cross_entropy", "answer", binary_cross_entropy),
    LossCase(
        "binary_cross_entropy", "answers", smoothed(binary_cross_entropy, 0.2, 2),
        sw.BinaryCrossEntropy(label_smoothing=0.2),
    ),
    LossCase("mean_squared_error", "numbers", mean_squared_error),
    LossCase("mean_squared_error", "number", mean_squared_error),
    LossCase("mean_absolute_error", "numbers", absolute),
    LossCase("mean_absolute_error", "number", absolute),
    LossCase("huber", "numbers", huber(1.0)),
    LossCase("huber", "number", huber(0.3), sw.Huber(0.3)),
    LossCase("log_cosh", "numbers", log_cosh),
    LossCase("log_cosh", "number", log_cosh),
    LossCase("poisson", "counts", poisson),
    LossCase("poisson", "count", poisson),
    LossCase("quantile", "number", quantile(0.5)),
    LossCase("quantile", "number", quantile(0.8), sw.Quantile(0.8)),
    LossCase("quantile", "number", quantile(0.1, 0.5, 0.9), sw.Quantile([0.1, 0.5, 0.9]), 3),
    LossCase("hinge", "answers", hinge),
    LossCase("hinge", "answer", hinge),
    LossCase("categorical_hinge", "labels", categorical_hinge),
    LossCase("categorical_hinge", "one_hot", categorical_hinge),
)  # fmt: skip


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
    OptimizerCase("rate-in-velocity", sw.SGD(0.05, momentum=0.9, rate_in_velocity=True)),
    OptimizerCase(
        "nesterov-rate-in-velocity",
        sw.SGD(sw.ExponentialDecay(0.1, 0.5, 7), 0.8, nesterov=True, rate_in_velocity=True),
    ),
    OptimizerCase("sgd-decay", sw.SGD(sw.ExponentialDecay(0.1, 0.5, 7), momentum=0.5)),
    OptimizerCase("adam", sw.Adam()),
    OptimizerCase("adam-settings", sw.Adam(0.02, beta_1=0.7, beta_2=0.9, epsilon=1e-3)),
    OptimizerCase("adam-no-first-moment", sw.Adam(0.02, beta_1=0)),
    OptimizerCase("adam-decay", sw.Adam(sw.ExponentialDecay(0.05, decay_rate=0.9, decay_steps=3))),
    OptimizerCase("epsilon-hat", sw.Adam(0.02, beta_2=0.9, epsilon=1e-3, epsilon_hat=True)),
    OptimizerCase("amsgrad", sw.Adam(0.05, beta_1=0.5, beta_2=0.6, amsgrad=True)),
    OptimizerCase("adamw", sw.AdamW(0.02, beta_2=0.9, epsilon=1e-3, weight_decay=0.3)),
    OptimizerCase("adamw-0", sw.AdamW(0.02, weight_decay=0)),
    OptimizerCase("adamax", sw.Adamax(0.02, beta_2=0.8, epsilon=1e-3)),
    OptimizerCase("nadam", sw.Nadam(0.01, beta_2=0.9, epsilon=1e-3, momentum_decay=0.1)),
    OptimizerCase("nadam-decay", sw.Nadam(sw.ExponentialDecay(0.02, 0.5, 20))),
    OptimizerCase("adagrad", sw.AdaGrad(0.05, epsilon=1e-3, initial_sum=0.1)),
    OptimizerCase("rmsprop", sw.RMSProp(0.01, rho=0.8, epsilon=1e-3)),
    OptimizerCase("rmsprop-all", sw.RMSProp(0.005, epsilon=0.01, momentum=0.5, centered=True)),
    OptimizerCase("adadelta", sw.AdaDelta(2.0, rho=0.9, epsilon=1e-4)),
    OptimizerCase("lion", sw.Lion(0.01, beta_1=0.8, beta_2=0.9, weight_decay=0.1)),
    OptimizerCase("lion-0", sw.Lion(0.01)),
    OptimizerCase("clip-value", sw.SGD(0.2, momentum=0.5, clip_value=0.05)),
    OptimizerCase("clip-norm", sw.Adam(0.02, epsilon=0.1, clip_norm=0.3)),
    OptimizerCase("clip-both", sw.SGD(0.5, clip_value=0.08, clip_norm=0.2)),
    OptimizerCase("clip-nothing", sw.SGD(0.1, clip_value=1e6, clip_norm=1e6)),
)


@dataclass(frozen=True)
class ScheduleCase:
    """A schedule, and its rate at the steps t."""

    schedule: Any
    rates: Mapping[int, float]

    def __str__(self) -> str:
        return f"{type(self.schedule).__name__}-{min(self.rates.values()):g}"


@dataclass(frozen=True)
class RootDecay:
    """A user's own schedule: Vaswani et al. 2017, section 5.3."""

    learning_rate: float
    warmup_steps: float

    def rate(self, t: Any, epoch: Any) -> Any:
        return self.learning_rate * np.minimum(t**-0.5, t * self.warmup_steps**-1.5)


HALF = 2**-0.5
SCHEDULES = (
    ScheduleCase(sw.ExponentialDecay(0.1, 0.5, 4), {1: 0.1, 3: 0.1 / 2**0.5, 5: 0.05, 9: 0.025}),
    ScheduleCase(sw.ExponentialDecay(0.2, 2, 1), {1: 0.2, 2: 0.4, 4: 1.6}),
    ScheduleCase(
        sw.ExponentialDecay(0.1, 0.5, 3, staircase=True),
        {1: 0.1, 3: 0.1, 4: 0.05, 6: 0.05, 7: 0.025},
    ),
    ScheduleCase(
        sw.StepDecay(0.1, 0.5, every=2, unit="steps"), {1: 0.1, 2: 0.1, 3: 0.05, 4: 0.05, 5: 0.025}
    ),
    ScheduleCase(
        sw.PiecewiseConstant((2, 5), (0.3, 0.2, 0.1), unit="steps"),
        {2: 0.3, 3: 0.2, 5: 0.2, 6: 0.1},
    ),
    ScheduleCase(sw.InverseTimeDecay(0.6, 2, 4), {1: 0.6, 3: 0.3, 5: 0.2, 9: 0.12}),
    ScheduleCase(sw.PolynomialDecay(0.4, 4), {1: 0.4, 2: 0.3, 4: 0.1, 5: 0, 7: 0}),
    ScheduleCase(sw.PolynomialDecay(0.5, 4, 0.1, power=2), {1: 0.5, 3: 0.2, 5: 0.1, 8: 0.1}),
    ScheduleCase(
        sw.CosineDecay(0.4, 4),
        {1: 0.4, 2: 0.2 + 0.2 * HALF, 3: 0.2, 4: 0.2 - 0.2 * HALF, 5: 0, 8: 0},
    ),
    ScheduleCase(
        sw.CosineDecay(0.3, 2, end_learning_rate=0.1, warmup_steps=3),
        {1: 0.1, 2: 0.2, 3: 0.3, 4: 0.3, 5: 0.2, 6: 0.1, 9: 0.1},
    ),
    ScheduleCase(sw.CosineDecay(0.4, 2, period_factor=1), {1: 0.4, 2: 0.2, 3: 0.4, 4: 0.2, 5: 0.4}),
    ScheduleCase(
        sw.CosineDecay(0.4, 1, 0.02, warmup_steps=1, period_factor=3),
        {1: 0.4, 2: 0.4, 3: 0.4, 4: 0.305, 5: 0.115, 6: 0.4, 15: 0.4},
    ),
    ScheduleCase(
        sw.OneCycle(0.8, 10, warmup_fraction=0.5, div_factor=4, final_div_factor=2),
        {1: 0.2, 3: 0.5, 5: 0.8, 10: 0.1, 12: 0.1},
    ),
    ScheduleCase(sw.OneCycle(0.8, 1), {1: 0.8 / 25e4}),
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
    """An initializer, the mean and variance of what it draws, and the form of the distribution."""

    name: str
    initializer: Any
    variance: Callable[[int, int], float]
    form: Literal["normal", "uniform", "truncated"] = "normal"
    mean: float = 0.0

    def __str__(self) -> str:
        return self.name


TRUNCATED = 0.7737413035
"""The variance of N(0, 1) between -2 and 2: 1 - 4 phi(2) / (Phi(2) - Phi(-2))."""

INITIALIZERS = (
    InitializerCase("glorot_uniform", "glorot_uniform", lambda i, o: 2 / (i + o), form="uniform"),
    InitializerCase("glorot_normal", "glorot_normal", lambda i, o: 2 / (i + o)),
    InitializerCase("he_uniform", "he_uniform", lambda i, o: 2 / i, form="uniform"),
    InitializerCase("he_normal", "he_normal", lambda i, o: 2 / i),
    InitializerCase("lecun_uniform", "lecun_uniform", lambda i, o: 1 / i, form="uniform"),
    InitializerCase("lecun_normal", "lecun_normal", lambda i, o: 1 / i),
    InitializerCase("orthogonal", "orthogonal", lambda i, o: 1 / max(i, o)),
    InitializerCase("uniform", "uniform", lambda i, o: 0.05**2 / 3, form="uniform"),
    InitializerCase("normal", "normal", lambda i, o: 0.01**2),
    InitializerCase(
        "truncated_normal", "truncated_normal", lambda i, o: TRUNCATED * 0.05**2, "truncated"
    ),
    InitializerCase("zeros", "zeros", lambda i, o: 0),
    InitializerCase("ones", "ones", lambda i, o: 0, mean=1.0),
    InitializerCase("Normal", sw.Normal(0.3), lambda i, o: 0.3**2),
    InitializerCase("Uniform", sw.Uniform(0.3), lambda i, o: 0.3**2 / 3, form="uniform"),
    InitializerCase("Orthogonal", sw.Orthogonal(3), lambda i, o: 9 / max(i, o)),
    InitializerCase(
        "TruncatedNormal", sw.TruncatedNormal(2), lambda i, o: TRUNCATED * 4, "truncated"
    ),
    InitializerCase("Constant", sw.Constant(-0.25), lambda i, o: 0, mean=-0.25),
    InitializerCase(
        "fan_out",
        sw.VarianceScaling(0.5, "fan_out", "uniform"),
        lambda i, o: 0.5 / o,
        form="uniform",
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
    LayerCase("average", (sw.AveragePool2D(2),), IMAGE, (2, 2, 2)),
    LayerCase("average-overlapping", (sw.AveragePool2D(3, stride=1),), IMAGE, (3, 2, 2)),
    LayerCase("average-rectangle", (sw.AveragePool2D((2, 3), stride=(1, 2)),), IMAGE, (4, 1, 2)),
    LayerCase("average-gaps", (sw.AveragePool2D(1, stride=3),), IMAGE, (2, 2, 2)),
    LayerCase("average-all", (sw.GlobalAveragePool2D(),), IMAGE, (2,)),
    LayerCase("average-pixel", (sw.GlobalAveragePool2D(),), (1, 1, 3), (3,)),
    LayerCase("zeros", (sw.ZeroPad2D(),), IMAGE, (7, 6, 2)),
    LayerCase("zeros-rows", (sw.ZeroPad2D((2, 0)),), IMAGE, (9, 4, 2)),
    LayerCase("zeros-sides", (sw.ZeroPad2D(((1, 0), (2, 3))),), IMAGE, (6, 9, 2)),
    LayerCase("zeros-0", (sw.ZeroPad2D(0),), IMAGE, IMAGE),
    LayerCase("reshape", (sw.Reshape((2, 10, 2)),), IMAGE, (2, 10, 2)),
    LayerCase("reshape-rest", (sw.Reshape((8, -1)),), IMAGE, (8, 5)),
    LayerCase("reshape-flat", (sw.Reshape(-1),), IMAGE, (40,)),
    LayerCase("reshape-same", (sw.Reshape(5),), FLAT, FLAT),
    LayerCase("noise", (sw.GaussianNoise(0.4),), FLAT, FLAT),
    LayerCase("noise-image", (sw.GaussianNoise(2),), IMAGE, IMAGE),
    LayerCase("noise-0", (sw.GaussianNoise(0),), FLAT, FLAT),
    LayerCase("noise-twice", (sw.GaussianNoise(0.3), sw.GaussianNoise(0.2)), FLAT, FLAT),
    LayerCase("layer-norm", (sw.LayerNorm(),), FLAT, FLAT, NORM),
    LayerCase(
        "layer-norm-image",
        (sw.LayerNorm(epsilon=0.1),),
        (3, 2, 4),
        (3, 2, 4),
        {"scale1": (4,), "shift1": (4,)},
    ),
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
