"""A package index of one folder with tiny wheels, for the real pip; a web server, for real requests."""

import hashlib
import stat
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pytest

from stratify.config import SourceConfig, validate

CONTENT = {"toydata/data/genes.tsv": b"gene\tA\nCXCL9\t1.5\n", "toydata/data/people.tsv": b"id\nA\n"}


def _build_wheel(
    folder: Path, files: dict[str, bytes], *, name: str = "toydata", version: str = "1.0", tag: str = "py3-none-any"
) -> Path:
    """Write a wheel with these members; a `*` in front of the name makes the member a symbolic link."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-{tag}.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        for member, content in files.items():
            entry = zipfile.ZipInfo(member.removeprefix("*"))
            entry.external_attr = ((stat.S_IFLNK if member.startswith("*") else stat.S_IFREG) | 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n")
        wheel.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture(scope="session")
def build_wheel() -> Callable[..., Path]:
    return _build_wheel


@pytest.fixture
def index(tmp_path, monkeypatch, build_wheel) -> Path:
    """A folder that pip takes as its only index, with `toydata` 1.0 in it."""
    folder = tmp_path / "index"
    build_wheel(folder, CONTENT)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture(scope="session")
def make_source() -> Callable[..., SourceConfig]:
    """Make a source of some of the wheel's files, by default with the right digests."""

    def make(*members: str, version: str = "1.0", **changes: object) -> SourceConfig:
        files = {
            Path(member).name: {"path": member, "sha256": hashlib.sha256(CONTENT.get(member, b"")).hexdigest()}
            for member in members or CONTENT
        }
        content = {"title": "Toy", "citation": "A test", "package": {"name": "toydata", "version": version}}
        return validate(SourceConfig, {**content, "files": files, **changes}, "test source")

    return make


@dataclass
class Failure:
    """One answer that is not the file: a status, or the connection cut after some bytes of the body."""

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None


@dataclass
class Server:
    """What it serves, how its next answers fail, and what it was asked."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and `Range` header of every request."""
    agents: set[str] = field(default_factory=set)


@contextmanager
def serving() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, wish = unquote(self.path).lstrip("/"), self.headers.get("Range")
            state.asked.append((path, wish))
            state.agents.add(self.headers.get("User-Agent", ""))
            failure = state.failures.pop(0) if state.failures else Failure()
            content = state.files.get(path)
            if failure.status is not None or content is None:
                self.answer(failure.status or 404, failure.headers, b"")
                return
            start = int(wish.removeprefix("bytes=").rstrip("-")) if wish and state.ranges else 0
            if start and start >= len(content):
                self.answer(416, {"Content-Range": f"bytes */{len(content)}"}, b"")
                return
            headers = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if start else {}
            self.answer(206 if start else 200, headers, content[start:], failure.cut_after)

        def answer(self, status: int, headers: dict[str, str], body: bytes, cut_after: int | None = None) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[:cut_after])
            self.wfile.flush()
            self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state = Server(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    """A web server of this test, which no proxy stands before."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving() as state:
        yield state


@pytest.fixture(scope="session")
def failure() -> type[Failure]:
    return Failure
