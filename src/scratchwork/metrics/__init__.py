"""Metrics that are computed by the program itself, batch by batch: means over the rows."""

from .given import GivenMetric, listed, metric, names_of, unknown
from .table import METRICS, Metric, Outcome, TopK

__all__ = [
    "METRICS",
    "GivenMetric",
    "Metric",
    "Outcome",
    "TopK",
    "listed",
    "metric",
    "names_of",
    "unknown",
]
