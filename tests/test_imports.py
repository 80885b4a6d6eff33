"""The architecture: who may import whom, who may execute text, and what an import must not load."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src"
PACKAGE = SOURCE / "scratchwork"
FILES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(PACKAGE.rglob("*.py"))
}

# Each part of the package: its modules (a folder means all inside), and the parts that it may use.
PARTS: dict[str, tuple[str, ...]] = {
    "errors": ("errors", "version"),
    "files": ("files",),  # writes what it is given: knows neither programs nor arrays
    "program": ("program",),
    "description": (
        *("layers", "activations", "losses", "optimizers", "initializers", "regularizers"),
        *("schedules", "settings", "synonyms", "arguments", "description", "metrics"),
    ),
    "frameworks": ("dialects.frameworks",),  # print the description, not the program
    "dialects": ("dialects",),
    "map": ("network", "programs"),
}
MAY_USE: dict[str, set[str]] = {
    "errors": {"errors"},
    "files": {"errors", "files"},
    "program": {"errors", "program"},
    "description": {"errors", "program", "description"},
    "frameworks": {"errors", "program", "description", "dialects", "frameworks"},
    "dialects": {"errors", "files", "program", "dialects"},
    "map": {"errors", "program", "description", "dialects", "map"},
    "run": {
        *("errors", "files", "program", "description", "frameworks", "dialects", "map", "run"),
    },
}


def part_of(module: str) -> str:
    """The part that a module belongs to; what is in none of the lower ones is the run part."""
    inside = module.removeprefix("scratchwork").lstrip(".")
    for part, members in PARTS.items():
        if any(inside == member or inside.startswith(f"{member}.") for member in members):
            return part
    return "run"


def imports(module: str, tree: ast.AST) -> Iterator[str]:
    """The full names of the modules that a module imports, anywhere in it."""
    package = module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - max(node.level - 1, 0)]
            base = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            for name in node.names:
                whole = f"{base}.{name.name}"
                ours = base.split(".")[0] == "scratchwork"
                yield base if ours and whole not in FILES else whole


def parse(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def broken_rules(module: str, tree: ast.AST) -> list[str]:
    """The imports by which a module uses a part that it may not use."""
    allowed = MAY_USE[part_of(module)]
    return [
        f"{module} ({part_of(module)}) imports {name} ({part_of(name)})"
        for name in imports(module, tree)
        if name.split(".")[0] == "scratchwork" and part_of(name) not in allowed
    ]


@pytest.mark.parametrize("module", FILES)
def test_imports_go_one_way(module: str) -> None:
    assert not broken_rules(module, parse(module))


def test_every_named_part_is_there() -> None:
    """A module that moved away would leave its rule guarding nothing."""
    for part, members in PARTS.items():
        for member in members:
            assert f"scratchwork.{member}" in FILES, f"{part}: {member}"


BAD = {
    "scratchwork.program.passes": "from ..dialects.numpy import print_program",
    "scratchwork.layers.dense": "from ..model import Sequential",
    "scratchwork.losses": "from .. import programs",
    "scratchwork.dialects.layout": "import scratchwork.network",
    "scratchwork.programs": "def f():\n    from .run import Run",
    "scratchwork.metrics": "from ..dialects import spelling",
    "scratchwork.errors": "from .program import ir",
    "scratchwork.files": "from .dialects import load",
    "scratchwork.program.ir": "from ..files import write_all",
}


@pytest.mark.parametrize("module", BAD)
def test_a_wrong_import_is_found(module: str) -> None:
    assert len(broken_rules(module, ast.parse(BAD[module]))) == 1


# ---- who may turn text into code ----
LOADER = "scratchwork.dialects.load"
EXECUTES = {"exec", "eval", "compile", "__import__"}
IMPORTS_FILES = {"importlib", "runpy", "code"}
HARMLESS = (
    *("importlib.resources", "importlib.metadata"),  # data files and versions
    "importlib.util.find_spec",  # whether a package is there; nothing of it is loaded
)


def executions(module: str, tree: ast.AST) -> list[str]:
    """Calls that execute text, and imports of what imports files."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in EXECUTES:
            found.append(f"{module}:{node.lineno} {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in ("exec", "eval"):
            found.append(f"{module}:{node.lineno} .{node.attr}")
    names = {name for name in imports(module, tree) if not name.startswith(HARMLESS)}
    return found + [f"{module} imports {x}" for x in names if x.split(".")[0] in IMPORTS_FILES]


@pytest.mark.parametrize("module", [module for module in FILES if module != LOADER])
def test_only_the_loader_executes_text(module: str) -> None:
    assert not executions(module, parse(module))


def test_the_loader_executes_text() -> None:
    assert {found.split()[1] for found in executions(LOADER, parse(LOADER))} == {"exec", "compile"}


@pytest.mark.parametrize(
    "text", ["exec('1')", "x = eval", "from importlib import util", "b.exec(t)"]
)
def test_an_execution_is_found(text: str) -> None:
    assert executions("scratchwork.model", ast.parse(text))


# ---- what `import scratchwork` loads ----
HEAVY = (
    *("sklearn", "torch", "numba", "llvmlite", "rich", "click", "threadpoolctl", "scipy", "pandas"),
    *("matplotlib", "jax", "tensorflow", "safetensors", "narwhals", "IPython"),
    *(f"scratchwork.dialects.frameworks.{name}" for name in ("keras", "pytorch")),
    "scratchwork.plots",
)


def test_importing_loads_numpy_and_nothing_heavy() -> None:
    code = (
        f"import json, sys, scratchwork; print(json.dumps(sorted(set({HEAVY}) & set(sys.modules))))"
    )
    output = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    assert json.loads(output) == []


NUMPY_ENGINE = """
import sys, scratchwork as sw
data = sw.datasets.moons(seed=0)
model = sw.Sequential([sw.Dense(4), sw.BatchNorm(), sw.Dense(2)])
model.compile("cross_entropy", seed=0)
model.fit(data.X_train, data.y_train, epochs=1, verbose=0)
model.summary()
print(model.history.engine, sorted({"numba", "llvmlite", "scipy"} & set(sys.modules)))
"""


def test_a_short_fit_loads_no_compiler() -> None:
    """What auto means follows from what is installed, which is looked up and not loaded."""
    kept = {name: value for name, value in os.environ.items() if name != "SCRATCHWORK_ENGINE"}
    output = subprocess.run(
        [sys.executable, "-c", NUMPY_ENGINE],
        env=kept | {"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        check=True,
        timeout=60,
    ).stdout
    assert output.decode().splitlines()[-1] == "numpy []"
