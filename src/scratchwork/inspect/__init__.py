"""Looking inside: trace a step, verify gradients, name the line that went wrong, sum up."""

from __future__ import annotations
