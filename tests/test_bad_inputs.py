"""Every bad input in ``bad_inputs/`` gets the message that stands there, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import scratchwork as sw
from tests.bad_inputs import FILES, NAMES, PROMPT, Example, examples, rewritten, shown
from tests.training import everything

EXAMPLES = examples()


def test_there_are_two_hundred() -> None:
    assert len({example.call for example in EXAMPLES}) >= 200


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_message(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for module in ("pandas", "polars"):
        if f"import {module}" in example.setup:
            pytest.importorskip(module)
    names: dict[str, Any] = dict(NAMES)
    exec(example.setup, names)
    before = whole(names.get("model"))
    with pytest.raises(sw.ScratchworkError) as caught:
        exec(example.call, names)
    error = caught.value
    assert all((error.where, error.expected, error.got, error.todo))
    assert shown(error) == example.message
    assert whole(names.get("model")) == before
    assert not list(tmp_path.iterdir())


def whole(model: sw.Sequential | None) -> object:
    """What the refused call must leave as it was."""
    if model is None:
        return None
    classes = None if model.classes_ is None else model.classes_.tolist()
    more = {"run": model.run, "layers": model.layers, "classes": classes}
    if model.run is not None:
        more |= {"kind": model.run.kind(), "noticed": model.run.noticed}
    return everything(model) | more


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_calls_without_a_message_only_prepare(file: Path) -> None:
    """What is accepted would stand there without a message, and be taken for a preparation."""
    lines = file.read_text(encoding="utf-8").splitlines()
    calls = [line.removeprefix(PROMPT) for line in lines if line.startswith(PROMPT)]
    refused = {example.call for example in EXAMPLES if example.file == file.stem}
    prepares = ("model = ", "model.compile(", "frame = ", "_ = ", "import ", "from ", "images")
    assert not [call for call in calls if call not in refused and not call.startswith(prepares)]


def test_a_changed_message_is_found_and_written_down() -> None:
    before = "# One\n\n    >>> sw.Dense(0)\n    Something else entirely.\n"
    assert rewritten(before).splitlines()[3].startswith("    DescriptionError: Dense expects")
