"""The IDX reader: what it reads, and what it refuses before it makes an array."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from tests.datasets.mnist_layouts import idx_bytes

from scratchwork.datasets.idx import TYPES, read_idx
from scratchwork.errors import DataError, FileError

ARRAY = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
GOOD = idx_bytes(ARRAY)


def write(folder: Path, content: bytes, name: str = "images-idx3-ubyte") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(path: Path, most_bytes: int = 2**26) -> DataError:
    with pytest.raises(DataError) as caught:
        read_idx(path, most_bytes=most_bytes)
    assert caught.value.where == str(path)
    assert caught.value.todo == "get a fresh copy of the file"
    return caught.value


@pytest.mark.parametrize("name", ["a-idx3-ubyte", "a-idx3-ubyte.gz"])
@pytest.mark.parametrize("zipped", [False, True])
def test_plain_and_gzip_are_told_by_their_content(tmp_path: Path, name: str, zipped: bool) -> None:
    found = read_idx(write(tmp_path, gzip.compress(GOOD) if zipped else GOOD, name))
    assert np.array_equal(found, ARRAY)
    assert found.dtype == np.uint8
    found[0] = 0  # the array is the caller's own


@pytest.mark.parametrize(("code", "dtype"), TYPES.items())
def test_every_type_of_number(tmp_path: Path, code: int, dtype: str) -> None:
    array = np.array([[1, 2, 3], [100, 101, 127]]).astype(dtype)
    found = read_idx(write(tmp_path, idx_bytes(array, code)))
    assert np.array_equal(found, array)
    assert found.dtype.isnative


def test_an_empty_array(tmp_path: Path) -> None:
    assert read_idx(write(tmp_path, idx_bytes(ARRAY[:0]))).shape == (0, 3, 4)


@pytest.mark.parametrize(
    ("content", "got"),
    [
        (b"", "an empty file"),
        (GOOD[:3], "00 00 08"),
        (b"\x01" + GOOD[1:], "01 00 08 03"),
        (b"\x00\x00\x07" + GOOD[3:], "00 00 07 03"),
        (b"\x00\x00\x08\x00", "00 00 08 00"),
        (b"\x00\x00\x08\x05" + bytes(20), "00 00 08 05"),
        (b"PK\x03\x04", "50 4b 03 04"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_a_wrong_magic_number(tmp_path: Path, content: bytes, got: str, zipped: bool) -> None:
    error = refusal(write(tmp_path, gzip.compress(content) if zipped else content))
    assert error.expected.startswith("IDX, bytes 00 00, type (08, 09, 0b, 0c, 0d, 0e), dimensions")
    assert error.got == got


def test_a_header_cut_short(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, GOOD[:10]))
    assert (error.expected, error.got) == ("the sizes of 3 dimensions", "6 bytes of them")


@pytest.mark.parametrize(("content", "got"), [(GOOD[:-1], "23"), (GOOD[:16], "0")])
@pytest.mark.parametrize("zipped", [False, True])
def test_numbers_cut_short(tmp_path: Path, content: bytes, got: str, zipped: bool) -> None:
    error = refusal(write(tmp_path, gzip.compress(content) if zipped else content))
    assert error.expected == "24 bytes of numbers for shape (2, 3, 4)"
    assert error.got == got


@pytest.mark.parametrize("zipped", [False, True])
def test_numbers_left_over(tmp_path: Path, zipped: bool) -> None:
    content = GOOD + b"\0"
    error = refusal(write(tmp_path, gzip.compress(content) if zipped else content))
    assert error.got == "more"


def test_a_claim_above_the_limit_is_refused_from_the_header(tmp_path: Path) -> None:
    header = b"\x00\x00\x0e\x02" + b"\xff\xff\xff\xff" * 2
    error = refusal(write(tmp_path, header))
    assert error.expected == "at most 67,108,864 bytes of numbers"
    assert error.got.startswith(f"a header that claims {8 * (2**32 - 1) ** 2:,}: shape (42949")
    assert refusal(write(tmp_path, GOOD), most_bytes=23).got.startswith("a header that claims 24:")


def test_a_gzip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(GOOD + bytes(100_000_000), compresslevel=1))
    tracemalloc.start()
    try:
        assert refusal(path).got == "more"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("damage", ["cut", "checksum", "body"])
def test_a_damaged_gzip_file(tmp_path: Path, damage: str) -> None:
    packed = bytearray(gzip.compress(GOOD))
    if damage == "cut":
        del packed[-10:]
    else:
        packed[-6 if damage == "checksum" else 10] ^= 0xFF
    error = refusal(write(tmp_path, bytes(packed)))
    assert error.expected == "a whole gzip file"
    assert error.got.startswith("a damaged one (")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        with pytest.raises(
            FileError, match=r"expects an IDX file, got .+; check the path"
        ) as error:
            read_idx(path)
        assert error.value.where == str(path)
