"""What has to be true of a server after writers have finished, asked of the server alone."""

from collections import Counter

import pandas as pd
from mlflow import MlflowClient

from stratify.cli import main
from stratify.track.connection import connect

EXECUTION_FILES = {"performance.json", "comparisons.json", "canaries.json", "univariate.json", "study.yaml"}


def assert_settled(uri: str, study: str, records: list[dict], folder) -> None:
    """Everything of every record is there once and whole, nothing else is, and the champion scores."""
    client = connect(uri, create=False)
    experiment = client.get_experiment_by_name(study).experiment_id
    runs = {run.info.run_id: run for run in client.search_runs([experiment])}
    assert {run.info.status for run in runs.values()} == {"FINISHED"}
    digests = Counter((run.data.tags["role"], run.data.tags["input_digest"]) for run in runs.values())
    assert {key: count for key, count in digests.items() if count > 1} == {}
    executions = {key for key, run in runs.items() if run.data.tags["role"] == "execution"}
    assert {run.data.tags.get("mlflow.parentRunId") for run in runs.values()} <= executions | {None}
    for record in records:
        assert_whole(client, runs, record)
    models = client.search_logged_models([experiment])
    assert {model.source_run_id for model in models} == {k for k, r in runs.items() if r.data.tags["role"] == "model"}
    assert len(models) == len({model.source_run_id for model in models})
    assert_champion(client, study, runs, records)
    assert_scores(uri, study, folder)


def assert_whole(client: MlflowClient, runs: dict, record: dict) -> None:
    execution = runs[record["execution_run_id"]]
    assert execution.data.tags["input_digest"] == record["input_digest"]
    assert {file.path for file in client.list_artifacts(execution.info.run_id)} >= EXECUTION_FILES
    for name, written in record["runs"].items():
        run = runs[written["run_id"]]
        assert (run.info.run_name, run.data.tags["role"]) == (name, written["role"])
        assert run.data.tags["input_digest"] == written["input_digest"]
        assert {"auroc", "auroc_low", "auroc_high"} <= set(run.data.metrics)
        assert run.data.params
        assert run.inputs.dataset_inputs
        if written["role"] == "model":
            assert len(client.list_artifacts(run.info.run_id, "figures")) == 2
    assert execution.data.metrics == runs[record["runs"][record["champion"]]["run_id"]].data.metrics


def assert_champion(client: MlflowClient, study: str, runs: dict, records: list[dict]) -> None:
    versions = client.search_model_versions(f"name = '{study}'")
    registered = Counter(version.run_id for version in versions)
    assert set(registered.values()) == {1}
    assert set(registered) <= set(runs)
    version = client.get_model_version_by_alias(study, "champion")
    assert str(version.version) in {record["registered_version"] for record in records}
    assert version.run_id in {record["runs"][record["champion"]]["run_id"] for record in records}


def assert_scores(uri: str, study: str, folder) -> None:
    model = ["--model", f"models:/{study}@champion", "--tracking-uri", uri]
    patients, scores = str(folder / "patients.csv"), str(folder / "scores.csv")
    assert main(["example", *model, "--output", patients]) == 0
    assert main(["score", *model, "--input", patients, "--output", scores]) == 0
    assert pd.read_csv(scores)["probability"].between(0, 1).all()
