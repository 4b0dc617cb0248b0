"""What runs again after a change: the stage concerned and what follows, no more."""

import dataclasses
import shutil

import pytest

from stratify.artifacts.evaluate import SENSITIVITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.store import read_table

pytestmark = pytest.mark.workflow

STUDIES = ["alpha-response", "beta-response"]
FITS = {
    ("fit", "alpha-response", "elastic_net"),
    ("fit", "alpha-response", "lightgbm"),
    ("fit", "alpha-response", "comparators"),
    ("fit", "beta-response", "elastic_net"),
    ("fit", "beta-response", "comparators"),
}
OF_STUDIES = ["assemble", "split", "fit", "evaluate", "discover", "report", "track"]


def of_both(*stages):
    simple = {(stage, study) for stage in stages if stage != "fit" for study in STUDIES}
    return simple | (FITS if "fit" in stages else set())


def of_alpha(jobs):
    return {job for job in jobs if job[1] == "alpha-response"}


@pytest.mark.parametrize(
    ("module", "stages"),
    [
        ("evaluate/champion.py", ["evaluate", "report", "track"]),
        ("discover/associations.py", ["discover", "report", "track"]),
        ("report/render.py", ["report", "track"]),
        ("fit/models/lightgbm.py", ["fit", "evaluate", "report", "track"]),
        ("commands/score.py", []),
    ],
)
def test_an_edited_module_reruns_its_stage_and_what_follows(project, module, stages):
    project.append(module, "\n# edited\n")
    assert project.plan() == of_both(*stages)


def test_a_module_with_a_new_date_only_reruns_nothing(project):
    for module in (project.folder / "src").rglob("*.py"):
        module.touch()
    assert project.plan() == set()


@pytest.mark.parametrize(
    ("change", "stages"),
    [
        ({"champion": {"metric": "neg_log_loss"}}, ["evaluate", "report", "track"]),
        ({"features": ["clin.*", "gene.*"]}, OF_STUDIES),
        ({"positive_is": "adverse"}, ["fit", "evaluate", "report", "track"]),
        ({"transductive": True, "transductive_reason": "ranks"}, OF_STUDIES),
    ],
    ids=["champion", "features", "positive_is", "transductive"],
)
def test_an_edited_study_reruns_the_stages_that_read_the_key(project, change, stages):
    project.edit("config/studies/alpha-response.yaml", lambda study: study.update(change))
    assert project.plan() == of_alpha(of_both(*stages))


def test_other_inner_folds_are_a_matter_of_the_models(project):
    design = {"kind": "repeated_nested_cv", "outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 2}}
    project.edit("config/studies/alpha-response.yaml", lambda study: study.update(design=design))
    expected = of_alpha(of_both("fit", "evaluate", "report", "track"))
    assert project.plan() == expected - {("fit", "alpha-response", "comparators")}


def test_an_edited_dataset_reruns_its_cohort_and_the_studies_of_it(project):
    project.edit("config/datasets/alpha.yaml", lambda dataset: dataset.update(title="Another title"))
    assert project.plan() == {("harmonize", "alpha")} | of_alpha(of_both(*OF_STUDIES))


def test_a_deleted_table_of_a_cohort_is_made_again_with_what_follows(project):
    Layout(project.folder / "results").modality("alpha", "expression").unlink()
    assert project.plan() == {("harmonize", "alpha")} | of_alpha(of_both(*OF_STUDIES))


def test_a_deleted_table_of_a_study_is_made_again_with_what_follows(project):
    Layout(project.folder / "results").metrics("alpha-response").unlink()
    assert project.plan() == of_alpha(of_both("evaluate", "report", "track"))


def test_a_deleted_model_is_fitted_again(project):
    shutil.rmtree(Layout(project.folder / "results").model("alpha-response", "lightgbm"))
    assert project.plan() == {("fit", "alpha-response", "lightgbm")} | of_alpha(of_both("evaluate", "report", "track"))


SENSITIVE = {
    "datasets": {"train": ["alpha", "beta"]},
    "design": {"kind": "leave_one_out", "inner": {"folds": 3}},
    "models": {"elastic_net": {"search": {"C": [0.1], "l1_ratio": [0.5]}}},
    "sensitivity": {
        "labels": {"recist": {"rule": "objective_response", "stable_disease": "excluded"}},
        "leave_out_each": ["clin.sex"],
        "local_patients": [5, 10],
    },
}


def test_another_sensitivity_analysis_fits_nothing_again(project):
    study = "config/studies/alpha-response.yaml"
    project.edit(study, lambda content: content.update(SENSITIVE))
    run = project.snakemake("--config", 'studies=["alpha-response"]')
    assert run.code == 0, run.text
    found = read_table(SENSITIVITY, Layout(project.folder / "results").sensitivity("alpha-response"))
    assert set(found["variant"]) >= {"recist", "clin.sex female", "0 patients", "intercept and slope 10 patients"}
    assert set(found["cohort"]) >= {"alpha", "beta", "weighted_mean", "mean_of_cohorts", "random_effects"}
    judged = of_alpha(of_both("evaluate", "report", "track"))

    project.edit(study, lambda content: content["sensitivity"].update(local_patients=[10]))
    assert project.plan("--config", 'studies=["alpha-response"]') == judged
    project.edit(study, lambda content: content["sensitivity"].update(leave_out_each=[]))
    assert project.plan("--config", 'studies=["alpha-response"]') == judged | {("assemble", "alpha-response")}


def mlflow_runs(project):
    """Runs of every experiment: study, role, name, digest of the inputs, parent."""
    client = project.mlflow_client()
    experiments = {each.experiment_id: each.name for each in client.search_experiments() if each.name != "Default"}
    runs = client.search_runs(list(experiments))
    named = {run.info.run_id: run.data.tags["input_digest"] for run in runs}
    return {
        (
            experiments[run.info.experiment_id],
            run.data.tags["role"],
            run.data.tags.get("model"),
            run.data.tags["input_digest"],
            named.get(run.data.tags.get("mlflow.parentRunId")),
        )
        for run in runs
    }


def champion_digests(project):
    """Digest of the run behind each study's alias."""
    client = project.mlflow_client()
    versions = [client.get_model_version_by_alias(study, "champion") for study in STUDIES]
    return [client.get_run(version.run_id).data.tags["input_digest"] for version in versions]


def predictions_and_times(project):
    files = (project.folder / "results").glob("fit/*/*/predictions.parquet")
    return {path.relative_to(project.folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_another_search_space_fits_that_model_only_and_adds_one_run_to_compare(project):
    runs, predictions = mlflow_runs(project), predictions_and_times(project)
    project.edit(
        "config/studies/alpha-response.yaml",
        lambda study: study["models"]["lightgbm"]["search"].update(min_child_samples=[5, 10]),
    )
    run = project.snakemake()
    assert run.code == 0, run.text
    assert run.jobs == {("fit", "alpha-response", "lightgbm")} | of_alpha(of_both("evaluate", "report", "track"))

    now = mlflow_runs(project)
    assert runs < now
    added = sorted((study, role, model) for study, role, model, _, _ in now - runs if role == "model")
    assert added == [("alpha-response", "model", "lightgbm")]
    assert sorted(role for _, role, *_ in now - runs) == ["execution", "model"]
    parents = {parent for _, role, _, _, parent in now - runs if role == "model"}
    assert parents == {digest for _, role, _, digest, _ in now - runs if role == "execution"}

    refitted = "results/fit/alpha-response/lightgbm/predictions.parquet"
    later = predictions_and_times(project)
    assert later.pop(refitted)[1] > predictions.pop(refitted)[1]
    assert later == predictions

    assert project.snakemake().jobs == set()


def test_a_deleted_store_is_rebuilt_from_the_results(project):
    runs, champions = mlflow_runs(project), champion_digests(project)
    (project.folder / "mlflow.db").unlink()
    shutil.rmtree(project.folder / "mlartifacts")
    run = project.snakemake()
    assert run.code == 0, run.text
    assert run.jobs == of_both("track")
    assert mlflow_runs(project) == runs
    assert champion_digests(project) == champions
    assert project.snakemake().jobs == set()


def test_another_store_is_filled_without_a_fit(project):
    elsewhere = replace_env(project, MLFLOW_TRACKING_URI="sqlite:///elsewhere.db")
    assert elsewhere.plan() == of_both("track")


def replace_env(project, **variables):
    return dataclasses.replace(project, env=project.env | variables)
