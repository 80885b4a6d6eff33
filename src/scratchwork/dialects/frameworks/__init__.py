"""The dialects of frameworks: a description as a fluent user of PyTorch or Keras would write it.

They print the description, not the program: each by a table "our class -> their constructor".
"""

from __future__ import annotations

from collections.abc import Callable

from ...description import Description
from .keras import print_keras
from .plan import Plan
from .pytorch import print_pytorch

FRAMEWORKS: dict[str, Callable[[Description, Plan], str]] = {
    "pytorch": print_pytorch,
    "keras": print_keras,
}
"""By the names that ``source`` and ``write(dialect=...)`` take."""
