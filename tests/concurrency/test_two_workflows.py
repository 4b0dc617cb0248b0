"""The whole workflow in two clones at the same moment, on one server."""

import json
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from .servers import stop
from .settled import assert_settled

STUDY = "beta-response"


def start(clone, uri, stack):
    process = subprocess.Popen(
        [Path(sys.executable).parent / "snakemake", "--cores", "1"],
        cwd=clone.folder,
        env=clone.env | {"PYTHONPATH": str(clone.folder / "src"), "MLFLOW_TRACKING_URI": uri, "no_proxy": "127.0.0.1"},
        stdout=stack.enter_context((clone.folder / "said").open("w")),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack.callback(stop, process)
    return process


@pytest.mark.workflow
@pytest.mark.slow
def test_two_workflows_at_once_write_the_same_content_once(fresh, sqlite_server, tmp_path):
    clones = [fresh.copy(tmp_path / name) for name in ("one", "two")]
    with ExitStack() as stack:
        for clone in clones:
            clone.edit("config/config.yaml", lambda run: run.update(studies=[STUDY]))
        started = [start(clone, sqlite_server.uri, stack) for clone in clones]
        codes = [process.wait() for process in started]
    assert codes == [0, 0], "\n".join((clone.folder / "said").read_text() for clone in clones)
    records = [json.loads((clone.folder / f"results/track/{STUDY}.json").read_text()) for clone in clones]
    assert_settled(sqlite_server.uri, STUDY, records, tmp_path)
    written = [{record["execution_run_id"], *(run["run_id"] for run in record["runs"].values())} for record in records]
    assert written[0] == written[1]
    for clone in clones:
        again = replace(clone, env=clone.env | {"MLFLOW_TRACKING_URI": sqlite_server.uri, "no_proxy": "127.0.0.1"})
        assert again.plan() == set()
