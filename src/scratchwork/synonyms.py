"""What others call ours: names that are accepted, and foreign things that get an error naming ours.

The tables are read without case, underscores and spaces, so that ``ReLU``, ``MeanSquaredError`` and
``xavier_uniform_`` need no row. A row in ``SYNONYMS`` means the same computation as ours; where
something around it differs (a default, a factor), the note beside it says so. What only looks like
ours stands in ``OTHERS``, with what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from .errors import DescriptionError, UnknownAttributeError

SYNONYMS = {
    # losses: as here, PyTorch's and Keras' are means over the rows of a batch
    "categoricalcrossentropy": "cross_entropy",  # from_logits: ours takes logits or a softmax layer
    "sparsecategoricalcrossentropy": "cross_entropy",  # the same; class numbers or one-hot rows
    "crossentropyloss": "cross_entropy",
    "ce": "cross_entropy",
    "celoss": "cross_entropy",
    "logloss": "cross_entropy",  # scikit-learn's, for classes by number
    "softmaxcrossentropy": "cross_entropy",
    "bce": "binary_cross_entropy",  # theirs is a mean over several outputs, ours is their sum
    "bceloss": "binary_cross_entropy",
    "bcewithlogits": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy",
    "mse": "mean_squared_error",
    "mseloss": "mean_squared_error",
    "l2loss": "mean_squared_error",
    "squarederror": "mean_squared_error",  # MLPRegressor's is half of it: the rate counts double
    "squaredloss": "mean_squared_error",
    "mae": "mean_absolute_error",
    "maeloss": "mean_absolute_error",
    "l1loss": "mean_absolute_error",
    "absoluteerror": "mean_absolute_error",
    "huberloss": "huber",  # delta = 1 in PyTorch and Keras, too
    "smoothl1": "huber",  # with beta = 1, its default, it is huber with delta = 1
    "smoothl1loss": "huber",
    "logcoshloss": "log_cosh",
    "poissonnllloss": "poisson",  # with log_input=True, its default; Keras' poisson takes rates
    "poissonloss": "poisson",
    "hingeloss": "hinge",
    "pinball": "quantile",
    "pinballloss": "quantile",
    "quantileloss": "quantile",
    # metrics
    "acc": "accuracy",
    "accuracyscore": "accuracy",
    "categoricalaccuracy": "accuracy",
    "sparsecategoricalaccuracy": "accuracy",
    "r2score": "r2",
    "top5": "top_5_accuracy",
    "topkcategoricalaccuracy": "top_5_accuracy",  # Keras' k is 5
    "sparsetopkcategoricalaccuracy": "top_5_accuracy",
    # activations
    "identity": "linear",
    "logistic": "sigmoid",
    "expit": "sigmoid",
    "swish": "silu",
    "exponentiallinear": "elu",
    # optimizers: a name means the defaults that stand in our docstring
    "stochasticgradientdescent": "SGD",
    # initializers: gains and fans are equal; Keras' normal ones are truncated
    "glorot": "glorot_uniform",
    "xavier": "glorot_uniform",
    "xavieruniform": "glorot_uniform",
    "xaviernormal": "glorot_normal",
    "he": "he_normal",
    "kaiming": "he_normal",
    "kaiminguniform": "he_uniform",  # gain sqrt(2), its default
    "kaimingnormal": "he_normal",
    "lecun": "lecun_normal",
    "randomuniform": "uniform",  # Keras' is within 0.05, too
    "zero": "zeros",
    "one": "ones",
}
"""Accepted for ours, in any case, with or without underscores."""

LOGITS = 'leave it out: loss="cross_entropy" takes logits'
MOMENTUM = "give sw.SGD(0.1, momentum=0.9, nesterov=True)"
IS_OPTIMIZER = 'it is an optimizer: compile(loss="cross_entropy", optimizer="Adam")'
IS_LOSS = 'it is a loss: compile(loss="cross_entropy", optimizer="Adam")'
FUNCTION = "write it as a function of Values: see docs/recipes.md"

OTHERS = {
    # activations
    "logsoftmax": LOGITS,
    "nllloss": 'give loss="cross_entropy", and leave log_softmax out: it takes logits',
    "nll": 'give loss="cross_entropy", and leave log_softmax out: it takes logits',
    "logsigmoid": 'leave it out: loss="binary_cross_entropy" takes logits',
    "relu6": "give lambda Z: np.minimum(np.maximum(Z, 0), 6)",
    "prelu": FUNCTION,
    "celu": FUNCTION,
    "exponential": "give np.exp",
    "exp": "give np.exp",
    # losses
    "kldivergence": 'give loss="cross_entropy": it differs by a constant, the entropy of Y',
    "kldivloss": 'give loss="cross_entropy": it differs by a constant, the entropy of Y',
    "rmse": 'give "mean_squared_error", whose root it is',
    "rootmeansquarederror": 'give "mean_squared_error", whose root it is',
    "squaredhinge": FUNCTION,
    "meanabsolutepercentageerror": FUNCTION,
    "mape": FUNCTION,
    "multimarginloss": 'give "categorical_hinge", which counts only the nearest of the others',
    # metrics
    "auc": 'give "roc_auc", scikit-learn\'s, for validation and evaluate',
    # initializers
    "randomnormal": "give sw.Normal(0.05), which is Keras'",
    "variancescaling": 'give sw.VarianceScaling(1.0, "fan_in", "normal")',
    "constant": "give the number: sw.Constant(0.5)",
    # optimizers
    "nesterov": MOMENTUM,
    "momentum": "give sw.SGD(0.1, momentum=0.9)",
    "lbfgs": 'give optimizer="Adam"; L-BFGS takes all rows at once',
    "radam": 'give optimizer="Adam" with a warm-up: sw.CosineDecay',
    "ftrl": 'give optimizer="AdaGrad", which adapts in the same way',
    # a thing in the place of another: Keras' order is compile(optimizer, loss)
    **dict.fromkeys(("sgd", "adam", "adamw", "rmsprop", "adagrad", "lion"), IS_OPTIMIZER),
    **dict.fromkeys(("crossentropy", "categoricalcrossentropy", "binarycrossentropy"), IS_LOSS),
    **dict.fromkeys(("sparsecategoricalcrossentropy", "meansquarederror", "mse", "mae"), IS_LOSS),
    **dict.fromkeys(("accuracy", "acc"), 'it is a metric: metrics=["accuracy"]'),
}
"""What is not taken under this name, or not here, and what to do."""

CLASSES = {
    "Dense": "linear fullyconnected lazylinear",
    "Conv2D": "convolution2d convolution lazyconv2d",
    "MaxPool2D": "maxpooling2d maxpool",
    "AveragePool2D": "averagepooling2d avgpool2d avgpool",
    "GlobalAveragePool2D": "globalaveragepooling2d globalavgpool2d adaptiveavgpool2d",
    "ZeroPad2D": "zeropadding2d constantpad2d",
    "BatchNorm": "batchnorm1d batchnorm2d batchnormalization",
    "LayerNorm": "layernormalization",
    "Dropout": "dropout1d dropout2d alphadropout",
    "Reshape": "unflatten",
    "Rescale": "rescaling minmaxscaler",
    "Standardize": "normalization standardscaler",
    "Flatten": "lazyflatten",
    "GaussianNoise": "noise",
    **{f'Activation("{name}")': name for name in ("relu", "sigmoid", "tanh", "softmax", "gelu")},
    **{f'Activation("{name}")': name for name in ("silu", "mish", "softplus", "elu", "selu")},
    "mlp": "mlpclassifier mlpregressor",
    "Sequential": "model module functional",
    "ExponentialDecay": "exponentiallr",
    "StepDecay": "steplr",
    "PiecewiseConstant": "multisteplr piecewiseconstantdecay",
    "CosineDecay": "cosineannealinglr cosinedecayrestarts cosineannealingwarmrestarts",
    "InverseTimeDecay": "lambdalr",
    "OneCycle": "onecyclelr",
}
"""Our public names, and the classes of others that do the same."""

RATE_BY_CALLBACK = "set model.learning_rate in a callback, or give a schedule as learning_rate"
PICKLED = "pickle the model: pickle.dump(model, file), also in a callback"
ELSEWHERE = {
    **dict.fromkeys(("nn", "optim", "keras", "models", "layer"), "its names stand in sw: sw.Dense"),
    "tocategorical": "use sw.datasets.one_hot",
    "traintestsplit": "use sw.datasets.csv or npz, which split; or fit(validation_split=0.1)",
    "earlystopping": "give fit a function that returns True to stop: callbacks=[function]",
    "input": "give input_shape to sw.Sequential, or nothing: it follows from the first rows",
    "inputlayer": "give input_shape to sw.Sequential, or nothing: it follows from the first rows",
    "l1l2": "write a regularizer of your own: see docs/recipes.md",
    **dict.fromkeys(("jit", "device", "setbackend"), 'give compile(engine="numba")'),
    "dataloader": "give arrays to fit(X, y, batch_size=32)",
    "tensor": "give NumPy arrays",
    **dict.fromkeys(("reducelronplateau", "learningratescheduler"), RATE_BY_CALLBACK),
    **dict.fromkeys(("modelcheckpoint", "loadmodel", "save", "load", "savemodel"), PICKLED),
}
"""Names of others that are no single name here, and what to do."""

LIBRARIES = {
    *("torch", "keras", "tensorflow", "tf_keras", "sklearn", "jax", "jaxlib", "flax", "optax"),
    *("mxnet", "paddle", "tinygrad", "thinc", "chainer", "lightning", "pytorch_lightning"),
}
"""Whose objects are recognised, so that the error can name ours."""


def plain(word: str) -> str:
    """Without case, underscores, hyphens and spaces: ReLU, re_lu and "re lu" are one word."""
    return word.lower().replace("_", "").replace("-", "").replace(" ", "")


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known name that a word means: itself in another spelling, or by a synonym."""
    names = {plain(name): name for name in known}
    ours = SYNONYMS.get(plain(word), word)
    return names.get(plain(ours), names.get(plain(word)))


def named(where: str, given: object, known: Iterable[str]) -> str | None:
    """The name of ours that a user means, None for what is no name of ours.

    Parameters
    ----------
    where : str
        What it is for: "loss", "activation" ...
    given : object
        What the user gave: a word, or anything else.
    known : names
        Those to choose from, such as a table of losses.

    Raises
    ------
    DescriptionError
        For an object, class or function of another library; it names ours.

    Examples
    --------
    >>> named("activation", "ReLU", ["linear", "relu"])
    'relu'
    >>> named("loss", "MSELoss", ["mean_squared_error"])
    'mean_squared_error'
    """
    known = tuple(known)
    if isinstance(given, str):
        return meant(given, known)
    refuse_foreign(where, given, known)
    return None


def refuse_foreign(
    where: str, given: object, known: Iterable[str], how: str = "{!r}", expected: str = ""
) -> None:
    """Refuse what belongs to another library; ``how`` is how one of ours is written."""
    library = library_of(given)
    if library not in LIBRARIES:
        return
    word, known = class_name(given), tuple(known)
    ours = meant(word, known) or public_name(word, known)
    raise DescriptionError(
        where,
        expected or f"one of {', '.join(known)}",
        f"{word} of {library}",
        f"give {how.format(ours)}" if ours else OTHERS.get(plain(word), "choose one of them"),
    )


def public_name(word: str, known: Iterable[str]) -> str | None:
    """Our name for a class of another library."""
    word = plain(word)
    return next((ours for ours in known if word in CLASSES.get(ours, "").split()), None)


def missing_name(word: str, known: Iterable[str]) -> UnknownAttributeError:
    """The error for a public name that there is not, such as ``sw.Linear``; it names ours."""
    known, spelled = tuple(known), plain(word)
    ours = public_name(word, CLASSES) or meant(word, known)
    if ours is None and name_of_table(word):
        todo = name_of_table(word)
    else:
        ours = ours or nearest(word, known)
        todo = f"use sw.{ours}" if ours else "dir(scratchwork) lists what it has"
    todo = ELSEWHERE.get(spelled, todo)
    return UnknownAttributeError("scratchwork", "one of its names", repr(word), todo)


def name_of_table(word: str) -> str:
    """What to do about what has no class here but a name: a loss, an initializer."""
    from .initializers import INITIALIZERS  # later: these modules read this one
    from .losses import LOSSES

    if name := meant(word, INITIALIZERS):
        return f'give its name: kernel_initializer="{name}"'
    name = meant(word, LOSSES) or SYNONYMS.get(plain(word))
    return f'give its name: "{name}"' if name else ""


def library_of(given: object) -> str:
    """The first part of the module that an object or its class comes from."""
    for origin in (given, type(given)):
        module = getattr(origin, "__module__", None)
        if isinstance(module, str) and module != "builtins":
            return module.partition(".")[0]
    return ""


def class_name(given: object) -> str:
    name = getattr(given, "__name__", None)
    return name if isinstance(name, str) else type(given).__name__


def nearest(word: str, known: Iterable[str]) -> str | None:
    """What looks most like a word, if it is near enough."""
    names = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), names, n=1, cutoff=0.75)
    return names[near[0]] if near else None
