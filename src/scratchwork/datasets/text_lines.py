"""The lines of a text file, each checked before it is used: UTF-8, no zero bytes, not endless."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scratchwork.errors import DataError, FileError

LONGEST_LINE = 2**22
"""Characters; a table of 200,000 columns has less in a row."""
AS_UTF8 = 'save it as text in UTF-8 ("CSV UTF-8" in a spreadsheet)'


def text_lines(path: Path) -> Iterator[str]:
    """Go through the lines of a file in UTF-8, with or without a byte order mark.

    Lines keep their ends: LF, CRLF or CR.

    Parameters
    ----------
    path : path

    Raises
    ------
    FileError
        When the file cannot be read.
    DataError
        When it is no text in UTF-8, or a line is longer than any table's.
    """
    with _refusals(path), open(path, encoding="utf-8-sig", newline="") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(line) > LONGEST_LINE:
                expected = f"lines of at most {LONGEST_LINE:,} characters"
                got, todo = f"more on line {number:,}", "is it a table with a row on each line?"
                raise DataError(str(path), expected, got, todo)
            if "\0" in line:
                got = f"a zero byte on line {number:,}"
                raise DataError(str(path), "text", got, AS_UTF8)
            yield line


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError as error:
        got = f"the byte {error.object[error.start]:#04x}, which is not UTF-8"
        raise DataError(str(path), "text in UTF-8", got, AS_UTF8) from None
    except OSError as error:
        if isinstance(error, FileError):
            raise
        got = error.strerror or str(error)
        raise FileError(str(path), "a file that can be read", got, "check it") from error
