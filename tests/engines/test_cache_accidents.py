"""What can happen to a cache: every accident costs a compilation at most, and heals."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .test_cache import TEXT, builds, files, program, rows_of, run, start

pytest.importorskip("numba")
pytestmark = pytest.mark.compiled


def sums_match(build: Path) -> bool:
    """Whether the list of hashes in a build is that of its files."""
    listed = dict(reversed(x.split("  ")) for x in (build / "SHA256SUMS").read_text().splitlines())
    found = {
        path.relative_to(build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files(build)
        if path.name != "SHA256SUMS"
    }
    return listed == found


# ---- damaged files ----
class Bomb:
    """What leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def index_of(build: Path) -> Path:
    return next(build.rglob("*.nbi"))


def data_of(build: Path) -> Path:
    return next(build.rglob("*.nbc"))


def bomb(path: Path) -> None:
    path.write_bytes(pickle.dumps(Bomb(path.with_name("went-off"))))


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def garble(path: Path) -> None:
    """Change one bit in the middle."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def link(path: Path) -> None:
    """The same content, elsewhere."""
    there = path.parents[4] / f"elsewhere-{path.name}"
    os.replace(path, there)
    path.symlink_to(there)


def drop_line(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def add_files(build: Path) -> None:
    """What Numba would find for a function of another name, though it is in no list."""
    (build / "__pycache__" / "program.other-7.py311.nbi").write_bytes(b"")


def add_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def cut_and_list(build: Path) -> None:
    """An index that was damaged before it was listed."""
    index, sums = index_of(build), build / "SHA256SUMS"
    hashes = [hashlib.sha256(index.read_bytes()).hexdigest()]
    truncate(index)
    hashes.append(hashlib.sha256(index.read_bytes()).hexdigest())
    sums.write_text(sums.read_text().replace(*hashes))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "index that runs code": lambda build: bomb(index_of(build)),
    "data that runs code": lambda build: bomb(data_of(build)),
    "index cut": lambda build: truncate(index_of(build)),
    "data cut": lambda build: truncate(data_of(build)),
    "data with a changed bit": lambda build: garble(data_of(build)),
    "data lost": lambda build: data_of(build).unlink(),
    "data by a symbolic link": lambda build: link(data_of(build)),
    "their folder by a symbolic link": lambda build: link(build / "__pycache__"),
    "an index too many": add_files,
    "program cut": lambda build: truncate(build / "program.py"),
    "program with a changed bit": lambda build: garble(build / "program.py"),
    "program lost": lambda build: (build / "program.py").unlink(),
    "program by a symbolic link": lambda build: link(build / "program.py"),
    "program a folder": lambda build: add_folder(build / "program.py"),
    "list cut": lambda build: truncate(build / "SHA256SUMS"),
    "list one line short": lambda build: drop_line(build / "SHA256SUMS"),
    "list empty": lambda build: (build / "SHA256SUMS").write_bytes(b""),
    "list of noise": lambda build: (build / "SHA256SUMS").write_bytes(bytes(range(256))),
    "all as listed, but of no use": cut_and_list,
    "list lost": lambda build: (build / "SHA256SUMS").unlink(),
    "list a folder": lambda build: add_folder(build / "SHA256SUMS"),
}


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each damage, done to its own program in a warm cache: the next process, and the one after."""
    cache = tmp_path_factory.mktemp("damaged")
    texts = [program(number) for number in range(len(DAMAGES) + 1)]
    before = [Path(row[2]).parent for row in run(cache, texts)]
    for damage, build in zip(DAMAGES.values(), before, strict=False):
        damage(build)
    rebuilt, after = run(cache, texts), run(cache, texts)
    names = [*DAMAGES, "none"]
    return {
        name: (before[i], rebuilt[i][1], Path(rebuilt[i][2]).parent, after[i][1])
        for i, name in enumerate(names)
    }


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_build_is_deleted_and_made_again(damaged: dict[str, Any], name: str) -> None:
    old, hits, new, hits_after = damaged[name]
    assert (hits, hits_after) == (0, 1)
    assert new != old
    assert sums_match(new)
    # without its list a build may be one that another process is making
    assert old.exists() == (name == "list lost")


def test_what_is_whole_beside_the_damaged_is_used(damaged: dict[str, Any]) -> None:
    old, hits, new, _ = damaged["none"]
    assert (hits, new) == (1, old)


@pytest.mark.usefixtures("damaged")
def test_nothing_damaged_was_unpickled(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert not list(tmp_path_factory.getbasetemp().rglob("went-off"))


def test_a_bomb_goes_off_when_it_is_unpickled(tmp_path: Path) -> None:
    bomb(tmp_path / "data")
    pickle.loads((tmp_path / "data").read_bytes())
    assert (tmp_path / "went-off").exists()


# ---- many processes ----
def test_processes_that_start_at_once(tmp_path: Path) -> None:
    processes = [start(tmp_path) for _ in range(3)]
    assert [rows_of(process)[0][0] for process in processes] == [10.0] * 3
    assert all(sums_match(build) for build in builds(tmp_path))
    ((_, hits, _),) = run(tmp_path)
    assert hits == 1


# ---- the folder goes away ----
DELETE = "shutil.rmtree(os.environ['SCRATCHWORK_CACHE'])"


def at_replace(number: int, action: str) -> str:
    """Code that does something before a file is put in place: the index, the data, the list."""
    return f"""
import itertools, shutil, signal
count, replace = itertools.count(1), getattr(os.replace, "replace", os.replace)
def replacing(*paths):
    if next(count) == {number}:
        {action}
    replace(*paths)
replacing.replace, os.replace = replace, replacing
"""


def test_a_folder_deleted_during_a_run(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    run(cache, [program(1), (program(2), f"import shutil; {DELETE}")])
    ((_, first, _), (_, second, _)) = run(cache, [program(1), program(2)])
    assert (first, second) == (0, 1)


def test_a_folder_deleted_during_a_compilation(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    deleted = [(program(number), at_replace(number, DELETE)) for number in (1, 2, 3)]
    run(cache, deleted)
    assert files(tmp_path) == []
    run(cache, [program(1)])
    assert len(builds(cache)) == 1


# ---- a full disk ----
@pytest.mark.skipif(sys.platform == "win32", reason="no limit of this kind")
def test_a_disk_that_takes_nothing_more(tmp_path: Path) -> None:
    """No byte; the program, cut; its index, but not its machine code."""
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({}, -1))"
    run(tmp_path, [(program(size), limit.format(size)) for size in (0, 100, 3000)])
    assert files(tmp_path) == []
    run(tmp_path, [program(0)])
    assert len(builds(tmp_path)) == 1


def test_a_disk_that_is_full_at_the_last_moment(tmp_path: Path) -> None:
    full = "raise OSError(28, 'No space left on device')"
    run(tmp_path, [(program(number), at_replace(number, full)) for number in (1, 2, 3)])
    assert files(tmp_path) == []


# ---- a killed compilation ----
@pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
def test_a_killed_compilation(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        action = "os.kill(os.getpid(), signal.SIGKILL)"
        process = start(tmp_path, first=at_replace(number, action))
        process.communicate(timeout=100)
        assert process.returncode == -signal.SIGKILL
    left = builds(tmp_path)
    assert len(left) == 3
    ((_, hits, _),) = run(tmp_path)
    # another process might still be making these, until they are a day old
    assert (hits, all(build.exists() for build in left)) == (0, True)
    for build in left:
        os.utime(build, (time.time() - 2 * 24 * 3600,) * 2)
    ((_, hits, _), _) = run(tmp_path, [TEXT, program(1)])
    assert (hits, any(build.exists() for build in left)) == (1, False)
    assert len(builds(tmp_path)) == 2
