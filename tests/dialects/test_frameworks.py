"""The dialects of frameworks: what their texts and files are, and what is refused by name.

That the programs compute what ours does is tested in ``tests/peers``, where the frameworks are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork.dialects.frameworks import FRAMEWORKS
from scratchwork.errors import (
    DescriptionError,
    FileError,
    NotReadyError,
    ScratchworkWarning,
    ShapeError,
)
from tests.cases import SCHEDULES, RootDecay
from tests.networks import NETWORKS
from tests.peers.table_networks import TABLE_NETWORKS

each_framework = pytest.mark.parametrize("framework", FRAMEWORKS)
X, y = np.random.default_rng(0).normal(size=(20, 4)), np.arange(20) % 3


def compiled(*layers: Any, loss: Any = "cross_entropy", **settings: Any) -> sw.Sequential:
    given = layers or (sw.Dense(5, "relu"), sw.Dense(3))
    model = sw.Sequential(given, input_shape=settings.pop("input_shape", 4))
    model.compile(loss, seed=0, **settings)
    return model


# ---- the text ----
OWN = {"tied_autoencoder", "residual", "own_state", "own_activations"}


@each_framework
@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in OWN])
def test_networks_have_a_text(framework: str, name: str) -> None:
    text = str(NETWORKS[name].model().source(framework))
    compile(text, name, "exec")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    assert text == str(NETWORKS[name].model().source(framework))
    assert f", {FRAMEWORKS[framework]}, float64" in text.splitlines()[0]


@each_framework
def test_it_says_what_it_was_made_from(framework: str) -> None:
    lines = str(compiled(optimizer=sw.SGD(0.1)).source(framework)).splitlines()
    assert lines[0].startswith("# Scratchwork")
    assert lines[1] == '# Sequential([Dense(5, "relu"), Dense(3)], input_shape=(4,))'
    assert lines[2] == '# compile(loss="cross_entropy", optimizer=SGD(0.1))'
    assert lines[3] == "# seed 0. This file is yours: change it, keep it, share it."


@each_framework
def test_what_computes_nothing_leaves_no_line(framework: str) -> None:
    nothing = sw.Dropout(0), sw.Flatten(), sw.Activation("linear"), sw.Reshape(4)
    plain, more = compiled(sw.Dense(3)), compiled(*nothing, sw.Dense(3))
    assert body(plain, framework) == body(more, framework)


@each_framework
def test_the_link_is_the_loss_s_own(framework: str) -> None:
    plain = compiled(sw.Dense(3, kernel_initializer="zeros"))
    link = compiled(sw.Dense(3, "softmax", kernel_initializer="zeros"))
    layer = compiled(sw.Dense(3, kernel_initializer="zeros"), sw.Activation("softmax"))
    assert body(plain, framework) == body(link, framework) == body(layer, framework)


def body(model: sw.Sequential, framework: str) -> str:
    """The text without the comments at its head."""
    lines = str(model.source(framework)).splitlines()
    return "\n".join(line for line in lines if not line.startswith("#"))


def test_the_pytorch_program_of_a_classifier() -> None:
    text = body(compiled(optimizer=sw.Adam(0.01, clip_norm=1.0)), "pytorch")
    for part in (
        "model = nn.Sequential(\n    nn.Linear(4, 5),\n    nn.ReLU(),\n    nn.Linear(5, 3),\n)\n",
        "criterion = nn.CrossEntropyLoss()\n",
        "optimizer = torch.optim.Adam(model.parameters(), lr=0.01)\n",
        'state["0.weight"] = torch.tensor(arrays["W1"].T)\n',
        "    # PyTorch divides by norm + 1e-6, Scratchwork by norm\n",
        "    loss = criterion(model(X), y)\n    optimizer.zero_grad()\n    loss.backward()\n",
        "def train(X, y, epochs=10, batch_size=32, shuffle=True):\n",
        "    return model(X).softmax(dim=1)\n",
    ):
        assert part in text
    for absent in ("import math", "class Network", "scheduler", "penalty", "set_default_dtype"):
        assert absent not in text


def test_images_are_turned_where_pytorch_wants_them_turned() -> None:
    layers = sw.Conv2D(2, 3, "relu"), sw.MaxPool2D(2), sw.Flatten(), sw.Dense(3)
    text = body(compiled(*layers, input_shape=(8, 8, 1)), "pytorch")
    assert text.count("permute") == 2
    one_channel = body(compiled(sw.MaxPool2D(2), *layers[2:], input_shape=(8, 8, 1)), "pytorch")
    assert one_channel.count("permute") == 1  # flat, the order of one channel is the same
    pooled = sw.GlobalAveragePool2D(), sw.Dense(3)
    assert body(compiled(*pooled, input_shape=(8, 8, 2)), "pytorch").count("permute") == 1


def test_metrics_that_are_left_out_are_named() -> None:
    model = compiled(metrics=["accuracy", "f1_macro"])
    text = str(model.source("pytorch"))
    assert "    accuracy = (Z.argmax(dim=1) == y).float().mean()\n" in text
    assert "    # not computed here: f1_macro\n" in text


# ---- what is refused ----
@dataclass(frozen=True)
class Halve:
    """A user's own layer."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return x / 2


@dataclass(frozen=True)
class Plain:
    """A user's own optimizer."""

    learning_rate: float = 0.1

    def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
        return W - self.learning_rate * dW


@dataclass(frozen=True)
class Cubes:
    """A user's own regularizer."""

    strength: float

    def penalty(self, n: Any, kernels: Any) -> sw.Value:
        return self.strength * sum((abs(W) ** 3).sum() for W in kernels)  # type: ignore[return-value]


@dataclass(frozen=True)
class HalfDense(sw.Dense):
    """A class made of ours, which computes something else."""

    def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
        return super().build(x, scope) / 2


@dataclass(frozen=True)
class Bent(sw.LeakyReLU):
    """An activation made of ours."""

    def __call__(self, Z: sw.Value) -> sw.Value:
        return super().__call__(Z) / 2


@dataclass(frozen=True)
class Slow(sw.SGD):
    """An optimizer made of ours."""

    def update(self, W: sw.Value, dW: sw.Value, scope: Any) -> sw.Value:
        return super().update(W, dW / 2, scope)


@dataclass(frozen=True)
class Strong(sw.L2):
    """A regularizer made of ours."""

    def penalty(self, n: Any, kernels: Any) -> sw.Value:
        return 2 * super().penalty(n, kernels)


@dataclass(frozen=True)
class Smooth(sw.CrossEntropy):
    """A loss made of ours."""

    def __call__(self, Z: sw.Value, Y: sw.Value) -> sw.Value:
        return 2 * super().__call__(Z, Y)


def cube(Z: sw.Value) -> sw.Value:
    return Z * Z * Z


def distance(Z: sw.Value, Y: sw.Value) -> sw.Value:
    return abs(Z - Y).sum(axis=1)  # type: ignore[no-any-return] # recorded


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a layer": ({"layers": (sw.Dense(4), Halve(), sw.Dense(3))}, "layer 2: Halve()"),
    "an activation": (
        {"layers": (sw.Dense(4, "relu"), sw.Dense(5, cube), sw.Dense(3))},
        "layer 2: Dense(5, cube)",
    ),
    "a loss": ({"loss": distance}, "loss distance"),
    "an optimizer": ({"optimizer": Plain()}, "optimizer Plain()"),
    "a regularizer": ({"regularizer": Cubes(0.1)}, "regularizer of W1"),
    "a layer made of ours": ({"layers": (HalfDense(3),)}, "layer 1: HalfDense(3)"),
    "an activation made of ours": (
        {"layers": (sw.Dense(3, Bent(0.5)), sw.Dense(3))},
        "layer 1: Dense(3, Bent(0.5))",
    ),
    "an optimizer made of ours": ({"optimizer": Slow(0.1)}, "optimizer Slow(0.1)"),
    "a regularizer made of ours": ({"regularizer": Strong(0.1)}, "regularizer of W1"),
    "a loss made of ours": ({"loss": Smooth(0.1)}, "loss smooth"),
}


@each_framework
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_the_user_s_own_is_refused_by_name(framework: str, what: str) -> None:
    settings, where = dict(REFUSED[what][0]), REFUSED[what][1]
    model = compiled(*settings.pop("layers", ()), **settings)
    with pytest.raises(DescriptionError) as caught:
        model.source(framework)
    title = FRAMEWORKS[framework]
    assert str(caught.value).startswith(f"{where} expects a counterpart in {title}, got a")
    assert f" of your own: {title} has no such " in str(caught.value)


@each_framework
def test_nothing_of_ours_is_refused_as_a_user_s_own(framework: str) -> None:
    """What is new here has a row in the framework's table, or a refusal in words of its own."""
    plain = NETWORKS["two_layers"]
    schedules = {
        f"schedule {case}": replace(plain, optimizer=sw.SGD(case.schedule)) for case in SCHEDULES
    }
    refused = {}
    for name, network in {**TABLE_NETWORKS, **schedules}.items():
        try:
            network.model().source(framework)
        except DescriptionError as error:
            refused[name] = str(error)
    assert {name for name, text in refused.items() if "of your own" in text} == OWN


@each_framework
def test_a_schedule_of_ones_own_is_a_function(framework: str) -> None:
    text = str(compiled(optimizer=sw.SGD(RootDecay(0.1, 20.0))).source(framework))
    assert "def rate(t, *, learning_rate=0.1, warmup_steps=20.0):\n" in text
    assert "    return learning_rate * " in text


@dataclass(frozen=True)
class Both:
    """A rate of both counts."""

    def rate(self, t: sw.Value, epoch: sw.Value) -> sw.Value:
        return 1 / (t + epoch)


@each_framework
def test_a_rate_of_both_counts_is_refused_by_name(framework: str) -> None:
    model = compiled(optimizer=sw.SGD(Both()))
    with pytest.raises(DescriptionError, match=r"learning_rate Both\(\) .* t or epoch alone"):
        model.source(framework)


LACKING: dict[str, tuple[sw.Sequential, str]] = {
    "Lion": (
        compiled(optimizer=sw.Lion()),
        "optimizer Lion() expects a counterpart in PyTorch, got none: torch.optim has no Lion; "
        "take another, such as sw.AdamW()",
    ),
    "epsilon_hat": (
        compiled(optimizer=sw.Adam(epsilon_hat=True)),
        "optimizer Adam(epsilon_hat=True) expects a counterpart in PyTorch, got epsilon_hat=True, "
        "which torch.optim.Adam does not have; leave it out",
    ),
    "rate_in_velocity": (
        compiled(
            optimizer=sw.SGD(sw.ExponentialDecay(0.1), momentum=0.9, rate_in_velocity=True)
        ),
        "optimizer SGD expects a counterpart in PyTorch, got rate_in_velocity=True with a "
        "schedule: torch.optim.SGD has no rate in its velocity; leave it out",
    ),
    "six axes": (
        compiled(sw.BatchNorm(), sw.Flatten(), sw.Dense(3), input_shape=(2, 2, 2, 2, 2)),
        "layer 1: BatchNorm() expects a counterpart in PyTorch, got 6 axes: PyTorch has no "
        "BatchNorm for more than 5; put Reshape() before it",
    ),
    "nothing to train": (
        compiled(sw.Dense(3, trainable=False)),
        "Sequential expects a counterpart in PyTorch, got no parameter that is trained, which its "
        "optimizers refuse; add a layer such as sw.Dense(10)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", LACKING)
def test_what_pytorch_lacks_is_refused_by_name(what: str) -> None:
    model, message = LACKING[what]
    with pytest.raises(DescriptionError) as caught:
        model.source("pytorch")
    assert str(caught.value) == message


@each_framework
def test_a_text_needs_a_loss(framework: str) -> None:
    with pytest.raises(NotReadyError, match="source expects a compiled model"):
        sw.Sequential([sw.Dense(2)], input_shape=3).source(framework)


# ---- files ----
@each_framework
def test_the_arrays_lie_beside_the_program(framework: str, tmp_path: Path) -> None:
    model = compiled(sw.BatchNorm(), sw.Dense(3))
    path, arrays = model.write(tmp_path / "net.py", dialect=framework, data=(X, y))
    assert (path.name, arrays.name) == ("net.py", "net.npz")
    assert '"net.npz"' in path.read_text()
    found = np.load(arrays)
    names = "scale1 shift1 W2 b2 running_mean1 running_var1 X_train y_train scratchwork"
    assert list(found) == names.split()
    assert (found["W2"] == model["W2"]).all()
    assert (found["y_train"] == y).all()


@each_framework
def test_a_trained_network_keeps_its_numbers(framework: str, tmp_path: Path) -> None:
    model = compiled()
    model.fit(X, y, epochs=3, batch_size=7, shuffle=False, verbose=0)
    path, arrays = model.write(tmp_path / "net.py", dialect=framework)
    assert (np.load(arrays)["W1"] == model["W1"]).all()
    text = path.read_text()
    assert "epochs=3" in text
    assert "batch_size=7" in text
    assert "shuffle=False" in text
    text = model.write(path, dialect=framework, epochs=5, batch_size=9)[0].read_text()
    assert "epochs=5" in text
    assert "batch_size=9" in text


@each_framework
def test_words_become_the_numbers_of_outputs(framework: str, tmp_path: Path) -> None:
    words = np.array(["ant", "bee", "cat"])[y]
    path, arrays = compiled().write(tmp_path / "net.py", dialect=framework, data=(X, words))
    assert (np.load(arrays)["y_train"] == y).all()
    assert 'CLASSES = ("ant", "bee", "cat")' in path.read_text()


@each_framework
def test_standardize_is_fitted_to_the_rows_given(framework: str, tmp_path: Path) -> None:
    model = compiled(sw.Standardize(), sw.Dense(3))
    with pytest.warns(ScratchworkWarning, match="mean0, std0 are as in a new model"):
        model.write(tmp_path / "net.py", dialect=framework)
    _, arrays = model.write(tmp_path / "net.py", dialect=framework, data=(X, y))
    np.testing.assert_allclose(np.load(arrays)["mean0"], X.mean(axis=0), rtol=1e-5)
    assert (model["mean0"] == 0).all()  # the model has seen no rows
    model.fit(X, y, epochs=1, verbose=0)
    _, arrays = model.write(tmp_path / "net.py", dialect=framework)
    np.testing.assert_allclose(np.load(arrays)["std0"], X.std(axis=0), rtol=1e-5)


@each_framework
def test_a_changed_file_is_not_written_over(framework: str, tmp_path: Path) -> None:
    model, path = compiled(), tmp_path / "net.py"
    model.write(path, dialect=framework)
    model.write(path, dialect=framework)
    path.write_text(path.read_text().replace("import", "import ", 1))
    with pytest.raises(FileError, match="one that was changed since"):
        model.write(path, dialect=framework)


@each_framework
def test_a_trained_network_alone_is_written_for_numpy(framework: str, tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="expects no dialect"):
        compiled().write(tmp_path / "net.py", program="predict", dialect=framework)


@pytest.mark.parametrize("name", ["torch", "keras", "cupy"])
def test_a_program_is_not_called_as_what_it_imports(name: str, tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="a name that no module of Python, NumPy"):
        compiled().write(tmp_path / f"{name}.py", dialect="pytorch")


def test_an_unknown_dialect(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match="expects dialect one of numpy, pytorch"):
        compiled().write(tmp_path / "net.py", dialect="theano")
    assert not list(tmp_path.iterdir())


@each_framework
def test_rows_that_do_not_fit_are_refused(framework: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError):
        compiled().write(tmp_path / "net.py", dialect=framework, data=(X[:, :2], y))
    assert not list(tmp_path.iterdir())
