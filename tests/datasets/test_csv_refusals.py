"""What is refused as a table, each with the message that the user gets."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scratchwork.datasets import csv, csv_rows
from scratchwork.errors import DataError, DescriptionError, FileError

NUMBER = "FILE expects a number in each feature column, got"
GAPS = "FILE expects no empty fields, got"
FILL = 'fill them in, or leave these rows out with missing="drop"'
TARGET = "FILE: the target 'b' expects"
TWO = (
    "FILE expects a table of two columns or more, with commas, semicolons or tabs between them, got"
)
BETWEEN = "give separator= what stands between them"
HUGE = "write finite numbers of at most 3.4e+38"
QUOTES = 'mend the quotes: "a field", and "" for a quote inside it'
UTF8 = 'save it as text in UTF-8 ("CSV UTF-8" in a spreadsheet)'
COLUMNS = "turn texts into columns of 0 and 1, or leave"
MANY = "a,b\n" + "".join(f"{k},name {k}\n" for k in range(30))

TABLES: list[tuple[str | bytes, dict[str, Any], str]] = [
    # what is no table
    ("", {}, "FILE expects a text file with a table, got an empty file; get a whole copy"),
    ("\n \n\n", {}, f"{TWO} empty lines; {BETWEEN}"),
    ("a\n1\n2\n", {}, f"{TWO} one column, by ','; {BETWEEN}"),
    ("a,b\n1,2\n", {"separator": ";"}, f"{TWO} one column, by ';'; {BETWEEN}"),
    ("a,b\n", {}, "FILE expects rows of data, got a header alone; get the whole file"),
    (
        b"a,b\n1,\xe9\n",
        {},
        f"FILE expects text in UTF-8, got the byte 0xe9, which is not UTF-8; {UTF8}",
    ),
    (
        "a,b\n1,2\n".encode("utf-16-le"),
        {},
        f"FILE expects text, got a zero byte on line 1; {UTF8}",
    ),
    (
        b"\x89PNG\r\n\x1a\n",
        {},
        f"FILE expects text in UTF-8, got the byte 0x89, which is not UTF-8; {UTF8}",
    ),
    ("a,b\n1,2\n3,4\0\n", {}, f"FILE expects text, got a zero byte on line 3; {UTF8}"),
    ("a,b\n1,x\n3,y\0\n", {}, f"FILE expects text, got a zero byte on line 3; {UTF8}"),
    (
        "a,b\n1," + "2" * 2**22,
        {},
        "FILE expects lines of at most 4,194,304 characters, got more on line 2; "
        "is it a table with a row on each line?",
    ),
    (
        "a,b\n1,2\n",
        {"most_bytes": 5},
        "FILE expects at most 5 bytes, got 8; if it is right, allow it with most_bytes=8",
    ),
    # rows
    ("a,b\n1,2\n3\n", {}, "FILE expects 2 fields in each row, got 1 on line 3; mend that line"),
    ("a,b\n1,2\n3,4,5\n", {}, "FILE expects 2 fields in each row, got 3 on line 3; mend that line"),
    (
        "a,b\n1,2,3\n4,5,6\n",
        {},
        "FILE expects 2 fields in each row, got 3 on line 2; mend that line",
    ),
    (
        'a,b\n1,"x\n',
        {},
        f"FILE expects fields of a table, got unexpected end of data on line 2; {QUOTES}",
    ),
    (
        'a,b\n1,"x"y\n',
        {},
        f"FILE expects fields of a table, got ',' expected after '\"' on line 2; {QUOTES}",
    ),
    (
        f'a,b\n1,"x\n{"2,3" * 50_000}',
        {},
        f"FILE expects fields of a table, got field larger than field limit (131072) on line 3; "
        f"{QUOTES}",
    ),
    # names of columns
    (
        "a,a\n1,2\n",
        {},
        "FILE expects a different name for each column, got 'a' twice; "
        "rename one, or give header=False if these are no names",
    ),
    (
        ",a,b\n0,5,2\n1,6,3\n",
        {},
        "FILE expects a name for each feature in its header, got none for column 1; "
        "name it; or leave it out with drop=[0], if these are row numbers",
    ),
    (
        "label,size\n1,2\n",
        {"target": "labl"},
        "FILE expects target= one of its 2 columns, label, size, got 'labl'; did you mean 'label'?",
    ),
    (
        "a,b\n1,2\n",
        {"target": 2},
        "FILE expects target= one of its 2 columns, a, b, got 2; "
        "count from 0 to 1, or from -1 backwards",
    ),
    (
        ",".join(f"c{k}" for k in range(12)) + "\n" + ",".join("1" * 12) + "\n",
        {"drop": ["id"]},
        "FILE expects drop= one of its 12 columns, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 "
        "and 2 more, got 'id'; choose one of them",
    ),
    (
        "a,b\n1,2\n",
        {"drop": ["a"]},
        "FILE expects a target and features, got none but the target; drop fewer columns",
    ),
    (
        "a,b,c\n1,2,3\n",
        {"drop": ["c"]},
        "FILE expects a target and features, got the target in drop=; drop fewer columns",
    ),
    # features
    (
        "a,city,b\n1,Rome,2\n3,Oslo,4\n",
        {},
        f"{NUMBER} 'Rome' in column 'city' on line 2; "
        f'{COLUMNS} the column out with drop=["city"]',
    ),
    (
        "a,city,name,b\n1,Rome,x,2\n3,Oslo,y,4\n",
        {},
        f"{NUMBER} 'Rome' in column 'city' on line 2 (2 such columns: city, name); "
        f'{COLUMNS} these columns out with drop=["city", "name"]',
    ),
    (
        "a,b\n1,2\n2o,4\n",
        {},
        f"{NUMBER} '2o' in column 'a' on line 3; "
        'mend that field, or leave the column out with drop=["a"]',
    ),
    (
        "a,b\n1_000,2\n2,4\n",
        {},
        f"{NUMBER} '1_000' in column 'a' on line 2; "
        'mend that field, or leave the column out with drop=["a"]',
    ),
    (
        "a;b\n0,5;2\n1,5;4\n",
        {},
        f"{NUMBER} '0,5' in column 'a' on line 2; write decimal points: 0.5 and not 0,5",
    ),
    ("a,b\n1,2\n-inf,4\n", {}, f"{NUMBER} '-inf' in column 'a' on line 3; {HUGE}"),
    ("a,b\n1,2\n1e39,4\n", {}, f"{NUMBER} '1e39' in column 'a' on line 3; {HUGE}"),
    (
        "a,b\n" + "x" * 50 + ",2\n",
        {"header": True},
        f"{NUMBER} '{'x' * 40}...' in column 'a' on line 2; "
        f'{COLUMNS} the column out with drop=["a"]',
    ),
    ("a,b\n1,2\n\n\n,4\n", {}, f"{GAPS} 1 gap in 1 row, the first in column 'a' on line 5; {FILL}"),
    (
        'a,b\n1,"x\ny"\n,z\n',
        {},
        f"{GAPS} 1 gap in 1 row, the first in column 'a' on line 4; {FILL}",
    ),
    (
        "a,b\n1,2\nNaN,3\n4,\nNA,?\n",
        {},
        f"{GAPS} 4 gaps in 3 rows, the first in column 'a' on line 3 (columns with gaps: a, b); "
        f"{FILL}",
    ),
    (
        "a,b\n1,2\n,\n",
        {},
        f"{GAPS} 2 gaps in 1 row, the first in column 'a' on line 3 (columns with gaps: a, b); "
        f"{FILL}",
    ),
    (
        "a,b\n,2\nNA,3\n",
        {"missing": "drop", "header": True},
        "FILE expects a row without gaps, got none; leave columns with many gaps out with drop=",
    ),
    # targets
    ("a,b\n1,x\n2,\n", {}, f"{GAPS} 1 gap in 1 row, the first in column 'b' on line 3; {FILL}"),
    (
        "a,b\n1,none\n2,NA\n",
        {},
        f"{GAPS} 2 gaps in 2 rows, the first in column 'b' on line 2; {FILL}",
    ),
    (
        "a,b\n1,2\n2,n.a.\n",
        {},
        f"{TARGET} either numbers or texts, got '2' on line 2 and 'n.a.' on line 3; "
        "mend the texts, or give classes=True if each is the name of a class",
    ),
    (
        "a,b\n1,x\n2,y\n",
        {"classes": False},
        f"{TARGET} finite numbers, with classes=False, got 'x' on line 2; "
        "mend it, or leave classes=False out if these are classes",
    ),
    (
        "a,b\n1,1\n2,1.5\n",
        {"classes": True},
        f"{TARGET} whole numbers or texts, got 1.5; leave classes=True out",
    ),
    (
        f"a,b\n1,{'x' * 201}\n",
        {},
        f"{TARGET} names of at most 200 characters, got 201 on line 2; "
        "choose another column with target=",
    ),
    (
        MANY,
        {},
        f"{TARGET} classes of several rows, got 30 different texts in 30 rows; "
        "choose another target=, or give classes=True if these are classes",
    ),
    (
        "a,b\n1,x\n2,y\n",
        {"validation": 1},
        "the split of 2 rows expects every one of the 2 classes in the training part, "
        "got 1 of them in its 1 rows; "
        "use more rows or another validation=, test= (0 for no such part)",
    ),
]


@pytest.mark.parametrize(("content", "settings", "message"), TABLES)
def test_a_table_is_refused(
    tmp_path: Path, content: str | bytes, settings: dict[str, Any], message: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataError) as caught:
        csv(path, **({"validation": 0, "test": 0} | settings))
    assert str(caught.value).replace(str(path), "FILE") == message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"target": True},
            "csv(target) expects the name or position of a column, got True; "
            'for example target="price"; for rows without targets there is datasets.csv_rows',
        ),
        ({"drop": [1.5]}, "csv(drop) expects a list of names or positions, got 1.5; "),
        ({"drop": None}, "csv(drop) expects a list of names or positions, got None; "),
        ({"separator": ",,"}, "csv(separator) expects separator= one character, got ',,'; "),
        ({"separator": "\n"}, r"csv(separator) expects separator= one character, got '\n'; "),
        ({"header": "yes"}, "csv(header) expects header= True, False or None, got 'yes'; "),
        ({"missing": "fill"}, "csv(missing) expects missing one of error, drop, got 'fill'; "),
        ({"classes": 3}, "csv(classes) expects True, False or None, got 3; "),
        ({"most_bytes": 0}, "csv(most_bytes) expects a whole number most_bytes >= 1, got 0; "),
        ({"seed": -1}, "seed expects a whole number >= 0, got -1; "),
        ({"test": 1.5}, "test expects a fraction in [0, 1) or a whole number of rows, got 1.5; "),
    ],
)
def test_a_setting_is_refused(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(DescriptionError) as caught:
        csv(path, **settings)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("path", [3, None, np.zeros(3)])
def test_what_is_no_path(path: Any) -> None:
    with pytest.raises(DescriptionError) as caught:
        csv(path)
    got = type(path).__name__
    assert str(caught.value) == (
        f"csv(path) expects the path of a text file with a table, got {got}; "
        "arrays that you have go to fit as they are"
    )


@pytest.mark.parametrize(
    ("name", "got"),
    [
        ("nothing.csv", "No such file or directory"),
        ("", "a folder"),
        ("a\0b", "embedded null byte"),
        ("pipe", "a device or a pipe"),
    ],
)
def test_what_is_no_file(tmp_path: Path, name: str, got: str) -> None:
    """A pipe would be waited for, a device may be endless: neither is opened."""
    if name == "pipe":
        os.mkfifo(tmp_path / name)
    with pytest.raises(FileError) as caught:
        csv(tmp_path / name)
    assert (caught.value.expected, caught.value.got) == ("a text file with a table", got)


def test_a_damaged_table_is_always_one_of_our_errors(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    good = b'a,b,"c"\r\n' + b'1.5,-2e3,"x, y"\r\n4,5,z\n' * 3 + b"7,8,x\n"
    rng = np.random.default_rng(0)
    refused = 0
    for _ in range(300):
        damaged = bytearray(good)
        for place in rng.integers(0, len(good), 3):
            damaged[place] = rng.choice(list(b'\0\r\n",;\t -_.1ex\xc3\xff'))
        path.write_bytes(damaged)
        try:
            csv(path, validation=0, test=0)
        except DataError:
            refused += 1
    assert 100 < refused < 300


def test_an_endless_line_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.truncate(2**30)  # no bytes on the disk
        file.write(b"a,b\n" + b"1" * 1000)
    tracemalloc.start()
    with pytest.raises(DataError, match="lines of at most"):
        csv(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**25


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        (
            "a,b\n1,\n",
            None,
            f"{GAPS} 1 gap in 1 row, the first in column 'b' on line 2; fill them in",
        ),
        ("a,b\n1,2\n", ["c"], "FILE expects columns= one of its 2 columns, a, b, got 'c'; choose"),
        ("a,b\n1,x\n", None, f"{NUMBER} 'x' in column 'b' on line 2; {COLUMNS} the column out"),
    ],
)
def test_rows_are_refused(
    tmp_path: Path, content: str, columns: list[str] | None, message: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(content)
    with pytest.raises(DataError) as caught:
        csv_rows(path, columns)
    assert str(caught.value).replace(str(path), "FILE").startswith(message)


def test_columns_that_are_no_list(tmp_path: Path) -> None:
    with pytest.raises(DescriptionError, match=r"csv_rows\(columns\) expects a list"):
        csv_rows(tmp_path, "a")
