"""One run from nothing to the end: what it leaves behind, and that a second one has nothing to do."""

import csv
import json

import pytest

from stratify.artifacts.assemble import ATTRITION, SAMPLES, TABLE
from stratify.artifacts.discover import UNIVARIATE
from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS, SENSITIVITY
from stratify.artifacts.fit import CANARY_MEASURES, COMPARATORS, LEARNING_CURVE, PREDICTIONS, TUNING
from stratify.artifacts.harmonize import CLINICAL, FINDINGS, MODALITY
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP, OVERLAP_SUMMARY
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_table

pytestmark = pytest.mark.workflow

MODELS = {"alpha-response": ["elastic_net", "lightgbm"], "beta-response": ["elastic_net"]}
COHORT = {"alpha-response": "alpha", "beta-response": "beta"}


def tables(layout):
    """Every table of the run with its contract."""
    for study, cohort in COHORT.items():
        yield CLINICAL, layout.clinical(cohort)
        yield FINDINGS, layout.findings(cohort)
        yield MODALITY, layout.modality(cohort, "expression")
        yield TABLE, layout.table(study)
        yield ATTRITION, layout.attrition(study)
        yield SAMPLES, layout.samples(study)
        yield SPLITS, layout.splits(study)
        yield OVERLAP, layout.overlap(study)
        yield OVERLAP_SUMMARY, layout.overlap_summary(study)
        yield PREDICTIONS, layout.predictions(study, COMPARATORS)
        yield CANARY_MEASURES, layout.canary_measures(study, COMPARATORS)
        yield METRICS, layout.metrics(study)
        yield COMPARISONS, layout.comparisons(study)
        yield SENSITIVITY, layout.sensitivity(study)
        yield CANARIES, layout.canaries(study)
        yield UNIVARIATE, layout.univariate(study)
        for model in MODELS[study]:
            yield PREDICTIONS, layout.predictions(study, model)
            yield TUNING, layout.tuning(study, model)
            yield LEARNING_CURVE, layout.learning_curve(study, model)
            yield CANARY_MEASURES, layout.canary_measures(study, model)


def other_artifacts(layout):
    for study, cohort in COHORT.items():
        yield layout.manifest(f"toy_{cohort}")
        yield layout.report(study)
        yield layout.track(study)
        yield from (layout.model(study, model) for model in MODELS[study])


def artifacts(layout):
    return {path for _, path in tables(layout)} | set(other_artifacts(layout))


@pytest.fixture(scope="module")
def declared(finished):
    """What Snakemake says of every output of every rule, by path."""
    text = finished.snakemake("--detailed-summary").text
    rows = csv.DictReader(text[text.index("output_file\t") :].splitlines(), delimiter="\t")
    return {row["output_file"]: row for row in rows}


@pytest.fixture(scope="module")
def layout(finished):
    return Layout(finished.folder / "results")


def records(layout):
    return {study: json.loads(layout.track(study).read_text()) for study in COHORT}


def test_every_job_runs_once(first_run):
    _, run = first_run
    stages = ["assemble", "split", "evaluate", "discover", "report", "track"]
    wanted = [(stage, study) for stage in stages for study in COHORT]
    wanted += [("fetch", "toy_alpha"), ("fetch", "toy_beta"), ("harmonize", "alpha"), ("harmonize", "beta")]
    wanted += [("fit", study, model) for study in COHORT for model in [*MODELS[study], COMPARATORS]]
    assert sorted(run.all_jobs) == sorted(wanted)


def test_the_rules_declare_the_layout_and_nothing_else(finished, declared):
    contract = {path.relative_to(finished.folder).as_posix() for path in artifacts(Layout(finished.folder / "results"))}
    assert set(declared) == contract


@pytest.mark.parametrize(
    "path",
    [
        "fetch/toy_alpha.json",
        "harmonize/alpha/clinical.parquet",
        "harmonize/alpha/expression.parquet",
        "harmonize/alpha/findings.parquet",
        "assemble/alpha-response/table.parquet",
        "assemble/alpha-response/attrition.parquet",
        "split/alpha-response/splits.parquet",
        "split/alpha-response/overlap.parquet",
        "fit/alpha-response/lightgbm/model",
        "fit/alpha-response/lightgbm/predictions.parquet",
        "fit/alpha-response/lightgbm/canaries.parquet",
        "evaluate/alpha-response/metrics.parquet",
        "evaluate/alpha-response/comparisons.parquet",
        "evaluate/alpha-response/canaries.parquet",
        "discover/alpha-response/univariate.parquet",
        "report/alpha-response/report.html",
        "track/alpha-response.json",
    ],
)
def test_paths_that_others_rely_on(declared, path):
    assert f"results/{path}" in declared


def test_a_run_leaves_everything_it_declares_and_nothing_else(finished, layout):
    assert all(path.exists() for path in artifacts(layout))
    models = [path for path in artifacts(layout) if path.is_dir()]
    files = {path for path in layout.results.rglob("*") if path.is_file() and path.name != ".snakemake_timestamp"}
    known = artifacts(layout)
    assert {path for path in files if path not in known and not any(path.is_relative_to(m) for m in models)} == set()


def test_tables_keep_their_contracts(layout):
    for schema, path in tables(layout):
        assert len(read_table(schema, path)) or schema in (FINDINGS, LEARNING_CURVE, OVERLAP, SENSITIVITY), path


def test_every_patient_is_predicted_in_every_repetition(layout):
    for study, cohort in COHORT.items():
        clinical = read_table(CLINICAL, layout.clinical(cohort))
        for model in MODELS[study]:
            predictions = read_table(PREDICTIONS, layout.predictions(study, model))
            held_out = predictions[predictions["role"] == "cv"]
            for _, repeat in held_out.groupby("repeat"):
                assert sorted(repeat["patient_id"]) == sorted(clinical["patient_id"])
            assert held_out["repeat"].nunique() == 2


def test_canaries_passed(layout):
    for study in COHORT:
        assert read_table(CANARIES, layout.canaries(study))["passed"].all()


def test_each_job_has_a_log_and_a_benchmark(finished, declared):
    logs = {finished.folder / row["log-file(s)"] for row in declared.values()}
    assert len(logs) == 21
    for log in logs:
        assert log.read_text().strip(), log
        with log.with_suffix(".tsv").open() as stream:
            assert len(list(csv.DictReader(stream, delimiter="\t"))) == 1


def test_the_champion_is_named_and_registered(finished, layout):
    client = finished.mlflow_client()
    for study, record in records(layout).items():
        assert record["champion"] in MODELS[study]
        version = client.get_model_version_by_alias(study, "champion")
        assert str(version.version) == record["registered_version"]
        assert version.run_id == record["runs"][record["champion"]]["run_id"]


def test_the_report_stands_alone(layout):
    for study in COHORT:
        page = layout.report(study).read_text()
        assert page.lstrip().lower().startswith("<!doctype html>")
        assert page.rstrip().endswith("</html>")
        assert not any(f'{attribute}="http' in page for attribute in ("src", "srcset"))


def files_of(project):
    files = (path.relative_to(project.folder) for path in project.folder.rglob("*") if path.is_file())
    return {path for path in files if "__pycache__" not in path.parts}


def test_a_run_writes_only_where_git_does_not_look(finished, fresh):
    made = files_of(finished) - files_of(fresh)
    outside = [path for path in made if not path.is_relative_to("data/raw")]
    assert {path.parts[0] for path in outside} == {".snakemake", "results", "logs", "mlflow.db", "mlartifacts"}


def test_a_second_run_has_nothing_to_do(project):
    run = project.snakemake()
    assert run.code == 0, run.text
    assert "Nothing to be done" in run.text
    assert run.all_jobs == []
