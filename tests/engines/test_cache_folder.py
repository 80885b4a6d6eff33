"""Whose the folder of compiled programs is, and how long it keeps what nobody uses."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

import pytest

from .test_cache import builds, files, program, run

pytest.importorskip("numba")
pytestmark = pytest.mark.compiled

posix = pytest.mark.skipif(os.name != "posix", reason="no owners and modes of this kind")


def temporary(folder: Path) -> dict[str, str]:
    """Where a process puts temporary folders."""
    return dict.fromkeys(["TMPDIR", "TEMP", "TMP"], str(folder))


# ---- whose it is ----
NOT_KEPT = "compiled programs are not kept for the next process"


def open_to_others(cache: Path, mode: int) -> None:
    (cache / "compiled").chmod(mode)


def behind_a_link(cache: Path, inside: str) -> None:
    path = next(cache.glob(inside))
    there = cache / "elsewhere"
    os.rename(path, there)
    path.symlink_to(there)


def of_somebody_else(cache: Path) -> None:
    os.chown(cache / "compiled", 12345, 12345)


FOREIGN = {
    "others may read": lambda cache: open_to_others(cache, 0o755),
    "others may write": lambda cache: open_to_others(cache, 0o702),
    "a symbolic link": lambda cache: behind_a_link(cache, "compiled"),
    "a symbolic link inside": lambda cache: behind_a_link(cache, "compiled/*/*"),
    "of somebody else": of_somebody_else,
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled")
    run(folder)
    ((_, hits, _),) = run(shutil.copytree(folder, folder.with_name("copy")))
    assert hits == 1  # a copy would be read
    return folder


@posix
@pytest.mark.parametrize("name", FOREIGN)
def test_a_folder_that_is_not_ours_is_neither_read_nor_written(
    tmp_path: Path, filled: Path, name: str
) -> None:
    if name == "of somebody else" and os.geteuid() != 0:
        pytest.skip("only root can give files away")
    cache, private = tmp_path / "cache", tmp_path / "private"
    private.mkdir()
    shutil.copytree(filled, cache)
    FOREIGN[name](cache)
    before = files(cache)
    ((_, hits, file),) = run(cache, told=NOT_KEPT, **temporary(private))
    assert hits == 0
    assert Path(file).is_relative_to(private)
    assert files(cache) == before
    assert list(private.iterdir()) == []  # removed at exit


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """Below a file, or on a file system that takes no files, as a home that is read-only."""
    (tmp_path / "file").touch()
    places = [tmp_path / "file" / "cache", *([Path("/proc/x")] if sys.platform == "linux" else [])]
    for number, place in enumerate(places):
        ((_, _, file),) = run(place, [program(number)], told=NOT_KEPT, **temporary(tmp_path))
        assert Path(file).is_relative_to(tmp_path)
        assert files(tmp_path) == [tmp_path / "file"]


def test_no_place_at_all(tmp_path: Path) -> None:
    """Where not even a private folder can be made, the program is compiled in memory."""
    (tmp_path / "file").touch()
    first = "import tempfile; tempfile.tempdir = '/nowhere/at/all'"
    ((_, hits, file),) = run(tmp_path / "file" / "cache", first=first, told=NOT_KEPT)
    assert (hits, file[:12]) == (0, "<scratchwork")


# ---- how long ----
DAY = 24 * 3600


def test_what_nobody_used_for_90_days_is_removed(tmp_path: Path) -> None:
    rows = run(tmp_path, [program(1), program(2), program(3)])
    unused, used, recent = (Path(row[2]).parent for row in rows)
    for build, days in ((unused, 91), (used, 91), (recent, 89)):
        os.utime(build, (time.time() - days * DAY,) * 2)
    ((_, hits, _), (_, _, file)) = run(tmp_path, [program(2), program(4)])
    assert hits == 1
    assert not unused.parent.exists()
    assert builds(tmp_path) == sorted([used, recent, Path(file).parent])


def test_over_500_megabytes_the_oldest_are_removed(tmp_path: Path) -> None:
    rows = run(tmp_path, [program(1), program(2), program(3)])
    oldest, large, newest = (Path(row[2]).parent for row in rows)
    (large / "__pycache__" / "large").touch()
    os.truncate(large / "__pycache__" / "large", 500_000_000)  # takes no room on the disk
    for age, build in ((3, oldest), (2, large), (1, newest)):
        os.utime(build, (time.time() - age * 3600,) * 2)
    ((_, _, file),) = run(tmp_path, [program(4)])
    assert builds(tmp_path) == sorted([newest, Path(file).parent])


def test_odd_things_in_the_folder_are_left_alone(tmp_path: Path) -> None:
    run(tmp_path, [program()])
    odd = [tmp_path / "compiled" / "notes.txt", builds(tmp_path)[0].parents[1] / "file"]
    for path in odd:
        path.write_text("of somebody")
    ((_, hits, _), _) = run(tmp_path, [program(), program(1)])
    assert hits == 1
    assert all(path.read_text() == "of somebody" for path in odd)
