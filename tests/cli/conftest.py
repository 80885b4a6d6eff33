"""A way to run the command, and a small MNIST."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

import scratchwork as sw
from scratchwork.cli import main
from scratchwork.cli.options import description_options
from scratchwork.cli.settings import Settings

Runner = Callable[..., Result]
SMALL = ("--layers", "4", "--epochs", "2")


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Runner:
    """Run the command in an empty folder, without the user's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("SCRATCHWORK_MNIST", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(sw.__file__).parents[1]))  # also from a checkout
    monkeypatch.setenv("SCRATCHWORK_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "cache"))
    return lambda *words: CliRunner().invoke(main, list(words))


def settings(task: str, **options: Any) -> Settings:
    """What the command makes of these options, the others left out."""
    context = click.Context(click.Command("any"))
    command = click.command()(description_options(lambda **given: given))
    with command.make_context("any", [task], parent=context) as made:
        return Settings.of(**{**made.params, **options})


@pytest.fixture
def mnist_file(tmp_path: Path) -> Path:
    """Sixty training and twenty test images in Keras' layout."""
    rng, path = np.random.default_rng(0), tmp_path / "small.npz"
    images = rng.integers(0, 256, (80, 28, 28), dtype=np.uint8)
    labels = np.arange(80) % 10
    parts = {"train": slice(60), "test": slice(60, 80)}
    arrays = {f"x_{name}": images[rows] for name, rows in parts.items()}
    np.savez(path, **arrays, **{f"y_{name}": labels[rows] for name, rows in parts.items()})
    return path
