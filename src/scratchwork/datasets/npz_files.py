"""Arrays of the user's own: features and targets from an .npz file."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike

import numpy as np

from scratchwork.arguments import checked
from scratchwork.datasets.archive import Archive
from scratchwork.datasets.dataset import Array, Dataset
from scratchwork.datasets.sources import MOST_BYTES, source_file
from scratchwork.datasets.targets import check_classes, classified, split_own
from scratchwork.errors import DataError, DescriptionError
from scratchwork.settings import advice

Pair = tuple[Array, Array]
Names = tuple[str, str]
FEATURES = ("x", "data", "features", "images", "inputs")
TARGETS = ("y", "target", "targets", "label", "labels")
PARTS = {"train": ("train", "training"), "val": ("val", "valid", "validation"), "test": ("test",)}
SHOWN = 10
FRESH = "get a fresh copy, or save one with numpy.savez"


@checked
def npz(
    path: str | PathLike[str],
    X: str | None = None,
    target: str | None = None,
    *,
    classes: bool | None = None,
    seed: int = 0,
    validation: int | float = 0.15,
    test: int | float = 0.15,
    most_bytes: int = MOST_BYTES,
) -> Dataset:
    """Load arrays of your own, as ``numpy.savez`` writes them.

    Features are called X, data, features, images or inputs, and targets y, target, targets, label
    or labels, in small or large letters. Where both are also there with _train, _val or _test
    after the name, or train_, val_ or test_ before it, as in Keras' ``mnist.npz``, those are the
    parts; validation rows, if there are none, come from those for training. Pickled objects are
    never loaded.

    Parameters
    ----------
    path : str or path
    X, target : str, optional
        The names of the two arrays where they are others (without _train and the like, if the
        file has parts). Where an array has just this name, all its rows are split into parts.
    classes : bool, optional
        Whether targets are classes; None decides as for `csv`.
    seed : int >= 0
        Decides which row lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the rows that are split, or (an int) a number of rows.
        It counts for nothing where the file has that part.
    most_bytes : int > 0
        Refuse a larger file, and a larger array in it.

    Returns
    -------
    Dataset
        ``X_train`` (n, ...), ``X_val`` and ``X_test`` are of the file's type; targets too, except
        that whole numbers come as int64, and as classes such as 1, 2, 3 as 0 to k - 1, their
        positions in ``class_names``.

    Raises
    ------
    FileError
        When there is no such file, or it cannot be read.
    DataError
        When it is no .npz file, damaged or too large, an array is not there or holds objects, NaN
        or infinity, or features and targets are not of one length.
    DescriptionError
        When an argument is out of range.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from scratchwork import datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "mine.npz")
    ...     np.savez(path, pixels=np.zeros((20, 8, 8), np.uint8), labels=np.arange(20) % 2)
    ...     data = datasets.npz(path, X="pixels")
    >>> data.X_train.shape, data.class_names, data.target_name
    ((14, 8, 8), ('0', '1'), 'labels')
    """
    check_classes("npz", classes)
    for setting, name in {"X": X, "target": target}.items():
        if name is not None and not isinstance(name, str):
            todo = f'for example {setting}="{setting}"'
            raise DescriptionError(f"npz({setting})", "the name of an array", repr(name), todo)
    file = source_file(path, "npz", "an .npz file", most_bytes)
    with Archive(file, FRESH) as archive:
        pairs = _pairs(archive, X, target)
        arrays = {part: _read(archive, *pair, most_bytes) for part, pair in pairs.items()}
    name = pairs["train"][1]
    y, class_names = classified(
        np.concatenate([y for _, y in arrays.values()]), classes, f"{file}: {name}"
    )
    listed = ", ".join(array for pair in pairs.values() for array in pair)
    bounds = np.cumsum([len(y) for _, y in arrays.values()])[:-1]
    parts = {
        part: (arrays[part][0], y) for part, y in zip(arrays, np.split(y, bounds), strict=True)
    }
    parts = _complete(parts, bool(class_names), seed, validation, test)
    return Dataset(
        *parts["train"],
        *parts["val"],
        *parts["test"],
        class_names,
        description=f"{file.name}: {listed}.",
        target_name=name,
    )


def _complete(
    parts: dict[str, Pair], classes: bool, seed: int, validation: int | float, test: int | float
) -> dict[str, Pair]:
    """Split off the training rows those parts that the file does not have."""
    made = split_own(
        *parts["train"],
        classes,
        seed=seed,
        validation=0 if "val" in parts else validation,
        test=0 if "test" in parts else test,
    )
    pairs = dict(zip(PARTS, zip(made[::2], made[1::2], strict=True), strict=True))
    return pairs | {part: pair for part, pair in parts.items() if part != "train"}


# ---- which arrays ----
def _pairs(archive: Archive, X: str | None, target: str | None) -> dict[str, Names]:
    """Return the names of features and targets for each part; only "train" if all are split."""
    lower = {name.lower(): name for name in reversed(archive.names)}
    stems = [[X.lower()] if X else FEATURES, [target.lower()] if target else TARGETS]
    whole = [_first(lower, names) for names in stems]
    parts = {part: [_first(lower, _of_part(names, part)) for names in stems] for part in PARTS}
    named = X is not None or target is not None
    if all(parts["train"]) and not (named and all(whole)):
        return {part: (x, y) for part, (x, y) in parts.items() if x and y}
    x, y = whole
    others = [name for name in archive.names if name not in whole]
    if len(others) == 1 and bool(x) != bool(y):  # one is known, so the other is what is left
        x, y = x or (others[0] if X is None else None), y or (others[0] if target is None else None)
    if x and y:
        return {"train": (x, y)}
    raise _unknown(archive, X, target)


def _of_part(stems: Sequence[str], part: str) -> list[str]:
    return [
        name
        for stem in stems
        for word in PARTS[part]
        for name in (f"{stem}_{word}", f"{word}_{stem}")
    ]


def _first(lower: dict[str, str], names: Sequence[str]) -> str | None:
    return next((lower[name] for name in names if name in lower), None)


def _unknown(archive: Archive, X: str | None, target: str | None) -> DataError:
    names = archive.names
    listed = ", ".join(f"{name} {archive.header(name)}" for name in names[:SHOWN])
    listed += f" and {len(names) - SHOWN} more" * (len(names) > SHOWN)
    todo = 'name the two arrays: npz(path, X="...", target="...")'
    for given in (X, target):
        if given is not None and given not in names and "did you mean" in advice(given, names):
            todo = advice(given, names)
    expected = f"arrays {X or 'X'} and {target or 'y'}"
    return DataError(str(archive.path), expected, listed or "no arrays", todo)


# ---- what is in them ----
def _read(archive: Archive, x: str, y: str, most_bytes: int) -> tuple[Array, Array]:
    """Read features and targets; refuse shapes and numbers that cannot be trained on."""
    X_header, y_header = archive.header(x), archive.header(y)
    n = X_header.shape[0] if X_header.shape else 0
    if len(X_header.shape) < 2 or n == 0 or X_header.dtype.kind not in "biuf":
        todo = "one number a row is an array (n, 1): X[:, None]" if n else "save one with rows"
        raise DataError(f"{archive.path}: {x}", "numbers (n, ...), n >= 1", str(X_header), todo)
    fits = y_header.shape[:1] == (n,) and len(y_header.shape) <= 2
    if not fits or (y_header.dtype.kind in "US" and y_header.shape[1:] not in ((), (1,))):
        todo = f"each row of {x} needs its target"
        raise DataError(f"{archive.path}: {y}", f"targets ({n},)", str(y_header), todo)
    for name, header in ((x, X_header), (y, y_header)):
        if header.nbytes > most_bytes:
            expected, got = f"at most {most_bytes:,} bytes", f"{header.nbytes:,}: {header}"
            todo = f"if that is right, allow it with most_bytes={header.nbytes}"
            raise DataError(f"{archive.path}: {name}", expected, got, todo)
    X, targets = (archive.read(name, most_bytes=most_bytes) for name in (x, y))
    for name, array in ((x, X), (y, targets)):
        _refuse_not_finite(f"{archive.path}: {name}", array)
    return X, targets[:, 0] if targets.shape[1:] == (1,) else targets


def _refuse_not_finite(where: str, array: Array) -> None:
    if array.dtype.kind != "f" or np.isfinite(array).all():
        return
    wrong = ~np.isfinite(array)
    place = tuple(int(axis[0]) for axis in np.nonzero(wrong))
    got = f"{array[place]} at {list(place)}, {wrong.sum():,} such in all"
    raise DataError(where, "finite numbers", got, "mend them, or leave these rows out")
