"""write: a training program, or the trained network, as files that need NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .activations import sigmoid, softmax
from .array_text import as_text
from .dialects.frameworks import FRAMEWORKS
from .dialects.reader import Answer, Reader, reader_text
from .dialects.standalone import Training, training_text
from .engines.blas import one_thread
from .engines.numpy import EVALUATION_ROWS
from .errors import DataError, DescriptionError
from .files import program_path, refuse_foreign, sealed, write_all
from .frameworks import framework_file
from .losses import TargetKind
from .programs import description_text, mean_outputs
from .run import Run
from .settings import one_of
from .storage import Array
from .training.fit import Fit, check_batch_size, needs_loss, targets_name
from .training.labels import Seen
from .training.state import State
from .version import __version__
from .writing_data import (
    checked_rows,
    chosen,
    class_names,
    data_arrays,
    feature_names,
    held_apart,
    members,
    seen_with,
)

if TYPE_CHECKING:
    from .built import Built

MOST_IN_TEXT = 100_000
"""Characters of numbers that a reader holds in its text; more go into an .npz beside it."""


def write_program(
    model: Built,
    path: str | Path,
    *,
    program: str = "train",
    dialect: str = "numpy",
    data: Any = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    names: Sequence[str] | None = None,
) -> tuple[Path, ...]:
    """Write a program that needs NumPy alone, or a framework; give back the files' paths.

    Parameters
    ----------
    path : path
        Of the program, ``.py``. Arrays go into an ``.npz`` of the same name beside it.
    program : "train" or "predict"
        A training program that repeats the last fit, to the last digit on the same machine, or up
        to rounding where Numba ran it; or the trained network with a command line and a check of
        itself.
    dialect : "numpy", "pytorch" or "keras"
        With "train", the network as a user of that framework would write it, which
        ``source("pytorch")`` shows. It begins with the model's present numbers, and with a new
        optimizer.
    data : Dataset, (X, y) or dict of arrays, optional
        With "train", the rows to store, as X_train, y_train, X_val ...; without, the program says
        what it needs. With "predict", where class names and rows for the check come from.
    epochs, batch_size : int, optional
        With "train", instead of those of the last fit (10 and 32 before any).
    names : sequence of str, optional
        With "predict", the names of the classes, where they do not come from the data.

    Raises
    ------
    DescriptionError
        For what a text cannot carry: callbacks, or what a framework lacks; for a file name that it
        could not print, or that another module has; for ``names`` of another number than the
        classes.
    DataError, ShapeError
        If the data do not fit the network.
    FileError
        If a file cannot be written, or is there and was not written by Scratchwork, or is a
        program that was changed since. All files are then as they were.
    """
    one_of("write", "program", program, ("train", "predict"))
    one_of("write", "dialect", dialect, ("numpy", *FRAMEWORKS))
    path = program_path(path, "write", plain=True)
    given = data_arrays(data)
    run = model.ready("write", given.get("X_train"))
    if program == "predict":
        framework = None if dialect == "numpy" else dialect
        refuse_settings(program, "train", epochs=epochs, batch_size=batch_size, dialect=framework)
        found = {
            what: [str(name) for _, found in members(data, what) for name in found]
            for what in ("class_names", "feature_names")
        }
        text, arrays = reader_file(run, model.last_fit, path, given, names, found)
    else:
        refuse_settings(program, "predict", names=names)
        made = training_file if dialect == "numpy" else partial(framework_file, dialect)
        text, arrays = made(run, model.last_fit, path, given, epochs, batch_size)
    files: dict[Path, Callable[[BinaryIO], object]] = {
        path: lambda f: f.write(sealed(in_ascii(text)).encode())
    }
    if arrays:
        arrays["scratchwork"] = np.array(__version__)
        files[path.with_suffix(".npz")] = lambda f: np.savez(f, **arrays)  # type: ignore[arg-type]
    for file in files:
        refuse_foreign(file)
    write_all(files)
    return tuple(files)


def refuse_settings(program: str, other: str, **settings: object) -> None:
    """A trained network has no epochs: better said than ignored."""
    for name, value in settings.items():
        if value is not None:
            raise DescriptionError(
                f'write(program="{program}")', f"no {name}", repr(value), f'with program="{other}"'
            )


def in_ascii(text: str) -> str:
    """Names are ASCII already; in a comment, such as a loss's title, other letters are escaped."""
    return text.encode("ascii", "backslashreplace").decode()


# ---- a training program ----
def training_file(
    run: Run, fit: Fit | None, path: Path, arrays: dict[str, Array],
    epochs: int | None, batch_size: int | None,
) -> tuple[str, dict[str, Array]]:  # fmt: skip
    """The text, and the arrays beside it."""
    loss = needs_loss(run.description, "write")
    refuse_callbacks(fit)
    seen = seen_with(run, arrays, loss)
    kind = checked_rows(run, arrays, loss, seen) or (fit.kind if fit else run.kind())
    if fit is not None:
        arrays = held_apart(arrays, fit.rows, fit.held_out)
    description = fit.description if fit else run.description  # the rate may have changed since
    programs = run.programs(kind, description)
    start, given = beginning(run, fit)
    arrays |= {f"start_{name}": start.arrays()[name] for name in given}
    size = chosen("batch_size", batch_size, fit.batch_size if fit else 32)
    if "X_train" in arrays:
        check_batch_size(run, kind, size, len(arrays["X_train"]))
    plan = Training(
        description=description_text(description),
        seed=run.seed,
        dtype=run.description.dtype,
        batch_size=size,
        epochs=chosen("epochs", epochs, fit.epochs if fit else 10),
        first_epoch=start.epoch,
        began=start.began,
        first_step=start.t,
        shuffle=fit.shuffle if fit else True,
        targets=targets_name(kind),
        targets_dtype="int64" if kind == "labels" else run.description.dtype,
        input_shape=shape_text(run.description.input_shape),
        classes=seen.words,
        targets_shape=targets_text(run.width, kind, seen),
        means=mean_outputs(run.description),
        given=given,
        prepares=not given or not (fit or run.prepared),
        repeats=nearness(run) if fit is not None and epochs is batch_size is None else "",
        arrays_file=path.with_suffix(".npz").name,
        block="len(X)" if "evaluate" in run.engine(kind).mixing else str(EVALUATION_ROWS),
    )
    return training_text(programs, plan), arrays


def beginning(run: Run, fit: Fit | None) -> tuple[State, tuple[str, ...]]:
    """The numbers that training begins with, and the names of those that no initializer made."""
    start = fit.start if fit else run.state
    drawn = fit.from_seed if fit else run.is_fresh()
    return start, () if drawn else tuple(start.arrays())


def nearness(run: Run) -> str:
    """How near the NumPy program comes to the fit that it repeats."""
    if run.choice.name == "numpy":
        return "to the last digit on the same machine with the same NumPy"
    part = {"float32": "1e-5", "float64": "1e-10"}[run.description.dtype]
    return f"which Numba ran, up to rounding: some {part} of a loss, and more after many steps"


def refuse_callbacks(fit: Fit | None) -> None:
    if fit is not None and fit.callbacks:
        raise DescriptionError(
            "write",
            "a fit without callbacks, which a text cannot carry",
            f"{', '.join(fit.callbacks)} in the last fit",
            "fit without them, then write",
        )


def shape_text(sizes: Sequence[int]) -> str:
    """(n, 64), and (n,) for one number a row."""
    return f"({', '.join(map(str, ('n', *sizes)))}{'' if sizes else ','})"


def targets_text(width: int, kind: TargetKind, seen: Seen) -> str:
    """The shape of y, and what its numbers are where the labels are words."""
    shape = shape_text((width,) if kind == "matrix" else ())
    return f"{shape}, numbers of CLASSES," if seen.words else shape


# ---- a trained network ----
def reader_file(
    run: Run,
    fit: Fit | None,
    path: Path,
    data: dict[str, Array],
    names: Sequence[str] | None,
    found: Mapping[str, Sequence[str]],
) -> tuple[str, dict[str, Array]]:
    """The text with its numbers, or with the arrays beside it."""
    program = run.engine().source.programs["predict"]
    rows = example_rows(run, fit, data)
    with one_thread():  # of the program in the file, whatever engine trained
        answers = run.engine().call("predict", run.values(X=rows))
    refuse_not_finite(answers)
    used = [str(x.name) for x in (*program.parameters, *program.state)]
    numbers = {name: run.state.arrays()[name] for name in used}
    texts = {name: as_text(array, f'    "{name}": ') for name, array in numbers.items()}
    examples, expected = as_text(rows, "EXAMPLES = "), as_text(answers, "ANSWERS = ")
    in_text = sum(map(len, (*texts.values(), examples, expected))) <= MOST_IN_TEXT
    answer, shape = kind_of_answer(run, answers), run.description.input_shape
    known = run.seen.words or found["class_names"] or run.seen.numerals
    plan = Reader(
        description=description_text(run.description),
        seed=run.seed,
        dtype=run.description.dtype,
        module=path.stem,
        input_shape=shape,
        answer=answer,
        classes=class_names(names, known, run.width, answer),
        features=feature_names(run.seen.columns or found["feature_names"], shape),
        numbers=texts if in_text else None,
        examples=examples,
        expected=expected,
        arrays_file=path.with_suffix(".npz").name,
    )
    beside = {**numbers, "check_rows": rows, "check_answers": answers}
    return reader_text(program, plan), {} if in_text else beside


def example_rows(run: Run, fit: Fit | None, data: Mapping[str, Array]) -> Array:
    """Three rows for the check: of the data, of the last fit, or drawn."""
    rows = data.get("X_test", data.get("X_train"))
    if rows is not None:
        return run.check_X(rows[:3], "write(data)")
    if fit is not None:
        return fit.examples
    drawn = np.random.default_rng(0).random((3, *run.description.input_shape))
    return drawn.astype(run.description.dtype)


def refuse_not_finite(answers: Array) -> None:
    if not np.isfinite(answers).all():
        raise DataError(
            'write(program="predict")',
            "a network whose answers are finite",
            "NaN or infinity",
            "look at its parameters: model.parameters",
        )


def kind_of_answer(run: Run, answers: Array) -> Answer:
    """What predictions mean under the model's loss."""
    loss = run.description.loss
    sure = loss is not None and loss.link in (softmax, sigmoid)  # not under a hinge
    if loss is not None and (loss.classes or loss.link is softmax):
        return "one of many" if sure else "best of many"
    if loss is not None and loss.answers and run.width == 1:
        return "one of two" if sure else "better of two"
    if loss is not None and loss.link is sigmoid:
        return "several"
    return "numbers" if answers.ndim == 2 else "array"
