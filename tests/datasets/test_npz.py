"""Arrays from .npz files: which are found, and what is refused before memory is asked for."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.datasets.npz_layouts import claim, write_members

from scratchwork.datasets import Dataset, mnist, npz
from scratchwork.errors import DataError, DescriptionError, FileError

X, Y = np.arange(60.0).reshape(20, 3), np.arange(20) % 2
NAMED = 'name the two arrays: npz(path, X="...", target="...")'
FRESH = "get a fresh copy, or save one with numpy.savez"
PAIR = {"y": claim((20,)) + bytes(20)}
NUMBERS = "FILE: X expects an array of numbers or texts, got"
DAMAGED = "FILE: X expects an .npz file, got something else or a damaged one"


def save(folder: Path, **arrays: Any) -> Path:
    np.savez(folder / "mine.npz", **arrays)
    return folder / "mine.npz"


def refusal(path: Path, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        npz(path, **settings)
    return str(caught.value).replace(str(path), "FILE")


@pytest.mark.parametrize(
    ("names", "settings"),
    [
        (("X", "y"), {}),
        (("x", "Y"), {}),
        (("data", "target"), {}),
        (("images", "labels"), {}),
        (("pixels", "label"), {}),
        (("features", "kinds"), {}),
        (("features", "kinds"), {"target": "kinds"}),
        (("p", "q"), {"X": "p"}),
        (("p", "q"), {"target": "q"}),
        (("p", "q"), {"X": "P", "target": "Q"}),
        (("p", "q", "x", "y"), {"X": "p", "target": "q"}),
        (("x_train", "y_train", "x", "z"), {"X": "x_train", "target": "y_train"}),
    ],
)
def test_pairs_are_found_by_their_names(
    tmp_path: Path, names: tuple[str, ...], settings: dict[str, str]
) -> None:
    others = dict.fromkeys(names[2:], np.zeros(3))
    data = npz(save(tmp_path, **{names[0]: X, names[1]: Y}, **others), seed=1, **settings)
    assert data.sizes == (14, 3, 3)
    assert data.target_name == names[1]
    assert data.class_names == ("0", "1")
    assert np.array_equal(data.X_train[:, 0] // 3 % 2, data.y_train)  # rows and targets together


@pytest.mark.parametrize("form", ["x_{}", "X_{}", "{}_images"])
def test_parts_of_the_file_are_the_parts(tmp_path: Path, form: str) -> None:
    targets = "{}_labels" if form.startswith("{}") else "y_{}"
    arrays: dict[str, Any] = {}
    for k, part in enumerate(("train", "test")):
        arrays |= {form.format(part): X + k, targets.format(part): Y}
    data = npz(save(tmp_path, **arrays), validation=5)
    assert data.sizes == (15, 5, 20)
    assert np.array_equal(data.X_test, X + 1)
    arrays |= {form.format("val"): X - 1, targets.format("val"): Y}
    data = npz(save(tmp_path, **arrays))
    assert data.sizes == (20, 20, 20)
    assert np.array_equal(data.X_val, X - 1)
    assert np.array_equal(data.y_test, Y)


def test_the_layout_of_keras(npz: Path) -> None:
    from scratchwork.datasets import npz as load  # the fixture has its name

    data = load(npz, target="y", validation=10)
    assert data.sizes == (50, 10, 10)
    assert data.X_train.dtype == np.uint8
    assert data.y_train.dtype == np.int64
    assert np.array_equal(data.X_test, mnist(npz).X_test)


@pytest.mark.parametrize(
    ("y", "settings", "dtype", "names"),
    [
        (Y.astype(np.uint8)[:, None], {}, np.int64, ("0", "1")),
        (np.array(["cat", "dog"] * 10), {}, "<U3", ("cat", "dog")),
        (Y > 0, {}, np.bool_, ("False", "True")),
        (Y + 0.5, {}, np.float64, ()),
        (Y.astype(np.float16), {}, np.int64, ("0", "1")),
        (Y, {"classes": False}, np.int64, ()),
        (np.eye(2, dtype=np.float32)[Y], {}, np.float32, ()),
    ],
)
def test_what_targets_are(
    tmp_path: Path, y: Any, settings: dict[str, Any], dtype: Any, names: tuple[str, ...]
) -> None:
    data = npz(save(tmp_path, X=X, y=y), **settings)
    assert data.y_train.dtype == dtype
    assert data.class_names == names
    assert data.y_train.shape[1:] == (y.shape[1:] if y.shape[1:] != (1,) else ())


@pytest.mark.parametrize(
    ("arrays", "settings", "message"),
    [
        (
            {"p": X, "q": Y},
            {},
            f"FILE expects arrays X and y, got p (20, 3) float64, q (20,) int64; {NAMED}",
        ),
        ({}, {}, f"FILE expects arrays X and y, got no arrays; {NAMED}"),
        (
            {"pixels": X, "q": Y, "z": Y},
            {"X": "pixel"},
            "FILE expects arrays pixel and y, got pixels (20, 3) float64, q (20,) int64, "
            "z (20,) int64; did you mean 'pixels'?",
        ),
        (
            {"X": X, "y": Y[:-1]},
            {},
            "FILE: y expects targets (20,), got (19,) int64; each row of X needs its target",
        ),
        (
            {"X": X[:, 0], "y": Y},
            {},
            "FILE: X expects numbers (n, ...), n >= 1, got (20,) float64; "
            "one number a row is an array (n, 1): X[:, None]",
        ),
        (
            {"X": X[:0], "y": Y[:0]},
            {},
            "FILE: X expects numbers (n, ...), n >= 1, got (0, 3) float64; save one with rows",
        ),
        (
            {"X": np.array([["a"]]), "y": Y[:1]},
            {},
            "FILE: X expects numbers (n, ...), n >= 1, got (1, 1) <U1; "
            "one number a row is an array (n, 1): X[:, None]",
        ),
        (
            {"X": np.where(X == 10, np.nan, X), "y": Y},
            {},
            "FILE: X expects finite numbers, got nan at [3, 1], 1 such in all; "
            "mend them, or leave these rows out",
        ),
        (
            {"X": X, "y": Y.astype(object)},
            {},
            "FILE: y expects an array of numbers or texts, got (20,) object; save numbers or texts",
        ),
        ({"X": X + 1j, "y": Y}, {}, f"{NUMBERS} (20, 3) complex128; {FRESH}"),
        (
            {"X": X, "y": Y},
            {"most_bytes": 500},
            "FILE expects at most 500 bytes, got SIZE; "
            "if it is right, allow it with most_bytes=SIZE",
        ),
    ],
)
def test_arrays_are_refused(
    tmp_path: Path, arrays: dict[str, Any], settings: dict[str, Any], message: str
) -> None:
    path = save(tmp_path, **arrays)
    size = path.stat().st_size
    message = message.replace("got SIZE", f"got {size:,}").replace("SIZE", str(size))
    assert refusal(path, **settings) == message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            claim((20, 10**12), "<f8") + bytes(10),
            "FILE: X expects at most 1,073,741,824 bytes, got 160,000,000,000,000: "
            "(20, 1000000000000) float64; "
            "if that is right, allow it with most_bytes=160000000000000",
        ),
        (
            claim((20, 10**30), "<f8") + bytes(10),
            f"FILE: X expects at most 1,073,741,824 bytes, got {160 * 10**30:,}: "
            f"(20, {10**30}) float64; if that is right, allow it with most_bytes={160 * 10**30}",
        ),
        (
            claim((20, 10**6), "<f8") + bytes(10),
            f"FILE: X expects 160,000,000 bytes for (20, 1000000) float64, got 10; {FRESH}",
        ),
        (
            claim((20, 2)) + bytes(41),
            f"FILE: X expects 40 bytes for (20, 2) uint8, got 41; {FRESH}",
        ),
        (claim((-20, -1)) + bytes(20), f"{NUMBERS} (-20, -1) uint8; {FRESH}"),
        (claim((20, 2), "|O") + bytes(320), f"{NUMBERS} (20, 2) object; save numbers or texts"),
        (claim((20, 2), "<M8[s]") + bytes(320), f"{NUMBERS} (20, 2) datetime64[s]; {FRESH}"),
        (
            claim((20, 2), version=(3, 0)),
            f"FILE: X expects version 1.0 or 2.0 of .npy, got 3.0; {FRESH}",
        ),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + bytes(2**24), f"{DAMAGED} (EOF: reading"),
        (claim((20, "exit()")) + bytes(20), DAMAGED),
        (claim("(20, 2**99)") + bytes(20), DAMAGED),
        (claim((20, 2), "no") + bytes(20), DAMAGED),
        (b"", DAMAGED),
        (b"GIF89a", DAMAGED),
    ],
)
def test_headers_are_refused_before_memory_is_asked_for(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = write_members(tmp_path / "mine.npz", {"X": content, **PAIR})
    tracemalloc.start()
    found = refusal(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.startswith(message)
    assert most < 2**21


def test_fewer_compressed_bytes_than_the_numbers_need(tmp_path: Path) -> None:
    """The archive's list says 40 million bytes; what is packed could not hold them."""
    header = claim((20, 2_000_000))
    path = write_members(tmp_path / "mine.npz", {"X": header + bytes(40), **PAIR})
    size, claimed = (n.to_bytes(4, "little") for n in (len(header) + 40, len(header) + 40_000_000))
    content = path.read_bytes()
    assert content.count(size) >= 2
    path.write_bytes(content.replace(size, claimed))
    assert refusal(path) == (
        "FILE: X expects 40,000,000 bytes for (20, 2000000) uint8, got "
        f"{zipfile.ZipFile(path).getinfo('X.npy').compress_size} compressed ones, "
        f"too few to hold them; {FRESH}"
    )


def test_both_versions_and_orders_are_read(tmp_path: Path) -> None:
    content = claim((20, 3), "<f8", (2, 0)) + X.tobytes()
    data = npz(write_members(tmp_path / "mine.npz", {"X": content, **PAIR}), validation=0, test=0)
    assert sorted(data.X_train.tolist()) == X.tolist()
    turned = npz(save(tmp_path, X=np.asfortranarray(X), y=Y), validation=0, test=0)
    assert sorted(turned.X_train.tolist()) == X.tolist()


def test_pickles_are_never_loaded(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "harm",)

    message = refusal(save(tmp_path, X=X, y=np.array([Harmful()] * 20)))
    assert "got (20,) object; save numbers or texts" in message
    assert not (tmp_path / "harm").exists()


def test_a_damaged_file_is_always_one_of_our_errors(tmp_path: Path) -> None:
    path = save(tmp_path, X=X, y=Y)
    good = path.read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for place in rng.integers(0, len(good), 150):
        damaged = bytearray(good)
        damaged[place] ^= int(rng.integers(1, 256))
        path.write_bytes(damaged)
        try:
            npz(path)
        except DataError:
            refused += 1
    assert refused > 75  # a byte of the archive's dates, for instance, does no harm
    for length in (0, 1, 30, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:length])
        assert "an empty file" in refusal(path) if length == 0 else "a damaged one" in refusal(path)


@pytest.mark.parametrize(
    ("name", "got"), [("nothing.npz", "No such file or directory"), ("", "a folder")]
)
def test_what_is_no_file(tmp_path: Path, name: str, got: str) -> None:
    with pytest.raises(FileError) as caught:
        npz(tmp_path / name)
    assert (caught.value.expected, caught.value.got) == ("an .npz file", got)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"X": 3}, 'npz(X) expects the name of an array, got 3; for example X="X"'),
        ({"target": 0}, "npz(target) expects the name of an array, got 0; for example target="),
        ({"classes": "yes"}, "npz(classes) expects True, False or None, got 'yes'; "),
    ],
)
def test_a_setting_is_refused(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(DescriptionError) as caught:
        npz(save(tmp_path, X=X, y=Y), **settings)
    assert str(caught.value).startswith(message)
    assert isinstance(npz(save(tmp_path, X=X, y=Y)), Dataset)
