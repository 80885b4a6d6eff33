"""The dialects of frameworks: a description as a fluent user of PyTorch or Keras would write it.

They print the description, not the program: each by a table "our class -> their constructor". Only
a schedule that a framework lacks is printed from its program, as a function.
"""

from __future__ import annotations

from ...description import Description
from .plan import Plan

FRAMEWORKS = {"pytorch": "PyTorch", "keras": "Keras"}
"""By the names that ``source`` and ``write(dialect=...)`` take, what they are called."""


def print_framework(framework: str, description: Description, plan: Plan) -> str:
    """The text; the tables of a framework are loaded when it is asked for."""
    if framework == "pytorch":
        from .pytorch import print_pytorch

        return print_pytorch(description, plan)
    from .keras import print_keras

    return print_keras(description, plan)
