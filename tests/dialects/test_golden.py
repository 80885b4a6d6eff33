"""The golden files are what is printed now, and what stands in them can be read and run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from pathlib import Path

import numpy as np
import pytest

from scratchwork.dialects.load import load
from tests.dialects.golden_networks import FOLDER, GOLDEN, golden_files

VERSION = re.compile(r"\A# Scratchwork \S+, ")
EACH_FILE = pytest.mark.parametrize("name", GOLDEN)


@pytest.fixture(scope="module")
def printed() -> dict[Path, str]:
    return golden_files()


def kept(name: str) -> str:
    return (FOLDER / f"{name}.numpy.py").read_text(encoding="ascii")


@EACH_FILE
def test_the_file_is_what_is_printed(name: str, printed: dict[Path, str]) -> None:
    """Byte for byte, but for the version: a release changes no program."""
    new, old = printed[FOLDER / f"{name}.numpy.py"], kept(name)
    assert VERSION.sub("", new) == VERSION.sub("", old), "see tests/golden/README.md"
    assert VERSION.match(new)
    assert VERSION.match(old)


def test_no_other_files_are_kept(printed: dict[Path, str]) -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} == {
        "README.md", *(path.name for path in printed),
    }  # fmt: skip


@EACH_FILE
def test_every_value_has_a_name(name: str) -> None:
    """t1, t2 ... is what a value is called that nobody named."""
    names = {node.id for node in ast.walk(ast.parse(kept(name))) if isinstance(node, ast.Name)}
    assert not [x for x in names if re.fullmatch(r"d?t\d+", x)]


@EACH_FILE
def test_no_name_had_to_be_made_unique(name: str) -> None:
    """E_2 is what a second value called E becomes: a better name is missing.

    Adam's beta_1 and layer 1's strength l2_1 are called so.
    """
    names = {node.id for node in ast.walk(ast.parse(kept(name))) if isinstance(node, ast.Name)}
    numbered = [x for x in names if re.search(r"_\d+$", x)]
    assert not [x for x in numbered if not re.fullmatch(r"beta_[12]|l[12]_\d+", x)]


@EACH_FILE
def test_lines_are_short_ascii_and_without_tricks(name: str) -> None:
    text = kept(name)
    assert max(map(len, text.splitlines())) <= 100
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    assert not [t for t in tokens if t.type == tokenize.OP and t.string in (";", ":=")]
    assert not [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Lambda)]


@EACH_FILE
def test_the_kept_program_runs_with_numpy_alone(name: str) -> None:
    """Load the file as it is kept and make a step with it."""
    module = load(kept(name), "numpy")
    model = GOLDEN[name]()
    assert model.run is not None
    initial = model.run.engine().named("initialize", {"rng": np.random.default_rng(0)})
    known = initial | {"X": np.ones((4, *model.run.description.input_shape), np.float32)}
    known |= {"y": np.zeros(4, np.int64), "t": 1, "rng": np.random.default_rng(1)}
    known["Y"] = known["X"]
    arguments = module.train_step.__code__.co_varnames[: module.train_step.__code__.co_argcount]
    before = {key: np.copy(known[key]) for key in arguments if key in initial}
    result = module.train_step(**{key: known[key] for key in arguments})
    loss = result[0] if isinstance(result, tuple) else result
    assert np.isfinite(loss)
    assert any(not np.array_equal(known[key], before[key]) for key in before)
    for key in before:
        assert known[key].dtype == np.float32
