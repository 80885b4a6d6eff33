"""A table of the user's own: columns of numbers and a target, from a text file."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral
from os import PathLike

from scratchwork.arguments import checked
from scratchwork.datasets.dataset import Array, Dataset
from scratchwork.datasets.layout import Column, Layout, read_layout
from scratchwork.datasets.sources import MOST_BYTES, source_file
from scratchwork.datasets.table import read_columns
from scratchwork.datasets.targets import check_classes, classified, split_own
from scratchwork.errors import DataError, DescriptionError
from scratchwork.settings import one_of

WHAT = "a text file with a table"


@checked
def csv(
    path: str | PathLike[str],
    target: Column | None = None,
    *,
    drop: Column | Sequence[Column] = (),
    separator: str | None = None,
    header: bool | None = None,
    classes: bool | None = None,
    missing: str = "error",
    seed: int = 0,
    validation: int | float = 0.15,
    test: int | float = 0.15,
    most_bytes: int = MOST_BYTES,
) -> Dataset:
    """Load a table of your own: a row a sample, a column of targets, all others numbers.

    The file is text in UTF-8; fields may be quoted.

    Parameters
    ----------
    path : str or path
    target : str or int, optional
        The column to be predicted: its name, or its position (0 is the first, -1 the last). None:
        the last one, but "label" in a table that begins with label, pixel0, as Kaggle's
        ``train.csv`` of digits does.
    drop : str, int or sequence of them
        Columns to leave out, such as row numbers and texts.
    separator : str, optional
        What stands between fields. None: tab, semicolon or comma, as the first rows show.
    header : bool, optional
        Whether the first row holds the names of the columns. None: it does if it names a column
        asked for, has no number, or has a text above a number. Without a header, the columns are
        "column 1", "column 2" and so on.
    classes : bool, optional
        Whether targets are classes. None: texts are; whole numbers are if there are two, or if
        they are 0 to k - 1 or 1 to k with k at most 100, and rows at least twice as many; other
        numbers are to be met.
    missing : "error" or "drop"
        What to do with rows in which a field is empty, ``NA``, ``NaN``, ``null``, ``None`` or
        ``?``: refuse them, or leave them out. In a target of texts, only empty and ``?`` count.
    seed : int >= 0
        Decides which row lands in which part.
    validation, test : float in [0, 1) or int >= 0
        The size of the part: a fraction of the rows, or (an int) a number of rows.
    most_bytes : int > 0
        Refuse a larger file.

    Returns
    -------
    Dataset
        ``X_train`` (n, features), ``X_val`` and ``X_test`` are float32; targets are as the file
        has them: texts, int64 where all are whole numbers, or float64. Classes that are whole
        numbers, such as 1, 2, 3, come as 0 to k - 1, their positions in ``class_names``. Each part
        has the classes in proportion. A feature that float32 would blur, such as seconds since
        1970, makes X float64.

    Raises
    ------
    FileError
        When there is no such file, or it cannot be read.
    DataError
        When it is no table, a row has more or fewer fields than the first, a feature is no number
        or missing (with line and column), a column asked for is not there, the file is too large,
        or the training rows would lack a class.
    DescriptionError
        When an argument is out of range.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from scratchwork import datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "pets.csv")
    ...     count = path.write_text("weight,height,pet\\n" + "4.2,25,cat\\n30,60,dog\\n" * 10)
    ...     data = datasets.csv(path, target="pet")
    >>> data
    Dataset with classes cat, dog
      X_train  (14, 2)  float32
      y_train  (14,)    <U3
      X_val    (3, 2)   float32
      y_val    (3,)     <U3
      X_test   (3, 2)   float32
      y_test   (3,)     <U3
    >>> data.feature_names, data.target_name
    (('weight', 'height'), 'pet')
    """
    dropped_columns = _check(target, drop, missing)
    check_classes("csv", classes)
    file = source_file(path, "csv", WHAT, most_bytes)
    layout = read_layout(file, separator, header, [target, *dropped_columns])
    place = layout.position(_usual(layout) if target is None else target, "target")
    features = _features(
        layout, place, [layout.position(column, "drop") for column in dropped_columns]
    )
    X, y, dropped = read_columns(
        layout, features, place, classes=classes, drop_gaps=missing == "drop"
    )
    left_out = f"; {dropped:,} rows with gaps were left out" * (dropped > 0)
    name = layout.names[place]
    y, class_names = classified(y, classes, f"{file}: the target {name!r}")
    sizes = {"validation": validation, "test": test}
    return Dataset(
        *split_own(X, y, bool(class_names), seed=seed, **sizes),
        class_names,
        description=f"{file.name}: {len(X):,} rows of {len(features):,} features{left_out}.",
        feature_names=tuple(layout.names[k] for k in features),
        target_name=name,
    )


@checked
def csv_rows(
    path: str | PathLike[str],
    columns: Sequence[Column] | None = None,
    *,
    separator: str | None = None,
    header: bool | None = None,
    most_bytes: int = MOST_BYTES,
) -> Array:
    """Load the rows of a table in their order, to predict targets that it does not have.

    Parameters
    ----------
    path, separator, header, most_bytes
        As in `csv`.
    columns : sequence of str or int, optional
        The columns in their order; with ``columns=data.feature_names`` those that `csv` gave for
        training. None: all.

    Returns
    -------
    array (n, columns), float32 (float64 where that would blur a column)

    Raises
    ------
    FileError, DataError, DescriptionError
        As `csv`; a row with a gap is always an error, so that rows and answers correspond.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from scratchwork import datasets
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "new.csv")
    ...     count = path.write_text("id,height,weight\\n1,25,4.5\\n2,60,32\\n")
    ...     datasets.csv_rows(path, ["weight", "height"])
    array([[ 4.5, 25. ],
           [32. , 60. ]], dtype=float32)
    """
    columns = columns if columns is None else _columns(columns, "csv_rows(columns)")
    file = source_file(path, "csv_rows", WHAT, most_bytes)
    layout = read_layout(file, separator, header, columns or ())
    wanted = layout.names if columns is None else columns
    return read_columns(layout, [layout.position(column, "columns") for column in wanted])[0]


def _check(target: object, drop: object, missing: object) -> list[Column]:
    """The columns to drop, of a lone one a list."""
    if target is not None and not _is_column(target):
        todo = 'for example target="price"; for rows without targets there is datasets.csv_rows'
        raise DescriptionError(
            "csv(target)", "the name or position of a column", repr(target), todo
        )
    one_of("csv(missing)", "missing", missing, ("error", "drop"))
    return _columns([drop] if _is_column(drop) else drop, "csv(drop)")


def _columns(given: object, where: str) -> list[Column]:
    """Refuse what are no names or positions; a single text is no list of them."""
    listed = [] if isinstance(given, str) or not hasattr(given, "__iter__") else list(given)
    bad = [column for column in listed if not _is_column(column)]
    if bad or isinstance(given, str) or not hasattr(given, "__iter__"):
        got = repr(bad[0] if bad else given)
        raise DescriptionError(where, "a list of names or positions", got, 'for example ["id"]')
    return listed


def _is_column(given: object) -> bool:
    return isinstance(given, str | Integral) and not isinstance(given, bool)


def _usual(layout: Layout) -> Column:
    """The target of a table where none is named."""
    return "label" if layout.names[:2] == ("label", "pixel0") else -1


def _features(layout: Layout, target: int, dropped: Sequence[int]) -> list[int]:
    features = [k for k in range(len(layout.names)) if k != target and k not in dropped]
    unnamed = sorted(set(features) & set(layout.unnamed))
    if unnamed:
        got = f"none for column {unnamed[0] + 1}"
        todo = f"name it; or leave it out with drop={unnamed}, if these are row numbers"
        raise DataError(str(layout.path), "a name for each feature in its header", got, todo)
    if not features or target in dropped:
        got = "the target in drop=" if target in dropped else "none but the target"
        raise DataError(str(layout.path), "a target and features", got, "drop fewer columns")
    return features
