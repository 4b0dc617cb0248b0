import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from stratify.artifacts.evaluate import METRICS
from stratify.artifacts.split import SPLITS
from stratify.errors import StratifyError
from stratify.evaluate.cohort import cohorts_of
from stratify.evaluate.discrimination import delong
from stratify.evaluate.held_out import oracle_brier
from stratify.evaluate.intervals import resample
from stratify.evaluate.performance import UNDEFINED, performance

DRAWS = 100


def measure(study, predictions=None, splits=None):
    frame = performance(
        study.predictions if predictions is None else predictions,
        study.tuning,
        study.splits if splits is None else splits,
        study_id="toy",
        study=study.study,
        draws=DRAWS,
    )
    METRICS.validate(frame.drop(columns=UNDEFINED))
    return frame.set_index(["model", "cohort", "role", "subgroup", "metric"]).sort_index()


@pytest.fixture(scope="module")
def metrics(held_out_study):
    return measure(held_out_study)


@pytest.mark.parametrize("model", ["elastic_net", "clin.formula"])
def test_models_and_formulas_alike_against_scikit_learn(metrics, held_out_study, model):
    rows = held_out_study.of(model, "far")
    naive = held_out_study.of("prevalence", "far").set_index("patient_id")["probability"].reindex(rows["patient_id"])
    found = metrics.loc[(model, "far", "external", "all")]
    y, p = rows["y"], rows["probability"]
    brier, own = brier_score_loss(y, p), y.mean() * (1 - y.mean())
    expected = {
        "auroc": roc_auc_score(y, rows["score"]),
        "auprc": average_precision_score(y, rows["score"]),
        "brier": brier,
        "brier_skill": 1 - brier / brier_score_loss(y, naive),
        "brier_skill_cohort": 1 - brier / own,
        "observed_expected": y.sum() / p.sum(),
        "net_benefit_20": np.mean((p >= 0.2) * np.where(y == 1, 1, -0.25)),
    }
    for metric, value in expected.items():
        assert found.loc[metric, "estimate"] == pytest.approx(value), metric
        assert found.loc[metric, "n"] == len(rows)
        assert found.loc[metric, "low"] < value < found.loc[metric, "high"]
    exact = delong(y.to_numpy(), rows["score"].to_numpy())
    assert found.loc["auroc", ["low", "high"]].tolist() == pytest.approx(list(exact.interval()))
    assert {"calibration_slope", "calibration_intercept", "net_benefit_50"} <= set(found.index)


def test_who_cannot_be_scored_is_counted(metrics):
    formula = metrics.loc[("clin.formula", "far", "external", "all")]
    assert formula.loc["coverage", ["estimate", "n"]].tolist() == [0.8, 100]
    assert formula.loc["auroc", "n"] == 80
    assert metrics.loc[("clin.marker", "far", "external", "all", "coverage"), "estimate"] == 1
    assert metrics.loc[("clin.formula", "north", "train", "all", "coverage"), "estimate"] == 0.8


def test_a_biomarker_ranks_and_no_more(metrics):
    assert set(metrics.loc[("clin.marker", "far", "external", "all")].index) == {"auroc", "auprc", "coverage"}


def test_the_oracle_knows_the_cohorts_own_event_rate(metrics, held_out_study):
    rate = held_out_study.of("elastic_net", "east")["y"].mean()
    row = metrics.loc[("cohort_prevalence", "east", "external", "all", "brier")]
    assert row["estimate"] == pytest.approx(rate * (1 - rate))
    assert row["low"] < row["estimate"]


def test_no_single_probability_beats_the_oracle():
    y, weights = np.array([0, 0, 0, 1]), resample(4, seed=0, draws=20)
    best = min(brier_score_loss(y, np.full(4, p)) for p in np.linspace(0, 1, 101))
    assert oracle_brier(y, weights)[0] == pytest.approx(best)
    drawn = np.repeat(y, weights[5].astype(int))
    assert oracle_brier(y, weights)[5] == pytest.approx(drawn.mean() * (1 - drawn.mean()))


def test_suspected_duplicates_stay_outside_the_headline(metrics, held_out_study):
    rows = held_out_study.of("elastic_net", "west").iloc[8:]
    found = metrics.loc[("elastic_net", "west", "internal", "without_duplicates")]
    assert found.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(rows["y"], rows["score"]))
    assert found.loc["brier", "estimate"] == pytest.approx(brier_score_loss(rows["y"], rows["probability"]))
    assert set(found["n"]) == {52}
    assert metrics.loc[("elastic_net", "west", "internal", "all", "auroc"), "n"] == 60


def test_a_cohort_without_duplicates_has_the_same_headline(metrics):
    everyone = metrics.xs(("far", "external", "all"), level=["cohort", "role", "subgroup"])
    headline = metrics.xs(("far", "external", "without_duplicates"), level=["cohort", "role", "subgroup"])
    pd.testing.assert_frame_equal(everyone, headline)


def test_without_any_duplicate_there_is_one_headline(held_out_study):
    splits = held_out_study.splits.replace({"role": {"duplicate": "test"}})
    subgroups = measure(held_out_study, splits=SPLITS.validate(splits)).index.get_level_values("subgroup")
    assert "without_duplicates" not in subgroups
    assert "all" in subgroups


def test_every_predictor_on_the_patients_the_reference_can_score(metrics, held_out_study):
    scored = held_out_study.of("clin.formula", "east")["patient_id"]
    rows = held_out_study.of("elastic_net", "east").set_index("patient_id").loc[scored]
    found = metrics.loc[("elastic_net", "east", "external", "scored_by_reference")]
    assert set(found.index) == {"auroc", "brier"}
    assert set(found["n"]) == {64}
    assert found.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(rows["y"], rows["score"]))
    assert found.loc["brier", "estimate"] == pytest.approx(brier_score_loss(rows["y"], rows["probability"]))


def test_a_cohort_of_one_class_has_values_but_no_intervals(metrics):
    found = metrics.xs("healthy", level="cohort")
    alone = ["auroc", "auprc", "brier_skill_cohort", "calibration_slope", "calibration_intercept"]
    assert found.loc[found.index.get_level_values("metric").isin(alone), "estimate"].isna().all()
    predictors = found[~found.index.get_level_values("model").isin(["treat_all"])].xs("all", level="subgroup")
    assert predictors[["low", "high"]].isna().all(axis=None)
    assert found.loc[("elastic_net", "external", "all", "observed_expected"), "estimate"] == 0


def test_a_single_patient_does_not_crash(make_held_out):
    study = make_held_out(sizes={"north": 60, "south": 1, "west": 2})
    found = measure(study).xs("south", level="cohort")
    assert found.loc[found.index.get_level_values("metric") == "auroc", "estimate"].isna().all()


def test_strata_of_trained_models(metrics, held_out_study):
    rows = held_out_study.of("lightgbm", "south")
    high = rows[rows["probability"] >= 0.5]
    found = metrics.loc[("lightgbm", "south", "internal", "stratum_high", "event_rate")]
    assert found["estimate"] == pytest.approx(high["y"].mean())
    assert found["n"] == len(high)
    assert "stratum_high" not in metrics.loc[("clin.formula", "south")].index.get_level_values("subgroup")


def test_a_fixed_score_in_the_training_cohort(metrics, held_out_study):
    rows = held_out_study.of("clin.formula", "north")
    found = metrics.loc[("clin.formula", "north", "train", "all")]
    assert found.loc["auroc", "estimate"] == pytest.approx(roc_auc_score(rows["y"], rows["score"]))
    exact = delong(rows["y"].to_numpy(), rows["score"].to_numpy())
    assert found.loc["auroc", ["low", "high"]].tolist() == pytest.approx(list(exact.interval()))
    assert found.loc["brier", "estimate"] == pytest.approx(brier_score_loss(rows["y"], rows["probability"]))
    assert found.loc["observed_expected", "estimate"] == pytest.approx(rows["y"].sum() / rows["probability"].sum())
    assert set(metrics.loc[("clin.marker", "north", "train", "all")].index) == {"auroc", "coverage"}


def test_inner_estimates_are_about_the_training_patients(metrics):
    row = metrics.loc[("lightgbm", "north", "train", "all", "inner_auroc")]
    assert row["estimate"] == pytest.approx(0.7)
    assert row["n"] == 120
    assert np.isnan(row["low"])


def test_neither_row_order_nor_the_name_of_a_split_matters(held_out_study, metrics):
    frame = held_out_study.predictions.sample(frac=1, random_state=3)
    frame["split"] = frame["split"].mask(frame["role"].eq("external") & frame["split"].notna(), "pool_x")
    pd.testing.assert_frame_equal(measure(held_out_study, frame), metrics)


def test_a_patient_missing_from_a_model_is_an_error(held_out_study):
    frame = held_out_study.predictions
    gone = frame["model"].eq("clin.marker") & frame["patient_id"].eq("far:007")
    with pytest.raises(StratifyError, match=r"clin\.marker: 99 rows in held-out cohort far, expected each of its 100"):
        cohorts_of(frame[~gone], seed=1)


def test_a_patient_twice_is_an_error(held_out_study):
    frame = held_out_study.predictions
    twice = frame[frame["model"].eq("lightgbm") & frame["patient_id"].eq("far:007")]
    with pytest.raises(StratifyError, match="lightgbm: 101 rows in held-out cohort far"):
        cohorts_of(pd.concat([frame, twice]), seed=1)


def test_cohorts_know_their_role_and_their_duplicates(held_out_study):
    cohorts = cohorts_of(held_out_study.predictions, held_out_study.splits, seed=1)
    roles = {cohort.name: cohort.role for cohort in cohorts}
    assert list(roles) == ["south", "west", "east", "far", "healthy", "tiny"]
    assert [roles["west"], roles["far"]] == ["internal", "external"]
    west = cohorts[1]
    assert west.patients[west.duplicate].tolist() == [f"west:{i:03d}" for i in range(8)]
    assert west.predictors["clin.formula"].fixed
    assert not west.predictors["prevalence"].fixed
