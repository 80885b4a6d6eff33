"""ONNX Runtime: the same network as a graph, which predicts and does not train."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from ..data import Array
from ..workloads import Workload
from .peer import Peer

onnx: Any = import_module("onnx")
runtime: Any = import_module("onnxruntime")

ACTIVATIONS = {"relu": "Relu", "sigmoid": "Sigmoid"}


def graph(workload: Workload, weights: Sequence[Array]) -> bytes:
    """Gemm, activation, ..., Gemm as Z, Softmax as P."""
    make = onnx.helper
    names = [f"{'Wb'[i % 2]}{i // 2 + 1}" for i in range(len(weights))]
    last, nodes, before = len(weights) // 2, [], "X"
    for layer in range(1, last + 1):
        Z = "Z" if layer == last else f"Z{layer}"
        nodes.append(make.make_node("Gemm", [before, f"W{layer}", f"b{layer}"], [Z]))
        before = f"A{layer}"
        if layer < last:
            nodes.append(make.make_node(ACTIVATIONS[workload.activation], [Z], [before]))
    nodes.append(make.make_node("Softmax", ["Z"], ["P"], axis=1))
    numbers, outputs = onnx.TensorProto.FLOAT, workload.sizes[-1]
    values = [onnx.numpy_helper.from_array(*pair) for pair in zip(weights, names, strict=True)]
    made = make.make_graph(
        nodes, "network",
        [make.make_tensor_value_info("X", numbers, [None, workload.sizes[0]])],
        [make.make_tensor_value_info(name, numbers, [None, outputs]) for name in "ZP"],
        values,
    )  # fmt: skip
    model = make.make_model(made, opset_imports=[make.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    text: bytes = model.SerializeToString()
    return text


class OnnxRuntime(Peer):
    """One session; its threads are tried."""

    def __init__(self, workload: Workload, X: Array, y: Array, weights: Sequence[Array]) -> None:
        self.X, self.text = X, graph(workload, weights)
        self.ways: list[Mapping[str, Any]] = [
            {"threads": count} for count in sorted({1, os.cpu_count() or 1})
        ]
        self.choose()

    def choose(self, threads: int = 1) -> None:
        options = runtime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = runtime.InferenceSession(
            self.text, options, providers=["CPUExecutionProvider"]
        )

    def train(self, rows: int, epochs: int, shuffle: bool = True) -> None:
        raise NotImplementedError

    def raw(self, X: Array) -> Array:
        found: Array = self.session.run(["Z"], {"X": X})[0]
        return found

    def answer(self, times: int) -> None:
        run, row = self.session.run, self.X[:1]
        for _ in range(times):
            run(["P"], {"X": row})


PEER = OnnxRuntime
