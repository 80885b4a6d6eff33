"""Sequential: a description that can be trained, looked into and written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from . import losses, optimizers, regularizers
from .arguments import known_arguments
from .description import (
    Description,
    DTypeName,
    InputShape,
    Reduction,
    check_input_shape,
    check_layers,
)
from .engines.choice import check_engine
from .engines.engine import EngineName
from .guard import keep
from .layers.layer import Buildable
from .metrics import GivenMetric
from .predicting import Predictor
from .regularizers import Regularizer
from .run import Run, chosen_seed
from .schedules import Schedule
from .settings import one_of
from .training import fit as training
from .training.history import Evaluation, History
from .training.progress import Verbose, progress
from .training.rate import optimizer_of, rate_of, with_rate
from .training.scorers import chosen as chosen_metrics


@known_arguments
class Sequential(Predictor):
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

    history: History

    def __init__(self, layers: Sequence[Buildable], input_shape: InputShape = None) -> None:
        checked = check_layers(layers)
        first: InputShape = getattr(checked[0], "input_shape", None)
        shape = check_input_shape(first if input_shape is None else input_shape)
        super().__init__(Description(checked, shape))
        keep(self, history=History())

    @property
    def layers(self) -> tuple[Buildable, ...]:
        return self.description.layers

    def compile(
        self,
        loss: losses.GivenLoss,
        optimizer: optimizers.Optimizer = "Adam",
        *,
        regularizer: Regularizer | None = None,
        metrics: Sequence[GivenMetric] | GivenMetric | None = (),
        reduction: Reduction = "mean",
        dtype: DTypeName = "float32",
        engine: EngineName = "auto",
        seed: int | None = None,
        source_file: str | Path | None = None,
    ) -> None:
        """Say what the network is trained for, and how.

        Called again, it keeps the parameters, the history and the count of epochs, and begins the
        optimizer and its schedule anew; ``reset`` begins all anew. Parameters that were never
        trained or set are drawn again, from the seed.

        Parameters
        ----------
        loss : str, one such as sw.Huber(2.0), or a function of Values (Z, Y) -> L (n,)
        optimizer : str or optimizer
        regularizer : L1, L2 or your own, optional
        metrics : sequence of str, TopK or functions of Values (P, Y)
            ``["accuracy", "r2", "top_3_accuracy"]``, computed in every step; and scikit-learn's
            scorers such as "f1_macro", for validation and ``evaluate``.
        reduction : "mean" or "sum"
            How the losses of a batch's rows become one number.
        dtype : "float32" or "float64"
        engine : "auto", "numpy" or "numba"
            What runs the program: its NumPy text, or the same statements compiled by Numba. "auto"
            compiles where a fit is long enough; ``history.engine`` and ``summary()`` say so.
        seed : int >= 0, optional
            Of parameters, order and draws; None draws one and keeps it in ``model.seed``, also for
            the next ``compile``.
        source_file : path, optional
            Where to write the program, so that an editor can set breakpoints in it.

        Raises
        ------
        DescriptionError
            For what is unknown, out of range, or does not fit together.
        """
        one_of("compile", "reduction", reduction, ("mean", "sum"))
        one_of("compile", "dtype", dtype, ("float32", "float64"))
        check_engine("compile", engine)
        found, scorers = chosen_metrics(metrics)
        description = replace(
            self.description,
            loss=losses.loss(loss),
            optimizer=optimizers.optimizer(optimizer),
            regularizer=regularizers.regularizer(regularizer),
            metrics=found,
            scorers=scorers,
            reduction=reduction,
            dtype=dtype,
        )
        chosen = chosen_seed(seed, self.seed)
        shaped = bool(description.input_shape)
        run = Run(description, chosen, source_file, engine) if shaped else None
        if run is not None and self.run is not None and not self.run.is_fresh():
            run.take_over(self.run)
        self.description, self.run, self.source_file = description, run, source_file
        self.last_fit = None
        keep(self, seed=chosen, engine=engine)

    def reset(self, seed: int | None = None) -> None:
        """Begin anew: draw new parameters, forget what was trained.

        Optimizer, layers' state and the counts of steps and epochs begin at their first numbers,
        and the history is empty; an older one that ``fit`` returned stays as it is. The learning
        rate is that which was set last.

        Parameters
        ----------
        seed : int >= 0, optional
            ``reset(model.seed)`` draws the same parameters again; None draws a new seed and keeps
            it in ``model.seed``.

        Raises
        ------
        NotReadyError
            In a callback of ``fit``.

        Examples
        --------
        >>> import numpy as np, scratchwork as sw
        >>> model = sw.Sequential([sw.Dense(2)], input_shape=3)
        >>> model.compile("cross_entropy", seed=0)
        >>> first = model["W1"]
        >>> model.reset(1)
        >>> bool((model["W1"] == first).any())
        False
        >>> model.reset(0)
        >>> bool((model["W1"] == first).all())
        True
        """
        if self.run is not None:
            self.run.refuse_if_busy("reset")
        chosen = chosen_seed(seed, None)
        shaped, self.last_fit = bool(self.description.input_shape), None
        self.run = Run(self.description, chosen, self.source_file, self.engine) if shaped else None
        keep(self, seed=chosen, history=History())

    @property
    def learning_rate(self) -> float | Schedule:
        """The optimizer's learning rate, a number > 0 or a schedule; may be set between epochs.

        Set between fits or in a callback it holds from the next epoch on. The optimizer keeps its
        arrays, and ``source()`` shows the new number as its default. A schedule goes on at the
        present step and epoch; ``compile`` again to begin it at t = 1. It needs an optimizer with
        a field of that name, as all of ours have.

        Examples
        --------
        >>> import scratchwork as sw
        >>> model = sw.Sequential([sw.Dense(2)], input_shape=3)
        >>> model.compile("cross_entropy", sw.SGD(0.1), seed=0)
        >>> model.learning_rate = 0.02
        >>> print(model.source().splitlines()[0])
        def train_step(X, y, W1, b1, *, learning_rate=0.02):
        """
        rate: float | Schedule = rate_of(optimizer_of(self.description))
        return rate

    @learning_rate.setter
    def learning_rate(self, rate: float | Schedule) -> None:
        optimizer = with_rate(optimizer_of(self.description), rate)
        if self.run is not None:
            self.run.change_rate(optimizer)
        self.description = replace(self.description, optimizer=optimizer)

    # ---- training and using ----
    def fit(
        self,
        X: Any,
        y: Any,
        *,
        batch_size: int | None = 32,
        epochs: int = 10,
        validation_data: tuple[Any, Any] | None = None,
        validation_split: float = 0.0,
        shuffle: bool = True,
        callbacks: Sequence[Callable[[Sequential], object]] = (),
        verbose: Verbose = "auto",
    ) -> History:
        """Train; a second fit goes on from the first.

        ``fit(epochs=1)`` five times gives the same numbers as ``fit(epochs=5)``, to the last bit.

        Parameters
        ----------
        X : array (n, *input_shape), or a frame whose columns count by position
        y : array
            Labels (n,): class numbers from 0, words or truth values (``classes_`` has them in
            the order of the outputs); or targets (n,) or (n, outputs).
        batch_size : int >= 1, optional
            Rows a step; None, or more than n, means all at once (in Keras None means 32).
        epochs : int >= 1
        validation_data : (X, y), optional
            Looked at after every epoch, and never trained on.
        validation_split : float in [0, 1)
            Instead: this share of the rows, the last ones as they stand, before any shuffling (as
            in Keras). Rows that are sorted by class must be shuffled first.
        shuffle : bool
            A new order in every epoch.
        callbacks : sequence of functions
            Each is called with the model after every epoch; one that returns True ends the fit.
        verbose : "auto", 0, 1 or 2
            A bar in a terminal or notebook, once the fit has lasted half a second; nothing; a bar;
            a line an epoch (over a bar).

        Returns
        -------
        History
            Of this fit; that of all fits is ``model.history``.

        Raises
        ------
        NotReadyError
            Before ``compile``, or in a callback of another fit.
        DescriptionError
            For a setting that is unknown or out of range.
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
                validation_split=validation_split, shuffle=shuffle, callbacks=bound,
            )  # fmt: skip
            shown = progress(verbose, len(plan.X) * plan.epochs)
            remember = partial(setattr, self, "last_fit")
            training.run_fit(run, plan, kind, names, shown, (history, self.history), remember)
        return history

    def evaluate(self, X: Any, y: Any) -> Evaluation:
        """Data loss, without penalty and dropout, and metrics: in order, and by name."""
        with self.begun("evaluate", X) as run:
            return training.evaluate(run, X, y)
