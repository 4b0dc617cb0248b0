"""A writer that dies, and a server that goes away, while others write."""

import json
import signal
import time

import pytest

from stratify.track.connection import connect
from stratify.track.store import record_is_stale

from .conftest import writers
from .servers import stop, tracking_server
from .settled import assert_settled

STUDY = "toy-study"


@pytest.fixture
def own_server(tmp_path):
    with tracking_server(f"sqlite:///{tmp_path}/server.db", tmp_path) as server:
        yield server


def runs(uri):
    client = connect(uri, create=False)
    experiment = client.get_experiment_by_name(STUDY)
    return [] if experiment is None else client.search_runs([experiment.experiment_id])


def wait_for(true, seconds=60):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def writers_of(uri, status):
    return {run.data.tags["writer"] for run in runs(uri) if run.info.status == status}


@pytest.mark.slow
def test_a_writer_killed_in_the_middle_leaves_the_other_alone_and_its_own_run_is_written_anew(
    own_server, clones, tmp_path
):
    victim, other = clones(own_server.uri, 2)
    victim.change(2.0, "lightgbm")
    with writers(2, tmp_path / "log") as processes:
        processes.start([victim.arguments, other.arguments])
        identity = victim.layout.results / "track" / f".{STUDY}.writer"
        wait_for(lambda: identity.is_file() and identity.read_text() in writers_of(own_server.uri, "RUNNING"))
        processes.processes[0].send_signal(signal.SIGKILL)
        stop(processes.processes[0])
        assert processes.processes[1].stdout.readline() == "0\n"
    left = writers_of(own_server.uri, "RUNNING")
    assert left == {identity.read_text()}
    assert other.track() == 0
    assert writers_of(own_server.uri, "RUNNING") == left, "another's unfinished run is left alone"
    assert victim.track() == 0
    assert not identity.exists()
    assert_settled(own_server.uri, STUDY, [victim.record, other.record], tmp_path)


@pytest.mark.slow
def test_a_server_that_starts_again_in_the_middle_loses_nothing(own_server, clones, tmp_path):
    (toy,) = clones(own_server.uri, 1)
    with writers(1, tmp_path / "log") as processes:
        processes.start([toy.arguments])
        wait_for(lambda: len(runs(own_server.uri)) >= 2)
        own_server.stop()
        own_server.start()
        assert processes.wait() == ["0"], (tmp_path / "log").read_text()
    assert_settled(own_server.uri, STUDY, [toy.record], tmp_path)


@pytest.mark.slow
def test_a_server_that_stays_away_is_one_message_and_the_next_run_completes(own_server, clones, tmp_path):
    (toy,) = clones(own_server.uri, 1)
    with writers(1, tmp_path / "log", MLFLOW_HTTP_REQUEST_MAX_RETRIES="0") as processes:
        processes.start([toy.arguments])
        wait_for(lambda: len(runs(own_server.uri)) >= 2)
        own_server.stop()
        assert processes.wait() == ["2"]
    said = (tmp_path / "log").read_text()
    assert f"stratify track: error: tracking store {own_server.uri} did not take the runs of {STUDY}" in said
    assert "Traceback" not in said
    assert not toy.layout.track(STUDY).exists()
    own_server.start()
    assert toy.track() == 0
    assert_settled(own_server.uri, STUDY, [toy.record], tmp_path)


@pytest.mark.slow
def test_a_record_is_stale_when_its_server_lost_the_run_and_only_then(own_server, clones, tmp_path):
    (toy,) = clones(own_server.uri, 1)
    assert toy.track() == 0
    record = toy.layout.track(STUDY)
    assert not record_is_stale(record, own_server.uri)
    known = json.loads(record.read_text())
    record.write_text(json.dumps(known | {"execution_run_id": "0" * 32}))
    assert record_is_stale(record, own_server.uri)
    record.write_text(json.dumps(known))
    client = connect(own_server.uri, create=False)
    client.delete_registered_model_alias(STUDY, "champion")
    assert record_is_stale(record, own_server.uri)
    client.set_registered_model_alias(STUDY, "champion", "1")
    client.delete_run(known["execution_run_id"])
    assert record_is_stale(record, own_server.uri)
    own_server.stop()
    assert not record_is_stale(record, own_server.uri)
