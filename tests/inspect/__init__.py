"""Tests of looking inside: trace, verify, the line that went wrong, summary."""
