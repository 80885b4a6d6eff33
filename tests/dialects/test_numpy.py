"""The printed text: its form over all networks, and what single lines look like."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.dialects import layout, numpy, numpy_functions, numpy_module
from scratchwork.program.ir import Program, Value, apply
from tests.networks import NETWORKS
from tests.program.written import body, record, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {name: network.model().source("program") for name, network in NETWORKS.items()}


EACH_NETWORK = pytest.mark.parametrize("network", NETWORKS)


# ---- the form, for every network ----
@EACH_NETWORK
def test_the_text_is_ascii_and_at_most_100_columns_wide(
    network: str, texts: dict[str, str]
) -> None:
    text = texts[network]
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert not re.search(r"[ \t]$", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@EACH_NETWORK
def test_each_name_is_assigned_once(network: str, texts: dict[str, str]) -> None:
    """Python would take a second assignment silently, and trace() would show the first."""
    for function in functions(texts[network]):
        if function.name in vars(numpy_functions):
            continue  # written by hand
        given = [a.arg for a in (*function.args.args, *function.args.kwonlyargs)]
        plain = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        names = [x.id for node in plain for x in node.targets if isinstance(x, ast.Name)]
        repeated = [name for name, times in Counter([*given, *names]).items() if times > 1]
        assert not repeated, f"{function.name}: {repeated}"


@EACH_NETWORK
def test_every_argument_and_every_line_is_used(network: str, texts: dict[str, str]) -> None:
    for function in functions(texts[network]):
        body_names = Counter(x.id for x in ast.walk(function) if isinstance(x, ast.Name))
        given = {a.arg for a in (*function.args.args, *function.args.kwonlyargs)}
        unread = {name for name in given if not body_names[name]}
        assert not unread, f"{function.name} takes {unread}"
        if function.name == "train_step":
            names = [x for x in ast.walk(function) if isinstance(x, ast.Name)]
            loads = {x.id for x in names if isinstance(x.ctx, ast.Load)}
            unused = {x.id for x in names if isinstance(x.ctx, ast.Store)} - loads - given
            unused -= {"W"}  # the loop over many parameters changes its variable in place
            assert not unused, f"{unused} computed for nothing"


def functions(text: str) -> list[ast.FunctionDef]:
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


@EACH_NETWORK
def test_folded_text_is_the_same_code(
    network: str, texts: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folded = ast.dump(ast.parse(texts[network]))
    for module in (layout, numpy, numpy_module):
        monkeypatch.setattr(module, "fold", lambda code, *_, **__: [code])
    plain = NETWORKS[network].model().source("program")
    assert ast.dump(ast.parse(plain)) == folded


@EACH_NETWORK
def test_shapes_in_comments_are_those_of_the_arrays(network: str) -> None:
    """Read the comments of the step and compare with the arrays of a real one."""
    described = NETWORKS[network]
    model = described.model()
    X, y = described.data()
    with np.errstate(all="ignore"):
        trace = model.trace(X[:5], y[:5])
    found = re.findall(r"^    (\w+) = .*# (\(.*\))$", model.source(), re.MULTILINE)
    assert len(found) > 5
    for name, shape in found:
        expected = tuple(eval(size.strip(), {"n": 5}) for size in shape[1:-1].split(",") if size)
        assert trace[name].shape == expected, name


PRINT = """
import json
from tests.networks import NETWORKS
print(json.dumps({name: row.model().source("program") for name, row in NETWORKS.items()}))
"""


def test_two_processes_print_the_same_bytes(texts: dict[str, str]) -> None:
    """Nothing may depend on the order of sets, which changes with the hash."""
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PRINT],
            stdout=subprocess.PIPE,
            env=environment | {"PYTHONHASHSEED": seed},
            cwd=ROOT,
        )
        for seed in ("1", "2")
    ]
    for process in running:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert json.loads(output) == texts


def test_printing_again_gives_the_same_text(texts: dict[str, str]) -> None:
    assert NETWORKS["lenet"].model().source("program") == texts["lenet"]


# ---- the head ----
def test_the_head_says_version_engine_dtype_and_description(texts: dict[str, str]) -> None:
    head = texts["two_layers"].split("\n\n")[0].splitlines()
    assert head == [
        f"# Scratchwork {sw.__version__}, engine numpy, float64",
        '# Sequential([Dense(7, "relu"), Dense(4)], input_shape=(5,))',
        '# compile(loss="cross_entropy", optimizer=SGD(0.1))',
    ]


def test_a_module_imports_what_it_calls_and_no_more(texts: dict[str, str]) -> None:
    for text in texts.values():
        tree = ast.parse(text)
        imported = {
            a.name for node in tree.body if isinstance(node, ast.Import) for a in node.names
        }
        assert imported == {"math", "numpy"}
    model = sw.Sequential([sw.Rescale(2.0)], input_shape=3)
    assert "import math" not in model.source("program")


def test_only_the_functions_that_are_called_are_printed(texts: dict[str, str]) -> None:
    for text in texts.values():
        defined = {function.name for function in functions(text)}
        called = {
            node.func.id
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        ours = {function.__name__ for function in numpy_functions.FUNCTIONS}
        assert defined & ours == called & ours


def test_a_description_with_odd_texts_stays_a_comment() -> None:
    """What a user's object says of itself is no code, whatever it holds."""

    class Odd:
        def __repr__(self) -> str:
            return "a\nimport os\n\u00e4"

    @dataclass(frozen=True)
    class Strange:
        setting: Any

        def build(self, x: Value, scope: sw.Scope) -> Value:
            return (x * 2).named("Z")

    Strange.__name__ = "Strange_\u00e4"
    model = sw.Sequential([Strange(Odd()), Strange(np.ones(100)), sw.Dense(1)], input_shape=2)
    model.compile(loss="mean_squared_error", seed=0)
    text = model.source("program")
    assert text.isascii()
    assert "# layer 1: Strange_\\xe4(a import os \\xe4)" in text
    assert max(map(len, text.splitlines())) <= 100
    assert model.predict(np.ones((2, 2))).shape == (2, 1)


# ---- settings ----
def test_settings_are_keywords_with_their_numbers() -> None:
    model = sw.Sequential([sw.Rescale(1 / 16), sw.Dense(1)], input_shape=2)
    model.compile(loss="mean_squared_error", optimizer=sw.SGD(1), seed=0)
    assert model.source().splitlines()[0] == (
        "def train_step(X, y, W1, b1, *, scale0=0.0625, learning_rate=1.0):"
    )


def test_a_setting_may_be_infinite() -> None:
    @dataclass(frozen=True)
    class Clipped:
        learning_rate: float = 0.1
        most: float = float("inf")

        def update(self, W: Value, dW: Value, scope: Any) -> Value:
            return W - self.learning_rate * np.minimum(dW, self.most)  # type: ignore[call-overload]

    model = sw.Sequential([sw.Dense(1)], input_shape=2)
    model.compile(loss="mean_squared_error", optimizer=Clipped(), seed=0)
    assert "most=math.inf" in model.source()
    model.fit(np.ones((4, 2)), np.ones(4), epochs=1, verbose=0)


# ---- single lines ----
LINES: dict[str, tuple[Any, str]] = {
    "expand": (lambda X, A: apply("expand_dims", X, axis=1), "X[:, None]"),
    "expand the last": (lambda X, A: apply("expand_dims", X, axis=2), "X[:, :, None]"),
    "squeeze": (lambda X, A: apply("squeeze", X.max(axis=1, keepdims=True), axis=1),
                "X.max(axis=1, keepdims=True)[:, 0]"),
    "largest": (lambda X, A: apply("argmax", X, axis=1), "X.argmax(axis=1)"),
    "first": (lambda X, A: apply("first_maximum", X, axis=1), "first_maximum(X, 1)"),
    "cast": (lambda X, A: apply("cast", X > 0), "(X > 0).astype(X.dtype)"),
    "zeros": (lambda X, A: apply("full", 0.0, shape=A.shape), "np.zeros((3, 3), X.dtype)"),
    "ones": (lambda X, A: apply("full", 1.0, shape=A.shape[:1]), "np.ones(3, X.dtype)"),
    "full": (lambda X, A: apply("full", 0.5, shape=A.shape), "np.full((3, 3), 0.5, X.dtype)"),
    "arange": (lambda X, A: apply("arange", size=A.shape[0]), "np.arange(3)"),
    "sum of a view": (lambda X, A: X.reshape(*X.shape, 1).sum(axis=(0, 1)),
                      "X.reshape(-1, 3, 1).sum(axis=(0, 1))"),
}  # fmt: skip


@pytest.mark.parametrize("case", LINES)
def test_lines(case: str) -> None:
    function, expected = LINES[case]

    def both(X: Value, A: Value) -> tuple[Value, Value]:
        return function(X, A).named("Y"), X + 1

    program = record(both, "X", "A")
    assert body(program)[0] == f"Y = {expected}"
    X = np.arange(12.0).reshape(4, 3)
    found, _ = run(program, {"X": X, "A": np.eye(3)})
    assert found.shape == tuple(s.number * (4 if s.batch else 1) for s in program.outputs[0].shape)


def test_pad_and_crop_are_each_other_s_inverse() -> None:
    def function(X: Value) -> tuple[Value, Value]:
        image = X.reshape(X.shape[0], 1, 3, 1)
        wide = apply("pad", image, rows=(1, 2), columns=(0, 1)).named("wide")
        return wide, apply("crop", wide, rows=(1, 2), columns=(0, 1)).named("back")

    program = record(function, "X")
    assert body(program) == [
        "wide = np.pad(X.reshape(-1, 1, 3, 1), ((0, 0), (1, 2), (0, 1), (0, 0)))",
        "back = wide[:, 1:2, 0:3]",
    ]
    X = np.arange(12.0).reshape(4, 3)
    wide, back = run(program, {"X": X})
    assert wide.shape == (4, 4, 4, 1)
    np.testing.assert_array_equal(back.reshape(4, 3), X)


def test_add_windows_adds_each_window_back() -> None:
    X = np.arange(2 * 5 * 4 * 3.0).reshape(2, 5, 4, 3)
    C = numpy_functions.windows(X, (3, 2), (2, 1))
    assert C.shape == (2 * 2 * 3, 18)
    np.testing.assert_array_equal(C[0].reshape(3, 2, 3), X[0, :3, :2])
    back = numpy_functions.add_windows(C, (5, 4, 3), (3, 2), (2, 1))
    times = numpy_functions.add_windows(np.ones_like(C), (5, 4, 3), (3, 2), (2, 1))
    np.testing.assert_array_equal(back, X * times)


def test_the_first_of_equal_maxima() -> None:
    X = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 1.0]])
    found = numpy_functions.first_maximum(X, 1)
    np.testing.assert_array_equal(found, [[False, True, False], [True, False, False]])


def test_a_program_that_does_nothing_is_a_function_that_passes() -> None:
    empty = Program("f", (), (), (), {}, (), {}, ())
    assert numpy.print_program(empty) == "def f():\n    pass\n"
