"""Metrics in PyTorch: each one line of Z, the raw output, and y."""

from __future__ import annotations

from ...description import Description
from ...losses import Loss
from ...metrics import METRICS, Metric, TopK
from .plan import Plan
from .pytorch_losses import link


def metric_lines(description: Description, plan: Plan) -> tuple[list[str], list[str]]:
    """The lines that compute them, a remark on those that are left out, and the names computed."""
    found = {metric.name: metric_code(metric, plan) for metric in description.metrics}
    missing = [name for name, code in found.items() if not code] + list(description.scorers)
    lines = [f"{name} = {code}" for name, code in found.items() if code]
    remark = [f"# not computed here: {', '.join(missing)}"] * bool(missing)
    return [*lines, *remark], [name for name, code in found.items() if code]


def metric_code(metric: Metric, plan: Plan) -> str:
    """A metric of ours as an expression; empty for a user's own."""
    loss, labels = plan.loss, plan.targets == "labels"
    if isinstance(metric, TopK):
        classes = "y.unsqueeze(1)" if labels else "y.argmax(dim=1, keepdim=True)"
        return f"(Z.topk({metric.k}).indices == {classes}).any(dim=1).float().mean()"
    if metric not in METRICS.values():
        return ""
    if metric.name == "accuracy":
        return accuracy(loss, plan)
    if metric.name == "binary_accuracy":
        return f"({answers(loss)}).float().mean()"
    P, y = f"Z{link(loss)}", f"F.one_hot(y, {plan.outputs})" if labels else "y"
    if metric.name == "r2":
        return f"1 - (({P} - y).square() / y.var(dim=0, correction=0)).mean()"
    error = {"mean_absolute_error": "abs()", "mean_squared_error": "square()"}.get(metric.name)
    return f"({P} - {y}).{error}.mean()" if error else ""


def accuracy(loss: Loss, plan: Plan) -> str:
    """The share of rows whose class, or whose every answer, is right."""
    if loss.classes or (plan.outputs > 1 and not loss.answers):
        y = "y" if plan.targets == "labels" else "y.argmax(dim=1)"
        return f"(Z.argmax(dim=1) == {y}).float().mean()"
    every = ".all(dim=1)" * (plan.outputs > 1)
    return f"({answers(loss)}){every}.float().mean()"


def answers(loss: Loss) -> str:
    """Whether each output answers as the target does."""
    return f"(Z > {loss.raw_threshold}) == (y > 0.5)"
