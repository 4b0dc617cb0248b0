import numpy as np
import pandas as pd
import pytest

from stratify.artifacts.evaluate import SENSITIVITY
from stratify.artifacts.fit import LEARNING_CURVE
from stratify.config import StudyConfig
from stratify.evaluate.discrimination import delong
from stratify.evaluate.performance import performance
from stratify.evaluate.sensitivity import sensitivity

DRAWS = 60
NOTHING = {
    "labels": pd.DataFrame(columns=["study", "patient_id", "label", "y"]),
    "leaving": pd.DataFrame(columns=["study", "analysis", "variant", "patient_id"]),
}
PLACE = ["analysis", "variant", "model", "cohort", "metric"]


def with_key(study, **key):
    return StudyConfig.model_validate(study.study.model_dump() | {"sensitivity": key})


def analyse(study, config, **tables):
    tables = NOTHING | tables
    found = sensitivity(
        study.predictions,
        study.splits,
        tables["labels"],
        tables["leaving"],
        curve=pd.DataFrame(columns=list(LEARNING_CURVE.columns)),
        study_id="toy",
        study=config,
        draws=DRAWS,
    )
    return SENSITIVITY.validate(found).set_index(PLACE).sort_index()


LABELLED = {"labels": {"other": {"rule": "objective_response"}}}


def test_a_study_that_asks_for_nothing_has_an_empty_table(held_out_study):
    assert analyse(held_out_study, held_out_study.study).empty


def test_another_label_changes_the_auroc_by_a_known_amount(make_held_out):
    """Patients of known score: 1 2 3 4, response of 3 and 4; stable disease of 2 becomes response, 4 leaves."""
    study = make_held_out(sizes={"north": 30, "east": 40, "far": 40})
    frame = study.predictions
    mine = frame["cohort"].isin(["east", "far"])
    rank = frame["patient_id"].str[-3:].astype(int)
    frame.loc[mine, "score"] = (rank % 4).astype(float)
    frame.loc[mine, "y"] = (rank % 4 >= 2).astype(int)
    patients = frame.loc[mine, ["patient_id"]].drop_duplicates()
    level = patients["patient_id"].str[-3:].astype(int) % 4
    other = level.map({0: 0, 1: 1, 2: 0}).astype("Int64")  # level 3 has no such label
    labels = patients.assign(study="toy", label="other", y=other)
    found = analyse(study, with_key(study, **LABELLED), labels=labels)
    for place in ("east", "far", "weighted_mean", "mean_of_cohorts"):
        row = found.loc[("label", "other", "elastic_net", place, "auroc")]
        assert row["estimate"] == 0.5  # level 1 is ahead of level 0, behind level 2
        assert row[["n", "n_events"]].tolist() == ([30, 10] if place in ("east", "far") else [60, 20])


def test_the_same_label_changes_nothing(held_out_study):
    study = held_out_study
    patients = study.patients[study.patients["role"] != "train"]
    labels = patients[["patient_id"]].assign(study="toy", label="other", y=patients["y"])
    found = analyse(study, with_key(study, **LABELLED), labels=labels).loc[("label", "other")]
    main = performance(study.predictions, study.tuning, study.splits, study_id="toy", study=study.study, draws=DRAWS)
    main = main[(main["subgroup"] == "without_duplicates") & main["role"].ne("train")]
    pooled = main["cohort"].isin(["weighted_mean", "mean_of_cohorts", "random_effects"])
    main = main[~pooled | main["role"].eq("all")].set_index(PLACE[2:])
    for column in ("estimate", "low", "high", "n", "n_events"):
        expected = main[column].reindex(found.index).astype(float)
        np.testing.assert_allclose(found[column].astype(float), expected, err_msg=column)


@pytest.mark.parametrize("analysis", ["without", "leave_out"])
def test_leaving_patients_out_is_evaluating_the_others(held_out_study, analysis):
    study = held_out_study
    gone = study.patients.loc[(study.patients.index % 3 == 0) | study.patients["cohort"].eq("far"), "patient_id"]
    leaving = pd.DataFrame({"study": "toy", "analysis": analysis, "variant": "clin.a b", "patient_id": gone})
    found = analyse(study, with_key(study, leave_out_each=["clin.a"]), leaving=leaving).loc[(analysis, "clin.a b")]
    rest = study.predictions[~study.predictions["patient_id"].isin(gone)]
    splits = study.splits[~study.splits["patient_id"].isin(gone)]
    main = performance(rest, study.tuning, splits, study_id="toy", study=study.study, draws=DRAWS)
    main = main[(main["subgroup"] == "without_duplicates") & (main["role"] == "all")]
    expected = main.set_index(PLACE[2:])["estimate"]
    pooled = found[found.index.get_level_values("cohort").isin(["weighted_mean", "mean_of_cohorts", "random_effects"])]
    np.testing.assert_allclose(pooled["estimate"], expected.reindex(pooled.index))
    assert ("west" in found.index.get_level_values("cohort")) == (analysis == "without")
    assert "far" not in found.index.get_level_values("cohort")


def test_suspected_duplicates_stay_outside(held_out_study):
    study = held_out_study
    leaving = pd.DataFrame({"study": "toy", "analysis": "without", "variant": "few", "patient_id": ["east:000"]})
    config = with_key(study, without={"few": {"clin.a": ["b"]}}, local_patients=[10])
    found = analyse(study, config, leaving=leaving)
    rows = study.of("elastic_net", "west").iloc[8:]
    expected = delong(rows["y"].to_numpy(), rows["score"].to_numpy())
    row = found.loc[("without", "few", "elastic_net", "west", "auroc")]
    assert row[["estimate", "low", "high"]].tolist() == pytest.approx([expected.auroc, *expected.interval()])
    assert found.loc[("local_recalibration", "0 patients", "elastic_net", "west", "brier"), "n"] == 52


def test_the_order_of_rows_does_not_matter(held_out_study):
    study = held_out_study
    patients = study.patients[study.patients["role"] != "train"]
    y = (patients["y"] + (patients.index % 5 == 0)) % 2
    labels = patients[["patient_id"]].assign(study="toy", label="other", y=y)
    config = with_key(study, **LABELLED, local_patients=[10])
    one = analyse(study, config, labels=labels)
    study = type(study)()
    study.predictions = study.predictions.sample(frac=1, random_state=1)
    other = analyse(study, config, labels=labels.sample(frac=1, random_state=2))
    pd.testing.assert_frame_equal(one, other)


def test_the_learning_curve_leaves_suspected_duplicates_out(held_out_study):
    cohort = held_out_study.splits.merge(held_out_study.predictions[["patient_id", "cohort", "y"]].drop_duplicates())
    held_out = cohort[cohort["role"].isin(["test", "duplicate"])]
    assert held_out["role"].eq("duplicate").any()
    curve = held_out.assign(
        model="m", n_studies=2, repeat=0, n_learned_from=9, score=held_out["y"].where(held_out["role"].eq("test"), 99.0)
    )
    found = sensitivity(
        held_out_study.predictions,
        held_out_study.splits,
        NOTHING["labels"],
        NOTHING["leaving"],
        curve=curve,
        study_id="toy",
        study=held_out_study.study,
        draws=DRAWS,
    )
    assert found["estimate"].eq(1.0).all()
    judged = held_out[held_out["role"].eq("test")].groupby("cohort").filter(lambda rows: rows["y"].nunique() == 2)
    assert found["n"].unique().tolist() == [len(judged)]
