"""Two workflows in one clone: the second is told plainly, and the first is none the worse for it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.workflow, pytest.mark.slow]


def test_the_second_is_told_that_another_is_at_work_and_the_first_finishes_unharmed(clone):
    clone.edit("config/config.yaml", lambda run: run.update(studies=["beta-response"]))
    snakemake = str(Path(sys.executable).parent / "snakemake")
    first = subprocess.Popen(
        [snakemake, "--cores", "2"],
        cwd=clone.folder,
        env=clone.env | {"PYTHONPATH": str(clone.folder / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        locks = clone.folder / ".snakemake" / "locks"
        deadline = time.monotonic() + 60
        while not (locks.is_dir() and any(locks.iterdir())):
            assert first.poll() is None, first.stdout.read()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = clone.snakemake()
        assert first.poll() is None, "the first has to be at work still"
        assert second.code == 1
        assert "Error: Directory cannot be locked" in second.text
        assert "make sure that no other Snakemake process" in second.text
        assert "--unlock" in second.text
        assert "Traceback" not in second.text
        assert second.all_jobs == []
        said, _ = first.communicate()
    finally:
        first.kill()
        first.wait()
    assert first.returncode == 0, said
    again = clone.snakemake()
    assert "Nothing to be done" in again.text
