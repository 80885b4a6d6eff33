"""Benchmarks: every workload for every installed peer, in alternation; ``python -m bench``."""
