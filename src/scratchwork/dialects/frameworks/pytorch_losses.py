"""Our losses in PyTorch's words: its class where it computes the same, or else a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...layers.layer import describe
from ...losses import Loss
from ...regularizers import L1, L2
from ..layout import WIDTH
from .plan import Plan, loss_name, penalised
from .pytorch_layers import NAME, Part
from .pytorch_model import paths
from .text import enclosed, function


def criterion(plan: Plan, total: bool) -> str:
    """The line or the function that makes ``criterion``; ``total`` is reduction="sum"."""
    return WRITERS[loss_name(plan.loss, NAME)](plan.loss.function, plan, total)


def of_class(kind: str, **settings: object) -> str:
    """criterion = nn.HuberLoss(delta=0.3)"""
    given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    return f"criterion = nn.{kind}({given})".replace("'", '"')


def by_function(doc: str, *lines: str) -> str:
    """def criterion(Z, y), with what it does as its docstring."""
    return function("criterion(Z, y)", doc, lines)


def reduced(L: str, total: bool, outputs: int) -> str:
    """What is returned: the mean, or the sum over the rows of the mean over a row's outputs."""
    if not total:
        return f"return {L}.mean()"
    return f"return {L}.sum()" + (f" / {outputs}" if outputs > 1 else "")


# ---- those that PyTorch has ----
def cross_entropy(function: Any, plan: Plan, total: bool) -> str:
    share = getattr(function, "label_smoothing", 0)
    settings = {"label_smoothing": share} if share else {}
    return of_class("CrossEntropyLoss", **settings, **summed(total))


def summed(total: bool) -> dict[str, str]:
    return {"reduction": "sum"} if total else {}


def binary_cross_entropy(function: Any, plan: Plan, total: bool) -> str:
    share = getattr(function, "label_smoothing", 0)
    if plan.outputs == 1 and not share:
        return of_class("BCEWithLogitsLoss", **summed(total))
    smooth = [f"y = {1 - share} * y + {share / 2}  # label smoothing"] * bool(share)
    if plan.outputs == 1:
        settings = ', reduction="sum"' * total
        returned = f"return F.binary_cross_entropy_with_logits(Z, y{settings})"
        return by_function("BCEWithLogitsLoss of smoothed targets.", *smooth, returned)
    whole = 'F.binary_cross_entropy_with_logits(Z, y, reduction="sum")'
    end = "" if total else " / len(Z)"
    doc = "BCEWithLogitsLoss, but a row's outputs are added up, where PyTorch takes their mean."
    return by_function(doc, *smooth, f"return {whole}{end}")


def elementwise(kind: str, function_name: str, *names: str) -> Callable[[Any, Plan, bool], str]:
    """A loss of PyTorch that is a mean over rows and outputs; its "sum" adds up outputs, too."""

    def written(function: Any, plan: Plan, total: bool) -> str:
        settings = {name: getattr(function, name) for name in names}
        settings = {name: value for name, value in settings.items() if value != 1}
        if not total or plan.outputs == 1:
            return of_class(kind, **settings, **summed(total))
        given = "".join(f", {name}={value!r}" for name, value in settings.items())
        L = f'F.{function_name}(Z, y, reduction="sum"{given}) / {plan.outputs}'
        return by_function(f"{kind}: the sum over rows of the mean over outputs.", f"return {L}")

    return written


# ---- those that it lacks ----
def log_cosh(function: Any, plan: Plan, total: bool) -> str:
    return by_function(
        "The mean of log(cosh(D)), D the distances, in a form that does not overflow.",
        "D = (Z - y).abs()",
        reduced("(D + F.softplus(-2 * D) - math.log(2))", total, plan.outputs),
    )


def quantile(function: Any, plan: Plan, total: bool) -> str:
    q, several = function.q, plan.outputs > 1
    quantiles = q if isinstance(q, tuple) else (q,)
    shown = f"torch.tensor({list(quantiles)})" if several else repr(quantiles[0])
    return by_function(
        "The pinball loss: too low costs q, too high 1 - q.",
        f"q = {shown}",
        f"D = {'y.unsqueeze(1)' if several else 'y'} - Z",
        reduced("torch.maximum(q * D, (q - 1) * D)", total, plan.outputs),
    )


def hinge(function: Any, plan: Plan, total: bool) -> str:
    return by_function(
        "The mean of max(1 - T Z, 0), T the targets 0 and 1 as -1 and 1.",
        "T = 2 * y - 1",
        reduced("F.relu(1 - T * Z)", total, plan.outputs),
    )


def categorical_hinge(function: Any, plan: Plan, total: bool) -> str:
    numbers = plan.targets == "labels"
    one_hot = f"F.one_hot(y, {plan.outputs}).bool()" if numbers else "y > 0.5"
    return by_function(
        "How far the best wrong class comes within 1 of the right one (Crammer and Singer).",
        f"right = {one_hot}",
        "best_wrong = Z.masked_fill(right, -math.inf).max(dim=1).values",
        reduced("F.relu(1 + best_wrong - Z[right])", total, 1),
    )


WRITERS: dict[str, Callable[[Any, Plan, bool], str]] = {
    "cross_entropy": cross_entropy,
    "binary_cross_entropy": binary_cross_entropy,
    "mean_squared_error": elementwise("MSELoss", "mse_loss"),
    "mean_absolute_error": elementwise("L1Loss", "l1_loss"),
    "huber": elementwise("HuberLoss", "huber_loss", "delta"),
    "poisson": elementwise("PoissonNLLLoss", "poisson_nll_loss"),
    "log_cosh": log_cosh,
    "quantile": quantile,
    "hinge": hinge,
    "categorical_hinge": categorical_hinge,
}
"""Every loss that we have; a user's own is refused by name."""

LINKS = {"softmax": ".softmax(dim=1)", "sigmoid": ".sigmoid()", "exp": ".exp()"}


def link(loss: Loss) -> str:
    """What makes predictions of the raw output, as a method of it."""
    return LINKS.get(getattr(loss.link, "__name__", ""), "")


# ---- penalties ----
def penalty_text(plan: Plan, parts: list[Part], total: bool) -> str:
    """What is added to the loss, as a function: each regularizer's share, of its kernels."""
    weights = {x.part.kernel: f"{x.access}.weight" for x in paths(parts) if x.part.kernel}
    groups = {x: [weights[each] for each in names] for x, names in penalised(plan, NAME).items()}
    if not groups:
        return ""
    rows = "" if total else ", n the rows of the batch"
    formulas = {describe(x): x.sum_formula if total else x.formula for x in groups}
    doc = "; ".join(f"{name}: {formula}" for name, formula in formulas.items())
    several = sum(len(kernels) > 1 for kernels in groups.values()) > 1
    lines: list[str] = []
    terms: list[str] = []
    for regularizer, kernels in groups.items():
        name = f"kernels_{len(lines) + 1}" if several else "kernels"
        if len(kernels) > 1:
            lines.append(enclosed(f"{name} = [", kernels, "]", room=4))
        terms.append(term(regularizer, kernels[0] if len(kernels) == 1 else name, total))
    lines.append(added(terms))
    return function(f"penalty({'' if total else 'n'})", f"{doc}{rows}.", lines)


def term(regularizer: L1 | L2, kernels: str, total: bool) -> str:
    """0.1 / (2 * n) * sum(W.square().sum() for W in kernels)"""
    if squares := isinstance(regularizer, L2):
        strength, entries = regularizer.l2, "square()"
    else:
        strength, entries = regularizer.l1, "abs()"
    share = {(True, True): " / 2", (False, True): " / (2 * n)", (False, False): " / n"}
    factor = f"{strength}{share.get((total, squares), '')}"
    if kernels.startswith("kernels"):
        return f"{factor} * sum(W.{entries}.sum() for W in {kernels})"
    return f"{factor} * {kernels}.{entries}.sum()"


def added(terms: list[str]) -> str:
    """return a + b, each on a line of its own where they do not fit one."""
    whole = f"return {' + '.join(terms)}"
    if len(whole) <= WIDTH - 4:
        return whole
    return "return (\n    " + "\n    + ".join(terms) + "\n)"
