"""Written files are whole, both or none, and never take the place of a file of the user's."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import scratchwork as sw
from scratchwork import files
from scratchwork.errors import DescriptionError, FileError
from scratchwork.files import SEAL, refuse_foreign, sealed, write_all
from tests.test_writing import LABELS, X, small

Content = dict[str, bytes]


@pytest.fixture
def model() -> sw.Sequential:
    model = small()
    model.fit(X, LABELS, epochs=1)
    return model


def contents(folder: Path) -> Content:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(call: Callable[[], object], folder: Path) -> FileError:
    """The error of a call that must leave the folder exactly as it was."""
    before = contents(folder)
    with pytest.raises(FileError) as caught:
        call()
    assert contents(folder) == before
    assert isinstance(caught.value, OSError)
    assert all((caught.value.where, caught.value.expected, caught.value.got, caught.value.todo))
    return caught.value


# ---- whose files ----
def test_its_own_files_are_replaced(model: sw.Sequential, tmp_path: Path) -> None:
    paths = model.write(tmp_path / "net.py", data=(X, LABELS))
    assert paths == (tmp_path / "net.py", tmp_path / "net.npz")
    assert model.write(tmp_path / "net.py", data=(X[:40], LABELS[:40])) == paths
    assert len(np.load(paths[1])["X_train"]) == 40
    assert sorted(contents(tmp_path)) == ["net.npz", "net.py"]


def test_the_last_line_is_the_hash_of_the_text(model: sw.Sequential, tmp_path: Path) -> None:
    text = model.write(tmp_path / "net.py")[0].read_text()
    above, mark, last = text.rpartition(SEAL)
    assert mark
    assert sealed(above) == text
    assert last[:12] == hashlib.sha256(above.encode()).hexdigest()[:12]
    assert model.write(tmp_path / "again.py", program="predict")[0].read_text().count(SEAL) == 1


CHANGES = {
    "a line more at the end": lambda text: f"{text}print(1)\n",
    "a line more before the hash": lambda text: text.replace(SEAL, f"\nprint(1){SEAL}"),
    "another number": lambda text: text.replace("seed 3", "seed 4"),
    "another hash": lambda text: text.replace(SEAL, f"{SEAL}0"),
    "no hash": lambda text: text.rpartition(SEAL)[0],
    "the head alone": lambda text: text.splitlines()[0],
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("program", ["train", "predict"])
def test_a_program_that_was_changed_is_never_replaced(
    name: str, program: str, model: sw.Sequential, tmp_path: Path
) -> None:
    path, *_ = model.write(tmp_path / "net.py", program=program)
    text = path.read_text()
    changed = CHANGES[name](text)
    assert changed != text
    path.write_text(changed)
    error = refused(lambda: model.write(path, data=(X, LABELS)), tmp_path)
    assert str(error) == (
        f"write {path} expects a new file or one that Scratchwork wrote, got one that was changed "
        "since; choose another name, or move it away"
    )
    path.write_text(text)
    model.write(path)


def test_other_ends_of_lines_are_no_change(model: sw.Sequential, tmp_path: Path) -> None:
    path, *_ = model.write(tmp_path / "net.py")
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    model.write(path)
    assert path.read_bytes() == text


FOREIGN = {
    "a program": ("net.py", b"print(1)\n"),
    "an empty program": ("net.py", b""),
    "not even text": ("net.py", b"\xff\x00"),
    "arrays of the user": ("net.npz", None),
    "an empty npz": ("net.npz", b""),
    "a damaged npz": ("net.npz", b"PK\x03\x04damaged"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_another_file_is_never_replaced(name: str, model: sw.Sequential, tmp_path: Path) -> None:
    file, content = FOREIGN[name]
    if content is None:
        np.savez(tmp_path / file, X_train=X)
    else:
        (tmp_path / file).write_bytes(content)
    error = refused(lambda: model.write(tmp_path / "net.py", data=(X, LABELS)), tmp_path)
    assert str(error) == (
        f"write {tmp_path / file} expects a new file or one that Scratchwork wrote, got another "
        "file; choose another name, or move it away"
    )


def test_a_link_to_nowhere_is_not_replaced(model: sw.Sequential, tmp_path: Path) -> None:
    (tmp_path / "net.py").symlink_to(tmp_path / "elsewhere.py")
    with pytest.raises(FileError, match="another file"):
        model.write(tmp_path / "net.py")
    assert (tmp_path / "net.py").is_symlink()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such devices there")
@pytest.mark.parametrize("name", ["net.py", "net.npz"])
def test_what_has_no_end_is_not_read(name: str, model: sw.Sequential, tmp_path: Path) -> None:
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero")):
        make(tmp_path / name)
        with pytest.raises(FileError, match="got another file"):
            model.write(tmp_path / "net.py", data=(X, LABELS))
        (tmp_path / name).unlink()


def test_of_another_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    with open(tmp_path / "net.py", "wb") as file:
        file.truncate(2**40)  # without taking room
    with pytest.raises(FileError, match="got another file"):
        refuse_foreign(tmp_path / "net.py")


def test_a_folder_in_its_place_is_left_alone(model: sw.Sequential, tmp_path: Path) -> None:
    for name in "net.py", "net.npz":
        (tmp_path / name).mkdir()
        with pytest.raises(FileError, match="got a folder"):
            model.write(tmp_path / "net.py", data=(X, LABELS))
        assert [path.name for path in tmp_path.iterdir()] == [name]
        (tmp_path / name).rmdir()


@pytest.mark.parametrize(
    "name", ["net", "net.txt", "net.npz", "net.py.txt", ".py", "n\u00e9t.py", 'n"t.py', "n\\t.py"]
)
def test_a_name_that_is_no_program_is_refused(
    name: str, model: sw.Sequential, tmp_path: Path
) -> None:
    with pytest.raises(DescriptionError, match=r"ends in \.py"):
        model.write(tmp_path / name)
    assert not contents(tmp_path)


@pytest.mark.parametrize("name", [3, None, b"net.py"])
def test_what_is_no_path_is_refused(name: Any, model: sw.Sequential) -> None:
    with pytest.raises(DescriptionError, match=r"ends in \.py, got (3|None|b'net.py'); choose"):
        model.write(name)


@pytest.mark.parametrize("name", ["numpy.py", "random.py", "os.py", "csv.py", "scratchwork.py"])
def test_a_name_that_would_hide_a_module_is_refused(
    name: str, model: sw.Sequential, tmp_path: Path
) -> None:
    for program in "train", "predict":
        with pytest.raises(DescriptionError, match="would import this file instead") as caught:
            model.write(tmp_path / name, program=program)
        assert caught.value.got == name
    assert not contents(tmp_path)


def test_the_folder_may_have_any_letters(model: sw.Sequential, tmp_path: Path) -> None:
    folder = tmp_path / 'caf\u00e9 "1"'
    folder.mkdir()
    paths = model.write(str(folder / "net.py"), data=(X, LABELS))
    assert sorted(path.name for path in paths) == sorted(contents(folder))


def test_files_have_the_rights_of_any_new_file(model: sw.Sequential, tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    usual = stat.S_IMODE((tmp_path / "other").stat().st_mode)
    for path in model.write(tmp_path / "net.py", data=(X, LABELS)):
        assert stat.S_IMODE(path.stat().st_mode) == usual


# ---- where nothing can be written ----
def test_a_missing_folder_is_named(model: sw.Sequential, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "net.py"
    error = refused(lambda: model.write(file), tmp_path)
    assert (error.where, error.got) == (f"write {file}", "No such file or directory")
    assert "make the folder" in error.todo


def test_a_file_is_no_folder(model: sw.Sequential, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    error = refused(lambda: model.write(tmp_path / "file" / "net.py"), tmp_path)
    assert error.got == "Not a directory"


def test_a_folder_that_takes_no_files(model: sw.Sequential, tmp_path: Path) -> None:
    folder = Path("/proc") if os.geteuid() == 0 else tmp_path  # root may write anywhere else
    if folder == tmp_path:
        tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match="expects a folder that takes new files"):
            model.write(folder / "net.py")
    finally:
        tmp_path.chmod(0o700)
    assert not contents(tmp_path)


def no_space(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("failing", ["net.py", "net.npz"])
def test_a_full_disk_leaves_the_older_files(failing: str, tmp_path: Path) -> None:
    paths = tmp_path / "net.py", tmp_path / "net.npz"
    for path in paths:
        path.write_bytes(b"older")
    written = {path: lambda file: file.write(b"newer") for path in paths}
    error = refused(lambda: write_all({**written, tmp_path / failing: no_space}), tmp_path)
    assert error.got == "No space left on device"
    assert "room" in error.todo
    write_all(written)
    assert set(contents(tmp_path).values()) == {b"newer"}


LIMITED = """
import resource, numpy as np, scratchwork as sw
from scratchwork.errors import FileError
rng = np.random.default_rng(0)
model = sw.Sequential([sw.Dense(2)])
model.compile("cross_entropy", "SGD", seed=0)
data = rng.normal(size=(4000, 10)), rng.integers(0, 2, 4000)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    model.write("net.py", data=data)
except FileError as error:
    print(error.got)
"""


def test_a_real_limit_on_the_size_of_files(model: sw.Sequential, tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="no limits on this system")
    model.write(tmp_path / "net.py", data=(X, LABELS))
    before = contents(tmp_path)
    environment = {"PYTHONPATH": str(Path(sw.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LIMITED],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize("problem", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_if_the_second_cannot_take_its_name_the_first_gives_it_back(
    older: bool, problem: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = tmp_path / "net.py", tmp_path / "net.npz"
    for path in paths if older else ():
        path.write_bytes(b"older")
    before, replace, seen = contents(tmp_path), os.replace, []

    def failing(source: Path, target: Path) -> None:
        seen.append(target)
        if target == paths[1]:
            raise problem
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", failing)
    expected = FileError if isinstance(problem, OSError) else KeyboardInterrupt
    with pytest.raises(expected):
        write_all({path: lambda file: file.write(b"newer") for path in paths})
    assert seen[:2] == list(paths)
    assert contents(tmp_path) == before


def test_what_is_new_or_ours_is_not_refused(model: sw.Sequential, tmp_path: Path) -> None:
    for path in (tmp_path / "new.py", *model.write(tmp_path / "net.py", data=(X, LABELS))):
        refuse_foreign(path)
