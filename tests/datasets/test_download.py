"""A download on loopback: right, wrong, too large, broken off; nothing is ever left behind."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from scratchwork.datasets.download import cache_folder, download
from scratchwork.errors import DataError, FileError

CONTENT = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """/whole sends everything; /short breaks off; /slow never answers; all else is missing."""

    stop = threading.Event()

    def do_GET(self) -> None:
        if self.path == "/slow":
            self.stop.wait(10)
            return
        if self.path not in ("/whole", "/short"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT if self.path == "/whole" else CONTENT[:1000])

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("no_proxy", "*")
    Handler.stop.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{running.server_address[1]}"
        Handler.stop.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "data.bin"


def left(target: Path) -> list[Path]:
    return sorted(target.parent.iterdir())


def test_a_right_file_arrives_alone(server: str, target: Path) -> None:
    assert download(f"{server}/whole", SHA256, target) == target
    assert target.read_bytes() == CONTENT
    assert left(target) == [target]


def test_a_wrong_hash(server: str, target: Path) -> None:
    with pytest.raises(DataError) as caught:
        download(f"{server}/whole", "0" * 64, target)
    assert caught.value.where == f"{server}/whole"
    assert caught.value.expected == f"a file with SHA-256 {'0' * 64}"
    assert caught.value.got == SHA256
    assert "try again later" in caught.value.todo
    assert left(target) == []


def test_a_wrong_hash_leaves_an_older_file_alone(server: str, target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    with pytest.raises(DataError):
        download(f"{server}/whole", "0" * 64, target)
    assert target.read_bytes() == b"older"
    assert left(target) == [target]


def test_too_many_bytes(server: str, target: Path) -> None:
    with pytest.raises(DataError, match="expects at most 255,999 bytes, got more"):
        download(f"{server}/whole", SHA256, target, most_bytes=255_999)
    assert left(target) == []
    download(f"{server}/whole", SHA256, target, most_bytes=256_000)


def test_a_connection_that_breaks_off(server: str, target: Path) -> None:
    with pytest.raises((DataError, FileError)):
        download(f"{server}/short", SHA256, target)
    assert left(target) == []


@pytest.mark.parametrize(("page", "got"), [("/other", "404"), ("/slow", "timed out")])
def test_a_server_that_does_not_deliver(server: str, target: Path, page: str, got: str) -> None:
    with pytest.raises(FileError, match=got) as caught:
        download(f"{server}{page}", SHA256, target, seconds=0.3)
    assert caught.value.where == f"{server}{page}"
    assert caught.value.expected == f"a download to {target}"
    assert left(target) == []


def test_no_server(server: str, target: Path) -> None:
    with pytest.raises(FileError, match="a download to"):
        download("http://127.0.0.1:1/whole", SHA256, target, seconds=2)
    assert left(target) == []


def test_an_interrupt_leaves_nothing(
    server: str, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []

    class Interrupted:
        def update(self, piece: bytes) -> None:
            seen.extend(target.parent.rglob(target.name))
            raise KeyboardInterrupt

    monkeypatch.setattr(hashlib, "sha256", Interrupted)
    with pytest.raises(KeyboardInterrupt):
        download(f"{server}/whole", SHA256, target)
    assert seen  # there was a partial file, in a place of its own
    assert seen != [target]
    assert left(target) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(FileError, match="a download to"):
        download("http://127.0.0.1:1/whole", SHA256, tmp_path / "file" / "data.bin")


@pytest.mark.parametrize(
    ("platform", "variable", "usual"),
    [
        ("linux", "XDG_CACHE_HOME", ".cache/scratchwork"),
        ("freebsd14", "XDG_CACHE_HOME", ".cache/scratchwork"),
        ("win32", "LOCALAPPDATA", "AppData/Local/scratchwork"),
        ("darwin", None, "Library/Caches/scratchwork"),
    ],
)
def test_the_cache_is_where_the_system_wants_it(
    platform: str,
    variable: str | None,
    usual: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    assert cache_folder(platform) == Path.home() / usual
    if variable:
        monkeypatch.setenv(variable, str(tmp_path / "chosen"))
        assert cache_folder(platform) == tmp_path / "chosen" / "scratchwork"
        monkeypatch.setenv(variable, "relative")  # the XDG specification says: ignore it
        assert cache_folder(platform) == Path.home() / usual
