"""Runs of other writers in the same experiment."""

import time

import pytest

from stratify.errors import StratifyError
from stratify.track.connection import connect
from stratify.track.runs import SURELY_OVER_MS, RunStore
from stratify.track.steady import steadily

STUDY = "toy-study"
ANOTHER = "someone-else"


@pytest.fixture
def impatient(monkeypatch):
    """Do not wait for a writer that is only pretended."""
    monkeypatch.setattr("stratify.track.runs.TWIN_PATIENCE_SECONDS", 0.0)


def client(toy):
    return connect(toy.uri, create=False)


def runs(toy):
    store = client(toy)
    return {run.info.run_id: run for run in store.search_runs([store.get_experiment_by_name(STUDY).experiment_id])}


def twin(toy, name, *, age_ms=0, finish=True, end_time=None):
    """Begin a run as another writer would: the tags of one of ours, and its own."""
    store = client(toy)
    ours = store.get_run(toy.record["runs"][name]["run_id"] if name else toy.record["execution_run_id"])
    began = time.time_ns() // 1_000_000 - age_ms
    tags = {**ours.data.tags, "writer": ANOTHER}
    made = store.create_run(ours.info.experiment_id, start_time=began, tags=tags, run_name=ours.info.run_name)
    if finish:
        store.set_terminated(made.info.run_id, "FINISHED", end_time)
    return made.info.run_id


@pytest.mark.parametrize("name", ["prevalence", "lightgbm"])
def test_a_run_that_another_writes_now_is_left_alone_and_one_of_yesterday_is_removed(toy, impatient, name):
    toy.track()
    live = twin(toy, name, finish=False)
    dead = twin(toy, name, finish=False, age_ms=SURELY_OVER_MS + 60_000)
    toy.track()
    assert live in runs(toy)
    assert dead not in runs(toy)
    assert len(runs(toy)) == 6


def test_the_twin_that_finished_first_counts_and_the_later_is_removed_by_its_own_writer(toy):
    toy.track()
    ours = toy.record["runs"]["prevalence"]["run_id"]
    later = twin(toy, "prevalence")
    toy.track()
    assert toy.record["runs"]["prevalence"]["run_id"] == ours
    assert later in runs(toy), "its own writer removes it"
    earlier = twin(toy, "prevalence", end_time=1)
    toy.track()
    assert toy.record["runs"]["prevalence"]["run_id"] == earlier
    assert ours not in runs(toy)


def test_a_later_twin_of_yesterday_is_removed_by_anyone(toy):
    toy.track()
    old = twin(toy, "prevalence", age_ms=SURELY_OVER_MS + 60_000)
    toy.track()
    assert old not in runs(toy)


def test_a_run_that_was_registered_stays_whoever_was_first(toy):
    toy.track()
    ours = toy.record["runs"]["elastic_net"]["run_id"]
    earlier = twin(toy, "elastic_net", end_time=1)
    toy.track()
    assert toy.record["runs"]["elastic_net"]["run_id"] == earlier
    assert ours in runs(toy)


def test_children_of_an_execution_that_lost_get_the_one_that_counts(toy):
    toy.track()
    lost = toy.record["execution_run_id"]
    earlier = twin(toy, None, end_time=1)
    toy.track()
    assert toy.record["execution_run_id"] == earlier
    assert lost not in runs(toy)
    children = [runs(toy)[run["run_id"]] for run in toy.record["runs"].values()]
    assert {child.data.tags["mlflow.parentRunId"] for child in children} == {earlier}


def test_a_child_of_an_execution_being_written_by_another_keeps_its_parent(toy, impatient):
    toy.track()
    live = twin(toy, None, finish=False)
    child = toy.record["runs"]["prevalence"]["run_id"]
    client(toy).set_tag(child, "mlflow.parentRunId", live)
    toy.track()
    assert runs(toy)[child].data.tags["mlflow.parentRunId"] == live


def test_a_run_removed_while_it_is_needed_is_written_again(toy, monkeypatch):
    removed = []
    meet = RunStore.meet_twins

    def remove_one(store, records):
        if not removed:
            removed.append(next(key for key, run in runs(toy).items() if run.info.run_name == "prevalence"))
            store.client.delete_run(removed[0])
        meet(store, records)

    monkeypatch.setattr(RunStore, "meet_twins", remove_one)
    assert toy.track() == 0
    assert len(runs(toy)) == 5
    assert toy.record["runs"]["prevalence"]["run_id"] in runs(toy)


def test_of_two_versions_of_one_run_the_first_counts(toy):
    toy.track()
    store, run_id = client(toy), toy.record["runs"]["elastic_net"]["run_id"]
    version = store.get_model_version_by_alias(STUDY, "champion")
    store.create_model_version(STUDY, version.source, run_id)
    toy.track()
    assert toy.record["registered_version"] == "1"


def refuse(code, times):
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import ErrorCode

    calls = []

    def step():
        calls.append(1)
        if len(calls) <= times:
            raise MlflowException("no\nnot now", error_code=ErrorCode.Value(code))
        return len(calls)

    return step, calls


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda _: None)


@pytest.mark.parametrize("code", ["RESOURCE_ALREADY_EXISTS", "TEMPORARILY_UNAVAILABLE", "BAD_REQUEST"])
def test_what_passes_is_tried_again(hurried, code):
    assert steadily(refuse(code, 2)[0], "the runs", "a store") == 3


@pytest.mark.parametrize(("code", "tries"), [("TEMPORARILY_UNAVAILABLE", 6), ("PERMISSION_DENIED", 1)])
def test_what_does_not_pass_is_one_message(hurried, code, tries):
    step, calls = refuse(code, 100)
    with pytest.raises(StratifyError, match="a store did not take the runs: no not now; run the same command again"):
        steadily(step, "the runs", "a store")
    assert len(calls) == tries


def test_a_defect_of_the_program_is_not_tried_again(hurried):
    def step():
        raise KeyError("defect")

    with pytest.raises(KeyError, match="defect"):
        steadily(step, "the runs", "a store")
