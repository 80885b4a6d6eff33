"""write: a training program, or the trained network, as files that need NumPy alone."""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from .activations import linear, sigmoid
from .dialects.load import MARK
from .dialects.reader import Reader, reader_text
from .dialects.standalone import Training, training_text
from .engines.numpy import EVALUATION_ROWS
from .errors import DescriptionError, FileError
from .programs import description_text, mean_outputs
from .run import Run
from .settings import one_of, whole
from .storage import Array
from .training.fit import Fit, needs_loss, targets_name
from .version import __version__

if TYPE_CHECKING:
    from .model import Sequential

PARTS = ("X_train", "y_train", "X_val", "y_val", "X_test", "y_test")
MOST_IN_TEXT = 100_000
"""Characters of numbers that a reader holds in its text; more go into an .npz beside it."""
MOST_DECIMAL = 1_000
"""Numbers that a reader shows as decimals; more are packed."""


def write_program(
    model: Sequential,
    path: str | Path,
    *,
    program: str = "train",
    data: Any = None,
    epochs: int | None = None,
    batch_size: int | None = None,
) -> tuple[Path, ...]:
    """Write a program that needs NumPy alone; give back the files' paths.

    Parameters
    ----------
    path : path
        Of the program, ``.py``. Arrays go into an ``.npz`` of the same name beside it.
    program : "train" or "predict"
        A training program that repeats the last fit, to the last digit on the same machine; or
        the trained network with a command line and a check of itself.
    data : Dataset, (X, y) or dict of arrays, optional
        With "train", the rows to store, as X_train, y_train, X_val ...; without, the program says
        what it needs. With "predict", where class names and rows for the check come from.
    epochs, batch_size : int, optional
        With "train", instead of those of the last fit (10 and 32 before any).

    Raises
    ------
    DescriptionError
        For what a text cannot carry: callbacks.
    FileError
        If a file cannot be written, or is there and was not written by Scratchwork.
    """
    one_of("write", "program", program, ("train", "predict"))
    path = Path(path)
    run = model.ready("write")
    if program == "predict":
        text, arrays = reader_file(run, model.last_fit, path, data)
    else:
        text, arrays = training_file(run, model.last_fit, path, data, epochs, batch_size)
    files: dict[Path, Callable[[BinaryIO], object]] = {
        path: lambda f: f.write(text.encode("ascii"))
    }
    if arrays:
        arrays["scratchwork"] = np.array(__version__)
        files[path.with_suffix(".npz")] = lambda f: np.savez(f, allow_pickle=False, **arrays)
    for file in files:
        refuse_foreign(file)
    for file, content in files.items():
        write_whole(file, content)
    return tuple(files)


def refuse_foreign(path: Path) -> None:
    """Never write over a file that Scratchwork did not write."""
    if not path.exists():
        return
    try:
        if path.suffix == ".npz":
            with np.load(path) as arrays:
                ours = "scratchwork" in arrays
        else:
            ours = path.read_text(encoding="utf-8").startswith(MARK)
    except (OSError, ValueError):
        ours = False
    if not ours:
        raise FileError(
            f"write {path}",
            "a new file or one that Scratchwork wrote",
            "another file",
            "choose another name, or move that file away",
        )


def write_whole(path: Path, content: Callable[[BinaryIO], object]) -> None:
    """Write all of a file or nothing: into a temporary one, which then takes its place."""
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.absolute().parent, delete=False) as file:
            temporary = file.name
            content(file)  # type: ignore[arg-type] # a wrapped binary file
        os.chmod(temporary, 0o666 & ~current_umask())
        os.replace(temporary, path)
    except OSError as error:
        raise FileError(
            f"write {path}", "a file that can be written", str(error), "choose another place"
        ) from error
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# ---- a training program ----
def training_file(
    run: Run, fit: Fit | None, path: Path, data: Any, epochs: int | None, batch_size: int | None
) -> tuple[str, dict[str, Array]]:
    """The text, and the arrays beside it."""
    loss = needs_loss(run.description, "write")
    if fit is not None and fit.callbacks:
        raise DescriptionError(
            "write",
            "a fit without callbacks, which a text cannot carry",
            f"{fit.callbacks} in the last fit",
            "fit without them, then write",
        )
    arrays = data_arrays(data)
    kind = fit.kind if fit else run.check_kind(arrays.get("y_train"), loss)
    programs = run.engine(kind).source.programs
    given = () if fit is None or fit.from_seed else tuple(fit.start.arrays())
    if fit is None and not run.is_fresh():
        given = tuple(run.state.arrays())
    start = fit.start if fit else run.state
    arrays |= {f"start_{name}": start.arrays()[name] for name in given}
    for name, setting in (("epochs", epochs), ("batch_size", batch_size)):
        if setting is not None:
            whole("write", name, setting)
    plan = Training(
        description=description_text(run.description),
        seed=run.seed,
        dtype=run.description.dtype,
        batch_size=batch_size or (fit.batch_size if fit else 32),
        epochs=epochs or (fit.epochs if fit else 10),
        first_epoch=start.epoch,
        first_step=start.t,
        shuffle=fit.shuffle if fit else True,
        targets=targets_name(kind),
        targets_dtype="int64" if kind == "labels" else run.description.dtype,
        means=mean_outputs(run.description),
        given=given,
        arrays_file=path.with_suffix(".npz").name,
        block=EVALUATION_ROWS,
    )
    return training_text(programs, plan), arrays


def data_arrays(data: Any) -> dict[str, Array]:
    """X_train, y_train, ... from a Dataset, a pair, or a dict."""
    if data is None:
        return {}
    if isinstance(data, tuple | list) and len(data) == 2:
        data = {"X_train": data[0], "y_train": data[1]}
    given = data if isinstance(data, Mapping) else vars(data) if hasattr(data, "__dict__") else {}
    found = {name: np.asarray(given[name]) for name in PARTS if given.get(name) is not None}
    if "X_train" not in found or "y_train" not in found:
        raise DescriptionError(
            "write(data)",
            "a data set with X_train and y_train, or (X, y)",
            type(data).__name__,
            "give data=(X, y)",
        )
    return found


# ---- a trained network ----
def reader_file(run: Run, fit: Fit | None, path: Path, data: Any) -> tuple[str, dict[str, Array]]:
    """The text with its numbers, or with the arrays beside it."""
    program = run.engine().source.programs["predict"]
    names = [str(x.name) for x in (*program.parameters, *program.state)]
    rows = example_rows(run, fit, data)
    with np.errstate(all="raise", under="ignore"):
        answers = run.engine().predict(run.values(X=rows), "predict")
    arrays = {name: run.state.arrays()[name] for name in names}
    arrays |= {"check_rows": rows, "check_answers": answers}
    texts = {name: as_text(array) for name, array in arrays.items()}
    in_text = sum(map(len, texts.values())) <= MOST_IN_TEXT
    loss = run.description.loss
    link = loss.link if loss else linear
    plan = Reader(
        description=description_text(run.description),
        seed=run.seed,
        dtype=run.description.dtype,
        module=path.stem,
        input_shape=run.description.input_shape,
        classes=class_names(data, run.width, link is not linear),
        binary=link is sigmoid and run.width == 1,
        arrays=texts if in_text else {},
        arrays_file=path.with_suffix(".npz").name,
    )
    return reader_text(program, plan), {} if in_text else arrays


def example_rows(run: Run, fit: Fit | None, data: Any) -> Array:
    """Three rows for the check: of the data, of the last fit, or drawn."""
    rows = data_arrays(data).get("X_test", data_arrays(data).get("X_train"))
    if rows is not None:
        return run.check_X(rows[:3], "write(data)")
    if fit is not None:
        return fit.examples
    drawn = np.random.default_rng(0).random((3, *run.description.input_shape))
    return drawn.astype(run.description.dtype)


def class_names(data: Any, width: int, classes: bool) -> tuple[str, ...]:
    """The names of the classes, from the data set or counted."""
    number = max(width, 2) if classes else 0
    names = tuple(map(str, getattr(data, "names", ())))
    return names if len(names) == number else tuple(map(str, range(number)))


def as_text(array: Array) -> str:
    """An array as an expression: decimals that read back exactly where it is small, else base64."""
    if array.size <= MOST_DECIMAL:
        listed = np.array2string(
            array, separator=", ", threshold=array.size + 1, max_line_width=92, floatmode="unique"
        )
        inner = listed.replace("\n", "\n        ")
        return f"np.array(\n        {inner},\n        np.{array.dtype},\n    )"
    packed = base64.b64encode(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    lines = [packed[i : i + 84].decode() for i in range(0, len(packed), 84)]
    quoted = "\n        ".join(f'"{line}"' for line in lines)
    shape = ", ".join(map(str, array.shape))
    return f'decode(\n        {quoted},\n        "{array.dtype}",\n        {shape},\n    )'
