"""The measures of the code: small files, small functions, nothing left to do."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "scratchwork"
FILES = {str(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))}
EACH_FILE = pytest.mark.parametrize("name", FILES)
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
FORBIDDEN = ("utils", "util", "helpers", "helper", "common", "misc", "manager", "ctx", "tmp")


def long_functions(text: str) -> list[str]:
    """Functions of more than 40 lines without docstring; ``# long: why`` at def allows one."""
    rows = text.splitlines()
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        beside = rows[max(node.lineno - 2, 0) : node.body[0].lineno]
        allowed = any("# long: " in row for row in beside)
        if lines_of(node) > LONGEST_FUNCTION and not allowed:
            found.append(f"{node.name}: {lines_of(node)} lines")
    return found


def lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or 0) - node.lineno + 1 - docstring


@EACH_FILE
def test_files_are_short(name: str) -> None:
    rows = FILES[name].read_text(encoding="utf-8").splitlines()
    assert len(rows) <= LONGEST_FILE or any(row.startswith("# long: ") for row in rows)


@EACH_FILE
def test_functions_are_short(name: str) -> None:
    assert not long_functions(FILES[name].read_text(encoding="utf-8"))


@EACH_FILE
def test_nothing_is_left_to_do(name: str) -> None:
    text = FILES[name].read_text(encoding="utf-8")
    assert not [word for word in ("TODO", "FIXME", "XXX") if word in text]


@EACH_FILE
def test_every_module_says_what_it_is(name: str) -> None:
    assert ast.get_docstring(ast.parse(FILES[name].read_text(encoding="utf-8")))


@EACH_FILE
def test_names_say_something(name: str) -> None:
    assert not set(Path(name).with_suffix("").parts) & set(FORBIDDEN)
    tree = ast.parse(FILES[name].read_text(encoding="utf-8"))
    defined = {
        node.name.lower()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }
    assert not [x for x in defined if x in FORBIDDEN or x.endswith(("manager", "_tmp", "_utils"))]


def test_a_long_function_is_found_and_a_reason_accepted() -> None:
    body = "".join(f"    x = {i}\n" for i in range(45))
    assert long_functions(f"def f():\n{body}") == ["f: 46 lines"]
    assert long_functions(f"def f():  # long: a table\n{body}") == []
    docstring = "a\n" * 60
    assert long_functions(f'def f():\n    """{docstring}"""\n') == []
