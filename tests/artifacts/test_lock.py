"""One process at a time makes a file; a killed one stops nobody."""

import subprocess
import sys

from stratify.artifacts.lock import one_at_a_time

HOLD = """
import sys
from pathlib import Path
from stratify.artifacts.lock import one_at_a_time
with one_at_a_time(Path(sys.argv[1]), "holding"):
    print("held", flush=True)
    sys.stdin.read()
"""
COUNT = """
import sys
from pathlib import Path
from stratify.artifacts.lock import one_at_a_time
lock, counter = map(Path, sys.argv[1:])
for _ in range(50):
    with one_at_a_time(lock, "counting"):
        counter.write_text(str(int(counter.read_text()) + 1))
"""
WAIT = """
import logging, sys
from pathlib import Path
from stratify.artifacts.lock import one_at_a_time
logging.basicConfig(level=logging.INFO, format="%(message)s")
with one_at_a_time(Path(sys.argv[1]), "stratify fit"):
    print("mine", flush=True)
"""


def start(program, *arguments):
    command = [sys.executable, "-u", "-c", program, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)


def test_the_lock_and_a_folder_made_for_it_are_gone_afterwards(tmp_path):
    path = tmp_path / "results" / ".fit.lock"
    with one_at_a_time(path, "fitting"):
        assert path.is_file()
    assert not path.parent.exists()


def test_a_folder_that_was_there_or_is_used_stays(tmp_path):
    (tmp_path / "there").mkdir()
    with one_at_a_time(tmp_path / "there" / ".lock", "it"):
        pass
    with one_at_a_time(tmp_path / "used" / ".lock", "it"):
        (tmp_path / "used" / "result").write_text("made")
    assert (tmp_path / "there").is_dir()
    assert [path.name for path in (tmp_path / "used").iterdir()] == ["result"]


def test_a_second_process_says_that_it_waits_and_goes_on_when_the_first_ends(tmp_path):
    lock = tmp_path / ".lock"
    first = start(HOLD, lock)
    assert first.stdout.readline() == "held\n"
    second = start(WAIT, lock)
    assert second.stderr.readline() == "another process is at it, waiting until it ends: stratify fit\n"
    assert second.poll() is None
    first.communicate("")
    assert second.communicate()[0] == "mine\n"
    assert not lock.exists()


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    lock = tmp_path / ".lock"
    holder = start(HOLD, lock)
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert lock.exists()
    with one_at_a_time(lock, "it"):
        pass
    assert not lock.exists()


def test_never_two_at_once(tmp_path):
    """The lock file comes and goes all the time: whoever waits for one that is gone takes the next."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    writers = [start(COUNT, tmp_path / ".lock", counter) for _ in range(4)]
    for writer in writers:
        assert writer.communicate()[1] == ""
    assert counter.read_text() == "200"
