"""A file is whole or not there, and what a killed process leaves is cleared away."""

import errno
import os
import subprocess
import sys

import pytest

from stratify.artifacts.atomic import atomic
from stratify.errors import StratifyError

KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
from stratify.artifacts.atomic import atomic
with atomic(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def write(path, text, error=None):
    with atomic(path) as temporary:
        temporary.write_text(text)
        if error is not None:
            raise error


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "new" / "table.csv"
    with atomic(path) as temporary:
        temporary.write_text("whole")
        assert (temporary.parent, temporary.suffix) == (path.parent, ".csv")
        assert not path.exists()
    assert path.read_text() == "whole"
    assert path.stat().st_mode & 0o777 == 0o644
    assert names(path.parent) == ["table.csv"]


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("earlier")
    with pytest.raises(RuntimeError, match="no"):
        write(path, "half", RuntimeError("no"))
    assert path.read_text() == "earlier"
    assert names(tmp_path) == ["table.csv"]


def test_what_a_killed_process_left_is_removed_by_the_next_that_writes_the_file(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("earlier")
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(path)], check=False)
    assert killed.returncode == -9
    assert path.read_text() == "earlier"
    assert len(names(tmp_path)) == 2
    write(tmp_path / "other.csv", "another file")
    assert len(names(tmp_path)) == 3
    write(path, "later")
    assert names(tmp_path) == ["other.csv", "table.csv"]


def test_the_temporary_file_of_a_living_writer_is_left_alone(tmp_path):
    path = tmp_path / "table.csv"
    with atomic(path) as slow:
        slow.write_text("slow")
        write(path, "quick")
        assert slow.read_text() == "slow"
    assert path.read_text() == "slow"
    assert names(tmp_path) == ["table.csv"]


def test_files_that_only_look_alike_stay(tmp_path):
    kept = [".table.csv", ".table.abcdefgh.tsv", ".table.abcdefgh9.csv", ".tables.abcdefgh.csv"]
    for name in kept:
        (tmp_path / name).write_text("somebody's")
    write(tmp_path / "table.csv", "whole")
    assert names(tmp_path) == sorted([*kept, "table.csv"])


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "No space left on device; nothing was left there; free space on that disk"),
        (errno.EDQUOT, "Disk quota exceeded; nothing was left there; free space within your quota"),
        (errno.EROFS, "Read-only file system; nothing was left there; choose a place"),
        (errno.EACCES, "Permission denied; nothing was left there; ask for the right"),
    ],
)
def test_a_refusal_of_the_file_system_names_the_file_and_what_to_do(tmp_path, number, words):
    path = tmp_path / "table.csv"
    with pytest.raises(StratifyError, match=words) as raised:
        write(path, "half", OSError(number, os.strerror(number)))
    assert str(raised.value).startswith(f"{path}: cannot be written: ")
    assert names(tmp_path) == []


def test_an_error_about_another_file_is_not_taken_for_one_of_the_target(tmp_path):
    with pytest.raises(PermissionError, match="elsewhere"), atomic(tmp_path / "table.csv"):
        raise PermissionError(errno.EACCES, "Permission denied", "elsewhere")


def test_a_file_larger_than_the_limit(tmp_path):
    """The operating system's own refusal, of a process that may write 4,096 bytes."""
    program = (
        "import resource, signal, sys\nfrom pathlib import Path\nfrom stratify.artifacts.atomic import atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "with atomic(Path(sys.argv[1])) as temporary:\n    temporary.write_bytes(bytes(9999))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "table.csv")]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "table.csv: cannot be written: File too large" in refused.stderr
    assert names(tmp_path) == []
