"""What every file of a trained network says: reading rows, the check, the command."""

from __future__ import annotations

NUMBER = '''
def number(cell):
    """The cell of a table as a number, True as 1 and False as 0; NaN where it is none."""
    try:
        return float({"true": 1, "false": 0}.get(cell.strip().lower(), cell))
    except ValueError:
        return np.nan


def numbers_of(line, cells, names):
    """The numbers of a line; an error names the column that holds none."""
    row = [number(cell) for cell in cells]
    if len(row) != len(names):
        raise ValueError(f"line {line}: expected {len(names)} numbers, got {len(row)}")
    for name, cell, x in zip(names, cells, row, strict=True):
        if not np.isfinite(x):
            raise ValueError(f"line {line}, column {name}: {cell!r} is no number")
    return row
'''

READ_ROWS = '''
def read_rows(path):
    """Rows of {width} numbers from a CSV file; {means}."""
    rows, names{more} = [], {names}
    with open(path, encoding="utf-8-sig", newline="") as file:
        separator = max(",;\\t", key=file.readline().count)
        file.seek(0)
        for line, cells in enumerate(csv.reader(file, delimiter=separator), 1):
{choose}            if line == 1 and not np.isfinite([number(cell) for cell in cells]).any():
                names = cells if len(cells) == {width} else names
            elif cells:
                rows.append(numbers_of(line, cells, names))
    if not rows:
        raise ValueError("there is no row of numbers")
    return np.array(rows).reshape({shape})
'''

COLUMNS = '''
def columns_of(names):
    """Where the features stand in a line of names; by their order if it names none of them."""
    names = [name.strip() for name in names]
    missing = [name for name in FEATURES if name not in names]
    if len(missing) == len(FEATURES):
        return None
    if missing:
        raise ValueError("line 1: no column " + ", ".join(missing))
    if twice := [name for name in FEATURES if names.count(name) > 1]:
        raise ValueError("line 1: more than one column " + ", ".join(twice))
    return [names.index(name) for name in FEATURES]
'''

BY_ORDER = {
    "means": "a first line without any number is one of names",
    "more": "",
    "names": "range(1, {width} + 1)",
    "choose": "",
}
BY_NAME = {
    "means": "columns go by the names in its first line",
    "more": ", columns",
    "names": "FEATURES, None",
    "choose": """\
            if line == 1 and (columns := columns_of(cells)):
                continue
            if columns:
                cells = [cells[i] for i in columns if i < len(cells)]
""",
}
"""What READ_ROWS says without and with names of the features."""

TOLERANCES = {
    "float32": {"rtol": 1e-4, "atol": 1e-6},
    "float64": {"rtol": 1e-9, "atol": 1e-12},
}
"""What another machine's rounding may change in an answer."""

CHECK = '''
def check():
    """Whether the stored rows still get their stored answers, up to rounding."""
    pairs = zip(predict(EXAMPLES), ANSWERS, strict=True)
    right = [np.allclose(P, expected, rtol={rtol}, atol={atol}) for P, expected in pairs]
    print(f"{{sum(right)}} of {{len(right)}} stored answers repeated")
    return all(right)
'''

MAIN = '''
def table(P):
    """All outputs of each row as lines of a CSV file, under their names."""
    P = P.reshape(len(P), -1)
{complete}    file = csv.writer(sys.stdout, lineterminator="\\n")
    file.writerow({header})
    file.writerows([f"{{p:.6g}}" for p in row] for row in P)


def main(words):
    """Answer the rows of a file, or check: what the words of the command line ask for."""
    if words == ["--check"]:
        raise SystemExit(0 if check() else 1)
    whole = words[1:] == ["--probabilities"]
    if len(words) != 1 + whole or words[0].startswith("-"):
        raise SystemExit(__doc__)
    try:
        X = read_rows(words[0])
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise SystemExit(f"cannot read {{words[0]}}: {{reason}}") from None
    if whole:
        table(predict(X))
        return
    for P in predict(X):
        print(answer(P))
'''

RUN = """
if __name__ == "__main__":
    sys.stdout.reconfigure(errors="backslashreplace")  # for names that it cannot write
    try:
        try:
            main(sys.argv[1:])
        finally:
            sys.stdout.flush()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except OSError as error:  # | head, or a full disk: nothing more can be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        gone = isinstance(error, BrokenPipeError)
        raise SystemExit(1 if gone else f"cannot write: {error.strerror}") from None
"""

DECODE = '''
def decode(text, *shape):
    """An array from its bytes in base64, little-endian {dtype}."""
    return np.frombuffer(base64.b64decode(text), "{code}").reshape(shape)
'''

LOADED = """
ARRAYS = Path(__file__).with_name("{file}")
if __name__ == "__main__" and not ARRAYS.exists():
    raise SystemExit(f"{{ARRAYS}} is missing: it holds the numbers of this network")
NUMBERS = dict(np.load(ARRAYS))
EXAMPLES, ANSWERS = NUMBERS.pop("check_rows"), NUMBERS.pop("check_answers")
NUMBERS.pop("scratchwork", None)  # the version that wrote it
"""
