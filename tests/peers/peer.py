"""Importing a library that is compared with: a skip where it is missing, and in CI a failure."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest


def require(name: str) -> ModuleType:
    """The module; without it the test file is skipped, and fails where the variable CI is set."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        reason = f"{name} is not installed ({error}): nothing is compared with it live"
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        pytest.fail(f"{reason}; CI must install it: pip install {name}", pytrace=False)
    pytest.skip(reason, allow_module_level=True)
