"""The whole workflow in two clones at the same moment, on one server."""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from .servers import stop
from .settled import assert_settled

STUDIES = ["alpha-response", "beta-response"]


def start(clone, uri, stack):
    process = subprocess.Popen(
        [Path(sys.executable).parent / "snakemake", "--cores", "1"],
        cwd=clone.folder,
        env=clone.env | {"PYTHONPATH": str(clone.folder / "src"), "MLFLOW_TRACKING_URI": uri},
        stdout=stack.enter_context((clone.folder / "said").open("w")),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack.callback(stop, process)
    return process


@pytest.mark.workflow
@pytest.mark.slow
def test_two_workflows_at_once_lose_nothing(fresh, sqlite_server, tmp_path):
    clones = [fresh.copy(tmp_path / name) for name in ("one", "two")]
    search = {"C": [0.3], "l1_ratio": [0.5]}
    clones[1].edit(
        "config/studies/beta-response.yaml", lambda study: study["models"]["elastic_net"].update(search=search)
    )
    with ExitStack() as stack:
        started = [start(clone, sqlite_server.uri, stack) for clone in clones]
        codes = [process.wait() for process in started]
    assert codes == [0, 0], "\n".join((clone.folder / "said").read_text() for clone in clones)
    for study in STUDIES:
        records = [json.loads((clone.folder / f"results/track/{study}.json").read_text()) for clone in clones]
        assert_settled(sqlite_server.uri, study, records, tmp_path)
        same = records[0]["execution_run_id"] == records[1]["execution_run_id"]
        assert same == (study == "alpha-response")
