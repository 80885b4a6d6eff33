"""LayerRecorder and LayerHistogramDisplay: what goes on in the layers, unchanged by looking."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.errors import DataError, DescriptionError, NotReadyError

Display = sw.plots.LayerHistogramDisplay
data = sw.datasets.moons(seed=0)
X, y = data.X_train, data.y_train
ROWS = data.X_val[:40], data.y_val[:40]


def network(*layers: Any, optimizer: Any = None, **settings: Any) -> sw.Sequential:
    model = sw.Sequential([*layers, sw.Dense(2)], input_shape=2)
    model.compile("cross_entropy", optimizer or sw.SGD(0.1), seed=0, **settings)
    return model


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_recording_changes_no_bit(engine: Any) -> None:
    if engine == "numba":
        pytest.importorskip("numba")
    layers = sw.Dense(8, "relu"), sw.Dropout(0.3), sw.Dense(8, "tanh")
    alone, watched = (network(*layers, optimizer="adam", engine=engine) for _ in range(2))
    recorder = sw.plots.LayerRecorder(*ROWS)
    recorder(watched)
    one_hot = sw.plots.LayerRecorder(ROWS[0], np.eye(2)[ROWS[1]])  # another program of the model
    before = alone.fit(X, y, epochs=3, verbose=0)
    after = watched.fit(X, y, epochs=3, verbose=0, callbacks=[recorder, one_hot])
    assert before["loss"] == after["loss"]
    assert all((alone[name] == watched[name]).all() for name in alone)
    assert list(recorder.records) == [0, 1, 2, 3]


def test_records_are_what_trace_says() -> None:
    model = network(sw.Dense(4), sw.Activation("relu"), sw.Dropout(0.5), sw.Dense(3, "tanh"))
    recorder = sw.plots.LayerRecorder(*ROWS)
    recorder(model)
    trace = model.trace(*ROWS)
    first, second, last = recorder.records[0]
    assert first.note == "layer 1: Dense(4)"
    assert (first.activations == trace["A1"]).all()  # behind the activation, before the dropout
    assert (first.gradient == trace["dW1"]).all()
    assert (second.activations == trace["A2"]).all()
    assert (last.gradient == trace["dW3"]).all()


def test_images_and_normalization_are_recorded() -> None:
    model = sw.Sequential(
        [sw.Conv2D(3, 2), sw.BatchNorm(), sw.Activation("relu"), sw.Flatten(), sw.Dense(2)],
        input_shape=(4, 4, 1),
    )
    model.compile("cross_entropy", seed=0)
    recorder = sw.plots.LayerRecorder(np.random.default_rng(0).random((6, 4, 4, 1)), [0, 1] * 3)
    recorder(model)
    shapes = [each.activations.shape for each in recorder.records[0]]
    assert shapes == [(6, 3, 3, 3), (6, 3, 3, 3), (6, 2)]
    assert (recorder.records[0][1].activations >= 0).all()  # of the relu behind it
    assert recorder.records[0][1].gradient.shape == (3,)


def test_every_so_many_epochs() -> None:
    model, recorder = network(sw.Dense(4)), sw.plots.LayerRecorder(*ROWS, every=2)
    recorder(model)
    for _ in range(2):  # epochs are counted over the model's life
        model.fit(X, y, epochs=2, verbose=0, callbacks=[recorder])
    assert list(recorder.records) == [0, 2, 4]
    with pytest.raises(DescriptionError, match="a whole number every >= 1"):
        sw.plots.LayerRecorder(*ROWS, every=0)


def test_a_sweep_has_a_recorder_for_each_network() -> None:
    recorder = sw.plots.LayerRecorder(*ROWS)
    networks = sw.repeat(network(sw.Dense(4, "relu")), n=2)
    results = networks.fit(X, y, epochs=2, verbose=0, callbacks=[recorder])
    first, second = (result.callbacks[0] for result in results)
    assert list(first.records) == list(second.records) == [1, 2]
    assert not recorder.records
    assert (first.records[2][0].gradient != second.records[2][0].gradient).any()


def test_one_recorder_takes_one_network() -> None:
    recorder = sw.plots.LayerRecorder(*ROWS)
    recorder(network(sw.Dense(4)))
    with pytest.raises(DataError, match=r"Dense\(4\).*got.*Dense\(5\).*make a recorder for each"):
        recorder(network(sw.Dense(5)))


def test_gradients_vanish_in_a_deep_network_of_sigmoids() -> None:
    layers = [sw.Dense(16, "sigmoid") for _ in range(6)]
    display = Display.from_estimator(network(*layers), *ROWS)
    sizes = [np.abs(each.gradient).mean() for each in display.records[0]]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1] / 1000
    centres = [center(ridges[0]) for ridges in display.ridges_[:, 1]]
    assert centres == sorted(centres)  # the first layer's ridge lies far left


def center(ridge: Any) -> float:
    """The place of a ridge: the mean over its outline, of the logarithms."""
    (path,) = ridge.get_paths()
    x, top = np.log10(path.vertices[:, 0]), path.vertices[:, 1]
    return float((x * top).sum() / top.sum())


def test_dead_units_are_counted() -> None:
    model = network(sw.Dense(4, "relu"))
    model.set_parameters({"b1": [-100, -100, 100, 100]})
    display = Display.from_estimator(model, *ROWS)
    assert display.records[0][0].dead == 2
    assert display.records[0][1].dead == 0
    assert "50% zero, 2 dead" in beside(display, 0, 0)
    assert "50% zero" in beside(display, 0, 1)  # the gradients of the dead ones
    frozen = network(sw.Dense(4, "relu", trainable=False))
    assert "not trained" in beside(Display.from_estimator(frozen, *ROWS), 0, 1)


def beside(display: Any, row: int, column: int) -> list[str]:
    (right,) = display.axes_[row, column].child_axes
    return [label.get_text() for label in right.get_yticklabels()]


def test_epochs_are_chosen_and_shown() -> None:
    model, recorder = network(sw.Dense(4, "relu")), sw.plots.LayerRecorder(*ROWS)
    recorder(model)
    model.fit(X, y, epochs=20, verbose=0, callbacks=[recorder])
    display = Display.from_recorder(recorder)
    assert list(display.records) == [0, 4, 8, 12, 16, 20]
    assert display.axes_.shape == display.ridges_.shape == (2, 2)
    assert [len(ridges) for ridges in display.ridges_.flat] == [6] * 4
    assert [x.get_text() for x in display.axes_[0, 0].get_yticklabels()] == [
        *"048",
        "12",
        "16",
        "20",
    ]
    assert list(Display.from_recorder(recorder, epochs=[1, 3]).records) == [1, 3]
    with pytest.raises(DataError, match=r"epochs of 0, 1, .*, got 21; choose among"):
        Display.from_recorder(recorder, epochs=[21])


def test_it_shares_a_figure() -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, layout="constrained")
    display = Display.from_estimator(network(sw.Dense(4)), *ROWS, ax=axes[1])
    assert display.figure_ is figure
    assert display.ax_ is axes[1]
    assert display.plot().figure_ is not figure


def test_what_is_missing_is_said() -> None:
    with pytest.raises(
        NotReadyError, match=r"an empty one; give it to fit: callbacks=\[recorder\]"
    ):
        Display.from_recorder(sw.plots.LayerRecorder(*ROWS))
    model = sw.Sequential([sw.Dense(2)])
    with pytest.raises(NotReadyError, match=r"LayerHistogramDisplay.* without numbers yet"):
        Display.from_estimator(model, *ROWS)
    model.build(2)
    with pytest.raises(NotReadyError, match=r"a compiled model"):
        Display.from_estimator(model, *ROWS)


def test_what_is_no_recorder() -> None:
    with pytest.raises(DescriptionError, match="expects a recorder, got str; give the sw"):
        sw.plots.LayerHistogramDisplay.from_recorder("recorder")
