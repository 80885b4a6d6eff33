"""What is measured: networks, data and batches, the same for every peer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["training", "prediction", "first fit", "sweep"]

OURS, NUMPY, TORCH, COMPILED = "Scratchwork", "NumPy", "PyTorch", "PyTorch compiled"
TORCH_ONE, JAX, KERAS, SKLEARN, ONNX = "PyTorch (1 thread)", "JAX", "Keras", "scikit-learn", "ONNX"
TRAINERS = (OURS, NUMPY, TORCH, COMPILED, JAX, KERAS, SKLEARN)


@dataclass(frozen=True)
class Workload:
    """One row of the table.

    Parameters
    ----------
    name : str
    data : str
        The name of its files in the folder of the data.
    sizes : tuple of int
        Features, hidden layers, outputs. After convolutions those of the dense layers.
    activation : str
        After every layer but the last.
    optimizer, rate : str, float
    batch : int or None
        Rows a step; None is all of them.
    check_rows, check_epochs : int
        Before anything is timed each peer trains on these rows, in their order.
    tolerance : float
        How far its loss then may be from the middle of all, as a part of that.
    loss : "cross_entropy" or "mean_squared_error"
    filters : tuple of int
        Convolutions 3 x 3, each followed by a pool 2 x 2, before the dense layers.
    image : tuple of int
        The shape of a row, where there are filters.
    """

    name: str
    data: str
    sizes: tuple[int, ...]
    activation: str
    optimizer: str
    rate: float
    batch: int | None
    check_rows: int
    check_epochs: int = 1
    tolerance: float = 0.01
    loss: str = "cross_entropy"
    filters: tuple[int, ...] = ()
    image: tuple[int, ...] = ()
    kind: Kind = "training"
    peers: tuple[str, ...] = TRAINERS
    overhead: bool = False

    def steps(self, rows: int, epochs: int = 1) -> int:
        """How many updates that many epochs over that many rows make."""
        return epochs * -(-rows // (self.batch or rows))

    def kernels(self) -> list[tuple[int, int, int]]:
        """Of each layer, in order: products a row, inputs and outputs of one."""
        found = []
        side, channels = (self.image or (0, 0, 0))[0], (self.image or (0, 0, 0))[-1]
        for filters in self.filters:
            side -= 2
            found.append((side * side, 9 * channels, filters))
            side, channels = side // 2, filters
        dense = zip(self.sizes, self.sizes[1:], strict=False)
        return found + [(1, inputs, outputs) for inputs, outputs in dense]

    def operations(self, rows: int) -> int:
        """Of the products of one step: forward, dW, and dX but for the first layer."""
        each = [2 * rows * count * inputs * outputs for count, inputs, outputs in self.kernels()]
        return 3 * sum(each) - each[0]


DIGITS, MOONS = (784, 128, 64, 10), (2, 64, 2)

WORKLOADS = (
    Workload("image by image", "mnist", DIGITS, "sigmoid", "SGD", 0.1, 1, 2_000),
    Workload(
        "image by image (no zeros)", "mnist_shifted", DIGITS, "sigmoid", "SGD", 0.05, 1, 2_000
    ),
    # scikit-learn has one output for two classes, another parametrisation of the same network
    Workload(
        "moons", "moons", MOONS, "relu", "SGD", 0.1, 10, 3_750, tolerance=0.2, overhead=True
    ),
    Workload("mini-batch", "mnist", DIGITS, "relu", "SGD", 0.1, 64, 6_400),
    Workload("mini-batch (Adam)", "mnist", DIGITS, "relu", "Adam", 1e-3, 64, 6_400, tolerance=0.03),
    Workload("full batch", "mnist", (784, 500, 150, 10), "relu", "SGD", 0.1, None, 60_000, 2),
    Workload(
        "wide table", "table", (30, 256, 256, 256, 1), "relu", "Adam", 1e-3, 256, 25_600,
        tolerance=0.05, loss="mean_squared_error",
    ),
    Workload(
        "small convnet", "mnist_images", (800, 64, 10), "relu", "SGD", 0.1, 64, 1_280,
        filters=(16, 32), image=(28, 28, 1),
        peers=(OURS, NUMPY, TORCH, TORCH_ONE, COMPILED, JAX, KERAS),
    ),
    Workload(
        "one prediction", "mnist", DIGITS, "relu", "SGD", 0.1, 1, 256, kind="prediction",
        peers=(*TRAINERS, ONNX),
    ),
    Workload(
        "first fit", "digits", (64, 64, 10), "relu", "SGD", 0.1, 32, 1_258, 20, kind="first fit",
        peers=(OURS, TORCH, JAX, KERAS, SKLEARN),
    ),
    Workload(
        "sweep", "moons", MOONS, "relu", "SGD", 0.1, 10, 3_750, 100, kind="sweep", peers=(OURS,)
    ),
)  # fmt: skip

WIDTHS, REPEATS = range(3, 40), 3


def named(name: str) -> Workload:
    """The workload of this name."""
    return next(each for each in WORKLOADS if each.name == name)


def sweep_steps() -> int:
    """How many updates the sweep makes in all."""
    sweep = named("sweep")
    return len(WIDTHS) * REPEATS * sweep.steps(sweep.check_rows, sweep.check_epochs)
