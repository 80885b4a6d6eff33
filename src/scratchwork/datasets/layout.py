"""How a table in a text file is laid out: its separator, its header, the names of its columns."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from numbers import Integral
from pathlib import Path

from scratchwork.datasets.text_lines import text_lines
from scratchwork.errors import DataError, DescriptionError
from scratchwork.settings import advice

SEPARATORS = "\t;,"
"""In the order in which they are tried: a tab or ; is rare inside a field, a comma is not."""
GAPS = frozenset({"", "?", "na", "n/a", "nan", "null", "none", "#n/a"})
"""How tables write a number that is missing, in small letters."""
NAMES_SHOWN = 10

Column = str | int
Row = tuple[int, list[str]]
"""The number of the line, and the fields without spaces around them."""


@dataclass(frozen=True)
class Layout:
    """What the first lines of a table say about all of it.

    Parameters
    ----------
    path : path
    separator : str
        One character.
    header : bool
        Whether the first row holds names.
    names : tuple of str
        Of the columns; "column 1", "column 2", ... where there is no header.
    unnamed : tuple of int
        The positions of the columns for which the header has an empty name; `names` counts them.
    sample : list of str
        The first row of data.
    """

    path: Path
    separator: str
    header: bool
    names: tuple[str, ...]
    unnamed: tuple[int, ...]
    sample: list[str]

    def position(self, column: Column, setting: str) -> int:
        """Where a column is, by its name or its position (-1 is the last).

        Raises
        ------
        DataError
            When there is no such column, with the nearest name.
        """
        if isinstance(column, Integral) and -len(self.names) <= column < len(self.names):
            return int(column) % len(self.names)
        if column in self.names:
            return self.names.index(str(column))
        listed = shown(self.names)
        expected = f"{setting}= one of its {len(self.names)} columns, {listed}"
        todo = advice(column, self.names)
        if isinstance(column, Integral):
            todo = f"count from 0 to {len(self.names) - 1}, or from -1 backwards"
        raise DataError(str(self.path), expected, repr(column), todo)

    def rows(self) -> Iterator[Row]:
        """Go through the rows of data; each has a field for each column.

        Raises
        ------
        DataError
            When a row has more or fewer fields, or quotes do not match.
        """
        rows = read_rows(self.path, text_lines(self.path), self.separator)
        for line, fields in islice(rows, int(self.header), None):
            if len(fields) != len(self.names):
                expected = f"{len(self.names)} fields in each row"
                got = f"{len(fields)} on line {line:,}"
                raise DataError(str(self.path), expected, got, "mend that line")
            yield line, fields


def read_layout(
    path: Path,
    separator: str | None = None,
    header: bool | None = None,
    named: Iterable[object] = (),
) -> Layout:
    """Recognize how the table is laid out by its first two rows.

    The separator is the first of tab, semicolon and comma that splits both rows into as many
    fields. The first row is a header if a name that the caller uses stands in it, if none of its
    fields is a number, or if it has a text where the second row has a number.

    Parameters
    ----------
    path : path
    separator : str, optional
        One character, where it is known.
    header : bool, optional
        Whether there is a header, where it is known.
    named : columns that the caller has asked for

    Raises
    ------
    DataError
        When there is no table, no data, or two columns have the same name.
    DescriptionError
        When `separator` or `header` is none.
    """
    _check(separator, header)
    separator = separator or _separator(path)
    rows = [row for _, row in _first_rows(path, separator)]
    if not rows or len(rows[0]) < 2:
        expected = "a table of two columns or more, with commas, semicolons or tabs between them"
        got = f"one column, by {separator!r}" if rows else "empty lines"
        raise DataError(str(path), expected, got, "give separator= what stands between them")
    if header is None:
        header = bool(set(rows[0]) & set(named)) or _is_header(*rows)
    if len(rows) <= header:
        raise DataError(str(path), "rows of data", "a header alone", "get the whole file")
    given = rows[0] if header else [""] * len(rows[0])
    names = tuple(name or f"column {k + 1}" for k, name in enumerate(given))
    unnamed = tuple(k for k, name in enumerate(given) if header and not name)
    _refuse_twice(path, names)
    return Layout(path, separator, header, names, unnamed, rows[int(header)])


def read_rows(
    path: Path, lines: Iterable[str], separator: str, *, strict: bool = True
) -> Iterator[Row]:
    """Go through the rows that are not blank, each with the number of its last line."""
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=strict)
    try:
        for fields in reader:
            if len(fields) > 1 or (fields and fields[0].strip()):
                yield reader.line_num, [field.strip() for field in fields]
    except csv.Error as error:
        got = f"{error} on line {reader.line_num:,}"
        todo = 'mend the quotes: "a field", and "" for a quote inside it'
        raise DataError(str(path), "fields of a table", got, todo) from None


def number(field: str) -> float | None:
    """The number that a field holds, or None; unlike Python, 1_000 is none."""
    try:
        return None if "_" in field else float(field)
    except ValueError:
        return None


def is_gap(field: str) -> bool:
    """Whether a field says that its number is missing."""
    return field.lower() in GAPS


def truth(field: str) -> float | None:
    """1 for True and 0 for False, in any case; None for what is neither."""
    return {"true": 1.0, "false": 0.0}.get(field.lower())


def shown(names: Sequence[str]) -> str:
    """The first names, and how many there are more."""
    more = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + f" and {more} more" * (more > 0)


def _check(separator: object, header: object) -> None:
    if separator is not None and (
        not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n\0'
    ):
        expected, todo = "separator= one character", 'try separator="\\t" for a tab'
        raise DescriptionError("csv(separator)", expected, repr(separator), todo)
    if header not in (None, True, False):
        expected, todo = "header= True, False or None", "names of columns cannot be given"
        raise DescriptionError("csv(header)", expected, repr(header), todo)


def _first_rows(path: Path, separator: str, strict: bool = True) -> list[Row]:
    lines = text_lines(path)
    try:
        return list(islice(read_rows(path, lines, separator, strict=strict), 2))
    finally:
        lines.close()  # type: ignore[attr-defined]


def _separator(path: Path) -> str:
    widths = {s: [len(row) for _, row in _first_rows(path, s, strict=False)] for s in SEPARATORS}
    equal = [s for s, found in widths.items() if found and min(found) == max(found) > 1]
    several = [s for s, found in widths.items() if found and found[0] > 1]
    return [*equal, *several, ","][0]


def _is_header(first: list[str], second: Sequence[str] = ()) -> bool:
    numbers = [number(field) is not None or truth(field) is not None for field in first]
    below = zip(first, numbers, second, strict=False)
    return not any(numbers) or any(
        not known and not is_gap(field) and number(under) is not None
        for field, known, under in below
    )


def _refuse_twice(path: Path, names: tuple[str, ...]) -> None:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        got, todo = f"{twice[0]!r} twice", "rename one, or give header=False if these are no names"
        raise DataError(str(path), "a different name for each column", got, todo)
