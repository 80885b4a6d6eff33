"""Mathematical functions of one number, which the numba dialect prints into its texts.

NumPy's own, in a compiled loop, are calls of the C library, one number at a time; these are sums,
products and shifts without a jump, so that a loop that calls them handles several numbers at once.
Every error below is the largest that was measured, in units in the last place (ulp).

They are compiled by the decorator in ``DECORATOR``: it allows ``a * b + c`` to be rounded once, and
nothing else. ``reassoc`` and ``nsz`` would turn ``(x + 1) - 1`` into ``x``; the flags of a function
stay with its lines where it is inlined, so that the loops around may have them.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import numpy as np

from ...errors import ProgramError
from ..numpy_functions import MARKER
from . import functions_double as double
from . import functions_single as single
from .functions_double import (
    BIAS,
    EXP,
    EXP_LEAST,
    EXP_MOST,
    EXPM1_LEAST,
    EXPONENT_LEAST,
    FLOAT,
    HALF,
    INFINITY,
    INTEGER,
    LN2_HIGH,
    LN2_LOW,
    LOG,
    LOG2_E,
    MANTISSA,
    NAN,
    NORMAL_LEAST,
    NORMAL_MOST,
    ONE,
    ROOT_HALF,
    TANH_MOST,
    TO_NORMAL,
    TO_NORMAL_LOG2,
    TWO,
    ZERO,
)

DECORATOR = """\
inline = numba.njit(
    fastmath={"contract"},
    error_model="numpy",
    forceinline=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
)
"""
"""What defines ``@inline``. Only compiled functions can call what it decorates: wrappers for Python
would take longer to compile than some of the functions."""


def exp(x):  # type: ignore[no-untyped-def] # printed as it stands
    """e**x, within 1.1 ulp, denormal results included. As plain Python, inf warns of overflow."""
    c = min(max(x, EXP_LEAST), EXP_MOST)  # in this order a NaN passes
    k = np.floor(c * LOG2_E + HALF)
    r = c - k * LN2_HIGH - k * LN2_LOW  # x = k * log(2) + r
    p = ZERO
    for a in EXP:
        p = p * r + a
    y = p * r * r + r + ONE
    i = INTEGER(max(EXPONENT_LEAST, k))  # in this order a NaN does not
    h = INTEGER(i >> 1)  # 2**i in two factors, as 2**128 is inf and its product need not be
    y = y * INTEGER((h + BIAS) << MANTISSA).view(FLOAT)
    return y * INTEGER((i - h + BIAS) << MANTISSA).view(FLOAT)


def expm1(x):  # type: ignore[no-untyped-def] # printed as it stands
    """e**x - 1, within 2.2 ulp, also near 0. As plain Python, inf warns of overflow."""
    c = min(max(x, EXPM1_LEAST), EXP_MOST)
    k = np.floor(c * LOG2_E + HALF)
    r = c - k * LN2_HIGH - k * LN2_LOW
    p = ZERO
    for a in EXP:
        p = p * r + a
    y = p * r * r + r
    i = INTEGER(max(EXPONENT_LEAST, k))
    s = INTEGER((i + BIAS - 1) << MANTISSA).view(FLOAT)  # half of 2**k, which may be inf
    return (s * y + (s - HALF)) * TWO


def log(x):  # type: ignore[no-untyped-def] # printed as it stands
    """The natural logarithm, within 1 ulp; -inf at 0, NaN below."""
    low = x < NORMAL_LEAST
    c = x * TO_NORMAL if low else x
    i = INTEGER(FLOAT(max(NORMAL_LEAST, c)).view(INTEGER))
    e = INTEGER(INTEGER(i - ROOT_HALF) >> MANTISSA)
    f = INTEGER(i - INTEGER(e << MANTISSA)).view(FLOAT) - ONE  # x = 2**e * (1 + f)
    k = FLOAT(e) - TO_NORMAL_LOG2 if low else FLOAT(e)
    s = f / (TWO + f)
    z = s * s
    p = ZERO
    for a in LOG:
        p = p * z + a
    h = HALF * f * f
    y = k * LN2_HIGH + (f - (h - (s * (h + p * z) + k * LN2_LOW)))
    if x <= ZERO:
        y = -INFINITY if x == ZERO else NAN
    return y if x < INFINITY else x


def log1p(x):  # type: ignore[no-untyped-def] # printed as it stands
    """log(1 + x), within 1.5 ulp, also near 0; -inf at -1, NaN below."""
    v = min(x, NORMAL_MOST)
    u = v + ONE
    b = u - ONE
    c = (v - b) + (ONE - (u - b))  # what u lost: 1 + x = u + c exactly
    i = INTEGER(FLOAT(max(NORMAL_LEAST, u)).view(INTEGER))
    e = INTEGER(INTEGER(i - ROOT_HALF) >> MANTISSA)
    f = INTEGER(i - INTEGER(e << MANTISSA)).view(FLOAT) - ONE
    f = f + c * HALF * INTEGER((BIAS + 1 - e) << MANTISSA).view(FLOAT)  # c * 2**-e
    k = FLOAT(e)
    s = f / (TWO + f)
    z = s * s
    p = ZERO
    for a in LOG:
        p = p * z + a
    h = HALF * f * f
    y = k * LN2_HIGH + (f - (h - (s * (h + p * z) + k * LN2_LOW)))
    if x <= -ONE:
        y = -INFINITY if x == -ONE else NAN
    return y if x < INFINITY else x


def tanh(x):  # type: ignore[no-untyped-def] # printed as it stands
    """The hyperbolic tangent, within 3 ulp, also near 0: t / (t + 2), t = expm1(2 * x)."""
    c = TWO * min(max(x, -TANH_MOST), TANH_MOST)
    k = np.floor(c * LOG2_E + HALF)
    r = c - k * LN2_HIGH - k * LN2_LOW
    p = ZERO
    for a in EXP:
        p = p * r + a
    y = p * r * r + r
    i = INTEGER(max(EXPONENT_LEAST, k))
    s = INTEGER((i + BIAS) << MANTISSA).view(FLOAT)
    t = s * y + (s - ONE)
    return t / (t + TWO)


def maximum(a, b):  # type: ignore[no-untyped-def] # printed as it stands
    """The larger one; NaN where either is, which Python's max does not say."""
    return max(a, b) if b == b else b


def minimum(a, b):  # type: ignore[no-untyped-def] # printed as it stands
    """The smaller one; NaN where either is, which Python's min does not say."""
    return min(a, b) if b == b else b


def sign(x):  # type: ignore[no-untyped-def] # printed as it stands
    """1, 0 or -1; NaN of NaN."""
    return ONE if x > ZERO else (-ONE if x < ZERO else x)


def clip(x, low, high):  # type: ignore[no-untyped-def] # printed as it stands
    """Between low and high, which are numbers; NaN of NaN."""
    return min(max(x, low), high)


def remainder(a, b):  # type: ignore[no-untyped-def] # printed as it stands
    """What is left of a after whole numbers of b, with the sign of b."""
    return a % b


Function = Callable[..., Any]
EACH: tuple[Function, ...] = (
    *(exp, expm1, log, log1p, tanh),
    *(maximum, minimum, sign, clip, remainder),
)
NUMBERS: dict[str, ModuleType] = {"float32": single, "float64": double}
FUNCTIONS: dict[tuple[str, str], Function] = {(f.__name__, t): f for t in NUMBERS for f in EACH}
"""By name and dtype. What stands here computes in float64; the numbers make the dtype of a text."""


def function_texts(names: Iterable[str], dtype: str) -> str:
    """The source of functions for one dtype: the decorator, the numbers they need, themselves.

    The text needs ``import numba`` and ``import numpy as np`` before it.

    Parameters
    ----------
    names : iterable of str
        Names in FUNCTIONS, in any order; twice is once.
    dtype : str
        ``"float32"`` or ``"float64"``.

    Returns
    -------
    str
        Empty where no name is given.

    Examples
    --------
    >>> print(function_texts(["minimum"], "float32").split("\\n\\n\\n")[1])
    @inline
    def minimum(a, b):
        \"\"\"The smaller one; NaN where either is, which Python's min does not say.\"\"\"
        return min(a, b) if b == b else b
    <BLANKLINE>
    """
    asked = [function_of(name, dtype) for name in dict.fromkeys(names)]
    functions = sorted(asked, key=EACH.index)
    if not functions:
        return ""
    used = {name for function in functions for name in function.__code__.co_names}
    texts = [inspect.getsource(function).replace(MARKER, "") for function in functions]
    return "\n\n".join(
        [DECORATOR + numbers_text(used, NUMBERS[dtype]), *(f"@inline\n{text}" for text in texts)]
    )


def function_of(name: str, dtype: str) -> Function:
    """The function of this name and dtype, or an error that says which there are."""
    if (name, dtype) not in FUNCTIONS:
        there = ", ".join(function.__name__ for function in EACH)
        raise ProgramError(
            "the numba dialect's functions",
            f"one of {there} in {' or '.join(NUMBERS)}",
            f"{name!r} in {dtype!r}",
            "write it in functions.py",
        )
    return FUNCTIONS[name, dtype]


def numbers_text(names: set[str], module: ModuleType) -> str:
    """The assignments of those names in a module, as they stand there."""
    source = inspect.getsource(module)
    rows = source.splitlines(keepends=True)
    return "".join(
        "".join(rows[node.lineno - 1 : node.end_lineno])
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in names
    )
