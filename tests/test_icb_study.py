"""The study on checkpoint cohorts, from the workbook to its metrics, against published and independently known figures.

Of the study's models only one is fitted here; nothing else is changed.
"""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from stratify.artifacts.assemble import TABLE
from stratify.artifacts.evaluate import CANARIES, COMPARISONS, METRICS
from stratify.artifacts.fit import PREDICTIONS
from stratify.artifacts.layout import Layout
from stratify.artifacts.overlap import OVERLAP_SUMMARY
from stratify.artifacts.split import SPLITS
from stratify.artifacts.store import read_table
from stratify.cli import main

pytestmark = pytest.mark.cohorts

ROOT = Path(__file__).parents[1]
STUDY = "icb-clinical-genomic"
MODEL = "spline_logistic"
SIX = [
    "clin.tmb_per_mb",
    "clin.prior_systemic_therapy",
    "clin.albumin_g_per_dl",
    "clin.nlr",
    "clin.age_years",
    "clin.cancer_type",
]
# Area under the ROC curve on complete cases: Chang 2024 and recomputed from its workbook.
LORIS = {
    "chowell_2022_train": 0.741,
    "chowell_2022_test": 0.754,
    "msk1": 0.699,
    "msk2": 0.637,
    "kato_2020": 0.793,
    "shim_2020": 0.589,
    "vanguri_2022": 0.664,
    "ravi_2023": 0.7245,
    "pradat_2023": 0.7105,
}
TMB = {
    "chowell_2022_train": 0.609,
    "chowell_2022_test": 0.648,
    "msk1": 0.537,
    "msk2": 0.530,
    "kato_2020": 0.660,
    "shim_2020": 0.620,
    "vanguri_2022": 0.611,
    "ravi_2023": 0.704,
    "pradat_2023": 0.413,
}
TMB_WHERE_LORIS_SCORES = {"msk2": 0.522, "shim_2020": 0.601}


@pytest.fixture(scope="module")
def layout(mirror, tmp_path_factory) -> Layout:
    """Run the study with one model, from fetch to evaluate."""
    folder = tmp_path_factory.mktemp("icb")
    config = shutil.copytree(ROOT / "config", folder / "config")
    file = config / "studies" / f"{STUDY}.yaml"
    study = yaml.safe_load(file.read_text()) | {"models": [MODEL]}
    file.write_text(yaml.safe_dump(study))
    results = Layout(folder / "results")
    raw = ["--raw", str(folder / "raw"), "--results", str(results.results)]
    about = ["--study", str(file), "--results", str(results.results)]
    signatures = ["--signatures", str(ROOT / "data" / "reference" / "signatures.yaml")]
    cohorts = [*study["datasets"]["train"], *study["datasets"]["evaluate"]]
    commands = [
        ["fetch", "--source", str(config / "sources" / "loris_2024.yaml"), *raw, "--mirror", str(mirror)],
        *(["harmonize", "--dataset", str(config / "datasets" / f"{name}.yaml"), *raw] for name in cohorts),
        ["assemble", *about, *signatures],
        ["split", *about],
        ["fit", "--model", "comparators", *about, *signatures],
        ["fit", "--model", MODEL, *about, *signatures],
        ["evaluate", *about],
    ]
    for command in commands:
        assert main(command) == 0, command
    return results


@pytest.fixture(scope="module")
def metrics(layout) -> pd.DataFrame:
    return read_table(METRICS, layout.metrics(STUDY))


def value(metrics, model, cohort, metric, subgroup="all"):
    rows = metrics[metrics["model"].eq(model) & metrics["cohort"].eq(cohort) & metrics["metric"].eq(metric)]
    return rows.loc[rows["subgroup"].eq(subgroup), "estimate"].item()


@pytest.mark.parametrize("cohort", LORIS)
def test_the_published_formula_ranks_as_published(metrics, cohort):
    assert value(metrics, "loris_pan_cancer", cohort, "auroc") == pytest.approx(LORIS[cohort], abs=0.0005)


@pytest.mark.parametrize("cohort", TMB)
def test_mutational_burden_ranks_as_known(metrics, cohort):
    assert value(metrics, "clin.tmb_per_mb", cohort, "auroc") == pytest.approx(TMB[cohort], abs=0.0005)


@pytest.mark.parametrize("cohort", TMB_WHERE_LORIS_SCORES)
def test_mutational_burden_is_also_judged_where_the_reference_scores(metrics, cohort):
    found = value(metrics, "clin.tmb_per_mb", cohort, "auroc", "scored_by_reference")
    assert found == pytest.approx(TMB_WHERE_LORIS_SCORES[cohort], abs=0.0005)


@pytest.mark.parametrize(
    ("model", "metric", "expected", "tolerance"),
    [
        ("loris_pan_cancer", "observed_expected", 0.56, 0.005),
        ("loris_pan_cancer", "brier", 0.191, 0.0005),
        ("loris_refit", "auroc", 0.756, 0.005),
        ("loris_refit", "brier", 0.154, 0.005),
        ("loris_refit", "observed_expected", 0.92, 0.005),
        ("rf16", "auroc", 0.725, 0.01),
        ("prevalence", "brier", 0.188, 0.0005),
        ("cohort_prevalence", "brier", 0.186, 0.0005),
    ],
)
def test_known_figures_in_the_held_out_part_of_the_training_registry(metrics, model, metric, expected, tolerance):
    assert value(metrics, model, "chowell_2022_test", metric) == pytest.approx(expected, abs=tolerance)


def test_the_refitted_forest_describes_its_training_patients_as_known(metrics):
    assert value(metrics, "rf16", "chowell_2022_train", "auroc") == pytest.approx(0.85, abs=0.005)


def test_who_cannot_be_scored_is_counted(metrics):
    assert value(metrics, "loris_pan_cancer", "shim_2020", "coverage") == pytest.approx(190 / 198)
    assert value(metrics, "loris_pan_cancer", "msk2", "coverage") == pytest.approx(100 / 104)
    assert value(metrics, "loris_refit", "ravi_2023", "coverage") == 0
    assert value(metrics, MODEL, "ravi_2023", "coverage") == 1


@pytest.mark.parametrize("cohort", ["chowell_2022_test", "msk1", "shim_2020", "vanguri_2022", "ravi_2023"])
def test_the_model_is_held_against_both_prevalences(layout, metrics, cohort):
    """How well it does is a result and not a test; that it is measured rightly is."""
    table = read_table(PREDICTIONS, layout.predictions(STUDY, MODEL))
    rows = table[table["cohort"].eq(cohort)]
    y, p = rows["y"].to_numpy(dtype=float), rows["probability"].to_numpy(dtype=float)
    train = table[table["role"].eq("train")]["y"].mean()
    loss = np.mean((y - p) ** 2)
    assert value(metrics, MODEL, cohort, "brier_skill") == pytest.approx(1 - loss / np.mean((y - train) ** 2))
    assert value(metrics, MODEL, cohort, "brier_skill_cohort") == pytest.approx(1 - loss / np.mean((y - y.mean()) ** 2))


def test_the_mean_difference_to_the_published_formula_is_that_of_the_cohorts(layout):
    compared = read_table(COMPARISONS, layout.comparisons(STUDY)).query(
        "comparator == 'loris_pan_cancer' and metric == 'auroc' and subgroup == 'without_duplicates'"
    )
    cohorts = compared[~compared["cohort"].isin(["weighted_mean", "mean_of_cohorts", "random_effects"])]
    assert len(cohorts) == 8
    pooled = compared[compared["cohort"].eq("weighted_mean") & compared["role"].eq("all")]
    expected = np.average(cohorts["difference"], weights=cohorts["n"].astype(float))
    assert pooled["difference"].item() == pytest.approx(expected)
    assert pooled["low"].item() < expected < pooled["high"].item()
    random = compared[compared["cohort"].eq("random_effects") & compared["role"].eq("all")]
    assert random["method"].item().endswith("over 4 patient pools, 7 cohorts")


@pytest.mark.parametrize(("first", "observed"), [("chowell_2022_train", 41), ("chowell_2022_test", 23), ("msk1", 11)])
def test_the_audit_finds_the_people_of_vanguri_in_the_other_cohorts_of_the_hospital(layout, first, observed):
    summary = read_table(OVERLAP_SUMMARY, layout.overlap_summary(STUDY))
    pair = summary[summary["first_cohort"].eq(first) & summary["second_cohort"].eq("vanguri_2022")]
    assert pair["observed"].item() == observed
    assert 2 <= pair["expected"].item() <= 5
    assert pair["p_value"].item() < 0.001


def test_those_who_look_like_training_patients_are_set_apart_and_the_canaries_pass(layout, metrics):
    splits = read_table(SPLITS, layout.splits(STUDY))
    apart = splits[splits["role"].eq("duplicate")]["patient_id"].str.split(":").str[0].value_counts()
    assert apart.to_dict() == {"vanguri_2022": 41, "msk1": 2, "chowell_2022_test": 1}
    rows = metrics[metrics["model"].eq(MODEL) & metrics["cohort"].eq("vanguri_2022") & metrics["metric"].eq("auroc")]
    assert rows.set_index("subgroup")["n"].reindex(["all", "without_duplicates"]).tolist() == [246, 205]
    canaries = read_table(CANARIES, layout.canaries(STUDY))
    assert canaries["passed"].all()


def test_patients_with_only_the_six_variables_get_the_same_score(layout, tmp_path, caplog):
    table = read_table(TABLE, layout.table(STUDY))
    without = table.loc[table["clin.pdl1_tps_percent"].isna(), ["patient_id", *SIX]]
    without.to_csv(tmp_path / "patients.csv", index=False)
    model = str(layout.model(STUDY, MODEL))
    where = ["--input", str(tmp_path / "patients.csv"), "--output", str(tmp_path / "scores.csv")]
    assert main(["score", "--model", model, *where]) == 0
    assert "the file lacks 1 of the model's 7 features: clin.pdl1_tps_percent" in caplog.text
    scores = pd.read_csv(tmp_path / "scores.csv", index_col="patient_id")
    assert scores["missing_features"].str.contains("clin.pdl1_tps_percent", regex=False).all()
    predictions = read_table(PREDICTIONS, layout.predictions(STUDY, MODEL)).set_index("patient_id")["probability"]
    pd.testing.assert_series_equal(scores["probability"], predictions.reindex(scores.index), rtol=0, atol=1e-12)
