"""A SQLite store is made whole, by one of several at once, and not at all by one that is killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from stratify.errors import StratifyError
from stratify.track.connection import connect
from stratify.track.sqlite_store import ensure_sqlite_store

MAKE = "import sys; from stratify.track.connection import connect; connect(sys.argv[1], create=True); print('open')"


def tables(path):
    with closing(sqlite3.connect(path)) as store:
        return {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("content", [None, b""], ids=["absent", "empty"])
def test_a_store_is_made_and_opens(tmp_path, content):
    path = tmp_path / "mlflow.db"
    if content is not None:
        path.write_bytes(content)
    ensure_sqlite_store(path)
    assert {"runs", "registered_models", "alembic_version"} <= tables(path)
    assert [file.name for file in tmp_path.iterdir()] == ["mlflow.db"]
    assert [found.name for found in connect(f"sqlite:///{path}", create=False).search_experiments()] == ["Default"]


def test_a_store_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "mlflow.db"
    path.write_bytes(b"something")
    ensure_sqlite_store(path)
    assert path.read_bytes() == b"something"


def test_killed_while_making_it_leaves_no_store_and_the_next_makes_it(tmp_path):
    path = tmp_path / "mlflow.db"
    process = subprocess.Popen([sys.executable, "-c", MAKE, f"sqlite:///{path}"])
    while process.poll() is None and not list(tmp_path.glob(".mlflow.????????.db")):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not path.exists()
    ensure_sqlite_store(path)
    assert [file.name for file in tmp_path.iterdir()] == ["mlflow.db"]
    assert "runs" in tables(path)


def test_four_at_once_open_one_store(tmp_path):
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    command = [sys.executable, "-c", MAKE, uri]
    pipe = subprocess.PIPE
    writers = [subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path) for _ in range(4)]
    assert [writer.communicate() for writer in writers] == [("open\n", "")] * 4
    assert {file.name for file in tmp_path.iterdir() if file.is_file()} == {"mlflow.db"}


def test_a_file_in_the_place_of_its_folder(tmp_path):
    (tmp_path / "file").write_text("a file")
    with pytest.raises(StratifyError, match="there is no folder"):
        connect(f"sqlite:///{tmp_path}/file/mlflow.db", create=True)
