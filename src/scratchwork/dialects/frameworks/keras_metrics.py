"""Metrics as Keras has them; they are of the raw output, as the loss is."""

from __future__ import annotations

from ...activations import linear
from ...description import Description
from ...metrics import METRICS, Metric, TopK
from .keras_layers import call, where_not
from .plan import Plan


def print_metrics(description: Description, plan: Plan) -> tuple[list[str], str]:
    """What ``compile(metrics=...)`` takes, and a remark about those that Keras does not have."""
    texts = {metric.name: print_metric(metric, plan) for metric in description.metrics}
    missing = [name for name, text in texts.items() if not text] + list(description.scorers)
    remark = f"Keras has no {' and no '.join(missing)} of this output" if missing else ""
    return [text for text in texts.values() if text], remark


def print_metric(metric: Metric, plan: Plan) -> str:
    """Keras' metric, empty where it has none that is the same."""
    name, loss = metric.name, plan.loss
    if isinstance(metric, TopK):
        sparse = "Sparse" * (plan.targets == "labels")
        return call(
            f"keras.metrics.{sparse}TopKCategoricalAccuracy", str(metric.k), name=f'"{name}"'
        )
    if metric not in METRICS.values():
        return ""
    answers = loss.answers or (plan.outputs == 1 and not loss.classes)
    if name == "accuracy" and not answers:
        return '"accuracy"'
    if name == "binary_accuracy" or (name == "accuracy" and plan.outputs == 1):
        return binary(name, loss.raw_threshold)
    if loss.link is not linear:
        return ""
    if name == "r2":
        return 'keras.metrics.R2Score(name="r2")' if plan.targets == "matrix" else ""
    return f'"{name}"' if name.startswith("mean_") else ""


def binary(name: str, threshold: float) -> str:
    given = where_not(0.5, threshold)
    return call("keras.metrics.BinaryAccuracy", name=f'"{name}"', threshold=given)
