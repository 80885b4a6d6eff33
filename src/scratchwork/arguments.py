"""Arguments as others call them: what is unknown, missing or too much gets an error naming ours."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import ParamSpec, TypeVar

from .errors import DescriptionError
from .synonyms import nearest, plain

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

RENAMED = {
    # many networks
    "repeats": "n count times runs repetitions",
    # optimizers and schedules
    "learning_rate": "lr eta eta0 rate learningrateinit initiallearningrate baselr maxlr",
    "beta_1": "beta1 b1 momentum",
    "beta_2": "beta2 b2",
    "epsilon": "eps fuzz",
    "rho": "alpha smoothing",
    "nesterov": "nesterovsmomentum usenesterov",
    "clip_norm": "clipnorm globalclipnorm maxnorm maxgradnorm",
    "clip_value": "clipvalue",
    "decay_rate": "gamma factor",
    "factor": "gamma decayrate dropoutfactor",
    "every": "stepsize dropevery decaysteps",
    "decay_steps": "tmax totaliters transitionsteps",
    "end_learning_rate": "etamin minlr alpha endvalue",
    "total_steps": "decaysteps numsteps",
    "boundaries": "milestones",
    "warmup_fraction": "pctstart",
    "period_factor": "restarts tmult tmul",
    "initial_sum": "initialaccumulatorvalue",
    # layers
    "units": "outfeatures outputdim nodes neurons nunits hiddenunits size outputs",
    "filters": "outchannels nfilters channels",
    "kernel_size": "kernel filtersize ksize window",
    "pool_size": "kernelsize pool window",
    "stride": "strides subsample",
    "use_bias": "bias fitintercept",
    "activation": "act nonlinearity function fn activationfunction",
    "function": "activation act",
    "kernel_initializer": "init kernelinit weightinit initializer weightsinitializer",
    "bias_initializer": "biasinit",
    "kernel_regularizer": "weightregularizer wregularizer regularizer",
    "rate": "p dropoutrate dropout prob droprate",
    "stddev": "std sigma scale",
    "shape": "targetshape dims",
    "negative_slope": "alpha slope",
    "input_shape": "inputdim inputsize shape",
    "sizes": "hiddenlayersizes layers dims hiddensizes",
    # fit, compile and what else a model does
    "epochs": "nbepoch nepochs numepochs maxiter maxepochs epoch iterations nepoch",
    "batch_size": "bs batch minibatchsize",
    "validation_data": "valdata validation validdata evalset",
    "validation_split": "validationfraction",
    "callbacks": "callback",
    "X": "x inputs features xtrain trainx data",
    "y": "targets target labels ytrain ytrue",
    "seed": "randomstate randomseed",
    "loss": "criterion lossfn lossfunction objective losses",
    "optimizer": "optim solver opt optimiser",
    "metrics": "metric scoring",
    "regularizer": "kernelregularizer penalty regularization",
    "l1": "alpha lambda lambd lam strength k",
    "l2": "alpha lambda lambd lam strength k",
    "path": "file filename filepath",
    # data sets
    "separator": "sep delimiter",
    "n": "nsamples samples npoints repeats count times runs networks",
    "test": "testsize testsplit testfraction",
    "validation": "validationsize valsize validationsplit validationfraction",
    "classes": "numclasses nclasses depth",
    "drop": "dropcolumns",
}
"""Our settings, and what others call them, without case and underscores."""

STEPS = ", and counts steps: epochs * batches of an epoch"
MEANING = {
    "clipnorm": ", and limits all gradients together, as Keras' global_clipnorm",
    "tmax": STEPS,
    "exponentialdecay.gamma": "; decay_steps counts steps: epochs * batches of an epoch",
}
"""Where a setting of nearly the same name means something else."""

SURPLUS = {"Sequential": "put the layers in a list: Sequential([sw.Dense(10), ...])"}
"""What to do about too many arguments."""

FOLLOWS = "leave it out: it follows from the layer before"
MODEL_S = "leave it out: compile gives the optimizer the parameters of its model"
L2 = "compile(regularizer=sw.L2(n * {})), n the rows of a batch"

INSTEAD = {
    # optimizers
    "weightdecay": f"sw.AdamW has one; else give {L2.format('weight_decay')}",
    "l2 l2reg": f"give {L2.format('2 * l2')}",
    "alpha": "give compile(regularizer=sw.L2(alpha))",  # scikit-learn's is divided by n, too
    "betas": "give beta_1=0.9, beta_2=0.999",
    "decay powert": "give a schedule: learning_rate=sw.InverseTimeDecay(...)",
    "lrdecay learningratedecay learningrateschedule": "give a schedule as learning_rate",
    "momentum nesterov": "sw.SGD has it: sw.SGD(0.1, momentum=0.9, nesterov=True)",
    "learningrate learningrateinit lr": (
        "give it to the optimizer: optimizer=sw.SGD(learning_rate=0.1)"
    ),
    "params parameters": MODEL_S,
    "dampening": "leave it out: the velocity is momentum * v + dW",
    "maximize": "leave it out, and change the sign of the loss",
    "clipnorm globalclipnorm clipvalue": (
        "give it to the optimizer: optimizer=sw.Adam(clip_norm=1.0)"
    ),
    "foreach fused capturable differentiable stepsperexecution autoscaleloss useema "
    "lossscalefactor gradientaccumulationsteps maxqueuesize": (
        "leave it out: the program is what runs"
    ),
    "backend jit jitcompile compiled device njobs workers usemultiprocessing": (
        'give compile(engine="numba"): the program compiled, on the cores of this CPU'
    ),
    "runeagerly": 'give compile(engine="numpy"): the lines that source() shows run one by one',
    # layers
    "infeatures inchannels numfeatures normalizedshape": FOLLOWS,
    "batchinputshape batchshape": "give input_shape, of one row: without the batch",
    "name": "leave it out: layers are numbered, and printed by their numbers",
    "dtype": 'give it to compile: compile(..., dtype="float64")',
    "axis": "leave it out: features and channels are the last axis",
    "dataformat memoryformat": "leave it out: images are (n, h, w, c)",
    "dilation dilationrate": "leave it out: windows have no holes",
    "groups": "leave it out: each filter sees all channels",
    "biasregularizer activityregularizer": "leave it out: kernels alone have one",
    "kernelconstraint biasconstraint": "leave it out: there are none",
    "affine center trackrunningstats": "leave it out: it always does",
    "padding": "leave it out: only full windows count; sw.ZeroPad2D adds a border",
    "seed": "give it to compile: one seed is for parameters, order and draws",
    "paddingmode": 'leave it out: padding="same" pads with zeros',
    "approximate": "leave it out: gelu is the form with tanh",
    "weight weights": 'set them afterwards: model["W1"] = ...',
    "activation": "add a layer behind it: sw.Activation",
    "indexcol usecols": "leave columns out with drop=",
    # losses
    "crossentropy.weight crossentropy.classweight": (
        "leave it out: there are no class weights here; repeat rows that should count more"
    ),
    "fromlogits": "leave it out: losses take logits, or an output layer with their link",
    "reduction sizeaverage reduce": 'give it to compile: reduction="mean" or "sum"',
    # fit, compile, evaluate
    "validationsplit validationfraction": "give it to fit: fit(X, y, validation_split=0.1)",
    "sampleweight": "rows have no weights here: repeat rows that should count more",
    "classweight": "classes have no weights here: repeat rows that should count more",
    "lossweights": "leave it out: there is one loss",
    "weightedmetrics": "rows have no weights here: give metrics=",
    "predict.batchsize evaluate.batchsize": "leave it out: memory does not depend on it",
    "predict.verbose evaluate.verbose": "leave it out: nothing is shown",
    "initialepoch warmstart": "leave it out: a second fit goes on from the first",
    "stepsperepoch steps": "leave it out: all rows are taken, once an epoch",
    "validationsteps validationbatchsize validationfreq": (
        "leave it out: all validation rows are taken, after every epoch"
    ),
    "earlystopping niternochange tol patience": (
        "give a callback that returns True to stop: callbacks=[function]"
    ),
    "batchsize epochs shuffle callbacks verbose": "leave it out here, or give it to fit",
    "loss optimizer metrics regularizer": "give it to compile",
    "returndict": 'leave it out: the result has names: model.evaluate(X, y)["loss"]',
    "method": "for probabilities call predict(X), for logits predict(X, raw=True)",
}
"""What there is not here, or in another place, and what to do."""


def setting_advice(where: str, name: str, known: Iterable[str]) -> str:
    """What to do about an unknown setting: our name for it, its place, or the nearest."""
    known, word = tuple(known), plain(name)
    for ours in known:
        if word == plain(ours) or word in RENAMED.get(ours, "").split():
            meaning = MEANING.get(f"{plain(where)}.{word}", MEANING.get(word, ""))
            return f"it is called {ours} here{meaning}"
    for key in (f"{plain(where)}.{word}", word):
        for words, todo in INSTEAD.items():
            if key in words.split():
                return todo
    near = nearest(name, known)
    return f"did you mean {near!r}?" if near else "leave it out"


def unknown_setting(where: str, name: str, known: Iterable[str]) -> DescriptionError:
    """The error for a setting that there is not; what others call ours is named."""
    known = tuple(known)
    expected = f"settings {', '.join(known)}" if known else "no settings"
    return DescriptionError(where, expected, f"{name}=", setting_advice(where, name, known))


def check_call(
    where: str, signature: inspect.Signature, given: tuple[object, ...],
    settings: Mapping[str, object],
) -> None:  # fmt: skip
    """Refuse what a function or class does not take, with an error that names ours."""
    try:
        signature.bind(*given, **settings)
    except TypeError:
        known = [*signature.parameters.values()]
        raise wrong_arguments(where, known, given, settings) from None


def wrong_arguments(
    where: str, known: list[inspect.Parameter], given: tuple[object, ...],
    settings: Mapping[str, object],
) -> DescriptionError:  # fmt: skip
    """The error for the first thing that is wrong: unknown, too much, twice, missing."""
    ordered = [x.name for x in known if x.kind in (x.POSITIONAL_ONLY, x.POSITIONAL_OR_KEYWORD)]
    names = [x.name for x in known if x.name != "self"]
    for name in settings:
        if name not in names:
            return unknown_setting(where, name, names)
    hidden = "self" in ordered
    listed = ", ".join(ordered[hidden:]) or "nothing"
    if len(given) > len(ordered):
        others = [name for name in names if name not in ordered]
        todo = f"give others by name: {', '.join(others)}" if others else "leave it out"
        todo = SURPLUS.get(where, todo)
        return DescriptionError(where, f"{listed} in this order", shown(given[len(ordered)]), todo)
    for name in ordered[: len(given)]:
        if name in settings:
            return DescriptionError(where, f"{name} once", f"{name} twice", "give it once")
    missing = [
        x.name for x in known
        if x.default is x.empty and x.name in ordered[len(given) :] and x.name not in settings
    ]  # fmt: skip
    needed = [x.name for x in known if x.default is x.empty and x.name in ordered[hidden:]]
    wanted = f"{where}({', '.join(f'{name}=...' for name in needed)})"
    return DescriptionError(where, " and ".join(missing), "none", f"give {wanted}")


def shown(value: object) -> str:
    """A value as a short text: arrays and frames by their class."""
    return repr(value) if isinstance(value, str | int | float) else type(value).__name__


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """A function whose wrong arguments get our error.

    They are looked at after Python refused the call only: what is right costs nothing more.
    """
    where = function.__name__
    if where in ("__init__", "__call__"):
        where = function.__qualname__.rpartition(".")[0]
        where = where if function.__name__ == "__init__" else where.lower()  # mnist is a Mnist()

    @functools.wraps(function)
    def called(*given: P.args, **settings: P.kwargs) -> R:
        try:
            return function(*given, **settings)
        except TypeError:
            check_call(where, inspect.signature(function), given, settings)
            raise  # the arguments are right: it comes from inside

    return called


def known_arguments(kind: type[T]) -> type[T]:
    """A class whose constructor and public methods refuse wrong arguments with our error."""
    for name, member in list(vars(kind).items()):
        if inspect.isfunction(member) and (name == "__init__" or not name.startswith("_")):
            setattr(kind, name, checked(member))
    return kind
