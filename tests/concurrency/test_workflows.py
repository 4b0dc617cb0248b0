"""Two workflows at once: in two clones on one server, and in one clone."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from stratify.track.connection import connect

from .servers import stop
from .settled import assert_settled

pytestmark = [pytest.mark.slow, pytest.mark.workflow]

STUDIES = ["alpha-response", "beta-response"]
LONGEST_SECONDS = 900


@contextmanager
def started(project, **env):
    """Start the workflow; give the process, which does not outlive the block."""
    process = subprocess.Popen(
        [Path(sys.executable).parent / "snakemake", "--cores", "1"],
        cwd=project.folder,
        env=project.env | {"PYTHONPATH": str(project.folder / "src"), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            stop(process)


def records(project):
    return {study: json.loads((project.folder / f"results/track/{study}.json").read_text()) for study in STUDIES}


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_two_clones_lose_nothing_on_one_server(request, fresh, tmp_path, store):
    server = request.getfixturevalue(f"{store}_server")
    clones = [fresh.copy(tmp_path / name) for name in ("one", "two")]
    clones[1].edit("config/studies/alpha-response.yaml", lambda study: study.update(seed=8))
    with ExitStack() as stack:
        env = {"MLFLOW_TRACKING_URI": server.uri, "NO_PROXY": "127.0.0.1"}
        for process in [stack.enter_context(started(clone, **env)) for clone in clones]:
            said, _ = process.communicate(timeout=LONGEST_SECONDS)
            assert process.returncode == 0, said
    written = [records(clone) for clone in clones]
    assert written[0]["alpha-response"]["input_digest"] != written[1]["alpha-response"]["input_digest"]
    assert written[0]["beta-response"]["execution_run_id"] == written[1]["beta-response"]["execution_run_id"]
    for study in STUDIES:
        assert_settled(server.uri, study, [record[study] for record in written], tmp_path)
    client = connect(server.uri, create=False)
    for study in STUDIES:  # for the next store, and the tests that come after
        client.delete_registered_model(study)


def test_a_second_workflow_in_one_clone_is_told_plainly_and_harms_nothing(fresh, tmp_path):
    clone = fresh.copy(tmp_path / "clone")
    with started(clone) as first:
        locks = clone.folder / ".snakemake" / "locks"
        deadline = time.monotonic() + LONGEST_SECONDS
        while not (locks.is_dir() and any(locks.iterdir())):
            assert first.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = clone.snakemake()
        assert second.code == 1
        assert "Directory cannot be locked" in second.text
        assert str(clone.folder) in second.text
        assert "--unlock" in second.text
        assert "Traceback" not in second.text
        assert second.jobs == set()
        said, _ = first.communicate(timeout=LONGEST_SECONDS)
        assert first.returncode == 0, said
    assert clone.snakemake().jobs == set()
