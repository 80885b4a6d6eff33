"""The PyTorch dialect: a description as a fluent user of PyTorch would write it."""

from __future__ import annotations

from collections.abc import Mapping

from ...description import Description
from ..reader import names_text
from .plan import Plan, document, head, lacking, made_up
from .pytorch_layers import NAME, Part, parts_of
from .pytorch_losses import criterion, link, penalty_text
from .pytorch_metrics import metric_lines
from .pytorch_model import load_text, model_text
from .pytorch_optimizers import clipping, optimizer_line
from .pytorch_schedules import Scheduler, scheduler
from .text import function, joined


def print_pytorch(description: Description, plan: Plan) -> str:
    """The text: the model, its loss and optimizer, what trains and uses them, and a main part.

    Parameters
    ----------
    description : Description
    plan : Plan

    Raises
    ------
    DescriptionError
        For a layer, loss, optimizer ... that PyTorch does not have.

    Examples
    --------
    >>> import scratchwork as sw
    >>> model = sw.Sequential([sw.Dense(3, "relu"), sw.Dense(2)], input_shape=4)
    >>> model.compile(loss="cross_entropy", optimizer=sw.SGD(0.1), seed=0)
    >>> text = model.source("pytorch")
    >>> print(text[text.index("model = ") : text.index("def ")].rstrip())
    model = nn.Sequential(
        nn.Linear(4, 3),
        nn.ReLU(),
        nn.Linear(3, 2),
    )
    <BLANKLINE>
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    """
    total = description.reduction == "sum"
    parts = trained_parts(plan)
    schedule = scheduler(plan)
    penalty = penalty_text(plan, parts, total)
    settings = ["torch.set_default_dtype(torch.float64)"] * (plan.dtype == "float64")
    body = joined([
        "\n".join([*settings, f"torch.manual_seed({plan.seed % 2**63})"]),
        names_text("CLASSES", plan.classes).strip(),
        *model_text(parts),
        *objective(plan, total, schedule),
        load_text(parts),
        penalty,
        step_text(plan, total, bool(penalty), schedule),
        train_text(plan, total, schedule),
        evaluate_text(description, plan, total),
        predict_text(plan),
        main_text(plan),
    ])  # fmt: skip
    return f"{head(NAME, plan)}\n{document(NAME, 'pytorch', plan)}\n\n{imports(body)}\n\n{body}\n"


def trained_parts(plan: Plan) -> list[Part]:
    """The parts of the model, of which one must be trained."""
    parts = parts_of(plan.layers)
    if not any(part.module and part.weights and not part.frozen for part in parts):
        got = "no parameter that is trained, which its optimizers refuse"
        raise lacking("Sequential", NAME, got, "add a layer such as sw.Dense(10)")
    return parts


def imports(body: str) -> str:
    return "\n".join([
        *["import math"] * ("math." in body),
        "from pathlib import Path",
        "",
        "import numpy as np",
        "import torch",
        *["import torch.nn.functional as F"] * (" F." in body or "(F." in body),
        "from torch import nn",
    ])  # fmt: skip


def objective(plan: Plan, total: bool, schedule: Scheduler | None) -> list[str]:
    """criterion, optimizer and scheduler: lines that stand together, or functions of their own."""
    loss = criterion(plan, total)
    optimizer = optimizer_line(plan.optimizer, schedule.lr if schedule else None)
    rate, function = ([schedule.text], [schedule.function]) if schedule else ([], [])
    if loss.startswith("def "):
        return [loss, *function, "\n".join([optimizer, *rate])]
    return [*function, "\n".join([loss, optimizer, *rate])]


# ---- the functions ----
def output(plan: Plan) -> str:
    """The raw output, as the criterion takes it: where y is (n,), (n, 1) loses its second axis."""
    return "model(X).squeeze(1)" if plan.targets == "column" and plan.outputs == 1 else "model(X)"


def step_text(plan: Plan, total: bool, penalised: bool, schedule: Scheduler | None) -> str:
    added = f" + penalty({'' if total else 'len(X)'})" * penalised
    lines = [
        "model.train()",
        f"loss = criterion({output(plan)}, y){added}",
        "optimizer.zero_grad()",
        "loss.backward()",
        *clipping(plan.optimizer),
        "optimizer.step()",
        *stepped(schedule, by_epoch=False),
        "return loss.item()",
    ]
    return function("train_step(X, y)", "Make one step; return the loss before it.", lines)


def stepped(schedule: Scheduler | None, by_epoch: bool) -> list[str]:
    """How the schedule is moved, once a step or once an epoch."""
    if schedule is None or schedule.by_epoch != by_epoch:
        return []
    if schedule.last is None:
        return ["scheduler.step()"]
    return [
        f"if scheduler.last_epoch < {schedule.last}:  # later, OneCycleLR raises an error",
        "    scheduler.step()",
    ]


def train_text(plan: Plan, total: bool, schedule: Scheduler | None) -> str:
    settings = f"epochs={plan.epochs}, batch_size={plan.batch_size}, shuffle={plan.shuffle}"
    weight = "" if total else "len(rows) * "
    lines = [
        "losses = []",
        "for epoch in range(epochs):",
        "    order = torch.randperm(len(X)) if shuffle else torch.arange(len(X))",
        "    total = 0.0",
        "    for rows in order.split(batch_size):",
        f"        total += {weight}train_step(X[rows], y[rows])",
        *(f"    {line}" for line in stepped(schedule, by_epoch=True)),
        "    losses.append(total / len(X))",
        '    print(f"epoch {epoch + 1}: loss {losses[-1]:.4f}")',
        "return losses",
    ]
    doc = "Train, printing a line an epoch; return the mean loss of each."
    return function(f"train(X, y, {settings})", doc, lines)


def evaluate_text(description: Description, plan: Plan, total: bool) -> str:
    """The loss, and those of the metrics that PyTorch's own functions say in a line."""
    share, without = " / len(X)" * total, ", without the penalty" * bool(plan.penalties)
    metrics, names = metric_lines(description, plan)
    doc = f"The mean loss of rows{without}{', and metrics' * bool(names)}."
    if not names:
        lines = [f"return criterion({output(plan)}, y).item(){share}"]
    else:
        raw = [f"Z = {output(plan)}", f"loss = criterion(Z, y){share}"]
        values = ", ".join(f"{name}.item()" for name in ("loss", *names))
        lines = [*raw, *metrics, f"return {values}"]
    return "@torch.no_grad()\n" + function("evaluate(X, y)", doc, ["model.eval()", *lines])


def predict_text(plan: Plan) -> str:
    method = link(plan.loss)
    what = {".softmax(dim=1)": "probabilities", ".sigmoid()": "probabilities", ".exp()": "rates"}
    doc = f"What the network says of rows: {what.get(method, 'numbers')} (n, {plan.outputs})."
    lines = ["model.eval()", f"return model(X){method}"]
    return "@torch.no_grad()\n" + function("predict(X)", doc, lines)


# ---- how to use it ----
def main_text(plan: Plan) -> str:
    lines = [
        f'with np.load(Path(__file__).with_name("{plan.arrays_file}")) as file:',
        "    arrays = dict(file)",
        "load_weights(arrays)",
        *rows_of(plan, "train"),
        "train(X, y)",
    ]
    for part, name in (("val", "validation"), ("test", "test")):
        if f"X_{part}" in plan.parts:
            lines += [*rows_of(plan, part), f'print("{name}:", evaluate(X, y))']
    return "\n".join(['if __name__ == "__main__":', *(f"    {line}" for line in lines)])


def rows_of(plan: Plan, part: str) -> list[str]:
    """X, y of a part of the data; without data, numbers made up, to be replaced."""
    if f"X_{part}" in plan.parts:
        return [f'X, y = (torch.tensor(arrays[name]) for name in ("X_{part}", "y_{part}"))']
    shape, y = ", ".join(map(str, plan.layers[0].given)), TARGETS[plan.targets].format(plan.outputs)
    return [made_up(plan), f"X, y = torch.rand(64, {shape}), {y}"]


TARGETS: Mapping[str, str] = {
    "labels": "torch.randint({}, (64,))",
    "column": "torch.randint(2, (64,)).to(torch.get_default_dtype())",
    "matrix": "torch.eye({0})[torch.randint({0}, (64,))]",
}
"""How some y is made up."""
