"""`stratify track` against a real SQLite store."""

import io
import json
import shutil
import subprocess
import sys
from collections import Counter

import mlflow
import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.evaluate import METRICS
from stratify.artifacts.store import read_table, write_table
from stratify.config import StudyConfig, load_study, validate
from stratify.config.search import SEARCH_SPACES
from stratify.track.connection import connect

STUDY = "toy-study"
SEARCH = {"elastic_net": {"C": [0.01, 1.0]}}
CITED = "- `sig.cyt`: Rooney et al., a test (PMID 25594174)"


def client(toy):
    return connect(toy.uri, create=False)


def runs(toy):
    store = client(toy)
    experiment = store.get_experiment_by_name(STUDY)
    return store.search_runs([experiment.experiment_id])


def by_role(toy) -> Counter:
    return Counter(run.data.tags["role"] for run in runs(toy))


def champion_version(toy) -> str:
    return str(client(toy).get_model_version_by_alias(STUDY, "champion").version)


def test_a_run_for_the_execution_and_each_model_and_comparator(tracked):
    assert by_role(tracked) == {"execution": 1, "model": 2, "comparator": 2}
    found = {run.info.run_name: run for run in runs(tracked)}
    execution = next(run for run in found.values() if run.data.tags["role"] == "execution")
    model = found["elastic_net"]
    assert {run.info.status for run in found.values()} == {"FINISHED"}
    assert {run.data.tags.get("mlflow.parentRunId") for run in found.values()} == {None, execution.info.run_id}
    assert model.data.params["C"] == "1.0"
    assert model.data.params["endpoint.rule"] == "as_published"
    assert {"auroc", "auroc_low", "auroc_high", "train_auroc", "inner_auroc"} <= set(model.data.metrics)
    assert {"auroc", "auroc_low", "auroc_high"} <= set(found["gene.CD8A"].data.metrics)
    assert execution.data.metrics["auroc"] == model.data.metrics["auroc"]
    target = tracked.layout.predictions(STUDY, "elastic_net").as_posix()
    expected = f"""snakemake --cores all --config 'studies=["{STUDY}"]' --force {target}"""
    assert model.data.tags["rerun_command"] == expected
    assert {"input_digest", "data_digest", "config_digest", "package_version", "study"} <= set(model.data.tags)
    dataset = model.inputs.dataset_inputs[0].dataset
    assert (dataset.name, json.loads(dataset.source)["package"]) == ("toy", "toy-data")
    assert json.loads(dataset.profile) == {"num_rows": 40, "num_positive": 20}


def test_the_record_names_champion_runs_and_store(tracked):
    record = tracked.record
    assert (record["champion"], record["registered_version"], record["alias"]) == ("elastic_net", "1", "champion")
    assert record["tracking_uri"] == tracked.uri
    assert set(record["runs"]) == {"elastic_net", "lightgbm", "prevalence", "gene.CD8A"}
    assert {run.info.run_id for run in runs(tracked)} == {
        record["execution_run_id"],
        *(run["run_id"] for run in record["runs"].values()),
    }


def test_the_execution_holds_tables_and_report_the_model_its_figures(tracked):
    store, record = client(tracked), tracked.record
    listed = {file.path for file in store.list_artifacts(record["execution_run_id"])}
    assert {"performance.json", "comparisons.json", "report.html", "study.yaml"} <= listed
    study = mlflow.artifacts.load_text(f"runs:/{record['execution_run_id']}/study.yaml")
    assert validate(StudyConfig, yaml.safe_load(study), "study.yaml") == load_study(tracked.file)
    comparisons = store.load_table(record["experiment_id"], "comparisons.json", [record["execution_run_id"]])
    assert comparisons["difference"].tolist() == [0.01, 0.01]
    figures = store.list_artifacts(record["runs"]["elastic_net"]["run_id"], "figures")
    assert {file.path for file in figures} == {"figures/roc.png", "figures/calibration.png"}


def test_a_study_without_held_out_cohorts_has_no_table_of_them(tracked):
    listed = {file.path for file in client(tracked).list_artifacts(tracked.record["execution_run_id"])}
    assert not {"auroc_by_cohort.json", "auroc_by_cohort.csv"} & listed


def test_the_execution_holds_every_predictors_auroc_by_cohort_as_a_table_and_as_csv(toy):
    metrics = read_table(METRICS, toy.layout.metrics(STUDY))
    judged = metrics[metrics["role"].eq("cv") & metrics["metric"].eq("auroc")].assign(role="external")
    parts = [judged.assign(cohort=name, estimate=0.6, low=0.5, high=0.7) for name in ("far", "near")]
    means = [
        judged.assign(cohort=name, estimate=0.6, low=0.55, high=0.65) for name in ("weighted_mean", "random_effects")
    ]
    new = judged.assign(cohort="random_effects", metric="auroc_new_cohort", estimate=0.6, low=0.4, high=0.8)
    coverage = [part.assign(metric="coverage", estimate=1.0, low=np.nan, high=np.nan) for part in parts]
    write_table(pd.concat([metrics, *parts, *means, new, *coverage]), METRICS, toy.layout.metrics(STUDY))
    toy.track()
    store, record = client(toy), toy.record
    execution = record["execution_run_id"]
    table = store.load_table(record["experiment_id"], "auroc_by_cohort.json", [execution]).set_index("model")
    assert list(table.index) == ["elastic_net", "lightgbm", "gene.CD8A", "prevalence"]
    assert list(table.columns) == ["far", "near", "weighted_mean", "random_effects", "new_cohort", "patients"]
    assert table.loc["gene.CD8A"].tolist() == [
        "0.600 (0.500 to 0.700)",
        "0.600 (0.500 to 0.700)",
        "0.600 (0.550 to 0.650)",
        "0.600 (0.550 to 0.650)",
        "0.400 to 0.800",
        "100%",
    ]
    numbers = pd.read_csv(io.StringIO(mlflow.artifacts.load_text(f"runs:/{execution}/auroc_by_cohort.csv")))
    assert len(numbers) == 4 * 4
    assert numbers.loc[numbers["cohort"].eq("random_effects"), "new_high"].eq(0.8).all()


def test_the_search_of_each_model_is_recorded_as_it_was_run(tracked):
    found = {run.info.run_name: run.data.params for run in runs(tracked)}
    for name in ("elastic_net", "lightgbm"):
        searched = {
            key.removeprefix("search."): json.loads(found[name][key]) for key in found[name] if "search." in key
        }
        assert searched == {**SEARCH_SPACES[name], **SEARCH.get(name, {})}
    assert json.loads(found["elastic_net"]["search.C"]) == [0.01, 1.0]
    assert not [key for key in found["prevalence"] if "search." in key]


def test_the_registered_version_says_what_it_is(tracked):
    version = client(tracked).get_model_version_by_alias(STUDY, "champion")
    said = version.description + client(tracked).get_registered_model(STUDY).description
    for part in ("Research use only", "Who responds?", "auroc 0.", "toy-data==1.0", CITED, "snakemake --cores all"):
        assert said.count(part) == 2
    experiment = client(tracked).get_experiment_by_name(STUDY)
    assert "Who responds?" in experiment.tags["mlflow.note.content"]


def test_a_changed_search_adds_a_run_of_that_model(toy):
    toy.track()
    toy.file.write_text(toy.file.read_text().replace("- 0.01\n", "- 0.02\n"))
    toy.track()
    assert by_role(toy) == {"execution": 2, "model": 3, "comparator": 2}


def test_files_placed_by_hand_have_no_package(toy):
    source = toy.folder / "config" / "sources" / "toy_source.yaml"
    content = yaml.safe_load(source.read_text())
    del content["package"], content["files"]["toy.csv"]["path"]
    source.write_text(yaml.safe_dump(content))
    toy.track()
    dataset = runs(toy)[0].inputs.dataset_inputs[0].dataset
    assert dataset.source_type == "placed_by_hand"
    assert json.loads(dataset.source)["files"] == {"toy.csv": "0" * 64}
    description = client(toy).get_registered_model(STUDY).description
    assert "Toy 2020, toys (files placed by hand; Nobody 2020; licence: MIT)" in description


def test_a_second_time_adds_nothing(toy):
    toy.track()
    before, record = {run.info.run_id for run in runs(toy)}, toy.record
    toy.track()
    assert {run.info.run_id for run in runs(toy)} == before
    assert toy.record == record
    assert len(client(toy).search_model_versions(f"name = '{STUDY}'")) == 1


def test_a_refit_to_the_same_numbers_adds_nothing(toy):
    toy.track()
    before = {run.info.run_id for run in runs(toy)}
    toy.write_model("elastic_net", 1.0, inner_auroc=0.7)
    toy.write_evaluation()
    toy.track()
    assert {run.info.run_id for run in runs(toy)} == before


def test_a_changed_model_adds_one_execution_and_one_model(toy):
    toy.track()
    toy.write_model("lightgbm", 0.5, inner_auroc=0.6)
    toy.write_evaluation()
    toy.track()
    assert by_role(toy) == {"execution": 2, "model": 3, "comparator": 2}
    assert champion_version(toy) == "1"


def test_a_changed_champion_becomes_a_new_version(toy):
    toy.track()
    toy.write_model("lightgbm", 0.5, inner_auroc=0.8)
    toy.write_evaluation()
    toy.track()
    assert toy.record["champion"] == "lightgbm"
    assert champion_version(toy) == toy.record["registered_version"] == "2"


def test_going_back_points_at_the_earlier_version(toy):
    toy.track()
    first = toy.record
    toy.write_model("elastic_net", 3.0, inner_auroc=0.7)
    toy.write_evaluation()
    toy.track()
    assert champion_version(toy) == "2"
    toy.write_model("elastic_net", 1.0, inner_auroc=0.7)
    toy.write_evaluation()
    toy.track()
    assert champion_version(toy) == "1"
    assert toy.record == first


@pytest.mark.parametrize("status", ["RUNNING", "FAILED", "KILLED"])
def test_an_unfinished_run_is_removed_and_written_anew(toy, status):
    toy.track()
    victim, store = toy.record["runs"]["lightgbm"]["run_id"], client(toy)
    store.update_run(victim, status)
    toy.track()
    found = {run.info.run_id for run in runs(toy)}
    assert victim not in found
    assert by_role(toy) == {"execution": 1, "model": 2, "comparator": 2}
    assert store.get_run(toy.record["runs"]["lightgbm"]["run_id"]).info.status == "FINISHED"
    experiment = store.get_experiment_by_name(STUDY)
    assert len(store.search_logged_models([experiment.experiment_id])) == 2


def test_an_interrupted_first_execution_is_completed(toy, monkeypatch):
    from stratify.track import mirror

    with monkeypatch.context() as broken:
        broken.setattr(mirror, "log_model", lambda *_: (_ for _ in ()).throw(RuntimeError("power cut")))
        with pytest.raises(RuntimeError, match="power cut"):
            toy.track()
    assert not toy.layout.track(STUDY).exists()
    toy.track()
    assert by_role(toy) == {"execution": 1, "model": 2, "comparator": 2}
    parents = {run.data.tags.get("mlflow.parentRunId") for run in runs(toy)}
    assert parents == {None, toy.record["execution_run_id"]}


def test_deleted_files_are_written_anew(toy):
    toy.track()
    shutil.rmtree(toy.folder / "mlartifacts")
    toy.track()
    assert mlflow.pyfunc.load_model(f"models:/{STUDY}@champion").metadata.signature is not None


def test_runs_of_others_in_the_experiment_are_left_alone(toy):
    toy.track()
    store = client(toy)
    theirs = store.create_run(store.get_experiment_by_name(STUDY).experiment_id, run_name="mine").info.run_id
    toy.track()
    assert store.get_run(theirs).info.lifecycle_stage == "active"


def test_a_deleted_experiment_is_restored(toy):
    toy.track()
    store = client(toy)
    store.delete_experiment(store.get_experiment_by_name(STUDY).experiment_id)
    toy.track()
    assert store.get_experiment_by_name(STUDY).lifecycle_stage == "active"


def test_no_patient_is_named_in_the_store(toy):
    toy.layout.report(STUDY).write_text("<html>excluded: toy:SECRET003.</html>")
    toy.track()
    stored = [toy.folder / "mlflow.db", *(toy.folder / "mlartifacts").rglob("*")]
    for file in stored:
        if file.is_file():
            assert b"SECRET" not in file.read_bytes(), file
    assert len(stored) > 20


def test_no_patients_values_are_in_the_store(tracked):
    """Quantiles on the card are values of patients, by their nature; nothing else is."""
    ages = [repr(float(value)).encode() for value in tracked.table()["clin.age_years"].sort_values().iloc[1:18]]
    for file in (tracked.folder / "mlartifacts").rglob("*.json"):
        content = file.read_bytes()
        assert not any(age in content for age in ages), file


def test_the_model_brings_no_code_and_names_what_it_needs(tracked):
    folder = next((tracked.folder / "mlartifacts").rglob("MLmodel")).parent
    files = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert not {file for file in files if file.endswith((".py", ".pkl", ".pickle"))}
    assert {"data/model/pipeline.skops", "data/model/card.json", "input_example.json"} <= files
    requirements = (folder / "requirements.txt").read_text()
    assert "scikit-learn==" in requirements
    assert "stratify" not in requirements
    assert "code: null" in (folder / "MLmodel").read_text()


def test_a_model_pins_what_it_was_made_with_not_what_is_installed_when_it_is_tracked(toy):
    card = toy.layout.model(STUDY, "elastic_net") / "card.json"
    record = json.loads(card.read_text())
    record["made_with"]["scikit-learn"] = "1.8.0"
    card.write_text(json.dumps(record))
    toy.track()
    run = toy.record["runs"]["elastic_net"]["run_id"]
    folder = next(path.parent for path in (toy.folder / "mlartifacts").rglob("MLmodel") if run in path.read_text())
    pins = dict(line.split("==") for line in (folder / "requirements.txt").read_text().split() if "==" in line)
    recorded = {name: made for name, made in record["made_with"].items() if name not in ("python", "stratify-omics")}
    assert pins == recorded | {name: pins[name] for name in ("pydantic", "pyyaml")} | {"mlflow": pins.get("mlflow")}


def test_other_versions_of_the_libraries_add_no_run_where_the_numbers_are_the_same(toy):
    toy.track()
    before = {run.info.run_id for run in runs(toy)}
    card = toy.layout.model(STUDY, "elastic_net") / "card.json"
    card.write_text(card.read_text().replace('"scikit-learn": "1.', '"scikit-learn": "0.'))
    toy.track()
    assert {run.info.run_id for run in runs(toy)} == before


def track_apart(toy) -> subprocess.CompletedProcess[str]:
    """Track in a process of its own, as Snakemake does."""
    arguments = ["--study", toy.file, "--results", toy.layout.results, "--tracking-uri", "sqlite:///mlflow.db"]
    return subprocess.run(
        [sys.executable, "-m", "stratify", "track", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        cwd=toy.folder,
    )


def test_a_store_is_made_in_silence_and_made_again_when_deleted(bare_toy):
    done = track_apart(bare_toy)
    first = bare_toy.record
    assert done.stdout == ""
    assert all(line.startswith(STUDY) for line in done.stderr.splitlines()), done.stderr
    assert {file.name for file in bare_toy.folder.iterdir()} == {"config", "results", "mlflow.db", "mlartifacts"}
    (bare_toy.folder / "mlflow.db").unlink()
    track_apart(bare_toy)
    again = bare_toy.record
    assert by_role(bare_toy) == {"execution": 1, "model": 2, "comparator": 2}
    assert again["execution_run_id"] != first["execution_run_id"]
    assert {name: run["input_digest"] for name, run in again["runs"].items()} == {
        name: run["input_digest"] for name, run in first["runs"].items()
    }
