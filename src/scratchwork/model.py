"""Sequential: a description that can be trained, looked into and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import losses, optimizers, regularizers
from .activations import sigmoid
from .description import (
    Description,
    DTypeName,
    InputShape,
    Reduction,
    check_input_shape,
    check_layers,
)
from .engines.numpy import one_thread
from .errors import NotReadyError, ScratchworkError
from .inspect.summary import summarize
from .inspect.trace import Trace, trace_step
from .inspect.verify import Verification, verify
from .layers.layer import Buildable
from .metrics import metrics as chosen_metrics
from .programs import description_text
from .regularizers import Regularizer
from .run import Run, chosen_seed, warn_if_not_finite
from .settings import one_of
from .storage import Array
from .training import fit as training
from .training.history import Evaluation, History
from .training.inputs import as_numbers
from .training.progress import Verbose, progress
from .writing import write_program

FUNCTIONS = {"step": "train_step", "epoch": "train_epoch"}


class Sequential:
    """A network of layers, one after the other.

    Parameters
    ----------
    layers : sequence of layers
        Each position has its own parameters, also where one layer object stands several times.
    input_shape : int or tuple of int, optional
        Of one row; else that of the first layer's ``input_shape``, or of the first data.

    Examples
    --------
    >>> import scratchwork as sw
    >>> data = sw.datasets.moons(seed=0)
    >>> model = sw.Sequential([sw.Dense(16, activation="relu"), sw.Dense(2)])
    >>> model.compile(loss="cross_entropy", optimizer=sw.SGD(0.5), metrics=["accuracy"], seed=0)
    >>> history = model.fit(data.X_train, data.y_train, epochs=20)
    >>> bool(history["accuracy"][-1] > 0.85)
    True
    """

    def __init__(self, layers: Sequence[Buildable], input_shape: InputShape = None) -> None:
        checked = check_layers(layers)
        first: InputShape = getattr(checked[0], "input_shape", None)
        shape = check_input_shape(first if input_shape is None else input_shape)
        self.description = Description(checked, shape)
        self.seed: int | None = None
        self.source_file: str | Path | None = None
        self.run: Run | None = None
        self.history = History()
        self.last_fit: training.Fit | None = None

    @property
    def layers(self) -> tuple[Buildable, ...]:
        return self.description.layers

    def compile(
        self,
        loss: losses.GivenLoss,
        optimizer: optimizers.Optimizer = "Adam",
        *,
        regularizer: Regularizer | None = None,
        metrics: Sequence[str] | str | None = (),
        reduction: Reduction = "mean",
        dtype: DTypeName = "float32",
        seed: int | None = None,
        source_file: str | Path | None = None,
    ) -> None:
        """Say what the network is trained for, and how.

        Called again, it keeps the parameters and begins the optimizer anew. Parameters that were
        never trained or set are drawn again, from the seed.

        Parameters
        ----------
        loss : str, Loss or function of Values (Z, Y) -> L (n,)
        optimizer : str or optimizer
        regularizer : L1, L2 or your own, optional
        metrics : sequence of str
            ``["accuracy"]``, or none.
        reduction : "mean" or "sum"
            How the losses of a batch's rows become one number.
        dtype : "float32" or "float64"
        seed : int >= 0, optional
            Of parameters, order and draws; None draws one and keeps it in ``model.seed``.
        source_file : path, optional
            Where to write the program, so that an editor can set breakpoints in it.

        Raises
        ------
        DescriptionError
            For what is unknown, out of range, or does not fit together.
        """
        one_of("compile", "reduction", reduction, ("mean", "sum"))
        one_of("compile", "dtype", dtype, ("float32", "float64"))
        description = replace(
            self.description,
            loss=losses.loss(loss),
            optimizer=optimizers.optimizer(optimizer),
            regularizer=regularizers.regularizer(regularizer),
            metrics=chosen_metrics(metrics),
            reduction=reduction,
            dtype=dtype,
        )
        chosen = chosen_seed(seed, self.seed)
        run = Run(description, chosen, source_file) if description.input_shape else None
        if run is not None and self.run is not None and not self.run.is_fresh():
            run.take_over(self.run)
        self.description, self.run, self.source_file = description, run, source_file
        self.seed, self.last_fit = chosen, None

    def __repr__(self) -> str:
        return description_text(self.description)

    def ready(self, where: str, X: Any = None) -> Run:
        """The run, begun with the shape of X if none was given."""
        if self.run is None:
            given = None if X is None else as_numbers(X, f"{where}(X)").shape
            shape = self.description.input_shape or (given or ())[1:]
            if not shape:
                got = "none yet" if given is None else f"X of shape {given}"
                todo = "give input_shape= to Sequential, or rows of features: X (n, features)"
                raise NotReadyError(where, "a known input shape", got, todo)
            description = replace(self.description, input_shape=check_input_shape(shape))
            seed = chosen_seed(None, self.seed)
            self.run = Run(description, seed, self.source_file)
            self.description, self.seed = description, seed
        return self.run

    @contextmanager
    def begun(self, where: str, X: Any) -> Iterator[Run]:
        """The run. If it began with this X, and that was refused, the model is as it was before."""
        before = self.run, self.description, self.seed
        try:
            yield self.ready(where, X)
        except ScratchworkError:
            if before[0] is None and self.run is not None and self.run.is_fresh():
                self.run, self.description, self.seed = before
            raise

    # ---- training and using ----
    def fit(
        self,
        X: Any,
        y: Any,
        *,
        batch_size: int | None = 32,
        epochs: int = 10,
        validation_data: tuple[Any, Any] | None = None,
        shuffle: bool = True,
        callbacks: Sequence[Callable[[Sequential], object]] = (),
        verbose: Verbose = "auto",
    ) -> History:
        """Train; a second fit goes on from the first.

        Parameters
        ----------
        X : array (n, *input_shape)
        y : array
            Class numbers (n,), or targets (n,) or (n, outputs).
        batch_size : int >= 1, optional
            Rows a step; None, or more than n, means all at once (in Keras None means 32).
        epochs : int >= 1
        validation_data : (X, y), optional
        shuffle : bool
            A new order in every epoch.
        callbacks : sequence of functions
            Each is called with the model after every epoch; one that returns True ends the fit.
        verbose : "auto", 0, 1 or 2
            A bar in a terminal, after half a second; nothing; a bar; a line an epoch (over a bar).

        Returns
        -------
        History
            Of this fit; that of all fits is ``model.history``.

        Raises
        ------
        NotReadyError
            Before ``compile``.
        DataError, ShapeError
            If X or y do not fit the network; nothing has changed then.
        NonFiniteError
            If a loss is not finite; the model is as it was before that step.
        """
        training.needs_loss(self.description, "fit")
        given = training.check_callbacks(callbacks)
        bound = [lambda each=each: each(self) for each in given]
        names = tuple(getattr(each, "__name__", type(each).__name__) for each in given)
        history = History()
        with self.begun("fit", X) as run:
            plan, kind = training.plan_fit(
                run, X, y, batch_size=batch_size, epochs=epochs, validation_data=validation_data,
                shuffle=shuffle, callbacks=bound,
            )  # fmt: skip
            shown = progress(verbose, len(plan.X) * plan.epochs)
            remember = partial(setattr, self, "last_fit")
            training.run_fit(run, plan, kind, names, shown, (history, self.history), remember)
        return history

    def evaluate(self, X: Any, y: Any) -> Evaluation:
        """Data loss, without penalty and dropout, and metrics: in order, and by name."""
        with self.begun("evaluate", X) as run:
            return training.evaluate(run, X, y)

    def predict(self, X: Any, *, raw: bool = False) -> Array:
        """Predictions (n, outputs): probabilities under cross-entropy; raw=True gives logits."""
        with self.begun("predict", X) as run, one_thread():
            values = run.values(X=run.check_X(X, "predict(X)"))
            return warn_if_not_finite(run.engine().predict(values, "raw" if raw else "predict"))

    def predict_classes(self, X: Any) -> Array:
        """Class numbers (n,): the largest output, or whether the one output is above one half."""
        P = self.predict(X)
        loss = self.description.loss
        if P.shape[1] > 1 and not (loss and loss.link is sigmoid):
            return np.asarray(P.argmax(axis=1))
        classes = (P > 0.5).astype(np.int64)
        return classes[:, 0] if P.shape[1] == 1 else classes

    # ---- looking inside ----
    def source(self, name: str = "step") -> str:
        """The text that runs; ``name`` is one of its functions, or "program" for all of it.

        The functions are "step", "epoch", "predict", "raw", "evaluate" and "initialize".
        ``inspect.getsource`` of the running function is equal to it.
        """
        made = self.ready("source").engine().source
        if name == "program":
            return made.text
        found = FUNCTIONS.get(name, name)
        if found not in made.functions and found in ("train_step", "train_epoch", "evaluate"):
            training.needs_loss(self.description, "source")
        one_of("source", "name", name, ("program", *FUNCTIONS, *made.functions))
        return made.functions[found]

    def summary(self) -> None:
        """Print layers, output shapes, parameters, memory and multiply-adds of a step."""
        print(summarize(self.ready("summary").description))

    def trace(self, X: Any, y: Any) -> Trace:
        """Every named array of one training step on these rows; the model is not changed."""
        with self.begun("trace", X) as run, one_thread():
            values = training.one_step(run, X, y, "trace")
            return trace_step(run.engine(), values)

    def verify(self, X: Any, y: Any) -> Verification:
        """Check every gradient of this network on these rows against differences of the loss."""
        with self.begun("verify", X) as run, one_thread():
            values = training.one_step(run, X, y, "verify")
            return verify(run, values)

    def write(
        self, path: str | Path, *, program: str = "train", data: Any = None, **settings: Any
    ) -> tuple[Path, ...]:
        """Write a program that needs NumPy alone; see ``scratchwork.writing.write_program``."""
        return write_program(self, path, program=program, data=data, **settings)

    # ---- numbers ----
    @property
    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters, by the names that the program prints."""
        views = self.ready("parameters").state.parameters
        return {name: view.copy() for name, view in views.items()}

    def set_parameters(self, given: Mapping[str, Any]) -> None:
        """Set parameters or state by name, each of the right shape; all or none."""
        self.ready("set_parameters").set_arrays(given, "set_parameters")

    def __getitem__(self, name: str) -> Array:
        return self.ready("model[...]").array(name, "model[...]").copy()

    def __setitem__(self, name: str, value: Any) -> None:
        self.ready("model[...]").set_arrays({name: value}, "model[...]")
