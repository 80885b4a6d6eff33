"""The numpy dialect's table: how each primitive is written."""

from __future__ import annotations

from collections.abc import Sequence

from ..program.ir import Statement
from .spelling import (
    ATOM,
    COMPARISON,
    PRODUCT,
    SUM,
    Code,
    Spelling,
    call,
    drawn,
    either,
    infix,
    literal,
    method,
    negative,
    plain,
    power,
    shape_of,
    sign,
    where,
)

MOST_TERMS = 8
"""Up to this many squares of a norm are written out."""


def reshape(s: Statement, inputs: Sequence[Code]) -> str:
    sizes = [-1 if getattr(size, "batch", False) else size for size in s.attrs["shape"]]
    return f"{inputs[0].at(ATOM)}.reshape({', '.join(map(str, sizes))})"


def index(s: Statement, inputs: Sequence[Code], entry: str) -> str:
    """x[:, None] or x[:, 0]: an entry behind as many colons as the axis asks for."""
    x, axis = inputs[0].at(ATOM), s.attrs["axis"]
    known = len(x[x.rfind("[") :].split(", "))
    if entry == "None" and x.endswith(", None]") and known == axis:
        return f"{x[:-1]}, None]"  # one index for several new axes
    return f"{x}[{':, ' * axis}{entry}]"


def full(s: Statement, inputs: Sequence[Code], dtype: str) -> str:
    value = inputs[0].text
    special = {"0.0": "zeros", "1.0": "ones"}.get(value)
    number = "" if special else f", {value}"
    return f"np.{special or 'full'}({shape_of(s)}{number}, {dtype})"


def stretch(s: Statement, inputs: Sequence[Code]) -> str:
    """np.broadcast_to(a, B.shape); a Python number takes B's dtype, where NumPy's is float64."""
    if getattr(s.inputs[0], "dtype", "weak") == "weak":
        return f"np.full_like({inputs[1].text}, {inputs[0].text})"
    return f"np.broadcast_to({inputs[0].text}, {inputs[1].at(ATOM)}.shape)"


def pad(s: Statement, inputs: Sequence[Code]) -> str:
    return f"np.pad({inputs[0].text}, ((0, 0), {s.attrs['rows']}, {s.attrs['columns']}, (0, 0)))"


def crop(s: Statement, inputs: Sequence[Code]) -> str:
    (top, _), (left, _) = s.attrs["rows"], s.attrs["columns"]
    _, height, width, _ = s.target.shape
    rows, columns = f"{top}:{top + height.number}", f"{left}:{left + width.number}"
    return f"{inputs[0].at(ATOM)}[:, {rows}, {columns}]"


def vector(inputs: Sequence[Code], dtype: str) -> str:
    return f"np.array([{', '.join(x.text for x in inputs)}], {dtype})"


def norm(s: Statement, inputs: Sequence[Code]) -> str:
    """math.sqrt((dW1**2).sum() + ...), as a generator where there are many."""
    if len(inputs) > MOST_TERMS:
        return f"math.sqrt(sum((dW**2).sum() for dW in ({', '.join(x.text for x in inputs)})))"
    return f"math.sqrt({' + '.join(f'({x.at(ATOM)}**2).sum()' for x in inputs)})"


def add_windows(s: Statement, inputs: Sequence[Code]) -> str:
    h, w, c = s.attrs["image"][1:]
    return (
        f"add_windows({inputs[0].text}, ({h}, {w}, {c}), {s.attrs['window']}, {s.attrs['stride']})"
    )


def draw(function: str) -> Spelling:
    """rng.normal(mean, stddev, shape); the number of rows stands in the shape."""

    def text(s: Statement, inputs: Sequence[Code]) -> str:
        own = s.op.name not in ("random", "standard_normal")  # the second input there is n
        settings = [x.text for x in inputs[1:]] if own else []
        return f"rng.{function}({', '.join([*settings, shape_of(s)])})"

    return plain(text)


def spellings(dtype: str) -> dict[str, Spelling]:  # long: a table
    """The table. ``dtype`` is how the model's dtype is written: X.dtype, or np.float32."""
    return {
        "add": infix("+", SUM),
        "subtract": infix("-", SUM),
        "multiply": infix("*", PRODUCT),
        "divide": infix("/", PRODUCT),
        "matmul": infix("@", PRODUCT),
        "greater": infix(">", COMPARISON),
        "greater_equal": infix(">=", COMPARISON),
        "less": infix("<", COMPARISON),
        "less_equal": infix("<=", COMPARISON),
        "equal": infix("==", COMPARISON),
        "negative": negative,
        "power": power,
        "absolute": either("abs", "np.abs"),
        "exp": either("math.exp", "np.exp"),
        "expm1": either("math.expm1", "np.expm1"),
        "log": either("math.log", "np.log"),
        "log1p": either("math.log1p", "np.log1p"),
        "sqrt": either("math.sqrt", "np.sqrt"),
        "tanh": either("math.tanh", "np.tanh"),
        "sign": sign,
        "floor": either("math.floor", "np.floor"),
        "sin": either("math.sin", "np.sin"),
        "cos": either("math.cos", "np.cos"),
        "remainder": infix("%", PRODUCT),
        "clip": call("np.clip"),
        "norm": plain(norm),
        "maximum": either("max", "np.maximum"),
        "minimum": either("min", "np.minimum"),
        "where": where,
        "sum": method("sum"),
        "mean": method("mean"),
        "max": method("max"),
        "min": method("min"),
        "argmax": method("argmax"),
        "first_maximum": call("first_maximum", "axis"),
        "transpose": plain(lambda s, inputs: f"{inputs[0].at(ATOM)}.T"),
        "reshape": plain(reshape),
        "expand_dims": plain(lambda s, inputs: index(s, inputs, "None")),
        "squeeze": plain(lambda s, inputs: index(s, inputs, "0")),
        "broadcast_to": plain(stretch),
        "windows": call("windows", "window", "stride"),
        "add_windows": plain(add_windows),
        "pad": plain(pad),
        "crop": plain(crop),
        "rows": call("len"),
        "number": lambda s, inputs: literal(s.attrs["value"]),
        "arange": plain(lambda s, inputs: f"np.arange({s.attrs['size']})"),
        "full": plain(lambda s, inputs: full(s, inputs, dtype)),
        "cast": plain(lambda s, inputs: f"{inputs[0].at(ATOM)}.astype({dtype})"),
        "copy": method("copy"),
        "vector": plain(lambda s, inputs: vector(inputs, dtype)),
        "random": draw("random"),
        "standard_normal": draw("standard_normal"),
        "uniform": draw("uniform"),
        "normal": draw("normal"),
        "truncated_normal": drawn,
        "orthogonal": drawn,
    }
