"""The model in PyTorch: nn.Sequential where that is enough, else a small module; its weights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from .pytorch_layers import Part
from .text import function


@dataclass(frozen=True)
class Named:
    """A part and where it is in the model: ``0``, ``block1`` or ``block1.0``; a line nowhere."""

    path: str
    part: Part

    @property
    def access(self) -> str:
        """model[0], model.block1[0]"""
        steps = self.path.split(".")
        return "model" + "".join(f"[{x}]" if x.isdigit() else f".{x}" for x in steps)

    def of(self, name: str) -> str:
        """The name of one of its arrays in the model's state_dict."""
        return f"{self.path}.{name}" if self.path else name


def grouped(parts: Iterable[Part]) -> list[tuple[bool, list[Part]]]:
    """Modules that follow each other, and lines that stand between."""
    return [(module, list(group)) for module, group in groupby(parts, lambda part: part.module)]


def paths(parts: Iterable[Part]) -> Iterator[Named]:
    """Where each part is: in one nn.Sequential, or in blocks between which lines stand."""
    groups, number = grouped(parts), 0
    for module, group in groups:
        number += module
        block = f"block{number}"
        for i, part in enumerate(group):
            if not module:
                yield Named("", part)
            elif len(groups) == 1:
                yield Named(str(i), part)
            else:
                yield Named(block if len(group) == 1 else f"{block}.{i}", part)


def model_text(parts: list[Part]) -> list[str]:
    """model = nn.Sequential(...), or a class and its instance; then what is not trained."""
    frozen = [f"{x.access}.requires_grad_(False)" for x in paths(parts) if x.part.frozen]
    if all(part.module for part in parts):
        return ["\n".join([f"model = {sequential(parts, '')}", *frozen])]
    return [class_text(parts), "\n".join(["model = Network()", *frozen])]


def sequential(parts: list[Part], indent: str) -> str:
    rows = "".join(f"{indent}    {part.code},{part.remark}\n" for part in parts)
    return f"nn.Sequential(\n{rows}{indent})"


def class_text(parts: list[Part]) -> str:
    """A module whose forward has a line for each block, and the lines between blocks."""
    return "\n".join([
        "class Network(nn.Module):",
        "    def __init__(self):",
        "        super().__init__()",
        *(f"        {line}" for line in attributes(parts)),
        "",
        "    def forward(self, x):",
        *(f"        {line}" for line in forward(parts)),
    ])  # fmt: skip


def attributes(parts: list[Part]) -> Iterator[str]:
    """What the module has: the arrays of lines, and the blocks."""
    number = 0
    for module, group in grouped(parts):
        if not module:
            yield from (registered(*buffer) for part in group for buffer in part.buffers)
            continue
        number += 1
        alone = group[0].code + group[0].remark
        yield f"self.block{number} = {alone if len(group) == 1 else sequential(group, ' ' * 8)}"


def registered(name: str, shape: tuple[int, ...]) -> str:
    initial = "ones" if name.startswith("std") else "zeros"
    return f'self.register_buffer("{name}", torch.{initial}({", ".join(map(str, shape))}))'


def forward(parts: list[Part]) -> list[str]:
    """The lines of forward; a last block's output is returned as it is."""
    lines: list[str] = []
    number = 0
    for module, group in grouped(parts):
        number += module
        if module:
            lines.append(f"x = self.block{number}(x)")
        else:
            lines += [line for part in group for line in part.code.splitlines()]
    if parts[-1].module:
        return [*lines[:-1], f"return self.block{number}(x)"]
    return [*lines, "return x"]


# ---- its weights ----
def load_text(parts: list[Part]) -> str:
    """Our arrays in their places, each as it is turned."""
    arrays = [(x.of(name), ours) for x in paths(parts) for name, ours in x.part.weights]
    turned = {
        "a Linear's weight is (outputs, inputs), W (inputs, outputs)": ".T",
        "a Conv2d's is (filters, c, rows, columns), W (rows * columns * c, filters)": ".reshape",
    }
    found = [text for text, mark in turned.items() if any(mark in ours for _, ours in arrays)]
    remark = "; ".join(found)
    doc = "Take over the numbers by their names in Scratchwork."
    return function(
        "load_weights(arrays)",
        f"{doc} {remark[:1].upper()}{remark[1:]}{'.' * bool(remark)}".rstrip(),
        [
            "state = model.state_dict()",
            *(f'state["{path}"] = torch.tensor({ours})' for path, ours in arrays),
            "model.load_state_dict(state)",
        ],
    )
