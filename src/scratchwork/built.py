"""Built: what a model has once its input shape is known: numbers by name, and views inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from numbers import Integral
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from .arguments import known_arguments
from .description import Description, check_input_shape
from .dialects.frameworks import FRAMEWORKS
from .engines.blas import one_thread
from .engines.engine import EngineName
from .errors import DescriptionError, NotReadyError, ProgramError, ScratchworkError, ShapeError
from .frameworks import framework_text
from .guard import Guarded, keep
from .inspect.display import SourceText, show
from .inspect.summary import engine_text, summarize
from .inspect.trace import Trace, trace_step
from .inspect.verify import Verification, verify
from .programs import cupy_source, description_text
from .run import Run, chosen_seed
from .settings import one_of
from .storage import Array
from .training import fit as training
from .training.arrays import as_numbers
from .training.inputs import refuse_empty
from .writing import write_program

FUNCTIONS = {"step": "train_step", "epoch": "train_epoch"}
DIALECTS = ("numba", "cupy", *FRAMEWORKS)


@known_arguments
class Built(Guarded):
    """A description and, from the first shape on, the run of its programs.

    Parameters
    ----------
    description : Description
    """

    description: Description
    seed: int | None
    source_file: str | Path | None
    run: Run | None
    last_fit: training.Fit | None
    engine: EngineName

    def __init__(self, description: Description) -> None:
        self.description = description
        self.source_file = self.run = self.last_fit = None
        keep(self, seed=None, engine="auto")

    def __repr__(self) -> str:
        return description_text(self.description)

    # ---- the run ----
    def build(self, given: Any) -> None:
        """Draw the parameters for rows of a shape; fit, evaluate and predict do so by themselves.

        From here on source, summary, trace, verify, predict, evaluate and the parameters are there,
        also before ``compile`` as far as they need no loss. Layers that are fitted to rows
        (Standardize) are fitted by ``fit``. Keras' ``(None, 784)`` is read as ``(784,)``.

        Parameters
        ----------
        given : array (n, ...), int or tuple of int
            Rows, of which only the shape is looked at, or the shape of one row.

        Raises
        ------
        ShapeError
            If the model was built for another shape, or layers do not fit it.

        Examples
        --------
        >>> import scratchwork as sw
        >>> model = sw.Sequential([sw.Dense(3, activation="relu"), sw.Dense(2)])
        >>> model.build(4)
        >>> {name: array.shape for name, array in model.parameters.items()}
        {'W1': (4, 3), 'b1': (3,), 'W2': (3, 2), 'b2': (2,)}
        """
        shape = row_shape(given)
        known = self.description.input_shape
        if known and shape != known:
            todo = "make a new model for other rows"
            raise ShapeError("build", f"rows of shape {known}", str(shape), todo)
        self.begin("build", shape)

    def ready(self, where: str, X: Any = None) -> Run:
        """The run, begun with the shape of X if none was given."""
        if self.run is not None:
            return self.run
        given = None if X is None else as_numbers(X, f"{where}(X)").shape
        refuse_empty(given or (), f"{where}(X)")
        shape = self.description.input_shape or (given or ())[1:]
        if not shape:
            got = "none yet" if given is None else f"X of shape {given}"
            todo = "give input_shape= to Sequential, or rows of features: X (n, features)"
            raise NotReadyError(where, "a known input shape", got, todo)
        return self.begin(where, shape)

    def begin(self, where: str, shape: tuple[int, ...]) -> Run:
        """Begin the run for rows of this shape, unless there is one."""
        if self.run is None:
            if not shape:
                todo = "give the shape of a row, or rows of features: X (n, features)"
                raise NotReadyError(where, "a shape with at least one size", "()", todo)
            description = replace(self.description, input_shape=check_input_shape(shape))
            seed = chosen_seed(None, self.seed)
            self.run = Run(description, seed, self.source_file, self.engine)
            self.description = description
            keep(self, seed=seed)
        return self.run

    @contextmanager
    def begun(self, where: str, X: Any) -> Iterator[Run]:
        """The run. If it began with this X, and that was refused, the model is as it was before."""
        before = self.run, self.description, self.seed
        try:
            yield self.ready(where, X)
        except ScratchworkError:
            if before[0] is None and self.run is not None and self.run.is_fresh():
                self.run, self.description, seed = before
                keep(self, seed=seed)
            raise

    # ---- looking inside ----
    def source(self, name: str = "step", program: str = "train_step") -> SourceText:
        """The text that runs; ``name`` is one of its functions, or "program" for all of it.

        The functions are "step", "epoch", "predict", "raw", "evaluate" and "initialize".
        ``inspect.getsource`` of the running function is equal to it.

        Parameters
        ----------
        name : str
            "numba" is the same in another dialect: a whole ``program`` as the compiled engine runs
            it, over vectors, blocks and slices of rows; what is compiled has no comments. Batches
            of few rows, or of many more inputs, have steps of another form: that of the last fit.
            "cupy" is all of it for a GPU, with cp where NumPy's has np; "pytorch" and "keras" are
            the network as a user of theirs would write it (see ``write``).
        program : "train_step", "evaluate", "predict" or "raw"
        """
        run = self.ready("source")
        if name == "numba":
            one_of("source", "program", program, ("train_step", "evaluate", "predict", "raw"))
            if program in ("train_step", "evaluate"):
                training.needs_loss(self.description, "source")
            return SourceText(compiled_source(run, program))
        if name in FRAMEWORKS:
            return SourceText(framework_text(run, self.last_fit, name))
        made = run.engine().source
        if name == "cupy":
            return SourceText(cupy_source(made, run.description))
        if name == "program":
            return SourceText(made.text)
        found = FUNCTIONS.get(name, name)
        if found not in made.functions and found in ("train_step", "train_epoch", "evaluate"):
            training.needs_loss(self.description, "source")
        one_of("source", "name", name, ("program", *FUNCTIONS, *DIALECTS, *made.functions))
        return SourceText(made.functions[found])

    def summary(self) -> None:
        """Print layers, output shapes, parameters, memory, multiply-adds of a step, the engine."""
        run = self.ready("summary")
        show(summarize(run.description, engine_text(run)))

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
        self,
        path: str | Path,
        *,
        program: str = "train",
        dialect: str = "numpy",
        data: Any = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        names: Sequence[str] | None = None,
    ) -> tuple[Path, ...]:
        """Write a program that needs NumPy alone, or with ``dialect`` PyTorch or Keras.

        See ``scratchwork.writing.write_program``.
        """
        return write_program(
            self, path, program=program, dialect=dialect, data=data, epochs=epochs,
            batch_size=batch_size, names=names,
        )  # fmt: skip

    @property
    def classes_(self) -> Array | None:
        """The labels in the order of the outputs: None before a fit, and if y is no class."""
        return None if self.run is None else self.run.seen.classes

    @property
    def feature_names_in_(self) -> Array | None:
        """The names of the columns, if the first fit was to a frame."""
        names = () if self.run is None else self.run.seen.columns
        return np.array(names, object) if names else None

    # ---- numbers ----
    @property
    def parameters(self) -> dict[str, Array]:
        """Copies of the parameters, by the names that the program prints.

        What layers keep besides is in ``state``: a trained network is both.
        """
        views = self.ready("parameters").state.parameters
        return {name: view.copy() for name, view in views.items()}

    @property
    def state(self) -> dict[str, Array]:
        """Copies of what layers keep besides parameters: means and deviations, running or fitted.

        Examples
        --------
        >>> import numpy as np, scratchwork as sw
        >>> def network():
        ...     return sw.Sequential([sw.Standardize(), sw.Dense(2)], input_shape=3)
        >>> model, again = network(), network()
        >>> model.compile("cross_entropy", seed=0)
        >>> X, y = np.arange(12.0).reshape(4, 3), [0, 1, 0, 1]
        >>> history = model.fit(X, y, epochs=1)
        >>> again.set_parameters({**model.parameters, **model.state})
        >>> bool((again.predict(X, raw=True) == model.predict(X, raw=True)).all())
        True
        """
        views = self.ready("state").state.layers
        return {name: view.copy() for name, view in views.items()}

    def set_parameters(self, given: Mapping[str, Any]) -> None:
        """Set parameters or state by name, each of the right shape; all or none.

        A copy of a trained network is ``{**trained.parameters, **trained.state}``; all parameters
        without the state of layers that have never seen rows get a warning.
        """
        run = self.ready("set_parameters")
        fitted = run.prepared
        run.set_arrays(given, "set_parameters")
        if not fitted:
            run.warn_if_unfitted(given, "set_parameters")

    def __contains__(self, name: object) -> bool:
        return name in list(self)

    def __iter__(self) -> Iterator[str]:
        """The names of all numbers: parameters, the layers' state, the optimizer's."""
        return iter(self.ready("list(model)").state.arrays())

    def __call__(self, *given: object, **settings: object) -> NoReturn:
        todo = "call predict(X), with raw=True for what the last layer gives"
        raise DescriptionError("model(...)", "one of its methods", "the model called", todo)

    def __getitem__(self, name: str) -> Array:
        return self.ready("model[...]").array(name, "model[...]").copy()

    def __setitem__(self, name: str, value: Any) -> None:
        self.ready("model[...]").set_arrays({name: value}, "model[...]")


def row_shape(given: Any) -> tuple[int, ...]:
    """The shape of a row, from the shape itself or from rows."""
    if isinstance(given, Integral):
        return check_input_shape(int(given))
    if isinstance(given, tuple | list) and all(x is None or isinstance(x, Integral) for x in given):
        return check_input_shape(given[given[:1] in ((None,), [None]) :])
    return tuple(as_numbers(given, "build(X)").shape[1:])


def compiled_source(run: Run, name: str) -> str:
    """A program's text in the numba dialect; it needs no Numba."""
    from .engines.numba import printed

    engine = run.engine()
    form = getattr(engine, "last_form", None) if name == "train_step" else None
    description = replace(run.description, targets=run.kind())
    try:
        return printed(engine.source, description, name, run.state, form or "rows").source
    except NotImplementedError as error:
        todo = 'look at source(), which runs with engine="numpy"'
        raise ProgramError('source("numba")', "what loops can say", str(error), todo) from None
