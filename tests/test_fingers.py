"""What users of Keras, PyTorch and scikit-learn type: names are taken, the rest names ours."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import is_dataclass, replace
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import activations, initializers, losses, metrics, optimizers
from scratchwork.arguments import INSTEAD, RENAMED
from scratchwork.errors import DescriptionError
from scratchwork.settings import Described
from scratchwork.synonyms import CLASSES, OTHERS, SYNONYMS, meant, named, plain
from tests.training import refused

TABLES: dict[str, Any] = {
    "loss": losses.LOSSES,
    "activation": activations.ACTIVATIONS,
    "optimizer": optimizers.OPTIMIZERS,
    "initializer": initializers.INITIALIZERS,
    "metric": metrics.METRICS,
}
NAMES = {name for table in TABLES.values() for name in table} | {"top_5_accuracy"}


# ---- names ----
@pytest.mark.parametrize("kind", TABLES)
def test_names_differ_by_more_than_spelling(kind: str) -> None:
    assert len({plain(name) for name in TABLES[kind]}) == len(TABLES[kind])
    for name in TABLES[kind]:
        spellings = (name, name.upper(), name.replace("_", ""), name.title(), f"{name}_")
        assert {meant(spelling, TABLES[kind]) for spelling in spellings} == {name}


@pytest.mark.parametrize("word", SYNONYMS)
def test_a_synonym_is_plain_and_means_a_name_of_ours(word: str) -> None:
    assert word == plain(word)
    assert SYNONYMS[word] in NAMES
    assert word not in {plain(name) for name in NAMES}
    assert SYNONYMS[word] in meant(word.upper(), NAMES) if meant(word, NAMES) else ""


LOSS_NAMES = {
    "cross_entropy": (
        "cross_entropy", "CrossEntropy", "CrossEntropyLoss", "categorical_crossentropy",
        "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "log_loss",
    ),
    "binary_cross_entropy": ("binary_crossentropy", "BinaryCrossentropy", "BCEWithLogitsLoss"),
    "mean_squared_error": ("mse", "MSE", "MSELoss", "squared_error", "MeanSquaredError"),
    "mean_absolute_error": ("mae", "MAE", "L1Loss", "MeanAbsoluteError"),
    "huber": ("Huber", "HuberLoss", "SmoothL1Loss", "smooth_l1"),
    "log_cosh": ("logcosh", "LogCosh", "log_cosh"),
    "poisson": ("Poisson", "PoissonNLLLoss"),
    "hinge": ("Hinge",),
    "categorical_hinge": ("CategoricalHinge",),
}  # fmt: skip
ACTIVATION_NAMES = {
    "linear": ("Linear", "identity", "Identity"),
    "relu": ("ReLU", "RELU"),
    "sigmoid": ("logistic", "Sigmoid", "expit"),
    "silu": ("swish", "SiLU"),
    "leaky_relu": ("LeakyReLU", "leakyrelu"),
    "elu": ("ELU",),
    "hard_sigmoid": ("Hardsigmoid", "hard_sigmoid"),
}
OPTIMIZER_NAMES = {
    "SGD": ("sgd", "Sgd"),
    "Adam": ("adam", "ADAM"),
    "RMSProp": ("rmsprop", "RMSprop"),
    "AdaGrad": ("Adagrad", "adagrad"),
    "AdaDelta": ("Adadelta", "adadelta"),
    "AdamW": ("adamw",),
    "Nadam": ("NAdam", "nadam"),
    "Adamax": ("adamax",),
    "Lion": ("lion",),
}
INITIALIZER_NAMES = {
    "glorot_uniform": ("GlorotUniform", "xavier_uniform_", "xavier"),
    "he_normal": ("HeNormal", "kaiming_normal_", "kaiming_normal", "he"),
    "he_uniform": ("kaiming_uniform", "HeUniform"),
    "zeros": ("zero", "Zeros", "zeros_"),
    "orthogonal": ("Orthogonal", "orthogonal_"),
}


def rows(table: dict[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    return [(given, ours) for ours, words in table.items() for given in words]


def compiled(**settings: Any) -> sw.Sequential:
    model = sw.Sequential([sw.Dense(2)], input_shape=3)
    model.compile(**{"loss": "mean_squared_error", "seed": 0} | settings)
    return model


@pytest.mark.parametrize(("given", "ours"), rows(LOSS_NAMES))
def test_losses(given: str, ours: str) -> None:
    assert losses.loss(given) is losses.LOSSES[ours]


@pytest.mark.parametrize(("given", "ours"), rows(ACTIVATION_NAMES))
def test_activations(given: str, ours: str) -> None:
    assert activations.activation(given) is activations.ACTIVATIONS[ours]
    assert sw.Dense(3, given) == sw.Dense(3, ours)


@pytest.mark.parametrize(("given", "ours"), rows(OPTIMIZER_NAMES))
def test_optimizers(given: str, ours: str) -> None:
    assert type(optimizers.optimizer(given)) is optimizers.OPTIMIZERS[ours]


@pytest.mark.parametrize(("given", "ours"), rows(INITIALIZER_NAMES))
def test_initializers(given: str, ours: str) -> None:
    assert initializers.initializer(given) is initializers.INITIALIZERS[ours]
    assert sw.Dense(3, kernel_initializer=given) == sw.Dense(3, kernel_initializer=ours)


@pytest.mark.parametrize("given", ["acc", "Accuracy", "categorical_accuracy", "accuracy_score"])
def test_metrics(given: str) -> None:
    model = compiled(loss="cross_entropy", metrics=[given])
    assert (
        model.description.metrics
        == compiled(loss="cross_entropy", metrics="accuracy").description.metrics
    )


def test_source_shows_our_names() -> None:
    layers = [
        sw.Conv2D(2, 2, "ReLU"),
        sw.Flatten(),
        sw.Activation("Swish"),
        sw.Dense(2, "logistic"),
    ]
    model = sw.Sequential(layers, input_shape=(3, 3, 1))
    model.compile(loss="MSELoss", optimizer="sgd", metrics=["mae"], seed=0)
    text = model.source("program")
    for ours in ('"relu"', '"silu"', '"sigmoid"', 'loss="mean_squared_error"', "optimizer=SGD()"):
        assert ours in text
    for theirs in ("ReLU", "Swish", "swish", "logistic", "MSELoss", "mse", "sgd", '"mae"'):
        assert theirs not in text


# ---- what is not taken ----
NOT_TAKEN: list[tuple[Callable[[], object], str]] = [
    (lambda: compiled(loss="adam", optimizer="mse"), "it is an optimizer: compile(loss="),
    (lambda: compiled(optimizer="mse"), "it is a loss: compile(loss="),
    (lambda: compiled(loss="NLLLoss"), 'give loss="cross_entropy", and leave log_softmax out'),
    (lambda: compiled(loss="kl_divergence"), "differs by a constant"),
    (lambda: compiled(loss="mean_sqared_error"), "did you mean 'mean_squared_error'?"),
    (lambda: compiled(optimizer="nesterov"), "sw.SGD(0.1, momentum=0.9, nesterov=True)"),
    (lambda: compiled(optimizer="lbfgs"), 'optimizer="Adam"'),
    (lambda: compiled(optimizer="Adem"), "did you mean 'Adam'?"),
    (lambda: compiled(regularizer="l2"), "Keras' 'l2' is sw.L2(2 * n * 0.01)"),
    (lambda: sw.Dense(3, "log_softmax"), 'loss="cross_entropy" takes logits'),
    (lambda: sw.Dense(3, "relu6"), "np.minimum(np.maximum(Z, 0), 6)"),
    (lambda: sw.Dense(3, kernel_regularizer="l1"), "Keras' 'l1' is sw.L1(n * 0.01)"),
]  # fmt: skip
ARGUMENTS: list[tuple[Callable[..., object], dict[str, Any], str]] = [
    (sw.SGD, {"lr": 0.1}, "it is called learning_rate here"),
    (sw.SGD, {"params": []}, "compile gives the optimizer the parameters"),
    (sw.SGD, {"weight_decay": 1e-4}, "compile(regularizer=sw.L2(n * weight_decay))"),
    (sw.SGD, {"learning_rate_init": 0.1}, "it is called learning_rate here"),
    (sw.SGD, {"nesterovs_momentum": True}, "it is called nesterov here"),
    (sw.SGD, {"decay": 1e-6}, "sw.InverseTimeDecay"),
    (sw.SGD, {"dampening": 0.1}, "leave it out: the velocity is"),
    (sw.Adam, {"betas": (0.9, 0.99)}, "give beta_1=0.9, beta_2=0.999"),
    (sw.Adam, {"beta1": 0.9}, "it is called beta_1 here"),
    (sw.Adam, {"eps": 1e-7}, "it is called epsilon here"),
    (sw.Adam, {"clipnorm": 1.0}, "it is called clip_norm here"),
    (sw.Adam, {"global_clipnorm": 1.0}, "it is called clip_norm here"),
    (sw.Adam, {"clipvalue": 1.0}, "it is called clip_value here"),
    (sw.Adam, {"weight_decay": 0.01}, "sw.AdamW has one"),
    (sw.Adam, {"momentum": 0.9}, "it is called beta_1 here"),
    (sw.AdaGrad, {"momentum": 0.9}, "sw.SGD has it"),
    (sw.L2, {"alpha": 0.1}, "it is called l2 here"),
    (sw.Adam, {"fused": True}, "leave it out"),
    (sw.AdaGrad, {"initial_accumulator_value": 0.1}, "it is called initial_sum here"),
    (sw.RMSProp, {"alpha": 0.99}, "it is called rho here"),
    (sw.StepDecay, {"step_size": 10}, "it is called every here"),
    (sw.StepDecay, {"learning_rate": 0.1, "gamma": 0.5}, "it is called factor here"),
    (sw.CosineDecay, {"T_max": 10}, "it is called decay_steps here"),
    (sw.LeakyReLU, {"alpha": 0.1}, "it is called negative_slope here"),
    (sw.Dense, {}, "Dense expects units, got none; give Dense(units=...)"),
    (sw.Dense, {"out_features": 3}, "it is called units here"),
    (sw.Dense, {"in_features": 784, "units": 3}, "follows from the layer before"),
    (sw.Dense, {"units": 3, "input_dim": 4}, "it is called input_shape here"),
    (sw.Dense, {"units": 3, "bias": False}, "it is called use_bias here"),
    (sw.Dense, {"units": 3, "init": "he"}, "it is called kernel_initializer here"),
    (sw.Dense, {"units": 3, "name": "first"}, "layers are numbered"),
    (sw.Dense, {"units": 3, "dtype": "float64"}, "give it to compile"),
    (sw.Dense, {"units": 3, "kernel_regulariser": None}, "did you mean 'kernel_regularizer'?"),
    (sw.Conv2D, {"filters": 3, "kernel_size": 3, "strides": 2}, "it is called stride here"),
    (sw.Conv2D, {"filters": 3}, "Conv2D expects kernel_size, got none"),
    (sw.Conv2D, {"out_channels": 3, "kernel_size": 3}, "it is called filters here"),
    (sw.Conv2D, {"filters": 3, "kernel_size": 3, "dilation_rate": 2}, "windows have no holes"),
    (sw.MaxPool2D, {"kernel_size": 2}, "it is called pool_size here"),
    (sw.MaxPool2D, {"strides": 2}, "it is called stride here"),
    (sw.Dropout, {"p": 0.5}, "it is called rate here"),
    (sw.BatchNorm, {"num_features": 64}, "follows from the layer before"),
    (sw.BatchNorm, {"eps": 1e-3}, "it is called epsilon here"),
    (sw.BatchNorm, {"axis": 1}, "the last axis"),
    (sw.BatchNorm, {"momentum": 64}, "follows from the layer before"),
    (sw.LayerNorm, {"epsilon": 64}, "follows from the layer before"),
    (sw.L2, {}, "L2 expects l2, got none; give L2(l2=...)"),
    (sw.mlp, {"hidden_layer_sizes": (100,)}, "it is called sizes here"),
    (sw.mlp, {}, "mlp expects sizes, got none"),
    (sw.CosineDecay, {"T_max": 10}, "counts steps: epochs * batches"),
    (sw.ExponentialDecay, {"gamma": 0.9}, "decay_steps counts steps: epochs * batches"),
    (sw.CrossEntropy, {"weight": [1, 2]}, "there are no class weights"),
    (sw.datasets.csv, {"path": "x", "sep": ";"}, "it is called separator here"),
    (sw.datasets.csv, {}, "csv expects path, got none"),
    (sw.datasets.csv_rows, {"path": "x", "delimiter": ";"}, "it is called separator here"),
    (sw.datasets.npz, {"path": "x", "random_state": 1}, "it is called seed here"),
    (sw.datasets.moons, {"n_samples": 10}, "it is called n here"),
    (sw.datasets.circles, {"random_state": 10}, "it is called seed here"),
    (sw.datasets.spirals, {"n": 10**30}, "a whole number >= 2 and <= 100000000"),
    (sw.datasets.moons, {"noise": 10**400}, "noise"),
    (sw.datasets.iris, {"test_size": 0.1}, "it is called test here"),
    (sw.datasets.digits, {"val_size": 0.1}, "it is called validation here"),
    (sw.datasets.mnist.__call__, {"random_state": 1}, "mnist expects settings path"),
    (sw.datasets.one_hot, {"y": [0], "num_classes": 3}, "it is called classes here"),
]
FIT: list[tuple[dict[str, Any], str]] = [
    ({"batchsize": 8}, "it is called batch_size here"),
    ({"nb_epoch": 8}, "it is called epochs here"),
    ({"max_iter": 8}, "it is called epochs here"),
    ({"validation_fraction": 0.1}, "validation_"),
    ({"sample_weight": None}, ""),
    ({"class_weight": None}, ""),
    ({"lr": 0.1}, "give it to the optimizer"),
    ({"initial_epoch": 3}, "goes on"),
    ({"steps_per_epoch": 3}, "all rows"),
    ({"val_data": ()}, "it is called validation_data here"),
]  # fmt: skip
COMPILE: list[tuple[dict[str, Any], str]] = [
    ({"learning_rate": 0.1}, "give it to the optimizer: optimizer=sw.SGD(learning_rate=0.1)"),
    ({"lr": 0.1}, "give it to the optimizer"),
    ({"loss_weights": [1]}, ""),
    ({"run_eagerly": True}, ""),
    ({"random_state": 0}, "it is called seed here"),
    ({"criterion": "mse"}, "it is called loss here"),
    ({"kernel_regularizer": None}, "it is called regularizer here"),
    ({"alpha": 1e-4}, "sw.L2(alpha)"),
    ({"batch_size": 3}, "give it to fit"),
    ({"epochs": 3}, "give it to fit"),
    ({"validation_split": 0.1}, "give it to fit: fit(X, y, validation_split=0.1)"),
]


@pytest.mark.parametrize(("call", "advice"), NOT_TAKEN, ids=[advice for _, advice in NOT_TAKEN])
def test_names_that_are_not_taken(call: Callable[[], object], advice: str) -> None:
    refused(call, ValueError, advice)


@pytest.mark.parametrize(
    ("make", "settings", "advice"),
    ARGUMENTS,
    ids=[f"{make.__name__} {' '.join(settings)}" for make, settings, _ in ARGUMENTS],
)
def test_settings_of_others(
    make: Callable[..., object], settings: dict[str, Any], advice: str
) -> None:
    refused(lambda: make(**settings), ValueError, advice)


@pytest.mark.parametrize(("settings", "advice"), FIT, ids=[next(iter(each)) for each, _ in FIT])
def test_settings_of_fit(settings: dict[str, Any], advice: str) -> None:
    model = compiled()
    refused(lambda: model.fit(np.ones((4, 3)), np.ones((4, 2)), **settings), ValueError, advice)


@pytest.mark.parametrize(
    ("settings", "advice"), COMPILE, ids=[next(iter(each)) for each, _ in COMPILE]
)
def test_settings_of_compile(settings: dict[str, Any], advice: str) -> None:
    refused(lambda: compiled(**settings), ValueError, advice)


def test_surplus_and_repeated_arguments() -> None:
    refused(lambda: sw.Dropout(0.1, 0.2), ValueError, "rate in this order, got 0.2", "input_shape")
    refused(lambda: sw.Sequential(sw.Dense(3), 3, sw.Dense(2)), ValueError, "in a list")  # type: ignore[call-arg]
    refused(lambda: sw.Dense(3, units=3), ValueError, "units once, got units twice")
    refused(lambda: sw.Dense(784, 128), ValueError, "takes the number of outputs")
    refused(lambda: sw.Conv2D(1, 32, 3), ValueError, "takes the number of filters")
    refused(
        lambda: sw.Sequential([sw.Dense(3), sw.Dense(2, input_shape=3)]), ValueError, "leave it"
    )


@pytest.mark.parametrize(
    "table", [RENAMED, INSTEAD, CLASSES], ids=["RENAMED", "INSTEAD", "CLASSES"]
)
def test_tables_hold_plain_words_once(table: dict[str, str]) -> None:
    grouped = table.values() if table is not INSTEAD else table.keys()
    words = [word for group in grouped for word in group.split()]
    assert words == [plain(word) for word in words]
    for group in grouped:
        assert len(set(group.split())) == len(group.split())
    if table is not RENAMED:  # there one word may mean this or that, as there is one
        assert len(set(words)) == len(words)


MISSING = {
    "Linear": "use sw.Dense",
    "ReLU": 'use sw.Activation("relu")',
    "MaxPooling2D": "use sw.MaxPool2D",
    "RMSprop": "use sw.RMSProp",
    "StepLR": "use sw.StepDecay",
    "MLPClassifier": "use sw.mlp",
    "CrossEntropyLoss": "use sw.CrossEntropy",
    "MSELoss": 'give its name: "mean_squared_error"',
    "HeNormal": 'kernel_initializer="he_normal"',
    "HeUniform": 'kernel_initializer="he_uniform"',
    "GlorotUniform": 'kernel_initializer="glorot_uniform"',
    "LecunNormal": 'kernel_initializer="lecun_normal"',
    "Zeros": 'kernel_initializer="zeros"',
    **dict.fromkeys(("LogCosh", "Poisson", "Hinge", "MeanAbsoluteError"), "give its name: "),
    "ReduceLROnPlateau": "set model.learning_rate in a callback",
    "LearningRateScheduler": "set model.learning_rate in a callback",
    **dict.fromkeys(("ModelCheckpoint", "load_model", "save", "load"), "pickle"),
    "to_categorical": "use sw.datasets.one_hot",
    "EarlyStopping": "callbacks=[function]",
    "nn": "sw.Dense",
    "Dens": "use sw.Dense",
    "spam": "dir(scratchwork)",
}


@pytest.mark.parametrize("name", MISSING)
def test_public_names_of_others(name: str) -> None:
    refused(lambda: getattr(sw, name), AttributeError, repr(name), MISSING[name])


def test_what_is_different_is_no_synonym() -> None:
    assert all(word == plain(word) for word in OTHERS)
    accepted = {plain(name) for name in NAMES}
    misplaced = {word for word in OTHERS if word in accepted or word in SYNONYMS}
    assert all("it is a" in OTHERS[word] for word in misplaced)


# ---- objects of other libraries ----
def foreign(name: str, module: str) -> Any:
    """An object that looks as one of that library: callable, with an update and a build."""
    return type(name, (), {
        "__module__": module, "__call__": lambda self, *given: given,
        "update": lambda self: None, "build": lambda self, shape: None, "draw": lambda self: None,
    })()  # fmt: skip


OBJECTS: list[tuple[Callable[[Any], object], Any, str]] = [
    (lambda x: compiled(loss=x), ("CrossEntropyLoss", "torch.nn"), "give 'cross_entropy'"),
    (lambda x: compiled(loss=x), ("MeanAbsoluteError", "keras"), "'mean_absolute_error'"),
    (lambda x: compiled(loss=x), ("NLLLoss", "torch.nn"), 'give loss="cross_entropy"'),
    (lambda x: compiled(optimizer=x), ("Adam", "keras.src.optimizers"), "give 'Adam'"),
    (lambda x: compiled(optimizer=x), ("RMSprop", "torch.optim.rmsprop"), "give 'RMSProp'"),
    (lambda x: compiled(regularizer=x), ("L2", "keras.src.regularizers"), "give sw.L2(...)"),
    (lambda x: sw.Dense(3, x), ("ReLU", "torch.nn.modules.activation"), "give 'relu'"),
    (lambda x: sw.Dense(3, kernel_initializer=x), ("HeNormal", "keras"), "give 'he_normal'"),
    (lambda x: sw.Sequential([x]), ("Linear", "torch.nn.modules.linear"), "give sw.Dense"),
    (lambda x: sw.Sequential([x]), ("MaxPooling2D", "keras.layers"), "give sw.MaxPool2D"),
    (lambda x: sw.Sequential([x]), ("ReLU", "torch.nn"), 'give sw.Activation("relu")'),
    (lambda x: sw.Sequential([x]), ("StandardScaler", "sklearn"), "give sw.Standardize"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("use", "kind", "advice"), OBJECTS, ids=[kind[0] for _, kind, _ in OBJECTS]
)
@pytest.mark.parametrize("as_class", [False, True], ids=["object", "class"])
def test_objects_of_others(
    use: Callable[[Any], object], kind: tuple[str, str], advice: str, as_class: bool
) -> None:
    given = foreign(*kind)
    refused(lambda: use(type(given) if as_class else given), ValueError, kind[0], advice)


def test_functions_of_others() -> None:
    def relu(Z: Any) -> Any:
        return Z

    relu.__module__ = "torch.nn.functional"
    refused(lambda: sw.Dense(3, relu), ValueError, "relu of torch; give 'relu'")


def test_functions_of_users_and_numpy_are_taken() -> None:
    assert named("activation", np.tanh, ["tanh"]) is None
    assert named("activation", foreign, ["relu"]) is None
    assert sw.Dense(3, np.tanh).activation is np.tanh


# ---- copies ----
PARTS = [sw.Dense(3, "relu"), sw.Conv2D(2, 3), sw.Dropout(0.5), sw.SGD(0.1), sw.L2(0.3)]


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_descriptions_are_copied_though_settings_are_asked_for(part: Any) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(part, protocol)) == part
    assert copy.copy(part) == copy.deepcopy(part) == replace(part) == part


def test_every_public_description_checks_its_arguments() -> None:
    public = [getattr(sw, name) for name in sw.__all__]
    made_by_others = (sw.Value, sw.Results)
    parts = [
        x for x in public if isinstance(x, type) and is_dataclass(x) and x not in made_by_others
    ]
    assert len(parts) > 30
    assert [kind.__name__ for kind in parts if not issubclass(kind, Described)] == []


def test_the_error_is_ours() -> None:
    with pytest.raises(DescriptionError) as caught:
        sw.Dense(3, lr=0.1)  # type: ignore[call-arg]
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("given", ["he_normal", 0.1, None, sw.Normal])
def test_a_parameter_of_a_user_s_layer_needs_an_initializer(given: Any) -> None:
    class Scaled(sw.Layer):
        def build(self, x: sw.Value, scope: sw.Scope) -> sw.Value:
            return x * scope.parameter("scale", x.shape[-1:], given)

    model = sw.Sequential([Scaled()])
    refused(lambda: model.build(3), ValueError, "parameter scale", "sw.Normal(0.1)")
