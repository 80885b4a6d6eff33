"""summary: parameters, shapes, multiply-adds and memory, counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.inspect.summary import Summary, engine_text, summarize

MLP = [sw.Dense(7, activation="relu"), sw.Dropout(0.5), sw.Dense(4)]
CONVNET = [
    sw.Conv2D(3, 3),
    sw.BatchNorm(),
    sw.Activation("relu"),
    sw.MaxPool2D(2),
    sw.Flatten(),
    sw.Dense(2),
]


def summary(layers: list[Any], input_shape: Any, **settings: Any) -> Summary:
    model = sw.Sequential(layers, input_shape=input_shape)
    model.compile("cross_entropy", **{"optimizer": sw.SGD(0.1), "seed": 0, **settings})
    return summarize(model.description)


def test_mlp_layer_by_layer() -> None:
    found = summary(MLP, 5)
    assert [(x.note, x.output, x.parameters, x.multiply_adds) for x in found.layers] == [
        ('layer 1: Dense(7, "relu")', "(n, 7)", 5 * 7 + 7, 5 * 7),
        ("layer 1: Dropout(0.5)", "(n, 7)", 0, 0),
        ("layer 2: Dense(4)", "(n, 4)", 7 * 4 + 4, 7 * 4),
    ]


def test_mlp_in_all() -> None:
    found = summary(MLP, 5, optimizer="Adam")
    assert found.parameters == found.trainable == 42 + 32
    assert found.state == 2 * 74  # Adam's m and v
    # forward 5 * 7 + 7 * 4; backward dW2, dA1, dW1: X needs no gradient
    assert found.step_multiply_adds == 63 + 28 + 28 + 35


def test_convnet_layer_by_layer() -> None:
    found = summary(CONVNET, (6, 6, 1))
    assert [(x.note, x.output, x.parameters, x.multiply_adds) for x in found.layers] == [
        ("layer 1: Conv2D(3, 3)", "(n, 4, 4, 3)", 9 * 3 + 3, 16 * 9 * 3),
        ("layer 2: BatchNorm()", "(n, 4, 4, 3)", 6, 0),
        ('layer 2: Activation("relu")', "(n, 4, 4, 3)", 0, 0),
        ("layer 3: MaxPool2D()", "(n, 2, 2, 3)", 0, 0),
        ("layer 3: Flatten()", "(n, 12)", 0, 0),
        ("layer 4: Dense(2)", "(n, 2)", 26, 24),
    ]


def test_convnet_in_all() -> None:
    found = summary(CONVNET, (6, 6, 1))
    assert found.parameters == 30 + 6 + 26
    assert found.state == 6  # running mean and variance
    # forward 432 + 24; backward dW1 432, dW4 24 and what Dense hands back 24
    assert found.step_multiply_adds == 432 + 24 + 432 + 24 + 24


def test_strides_and_padding() -> None:
    (layer,) = summary(
        [sw.Conv2D(4, (3, 2), stride=2, padding="same"), sw.Flatten()], (7, 6, 2)
    ).layers[:1]
    assert (layer.output, layer.parameters) == ("(n, 4, 3, 4)", 3 * 2 * 2 * 4 + 4)
    assert layer.multiply_adds == 4 * 3 * 12 * 4


def test_frozen_parameters_cost_no_gradient() -> None:
    found = summary([sw.Dense(7, activation="relu", trainable=False), sw.Dense(4)], 5)
    assert (found.parameters, found.trainable) == (74, 32)
    assert found.step_multiply_adds == 63 + 28  # forward, dW2


def test_memory_of_a_row() -> None:
    """The named arrays that a step makes, row by row, four bytes a number."""
    found = summary([sw.Dense(7, activation="relu"), sw.Dense(4)], 5)
    floats = {"Z1": 7, "A1": 7, "Z2": 4, "S": 4, "E": 4, "T": 1, "L": 1, "P": 4, "dZ2": 4}
    backward = {"dA1": 7, "dZ1": 7}
    assert found.row_bytes == 4 * (sum(floats.values()) + sum(backward.values()))
    double = summary([sw.Dense(7, activation="relu"), sw.Dense(4)], 5, dtype="float64")
    assert double.row_bytes == 2 * found.row_bytes


def test_without_a_loss_it_counts_prediction() -> None:
    model = sw.Sequential([sw.Dense(7), sw.Dense(4)], input_shape=5)
    assert summarize(model.description).step_multiply_adds == 63


# ---- the text ----
def printed(capsys: pytest.CaptureFixture[str], layers: list[Any], shape: Any) -> list[str]:
    model = sw.Sequential(layers, input_shape=shape)
    model.compile("cross_entropy", "Adam", seed=0)
    model.summary()
    return capsys.readouterr().out.splitlines()


@pytest.mark.usefixtures("nothing_asked_for")
def test_the_printed_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, [sw.Dense(128, activation="relu"), sw.Dense(10)], 784) == [
        "                             output              parameters   multiply-adds",
        'layer 1: Dense(128, "relu")  (n, 128)               100,480         100,352',
        "layer 2: Dense(10)           (n, 10)                  1,290           1,280",
        "total                                               101,770         101,632",
        "a training step: 204,544 multiply-adds a row",
        "memory in float32: 2.3 kB a row, and 1,628.3 kB for parameters, gradients and state",
        "engine: numpy (auto: nothing to compile for, before a fit)",
    ]


@pytest.mark.parametrize("layers", [MLP, CONVNET[3:], CONVNET], ids=["mlp", "pool", "convnet"])
def test_columns_stand_below_their_heads(
    layers: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    head, *lines = printed(capsys, layers, 5 if layers is MLP else (6, 6, 1))
    ends = [head.index(word) + len(word) for word in ("parameters", "multiply-adds")]
    for line in lines[: len(layers) + 1]:
        assert len(line) == ends[1]
        assert line[ends[0] - 1].isdigit()
        assert line[ends[0]] == " "
    for line in lines[: len(layers)]:
        assert line[head.index("output")] == "("
    assert max(map(len, [head, *lines])) <= 100


def test_a_long_layer_widens_its_column_only(capsys: pytest.CaptureFixture[str]) -> None:
    long = sw.Conv2D(
        16, (3, 3), "relu", stride=(2, 2), padding="same", kernel_initializer="he_normal"
    )
    head, first, *rest = printed(capsys, [long, sw.Flatten(), sw.Dense(10)], (28, 28, 3))
    assert first.index("(n, 14, 14, 16)") == head.index("output")
    assert {len(line) for line in (head, first, *rest[:3])} == {len(head)}


@dataclass(frozen=True)
class Mixing:
    """A user's layer that carries the number before it, as two of them do."""

    numbered: ClassVar[bool] = False

    def build(self, x: Any, scope: Any) -> Any:
        return x @ scope.parameter("M", (x.shape[1], x.shape[1]), sw.Constant(0.5))


def test_equal_layers_of_one_number_are_counted_apart() -> None:
    found = summary([sw.Dense(3), Mixing(), Mixing(), sw.Rescale(2.0), sw.Rescale(2.0)], 5)
    assert [(x.note, x.parameters, x.multiply_adds) for x in found.layers] == [
        ("layer 1: Dense(3)", 18, 15),
        ("layer 1: Mixing()", 9, 9),
        ("layer 1: Mixing()", 9, 9),
        ("layer 1: Rescale(2.0)", 0, 0),
        ("layer 1: Rescale(2.0)", 0, 0),
    ]
    assert found.parameters == 36


# ---- the engine ----
def engine_line(model: sw.Sequential) -> str:
    assert model.run is not None
    shown = str(summarize(model.description, engine_text(model.run)))
    return shown.splitlines()[-1]


def compiled(layers: list[Any], shape: Any, **settings: Any) -> sw.Sequential:
    model = sw.Sequential(layers, input_shape=shape)
    model.compile("cross_entropy", **{"optimizer": sw.SGD(0.1), "seed": 0, **settings})
    return model


@pytest.fixture
def nothing_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SCRATCHWORK_ENGINE", raising=False)
    monkeypatch.setattr("scratchwork.engines.choice.has_numba", lambda: True)


@pytest.mark.usefixtures("nothing_asked_for")
def test_the_engine_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    model = compiled(MLP, 5)
    assert engine_line(model) == "engine: numpy (auto: nothing to compile for, before a fit)"
    history = model.fit(np.ones((9, 5)), np.arange(9) % 4, epochs=1)
    assert engine_line(model) == f"engine: numpy ({history.reason})"
    assert history.reason.endswith(" s in NumPy, too short to compile")
    assert engine_line(compiled(MLP, 5, engine="numpy")) == "engine: numpy (as asked for)"
    assert engine_line(compiled(MLP, 5, engine="numba")) == "engine: numba (as asked for)"
    monkeypatch.setenv("SCRATCHWORK_ENGINE", "numpy")
    assert engine_line(compiled(MLP, 5)) == "engine: numpy (auto: SCRATCHWORK_ENGINE=numpy)"


@pytest.mark.usefixtures("nothing_asked_for")
@pytest.mark.parametrize("layers", [CONVNET[1:3], CONVNET[:3]], ids=["dense", "images"])
def test_rows_that_meet_run_as_one_slice(layers: list[Any]) -> None:
    network = [*layers, sw.Flatten(), sw.Dense(2)]
    whole = "; rows meet in training: one slice"
    for engine, shown in {
        "auto": f"numpy (auto: nothing to compile for, before a fit){whole}",
        "numba": f"numba (as asked for){whole}",
        "numpy": "numpy (as asked for)",  # which has no slices
    }.items():
        line = engine_line(compiled(network, (6, 6, 1), engine=engine))
        assert line == f"engine: {shown}"
        assert len(line) <= 100


@pytest.mark.usefixtures("nothing_asked_for")
@pytest.mark.parametrize(
    "settings",
    [
        {"regularizer": sw.L2(0.1), "metrics": ["accuracy"]},
        {"optimizer": sw.Adam(clip_norm=1.0)},
        {"reduction": "sum"},
    ],
)
def test_sums_over_rows_alone_are_no_meeting(settings: Any) -> None:
    """A loss, gradients and their norm are sums of slices; so is a row's own norm in LayerNorm."""
    model = compiled([sw.Dense(7), sw.LayerNorm(), sw.Dense(4)], 5, engine="numba", **settings)
    assert engine_line(model) == "engine: numba (as asked for)"


def test_the_slices_of_a_batch_once_they_are_known() -> None:
    pytest.importorskip("numba")
    rng = np.random.default_rng(0)
    model = compiled([sw.Dense(128, activation="relu"), sw.Dense(10)], 784, engine="numba")
    X, y = rng.normal(size=(128, 784)), np.arange(128) % 10
    for batch_size, slices in ((32, "1 slice"), (64, "2 slices"), (32, "1 slice")):
        model.fit(X, y, batch_size=batch_size, epochs=1)
        assert engine_line(model) == (
            f"engine: numba (as asked for); batches of {batch_size}: {slices}"
        )


def test_a_network_without_a_loss_has_an_engine_too() -> None:
    model = sw.Sequential(MLP, input_shape=5)
    model.build(5)
    assert engine_line(model).startswith("engine: ")
