"""The public names: listed, documented with examples, and typed."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import scratchwork as sw
from scratchwork import activations, errors, initializers, losses, optimizers, schedules

ROOT = Path(__file__).parents[1]
PUBLIC = {name: getattr(sw, name) for name in sw.__all__ if not name.startswith("__")}
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}
BASES = {"Layer", "Scope", "Value", "ScratchworkError"}  # what a user writes with, not calls
WITH_EXAMPLE = sorted({name for name, value in PUBLIC.items() if callable(value)} - BASES)
REGISTERED = {
    **activations.ACTIVATIONS,
    **{name: loss.function for name, loss in losses.LOSSES.items()},
    **{name: type(rule) for name, rule in initializers.INITIALIZERS.items()},
    **optimizers.OPTIMIZERS,
}


def order(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as the linter sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def test_all_is_sorted_and_names_nothing_twice() -> None:
    assert sw.__all__ == sorted(sw.__all__, key=order)
    assert len(set(sw.__all__)) == len(sw.__all__)


def test_all_is_complete() -> None:
    """What __init__ imports is public, and what is public is there."""
    tree = ast.parse(Path(sw.__file__).read_text(encoding="utf-8"))
    imported = {
        name.asname or name.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert imported == set(sw.__all__)
    assert not [name for name in sw.__all__ if not hasattr(sw, name)]


def test_all_lists_every_layer_error_and_registered_thing() -> None:
    layers = {
        name
        for name, value in vars(sw.layers).items()  # type: ignore[attr-defined]
        if inspect.isclass(value) and issubclass(value, sw.Layer)
    }
    assert layers <= set(sw.__all__)
    for table in (optimizers.OPTIMIZERS.values(), map(type, initializers.INITIALIZERS.values())):
        assert {kind.__name__ for kind in table} <= set(sw.__all__)


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_documented(name: str) -> None:
    documentation = PUBLIC[name].__doc__
    assert documentation
    first = documentation.strip().splitlines()[0]
    assert first.endswith((".", ":", "?")) or first[-1].isalnum()


@pytest.mark.parametrize("name", WITH_EXAMPLE)
def test_what_a_user_calls_has_an_example_that_runs(name: str) -> None:
    documentation = PUBLIC[name].__doc__ or ""
    examples = doctest.DocTestParser().get_examples(documentation)
    assert "Examples\n" in documentation
    assert any(example.want for example in examples) or len(examples) > 1


@pytest.mark.parametrize("name", REGISTERED)
def test_every_registered_thing_is_documented_with_its_formula(name: str) -> None:
    assert REGISTERED[name].__doc__


def public_methods(kind: type) -> list[str]:
    return [
        name
        for name, value in vars(kind).items()
        if not name.startswith("_") and (inspect.isfunction(value) or isinstance(value, property))
    ]


@pytest.mark.parametrize("kind", [sw.Sequential, sw.Scope], ids=lambda kind: kind.__name__)
def test_methods_that_users_call_are_documented(kind: type) -> None:
    described = kind.__doc__ or ""
    missing = [
        name
        for name in public_methods(kind)
        if not getattr(kind, name).__doc__ and f"{name} :" not in described
    ]
    assert not missing


SCHEDULES = [name for name in schedules.__all__ if name != "Schedule"]


@pytest.mark.parametrize("name", ["Dense", "Conv2D", "L2", *optimizers.OPTIMIZERS, *SCHEDULES])
def test_every_setting_is_described(name: str) -> None:
    """Each field of a description stands in its docstring."""
    kind = CLASSES[name]
    fields = [x for x in inspect.signature(kind).parameters if x != "input_shape"]
    assert not [field for field in fields if field not in (kind.__doc__ or "")]


def test_modules_that_are_public_are_documented() -> None:
    modules = [value for value in PUBLIC.values() if isinstance(value, ModuleType)]
    assert errors in modules
    assert all(module.__doc__ for module in modules)


def test_the_package_says_that_it_is_typed() -> None:
    assert Path(sw.__file__).with_name("py.typed").exists()


USER = '''
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

import scratchwork as sw


@dataclass(frozen=True)
class Scaled:
    """A user's layer."""

    units: int

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        W = scope.parameter("W", (x.shape[1], self.units), sw.Normal(0.1), kernel=True)
        gain = scope.hyperparameter("gain", 2.0)
        return (gain * (x @ W)).named("Z")


def cubed(Z: sw.Value) -> sw.Value:
    """A user's activation."""
    return Z**3


def stop(model: sw.Sequential) -> bool:
    return model.history["loss"][-1] < 0.1


data = sw.datasets.moons(seed=0)
model = sw.Sequential([sw.Dense(8, activation=cubed), Scaled(4), sw.Dense(2)], input_shape=2)
model.compile("cross_entropy", sw.SGD(sw.ExponentialDecay(0.1)), regularizer=sw.L2(0.1), seed=0)
history = model.fit(data.X_train, data.y_train, batch_size=32, epochs=2, callbacks=[stop])
losses: list[float] = list(history["loss"])
loss, *metrics = model.evaluate(data.X_test, data.y_test)
text: str = model.source()
P = model.predict(data.X_test)
best: np.intp = np.argmax(P[0])
model.set_parameters({name: 0 * value for name, value in model.parameters.items()})
model["W1"] = np.ones((2, 8))
model.write(Path("program.py"))
'''


WRONG = {
    "": "",
    'model.fit(data.X_train, data.y_train, batch_size="many")': '"batch_size" to "fit"',
    "sw.Dense()": 'Missing positional argument "units"',
}


@pytest.mark.parametrize("line", WRONG)
def test_the_types_of_a_user_s_program_are_checked(line: str, tmp_path: Path) -> None:
    """Strictly: what the annotations promise is what a user's editor shows."""
    if importlib.util.find_spec("mypy") is None:
        reason = "mypy is not installed: the types of the public names are not checked"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    program = tmp_path / "user.py"
    program.write_text(USER + line, encoding="utf-8")
    settings = ["--config-file", str(ROOT / "pyproject.toml")]
    cache = ["--cache-dir", str(ROOT / ".mypy_cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *settings, *cache, str(program)],
        cwd=tmp_path,
        env=os.environ | {"MYPYPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.stdout, done.stderr
    errors_found = [row for row in done.stdout.splitlines() if row.startswith("user.py")]
    assert len(errors_found) == (1 if line else 0), done.stdout
    assert WRONG[line] in "".join(errors_found)
