"""Real servers on loopback: PostgreSQL and `mlflow server`, stopped and gone when their block ends."""

import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

START_SECONDS = 120
STOP_SECONDS = 20
PR_SET_PDEATHSIG = 1
POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def end_with_parent() -> None:
    """Let the kernel ask a process that is about to start to end when this one is killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(command: list[str | Path], log: Path, **options: Any) -> subprocess.Popen:
    """Start a server in a session of its own, which `stop` ends as a whole; a killed pytest leaves none behind."""
    with log.open("a") as output:
        return subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - no lock is needed in it
            **options,
        )


def stop(process: subprocess.Popen, first: signal.Signals = signal.SIGTERM) -> None:
    """End a process and everything it started; what does not go is killed, and a process left is an error."""
    for sent in (first, signal.SIGKILL):
        try:
            os.killpg(process.pid, sent)
            process.wait(STOP_SECONDS)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait(STOP_SECONDS)
    deadline = time.monotonic() + STOP_SECONDS
    while group_is_alive(process.pid):
        assert time.monotonic() < deadline, f"processes of the group {process.pid} are left"
        time.sleep(0.1)


def group_is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class TrackingServer:
    """An `mlflow server`, which can be stopped and started again on the same port."""

    store: str
    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        where = ["--backend-store-uri", self.store, "--artifacts-destination", str(self.folder / "artifacts")]
        quiet = {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
        self.process = start(
            [sys.executable, "-m", "mlflow", "server", "--port", str(self.port), "--workers", "2", *where],
            self.folder / "server.log",
            cwd=self.folder,
            env={key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"} | quiet,
        )
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            alive = self.process.poll() is None and time.monotonic() < deadline
            assert alive, (self.folder / "server.log").read_text()[-3000:]
            time.sleep(0.2)

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.uri}/health", timeout=5).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        if self.process is not None:
            stop(self.process)
            self.process = None


@contextmanager
def tracking_server(store: str, folder: Path) -> Iterator[TrackingServer]:
    server = TrackingServer(store, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of an empty database of a PostgreSQL server of its own."""
    if not POSTGRES_FOLDERS:
        pytest.skip("no PostgreSQL server is installed: its programs come with Debian's package postgresql")
    pytest.importorskip("psycopg2", reason="psycopg2-binary, of the extra `test`, is not installed")
    user = pwd.getpwnam("postgres").pw_name if os.getuid() == 0 else None  # initdb refuses root
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # a socket's path may be 100 characters long
    server = None
    try:
        if user:
            shutil.chown(folder, user)
        programs, port, as_user = POSTGRES_FOLDERS[0], free_port(), {"user": user, "cwd": folder}
        initialize = [programs / "initdb", "-D", folder / "data", "-U", "stratify", "-A", "trust", "--no-sync"]
        subprocess.run(initialize, check=True, capture_output=True, **as_user)
        settings = ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
        command = [programs / "postgres", "-D", folder / "data", "-p", str(port), *settings]
        server = start(command, folder / "log", **as_user)
        ready = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        deadline = time.monotonic() + START_SECONDS
        while subprocess.run(ready, check=False, capture_output=True).returncode:
            alive = server.poll() is None and time.monotonic() < deadline
            assert alive, (folder / "log").read_text()[-3000:]
            time.sleep(0.2)
        yield f"postgresql+psycopg2://stratify@127.0.0.1:{port}/postgres"
    finally:
        if server is not None:
            stop(server, signal.SIGINT)  # PostgreSQL's word for "now, but in order"
        shutil.rmtree(folder)
