"""The mathematical functions of the numba dialect: their errors, compiled and as plain Python."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from scratchwork.dialects.numba.functions import FUNCTIONS, function_texts
from scratchwork.errors import ProgramError

numba = pytest.importorskip("numba")

Array = NDArray[Any]
Function = Callable[..., Any]
DTYPES = ("float32", "float64")
LARGEST_ERROR = {"exp": 1.1, "expm1": 2.2, "log": 1.0, "log1p": 1.5, "tanh": 3.0}  # in ulp
EXACT = {"maximum": 2, "minimum": 2, "sign": 1, "clip": 3, "remainder": 2}  # arguments
LEAST = {"log": 0.0, "log1p": -1.0}  # below, there is no result
KERNEL_FLAGS = {"nsz", "arcp", "contract", "reassoc", "afn"}  # of the loops that call them

EACH_DTYPE = pytest.mark.parametrize("dtype", DTYPES)
EACH_FUNCTION = pytest.mark.parametrize("name", LARGEST_ERROR)
EACH_EXACT = pytest.mark.parametrize("name", EXACT)
EACH_WAY = pytest.mark.parametrize("way", ["compiled", "plain"])


def loaded(name: str, dtype: str) -> Function:
    """The function of a printed text, as that text defines it."""
    space: dict[str, Any] = {"np": np, "numba": numba}
    exec(function_texts([name], dtype), space)
    function: Function = space[name]
    return function


def compiled(name: str, dtype: str) -> Any:
    """A loop over a printed function, with the flags that the dialect's kernels have."""
    function = loaded(name, dtype)

    def one(x, out):  # type: ignore[no-untyped-def]
        for i in range(len(out)):
            out[i] = function(x[i])

    def two(x, y, out):  # type: ignore[no-untyped-def]
        for i in range(len(out)):
            out[i] = function(x[i], y[i])

    def three(x, y, z, out):  # type: ignore[no-untyped-def]
        for i in range(len(out)):
            out[i] = function(x[i], y[i], z[i])

    count = EXACT.get(name, 1)
    arrays = ", ".join([f"{dtype}[::1]"] * (count + 1))
    options = {"fastmath": KERNEL_FLAGS, "error_model": "numpy", "nogil": True}
    return numba.njit(f"void({arrays})", **options)([one, two, three][count - 1])


def results(name: str, way: str, *arrays: Array) -> Array:
    """What a printed function gives for each number, compiled or with the compiler off."""
    out = np.empty_like(arrays[0])
    if way == "compiled":
        compiled(name, str(out.dtype))(*arrays, out)
        return out
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(numba.config, "DISABLE_JIT", 1)
        function = loaded(name, str(out.dtype))
    for i, numbers in enumerate(zip(*arrays, strict=True)):
        result = function(*numbers)
        assert type(result) is out.dtype.type
        out[i] = result
    return out


def grid(name: str, dtype: str, count: int) -> Array:
    """Numbers with finite results: in the usual range, around 0 and 1, and of every size."""
    limits = np.finfo(dtype)
    most = float(np.log(limits.max)) if name.startswith("exp") else float(limits.max)
    sizes = np.geomspace(float(limits.tiny), most * 0.9999, count)
    least = LEAST.get(name, float(np.log(limits.tiny)))
    parts = [np.linspace(least, -least or 4.0, count), np.linspace(-1.5, 2, count), sizes, -sizes]
    x = np.concatenate(parts).astype(dtype)
    return x[(x > least) & (x < most)]


def errors(name: str, x: Array, got: Array) -> Array:
    """By how many units in the last place results differ from those in a wider type."""
    wide = np.float64 if x.dtype == np.float32 else np.longdouble
    if np.finfo(wide).eps == np.finfo(x.dtype).eps:
        pytest.skip("this machine has no type wider than float64")
    right = getattr(np, name)(x.astype(wide))
    units: Array = np.abs(got - right) / np.spacing(np.abs(right.astype(x.dtype)))
    return units


@EACH_DTYPE
@EACH_FUNCTION
@pytest.mark.parametrize(("way", "count"), [("compiled", 200_000), ("plain", 1_000)])
def test_errors_are_a_few_units_in_the_last_place(
    name: str, dtype: str, way: str, count: int
) -> None:
    """Warnings are errors here: as plain Python, too, usual numbers give none."""
    x = grid(name, dtype, count)
    assert errors(name, x, results(name, way, x)).max() <= LARGEST_ERROR[name]


def special(dtype: str) -> Array:
    limits = np.finfo(dtype)
    sizes = [0, limits.smallest_subnormal, limits.tiny / 8, limits.tiny, 0.5, 1, 2, 9, 40, 88.5]
    sizes += [88.8, 104, 709.7, 709.9, 746, limits.max / 1.3, limits.max, np.inf]
    return np.array([np.nan, *sizes, *(-np.array(sizes, dtype))], dtype)


@EACH_DTYPE
@EACH_FUNCTION
@EACH_WAY
def test_special_numbers_are_as_numpy_has_them(name: str, dtype: str, way: str) -> None:
    """NaN, infinities, overflow, nothing left, zeros, what has no logarithm, denormal numbers."""
    x = special(dtype)
    with np.errstate(all="ignore"):
        got, right = results(name, way, x), getattr(np, name)(x)
    finite = np.isfinite(right)
    np.testing.assert_array_equal(got[~finite], right[~finite])
    assert np.isfinite(got[finite]).all()
    assert errors(name, x[finite], got[finite]).max() <= LARGEST_ERROR[name]


@EACH_DTYPE
@EACH_FUNCTION
def test_as_plain_python_they_warn_no_more_than_numpy(name: str, dtype: str) -> None:
    """Of NaN and infinities with a result; warnings are errors here. exp(inf) is an overflow."""
    silent = {"exp": [-np.inf], "expm1": [-np.inf], "tanh": [-np.inf, np.inf]}
    x = np.array([np.nan, *silent.get(name, [np.inf])], dtype)
    np.testing.assert_array_equal(results(name, "plain", x), getattr(np, name)(x))


@EACH_DTYPE
@EACH_EXACT
@EACH_WAY
def test_exact_functions_are_numpys(name: str, dtype: str, way: str) -> None:
    limits = np.finfo(dtype)
    some = [np.nan, np.inf, -np.inf, 0, 1, -1, 2.5, -7, 0.1, limits.max, limits.tiny]
    count = EXACT[name]
    arrays = np.array(list(itertools.product(some, repeat=count)), dtype).T
    if name == "clip":  # its bounds are numbers
        arrays = arrays[:, ~np.isnan(arrays[1:]).any(axis=0)]
    arrays = np.ascontiguousarray(arrays)
    with np.errstate(all="ignore"):
        got, right = results(name, way, *arrays), getattr(np, name)(*arrays)
    np.testing.assert_array_equal(got, right)


@pytest.mark.compiled
@EACH_DTYPE
@pytest.mark.parametrize("name", [*LARGEST_ERROR, "maximum", "minimum"])
def test_loops_handle_several_numbers_at_once(name: str, dtype: str) -> None:
    """In the loop nothing is called, and nothing is of the other dtype."""
    kernel = compiled(name, dtype)
    text = next(iter(kernel.inspect_llvm().values()))
    number, other = ("float", "double") if dtype == "float32" else ("double", "float")
    assert re.search(rf"<\d+ x {number}>", text)
    assert not re.search(rf"<\d+ x {other}>|\b{other}\b %", text)
    assert not re.search(rf"@{name}f?\b", text)


def test_every_function_is_tested() -> None:
    assert set(FUNCTIONS) == set(itertools.product([*LARGEST_ERROR, *EXACT], DTYPES))


def test_a_text_has_what_was_asked_for_once() -> None:
    text = function_texts(["minimum", "sign", "minimum"], "float32")
    assert re.findall(r"^@inline\ndef (\w+)", text, re.MULTILINE) == ["minimum", "sign"]
    assert "ONE = np.float32(1.0)\n" in text
    assert "EXP" not in text
    assert "type: ignore" not in text


def test_a_text_does_not_depend_on_the_order_of_names() -> None:
    """The name of a compiled file is made from its text."""
    assert function_texts(["log", "exp"], "float64") == function_texts(["exp", "log"], "float64")


def test_no_names_give_no_text() -> None:
    assert function_texts([], "float32") == ""


@pytest.mark.parametrize(("name", "dtype"), [("erf", "float32"), ("exp", "float16")])
def test_what_is_not_there_is_refused(name: str, dtype: str) -> None:
    with pytest.raises(ProgramError, match=rf"one of exp, .* got '{name}' in '{dtype}'; write"):
        function_texts([name], dtype)
